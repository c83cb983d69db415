//! The backup file: frames of SQL and files, encrypted with a counter, authenticated one by one.

use std::io::{self, Write};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::sealer::{Sealer, Table, V, base64, keys};
use super::story::{
    Chat, FileOf, GROUP, Kind, Line, OTHERS, OWNER, SECRET_MARK, TITLES, Truth, expected, group, master_key,
    recipient, story, uuid,
};
use super::wire::{bytes, int, message};

/// A generation of the database's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// `sms` and `mms`, `part`; one recipient a row, who is at the other end.
    Split,
    /// `message` with both ends, `part`.
    Merged,
    /// `message`, `attachment`, `group_membership`, polls.
    Today,
}

/// What to write.
#[derive(Clone, Debug)]
pub struct FileSpec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// 0: lengths in clear; 1: lengths encrypted.
    pub version: u8,
    /// Schema.
    pub era: Era,
    /// Messages.
    pub messages: u32,
    /// Most bytes of a file.
    pub file_size: usize,
    /// A mark in every text and file name.
    pub mark: String,
}

impl FileSpec {
    /// A small backup with a message of every kind.
    pub fn small(seed: u64, version: u8, era: Era) -> Self {
        Self { seed, version, era, messages: 120, file_size: 5000, mark: String::new() }
    }
}

const RECIPIENT_OLD: Table = (
    "recipient",
    "_id,uuid,phone,group_id,group_type,system_display_name,signal_profile_name,profile_key,message_expiration_time",
);
const RECIPIENT: Table = (
    "recipient",
    "_id,type,e164,aci,pni,group_id,system_joined_name,profile_given_name,profile_key,message_expiration_time",
);
const THREAD_OLD: Table = ("thread", "_id,date,message_count,thread_recipient_id");
const THREAD: Table = ("thread", "_id,date,meaningful_messages,recipient_id");
const GROUPS_OLD: Table = ("groups", "_id,group_id,recipient_id,title,members,master_key");
const GROUPS: Table = ("groups", "_id,group_id,recipient_id,title,master_key");
const MEMBERS: Table = ("group_membership", "_id,group_id,recipient_id");
const SMS: Table =
    ("sms", "_id,thread_id,address,date,date_sent,date_server,type,subject,body,remote_deleted,expires_in");
const MMS: Table = (
    "mms",
    "_id,thread_id,date,date_received,date_server,msg_box,body,address,quote_id,quote_author,quote_body,remote_deleted,expires_in",
);
const MESSAGE: Table = (
    "message",
    "_id,date_sent,date_received,date_server,thread_id,from_recipient_id,from_device_id,to_recipient_id,type,body,read,expires_in,quote_id,quote_author,quote_body,remote_deleted,latest_revision_id,original_message_id,revision_number,message_extras",
);
const PART: Table =
    ("part", "_id,mid,ct,data_size,file_name,quote,unique_id,sticker_id,sticker_emoji,display_order");
const ATTACHMENT: Table = (
    "attachment",
    "_id,message_id,content_type,data_size,file_name,quote,sticker_id,sticker_emoji,display_order,remote_key",
);
const REACTION_OLD: Table = ("reaction", "_id,message_id,is_mms,author_id,emoji,date_sent,date_received");
const REACTION: Table = ("reaction", "_id,message_id,author_id,emoji,date_sent,date_received");
const MENTION: Table = ("mention", "_id,thread_id,message_id,recipient_id,range_start,range_length");
const POLL: Table = ("poll", "_id,author_id,message_id,question,allow_multiple_votes,end_message_id");
const OPTION: Table = ("poll_option", "_id,poll_id,option_text,option_order");

/// A row that is written behind the messages, and the file that follows it.
type Later = (Table, Vec<(&'static str, V)>, Option<FileOf>);

/// Writes a backup file; its passphrase is [`super::PASSPHRASE`].
///
/// # Errors
/// When writing fails.
pub fn write_file(spec: &FileSpec, out: &mut dyn Write) -> io::Result<Truth> {
    let mut rng = ChaCha8Rng::seed_from_u64(spec.seed ^ 0x5167);
    let (mut iv, mut salt) = ([0; 16], [0; 32]);
    rng.fill_bytes(&mut iv);
    rng.fill_bytes(&mut salt);
    let digits: Vec<u8> = super::PASSPHRASE.bytes().filter(u8::is_ascii_digit).collect();
    let mut header = [bytes(1, &iv), bytes(2, &salt)].concat();
    if spec.version > 0 {
        header.extend(int(3, u64::from(spec.version)));
    }
    let header = bytes(1, &header);
    out.write_all(&u32::try_from(header.len()).map_err(io::Error::other)?.to_be_bytes())?;
    out.write_all(&header)?;
    let counter = u32::from_be_bytes([iv[0], iv[1], iv[2], iv[3]]);
    let offset = 4 + header.len() as u64;
    let keys = keys(&digits, &salt);
    let mut w = Sealer { out, keys, iv, counter, version: spec.version, offset, frames: Vec::new() };
    let mut lines = story(spec.seed, spec.messages, spec.file_size, &spec.mark);
    if spec.era != Era::Today {
        for line in &mut lines {
            let plain = matches!((&line.kind, spec.era), (Kind::Poll(_), _) | (Kind::Edited(_), Era::Split));
            if plain {
                line.kind = Kind::Plain;
            }
        }
    }
    tables(&mut w, spec.era)?;
    people(&mut w, spec.era)?;
    let (order, folded) = messages(&mut w, spec.era, &lines)?;
    w.frame(&message(
        3,
        &[bytes(1, b"prefs"), bytes(2, b"pref_local_number"), bytes(3, OWNER.1.as_bytes())],
    ))?;
    w.frame(&message(
        3,
        &[bytes(1, b"SecurePrefs"), bytes(2, b"pref_identity"), bytes(3, SECRET_MARK.as_bytes())],
    ))?;
    if spec.era == Era::Today {
        w.frame(&message(9, &[bytes(1, b"account.e164"), bytes(7, OWNER.1.as_bytes())]))?;
        w.frame(&message(9, &[bytes(1, b"svr.pin"), bytes(7, SECRET_MARK.as_bytes())]))?;
    }
    w.frame(&message(7, &[bytes(1, b"a"), int(2, 9), bytes(3, b"2")]))?;
    w.file(b"portrait.")?;
    w.frame(&int(6, 1))?;
    let all = expected(&lines, &group());
    let messages = order.into_iter().map(|i| all[i].clone()).collect();
    Ok(Truth { messages, folded, frames: w.frames })
}

fn tables(w: &mut Sealer<'_>, era: Era) -> io::Result<()> {
    w.frame(&message(
        5,
        &[int(
            1,
            match era {
                Era::Split => 150,
                Era::Merged => 190,
                Era::Today => 281,
            },
        )],
    ))?;
    let tables: &[Table] = match era {
        Era::Split => &[RECIPIENT_OLD, THREAD_OLD, GROUPS_OLD, SMS, MMS, PART, REACTION_OLD, MENTION],
        Era::Merged => &[RECIPIENT_OLD, THREAD, GROUPS_OLD, MESSAGE, PART, REACTION, MENTION],
        Era::Today => {
            &[RECIPIENT, THREAD, GROUPS, MEMBERS, MESSAGE, ATTACHMENT, REACTION, MENTION, POLL, OPTION]
        }
    };
    for table in tables {
        w.create(*table)?;
    }
    w.sql("CREATE INDEX some_index ON thread (_id)", &[])
}

fn people(w: &mut Sealer<'_>, era: Era) -> io::Result<()> {
    let (table, aci, e164, system, given) = match era {
        Era::Today => (RECIPIENT, "aci", "e164", "system_joined_name", "profile_given_name"),
        _ => (RECIPIENT_OLD, "uuid", "phone", "system_display_name", "signal_profile_name"),
    };
    let key = || V::from(SECRET_MARK);
    let own = [
        ("_id", OWNER.0.into()),
        (aci, V::T(uuid(&OWNER.2))),
        (e164, OWNER.1.into()),
        (given, "Mig".into()),
        ("profile_key", key()),
    ];
    w.insert(table, &own)?;
    for (i, (number, name, id)) in OTHERS.iter().enumerate() {
        let named = if i % 2 == 0 { system } else { given };
        let number = number.map_or(V::N, V::from);
        let row = [
            ("_id", recipient(i).into()),
            (aci, V::T(uuid(id))),
            (e164, number),
            (named, (*name).into()),
            ("profile_key", key()),
        ];
        w.insert(table, &row)?;
    }
    w.insert(table, &[("_id", GROUP.0.into()), ("group_id", V::T(group()))])?;
    let master = ("master_key", V::B(master_key().to_vec()));
    let title = ("title", TITLES[1].into());
    let base =
        [("_id", 1_i64.into()), ("group_id", V::T(group())), ("recipient_id", GROUP.0.into()), title, master];
    match era {
        Era::Today => {
            w.insert(GROUPS, &base)?;
            for (i, member) in GROUP.1.iter().map(|m| recipient(*m)).chain([OWNER.0]).enumerate() {
                w.insert(
                    MEMBERS,
                    &[
                        ("_id", (i as u64).into()),
                        ("group_id", V::T(group())),
                        ("recipient_id", member.into()),
                    ],
                )?;
            }
        }
        _ => {
            let members: Vec<String> = GROUP.1.iter().map(|m| recipient(*m).to_string()).collect();
            let mut row = base.to_vec();
            row.push(("members", V::T(format!("{},{}", members.join(","), OWNER.0))));
            w.insert(GROUPS_OLD, &row)?;
        }
    }
    let chats = (0..OTHERS.len()).map(recipient).chain([GROUP.0, OWNER.0]);
    for chat in chats {
        let (table, column) =
            if era == Era::Split { (THREAD_OLD, "thread_recipient_id") } else { (THREAD, "recipient_id") };
        w.insert(table, &[("_id", (100 + chat).into()), (column, chat.into())])?;
    }
    Ok(())
}

/// The blob of a group's change.
fn context(line: &Line) -> Vec<u8> {
    let editor = line.from.map_or(OWNER.2, |f| OTHERS[f].2);
    let change = match &line.kind {
        Kind::Renamed => bytes(10, &bytes(1, TITLES[1].as_bytes())),
        Kind::Added(other) => {
            bytes(3, &[bytes(1, &OTHERS[*other].2), bytes(3, SECRET_MARK.as_bytes())].concat())
        }
        _ => Vec::new(),
    };
    let mut out = bytes(1, &bytes(1, &master_key()));
    out.extend(bytes(2, &[bytes(1, &editor), int(2, 5), change].concat()));
    out.extend(bytes(4, &bytes(2, TITLES[0].as_bytes())));
    out
}

/// Writes the messages; gives their order in the file and how many rows are folded.
fn messages(w: &mut Sealer<'_>, era: Era, lines: &[Line]) -> io::Result<(Vec<usize>, u64)> {
    let mut folded = 0;
    // the phone writes a table after the other: what belongs to messages comes behind them
    let mut later: Vec<Later> = Vec::new();
    let mut order: Vec<usize> = Vec::new();
    let is_mms = |l: &Line| {
        l.chat == Chat::Group
            || !matches!(
                l.kind,
                Kind::Plain | Kind::Deleted | Kind::Timer(_) | Kind::MissedCall | Kind::Reacted(..)
            )
    };
    let passes: &[bool] = if era == Era::Split { &[false, true] } else { &[true] };
    let mut id = 0_i64;
    for mms in passes {
        id = if era == Era::Split { 0 } else { id };
        for (i, line) in lines.iter().enumerate().filter(|(_, l)| era != Era::Split || is_mms(l) == *mms) {
            order.push(i);
            let row = row(era, line);
            let texts = match &line.kind {
                Kind::Edited(earlier) => earlier.clone(),
                _ => Vec::new(),
            };
            let first = id + 1;
            for (n, text) in texts.iter().enumerate() {
                id += 1;
                folded += 1;
                let mut row = row.clone();
                set(&mut row, "_id", id.into());
                set(&mut row, "date_sent", (line.at + 30_000 * n as i64).into());
                set(&mut row, "body", text.as_str().into());
                set(&mut row, "latest_revision_id", (first + texts.len() as i64).into());
                set(&mut row, "revision_number", (n as i64).into());
                w.insert(MESSAGE, &row)?;
            }
            id += 1;
            let mut last = row;
            set(&mut last, "_id", id.into());
            if !texts.is_empty() {
                set(&mut last, "date_sent", (line.at + 30_000 * texts.len() as i64).into());
                set(&mut last, "original_message_id", first.into());
                set(&mut last, "revision_number", (texts.len() as i64).into());
            }
            let table = match (era, mms) {
                (Era::Split, false) => SMS,
                (Era::Split, true) => MMS,
                _ => MESSAGE,
            };
            if table.0 == "sms" {
                // this table calls the time of reception "date"
                let sent = line.at;
                set(&mut last, "date_sent", sent.into());
                set(&mut last, "date", (sent + 700).into());
                last.retain(|(n, _)| SMS.1.split(',').any(|c| c == *n));
            }
            w.insert(table, &last)?;
            folded += belongings(era, line, id, *mms, &mut later);
        }
    }
    for (n, (table, mut row, file)) in later.into_iter().enumerate() {
        row.push(("_id", (n as i64 + 1).into()));
        w.insert(table, &row)?;
        if let Some(FileOf { content, .. }) = file.filter(|f| f.there) {
            let length = content.len() as u64;
            w.frame(&message(4, &[int(1, n as u64 + 1), int(2, u64::MAX), int(3, length)]))?;
            w.file(&content)?;
        }
    }
    Ok((order, folded))
}

fn set<'a>(row: &mut Vec<(&'a str, V)>, column: &'a str, value: V) {
    row.retain(|(n, _)| *n != column);
    row.push((column, value));
}

fn row(era: Era, line: &Line) -> Vec<(&'static str, V)> {
    let out = line.from.is_none();
    let base: i64 = if out { 0xa0_0017 } else { 0xa0_0014 };
    let kind = match line.kind {
        Kind::Timer(_) => base | 0x4_0000,
        Kind::Renamed | Kind::Added(_) => base | 0x9_0000,
        Kind::MissedCall => 3,
        _ => base,
    };
    let body: V = match &line.kind {
        Kind::Deleted | Kind::Timer(_) | Kind::Sticker(_) | Kind::MissedCall => V::N,
        Kind::Renamed | Kind::Added(_) if era == Era::Today => V::N,
        Kind::Renamed | Kind::Added(_) => V::T(base64(&context(line))),
        Kind::Mention(_) => V::T(format!("\u{fffc} {}", line.text)),
        Kind::Long => V::T(line.text.chars().take(500).collect()),
        Kind::Poll(_) => V::N,
        _ => line.text.as_str().into(),
    };
    let mut row = vec![
        ("thread_id", (100 + line.chat_recipient()).into()),
        ("date_server", (line.at + 300).into()),
        ("body", body),
    ];
    match era {
        // one end only: whom an outgoing message went to, who wrote an incoming one
        Era::Split => {
            let other = if out { line.chat_recipient() } else { line.author() };
            row.extend([
                ("address", V::from(other)),
                ("date", line.at.into()),
                ("date_received", (line.at + 700).into()),
                ("msg_box", kind.into()),
                ("type", kind.into()),
            ]);
        }
        _ => {
            let to = if out || line.chat == Chat::Group { line.chat_recipient() } else { OWNER.0 };
            row.extend([
                ("from_recipient_id", V::from(line.author())),
                ("to_recipient_id", to.into()),
                ("date_sent", line.at.into()),
                ("date_received", (line.at + 700).into()),
                ("type", kind.into()),
            ]);
        }
    }
    match &line.kind {
        Kind::Deleted => row.push(("remote_deleted", 1_i64.into())),
        Kind::Timer(seconds) => row.push(("expires_in", (seconds * 1000).into())),
        Kind::Quote(at, author) => row.extend([
            ("quote_id", V::from(*at)),
            ("quote_author", (*author).into()),
            ("quote_body", "citat".into()),
        ]),
        Kind::Renamed | Kind::Added(_) if era == Era::Today => {
            row.push(("message_extras", V::B(bytes(1, &bytes(1, &context(line))))))
        }
        _ => {}
    }
    if era == Era::Split {
        // both tables are written from one row
        row.retain(|(n, _)| MMS.1.split(',').any(|c| c == *n) || SMS.1.split(',').any(|c| c == *n));
        let is_sms = matches!(
            line.kind,
            Kind::Plain | Kind::Deleted | Kind::Timer(_) | Kind::MissedCall | Kind::Reacted(..)
        ) && line.chat != Chat::Group;
        let table = if is_sms { SMS } else { MMS };
        row.retain(|(n, _)| table.1.split(',').any(|c| c == *n));
    }
    row
}

/// Rows that belong to a message; gives how many of them are folded into it.
fn belongings(era: Era, line: &Line, id: i64, mms: bool, later: &mut Vec<Later>) -> u64 {
    let (table, message, mime) =
        if era == Era::Today { (ATTACHMENT, "message_id", "content_type") } else { (PART, "mid", "ct") };
    let mut file = |file: FileOf, sticker: bool| {
        let mut row = vec![
            (message, id.into()),
            (mime, file.mime.into()),
            ("data_size", (file.content.len() as u64).into()),
            ("sticker_id", if sticker { 3_i64 } else { -1 }.into()),
        ];
        row.extend(file.name.as_deref().map(|n| ("file_name", n.into())));
        row.extend(sticker.then(|| ("sticker_emoji", "🙂".into())));
        row.extend((era == Era::Today).then(|| ("remote_key", SECRET_MARK.into())));
        later.push((table, row, Some(file)));
    };
    match &line.kind {
        Kind::File(f) => file(f.clone(), false),
        Kind::Sticker(f) => file(f.clone(), true),
        Kind::Long => {
            let content = line.text.as_bytes().to_vec();
            file(FileOf { name: None, mime: "text/x-signal-plain", content, there: true }, false);
        }
        Kind::Mention(other) => {
            let row = vec![
                ("message_id", id.into()),
                ("recipient_id", recipient(*other).into()),
                ("range_start", 0_i64.into()),
                ("range_length", 1_i64.into()),
            ];
            later.push((MENTION, row, None));
        }
        Kind::Reacted(who, emoji) => {
            let author = who.map_or(OWNER.0, recipient);
            let mut row = vec![
                ("message_id", id.into()),
                ("author_id", author.into()),
                ("emoji", (*emoji).into()),
                ("date_sent", (line.at + 8000).into()),
            ];
            if era == Era::Split {
                row.push(("is_mms", i64::from(mms).into()));
            }
            later.push((if era == Era::Split { REACTION_OLD } else { REACTION }, row, None));
            return 1;
        }
        Kind::Poll(options) => {
            later.push((
                POLL,
                vec![("message_id", id.into()), ("question", line.text.as_str().into())],
                None,
            ));
            let number = later.len() as i64;
            for option in options {
                later.push((
                    OPTION,
                    vec![("poll_id", number.into()), ("option_text", option.as_str().into())],
                    None,
                ));
            }
        }
        _ => {}
    }
    0
}
