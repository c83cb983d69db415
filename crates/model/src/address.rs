//! Addresses as phones keep them, brought to one form: Danish numbers to E.164, the rest as found.
//!
//! No lookup of any kind: eight digits are a Danish number, a leading `00` or `+` an international
//! one (ITU-T E.164: at most 15 digits), short codes and alphanumeric senders are legal and stay.

/// An address in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `+` and 7 to 15 digits (ITU-T E.164).
    Phone(String),
    /// 3 to 7 digits without country code: an SMS short code (service numbers such as 1220).
    ShortCode(String),
    /// An alphanumeric SMS sender, `Borger.dk` (3GPP TS 23.040, 9.1.2.5).
    SenderName(String),
    /// An e-mail address, lower-cased.
    Email(String),
    /// A UUID: a Signal service id.
    ServiceId(String),
    /// Anything else, as found.
    Unparsed(String),
}

impl Address {
    /// Brings an address to its normal form; `None` for an empty one.
    pub fn parse(raw: &str) -> Option<Self> {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let bare = strip_scheme(trimmed);
        if bare.is_empty() {
            return None;
        }
        if bare.contains('@') {
            let mail = bare.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && host.contains('.') && !bare.contains(char::is_whitespace)
            });
            return Some(if mail {
                Self::Email(bare.to_lowercase())
            } else {
                Self::Unparsed(trimmed.to_owned())
            });
        }
        if is_uuid(bare) {
            return Some(Self::ServiceId(bare.to_ascii_lowercase()));
        }
        let Some(number) = digits(bare) else {
            return Some(if bare.chars().any(char::is_alphabetic) {
                Self::SenderName(bare.to_owned())
            } else {
                Self::Unparsed(trimmed.to_owned())
            });
        };
        Some(number.unwrap_or_else(|| Self::Unparsed(trimmed.to_owned())))
    }

    /// The address as text, as `sender` in the normalised message.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(s)
            | Self::ShortCode(s)
            | Self::SenderName(s)
            | Self::Email(s)
            | Self::ServiceId(s)
            | Self::Unparsed(s) => s,
        }
    }

    /// The address as text, taken out.
    pub fn into_string(self) -> String {
        match self {
            Self::Phone(s)
            | Self::ShortCode(s)
            | Self::SenderName(s)
            | Self::Email(s)
            | Self::ServiceId(s)
            | Self::Unparsed(s) => s,
        }
    }
}

/// `tel:`, `mailto:`, `sms:` in any case.
fn strip_scheme(s: &str) -> &str {
    for scheme in ["tel:", "mailto:", "sms:", "smsto:"] {
        if let Some(head) = s.get(..scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            return s[scheme.len()..].trim();
        }
    }
    s
}

/// Marks of direction and joining that phones wrap around pasted numbers.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_uuid(s: &str) -> bool {
    s.len() == 36
        && s.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// `None`: not made of digits and the usual separators. `Some(None)`: digits, but no legal number.
#[expect(clippy::option_option, reason = "not a number, a bad number and a good one are three things")]
fn digits(s: &str) -> Option<Option<Address>> {
    let (plus, rest) = match s.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, s),
    };
    let mut d = String::with_capacity(16);
    for c in rest.chars() {
        match c {
            '0'..='9' => d.push(c),
            // spaces of all widths, and the marks that phones put around numbers
            ' '
            | '-'
            | '.'
            | '('
            | ')'
            | '/'
            | '\u{a0}'
            | '\u{2007}'
            | '\u{2010}'..='\u{2015}'
            | '\u{202f}' => {}
            _ if is_invisible(c) => {}
            _ => return None,
        }
    }
    let international = |d: &str| {
        // "+45 (0)40 ..." is a common slip: no Danish number begins with 0
        let d = d
            .strip_prefix("450")
            .filter(|rest| rest.len() == 8)
            .map_or_else(|| d.to_owned(), |rest| format!("45{rest}"));
        ((7..=15).contains(&d.len()) && !d.starts_with('0')).then(|| Address::Phone(format!("+{d}")))
    };
    Some(match d.len() {
        0 => None,
        _ if plus => international(&d),
        _ if d.starts_with("00") => international(&d[2..]),
        // no Danish number begins with 0 or 1; eight such digits are somebody else's, and which is unknown
        8 if d.starts_with(['0', '1']) => None,
        8 => Some(Address::Phone(format!("+45{d}"))),
        3..=7 => Some(Address::ShortCode(d)),
        10 if d.starts_with("45") => international(&d),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let shown = match Address::parse(input) {
            None => "none".to_owned(),
            Some(Address::Phone(s)) => s,
            Some(Address::ShortCode(s)) => format!("short {s}"),
            Some(Address::SenderName(s)) => format!("name {s}"),
            Some(Address::Email(s)) => format!("mail {s}"),
            Some(Address::ServiceId(s)) => format!("id {s}"),
            Some(Address::Unparsed(s)) => format!("unparsed {s}"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn danish_numbers() {
        check("40 11 22 33", "+4540112233");
        check("06543219", "unparsed 06543219");
        check("40112233", "+4540112233");
        check("+45 40 11 22 33", "+4540112233");
        check("0045 40112233", "+4540112233");
        check("4540112233", "+4540112233");
        check("tel:+4540112233", "+4540112233");
        check("TEL:40-11-22-33", "+4540112233");
        check("\u{202a}+45\u{a0}40\u{a0}11\u{a0}22\u{a0}33\u{202c}", "+4540112233");
        check("+45 (0)40112233", "+4540112233");
        check("40.11.22.33", "+4540112233");
    }

    #[test]
    fn other_numbers() {
        check("+298 221234", "+298221234");
        check("+299 52 12 34", "+299521234");
        check("+1 (555) 010-0199", "+15550100199");
        check("0046 70 123 45 67", "+46701234567");
        check("+1234567890123456", "unparsed +1234567890123456");
        check("123456789", "unparsed 123456789");
    }

    #[test]
    fn senders_that_are_no_numbers() {
        check("1220", "short 1220");
        check("Borger.dk", "name Borger.dk");
        check("e-Boks", "name e-Boks");
        check("7-Eleven", "name 7-Eleven");
        check("Anna.Holm@UM.dk", "mail anna.holm@um.dk");
        check("mailto:a@b.dk", "mail a@b.dk");
        check("12345@lid", "unparsed 12345@lid");
        check("6f9c1f3e-0000-4000-A000-000000000001", "id 6f9c1f3e-0000-4000-a000-000000000001");
        check("", "none");
        check("  ", "none");
        check("+", "unparsed +");
        check("***", "unparsed ***");
    }
}
