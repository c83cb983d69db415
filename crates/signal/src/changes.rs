//! What happened in a conversation, in one form for all Signal formats, and the event that a message
//! can carry. A Signal row may hold several changes; the normal form holds one.

use model::{Event, Raw, Sensitive, Text};

use crate::people::text;

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// The group has this name now.
    Renamed(Option<Text>),
    Added(Option<Text>),
    Removed(Option<Text>),
    Left(Option<Text>),
    Photo,
    /// Seconds.
    Timer(u64),
    Number,
    MissedCall,
    Encryption,
    /// A code of ours and text.
    Other(&'static str, Option<Text>),
}

impl Change {
    fn word(&self) -> &'static str {
        match self {
            Self::Renamed(_) => "group_renamed",
            Self::Added(_) => "participant_added",
            Self::Removed(_) => "participant_removed",
            Self::Left(_) => "participant_left",
            Self::Photo => "group_photo_changed",
            Self::Timer(_) => "timer_changed",
            Self::Number => "number_changed",
            Self::MissedCall => "call_missed",
            Self::Encryption => "encryption_notice",
            Self::Other(code, _) => code,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Renamed(t) | Self::Added(t) | Self::Removed(t) | Self::Left(t) | Self::Other(_, t) => {
                t.as_ref().map(|t| t.expose().to_string())
            }
            Self::Timer(seconds) => Some(seconds.to_string()),
            Self::Photo | Self::Number | Self::MissedCall | Self::Encryption => None,
        }
    }

    /// How well the normal form can say it: what it has a word for comes before what it has not.
    fn rank(&self) -> u8 {
        match self {
            Self::Other(..) => 1,
            _ => 0,
        }
    }

    fn event(self) -> Event {
        match self {
            Self::Renamed(title) => Event::GroupRenamed { title },
            Self::Added(who) => Event::ParticipantAdded { who },
            Self::Removed(who) => Event::ParticipantRemoved { who },
            Self::Left(who) => Event::ParticipantLeft { who },
            Self::Photo => Event::GroupPhotoChanged,
            Self::Timer(seconds) => Event::TimerChanged { seconds: Some(seconds) },
            Self::Number => Event::NumberChanged,
            Self::MissedCall => Event::CallMissed,
            Self::Encryption => Event::EncryptionNotice,
            Self::Other(code, text) => Event::Other { code: code.to_owned(), text },
        }
    }
}

/// The event of a row. Persons of several changes of the first one's kind are joined by `, `; with
/// changes of several kinds all are listed in a blob of their own, one a line, so that none is lost.
pub(crate) fn event(mut changes: Vec<Change>) -> Option<(Event, Option<Raw>)> {
    changes.sort_by_key(Change::rank);
    let mut lines = String::new();
    for change in &changes {
        lines.push_str(change.word());
        if let Some(detail) = change.detail() {
            lines.push('\t');
            lines.push_str(&detail);
        }
        lines.push('\n');
    }
    let several = changes.len() > 1;
    let mut changes = changes.into_iter();
    let mut first = changes.next()?;
    if let Change::Added(who) | Change::Removed(who) | Change::Left(who) = &first {
        let mut joined = who.as_ref().map(|w| w.expose().to_string()).unwrap_or_default();
        for other in changes.by_ref() {
            if other.word() == first.word()
                && let Some(detail) = other.detail()
            {
                if !joined.is_empty() {
                    joined.push_str(", ");
                }
                joined.push_str(&detail);
            }
        }
        let joined = (!joined.is_empty()).then(|| text(&joined));
        first = match first {
            Change::Added(_) => Change::Added(joined),
            Change::Removed(_) => Change::Removed(joined),
            _ => Change::Left(joined),
        };
    }
    let raw = several.then(|| Raw { name: "changes".into(), bytes: Sensitive::new(lines.into_bytes()) });
    Some((first.event(), raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str) -> Option<Text> {
        Some(text(name))
    }

    #[test]
    fn several_changes_are_all_kept() {
        let changes = vec![
            Change::Other("description", who("d")),
            Change::Added(who("a")),
            Change::Added(who("b")),
            Change::Photo,
        ];
        let (event, raw) = event(changes).unwrap();
        assert_eq!(event, Event::ParticipantAdded { who: who("a, b") });
        let lines = "participant_added\ta\nparticipant_added\tb\ngroup_photo_changed\ndescription\td\n";
        assert_eq!(raw.unwrap().bytes.expose(), lines.as_bytes());
    }

    #[test]
    fn one_change_has_no_blob() {
        assert_eq!(
            event(vec![Change::Timer(60)]).unwrap(),
            (Event::TimerChanged { seconds: Some(60) }, None)
        );
        assert_eq!(event(Vec::new()), None);
    }
}
