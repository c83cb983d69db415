//! Who a message is between. An MMS names its parties twice: a list of the others (of the thread, or of
//! the exporting app) and the addresses of the message itself, which also name the owner. The sender
//! comes from the message's own addresses; the list gives the conversation its name and order.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Address, Conversation, Text};

use crate::book::{Book, text};
use crate::times::add;

/// What an address of an MMS is (OMA-TS-MMS-ENC, header numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddrKind {
    /// 137.
    From,
    /// 151, 130, 129: To, Cc, Bcc.
    Recipient,
    /// Any other number.
    Unknown(i64),
}

impl AddrKind {
    /// The kind of that number.
    pub const fn of(code: i64) -> Self {
        match code {
            137 => Self::From,
            151 | 130 | 129 => Self::Recipient,
            other => Self::Unknown(other),
        }
    }
}

/// An address in its normal form; `None` where there is none, or only the placeholder that stands for
/// the owner's own number.
pub fn normal(raw: &str) -> Option<String> {
    if raw.eq_ignore_ascii_case("insert-address-token") {
        return None;
    }
    Address::parse(raw).map(Address::into_string)
}

/// Parties as the message has them.
pub(crate) struct Parties {
    pub(crate) conversation: Option<Arc<Conversation>>,
    pub(crate) sender: Option<Text>,
    /// Whether the other is one, so that a name beside the message is the sender's.
    pub(crate) single: bool,
}

fn push(list: &mut Vec<String>, address: String) {
    if !list.contains(&address) {
        list.push(address);
    }
}

/// The domain of RCS groups.
fn is_rcs_group(address: &str) -> bool {
    address.ends_with("@rcs.google.com")
}

/// The parties of a message with `listed` others and its own addresses.
pub(crate) fn parties(
    book: &mut Book,
    listed: &[String],
    addrs: &[(AddrKind, String)],
    outgoing: bool,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Parties {
    let mut others = Vec::new();
    for address in listed.iter().filter_map(|a| normal(a)) {
        push(&mut others, address);
    }
    let mut from: Option<String> = None;
    let mut rest: Vec<String> = Vec::new();
    for (kind, raw) in addrs {
        let Some(address) = normal(raw) else { continue };
        match kind {
            AddrKind::From if from.is_none() => from = Some(address),
            AddrKind::From if from.as_ref() != Some(&address) => {
                add(doubts, "several_senders");
                push(&mut rest, address);
            }
            AddrKind::From => {}
            AddrKind::Recipient => push(&mut rest, address),
            AddrKind::Unknown(code) => {
                doubts.push(format!("unknown_address_type:{code}").into());
                push(&mut rest, address);
            }
        }
    }
    let was_listed = !others.is_empty();
    let rcs_group = others.len() == 1 && is_rcs_group(&others[0]);
    if outgoing {
        if let Some(own) = from.as_deref().filter(|own| !others.iter().any(|o| o == own)) {
            book.note_own(Some(own));
        }
    } else if was_listed && !book.knows_owner() {
        // whom the list of others leaves out is the owner, when it leaves out one
        let mut left_out = rest.iter().filter(|r| !others.contains(*r) && from.as_ref() != Some(*r));
        if let (Some(own), None) = (left_out.next().cloned(), left_out.next()) {
            book.note_own(Some(&own));
        }
    } else if !was_listed && !book.knows_owner() && rest.len() == 1 && from.as_ref() != Some(&rest[0]) {
        // a message to one goes to the owner
        book.note_own(Some(&rest[0]));
    }
    let own_known = outgoing || book.knows_owner();
    rest.retain(|r| !book.is_own(r) || others.contains(r));
    let named;
    if was_listed {
        let extra: Vec<String> =
            rest.iter().filter(|r| !others.contains(*r) && from.as_ref() != Some(*r)).cloned().collect();
        let foreign = from.as_ref().filter(|f| !outgoing && !others.contains(*f)).cloned();
        if rcs_group {
            named = 1;
        } else if extra.is_empty() || others.len() == 1 && addrs.len() < 3 {
            // swapped or foreign addresses of one message between two make no group
            named = others.len();
            if !extra.is_empty() || foreign.is_some() {
                add(doubts, "addresses_contradict");
            }
        } else {
            named = others.len() + extra.len();
            add(doubts, "addresses_contradict");
            if !own_known {
                add(doubts, "own_number_unknown");
            }
        }
        for address in extra.into_iter().chain(foreign) {
            push(&mut others, address);
        }
    } else {
        if !outgoing && let Some(from) = &from {
            push(&mut others, from.clone());
        }
        if !own_known && rest.len() > 1 {
            add(doubts, "own_number_unknown");
        }
        for address in rest {
            push(&mut others, address);
        }
        named = others.len();
    }
    let is_group = named > 1 || rcs_group;
    let single = others.len() == 1 && !is_group;
    let sender = if outgoing {
        Some(book.me())
    } else if let Some(from) = &from {
        Some(text(from))
    } else if named == 1 && !is_group {
        if !addrs.is_empty() || was_listed {
            add(doubts, "sender_from_conversation");
        }
        others.first().map(|o| text(o))
    } else {
        None
    };
    if sender.is_none() {
        add(doubts, "no_sender");
    }
    let id = others[..named].join("~");
    if rcs_group {
        // the group's own address is nobody
        others.remove(0);
    }
    let conversation = (!id.is_empty()).then(|| book.conversation(id, &others, is_group));
    if conversation.is_none() {
        add(doubts, "no_address");
    }
    Parties { conversation, sender, single }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Origins;

    fn book(owner: Option<&str>) -> Book {
        let evidence = text("x");
        Book::new(Origins { source: "s", reader_version: "v", evidence, sha256: [0; 32] }, owner)
    }

    fn show(book: &mut Book, listed: &str, addrs: &str, outgoing: bool) -> String {
        let listed: Vec<String> = listed.split('~').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        let addrs: Vec<(AddrKind, String)> = addrs
            .split_whitespace()
            .map(|a| a.split_once(':').unwrap())
            .map(|(kind, a)| (AddrKind::of(kind.parse().unwrap()), a.to_owned()))
            .collect();
        let mut doubts = Vec::new();
        let p = parties(book, &listed, &addrs, outgoing, &mut doubts);
        let sender = p.sender.map_or("-".to_owned(), |s| s.expose().to_string());
        let conversation = p.conversation.map_or("-".to_owned(), |c| {
            let who: Vec<_> = c.participants.iter().map(|p| p.expose().to_string()).collect();
            format!("{}{} [{}]", c.id.expose(), if c.is_group { " group" } else { "" }, who.join(" "))
        });
        format!("{sender} in {conversation} {}", doubts.join(" ")).trim_end().to_owned()
    }

    #[track_caller]
    fn check(listed: &str, addrs: &str, outgoing: bool, expected: &str) {
        assert_eq!(show(&mut book(None), listed, addrs, outgoing), expected);
    }

    const A: &str = "+4520000001";
    const B: &str = "+4520000002";
    const OWN: &str = "+4520000009";

    #[test]
    fn between_two() {
        check(A, &format!("137:{A} 151:{OWN}"), false, &format!("{A} in {A} [{A}]"));
        check("20 00 00 01", &format!("137:{A} 151:{OWN}"), false, &format!("{A} in {A} [{A}]"));
        check(A, &format!("137:{OWN} 151:{A}"), true, &format!("me in {A} [{A}]"));
        check(A, &format!("137:insert-address-token 151:{A}"), true, &format!("me in {A} [{A}]"));
        // Cc repeats the sender
        check(A, &format!("130:{A} 137:{A} 151:{OWN}"), false, &format!("{A} in {A} [{A}]"));
        check(A, "", false, &format!("{A} in {A} [{A}] sender_from_conversation"));
        check("", "", false, "- in - no_sender no_address");
        check("", "", true, "me in - no_address");
    }

    #[test]
    fn contradictions() {
        // the list names one, the message comes from another
        check(A, &format!("137:{B} 151:{A}"), false, &format!("{B} in {A} [{A} {B}] addresses_contradict"));
        check(A, &format!("137:{B} 151:{OWN}"), false, &format!("{B} in {A} [{A} {B}] addresses_contradict"));
    }

    #[test]
    fn groups() {
        let list = format!("{A}~{B}");
        let group = format!("{A}~{B} group [{A} {B}]");
        check(&list, &format!("137:{B} 151:{A} 151:{OWN}"), false, &format!("{B} in {group}"));
        check(&list, &format!("137:{OWN} 151:{A} 151:{B}"), true, &format!("me in {group}"));
        check(&list, "", false, &format!("- in {group} no_sender"));
        // the list leaves one out
        let mut known = book(Some(OWN));
        let addrs = format!("137:{A} 151:{OWN} 151:{B}");
        assert_eq!(show(&mut known, A, &addrs, false), format!("{A} in {group} addresses_contradict"));
        check(A, &format!("137:{OWN} 151:{A} 151:{B}"), true, &format!("me in {group} addresses_contradict"));
    }

    #[test]
    fn without_a_list() {
        check("", &format!("137:{A} 151:{OWN}"), false, &format!("{A} in {A} [{A}]"));
        check("", &format!("137:{OWN} 151:{A}"), true, &format!("me in {A} [{A}]"));
        let addrs = format!("137:{A} 151:{OWN} 151:{B}");
        let unknown = format!("{A} in {A}~{OWN}~{B} group [{A} {OWN} {B}] own_number_unknown");
        check("", &addrs, false, &unknown);
        let mut known = book(Some(OWN));
        assert_eq!(show(&mut known, "", &addrs, false), format!("{A} in {A}~{B} group [{A} {B}]"));
        let rcs = "ab12@rcs.google.com";
        let group = format!("{A} in {rcs} group [{B} {A}]");
        assert_eq!(show(&mut known, rcs, &format!("137:{A} 151:{OWN} 151:{B}"), false), group);
    }
}
