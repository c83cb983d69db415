//! Messages in scope that are not in the production because they were left out, or because a person has not
//! decided yet: each has a number, its month and its ground, and nothing else. None is silently missing.

use std::io::{self, Write};

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::bag::Part;
use crate::show::{long, month_in_words, plain};
use crate::words::{Lang, Word};

/// One that is withheld.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// Month of the message, `2026-01`.
    pub month: String,
    /// Why it is, or may be, outside the guidelines.
    pub ground: Option<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Entry in the log that commits to it.
    pub entry: u64,
    /// By which decision and when it was erased, where it was.
    pub erased: Option<Erased>,
}

/// The decision by which a message was erased.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Erased {
    /// The decision, in the words of the log.
    pub decision: String,
    /// The day on which the erasure became irrevocable.
    pub day: String,
}

/// Where a withheld message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A person must decide; undecided it will be kept.
    AwaitsReview,
    /// Left out, and can still be taken back.
    Excluded,
    /// Left out for good: its key is destroyed.
    Shredded,
    /// Was in the archive and was erased.
    Erased,
    /// Was in the archive under the wrong person or phone, and was moved.
    Moved,
}

impl Standing {
    fn verdict(self) -> &'static str {
        match self {
            Self::AwaitsReview => "review",
            Self::Excluded | Self::Shredded => "exclude",
            Self::Erased => "erased",
            Self::Moved => "moved",
        }
    }

    fn word(self) -> Word {
        match self {
            Self::AwaitsReview => Word::AwaitsReview,
            Self::Excluded => Word::LeftOut,
            Self::Shredded => Word::LeftOutForGood,
            Self::Erased => Word::ErasedBy,
            Self::Moved => Word::MovedBy,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::AwaitsReview => "awaits_review",
            Self::Excluded => "excluded",
            Self::Shredded => "shredded",
            Self::Erased => "erased",
            Self::Moved => "moved",
        }
    }
}

/// Fields of a message that a placeholder has not, with what stands for nothing.
const ABSENT: &[&str] = &[
    "source",
    "service",
    "conversation",
    "conversation_name",
    "id",
    "sender",
    "sender_name",
    "direction",
    "sent_at",
    "received_at",
    "delivered_at",
    "read_at",
    "remote_at",
    "subject",
    "body",
    "reply_to",
    "expires_after_s",
    "event",
    "classification",
    "origin",
];
const EMPTY: &[&str] = &["participants", "attachments", "edits", "unsent_parts", "reactions", "doubts"];
const FALSE: &[&str] = &["is_group", "unsent", "deleted"];

/// Writes the line of a placeholder.
pub(crate) fn line(lines: &mut Part, number: u64, withheld: &Withheld) -> io::Result<()> {
    let Withheld { month, ground, standing, entry, erased } = withheld;
    let said = |of: fn(&Erased) -> &String| erased.as_ref().map(of);
    let absent = ABSENT.iter().map(|key| ((*key).to_owned(), Value::Null));
    let empty = EMPTY.iter().map(|key| ((*key).to_owned(), json!([])));
    let no = FALSE.iter().map(|key| ((*key).to_owned(), json!(false)));
    let mut object: serde_json::Map<String, Value> = absent.chain(empty).chain(no).collect();
    object.insert(
        "withheld".to_owned(),
        json!({
            "month": month, "ground": ground, "standing": standing.code(),
            "decision": said(|e| &e.decision), "erased_on": said(|e| &e.day),
        }),
    );
    object.insert(
        "archive".to_owned(),
        json!({
            "number": number, "entry": entry, "proof": null, "retain_until": null, "retention_class": null,
            "verdict": standing.verdict(), "redacted": ["all"],
        }),
    );
    let mut line = Value::Object(object).to_string();
    line.push('\n');
    lines.write_all(line.as_bytes())
}

/// A run of numbers that say the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
    month: String,
    ground: Option<String>,
    standing: Standing,
    erased: Option<Erased>,
}

/// Numbers the withheld from `next` on; they are sorted first, so that few ranges say it all.
pub(crate) fn ranges(withheld: &mut [Withheld], next: u64) -> Vec<Range> {
    withheld.sort();
    let mut ranges: Vec<Range> = Vec::new();
    for (w, number) in withheld.iter().zip(next..) {
        match ranges.last_mut() {
            Some(r)
                if r.month == w.month
                    && r.ground == w.ground
                    && r.standing == w.standing
                    && r.erased == w.erased =>
            {
                r.last = number
            }
            _ => ranges.push(Range {
                first: number,
                last: number,
                month: w.month.clone(),
                ground: w.ground.clone(),
                standing: w.standing,
                erased: w.erased.clone(),
            }),
        }
    }
    ranges
}

/// The table on the start page.
pub(crate) fn table(ranges: &[Range], lang: Lang) -> Markup {
    let say = |word| lang.say(word);
    html! {
        h2 { (say(Word::Withheld)) }
        p { (say(Word::WithheldText)) }
        div.wide { table {
            thead { tr {
                th scope="col" { (say(Word::Number)) }
                th.n scope="col" { (say(Word::Messages)) }
                th scope="col" { (say(Word::Month)) }
                th scope="col" { (say(Word::Ground)) }
                th scope="col" { (say(Word::Standing)) }
            } }
            tbody {
                @for r in ranges {
                    tr {
                        th scope="row" { (r.first) @if r.last > r.first { "–" (r.last) } }
                        td.n { (r.last - r.first + 1) }
                        td.date { (plain(&month_in_words(&r.month, lang))) }
                        td { (say(ground(r.ground.as_deref()))) }
                        td class=[r.erased.as_ref().and_then(|e| long(&e.decision))] {
                            (say(r.standing.word()))
                            @if let Some(Erased { decision, day }) = &r.erased {
                                " " (plain(decision)) " " (say(Word::OnDay)) " " (plain(day))
                            }
                        }
                    }
                }
            }
        } }
    }
}

fn ground(ground: Option<&str>) -> Word {
    match ground {
        Some("personnel") => Word::Personnel,
        Some("private") => Word::Private,
        Some("misdirected") => Word::Misdirected,
        Some("journalised") => Word::Journalised,
        Some("ordered") => Word::Ordered,
        Some("handed-over") => Word::HandedOver,
        _ => Word::NoGround,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(month: &str, ground: &str, standing: Standing) -> Withheld {
        let (month, ground) = (month.to_owned(), Some(ground.to_owned()));
        Withheld { month, ground, standing, entry: 7, erased: None }
    }

    #[test]
    fn what_was_erased_says_by_which_decision() {
        let erased = |decision: &str| {
            let erased = Erased { decision: decision.to_owned(), day: "2026-11-26".to_owned() };
            Withheld { erased: Some(erased), ..one("2026-01", "private", Standing::Erased) }
        };
        let mut all = [erased("2026-7 <b>"), erased("2026-7 <b>"), erased("2026-8")];
        let ranges = ranges(&mut all, 1);
        assert_eq!(ranges.iter().map(|r| (r.first, r.last)).collect::<Vec<_>>(), [(1, 2), (3, 3)]);
        let shown = table(&ranges, Lang::En).into_string();
        assert!(shown.contains("erased by decision 2026-7 &lt;b&gt; on 2026-11-26"), "{shown}");
        assert!(
            table(&ranges, Lang::Da).into_string().contains("slettet ved afgørelse 2026-8 den 2026-11-26")
        );
    }

    #[test]
    fn numbers_go_on_and_none_is_missing() {
        use Standing::{AwaitsReview, Excluded};
        let mut all = [
            one("2026-02", "private", Excluded),
            one("2026-01", "private", Excluded),
            one("2026-01", "private", AwaitsReview),
            one("2026-01", "private", Excluded),
        ];
        let ranges = ranges(&mut all, 11);
        let shown: Vec<_> = ranges.iter().map(|r| (r.first, r.last, r.month.as_str(), r.standing)).collect();
        assert_eq!(
            shown,
            [(11, 11, "2026-01", AwaitsReview), (12, 13, "2026-01", Excluded), (14, 14, "2026-02", Excluded)]
        );
    }

    #[test]
    fn a_placeholder_has_every_field_of_a_message() {
        let mut keys: Vec<&str> = ABSENT.iter().chain(EMPTY).chain(FALSE).copied().collect();
        keys.sort_unstable();
        let mut fields: Vec<&str> = model::canonical::FIELDS.iter().map(|f| f.0).collect();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!(keys, fields);
    }
}
