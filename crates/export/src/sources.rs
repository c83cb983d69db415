//! Where a message was read, when several sources have it: each with its file, its place and the day of its
//! copy, and everything in which it tells something else.

use std::collections::HashMap;

use maud::{Markup, html};
use model::{Message, Origin, Stamp};

use crate::exhibit::{ArchiveInfo, Exhibit, Telling};
use crate::page::Pages;
use crate::production::Shown;
use crate::show::{day, local, plain, text};
use crate::words::Word;

impl Pages<'_> {
    /// The sources of a message that several have. `files` are those that only the others have.
    pub(crate) fn sources(
        &self,
        e: &Exhibit,
        mut files: &[Shown],
        names: &HashMap<String, String>,
    ) -> Markup {
        let own: Vec<_> = e.message.attachments.iter().filter(|a| !a.missing).map(|a| a.sha256).collect();
        html! {
            @if !e.also.is_empty() {
                div.older {
                    p { (self.say(Word::SeveralSources)) }
                    ol {
                        li { (self.origin(&e.message, &e.archive)) }
                        @for Telling { message: m, archive } in &e.also {
                            @let found = differing(&e.message, m);
                            li {
                                (self.origin(m, archive)) " – "
                                @if found.is_empty() { (self.say(Word::SaysTheSame)) } @else {
                                    (self.say(Word::SaysOtherwise)) " "
                                    @for (i, word) in found.iter().enumerate() {
                                        @if i > 0 { ", " } (self.say(*word))
                                        @if let Some(at) = time(m, *word).and_then(|at| local(at, self.zone, self.lang)) {
                                            ": " (at.date) " " (at.clock)
                                        }
                                    }
                                }
                                @if let (true, Some(body)) = (found.contains(&Word::FieldBody), &m.body) {
                                    p.body { (text(body.expose())) }
                                }
                                @if found.contains(&Word::FieldEdits) { (self.edits(m)) }
                                @if found.contains(&Word::FieldReactions) { (self.reactions(&m.reactions, names)) }
                                @let new: Vec<_> = m.attachments.iter()
                                    .filter(|a| !a.missing && !own.contains(&a.sha256)).cloned().collect();
                                (self.attachments(&new, take(&mut files, new.len())))
                            }
                        }
                    }
                }
            }
        }
    }

    fn origin(&self, m: &Message, archive: &ArchiveInfo) -> Markup {
        let Origin { evidence, evidence_sha256, place, reader_version } = &m.origin;
        html! {
            (m.source) ", " (plain(evidence.expose())) ", " (place.to_string()) ", " (reader_version)
            @if let Some(id) = &m.id { ", id " (plain(id.expose())) }
            @if !archive.copied.is_empty() { ", " (self.say(Word::CopyOf)) " " (day(&archive.copied, self.lang)) }
            ", " (self.say(Word::Entry)) " " (archive.entry)
            @if let Some(proof) = &archive.proof { ", " a href={ "../proofs/" (proof) } { (self.say(Word::Proof)) } }
            span.hash { " SHA-256 " (model::wire::hex(evidence_sha256)) }
        }
    }
}

fn take<'a>(files: &mut &'a [Shown], n: usize) -> &'a [Shown] {
    let (taken, rest) = files.split_at(n.min(files.len()));
    *files = rest;
    taken
}

fn time(m: &Message, word: Word) -> Option<Stamp> {
    match word {
        Word::FieldSent => m.sent_at,
        Word::FieldReceived => m.received_at,
        Word::FieldDelivered => m.delivered_at,
        Word::FieldRead => m.read_at,
        Word::FieldNetwork => m.remote_at,
        _ => None,
    }
}

/// In what a telling is not as the one shown first.
fn differing(a: &Message, b: &Message) -> Vec<Word> {
    let millis = |t: Option<Stamp>| t.map(Stamp::millis);
    let c = |m: &Message| m.conversation.as_deref().cloned();
    let found = [
        (Word::FieldBody, a.body != b.body || a.subject != b.subject),
        (Word::FieldSent, millis(a.sent_at) != millis(b.sent_at)),
        (Word::FieldReceived, millis(a.received_at) != millis(b.received_at)),
        (Word::FieldDelivered, millis(a.delivered_at) != millis(b.delivered_at)),
        (Word::FieldRead, millis(a.read_at) != millis(b.read_at)),
        (Word::FieldNetwork, millis(a.remote_at) != millis(b.remote_at)),
        (Word::FieldFiles, a.attachments != b.attachments),
        (Word::FieldReactions, a.reactions != b.reactions),
        (Word::FieldEdits, a.edits != b.edits),
        (Word::FieldParties, c(a) != c(b) || a.sender != b.sender || a.sender_name != b.sender_name),
        (
            Word::FieldOther,
            a.unsent != b.unsent
                || a.unsent_parts != b.unsent_parts
                || a.deleted != b.deleted
                || a.expires_after_s != b.expires_after_s
                || a.reply_to != b.reply_to
                || a.event != b.event
                || a.service != b.service
                || a.doubts != b.doubts,
        ),
    ];
    found.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect()
}
