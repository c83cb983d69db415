//! What WhatsApp itself says in a chat: groups, calls, numbers, timers, encryption. A sentence is matched as
//! a whole; one that is not known is kept as it stands.

use std::sync::{Arc, LazyLock};

use model::{Event, Sensitive, Text};

use crate::lists::List;
use crate::marks::{is_mark, key};
use crate::notice_words::{SENTENCES, Says, YOU};
use crate::words::{CALLS, ENCRYPTED};

/// Longest text that is tried.
const MOST_BYTES: usize = 2048;

/// Somebody named in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The owner of the phone.
    Owner,
    /// Somebody by name, as written.
    Other(String),
}

/// A sentence understood.
#[derive(Debug, PartialEq)]
pub(crate) struct Notice {
    pub(crate) says: Says,
    pub(crate) actor: Option<Named>,
    pub(crate) who: Option<Named>,
    pub(crate) title: Option<String>,
    pub(crate) old_title: Option<String>,
    pub(crate) seconds: Option<u64>,
    /// A notice about encryption.
    pub(crate) encryption: bool,
}

impl Notice {
    /// Whether it happens in groups only.
    pub(crate) fn is_of_group(&self) -> bool {
        use Says::{Added, Created, Group, Joined, Left, Photo, Removed, Renamed};
        matches!(self.says, Created | Renamed | Added | Joined | Removed | Left | Photo | Group)
    }

    /// As an event; `text` is the sentence.
    pub(crate) fn event(&self, text: &str, address: &mut dyn FnMut(&Named) -> Text) -> Event {
        let title = || self.title.as_deref().map(|t| Sensitive::new(Arc::from(t)));
        let mut who = |named: &Option<Named>| named.as_ref().map(&mut *address);
        let other =
            |code: &str| Event::Other { code: code.to_owned(), text: Some(Sensitive::new(Arc::from(text))) };
        match self.says {
            _ if self.encryption => Event::EncryptionNotice,
            Says::Security => Event::EncryptionNotice,
            Says::Renamed => Event::GroupRenamed { title: title() },
            Says::Added | Says::Joined => Event::ParticipantAdded { who: who(&self.who) },
            Says::Removed => Event::ParticipantRemoved { who: who(&self.who) },
            Says::Left => Event::ParticipantLeft { who: who(&self.who) },
            Says::Photo => Event::GroupPhotoChanged,
            Says::Timer => Event::TimerChanged { seconds: self.seconds },
            Says::TimerOff => Event::TimerChanged { seconds: Some(0) },
            Says::Number => Event::NumberChanged,
            Says::Call => Event::CallMissed,
            Says::Created => other("group_created"),
            Says::Group => other("group_changed"),
            Says::Other => other("notice"),
        }
    }
}

/// Whether a line without a sender's name in front may be older or younger than its neighbours.
pub(crate) fn may_be_backdated(rest: &str) -> bool {
    let text = rest.split_once(": ").map_or(rest, |(_, text)| text);
    !rest.contains(": ") || is_encryption(text)
}

/// Whether the text begins as a notice about encryption.
pub(crate) fn is_encryption(text: &str) -> bool {
    static LIST: LazyLock<List> = LazyLock::new(|| List::new(ENCRYPTED.iter().copied()));
    if !LIST.may_have(text) {
        return false;
    }
    let short: String = text.chars().filter(|c| !is_mark(*c)).take(160).collect();
    let key = key(&short);
    key.len() > 12 && ENCRYPTED.iter().any(|begin| key.starts_with(begin))
}

/// Whether a whole text is a missed call.
pub(crate) fn is_call(text: &str) -> bool {
    static LIST: LazyLock<List> = LazyLock::new(|| List::new(CALLS.iter().copied()));
    (8..160).contains(&text.len()) && LIST.has(text)
}

/// Whether a text is WhatsApp's own beyond doubt: an encryption notice, a file left out or attached, a
/// message withdrawn.
pub(crate) fn is_own_words(text: &str) -> bool {
    is_encryption(text) || crate::body::is_marker(text)
}

/// The sentence that `text` is.
pub(crate) fn read(text: &str) -> Option<Notice> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut notice = Notice {
        says: Says::Other,
        actor: None,
        who: None,
        title: None,
        old_title: None,
        seconds: None,
        encryption: false,
    };
    if is_encryption(text) {
        notice.encryption = true;
        return Some(notice);
    }
    if is_call(text) {
        notice.says = Says::Call;
        return Some(notice);
    }
    let plain = plain(text);
    for (says, pattern) in SENTENCES {
        let mut found = Vec::new();
        if !matches(pattern, &plain, &mut found) {
            continue;
        }
        notice.says = *says;
        for (place, value) in found {
            let named = || named(value);
            match place {
                'a' => notice.actor = Some(named()),
                'w' => notice.who = Some(named()),
                't' => notice.title = Some(value.to_owned()),
                _ => notice.old_title = Some(value.to_owned()),
            }
        }
        if matches!(says, Says::Left | Says::Joined) {
            notice.actor.clone_from(&notice.who);
        }
        if *says == Says::Timer {
            notice.seconds = seconds(&plain);
        }
        return Some(notice);
    }
    None
}

fn named(value: &str) -> Named {
    if YOU.contains(&value.to_lowercase().as_str()) { Named::Owner } else { Named::Other(value.to_owned()) }
}

/// The text without marks and the stop at its end, quotation marks as `"`.
fn plain(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !is_mark(*c))
        .map(|c| match c {
            '“' | '”' | '„' | '‟' | '«' | '»' => '"',
            '’' => '\'',
            _ => c,
        })
        .collect();
    plain.trim().trim_end_matches('.').to_owned()
}

/// Whether `text` as a whole is `pattern`; what its places hold is pushed to `found`.
fn matches<'t>(pattern: &str, text: &'t str, found: &mut Vec<(char, &'t str)>) -> bool {
    let mut at = 0;
    let mut open: Option<char> = None;
    let mut rest = pattern;
    while !rest.is_empty() {
        let next = rest.find(['{', '*']).unwrap_or(rest.len());
        let (literal, behind) = rest.split_at(next);
        if !literal.is_empty() {
            let last = behind.is_empty();
            let place = match open {
                None => text[at..].starts_with(literal).then_some(0),
                // the end of a sentence is looked for at its end
                Some(_) if last => text[at..].ends_with(literal).then(|| text.len() - at - literal.len()),
                Some(_) => text[at..].find(literal),
            };
            let Some(place) = place else { return false };
            if !take(open.take(), &text[at..at + place], found) {
                return false;
            }
            at += place + literal.len();
        }
        rest = match behind.chars().next() {
            Some('{') => {
                open = behind.chars().nth(1);
                &behind[3..]
            }
            Some(_) => {
                open = Some('*');
                &behind[1..]
            }
            None => "",
        };
    }
    match open {
        None => at == text.len(),
        some => take(some, &text[at..], found),
    }
}

/// Notes what a place holds; a name or title is one line and not without end.
fn take<'t>(place: Option<char>, value: &'t str, found: &mut Vec<(char, &'t str)>) -> bool {
    match place {
        None => value.is_empty(),
        Some('*') => true,
        Some(place) => {
            let value = crate::marks::bare(value);
            let fits = !value.is_empty() && value.len() <= 400 && !value.contains('\n');
            if fits {
                found.push((place, value));
            }
            fits
        }
    }
}

/// The timer in a sentence: 24 hours, 7 days, 90 days and what else may come.
fn seconds(text: &str) -> Option<u64> {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).peekable();
    while let Some(word) = words.next() {
        let Ok(count) = word.parse::<u64>() else { continue };
        let unit = words.peek()?.to_lowercase();
        let unit = match unit.as_str() {
            u if u.starts_with("dag")
                || u.starts_with("day")
                || u.starts_with("tag")
                || u.starts_with("dygn") =>
            {
                86_400
            }
            u if u.starts_with("tim") || u.starts_with("hour") || u.starts_with("stunde") => 3_600,
            u if u.starts_with("ug")
                || u.starts_with("week")
                || u.starts_with("woche")
                || u.starts_with("uke")
                || u.starts_with("veck") =>
            {
                604_800
            }
            _ => continue,
        };
        return count.checked_mul(unit);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = read(text).map_or("none".to_owned(), |n| {
            let name = |n: &Option<Named>| match n {
                None => String::new(),
                Some(Named::Owner) => " ME".to_owned(),
                Some(Named::Other(name)) => format!(" <{name}>"),
            };
            let says = if n.encryption { "Encryption".to_owned() } else { format!("{:?}", n.says) };
            let title =
                [&n.old_title, &n.title].map(|t| t.as_ref().map_or(String::new(), |t| format!(" «{t}»")));
            let seconds = n.seconds.map_or(String::new(), |s| format!(" {s}"));
            // who left or joined did it themselves
            let actor = if n.actor == n.who { String::new() } else { name(&n.actor) };
            format!("{says}{actor}{}{}{seconds}", name(&n.who), title.concat())
        });
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn danish() {
        check("Beskeder og opkald er end-to-end-krypterede. Ingen uden for denne chat ...", "Encryption");
        check("Mette Holm oprettede gruppen \"Budget: 2026\"", "Created <Mette Holm> «Budget: 2026»");
        check("Du oprettede gruppen “Budget”", "Created ME «Budget»");
        check("Mette tilføjede Lars", "Added <Mette> <Lars>");
        check("Mette tilføjede dig", "Added <Mette> ME");
        check("Du fjernede +45 20 12 16 76", "Removed ME <+45 20 12 16 76>");
        check("Lars forlod gruppen", "Left <Lars>");
        check("\u{200e}Lars forlod", "Left <Lars>");
        check("Mette ændrede gruppens navn fra \"A - B\" til \"C\"", "Renamed <Mette> «A - B» «C»");
        check("Mette ændrede gruppens ikon", "Photo <Mette>");
        check("Lars skiftede telefonnummer til et nyt nummer. Tryk for ...", "Number <Lars>");
        check("Din sikkerhedskode for Lars har ændret sig. Tryk for at læse mere", "Security");
        check(
            "Du aktiverede forsvindende beskeder. Nye beskeder forsvinder fra denne chat 7 dage efter, de er sendt.",
            "Timer ME 604800",
        );
        check("Du deaktiverede forsvindende beskeder.", "TimerOff ME");
        check("Ubesvaret taleopkald", "Call");
        check("Mistet opkald", "Call");
        check("Mette tilføjede: nej", "none");
        check("budget", "none");
    }

    #[test]
    fn other_languages() {
        check("Dmitry S created group \"Group Chat\"", "Created <Dmitry S> «Group Chat»");
        check(
            "You changed the subject from \"Group Chat\" to \"Group Chat XXX\"",
            "Renamed ME «Group Chat» «Group Chat XXX»",
        );
        check(
            "You updated the message timer. New messages will disappear from this chat 24 hours after they're sent. Tap to change.",
            "Timer ME 86400",
        );
        check("+7 999 999-99-99 joined using this group's invite link", "Joined <+7 999 999-99-99>");
        check("Dmitry S removed +7 999 999-99-99", "Removed <Dmitry S> <+7 999 999-99-99>");
        check("You're now an admin", "Group");
        check("Anna hat den Betreff von „A“ zu „B“ geändert.", "Renamed <Anna> «A» «B»");
        check("Anna hat Bernd hinzugefügt", "Added <Anna> <Bernd>");
        check("Gemiste spraakoproep", "Call");
        check("Пропущенный аудиозвонок", "Call");
        check("Anna la til Bjørn", "Added <Anna> <Bjørn>");
        check("Anna lade till Björn", "Added <Anna> <Björn>");
    }

    #[test]
    fn patterns() {
        let case = |pattern: &str, text: &str| {
            let mut found = Vec::new();
            matches(pattern, text, &mut found)
                .then(|| found.iter().map(|f| f.1).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(case("a", "a"), Some(String::new()));
        assert_eq!(case("a", "ab"), None);
        assert_eq!(case("a*", "ab"), Some(String::new()));
        assert_eq!(case("{a} x {w}", "æ x ø x å"), Some("æ|ø x å".to_owned()));
        assert_eq!(case("{a} x", "æ x x"), Some("æ x".to_owned()));
        assert_eq!(case("{a} x", "x"), None);
        assert_eq!(case("{a} \"{t}\"", "æ \"\""), None);
    }
}
