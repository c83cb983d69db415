//! WhatsApp's addresses (`4540112233@s.whatsapp.net`, `…@lid`, `…@g.us`) and what stands for them in a
//! message: a number in E.164 where the address holds one, else the address as it is.

use std::sync::Arc;

use model::{Sensitive, Text};

/// An address in its parts, without the device that it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Jid<'a> {
    pub(crate) user: &'a str,
    pub(crate) server: &'a str,
}

impl<'a> Jid<'a> {
    /// The parts of an address; `None` for what is none.
    pub(crate) fn parse(raw: &'a str) -> Option<Self> {
        let (user, server) = raw.trim().rsplit_once('@')?;
        if user.is_empty() || server.is_empty() || server.contains(char::is_whitespace) {
            return None;
        }
        // user.agent:device
        let user = match server {
            "s.whatsapp.net" | "c.us" | "lid" => user.split(['.', ':']).next().unwrap_or(user),
            _ => user,
        };
        Some(Self { user, server })
    }

    /// Whether it is a group.
    pub(crate) fn is_group(self) -> bool {
        self.server == "g.us"
    }

    /// Whether it is where statuses are shown: one feed for all, or one for each person.
    pub(crate) fn is_feed(self) -> bool {
        matches!(self.server, "status" | "lid.status") || (self.user, self.server) == ("status", "broadcast")
    }

    /// Whether it is one person.
    pub(crate) fn is_person(self) -> bool {
        matches!(self.server, "s.whatsapp.net" | "c.us" | "lid")
    }

    /// Whether it is an opaque id that stands for a person.
    pub(crate) fn is_lid(self) -> bool {
        self.server == "lid"
    }

    /// The number of that person, in E.164.
    pub(crate) fn number(self) -> Option<String> {
        matches!(self.server, "s.whatsapp.net" | "c.us").then(|| number(self.user)).flatten()
    }

    /// Without device: the form that lists of contacts use.
    pub(crate) fn bare(self) -> String {
        format!("{}@{}", self.user, self.server)
    }
}

/// Digits as a number in E.164 (ITU-T E.164: at most 15), however they are written.
pub(crate) fn number(digits: &str) -> Option<String> {
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let is = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit());
    is.then(|| format!("+{digits}"))
}

/// What stands for an address in a message.
pub(crate) fn address(raw: &str) -> String {
    match Jid::parse(raw) {
        Some(jid) => jid.number().unwrap_or_else(|| jid.bare()),
        None => raw.trim().to_owned(),
    }
}

/// Text as messages hold it.
pub(crate) fn text(s: &str) -> Text {
    Sensitive::new(Arc::from(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(address(raw), expected);
    }

    #[test]
    fn addresses() {
        check("4540112233@s.whatsapp.net", "+4540112233");
        check("4540112233@c.us", "+4540112233");
        check("4540112233.0:12@s.whatsapp.net", "+4540112233");
        check("4540112233:3@s.whatsapp.net", "+4540112233");
        check("100000000000001@lid", "100000000000001@lid");
        check("100000000000001:7@lid", "100000000000001@lid");
        check("120363000000000001@g.us", "120363000000000001@g.us");
        check("4540112233-1600000000@g.us", "4540112233-1600000000@g.us");
        check("status@broadcast", "status@broadcast");
        check("0@s.whatsapp.net", "0@s.whatsapp.net");
        check("123@newsletter", "123@newsletter");
        check("uden snabel-a", "uden snabel-a");
        check("@", "@");
        check("", "");
    }

    #[test]
    fn feeds() {
        let is = |raw: &str| Jid::parse(raw).is_some_and(Jid::is_feed);
        assert!(is("4540112233@status") && is("100000000000001@lid.status") && is("status@broadcast"));
        assert!(!is("4540112233@s.whatsapp.net") && !is("1@broadcast") && !is("1@lid"));
    }

    #[test]
    fn numbers() {
        assert_eq!(number("+4540112233").as_deref(), Some("+4540112233"));
        for bad in ["", "12345", "0045401122", "40112233x", "1234567890123456"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
