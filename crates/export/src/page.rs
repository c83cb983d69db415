//! The pages: start page and conversations. Everything is escaped by construction; nothing is loaded,
//! nothing runs, no link leads out.

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::{Action, Attachment, Direction, Event, ME, Message, Reaction, ReactionKind};

use sha2::{Digest, Sha256};

use crate::conversation::ConversationSummary;
use crate::copies;
use crate::damage::{self, Damaged};
use crate::exhibit::{Cover, Exhibit};
use crate::production::Shown;
use crate::remarks::doubt as in_words;
use crate::show::{day, local, long, month_in_words, plain, text};
use crate::withheld::{self, Range};
use crate::words::{Lang, Word};

/// Style of all pages: for the screen wide and narrow, and for paper.
const STYLE: &str = include_str!("page.css");

/// What a page may load: its own style, by its hash, and pictures beside it. Nothing runs.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; img-src 'self' file:")
});

/// What a page may load, for pages of other kinds.
pub(crate) fn policy() -> &'static str {
    POLICY.as_str()
}

/// The style of all pages.
pub(crate) fn style() -> &'static str {
    STYLE
}

/// What a page needs to be put together.
pub(crate) struct Pages<'a> {
    pub(crate) lang: Lang,
    pub(crate) zone: &'a TimeZone,
    pub(crate) cover: &'a Cover,
}

/// A whole page around `body`: its style is in it, nothing is loaded and nothing runs.
pub(crate) fn frame(lang: Lang, marking: Option<&str>, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(*POLICY);
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (lang.say(Word::SkipTo)) }
                @if let Some(marking) = marking { p.marking { (plain(marking)) } }
                (body)
                @if let Some(marking) = marking { p.marking { (plain(marking)) } }
            }
        }
    }
}

impl Pages<'_> {
    pub(crate) fn say(&self, word: Word) -> &'static str {
        self.lang.say(word)
    }

    fn frame(&self, title: &str, body: &Markup) -> Markup {
        frame(self.lang, self.cover.classification.as_deref(), title, body)
    }

    /// The marking of the production.
    fn marking(&self) -> Markup {
        html! { @if let Some(marking) = &self.cover.classification { p.marking { (plain(marking)) } } }
    }

    /// The head of a conversation's page, up to the first message; [`Pages::foot`] closes it.
    pub(crate) fn conversation_head(&self, c: &ConversationSummary, page: u32) -> String {
        let title = plain(&c.title(self.lang));
        let body = html! {
            header {
                p { a href="../index.html" { "← " (self.say(Word::Back)) } }
                h1 { (text(&c.title(self.lang))) }
                p.facts {
                    (c.service) @if c.is_group { " · " (self.say(Word::Group)) }
                    " · " (self.say(Word::Page)) " " (page)
                }
                @if !c.participants.is_empty() {
                    p.facts { (self.say(Word::Participants)) ": " (plain(&c.participants.join(", "))) }
                }
                p.facts { (self.say(Word::WithName)) }
                @if page > 1 { p { a href=(c.page(page - 1)) { "← " (self.say(Word::Previous)) } } }
            }
        };
        let whole = self.frame(&title, &html! { (body) main #main { } }).into_string();
        // the page is written as it grows: what closes it is written last
        whole.split("</main>").next().unwrap_or_default().to_owned()
    }

    /// The end of a conversation's page.
    pub(crate) fn foot(&self, next: Option<&str>) -> String {
        let next = html! {
            @if let Some(next) = next { nav { p { a href=(next) { (self.say(Word::Next)) " →" } } } }
        };
        format!("</main>{}{}</body></html>\n", next.into_string(), self.marking().into_string())
    }

    /// A day's heading.
    pub(crate) fn heading(&self, date: &str) -> String {
        html! { h2.day { (date) } }.into_string()
    }

    /// What was disposed of within the scope: never silently missing.
    fn disposed(&self) -> Markup {
        html! {
            @if !self.cover.disposed.is_empty() {
                h2 { (self.say(Word::DisposedTitle)) }
                p { (self.say(Word::DisposedText)) }
                div.wide { table {
                    thead { tr {
                        th scope="col" { (self.say(Word::Month)) }
                        th scope="col" { (self.say(Word::Class)) }
                        th.n scope="col" { (self.say(Word::Messages)) }
                        th.n scope="col" { (self.say(Word::Entry)) }
                    } }
                    tbody {
                        @for d in &self.cover.disposed {
                            tr { td.date { (month_in_words(&d.month, self.lang)) } td { (d.retention_class) } td.n { (d.records) } td.n { (d.entry) } }
                        }
                    }
                } }
            }
        }
    }

    /// One message.
    pub(crate) fn message(
        &self,
        e: &Exhibit,
        files: &[Shown],
        reply: Option<&Reply>,
        names: &HashMap<String, String>,
    ) -> String {
        let m = &e.message;
        let id = format!("m{}", e.archive.number);
        let out = m.direction == Direction::Out;
        let time = m.sent_at.and_then(|at| local(at, self.zone, self.lang));
        let who = self.who(
            m.sender.as_ref().map(|s| s.expose().as_ref()),
            m.sender_name.as_ref().map(|n| n.expose().as_ref()),
        );
        html! {
            article id=(id) .out[out] .event[m.event.is_some()] {
                header {
                    span.who { (who) }
                    " " span.direction { (self.say(if out { Word::Sent } else { Word::Received })) }
                    " " time { @match &time { Some(t) => { (t.clock) }, None => { (self.say(Word::Untimed)) } } }
                    " " a.number href={ "#" (id) } { (self.say(Word::Number)) " " (e.archive.number) }
                }
                @if let Some(marking) = &m.classification {
                    p.note { strong { (text(marking.expose())) }
                        @if let Some(entry) = e.archive.lowered_by { " · " (self.say(Word::Declassified)) " " (entry) }
                    }
                }
                @if let Some(reply) = reply { (self.reply(reply)) }
                @if let Some(subject) = &m.subject { p { strong { (self.say(Word::Subject)) ": " (text(subject.expose())) } } }
                @if let Some(event) = &m.event { p.what { (self.event(event, names)) } }
                @if let Some(body) = &m.body { p.body { (text(body.expose())) } }
                @if m.unsent { p.note { (self.say(Word::Withdrawn)) } }
                @if !m.unsent_parts.is_empty() { p.note { (self.say(Word::WithdrawnParts)) } }
                @if m.deleted { p.note { (self.say(Word::Deleted)) } }
                @if m.body.is_none() && m.event.is_none() && !m.unsent && m.attachments.is_empty() {
                    p.note { (self.say(Word::NoText)) }
                }
                (self.attachments(&m.attachments, files.get(..m.attachments.len()).unwrap_or(files)))
                (self.edits(m))
                @for older in &e.older {
                    @if let Some(body) = older.body.as_ref().filter(|b| Some(*b) != m.body.as_ref()) {
                        div.older { p { (self.say(Word::EarlierVersion)) } p.body { (text(body.expose())) } }
                    }
                }
                (self.reactions(&m.reactions, names))
                (self.sources(e, files.get(m.attachments.len()..).unwrap_or_default(), names))
                @if !m.doubts.is_empty() {
                    p.facts { (self.say(Word::Doubts)) ": "
                        @for (i, doubt) in m.doubts.iter().enumerate() {
                            @if i > 0 { " " } (plain(&in_words(doubt, self.lang)))
                        }
                    }
                }
                footer {
                    @if let Some(read) = m.read_at.and_then(|at| local(at, self.zone, self.lang)) {
                        span { (self.say(Word::ReadAt)) " " (read.date) " " (read.clock) } " · "
                    }
                    span { (self.say(Word::Keep)) " " (day(&e.archive.retain_until, self.lang)) " (" (e.archive.retention_class) ")" }
                    @if let Some(proof) = &e.archive.proof {
                        " · " a href={ "../proofs/" (proof) } { (self.say(Word::Proof)) }
                    }
                }
            }
        }
        .into_string()
    }

    fn who(&self, address: Option<&str>, name: Option<&str>) -> Markup {
        html! {
            @match (address, name) {
                (Some(ME), _) => { (self.say(Word::Me)) },
                (Some(address), Some(name)) => { (text(name)) " (" (text(address)) ")" },
                (Some(address), None) => { (text(address)) },
                (None, _) => { (self.say(Word::Unknown)) },
            }
        }
    }

    /// Somebody with the name that the conversation has for the address.
    fn named(&self, who: Option<&model::Text>, names: &HashMap<String, String>) -> Markup {
        let address = who.map(|w| w.expose().as_ref());
        self.who(address, address.and_then(|a| names.get(a)).map(String::as_str))
    }

    fn reply(&self, reply: &Reply) -> Markup {
        html! {
            p.reply {
                (self.say(Word::ReplyTo)) " "
                @match reply {
                    Reply::To { number, quote } => {
                        a href={ "#m" (number) } { (self.say(Word::Number)) " " (number) }
                        ": “" (text(quote)) "”"
                    },
                    Reply::Far => { (self.say(Word::ReplyFar)) },
                }
            }
        }
    }

    fn event(&self, event: &Event, names: &HashMap<String, String>) -> Markup {
        let who = |who: &Option<model::Text>| self.named(who.as_ref(), names);
        html! {
            @match event {
                Event::GroupRenamed { title: Some(title) } => { (self.say(Word::Renamed)) " “" (text(title.expose())) "”" },
                Event::GroupRenamed { title: None } => { (self.say(Word::NameRemoved)) },
                Event::ParticipantAdded { who: w } => { (self.say(Word::Added)) " " (who(w)) },
                Event::ParticipantRemoved { who: w } => { (self.say(Word::TookOut)) " " (who(w)) },
                Event::ParticipantLeft { .. } => { (self.say(Word::Left)) },
                Event::GroupPhotoChanged => { (self.say(Word::Photo)) },
                Event::TimerChanged { seconds } => {
                    (self.say(Word::Timer)) @if let Some(s) = seconds { " (" (s) " s)" }
                },
                Event::NumberChanged => { (self.say(Word::NewNumber)) },
                Event::CallMissed => { (self.say(Word::Call)) },
                Event::EncryptionNotice => { (self.say(Word::Encryption)) },
                Event::Other { code, text: t } => {
                    (self.say(Word::OtherEvent)) " " (plain(code))
                    @if let Some(t) = t { ": " (text(t.expose())) }
                },
                _ => { (self.say(Word::OtherEvent)) " ?" },
            }
        }
    }

    pub(crate) fn attachments(&self, attachments: &[Attachment], files: &[Shown]) -> Markup {
        html! {
            @for (i, a) in attachments.iter().enumerate() {
                @let name = a.name.as_ref().map(|n| n.expose().to_string()).unwrap_or_default();
                div.attachment {
                    @match files.get(i) {
                        Some(Shown::File { path, picture }) => {
                            @if *picture { img src=(path) alt=(plain(&name)) loading="lazy"; }
                            p {
                                (self.say(Word::Attachment)) ": " a href=(path) { (text(&name)) }
                                @if let Some(size) = a.size { ", " (size) " " (self.say(Word::Bytes)) }
                                @if let Some(mime) = &a.mime { ", " (plain(mime)) }
                            }
                            @if let Some(sha256) = &a.sha256 { p.hash { "SHA-256 " (model::wire::hex(sha256)) } }
                        },
                        other => {
                            @let why = if matches!(other, Some(Shown::Damaged)) { Word::AttachmentDamaged } else { Word::AttachmentMissing };
                            p { (self.say(Word::Attachment)) " " (text(&name)) " " strong { (self.say(why)) } }
                        },
                    }
                }
            }
        }
    }

    pub(crate) fn edits(&self, m: &Message) -> Markup {
        let earlier = m.edits.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
        html! {
            @if !earlier.is_empty() {
                div.older {
                    p { (self.say(Word::Edited)) }
                    ol {
                        @for edit in earlier {
                            li {
                                @if let Some(at) = edit.at.and_then(|at| local(at, self.zone, self.lang)) {
                                    span.facts { (at.clock) } " "
                                }
                                @match &edit.text { Some(t) => { (text(t.expose())) }, None => { (self.say(Word::NoText)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn reactions(&self, reactions: &[Reaction], names: &HashMap<String, String>) -> Markup {
        html! {
            @if !reactions.is_empty() {
                p.reactions {
                    (self.say(Word::Reactions)) ": "
                    @for (i, r) in reactions.iter().enumerate() {
                        @if i > 0 { "; " }
                        (self.kind(r)) " – " (self.named(r.sender.as_ref(), names))
                        @if let Some(at) = r.at.and_then(|at| local(at, self.zone, self.lang)) { ", " (at.clock) }
                        @if r.action == Action::Remove { " (" (self.say(Word::Removed)) ")" }
                    }
                }
            }
        }
    }

    fn kind(&self, r: &Reaction) -> Markup {
        let word = match r.kind {
            ReactionKind::Love => Word::Love,
            ReactionKind::Like => Word::Like,
            ReactionKind::Dislike => Word::Dislike,
            ReactionKind::Laugh => Word::Laugh,
            ReactionKind::Emphasize => Word::Emphasize,
            ReactionKind::Question => Word::Question,
            ReactionKind::Sticker => Word::Sticker,
            ReactionKind::Emoji => {
                return html! { @if let Some(e) = &r.emoji { (text(e.expose())) } @else { "?" } };
            }
        };
        html! { (self.say(word)) }
    }

    fn conversations(&self, conversations: &[ConversationSummary]) -> Markup {
        html! {
            div.wide {
                table {
                    thead { tr {
                        th scope="col" { (self.say(Word::Conversation)) }
                        th.n scope="col" { (self.say(Word::Messages)) }
                        th scope="col" { (self.say(Word::First)) }
                        th scope="col" { (self.say(Word::Last)) }
                    } }
                    tbody {
                        @for s in conversations {
                            @let title = s.title(self.lang);
                            tr {
                                th class=[long(&title)] scope="row" { a href={ "conversations/" (s.page(1)) } { (text(&title)) }
                                    " " span.facts { (s.service) @if s.is_group { ", " (self.say(Word::Group)) } } }
                                td.n { (s.messages) }
                                td.date { (s.first) }
                                td.date { (s.last) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The start page.
    pub(crate) fn start(
        &self,
        conversations: &[ConversationSummary],
        messages: u64,
        withheld: &[Range],
        damaged: &[Damaged],
        held: Held,
    ) -> String {
        let c = self.cover;
        let period = match (&c.from, &c.to) {
            (None, None) => self.say(Word::Everything).to_owned(),
            (from, to) => {
                let say = |d: &Option<String>| d.as_deref().map(|d| day(d, self.lang)).unwrap_or_default();
                format!("{} – {}", say(from), say(to))
            }
        };
        let fact = |word: Word, value: &str| html! { dt { (self.say(word)) } dd { (plain(value)) } };
        let body = html! {
            header { h1 { (self.say(Word::Title)) } }
            main #main {
                dl {
                    (fact(Word::Custodian, &c.custodian))
                    (fact(Word::Period, &period))
                    (fact(Word::MadeAt, &day(&c.made_at, self.lang)))
                    (fact(Word::Messages, &messages.to_string()))
                    (fact(Word::ArchiveNumber, &c.archive))
                    (fact(Word::ChainSize, &c.size.to_string()))
                    dt { (self.say(Word::ChainRoot)) }
                    dd.hash { @for group in c.root.as_bytes().chunks(8) { (String::from_utf8_lossy(group)) " " } }
                }
                @if !damaged.is_empty() { (damage::table(damaged, held.recorded, self.lang)) }
                h2 { (self.say(Word::Conversations)) }
                @if conversations.is_empty() { p { (self.say(Word::NoMessages)) } } @else {
                    (self.conversations(conversations))
                }
                @if !withheld.is_empty() { (withheld::table(withheld, self.lang)) }
                (self.disposed())
                @if !c.copies.is_empty() { (copies::table(&c.copies, self.lang)) }
                h2 { (self.say(Word::HowToCheck)) }
                p {
                    (commands(self.say(Word::CheckText))) " "
                    (self.say(if held.recorded { Word::RootRecorded } else { Word::RootOfTheRest }))
                }
                @if held.proven {
                    p { (commands(self.say(Word::ProofText))) " " a href="verify.html" { (self.say(Word::ProofPage)) } "." }
                } @else { p { (self.say(Word::NoProofs)) } }
                h2 { (self.say(Word::WhatIsMissing)) }
                p { (self.say(Word::MissingText)) }
            }
        };
        let mut out = self.frame(self.say(Word::Title), &body).into_string();
        out.push('\n');
        out
    }
}

/// What the archive holds of a production.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    /// The log has an entry for it.
    pub(crate) recorded: bool,
    /// Every message has its proof.
    pub(crate) proven: bool,
}

/// A sentence in which commands stand between backquotes.
fn commands(sentence: &str) -> Markup {
    html! {
        @for (i, part) in sentence.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// What a message answers.
pub(crate) enum Reply {
    /// A message of this production on the same page or another, by number, with its beginning.
    To { number: u64, quote: String },
    /// One that lies further back, or is not in the production.
    Far,
}
