//! System rows as events, by `ZMESSAGETYPE` (6 group, 10 notice) and `ZGROUPEVENTTYPE`. Codes that two
//! public readers agree on are named; the others are kept by their numbers.

use model::{Event, Text};

use crate::jid::{Jid, address, number, text};

/// Kinds that are system rows: `ZGROUPEVENTTYPE` means something in these only.
pub(crate) fn is_system(kind: i64) -> bool {
    matches!(kind, 6 | 10)
}

/// The event of a system row. `said` is its text, taken where the event holds it; `member` is whom it
/// names, `resolve` finds who is behind an address.
pub(crate) fn event(
    kind: i64,
    code: i64,
    said: &mut Option<Text>,
    member: Option<Text>,
    resolve: impl Fn(&str) -> Text,
) -> Event {
    match (kind, code) {
        (6, 1) => Event::GroupRenamed { title: said.take() },
        (6, 2) => Event::ParticipantAdded { who: named(said, resolve).or(member) },
        (6, 3) => Event::ParticipantLeft { who: named(said, resolve).or(member) },
        (6, 4) => Event::GroupPhotoChanged,
        (6, 9) => Event::NumberChanged,
        (10, 2 | 36) => Event::EncryptionNotice,
        _ => Event::Other { code: format!("{kind}/{code}"), text: said.take() },
    }
}

/// The persons that a text consists of, where it consists of addresses or numbers.
fn named(said: &mut Option<Text>, resolve: impl Fn(&str) -> Text) -> Option<Text> {
    let words = said.as_ref()?.expose().clone();
    let mut who = Vec::new();
    for word in words.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        match (Jid::parse(word).filter(|j| j.is_person()), number(word)) {
            (Some(_), _) => who.push(resolve(word)),
            (None, Some(number)) => who.push(text(&address(&number))),
            (None, None) => return None,
        }
    }
    said.take();
    let all: Vec<&str> = who.iter().map(|w| w.expose().as_ref()).collect();
    (!all.is_empty()).then(|| text(&all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: i64, code: i64, said: Option<&str>, expected: &Event) {
        let mut said = said.map(text);
        let member = Some(text("+4520000101"));
        assert_eq!(&event(kind, code, &mut said, member, |raw| text(&address(raw))), expected);
    }

    #[test]
    fn codes() {
        let added = |who: &str| Event::ParticipantAdded { who: Some(text(who)) };
        check(6, 1, Some("Nyt navn"), &Event::GroupRenamed { title: Some(text("Nyt navn")) });
        check(6, 2, None, &added("+4520000101"));
        check(6, 2, Some("4540112233@s.whatsapp.net"), &added("+4540112233"));
        check(6, 2, Some("4540112233@s.whatsapp.net, 1@lid"), &added("+4540112233, 1@lid"));
        check(6, 2, Some("4540112233"), &added("+4540112233"));
        check(6, 2, Some("ikke et nummer"), &added("+4520000101"));
        check(6, 3, None, &Event::ParticipantLeft { who: Some(text("+4520000101")) });
        check(10, 2, None, &Event::EncryptionNotice);
        check(6, 37, Some("x"), &Event::Other { code: "6/37".to_owned(), text: Some(text("x")) });
        check(10, 38, None, &Event::Other { code: "10/38".to_owned(), text: None });
    }
}
