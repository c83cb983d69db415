//! What of the archive could not be read when a production was made, as its start page lists it: never silently missing.

use maud::{Markup, html};
use serde::Serialize;

use crate::show::{month_in_words, plain};
use crate::words::{Lang, Word};

/// A part of the archive that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damaged {
    /// Month of its messages, `2026-03`.
    pub month: String,
    /// Entry in the log.
    pub entry: u64,
    /// Whether it holds messages; else an attachment.
    pub messages: bool,
    /// What is wrong with it.
    pub what: String,
}

/// The table on the start page.
pub(crate) fn table(damaged: &[Damaged], lang: Lang) -> Markup {
    let say = |word| lang.say(word);
    html! {
        h2 { (say(Word::DamagedTitle)) }
        p { strong { (say(Word::DamagedText)) } }
        table {
            thead { tr {
                th scope="col" { (say(Word::Month)) }
                th.n scope="col" { (say(Word::Entry)) }
                th scope="col" { (say(Word::DamagedHolds)) }
                th scope="col" { (say(Word::DamagedWhat)) }
            } }
            tbody {
                @for d in damaged {
                    tr {
                        td { (month_in_words(&d.month, lang)) }
                        td.n { (d.entry) }
                        td { (say(if d.messages { Word::DamagedMessages } else { Word::Attachment })) }
                        td { (plain(&d.what)) }
                    }
                }
            }
        }
    }
}
