//! Who is named in a Signal source: a person's address and name, and the conversation that a thread or
//! chat is. Shared by all Signal formats, which number their people differently.

use std::sync::Arc;

use model::{Address, ME, Sensitive, Text};

/// Somebody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// E.164 number, else service id, else username; `me` for the owner. `None` when the source
    /// gives none of them.
    pub(crate) address: Option<Text>,
    /// Name in the source's own address book.
    pub(crate) name: Option<Text>,
    pub(crate) is_me: bool,
}

/// Shared text.
pub(crate) fn text(value: &str) -> Text {
    Sensitive::new(Arc::from(value))
}

/// Shared text, when there is any.
pub(crate) fn some(value: Option<&str>) -> Option<Text> {
    value.map(str::trim).filter(|v| !v.is_empty()).map(text)
}

impl Person {
    /// The owner.
    pub(crate) fn me() -> Self {
        Self { address: Some(text(ME)), name: None, is_me: true }
    }

    /// Somebody by the first of a number, a service id, anything else.
    pub(crate) fn of(
        e164: Option<&str>,
        service_id: Option<&str>,
        other: Option<&str>,
        name: Option<&str>,
    ) -> Self {
        let number = e164.and_then(Address::parse).map(Address::into_string);
        let id = || service_id.and_then(Address::parse).map(Address::into_string);
        let other = || other.map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned);
        let address = number.or_else(id).or_else(other).map(|a| text(&a));
        Self { address, name: some(name), is_me: false }
    }

    /// How a mention of them reads.
    pub(crate) fn mention(&self) -> String {
        let shown = self.name.as_ref().or(self.address.as_ref());
        format!("@{}", shown.map_or("", |t| t.expose()))
    }
}

/// A UUID as Signal writes it, from its sixteen bytes.
pub(crate) fn uuid(bytes: &[u8]) -> Option<String> {
    let bytes: &[u8; 16] = bytes.try_into().ok()?;
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&hex(&[*byte]));
    }
    Some(out)
}

/// A service id from its bytes: sixteen of an ACI, or seventeen with a kind in front (1: a PNI).
pub(crate) fn service_id(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0, id @ ..] if id.len() == 16 => uuid(id),
        [1, id @ ..] if id.len() == 16 => uuid(id).map(|u| format!("PNI:{u}")),
        id => uuid(id),
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|n| char::from(b"0123456789abcdef"[usize::from(n)]))
        .collect()
}

/// Bytes from hexadecimal of either case.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]).collect())
}
