//! What is in a sample backup of Signal, whatever its format: persons, a group, and messages of every
//! kind, drawn from a seed; and what a reader must find.

use hmac::{Hmac, KeyInit, Mac};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::Sha256;

use crate::story::MORE;

/// Passphrase of the sample backup files.
pub const PASSPHRASE: &str = "12345 67890 12345 67890 12345 67890";
/// Recovery key of the sample folders.
pub const RECOVERY_KEY: &str =
    "MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM";
/// Every key, PIN and credential in a sample contains this; nothing a reader hands on may.
pub const SECRET_MARK: &str = "HEMMELIGNOEGLE";

/// The owner: recipient, number, service id.
pub(crate) const OWNER: (u64, &str, [u8; 16]) = (1, "+4520009999", [0x11; 16]);
/// Others: number where they show one, name, service id.
pub(crate) const OTHERS: [(Option<&str>, &str, [u8; 16]); 4] = [
    (Some("+4520000101"), "Anna Holm", [0x21; 16]),
    (Some("+4520000102"), "Jens Bro", [0x22; 16]),
    (None, "Mette Lund", [0x23; 16]),
    (Some("+4520000104"), "Far", [0x24; 16]),
];
/// Recipient of the group, its members by place in [`OTHERS`].
pub(crate) const GROUP: (u64, &[usize]) = (10, &[0, 1, 2]);
/// Names that the group had, one after the other.
pub(crate) const TITLES: [&str; 2] = ["Høring", "Høring om havneloven"];

/// The master key of the group: a secret.
pub(crate) fn master_key() -> [u8; 32] {
    let mut key = [0x5a; 32];
    key[..SECRET_MARK.len()].copy_from_slice(SECRET_MARK.as_bytes());
    key
}

/// Recipient of one of the others.
pub(crate) fn recipient(other: usize) -> u64 {
    2 + other as u64
}

/// The address of one of the others.
pub(crate) fn address(other: usize) -> String {
    let (number, _, id) = OTHERS[other];
    number.map_or_else(|| uuid(&id), str::to_owned)
}

/// The group's id: zkgroup's hash of the master key.
pub(crate) fn group() -> String {
    let hmac = |key: &[u8], data: &[u8]| {
        <Hmac<Sha256> as KeyInit>::new_from_slice(key)
            .expect("any key")
            .chain_update(data)
            .finalize()
            .into_bytes()
    };
    let mut label = b"Signal_ZKGroup_20200424_GroupMasterKey_GroupSecretParams_DeriveFromMasterKey".to_vec();
    label.push(0);
    let mut master = master_key().to_vec();
    master.push(0);
    let id = hmac(&hmac(&hmac(&[0; 32], &label), &master), &[0, 0, 0, 0, 0, 0, 0, 0, 1]);
    format!("__signal_group__v2__!{}", hex(&id))
}

/// A service id as text.
pub(crate) fn uuid(id: &[u8; 16]) -> String {
    let h = hex(id);
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chat {
    With(usize),
    Group,
    Self_,
}

/// A file that comes with a message.
#[derive(Clone)]
pub(crate) struct FileOf {
    pub(crate) name: Option<String>,
    pub(crate) mime: &'static str,
    pub(crate) content: Vec<u8>,
    /// Whether the content is in the backup.
    pub(crate) there: bool,
}

/// What is special about a message.
pub(crate) enum Kind {
    Plain,
    /// Earlier texts, oldest first, each 30 seconds after the one before.
    Edited(Vec<String>),
    Deleted,
    File(FileOf),
    Sticker(FileOf),
    /// The text is too long for its row.
    Long,
    /// The text mentions one of the others at its start.
    Mention(usize),
    /// Somebody reacted: `None` the owner.
    Reacted(Option<usize>, &'static str),
    /// An answer to the message sent at that time by that recipient.
    Quote(i64, u64),
    Timer(u64),
    Renamed,
    Added(usize),
    Poll(Vec<String>),
    MissedCall,
}

/// A message.
pub(crate) struct Line {
    pub(crate) chat: Chat,
    /// `None`: the owner.
    pub(crate) from: Option<usize>,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

impl Line {
    /// Recipient of the chat.
    pub(crate) fn chat_recipient(&self) -> u64 {
        match self.chat {
            Chat::With(other) => recipient(other),
            Chat::Group => GROUP.0,
            Chat::Self_ => OWNER.0,
        }
    }

    /// Recipient who wrote it.
    pub(crate) fn author(&self) -> u64 {
        self.from.map_or(OWNER.0, recipient)
    }
}

/// What a reader must give for a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Number, service id or group id.
    pub conversation: String,
    /// Name of the group when the message was sent.
    pub conversation_name: Option<String>,
    /// Sent time in milliseconds.
    pub id: String,
    /// Address, or `me`.
    pub sender: String,
    /// By the owner.
    pub outgoing: bool,
    /// Text.
    pub body: Option<String>,
    /// Name and content; no content where the file is not in the backup.
    pub files: Vec<(Option<String>, Option<Vec<u8>>)>,
    /// Times in milliseconds and texts.
    pub edits: Vec<(i64, String)>,
    /// Withdrawn.
    pub unsent: bool,
    /// Who and emoji.
    pub reactions: Vec<(String, String)>,
    /// Id of the message answered.
    pub reply_to: Option<String>,
    /// Type of the event.
    pub event: Option<&'static str>,
}

/// What a reader must find.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Every message in the order of the source.
    pub messages: Vec<Expected>,
    /// Rows folded into a message.
    pub folded: u64,
    /// Offsets at which a frame begins, for tests that damage.
    pub frames: Vec<u64>,
}

/// A story of `count` messages.
pub(crate) fn story(seed: u64, count: u32, file_size: usize, mark: &str) -> Vec<Line> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut at = 1_767_600_000_000_i64;
    let mut lines: Vec<Line> = Vec::new();
    for i in 0..count {
        at += 60_000 + i64::from(rng.random_range(0..3_600_000_u32));
        let chat = match rng.random_range(0..20_u32) {
            0..=8 => Chat::With(rng.random_range(0..OTHERS.len())),
            9..=18 => Chat::Group,
            _ => Chat::Self_,
        };
        let from = match chat {
            _ if rng.random_range(0..5_u32) < 2 => None,
            Chat::With(other) => Some(other),
            Chat::Group => Some(GROUP.1[rng.random_range(0..GROUP.1.len())]),
            Chat::Self_ => None,
        };
        let sentence =
            |rng: &mut ChaCha8Rng| format!("{}{mark} [{i}]", MORE[rng.random_range(0..MORE.len())]);
        let mut text = sentence(&mut rng);
        let mut content = vec![0; rng.random_range(1..=file_size.max(1))];
        // every kind comes early, so that a small story has them all
        let kind = match if i < 40 { i % 20 } else { rng.random_range(0..60) } {
            1 => Kind::Edited(vec![sentence(&mut rng), sentence(&mut rng)]),
            2 => Kind::Deleted,
            3 | 4 => {
                rng.fill_bytes(&mut content);
                let name = Some(format!("Bilag{mark} {i}.pdf"));
                Kind::File(FileOf { name, mime: "application/pdf", content, there: i % 7 != 4 })
            }
            5 => {
                rng.fill_bytes(&mut content);
                Kind::Sticker(FileOf { name: None, mime: "image/webp", content, there: true })
            }
            6 => {
                text = format!("{text} ").repeat(60);
                Kind::Long
            }
            7 => Kind::Mention(rng.random_range(0..OTHERS.len())),
            8 | 9 => Kind::Reacted([None, Some(0), Some(1)][rng.random_range(0..3)], "👍"),
            10 if !lines.is_empty() => {
                let quoted = &lines[rng.random_range(0..lines.len())];
                Kind::Quote(quoted.at, quoted.author())
            }
            11 => Kind::Timer(604_800),
            12 if chat == Chat::Group && !lines.iter().any(|l| matches!(l.kind, Kind::Renamed)) => {
                Kind::Renamed
            }
            13 if chat == Chat::Group => Kind::Added(2),
            14 => Kind::Poll(vec!["Ja".to_owned(), "Nej".to_owned()]),
            15 if from.is_some() && chat != Chat::Group => Kind::MissedCall,
            _ => Kind::Plain,
        };
        lines.push(Line { chat, from, at, text, kind });
    }
    lines
}

/// What a reader must find for the lines, in groups called `group`.
pub(crate) fn expected(lines: &[Line], group: &str) -> Vec<Expected> {
    let renamed = lines.iter().find(|l| matches!(l.kind, Kind::Renamed)).map(|l| l.at);
    lines.iter().map(|line| one(line, group, renamed)).collect()
}

fn one(line: &Line, group: &str, renamed: Option<i64>) -> Expected {
    let me = || "me".to_owned();
    let title = TITLES[usize::from(renamed.is_none_or(|at| line.at >= at))];
    let mut out = Expected {
        conversation: match line.chat {
            Chat::With(other) => address(other),
            Chat::Group => group.to_owned(),
            Chat::Self_ => OWNER.1.to_owned(),
        },
        conversation_name: (line.chat == Chat::Group).then(|| title.to_owned()),
        id: line.at.to_string(),
        sender: line.from.map_or_else(me, address),
        outgoing: line.from.is_none(),
        body: Some(line.text.clone()),
        ..Expected::default()
    };
    match &line.kind {
        Kind::Plain | Kind::Long | Kind::Poll(_) => {}
        Kind::Edited(earlier) => {
            let texts = earlier.iter().chain([&line.text]);
            out.edits = texts.zip(0..).map(|(t, i)| (line.at + 30_000 * i, t.clone())).collect();
        }
        Kind::Deleted => (out.unsent, out.body) = (true, None),
        Kind::File(f) | Kind::Sticker(f) => {
            out.files.push((f.name.clone(), f.there.then(|| f.content.clone())));
            out.body = matches!(line.kind, Kind::File(_)).then(|| line.text.clone());
        }
        Kind::Mention(other) => out.body = Some(format!("@{} {}", OTHERS[*other].1, line.text)),
        Kind::Reacted(who, emoji) => out.reactions.push((who.map_or_else(me, address), (*emoji).to_owned())),
        Kind::Quote(at, _) => out.reply_to = Some(at.to_string()),
        Kind::Timer(_) => (out.event, out.body) = (Some("timer_changed"), None),
        Kind::Renamed => (out.event, out.body) = (Some("group_renamed"), None),
        Kind::Added(_) => (out.event, out.body) = (Some("participant_added"), None),
        Kind::MissedCall => (out.event, out.body) = (Some("call_missed"), None),
    }
    out
}
