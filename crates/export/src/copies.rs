//! The copies that a production rests on, as its start page lists them: when, of what, how much was new, and
//! what a later copy did not have any more.

use maud::{Markup, html};

use crate::remarks::source_name;
use crate::show::{day, long, month_in_words, plain};
use crate::words::{Lang, Word};

/// One copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Day of the copy.
    pub date: String,
    /// Kind of the source.
    pub source: String,
    /// Messages never seen before.
    pub new: u64,
    /// Messages changed since an earlier copy.
    pub changed: u64,
    /// Messages that earlier copies had and this one had not: month, likely reason (`expiry_setting` ...), how
    /// many.
    pub vanished: Vec<(String, String, u64)>,
}

/// The table on the start page.
pub(crate) fn table(copies: &[Copied], lang: Lang) -> Markup {
    let say = |word| lang.say(word);
    html! {
        h2 { (say(Word::Copies)) }
        p { (say(Word::CopiesText)) }
        div.wide { table {
            thead { tr {
                th scope="col" { (say(Word::CopyDay)) }
                th scope="col" { (say(Word::Source)) }
                th.n scope="col" { (say(Word::NewMessages)) }
                th.n scope="col" { (say(Word::ChangedMessages)) }
                th scope="col" { (say(Word::Vanished)) }
            } }
            tbody {
                @for c in copies {
                    tr {
                        th.date scope="row" { (day(&c.date, lang)) }
                        td class=[long(&c.source)] { (plain(&source_name(&c.source, lang))) }
                        td.n { (c.new) }
                        td.n { (c.changed) }
                        td {
                            @for (i, (month, why, n)) in c.vanished.iter().enumerate() {
                                @if i > 0 { br; }
                                (n) " (" (plain(&month_in_words(month, lang))) ", " (say(reason(why))) ")"
                            }
                        }
                    }
                }
            }
        } }
    }
}

fn reason(reason: &str) -> Word {
    match reason {
        "disappearing_timer" => Word::ByTimer,
        "recently_deleted_purged" => Word::ByDeletion,
        "expiry_setting" => Word::BySetting,
        _ => Word::ByUnknown,
    }
}
