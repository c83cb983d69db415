//! Row to message: what a row of `ZWAMESSAGE`, its media item and its receipts say together.

use std::borrow::Cow;
use std::sync::Arc;

use evidence::EvidenceSet;
use model::{
    Action, Attachment, Conversation, Direction, Event, ME, Message, Origin, Place, Raw, Reaction,
    ReactionKind, Sensitive, Stamp, Text, Unit,
};
use rusqlite::{OptionalExtension, Statement};

use super::item::{Media, is_media_type};
use super::people::{Chat, Maps, Person};
use super::row::Row;
use super::{SOURCE, events, info};
use crate::jid::{Jid, text};
use crate::media::{self, Files, Stated};
use crate::side::Side;
use crate::take::Take;

/// Kinds that carry a file: picture, film, sound, document, GIF, sticker; seen once: picture, film.
const WITH_FILE: [i64; 8] = [1, 2, 3, 8, 11, 15, 38, 39];
/// Most pages of one message.
const MOST_PREVIEWS: usize = 100;
/// Other kinds that are known: text, contact, place, group, link, notice, withdrawn.
const KNOWN: [i64; 7] = [0, 4, 5, 6, 7, 10, 14];

type Doubts = Vec<Cow<'static, str>>;

/// Everything that messages are made with.
pub(crate) struct Maker<'d> {
    pub(crate) maps: Maps,
    pub(crate) set: Arc<dyn EvidenceSet>,
    pub(crate) domain: &'static str,
    pub(crate) media: Side<'d>,
    pub(crate) infos: Side<'d>,
    pub(crate) previews: Side<'d>,
    /// The id of a message by its row.
    pub(crate) stanza: Option<Statement<'d>>,
    pub(crate) files: Files,
    pub(crate) evidence: Text,
    pub(crate) sha256: [u8; 32],
}

impl Maker<'_> {
    /// The message of a row.
    pub(crate) fn message(&mut self, row: &Row<'_>) -> Message {
        let mut doubts: Doubts = row.bad.iter().map(|c| format!("bad_column:{c}").into()).collect();
        let is_system = events::is_system(row.kind);
        let at = row.millis();
        let conversation = self.conversation(row, at.unwrap_or(0), &mut doubts);
        let chat = row.chat.and_then(|c| self.maps.chats.get(&c));
        let (sender, sender_name) = self.sender(row, chat, is_system, &mut doubts);
        let media = self.media(row);
        let mut body = row.text.as_deref().and_then(media::body);
        let attachments = self.attachments(row, &media, &mut body, &mut doubts);
        let unsent = row.kind == 14;
        if unsent && body.is_some() {
            doubts.push("text_of_withdrawn_message".into());
        }
        if unsent && self.is_revoked_by_other(&media, sender.as_ref()) {
            doubts.push("revoked_by_admin".into());
        }
        let event = self.event(row, is_system, &mut body, &mut doubts);
        let preview = self.preview(row, &mut doubts);
        let sent_at = row.date.map(Stamp::apple_double);
        match sent_at {
            None => doubts.push("no_time".into()),
            Some(at) if !at.is_plausible() => doubts.push("clock_out_of_range".into()),
            Some(_) => {}
        }
        if row.stanza.is_none() {
            doubts.push("no_id".into());
        }
        let blob = self.info(row);
        let info = blob.as_deref().map(info::read).unwrap_or_default();
        if blob.is_some() && !info.whole {
            doubts.push("receipts_unreadable".into());
        }
        if info.tallies {
            doubts.push("reactions_counted_only".into());
        }
        if row.from_me && info.recipients > 1 {
            doubts.push(format!("receipts_of_several:{}", info.recipients).into());
        }
        let reactions = self.reactions(&info, &mut doubts);
        let seconds = |at: Option<i64>| {
            at.filter(|_| row.from_me)
                .map(|raw| Stamp { raw, unit: Unit::UnixSeconds })
                .filter(|s| s.is_plausible())
        };
        let received = row.sent.filter(|_| !row.from_me && !is_system).map(Stamp::apple_double);
        Message {
            source: Cow::Borrowed(SOURCE),
            service: Cow::Borrowed("WhatsApp"),
            conversation,
            id: row.stanza.as_deref().map(text),
            sender,
            sender_name,
            direction: if row.from_me { Direction::Out } else { Direction::In },
            sent_at,
            received_at: received.filter(|s| s.is_plausible()),
            delivered_at: seconds(info.delivered),
            read_at: seconds(info.read),
            remote_at: None,
            subject: None,
            body,
            attachments,
            edits: Vec::new(),
            unsent,
            unsent_parts: Vec::new(),
            reactions,
            reply_to: self.reply_to(row, &media),
            deleted: false,
            expires_after_s: None,
            event,
            classification: None,
            doubts,
            origin: Origin {
                evidence: self.evidence.clone(),
                evidence_sha256: self.sha256,
                place: Place::Row { table: Cow::Borrowed("ZWAMESSAGE"), rowid: row.rowid, column: None },
                reader_version: Cow::Borrowed(super::reader::VERSION),
            },
            raw: raw(&blob, media.metadata, preview),
        }
    }

    /// The chat at that time; a row whose chat is gone still names an address.
    fn conversation(&self, row: &Row<'_>, at: i64, doubts: &mut Doubts) -> Option<Arc<Conversation>> {
        if let Some(chat) = row.chat.and_then(|c| self.maps.chats.get(&c)) {
            return Some(chat.at(at).clone());
        }
        doubts.push("no_chat".into());
        let jid = if row.from_me { row.to.as_deref() } else { row.from.as_deref() }?;
        let parsed = Jid::parse(jid)?;
        let other = self.maps.people.person(jid);
        Some(Arc::new(Conversation {
            id: text(jid),
            name: None,
            is_group: parsed.is_group(),
            participants: other.map(|p| p.address.clone()).into_iter().collect(),
        }))
    }

    /// The member of a group that a row names.
    fn member(&self, row: &Row<'_>) -> Option<Arc<Person>> {
        let jid = self.maps.members.get(&row.member?)?;
        self.maps.people.person(jid)
    }

    fn sender(
        &self,
        row: &Row<'_>,
        chat: Option<&Chat>,
        is_system: bool,
        doubts: &mut Doubts,
    ) -> (Option<Text>, Option<Text>) {
        if row.from_me {
            return (Some(text(ME)), None);
        }
        let from = || row.from.as_deref().and_then(|jid| self.maps.people.person(jid));
        let person = match is_system {
            // a notice is from nobody; what a group tells is about its member
            true => self.member(row),
            false => self.member(row).or_else(from).or_else(|| chat.and_then(|c| c.other.clone())),
        };
        match person {
            Some(person) if Some(&person.address) == self.maps.owner.as_ref() && is_system => {
                (Some(text(ME)), None)
            }
            Some(person) => (Some(person.address.clone()), person.name.clone()),
            None => {
                if !is_system {
                    doubts.push("no_sender".into());
                }
                (None, None)
            }
        }
    }

    fn media(&mut self, row: &Row<'_>) -> Media {
        match row.media.and_then(|item| self.media.row(item, Media::take)) {
            Some(media) => media,
            None => self.media.one(row.rowid, Media::take).unwrap_or_default(),
        }
    }

    fn info(&mut self, row: &Row<'_>) -> Option<Vec<u8>> {
        let blob = |t: &mut Take<'_, '_>| t.blob().map(<[u8]>::to_vec);
        let by_message = self.infos.one(row.rowid, blob);
        by_message.or_else(|| row.info.and_then(|info| self.infos.row(info, blob))).flatten()
    }

    /// What the app showed of the pages that a message links to: a line each for address, title and summary.
    fn preview(&mut self, row: &Row<'_>, doubts: &mut Doubts) -> Option<Vec<u8>> {
        let lines = self.previews.each(row.rowid, |_, t| {
            let texts = [t.text(), t.text(), t.text()];
            texts.into_iter().flatten().map(Cow::into_owned).collect::<Vec<_>>().join("\n")
        });
        let lines: Vec<String> = lines.into_iter().filter(|l| !l.is_empty()).take(MOST_PREVIEWS).collect();
        if lines.is_empty() {
            return None;
        }
        doubts.push("link_preview".into());
        Some(lines.join("\n").into_bytes())
    }

    fn attachments(
        &mut self,
        row: &Row<'_>,
        media: &Media,
        body: &mut Option<Text>,
        doubts: &mut Doubts,
    ) -> Vec<Attachment> {
        let mut found = Vec::new();
        let mut title = media.title.as_deref();
        if row.kind == 5 {
            let place = media::place(&[title], media.latitude, media.longitude);
            if let Some(place) = place {
                let own = body.take().map(|b| format!("{}\n", b.expose())).unwrap_or_default();
                *body = Some(text(&format!("{own}{place}")));
            }
            return found;
        }
        let mut card = media.card.as_deref();
        if let Some(card) = card.take_if(|c| c.contains("BEGIN:VCARD")) {
            found.push(self.files.card(card));
        }
        // a kind that is not known may carry a file too: its media type says so
        let unknown = !KNOWN.contains(&row.kind);
        let has_type = unknown && card.is_some_and(is_media_type);
        if WITH_FILE.contains(&row.kind) || media.path.is_some() || has_type {
            let name = media.path.as_deref().and_then(media::file_name);
            // the title of a document is its name, of anything else what was written to it
            let extension = |n: &str| n.rsplit_once('.').map(|p| p.1.to_lowercase());
            let is_name = |t: &&str| match name {
                Some(name) => extension(name).is_some() && extension(name) == extension(t),
                None => true,
            };
            let own = title.take_if(|t| row.kind == 8 && is_name(t));
            let stated = Stated {
                name: own.or(name),
                mime: card.filter(|m| m.contains('/') && m.len() < 128),
                size: media.size,
                sha256: None,
            };
            let content = match &media.path {
                Some(path) => {
                    let path = path.trim_start_matches('/');
                    let get = |path: &str| {
                        self.set.get(self.domain, path).map(|found| found.map(|evidence| evidence.bytes))
                    };
                    get(&format!("Message/{path}")).and_then(|found| match found {
                        Some(bytes) => Ok(Some(bytes)),
                        None => get(path),
                    })
                }
                None => Ok(None),
            };
            let (attachment, doubt) = self.files.attach(&stated, content);
            doubts.extend(doubt.map(Cow::Borrowed));
            found.push(attachment);
        }
        if body.is_none() && row.kind != 14 && !events::is_system(row.kind) {
            *body = title.and_then(media::body);
        }
        if matches!(row.kind, 38 | 39) {
            doubts.push("view_once".into());
        }
        found
    }

    fn event(
        &self,
        row: &Row<'_>,
        is_system: bool,
        body: &mut Option<Text>,
        doubts: &mut Doubts,
    ) -> Option<Event> {
        if !is_system {
            if KNOWN.contains(&row.kind) || WITH_FILE.contains(&row.kind) {
                return None;
            }
            doubts.push(format!("unknown_type:{}", row.kind).into());
            let code = match row.code {
                0 => row.kind.to_string(),
                code => format!("{}/{code}", row.kind),
            };
            return Some(Event::Other { code, text: None });
        }
        let member = self.member(row).map(|p| match Some(&p.address) == self.maps.owner.as_ref() {
            true => text(ME),
            false => p.address.clone(),
        });
        let resolve = |jid: &str| match self.maps.people.person(jid) {
            Some(person) => person.address.clone(),
            None => text(&crate::jid::address(jid)),
        };
        let event = events::event(row.kind, row.code, body, member, resolve);
        if matches!(event, Event::Other { .. }) {
            doubts.push(format!("system_event:{}/{}", row.kind, row.code).into());
        }
        Some(event)
    }

    fn reactions(&self, info: &info::Info<'_>, doubts: &mut Doubts) -> Vec<Reaction> {
        let mut found: Vec<Reaction> = info
            .reactions
            .iter()
            .map(|r| {
                let person = r.jid.and_then(|jid| self.maps.people.person(jid));
                let sender = person.map(|p| match Some(&p.address) == self.maps.owner.as_ref() {
                    true => text(ME),
                    false => p.address.clone(),
                });
                Reaction {
                    at: r.at.map(Stamp::unix_millis),
                    sender: sender.or_else(|| r.jid.map(|jid| text(&crate::jid::address(jid)))),
                    kind: ReactionKind::Emoji,
                    emoji: r.emoji.map(text),
                    action: if r.emoji.is_some() { Action::Add } else { Action::Remove },
                }
            })
            .collect();
        found.sort_by_key(|r| r.at.map(Stamp::millis));
        if found.iter().any(|r| r.sender.is_none()) {
            doubts.push("reaction_without_sender".into());
        }
        found
    }

    /// Whether a withdrawn message names somebody else than its sender as who took it away. An opaque id that
    /// is not resolved may be anybody's.
    fn is_revoked_by_other(&self, media: &Media, sender: Option<&Text>) -> bool {
        let by = media.card.as_deref().and_then(|jid| self.maps.people.person(jid));
        let (Some(by), Some(sender)) = (by, sender) else { return false };
        let sender = if &**sender.expose() == ME { self.maps.owner.as_ref() } else { Some(sender) };
        let is_number = |t: &Text| t.expose().starts_with('+');
        sender.is_some_and(|sender| is_number(sender) && is_number(&by.address) && *sender != by.address)
    }

    /// The id of the message answered: by its row, else as the media item has it.
    fn reply_to(&mut self, row: &Row<'_>, media: &Media) -> Option<Text> {
        let by_row = row.parent.zip(self.stanza.as_mut()).and_then(|(parent, statement)| {
            let id = statement.query_row([parent], |row| row.get::<_, Option<String>>(0)).optional();
            id.ok().flatten().flatten().filter(|id| !id.is_empty())
        });
        match by_row {
            Some(id) => Some(text(&id)),
            None => media.metadata.as_deref().and_then(info::quoted).map(text),
        }
    }
}

fn raw(info: &Option<Vec<u8>>, metadata: Option<Vec<u8>>, preview: Option<Vec<u8>>) -> Vec<Raw> {
    [("ZRECEIPTINFO", info.clone()), ("ZMETADATA", metadata), ("ZWAMESSAGEDATAITEM", preview)]
        .into_iter()
        .filter_map(|(name, bytes)| Some(Raw { name: Cow::Borrowed(name), bytes: Sensitive::new(bytes?) }))
        .collect()
}
