//! A name, a number or a remark about a person. The twin of the model's type, repeated here because
//! this crate knows no other.

use std::fmt;

/// Text that says who somebody is: `Debug` prints `[content]`, there is no `Display` and no
/// `Serialize`, so it cannot reach a log or an error by formatting.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal(String);

impl Personal {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; callers keep it from logs, errors and temporary files.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[content]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_text() {
        let name = Personal::new("Karen Blixen");
        let shown = format!("{name:?} {:#?}", Some(&name));
        assert!(!shown.contains("Karen"), "{shown}");
        assert!(shown.contains("[content]"));
        assert!(name.expose().contains("Karen"));
    }
}
