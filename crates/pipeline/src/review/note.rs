//! What the pipeline says of a held message in the entry that commits to it: enough to list, settle and
//! count it without opening it, nothing of its text or counterpart.

use classify::Ground;
use jiff::civil::Date;
use minicbor::{Decoder, Encoder};
use policy::{Class, Stamp};

use crate::verdict::{Decision, GROUNDS, Sorted, days, from_days};

/// CBOR `[decision, ground (0 none), class, month (days since 1970), p_work (millionths), proposal, by rule]`;
/// older ones end before the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// What the sorting decided.
    pub(crate) decision: Decision,
    /// Why it is, or may be, outside the guidelines.
    pub(crate) ground: Option<Ground>,
    /// Retention class.
    pub(crate) class: Class,
    /// First day of the month of its bucket.
    pub(crate) month: Date,
    /// Probability of work, in millionths.
    pub(crate) p_work: u32,
    /// An exclusion that two persons must confirm.
    pub(crate) proposal: bool,
    /// A rule decided, not the model; where that was noted.
    pub(crate) by_rule: Option<bool>,
}

impl Note {
    pub(crate) fn of(sorted: &Sorted, stamp: &Stamp, proposal: bool) -> Self {
        Self {
            decision: sorted.decision,
            ground: sorted.ground,
            class: stamp.class,
            month: stamp.bucket.month,
            p_work: sorted.p_work.unwrap_or_default(),
            proposal,
            by_rule: Some(sorted.by_rule),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let Self { decision, ground, class, month, p_work, proposal, by_rule } = self;
        let ground = ground.and_then(|g| GROUNDS.iter().position(|known| *known == g)).map_or(0, |at| at + 1);
        let mut e = Encoder::new(Vec::new());
        let done = e
            .array(if by_rule.is_some() { 7 } else { 6 })
            .and_then(|e| {
                e.u8(decision.code())?.u8(u8::try_from(ground).unwrap_or_default())?.u8(class.code())
            })
            .and_then(|e| e.i32(days(*month))?.u32(*p_work)?.bool(*proposal))
            .and_then(|e| match by_rule {
                Some(by_rule) => e.bool(*by_rule),
                None => Ok(e),
            });
        debug_assert!(done.is_ok(), "a Vec takes every byte");
        e.into_writer()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        let len = d.array().ok()??;
        (6..=7).contains(&len).then_some(())?;
        let decision = Decision::of(d.u8().ok()?)?;
        let ground = match d.u8().ok()? {
            0 => None,
            code => Some(GROUNDS.get(usize::from(code) - 1).copied()?),
        };
        let class = Class::from_code(d.u8().ok()?)?;
        let month = from_days(d.i32().ok()?)?;
        let (p_work, proposal) = (d.u32().ok()?, d.bool().ok()?);
        let by_rule = if len == 7 { Some(d.bool().ok()?) } else { None };
        let note = Self { decision, ground, class, month, p_work, proposal, by_rule };
        (d.position() == bytes.len()).then_some(note)
    }
}
