//! Row to message: what a row, the tables beside it and the files of the phone say together.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use evidence::Tree;
use model::{
    Attachment, Direction, Edit, Event, ME, Message, Origin, Place, Raw, ReadAt, Sensitive, SourceError,
    Stamp, Text,
};

use super::SOURCE;
use super::events::{self, Said};
use super::java::{jids_in, path_in};
use super::people::{Chat, Chats, People, Person};
use super::rows::{Named, Row};
use super::sides::Sides;
use crate::jid::text;
use crate::media::{self, Files, Stated};

/// Kinds of messages that carry a file.
const WITH_FILE: [i64; 11] = [1, 2, 3, 9, 13, 20, 26, 42, 43, 81, 82];
/// Kinds that are messages and need no word of their own.
const PLAIN: [i64; 9] = [0, 4, 5, 14, 15, 16, 64, 66, 7];
/// Codes of system rows that tell what somebody did: without a name it was the owner.
const ACTED: [i64; 11] = [1, 4, 5, 6, 11, 12, 14, 15, 20, 27, 56];

/// Where the files of the phone lie.
pub(crate) struct Folder {
    pub(crate) tree: Arc<dyn Tree>,
    /// Folders that hold a folder `Media`, with `/` behind them or empty.
    pub(crate) bases: Vec<String>,
}

impl Folder {
    /// The file at a path as the database has it: below `Media/`, or from the root of the phone.
    fn get(&self, path: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        let below = match path.find("/Media/") {
            Some(at) => &path[at + 1..],
            None => path.trim_start_matches('/'),
        };
        for base in &self.bases {
            if let Some(found) = self.tree.get(&format!("{base}{below}"))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Everything that messages are made with.
pub(super) struct Maker<'d> {
    pub(super) people: People,
    pub(super) chats: Chats,
    pub(super) sides: Sides<'d>,
    pub(super) folder: &'d Folder,
    pub(super) files: Files,
    pub(super) evidence: Text,
    pub(super) sha256: [u8; 32],
    pub(super) me: Text,
}

pub(super) type Doubts = Vec<Cow<'static, str>>;

impl Maker<'_> {
    /// The message of a row of `table`.
    pub(super) fn message(&mut self, row: &Row<'_>, table: &'static str) -> Message {
        let mut doubts: Doubts = row.bad.iter().map(|c| format!("bad_column:{c}").into()).collect();
        let id = row.rowid;
        let chat = self.chat(row, &mut doubts);
        let action = self.action(row);
        let is_system = row.kind == Some(7) || action.is_some();
        let acted = action.is_some_and(|a| ACTED.contains(&a));
        let (sender, sender_name, direction) =
            self.sender(row, chat.as_deref(), (is_system, acted), &mut doubts);
        let mut body = row.text.as_deref().and_then(media::body);
        let attachments = self.attachments(row, is_system, &mut body, &mut doubts);
        self.location(row, &mut body);
        let event = self.event(row, action, is_system, sender.as_ref(), &mut body, &mut doubts);
        let unsent = self.unsent(row, body.is_some(), &mut doubts);
        let edits = if unsent { Vec::new() } else { self.edits(id, body.as_ref(), &mut doubts) };
        let (delivered, read) = self.receipts(row, &mut doubts);
        let sent_at = row.timestamp.map(Stamp::unix_millis);
        match sent_at {
            None => doubts.push("no_time".into()),
            Some(at) if !at.is_plausible() => doubts.push("clock_out_of_range".into()),
            Some(_) => {}
        }
        if row.key_id.is_none() {
            doubts.push("no_id".into());
        }
        let stamp = |ms: Option<i64>| ms.map(Stamp::unix_millis).filter(|s| s.is_plausible());
        let mut raw = self.raw(id, &mut doubts);
        let votes = self.votes(id, chat.as_deref());
        if !votes.is_empty() {
            let bytes = Sensitive::new(votes.join("\n").into_bytes());
            raw.push(Raw { name: Cow::Borrowed("poll_votes"), bytes });
        }
        Message {
            source: Cow::Borrowed(SOURCE),
            service: Cow::Borrowed("WhatsApp"),
            conversation: chat.as_ref().map(|c| c.at(row.timestamp.unwrap_or(0)).clone()),
            id: row.key_id.as_deref().map(text),
            sender,
            sender_name,
            direction,
            sent_at,
            received_at: stamp(row.received).filter(|_| !row.from_me),
            delivered_at: stamp(delivered),
            read_at: stamp(read),
            remote_at: stamp(row.server),
            subject: None,
            body,
            attachments,
            edits,
            unsent,
            unsent_parts: Vec::new(),
            reactions: self.reactions(id, chat.as_deref()),
            reply_to: self.reply_to(row),
            deleted: false,
            expires_after_s: self
                .sides
                .ephemeral
                .one(id, |t| t.int())
                .flatten()
                .and_then(|s| u64::try_from(s).ok())
                .filter(|s| *s > 0),
            event,
            classification: None,
            doubts,
            origin: self.origin(table, id),
            raw,
        }
    }

    pub(super) fn origin(&self, table: &'static str, rowid: i64) -> Origin {
        Origin {
            evidence: self.evidence.clone(),
            evidence_sha256: self.sha256,
            place: Place::Row { table: Cow::Borrowed(table), rowid, column: None },
            reader_version: Cow::Borrowed(super::reader::VERSION),
        }
    }

    fn chat(&self, row: &Row<'_>, doubts: &mut Doubts) -> Option<Arc<Chat>> {
        let chat = match &row.chat {
            Some(Named::Row(chat)) => self.chats.by_row(*chat),
            Some(Named::Jid(jid)) => Some(self.chats.by_jid(jid, &self.people)),
            None => None,
        };
        if chat.is_none() {
            doubts.push("no_chat".into());
        }
        chat
    }

    /// The address of the row's chat.
    pub(super) fn chat_jid<'r>(&'r self, row: &'r Row<'_>) -> Option<Cow<'r, str>> {
        match &row.chat {
            Some(Named::Row(chat)) => {
                let chat = self.chats.by_row(*chat)?;
                Some(Cow::Owned(chat.at(0).id.expose().to_string()))
            }
            Some(Named::Jid(jid)) => Some(Cow::Borrowed(jid)),
            None => None,
        }
    }

    /// Code of a system row. The old generation marks it by the status 6 and keeps it as a size.
    fn action(&mut self, row: &Row<'_>) -> Option<i64> {
        let beside = self.sides.system.one(row.rowid, |t| t.int()).flatten();
        beside.or_else(|| {
            let old = row.old.as_ref().filter(|_| row.status == 6 && row.kind.unwrap_or(0) == 0)?;
            Some(old.size.unwrap_or(0))
        })
    }

    fn sender(
        &self,
        row: &Row<'_>,
        chat: Option<&Chat>,
        (is_system, acted): (bool, bool),
        doubts: &mut Doubts,
    ) -> (Option<Text>, Option<Text>, Direction) {
        let named: Option<Arc<Person>> = match &row.sender {
            Some(Named::Row(person)) => self.people.by_row(*person),
            Some(Named::Jid(jid)) => self.people.person(jid),
            None => None,
        };
        let named = named.filter(|p| p.is_person);
        let mine = (Some(self.me.clone()), None, Direction::Out);
        // a system row is marked as the owner's whoever caused it: it names another who did it, and
        // nobody for what nobody does
        let by_me = row.from_me && (!is_system || (acted && named.is_none()));
        if by_me || named.as_ref().is_some_and(|p| self.people.is_owner(p)) {
            return mine;
        }
        let other = if is_system { None } else { chat.and_then(|c| c.other.clone()) };
        match other.or(named) {
            Some(person) => (Some(person.address.clone()), person.name.clone(), Direction::In),
            None => {
                if !is_system {
                    doubts.push("no_sender".into());
                }
                (None, None, Direction::In)
            }
        }
    }

    fn attachments(
        &mut self,
        row: &Row<'_>,
        is_system: bool,
        body: &mut Option<Text>,
        doubts: &mut Doubts,
    ) -> Vec<Attachment> {
        let mut found = Vec::new();
        let kind = row.kind.unwrap_or(0);
        let old = row.old.as_ref().filter(|_| !is_system);
        let with_file = WITH_FILE.contains(&kind);
        let (folder, files) = (self.folder, &mut self.files);
        let has_row = self.sides.media.pairs.has(row.rowid);
        let stated = self.sides.media.one(row.rowid, |t| {
            let path = t.text().map(Cow::into_owned);
            let (file_size, length) = (t.int(), t.int());
            let own = |t: Option<Cow<'_, str>>| t.map(Cow::into_owned);
            let (mime, name, hash, caption) = (own(t.text()), own(t.text()), own(t.text()), own(t.text()));
            (path, length.filter(|n| *n > 0).or(file_size), mime, name, hash, caption)
        });
        if has_row && stated.is_none() {
            doubts.push("attachment_row_missing".into());
        }
        if with_file || stated.as_ref().is_some_and(|s| s.0.is_some() || s.4.is_some()) {
            let (path, size, mime, name, hash, caption) = stated.unwrap_or_default();
            let path = path.or_else(|| old.and_then(|o| o.thumb).and_then(path_in));
            let hash = hash.or_else(|| old.and_then(|o| o.hash.as_deref()).map(str::to_owned));
            let old_name = old.and_then(|o| o.name.as_deref());
            let stated = Stated {
                name: name.as_deref().or(old_name).or_else(|| path.as_deref().and_then(media::file_name)),
                mime: mime.as_deref().or_else(|| old.and_then(|o| o.mime.as_deref())),
                size: size.or_else(|| old.and_then(|o| o.size)),
                sha256: hash.and_then(|h| STANDARD.decode(h).ok()?.try_into().ok()),
            };
            let content = match &path {
                Some(path) => folder.get(path),
                None => Ok(None),
            };
            let (attachment, doubt) = files.attach(&stated, content);
            doubts.extend(doubt.map(Cow::Borrowed));
            found.push(attachment);
            if body.is_none() {
                let caption = caption.as_deref().or_else(|| old.and_then(|o| o.caption.as_deref()));
                *body = caption.and_then(media::body);
            }
        } else if body.is_none() && !is_system {
            *body = old.and_then(|o| o.caption.as_deref()).and_then(media::body);
        }
        if is_system {
            return found;
        }
        let card = |take: &mut crate::take::Take<'_, '_>| take.text().map(Cow::into_owned);
        let mut cards = self.sides.vcard.each(row.rowid, |_, t| card(t));
        if cards.is_empty() {
            cards = self.sides.old_vcard.each(row.rowid, |_, t| card(t));
        }
        found.extend(cards.iter().flatten().map(|c| files.card(c)));
        // the old generation keeps a card as the text
        if old.is_some()
            && matches!(kind, 4 | 14)
            && let Some(own) = body.take_if(|b| b.expose().contains("BEGIN:VCARD"))
            && cards.is_empty()
        {
            found.push(files.card(own.expose()));
        }
        found
    }

    fn location(&mut self, row: &Row<'_>, body: &mut Option<Text>) {
        if !matches!(row.kind, Some(5 | 16)) {
            return;
        }
        let beside = self.sides.location.one(row.rowid, |t| {
            let (lat, lon) = (t.real(), t.real());
            let (name, address, url) = (t.text(), t.text(), t.text());
            media::place(&[name.as_deref(), address.as_deref(), url.as_deref()], lat, lon)
        });
        let place = beside.flatten().or_else(|| {
            let old = row.old.as_ref()?;
            media::place(&[old.name.as_deref(), old.url.as_deref()], old.latitude, old.longitude)
        });
        if let Some(place) = place {
            *body = Some(match body.take() {
                Some(own) => text(&format!("{}\n{place}", own.expose())),
                None => text(&place),
            });
        }
    }

    fn event(
        &mut self,
        row: &Row<'_>,
        action: Option<i64>,
        is_system: bool,
        sender: Option<&Text>,
        body: &mut Option<Text>,
        doubts: &mut Doubts,
    ) -> Option<Event> {
        let id = row.rowid;
        if row.kind == Some(10) || self.sides.missed.pairs.has(id) {
            return Some(Event::CallMissed);
        }
        if !is_system {
            let kind = row.kind.unwrap_or(0);
            if PLAIN.contains(&kind) || WITH_FILE.contains(&kind) {
                return None;
            }
            doubts.push(format!("unknown_type:{kind}").into());
            return Some(Event::Other { code: kind.to_string(), text: None });
        }
        let mut who: Vec<Text> = Vec::new();
        for person in self.sides.participants.of(id) {
            // an empty address is the owner's
            let person = self.people.by_row(person).map_or_else(|| self.me.clone(), |p| p.address.clone());
            who.push(person);
        }
        if who.is_empty()
            && let Some(thumb) = row.old.as_ref().and_then(|o| o.thumb)
        {
            who.extend(jids_in(thumb).filter_map(|j| self.people.person(j)).map(|p| p.address.clone()));
        }
        let timer = self.sides.timer.one(id, |t| t.int()).flatten().and_then(|s| u64::try_from(s).ok());
        let said = Said {
            text: body.take(),
            who,
            actor: sender.cloned(),
            timer,
            me_joined: self.sides.group.one(id, |t| t.int()).flatten() == Some(1),
            me: self.me.clone(),
        };
        let Some(action) = action else {
            doubts.push("unknown_type:7".into());
            return Some(Event::Other { code: "7".to_owned(), text: said.text });
        };
        let event = events::event(action, said);
        if matches!(event, Event::Other { .. }) {
            doubts.push(format!("system_event:{action}").into());
        }
        Some(event)
    }

    fn unsent(&mut self, row: &Row<'_>, has_text: bool, doubts: &mut Doubts) -> bool {
        let admin = self.sides.revoked.one(row.rowid, |t| t.int());
        let old = row.old.as_ref().is_some_and(|o| o.edit_version == 7);
        let unsent = matches!(row.kind, Some(15 | 64)) || admin.is_some() || old;
        if row.kind == Some(64) || admin.flatten().is_some_and(|a| a > 0) {
            doubts.push("revoked_by_admin".into());
        }
        if unsent && has_text {
            doubts.push("text_of_withdrawn_message".into());
        }
        unsent
    }

    fn edits(&mut self, id: i64, body: Option<&Text>, doubts: &mut Doubts) -> Vec<Edit> {
        let at = self.sides.edit.one(id, |t| {
            let (edited, sender) = (t.int(), t.int());
            edited.filter(|t| *t > 0).or(sender.filter(|t| *t > 0))
        });
        let Some(at) = at else { return Vec::new() };
        doubts.push("earlier_text_not_kept".into());
        vec![Edit { at: at.map(Stamp::unix_millis), text: body.cloned() }]
    }

    fn receipts(&self, row: &Row<'_>, doubts: &mut Doubts) -> (Option<i64>, Option<i64>) {
        if !row.from_me {
            return (None, None);
        }
        let (delivered, read, recipients) = self.sides.receipts.of(row.rowid).unwrap_or((None, None, 0));
        if recipients > 1 {
            doubts.push(format!("receipts_of_several:{recipients}").into());
        }
        let old = row.old.as_ref();
        (delivered.or(old.and_then(|o| o.delivered)), read.or(old.and_then(|o| o.read)))
    }

    fn reply_to(&mut self, row: &Row<'_>) -> Option<Text> {
        let key = |t: &mut crate::take::Take<'_, '_>| t.text().map(|t| text(&t));
        let new = self.sides.quoted.one(row.rowid, key).flatten();
        new.or_else(|| {
            let quoted = row.old.as_ref().and_then(|o| o.quoted)?;
            self.sides.old_quoted.one(quoted, key).flatten()
        })
    }

    /// What the normal form has no field for.
    fn raw(&mut self, id: i64, doubts: &mut Doubts) -> Vec<Raw> {
        let mut raw = Vec::new();
        let mut keep = |name: &'static str, bytes: Vec<u8>| {
            raw.push(Raw { name: Cow::Borrowed(name), bytes: Sensitive::new(bytes) });
        };
        let options = self.sides.poll.each(id, |_, t| {
            let (name, votes) = (t.text().map(Cow::into_owned), t.int());
            format!("{}\t{}", votes.unwrap_or(0), name.unwrap_or_default())
        });
        if !options.is_empty() {
            doubts.push("poll".into());
            keep("message_poll_option", options.join("\n").into_bytes());
        }
        if self.sides.view_once.pairs.has(id) {
            doubts.push("view_once".into());
        }
        if let Some(data) = self.sides.future.one(id, |t| t.blob().map(<[u8]>::to_vec)).flatten() {
            doubts.push("message_of_later_version".into());
            keep("message_future", data);
        }
        raw
    }
}

/// The owner.
pub(super) fn me() -> Text {
    text(ME)
}
