//! The chat's name as the export's file name has it. File names say who somebody wrote with: they never
//! reach an error or a report.

/// What stands before the chat's name. Danish and Nordic forms are believed, the others were seen in public
/// parsers and samples.
const BEFORE: &[&str] = &[
    "WhatsApp-chat med ",
    "WhatsApp Chat med ",
    "WhatsApp-samtale med ",
    "WhatsApp-chatt med ",
    "Whatsapp-chatt med ",
    "WhatsApp-chat - ",
    "WhatsApp Chat with ",
    "WhatsApp Chat - ",
    "WhatsApp Chat mit ",
    "WhatsApp-Chat mit ",
    "WhatsApp-chat met ",
    "WhatsApp Chat met ",
    "Discussion WhatsApp avec ",
    "Chat de WhatsApp con ",
    "Chat WhatsApp con ",
    "Conversa do WhatsApp com ",
    "Conversa no WhatsApp com ",
    "Chat WhatsApp s uživatelem ",
    "Чат WhatsApp с контактом ",
    "Чат WhatsApp с ",
];

/// What a file name says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileName<'n> {
    /// Whether it is one that WhatsApp gives.
    pub(crate) is_export: bool,
    /// The chat's name in it.
    pub(crate) chat: Option<&'n str>,
}

/// Reads a file name, with or without its ending.
pub(crate) fn read(name: &str) -> FileName<'_> {
    let stem = [".txt", ".zip", ".TXT", ".ZIP"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    for before in BEFORE {
        if let Some(chat) = after(stem, before) {
            let chat = Some(crate::marks::bare(chat)).filter(|c| !c.is_empty());
            return FileName { is_export: true, chat };
        }
    }
    let is_export = stem.starts_with("_chat") || stem.to_lowercase().contains("whatsapp");
    FileName { is_export, chat: None }
}

/// What stands behind `before`, whatever spaces or underscores stand for its spaces.
fn after<'n>(stem: &'n str, before: &str) -> Option<&'n str> {
    let mut rest = stem;
    for c in before.chars() {
        let found = rest.chars().next()?;
        let same = found.eq_ignore_ascii_case(&c)
            || (c == ' ' && (crate::marks::is_space(found) || found == '_'))
            || found == c;
        if !same {
            return None;
        }
        rest = &rest[found.len_utf8()..];
    }
    Some(rest)
}

/// Whether two names are one, as far as a file system lets a name be written.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let plain = |s: &str| -> String {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (crate::marks::bare(a), crate::marks::bare(b));
    a == b || (plain(a) == plain(b) && !plain(a).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, is_export: bool, chat: Option<&str>) {
        assert_eq!(read(name), FileName { is_export, chat }, "{name}");
    }

    #[test]
    fn file_names() {
        check("WhatsApp-chat med Mette Holm.txt", true, Some("Mette Holm"));
        check("WhatsApp-chat med A.txt.txt", true, Some("A.txt"));
        check("WhatsApp Chat with Budget - 2026.txt", true, Some("Budget - 2026"));
        check("WhatsApp_Chat_with_Lars.txt", true, Some("Lars"));
        check("WhatsApp Chat - Mette.zip", true, Some("Mette"));
        check("Чат WhatsApp с\u{a0}контактом Dmitry S.txt", true, Some("Dmitry S"));
        check("_chat.txt", true, None);
        check("whatsapp.txt", true, None);
        check("noter.txt", false, None);
    }

    #[test]
    fn names_alike() {
        assert!(alike("Team: Budget", "Team_ Budget") && alike("\u{200e}Mette ", "mette"));
        assert!(!alike("Mette", "Lars") && !alike("?", "!"));
    }
}
