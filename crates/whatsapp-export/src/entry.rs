//! Entries: a head with its text over as many lines as it has. Every physical line belongs to exactly one;
//! what stands before the first head is an entry of its own.

use std::io;

use crate::head::Wall;
use crate::lines::{Lines, MOST_BYTES};
use crate::lists::lossy;
use crate::people::{Names, Rest};
use crate::survey::Heads;

/// One entry.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Physical line it begins on, from 1.
    pub(crate) line: u64,
    /// `None` for what stands before the first head.
    pub(crate) wall: Option<Wall>,
    /// The sender as written; `None` for WhatsApp's own lines.
    pub(crate) sender: Option<String>,
    pub(crate) text: String,
    /// The bytes as they stood, when they were no UTF-8.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Heads inside it that are quotations.
    pub(crate) quoted: u64,
    /// Which piece of an entry that is longer than one may be, from 1; 0 for a whole one.
    pub(crate) piece: u64,
}

/// Reads entries.
pub(crate) struct Entries<'a> {
    lines: Lines<'a>,
    heads: &'a Heads,
    names: &'a Names,
    /// The entry that is being read.
    open: Option<Entry>,
}

impl<'a> Entries<'a> {
    pub(crate) fn new(lines: Lines<'a>, heads: &'a Heads, names: &'a Names) -> Self {
        Self { lines, heads, names, open: None }
    }

    /// The next entry.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry>> {
        loop {
            let Some(line) = self.lines.next()? else { return Ok(self.open.take()) };
            let text = lossy(line.bytes);
            let mut quoted = 0;
            if let Some(begin) = self.heads.begin(&line, &text, &mut quoted) {
                let (sender, said) = match self.names.split(begin.rest) {
                    Rest::Said(name, said) => (Some(name.to_owned()), said),
                    Rest::Own(said) => (None, said),
                };
                let entry = Entry {
                    line: line.number,
                    wall: Some(begin.wall),
                    sender,
                    text: said.to_owned(),
                    bytes: bad(line.bytes, &text),
                    quoted: 0,
                    piece: 0,
                };
                if let Some(done) = self.open.replace(entry) {
                    return Ok(Some(done));
                }
                continue;
            }
            match &mut self.open {
                Some(open) if open.text.len() + text.len() < MOST_BYTES => {
                    if line.begins {
                        open.text.push('\n');
                    }
                    open.text.push_str(&text);
                    open.quoted += quoted;
                    if let Some(bytes) = bad(line.bytes, &text) {
                        open.bytes.get_or_insert_default().extend_from_slice(&bytes);
                    }
                }
                // too long for one entry: the next piece is an entry of the same sender and time
                Some(open) => {
                    open.piece = open.piece.max(1);
                    let next = Entry {
                        line: line.number,
                        wall: open.wall,
                        sender: open.sender.clone(),
                        text: text.to_string(),
                        bytes: bad(line.bytes, &text),
                        quoted,
                        piece: open.piece + 1,
                    };
                    return Ok(self.open.replace(next));
                }
                None => {
                    let bytes = bad(line.bytes, &text);
                    let text = text.into_owned();
                    self.open = Some(Entry { line: line.number, text, bytes, quoted, ..Entry::default() });
                }
            }
        }
    }
}

/// The bytes of a line that is no UTF-8.
fn bad(bytes: &[u8], text: &str) -> Option<Vec<u8>> {
    (text.as_bytes() != bytes).then(|| bytes.to_vec())
}
