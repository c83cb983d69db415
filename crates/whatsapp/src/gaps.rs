//! Holes in the numbers of rows: rows that were there and are not.

/// Counts holes in ascending numbers.
#[derive(Default)]
pub(crate) struct Gaps {
    last: Option<i64>,
    /// Numbers that are not there.
    pub(crate) absent: u64,
    /// Runs of them.
    pub(crate) holes: u64,
}

impl Gaps {
    /// The next number.
    pub(crate) fn note(&mut self, number: i64) {
        if let Some(last) = self.last
            && let Some(next) = last.checked_add(1)
            && number > next
        {
            self.absent = self.absent.saturating_add(number.abs_diff(next));
            self.holes += 1;
        }
        self.last = Some(number);
    }
}
