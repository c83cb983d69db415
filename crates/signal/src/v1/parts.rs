//! What other tables hold for a message: files, stickers, previews, polls.

use std::sync::Arc;

use model::Attachment;

use super::cipher::SealedFile;
use super::index::Table;
use super::people::Who;
use super::reader::Reader;
use crate::draft::{Draft, raw};
use crate::people::text;

/// Longest text taken out of an attachment.
const LONG_TEXT: u64 = 4 << 20;

/// An attachment and what decides where it goes.
pub(crate) struct Found {
    pub(crate) attachment: Attachment,
    pub(crate) order: i64,
    pub(crate) long_text: bool,
    pub(crate) damaged: bool,
}

/// The text that an attachment holds.
pub(crate) fn long_text(attachment: &Attachment) -> Option<String> {
    let content = attachment.content.as_ref().filter(|c| c.len() <= LONG_TEXT)?;
    let mut bytes = vec![0; usize::try_from(content.len()).ok()?];
    content.read_exact_at(0, &mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Attachments of a row: files, stickers, previews. Pictures inside a quotation belong to the message
/// quoted.
pub(crate) fn attachments(reader: &mut Reader, this: i64, out: &mut Draft) -> Vec<Found> {
    let at = if this & 1 == 1 { Vec::new() } else { reader.index.attachments.take(this) };
    let mut captions = Vec::new();
    let found = reader.rows(&at, |reader, table, cells| {
        let Table::Attachments(c) = table else { return None };
        if cells.flag(c.quote) {
            return None;
        }
        let id = cells.int(c.id)?;
        let stored = reader.index.files.get(&id);
        let mime = cells.text(c.mime);
        let whole = stored.and_then(|(at, sha256)| Some((*at, (*sha256)?)));
        let sticker = cells.int(c.sticker).is_some_and(|s| s >= 0) && cells.text(c.emoji).is_some()
            || cells.int(c.sticker).is_some_and(|s| s > 0);
        captions.extend(cells.text(c.caption).map(|t| raw("caption", t.as_bytes())));
        if sticker {
            captions.extend(cells.text(c.emoji).map(|t| raw("sticker_emoji", t.as_bytes())));
        }
        let content = whole.map(|(at, _)| {
            Arc::new(SealedFile::new(reader.file.bytes.clone(), reader.file.cipher.clone(), at))
                as Arc<dyn model::ReadAt>
        });
        Some(Found {
            order: cells.int(c.order).unwrap_or(0),
            long_text: mime.as_deref() == Some("text/x-signal-plain"),
            damaged: stored.is_some() && whole.is_none(),
            attachment: Attachment {
                name: cells.text(c.name).filter(|_| !sticker).map(|n| text(&n)),
                mime: mime.map(|m| Arc::from(&*m)),
                size: whole
                    .map(|(at, _)| at.len)
                    .or_else(|| cells.int(c.size).and_then(|s| u64::try_from(s).ok())),
                sha256: whole.map(|(_, sha256)| sha256).or_else(|| stated_hash(&cells.text(c.hash)?)),
                missing: whole.is_none(),
                content,
            },
        })
    });
    out.raw.extend(captions);
    found
}

/// SHA-256 as the phone states it, in base64.
fn stated_hash(hash: &str) -> Option<[u8; 32]> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(hash).ok()?.try_into().ok()
}

/// A poll: its question is the text; options and who chose them are kept beside it.
pub(crate) fn poll(reader: &mut Reader, this: i64, out: &mut Draft) {
    let at = reader.index.polls.take(this);
    let polls = reader.rows(&at, |_, table, cells| {
        let Table::Polls(c) = table else { return None };
        Some((cells.int(c.id)?, cells.text(c.question).map(|q| q.into_owned())))
    });
    let Some((id, question)) = polls.into_iter().next() else { return };
    if let Some(question) = question.filter(|_| out.body.is_none()) {
        out.body = Some(text(&question));
    }
    let votes = reader.index.votes.take(id);
    // state 4 is a vote that stands (Signal-Android, `VoteState.ADDED`)
    let votes = reader.rows(&votes, |reader, table, cells| {
        let Table::Votes(c) = table else { return None };
        let stands = c.state.is_none() || cells.int(c.state) == Some(4);
        let voter = reader.index.people.person(Who::of(cells, c.voter).as_ref());
        stands.then(|| Some((cells.int(c.option)?, voter.address?)))?
    });
    let options = reader.index.options.take(id);
    let mut lines = String::new();
    for (option, label) in reader.rows(&options, |_, table, cells| {
        let Table::Options(c) = table else { return None };
        Some((cells.int(c.id)?, cells.text(c.text)?.into_owned()))
    }) {
        lines.push_str(&label);
        for (_, voter) in votes.iter().filter(|(o, _)| *o == option) {
            lines.push('\t');
            lines.push_str(voter.expose());
        }
        lines.push('\n');
    }
    out.raw.push(raw("poll", lines.as_bytes()));
}
