//! What of the archive could not be read when a production was made, as its start page lists it: never silently missing.

use maud::{Markup, html};
use serde::Serialize;

use crate::show::{long, month_in_words, plain};
use crate::words::{Lang, Word};

/// What an entry that does not hold had in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Messages.
    Messages,
    /// An attachment.
    Attachment,
    /// Something else of the log, or what cannot be told.
    Log,
}

/// A part of the archive that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damaged {
    /// Month of its messages, `2026-03`; empty where it cannot be told.
    pub month: String,
    /// Entry in the log.
    pub entry: u64,
    /// What was in it.
    pub holds: Holds,
    /// What is wrong with it.
    pub what: String,
}

/// What is wrong, in Danish, as far as it is one of the usual faults.
const DANISH: [(&str, &str); 9] = [
    ("signature does not match", "underskriften passer ikke"),
    ("body does not match its digest", "indholdet passer ikke til sin sum"),
    ("the seal is broken", "forseglingen er brudt"),
    ("the key does not fit", "nøglen passer ikke"),
    ("no body", "indholdet mangler"),
    ("body is missing", "indholdet mangler"),
    ("is not there", "leddet mangler"),
    ("is another entry", "her ligger et andet led"),
    ("records do not match the root in the header", "beskederne passer ikke til det, der blev underskrevet"),
];

fn in_words(what: &str, lang: Lang) -> &str {
    let known = DANISH.iter().find(|(english, _)| lang == Lang::Da && *english == what);
    known.map_or(what, |(_, danish)| danish)
}

/// The table on the start page; `recorded` says whether the log has an entry for the production.
pub(crate) fn table(damaged: &[Damaged], recorded: bool, lang: Lang) -> Markup {
    let say = |word| lang.say(word);
    html! {
        h2 { (say(Word::DamagedTitle)) }
        p { strong { (say(Word::DamagedText)) } }
        @if !recorded { p { strong { (say(Word::NotRecorded)) } } }
        div.wide { table {
            thead { tr {
                th scope="col" { (say(Word::Month)) }
                th.n scope="col" { (say(Word::Entry)) }
                th scope="col" { (say(Word::DamagedHolds)) }
                th scope="col" { (say(Word::DamagedWhat)) }
            } }
            tbody {
                @for d in damaged {
                    tr {
                        td.date { @if !d.month.is_empty() { (month_in_words(&d.month, lang)) } }
                        td.n { (d.entry) }
                        td { (say(match d.holds {
                            Holds::Messages => Word::DamagedMessages,
                            Holds::Attachment => Word::Attachment,
                            Holds::Log => Word::DamagedOther,
                        })) }
                        td class=[long(&d.what)] { (plain(in_words(&d.what, lang))) }
                    }
                }
            }
        } }
    }
}
