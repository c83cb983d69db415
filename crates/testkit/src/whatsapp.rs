//! WhatsApp as phones have it: `ChatStorage.sqlite` of an iPhone, `msgstore.db` of both generations of
//! Android, and the encrypted backups that Android writes. Each comes with what a reader must find.

pub mod crypt;
pub mod ios;
mod schema;
pub mod store;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// The owner's address.
pub const OWNER: &str = "4520000100@s.whatsapp.net";

/// Persons: address, and name where the phone knows one.
pub(crate) const PEOPLE: [(&str, Option<&str>); 4] = [
    ("4520000101@s.whatsapp.net", Some("Anna Holm")),
    ("4520000102@s.whatsapp.net", Some("Jens Bro")),
    ("46701234567@s.whatsapp.net", None),
    ("4520000103@s.whatsapp.net", Some("Mette Lund")),
];
/// An opaque id that stands for the last of [`PEOPLE`], and one that stands for nobody known.
pub(crate) const LIDS: [&str; 2] = ["100000000000001@lid", "200000000000002@lid"];
/// A group, with all of [`PEOPLE`] and the unknown one in it.
pub(crate) const GROUP: &str = "120363000000000001@g.us";

/// Texts, with what breaks readers: several lines, emoji, marks of direction, quotes.
pub(crate) const TEXTS: [&str; 8] = [
    "Kan vi rykke mødet til kl. 14?",
    "Ja 👍🏽",
    "Første linje\nanden linje\r\ntredje",
    "Se § 7, stk. 2 – \"høring\" & 'svar' <nu>",
    "\u{200e}Notat er på vej",
    "Æøå ÆØÅ",
    "👩‍👩‍👧‍👦",
    "https://example.dk/notat?id=7",
];

/// What a reader must give for one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Address of the chat.
    pub conversation: String,
    /// Its name when the message was sent.
    pub conversation_name: Option<String>,
    /// The source's own id.
    pub id: Option<String>,
    /// `me`, a number, or an address.
    pub sender: Option<String>,
    /// Whether the owner sent it.
    pub out: bool,
    /// Milliseconds since 1970.
    pub sent: i64,
    /// Text.
    pub body: Option<String>,
    /// Files: name, and content where it is there.
    pub files: Vec<(Option<String>, Option<Vec<u8>>)>,
    /// Time of an edit.
    pub edited: Option<i64>,
    /// Withdrawn.
    pub unsent: bool,
    /// Who, what, when (ms).
    pub reactions: Vec<(Option<String>, Option<String>, i64)>,
    /// Id of the message answered.
    pub reply_to: Option<String>,
    /// Kind of the event, and whom or what it names.
    pub event: Option<(&'static str, Option<String>)>,
    /// Timer of a disappearing message, seconds.
    pub expires: Option<u64>,
    /// First time of delivery and of reading, ms.
    pub receipts: (Option<i64>, Option<i64>),
}

/// A number or an address as a reader gives it.
pub(crate) fn shown(jid: &str) -> String {
    match jid.strip_suffix("@s.whatsapp.net") {
        Some(number) => format!("+{number}"),
        // the first opaque id is known
        None if jid == LIDS[0] => shown(PEOPLE[3].0),
        None => jid.to_owned(),
    }
}

/// A text marked where marks are asked for.
pub(crate) fn marked(canary: Option<&String>, text: &str) -> String {
    match canary {
        Some(canary) => format!("{text} {canary}"),
        None => text.to_owned(),
    }
}

pub(crate) fn below(rng: &mut ChaCha20Rng, n: u32) -> usize {
    usize::try_from(rng.next_u32() % n.max(1)).unwrap_or(0)
}

/// An id as WhatsApp gives them.
pub(crate) fn stanza(rng: &mut ChaCha20Rng, prefix: &str) -> String {
    let mut bytes = [0; 9];
    rng.fill_bytes(&mut bytes);
    format!("{prefix}{}", bytes.iter().map(|b| format!("{b:02X}")).collect::<String>())
}

/// A varint of protobuf.
pub(crate) fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(u8::try_from(n & 0x7f).unwrap_or(0) | 0x80);
        n >>= 7;
    }
    out.push(u8::try_from(n).unwrap_or(0));
}

/// A field that is a number.
pub(crate) fn field_int(out: &mut Vec<u8>, field: u64, n: u64) {
    varint(out, field << 3);
    varint(out, n);
}

/// A field that is bytes.
pub(crate) fn field_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}
