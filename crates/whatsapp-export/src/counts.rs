//! What was met while messages were written, as findings: codes and numbers, nothing else.

use model::Finding;

/// Counts of one reading.
#[derive(Default)]
pub(crate) struct Counts {
    /// Entries before the first head.
    pub(crate) before_first: u64,
    /// Heads that are quotations, and messages that hold them.
    pub(crate) quoted: u64,
    pub(crate) quoting: u64,
    /// Entries with bytes that are no UTF-8.
    pub(crate) not_text: u64,
    /// Pieces of entries that are too long.
    pub(crate) pieces: u64,
    /// Files named and not there, left out by the person who exported, there and unreadable.
    pub(crate) missing: u64,
    pub(crate) left_out: u64,
    pub(crate) unreadable: u64,
    /// Times in the hour that comes twice, and in the one that never comes.
    pub(crate) ambiguous: u64,
    pub(crate) nonexistent: u64,
}

impl Counts {
    /// One finding for everything that was met; `unnamed` files beside the text were named by no line.
    pub(crate) fn findings(&self, unnamed: u64) -> Vec<Finding> {
        let Self {
            before_first,
            quoted,
            quoting,
            not_text,
            pieces,
            missing,
            left_out,
            unreadable,
            ambiguous,
            nonexistent,
        } = *self;
        let counted = [
            (before_first, "lines_before_first"),
            (not_text, "not_utf8"),
            (pieces, "too_long"),
            (missing, "attachments_missing"),
            (left_out, "attachments_left_out"),
            (unreadable, "attachments_unreadable"),
            (unnamed, "media_unnamed"),
            (ambiguous, "ambiguous_hour"),
            (nonexistent, "nonexistent_hour"),
        ];
        let codes = counted.into_iter().filter(|c| c.0 > 0).map(|(count, code)| format!("{code}:{count}"));
        let quotes = (quoted > 0).then(|| format!("quoted_heads:{quoted}/{quoting}"));
        codes.chain(quotes).map(|code| Finding { code, at: None }).collect()
    }
}
