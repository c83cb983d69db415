//! System rows as events, by `action_type`. Codes that two public readers agree on are named; the others
//! are kept by their number. The table stands in `docs/readers/whatsapp-android.md`.

use model::{Event, Text};

/// What a system row says beside its code.
pub(crate) struct Said {
    /// The row's own text: a new name, a description.
    pub(crate) text: Option<Text>,
    /// Whom it names.
    pub(crate) who: Vec<Text>,
    /// Who did it.
    pub(crate) actor: Option<Text>,
    /// A new timer in seconds.
    pub(crate) timer: Option<u64>,
    /// The owner was added.
    pub(crate) me_joined: bool,
    /// The owner.
    pub(crate) me: Text,
}

/// The event of a code.
pub(crate) fn event(action: i64, said: Said) -> Event {
    let Said { text, who, actor, timer, me_joined, me } = said;
    if me_joined {
        return Event::ParticipantAdded { who: Some(me) };
    }
    let first = together(who);
    match action {
        1 => Event::GroupRenamed { title: text },
        4 | 20 => Event::ParticipantAdded { who: first.or(actor) },
        12 => Event::ParticipantAdded { who: first },
        5 | 13 => Event::ParticipantLeft { who: first.or(actor) },
        7 => Event::ParticipantRemoved { who: first.or(Some(me)) },
        14 => Event::ParticipantRemoved { who: first },
        6 => Event::GroupPhotoChanged,
        10 | 28 => Event::NumberChanged,
        18 | 19 | 57 => Event::EncryptionNotice,
        56 => Event::TimerChanged { seconds: timer },
        _ if timer.is_some() => Event::TimerChanged { seconds: timer },
        other => Event::Other { code: other.to_string(), text },
    }
}

/// Several persons as one text: an event has room for one.
fn together(who: Vec<Text>) -> Option<Text> {
    match who.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let all: Vec<&str> = several.iter().map(|w| w.expose().as_ref()).collect();
            Some(crate::jid::text(&all.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jid::text;

    fn said() -> Said {
        Said {
            text: Some(text("Navn")),
            who: vec![text("+4520000101")],
            actor: Some(text("+4520000102")),
            timer: None,
            me_joined: false,
            me: text("me"),
        }
    }

    #[test]
    fn codes() {
        let who = Some(text("+4520000101"));
        assert_eq!(event(1, said()), Event::GroupRenamed { title: Some(text("Navn")) });
        assert_eq!(event(12, said()), Event::ParticipantAdded { who: who.clone() });
        assert_eq!(event(14, said()), Event::ParticipantRemoved { who: who.clone() });
        assert_eq!(
            event(5, Said { who: vec![], ..said() }),
            Event::ParticipantLeft { who: Some(text("+4520000102")) }
        );
        assert_eq!(
            event(56, Said { timer: Some(86_400), ..said() }),
            Event::TimerChanged { seconds: Some(86_400) }
        );
        assert_eq!(
            event(12, Said { me_joined: true, ..said() }),
            Event::ParticipantAdded { who: Some(text("me")) }
        );
        assert_eq!(event(99, said()), Event::Other { code: "99".to_owned(), text: Some(text("Navn")) });
    }
}
