//! Who takes part: the parties of a chat or message, their addresses in one form, and which of them is the
//! owner of the phone. Knows no message.

use model::{Address, ME, Stamp};

use crate::time::{Clock, Read};
use crate::tree::Model;

/// What the report writes for a sender that is the app itself.
const SYSTEM: &str = "System Message";

/// Apps whose identifiers are telephone numbers; elsewhere eight digits are somebody's number in the app.
const BY_NUMBER: &[&str] =
    &["sms", "mms", "rcs", "imessage", "native", "whatsapp", "signal", "viber", "phone", "messages"];

/// A party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Party {
    /// Address in its normal form; the name where there is none.
    pub(crate) address: Option<String>,
    /// Whether the address is a name.
    pub(crate) by_name: bool,
    /// Name, where it says more than the address.
    pub(crate) name: Option<String>,
    /// Whether it is the owner of the phone, as the report says.
    pub(crate) owner: Option<bool>,
    /// `From`, `To`, `Cc`, `Bcc`, as the report says.
    pub(crate) role: String,
    /// The app itself.
    pub(crate) system: bool,
    /// When it was delivered to and read by this party.
    pub(crate) delivered: Option<Stamp>,
    pub(crate) read: Option<Stamp>,
}

/// An address in its normal form.
pub(crate) fn address(raw: &str, service: &str) -> Option<String> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let lower = service.to_ascii_lowercase();
    let by_number = BY_NUMBER.iter().any(|app| lower.contains(app));
    for host in ["@s.whatsapp.net", "@c.us"] {
        if let Some(user) = raw.strip_suffix(host) {
            // a linked device stands behind a colon, an agent behind a dot
            let user = user.split([':', '.']).next().unwrap_or_default();
            let is_number = (7..=15).contains(&user.len()) && user.bytes().all(|b| b.is_ascii_digit());
            return Some(if is_number { format!("+{user}") } else { raw.to_owned() });
        }
    }
    if raw.ends_with("@g.us") || raw.ends_with("@lid") || raw.ends_with("@broadcast") {
        return Some(raw.to_owned());
    }
    match Address::parse(raw)? {
        Address::Phone(number) if by_number || raw.starts_with(['+', '\u{202a}']) => Some(number),
        address @ (Address::Email(_) | Address::ServiceId(_)) => Some(address.into_string()),
        address if by_number => Some(address.into_string()),
        _ => Some(raw.to_owned()),
    }
}

impl Party {
    /// What a model of a party says.
    pub(crate) fn of(model: &mut Model, service: &str, clock: &Clock) -> Self {
        let identifier = model.take_word("Identifier");
        let name = model.take_word("Name");
        let role = model.take_word("Role").unwrap_or_default();
        let owner = model.take_flag("IsPhoneOwner");
        let mut time = |field| match model.take_word(field).map(|t| clock.read(&t)) {
            Some(Read::Time(stamp, _)) => Some(stamp),
            _ => None,
        };
        let (delivered, read) = (time("DateDelivered"), time("DateRead"));
        let system = [&identifier, &name].into_iter().flatten().any(|w| w.eq_ignore_ascii_case(SYSTEM));
        let known = identifier.as_deref().and_then(|i| address(i, service));
        let by_name = known.is_none() && name.is_some();
        let says_more =
            name.as_ref().filter(|n| Some(*n) != identifier.as_ref() && Some(*n) != known.as_ref());
        Self {
            name: says_more.filter(|_| !by_name).cloned(),
            address: known.or(name),
            by_name,
            owner,
            role,
            system,
            delivered,
            read,
        }
    }

    /// The address as it stands in a message.
    pub(crate) fn shown(&self, is_owner: bool) -> Option<&str> {
        if is_owner { Some(ME) } else { self.address.as_deref() }
    }

    /// Whether it is one of these owners: by the report's own mark, else by address.
    pub(crate) fn is_owner(&self, owners: &[String]) -> bool {
        match self.owner {
            Some(true) => true,
            // the mark is often left out in messages, and then says no
            _ => !self.by_name && self.address.as_ref().is_some_and(|a| owners.contains(a)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, service: &str, expected: &str) {
        assert_eq!(address(raw, service).as_deref().unwrap_or("none"), expected);
    }

    #[test]
    fn addresses() {
        check("4540112233@s.whatsapp.net", "WhatsApp", "+4540112233");
        check("4540112233:17@s.whatsapp.net", "WhatsApp", "+4540112233");
        check("120363000000000001@g.us", "WhatsApp", "120363000000000001@g.us");
        check("98765@lid", "WhatsApp", "98765@lid");
        check("40 11 22 33", "SMS", "+4540112233");
        check("40112233", "Telegram", "40112233");
        check("+45 40 11 22 33", "Telegram", "+4540112233");
        check("Anna@UM.dk", "Teams", "anna@um.dk");
        check("Borger.dk", "Native Messages", "Borger.dk");
        check("1220", "SMS", "1220");
        check(" ", "SMS", "none");
    }
}
