//! What an error costs, and what follows from it: where to exclude, where to keep, what to ask a
//! person about. A file an authority can change; its hash stands in every verdict.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much the machine may decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Keeps, excludes, asks.
    #[default]
    Sort,
    /// Excludes nothing: what it would exclude goes to a person.
    Assist,
    /// Only the rules decide; everything else is kept.
    RulesOnly,
    /// Keeps everything.
    Off,
}

impl Mode {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sort => "sort",
            Self::Assist => "assist",
            Self::RulesOnly => "rules-only",
            Self::Off => "off",
        }
    }

    /// The mode of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Sort, Self::Assist, Self::RulesOnly, Self::Off].into_iter().find(|m| m.word() == word)
    }
}

/// What an error costs, in reviews.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Policy {
    /// How much the machine may decide.
    pub mode: Mode,
    /// A work message lost.
    pub lost_work: u32,
    /// A message kept that has no work in it.
    pub kept_private: u32,
    /// A message that a person must read.
    pub review: u32,
    /// A message with a file nobody looked into may be excluded on its text.
    pub exclude_attachments: bool,
    /// A message sent by error may be excluded without a person.
    pub exclude_misdirected: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mode: Mode::Sort,
            lost_work: 100,
            kept_private: 5,
            review: 1,
            exclude_attachments: false,
            exclude_misdirected: true,
        }
    }
}

/// A policy that cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not the file it should be.
    #[error("line {line}: {why}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong; names of keys at most.
        why: String,
    },
    /// Costs that give no order of thresholds.
    #[error("a review must cost something, and less than either error")]
    Costs,
}

impl Policy {
    /// Reads a policy file (TOML).
    ///
    /// # Errors
    /// [`PolicyFault`] for unknown keys and for costs that give no thresholds.
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        let policy: Self = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            PolicyFault::Syntax { line, why: e.message().to_owned() }
        })?;
        let Self { lost_work, kept_private, review, .. } = policy;
        if review == 0 || review >= kept_private || review >= lost_work {
            return Err(PolicyFault::Costs);
        }
        Ok(policy)
    }

    /// Excluding is better than asking below this probability of work.
    pub fn exclude_below(&self) -> f64 {
        f64::from(self.review) / f64::from(self.lost_work)
    }

    /// Keeping is better than asking from this probability of work.
    pub fn keep_from(&self) -> f64 {
        1.0 - f64::from(self.review) / f64::from(self.kept_private)
    }

    /// The id in every verdict: the first 16 hexadecimal digits of the SHA-256 of its canonical text.
    pub fn id(&self) -> String {
        let Self { mode, lost_work, kept_private, review, exclude_attachments, exclude_misdirected } = self;
        let text = format!(
            "classify-policy 1\n{}\n{lost_work}:{kept_private}:{review}\n{exclude_attachments} {exclude_misdirected}\n",
            mode.word()
        );
        crate::model::hex16(&Sha256::digest(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_follow_from_costs() {
        let p = Policy::default();
        assert!((p.exclude_below() - 0.01).abs() < 1e-12 && (p.keep_from() - 0.8).abs() < 1e-12);
        let p = Policy::parse("lost-work = 1000").unwrap();
        assert!((p.exclude_below() - 0.001).abs() < 1e-12);
        assert_ne!(p.id(), Policy::default().id());
    }

    #[test]
    fn files() {
        assert_eq!(Policy::parse(""), Ok(Policy::default()));
        assert_eq!(Policy::parse("mode = \"rules-only\"").unwrap().mode, Mode::RulesOnly);
        assert_eq!(Policy::parse("review = 0"), Err(PolicyFault::Costs));
        assert_eq!(Policy::parse("review = 9"), Err(PolicyFault::Costs));
        assert!(matches!(Policy::parse("\nlost = 1"), Err(PolicyFault::Syntax { line: 2, .. })));
    }
}
