//! A chat item of a local backup as a draft of the message.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use model::{Attachment, Edit, ReadAt, Text};

use super::keys::media_keys;
use super::node::Node;
use super::people::People;
use super::sealed::{Checked, Media};
use super::updates;
use crate::body::{Mention, shown};
use crate::changes::Change;
use crate::draft::{Draft, raw, reaction, stamp};
use crate::people::{Person, text};

/// Longest text taken out of an attachment.
const LONG_TEXT: u64 = 4 << 20;
/// Revisions of one message that are kept.
const REVISIONS: usize = 1000;

/// Where media files are found by name.
pub(crate) trait MediaFiles: Send {
    /// The stored bytes of a file; `None` when it is not there.
    fn get(&self, pointer: &Stored) -> Option<Arc<dyn ReadAt>>;
}

/// What names a media file.
pub(crate) struct Stored {
    /// Hash of the content and local key.
    pub(crate) hash: Vec<u8>,
    pub(crate) local_key: Vec<u8>,
}

/// Counts of the files that messages name.
#[derive(Default)]
pub(crate) struct FileCounts {
    pub(crate) whole: u64,
    pub(crate) missing: u64,
    pub(crate) damaged: u64,
}

/// A media file that was found to fit, and the hash of its content.
pub(crate) type Whole = (Arc<Media>, [u8; 32]);

/// What checking media files gave, by hash and size; nothing for a damaged one.
pub(crate) type Known = HashMap<Vec<u8>, Option<Whole>>;

/// What a chat item is read with.
pub(crate) struct Context<'m> {
    pub(crate) people: &'m mut People,
    pub(crate) media: &'m dyn MediaFiles,
    pub(crate) counts: &'m mut FileCounts,
    /// Files that were checked before.
    pub(crate) known: &'m mut Known,
}

/// The content of an item, in the numbers of its field.
const CONTENT: fn(u32) -> bool = |n| (11..=20).contains(&n) || n == 22;

impl Context<'_> {
    /// The draft of an item.
    pub(crate) fn draft(&mut self, item: &Node) -> Draft {
        let mut out = self.one(item);
        let revisions: Vec<&Node> = item.nodes(6).take(REVISIONS).collect();
        let Some(first) = revisions.first() else { return out };
        let last = Edit { at: stamp(out.sent), text: out.body.clone() };
        let mut edits = Vec::new();
        for revision in &revisions {
            let earlier = self.one(revision);
            edits.push(Edit { at: stamp(earlier.sent), text: earlier.body });
            out.reply_to = out.reply_to.filter(|q| *q > 0).or(earlier.reply_to);
            for attachment in earlier.attachments {
                if !out.attachments.contains(&attachment) {
                    out.doubts.push("attachment_of_earlier_revision".into());
                    out.attachments.push(attachment);
                }
            }
            for reaction in earlier.reactions {
                if !out.reactions.contains(&reaction) {
                    out.reactions.push(reaction);
                }
            }
        }
        edits.push(last);
        out.edits = edits;
        out.sent = Some(first.signed(3));
        if let Some(incoming) = first.node(8) {
            out.received = Some(incoming.signed(1));
            out.server = incoming.int(2).map(u64::cast_signed);
        }
        out
    }

    fn one(&mut self, item: &Node) -> Draft {
        let author = item.int(2).unwrap_or(0);
        let mut out = Draft {
            conversation: self.people.conversation(item.int(1).unwrap_or(0)),
            sender: self.people.person(author),
            outgoing: item.node(9).is_some() || self.people.is_me(author),
            sent: Some(item.signed(3)),
            expires_ms: item.int(5).map(u64::cast_signed),
            ..Draft::default()
        };
        if item.node(9).is_some() && !out.sender.is_me {
            out.doubts.push("author_is_not_the_owner".into());
            out.sender = Person::me();
        }
        if item.int(7) == Some(1) {
            out.service = Some("SMS");
        }
        if let Some(incoming) = item.node(8) {
            out.received = Some(incoming.signed(1));
            out.server = incoming.int(2).map(u64::cast_signed);
        }
        if let Some(outgoing) = item.node(9) {
            status(outgoing, &mut out);
        }
        if item.one_of(|n| (8..=10).contains(&n)).is_none() {
            out.doubts.push("no_direction".into());
        }
        match item.one_of(CONTENT) {
            Some((kind, inner)) => self.content(kind, inner, &mut out),
            None => {
                out.doubts.push("unknown_kind".into());
                out.changes.push(Change::Other("unknown", None));
            }
        }
        if out.service.is_some() && !out.attachments.is_empty() {
            out.service = Some("MMS");
        }
        out
    }

    fn content(&mut self, kind: u32, inner: &Node, out: &mut Draft) {
        let reactions = match kind {
            11 => {
                self.standard(inner, out);
                6
            }
            12 => {
                out.body = inner.node(1).and_then(contact_name);
                out.raw.extend(inner.node(1).map(|c| raw("shared_contact", contact(c).as_bytes())));
                out.doubts.push("shared_contact".into());
                if let Some(avatar) = inner.node(1).and_then(|c| c.node(6)) {
                    self.attach(avatar, true, out);
                }
                2
            }
            13 => {
                self.sticker(inner, out);
                2
            }
            14 => {
                out.unsent = true;
                return;
            }
            22 => {
                out.unsent = true;
                let admin = self.people.person(inner.int(1).unwrap_or(0));
                if admin.address != out.sender.address {
                    out.doubts.push("deleted_by_admin".into());
                }
                return;
            }
            15 => {
                let people = &*self.people;
                let who = |id: &[u8]| people.by_service_id(id).address;
                out.changes.extend(updates::changes(inner, &who, &mut out.doubts));
                return;
            }
            16 => {
                out.changes.push(Change::Other("payment", inner.text(3).map(|note| text(&note))));
                out.raw.extend(inner.text(1).map(|amount| raw("payment_amount_mob", amount.as_bytes())));
                return;
            }
            17 => {
                out.changes.push(Change::Other("gift_badge", None));
                return;
            }
            18 => {
                out.doubts.push("view_once".into());
                if let Some(pointer) = inner.node(1).and_then(|a| a.node(1)) {
                    self.attach(pointer, false, out);
                }
                2
            }
            19 => {
                out.doubts.push("story_reply".into());
                let reply = inner.node(1);
                out.body = match reply {
                    Some(reply) => self.long_or(reply.node(1), reply.node(2), out),
                    None => inner.text(2).map(|emoji| text(&emoji)),
                };
                3
            }
            _ => {
                out.body = inner.text(1).map(|question| text(&question));
                out.raw.push(raw("poll", self.poll(inner).as_bytes()));
                5
            }
        };
        self.reactions(inner, reactions, out);
    }

    fn standard(&mut self, inner: &Node, out: &mut Draft) {
        out.body = self.long_or(inner.node(2), inner.node(5), out);
        for attached in inner.nodes(3) {
            if let Some(pointer) = attached.node(1) {
                self.attach(pointer, false, out);
            }
        }
        if let Some(quote) = inner.node(1) {
            out.reply_to = quote.int(1).map(u64::cast_signed);
            if let Some(body) = quote.node(3).and_then(|t| self.words(t)) {
                out.raw.push(raw("quote_body", body.expose().as_bytes()));
            }
        }
        for preview in inner.nodes(4) {
            let parts = [1, 2, 4].map(|n| preview.text(n).unwrap_or_default());
            out.raw.push(raw("link_preview", parts.join("\n").as_bytes()));
            if let Some(image) = preview.node(3) {
                self.attach(image, false, out);
            }
        }
    }

    fn sticker(&mut self, inner: &Node, out: &mut Draft) {
        let Some(sticker) = inner.node(1) else { return };
        out.raw.extend(sticker.text(4).map(|emoji| raw("sticker_emoji", emoji.as_bytes())));
        if sticker.bytes(1).is_none_or(|pack| pack.len() != 16) {
            out.doubts.push("sticker_pack_id_invalid".into());
        }
        match sticker.node(5) {
            Some(pointer) => self.attach(pointer, true, out),
            None => {
                self.counts.missing += 1;
                out.attachments.push(missing(None, None, None, None));
            }
        }
    }

    fn poll(&self, poll: &Node) -> String {
        let mut lines = String::new();
        for option in poll.nodes(3) {
            lines.push_str(&option.text(1).unwrap_or_default());
            for vote in option.nodes(2) {
                if let Some(voter) = self.people.person(vote.int(1).unwrap_or(0)).address {
                    lines.push('\t');
                    lines.push_str(voter.expose());
                }
            }
            lines.push('\n');
        }
        lines
    }

    fn reactions(&self, inner: &Node, field: u32, out: &mut Draft) {
        for r in inner.nodes(field) {
            let author = self.people.person(r.int(2).unwrap_or(0));
            if author.address.is_none() {
                out.doubts.push("unknown_reactor".into());
            }
            out.reactions.push(reaction(Some(r.signed(3)), &author, &r.text(1).unwrap_or_default()));
        }
    }

    /// A text with its mentions.
    fn words(&self, words: &Node) -> Option<Text> {
        let mentions = words.nodes(2).take(10_000).filter_map(|range| {
            let who = self.people.by_service_id(range.bytes(3)?);
            Some(Mention { start: range.signed(1), length: range.signed(2), shown: who.mention() })
        });
        shown(&words.text(1)?, mentions.collect())
    }

    /// The text, from a file where it is too long for a frame.
    fn long_or(&mut self, words: Option<&Node>, long: Option<&Node>, out: &mut Draft) -> Option<Text> {
        let Some(pointer) = long else { return words.and_then(|w| self.words(w)) };
        let before = out.attachments.len();
        self.attach(pointer, false, out);
        let content = out.attachments.last().and_then(|a| a.content.clone()).filter(|c| c.len() <= LONG_TEXT);
        let whole = content.and_then(|c| {
            let mut bytes = vec![0; usize::try_from(c.len()).ok()?];
            c.read_exact_at(0, &mut bytes).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        });
        let Some(whole) = whole else {
            out.doubts.push("long_text_missing".into());
            return words.and_then(|w| self.words(w));
        };
        out.attachments.truncate(before);
        // mentions are counted from the start of the whole text
        let mut long = Node(words.map(|w| w.0.clone()).unwrap_or_default());
        long.0.push((1, super::node::Item::Bytes(whole.into_bytes())));
        self.words(&long)
    }

    /// Puts a file into the draft, checked.
    fn attach(&mut self, pointer: &Node, sticker: bool, out: &mut Draft) {
        let name = pointer.text(7).filter(|_| !sticker).map(|n| text(&n));
        let mime: Option<Arc<str>> = pointer.text(4).map(Arc::from);
        out.raw.extend(pointer.text(10).map(|caption| raw("caption", caption.as_bytes())));
        let locator = pointer.node(13);
        let size = locator.and_then(|l| l.int(3));
        let hash = locator.and_then(|l| l.bytes(10));
        let stated = hash.and_then(|h| h.try_into().ok());
        let found = self.file(locator, size.unwrap_or(0));
        match found {
            Ok(Some((media, sha256))) => {
                self.counts.whole += 1;
                out.attachments.push(Attachment {
                    name,
                    mime,
                    size: Some(media.len()),
                    sha256: Some(sha256),
                    missing: false,
                    content: Some(media),
                });
            }
            Ok(None) => {
                self.counts.missing += 1;
                out.attachments.push(missing(name, mime, size, stated));
            }
            Err(()) => {
                self.counts.damaged += 1;
                out.doubts.push("attachment_damaged".into());
                out.attachments.push(missing(name, mime, size, stated));
            }
        }
    }

    /// The file of a locator: nothing when it is not there, an error when it is damaged.
    fn file(&mut self, locator: Option<&Node>, size: u64) -> Result<Option<Whole>, ()> {
        let Some((hash, local)) = locator.and_then(|l| Some((l.bytes(10)?, l.bytes(9)?))) else {
            return Ok(None);
        };
        let Some(keys) = media_keys(local) else { return Ok(None) };
        let stored = Stored { hash: hash.to_vec(), local_key: local.to_vec() };
        let mut name = hash.to_vec();
        name.extend(size.to_be_bytes());
        if let Some(known) = self.known.get(&name) {
            return known.clone().map(Some).ok_or(());
        }
        let Some(bytes) = self.media.get(&stored) else { return Ok(None) };
        let checked: io::Result<Checked> = Media::check(bytes, &keys, size, Some(hash));
        let checked = match checked {
            Ok(Checked::Whole(media, sha256)) => Some((media, sha256)),
            Ok(Checked::Damaged) | Err(_) => None,
        };
        // the same file in many messages is checked once; the memory of it is bounded
        if self.known.len() < 100_000 {
            self.known.insert(name, checked.clone());
        }
        checked.map(Some).ok_or(())
    }
}

fn missing(
    name: Option<Text>,
    mime: Option<Arc<str>>,
    size: Option<u64>,
    sha256: Option<[u8; 32]>,
) -> Attachment {
    Attachment { name, mime, size, sha256, missing: true, content: None }
}

/// Times and failures of an outgoing message: to one person what is said of them, to several only what
/// went wrong.
fn status(outgoing: &Node, out: &mut Draft) {
    let all: Vec<&Node> = outgoing.nodes(1).collect();
    if let [only] = all.as_slice() {
        let at = only.int(2).map(u64::cast_signed);
        match only.one_of(|n| (3..=9).contains(&n)).map(|(n, _)| n) {
            Some(5) => out.delivered = at,
            Some(6 | 7) => out.read = at,
            _ => {}
        }
    }
    let failed = all.iter().filter(|s| s.node(9).is_some()).count();
    let pending = all.iter().filter(|s| s.node(3).is_some()).count();
    for (count, code) in [(failed, "not_sent"), (pending, "not_yet_sent")] {
        if count > 0 {
            out.doubts.push(format!("{code}:{count}").into());
        }
    }
}

/// The name of a shared contact.
fn contact_name(contact: &Node) -> Option<Text> {
    let name = contact.node(1)?;
    let parts: Vec<String> = [3, 1, 5, 2, 4].into_iter().filter_map(|n| name.text(n)).collect();
    let shown = if parts.is_empty() { name.text(6).or_else(|| contact.text(7))? } else { parts.join(" ") };
    Some(text(&shown))
}

/// Everything a shared contact says, a value a line.
fn contact(contact: &Node) -> String {
    let mut lines: Vec<String> = contact_name(contact).map(|n| n.expose().to_string()).into_iter().collect();
    lines.extend(contact.text(7));
    lines.extend(contact.nodes(3).chain(contact.nodes(4)).filter_map(|v| v.text(1)));
    lines.extend(contact.nodes(5).map(|a| {
        let parts: Vec<String> = (2..=9).filter_map(|n| a.text(n)).collect();
        parts.join(", ")
    }));
    lines.join("\n")
}
