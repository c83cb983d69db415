//! A value that must not reach a log, an error or a panic message.

use std::fmt;

/// Message text, a name, a number, a file name: anything that says who or what.
///
/// `Debug` prints `[content]`; there is no `Display` and no `Serialize`, so formatting or logging
/// one does not compile. [`Sensitive::expose`] is the only way in and is easy to search for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; callers must not let it reach a log, an error or a temporary file.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[content]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let shown = format!(
            "{:?} {:#?}",
            Sensitive::new("hemmeligt"),
            Some(Sensitive::new(String::from("40112233")))
        );
        assert!(!shown.contains("hemmeligt") && !shown.contains("40112233"), "{shown}");
        assert!(shown.contains("[content]"));
    }
}
