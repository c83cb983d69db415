//! A production under way. Exhibits come month by month, ascending; inside a month in any order, for
//! they are sorted here. What is held in memory is one month and a line for each conversation.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{self, Write};
use std::path::Path;

use jiff::tz::TimeZone;
use model::{Message, Stamp, wire};
use serde_json::json;

use crate::bag::{Bag, Part};
use crate::conversation::{ConversationSummary, MOST_NAMES, PER_PAGE};
use crate::damage::Damaged;
use crate::exhibit::{ArchiveInfo, Cover, Exhibit, Finished, Formats, Origin, Telling};
use crate::page::{Held, Pages, Reply};
use crate::proofs::{self, Proofs};
use crate::show::{local, zone};
use crate::withheld::{self, Range, Withheld};
use crate::words::{Lang, Word};

/// What became of the content of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was written.
    Whole,
    /// The archive does not have it.
    Missing,
    /// The archive has it and it cannot be read; what was written counts for nothing.
    Damaged,
}

/// Gives the content of an attachment by its SHA-256: writes it to the writer, says whether it had it.
pub type Contents<'a> = &'a mut dyn FnMut(&[u8; 32], &mut dyn Write) -> io::Result<Found>;

/// An attachment as its page shows it.
pub(crate) enum Shown {
    /// Not there.
    Missing,
    /// There, and not to be read.
    Damaged,
    /// A file of the production.
    File {
        /// From the page.
        path: String,
        /// Whether it is a picture that may be shown.
        picture: bool,
    },
}

/// A production under way.
pub struct Production {
    pub(crate) bag: Bag,
    pub(crate) proofs: Proofs,
    cover: Cover,
    lang: Lang,
    zone: TimeZone,
    lines: Option<Part>,
    html: bool,
    conversations: Vec<ConversationSummary>,
    by_id: BTreeMap<(String, String), usize>,
    open: BTreeMap<usize, Part>,
    withheld: Vec<Range>,
    damaged: Vec<Damaged>,
    recorded: bool,
    finished: Finished,
}

/// Conversation pages open at once; beyond, the page of the conversation that was longest idle is closed
/// and continued on a new one.
const MOST_OPEN: usize = 64;

impl Production {
    /// Begins a production in `dir`, which must be empty or not there.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn begin(dir: &Path, cover: Cover, lang: Lang, formats: Formats) -> io::Result<Self> {
        let bag = Bag::create(dir)?;
        let Formats { html, lines } = formats;
        let lines = lines.then(|| bag.part("data/messages.jsonl")).transpose()?;
        Ok(Self {
            bag,
            proofs: Proofs::tagged(tag_of(&cover)),
            cover,
            lang,
            zone: zone(),
            lines,
            html,
            conversations: Vec::new(),
            by_id: BTreeMap::new(),
            open: BTreeMap::new(),
            withheld: Vec::new(),
            damaged: Vec::new(),
            recorded: true,
            finished: Finished::default(),
        })
    }

    /// Writes one month's exhibits; months come in ascending order.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn month(&mut self, mut exhibits: Vec<Exhibit>, contents: Contents<'_>) -> io::Result<()> {
        exhibits.sort_by_key(|e| (e.message.sent_at.map_or(i64::MAX, Stamp::millis), e.archive.entry));
        self.proofs.begin(&exhibits);
        // numbers and lines in order of time; pages conversation by conversation, so that few are open
        let mut by_conversation: BTreeMap<usize, Vec<(Exhibit, Vec<Shown>)>> = BTreeMap::new();
        for mut exhibit in exhibits {
            self.finished.messages += 1;
            exhibit.archive.number = self.finished.messages;
            self.proofs.note(&mut exhibit.archive, 0);
            for (other, i) in exhibit.also.iter_mut().zip(1..) {
                other.archive.number = exhibit.archive.number;
                self.proofs.note(&mut other.archive, i);
            }
            let files = self.attachments(&exhibit, contents)?;
            self.line(&exhibit)?;
            let at = self.conversation(&exhibit.message);
            if self.html {
                by_conversation.entry(at).or_default().push((exhibit, files));
            }
        }
        for (at, exhibits) in by_conversation {
            for (exhibit, files) in exhibits {
                self.show(at, &exhibit, &files)?;
            }
        }
        Ok(())
    }

    /// Writes the placeholders, after the last month: their numbers go on where those of the messages end.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn withheld(&mut self, mut withheld: Vec<Withheld>) -> io::Result<()> {
        let next = self.finished.messages + 1;
        self.withheld = withheld::ranges(&mut withheld, next);
        self.finished.withheld = withheld.len() as u64;
        if let Some(lines) = &mut self.lines {
            for (withheld, number) in withheld.iter().zip(next..) {
                withheld::line(lines, number, withheld)?;
            }
        }
        Ok(())
    }

    /// Says what of the archive could not be read, and whether the log could take an entry for the production.
    pub fn damaged(&mut self, damaged: Vec<Damaged>, recorded: bool) {
        (self.damaged, self.recorded) = (damaged, recorded);
    }

    fn line(&mut self, e: &Exhibit) -> io::Result<()> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let ArchiveInfo {
            number,
            entry,
            place,
            proof,
            proof_record,
            retain_until,
            retention_class,
            verdict,
            restamped_by,
            lowered_by,
            run,
            copied,
            origin,
        } = &e.archive;
        let also: Vec<serde_json::Value> = e.also.iter().map(|other| told(&e.message, other)).collect();
        let mut archive = json!({
            "number": number, "entry": entry, "place": place, "proof": proof, "proof_record": proof_record,
            "retain_until": retain_until, "retention_class": retention_class, "verdict": verdict,
            "restamped_by": restamped_by, "redacted": [], "marking": self.cover.classification,
            "declassified_by": lowered_by, "run": run, "copied": copied,
        });
        if let Some(Origin { archive: before, entry, proof }) = origin {
            archive["origin"] = json!({ "archive": before, "entry": entry, "place": place, "proof": proof });
        }
        let mut line = Vec::new();
        wire::write_line_also(&mut line, &e.message, &also, Some(&archive));
        lines.write_all(&line)
    }

    fn show(&mut self, at: usize, e: &Exhibit, files: &[Shown]) -> io::Result<()> {
        self.page_for(at)?;
        let time = e.message.sent_at.and_then(|s| local(s, &self.zone, self.lang));
        let (day, date) =
            time.map_or((String::new(), self.lang.say(Word::Untimed).to_owned()), |t| (t.day, t.date));
        let pages = Pages { lang: self.lang, zone: &self.zone, cover: &self.cover };
        let c = &mut self.conversations[at];
        let reply = e.message.reply_to.as_ref().map(|id| match c.quotes.get(id.expose().as_ref()) {
            Some((number, quote)) => Reply::To { number: *number, quote: quote.clone() },
            None => Reply::Far,
        });
        let mut html = String::new();
        if c.messages == 0 || c.day != day || c.on_page == 0 {
            html.push_str(&pages.heading(&date));
        }
        html.push_str(&pages.message(e, files, reply.as_ref(), &c.names));
        c.note(e, day, date);
        if let Some(part) = self.open.get_mut(&at) {
            part.write_all(html.as_bytes())?;
        }
        Ok(())
    }

    /// The conversation of a message, listed when it is the first.
    fn conversation(&mut self, m: &Message) -> usize {
        let id = m.conversation.as_ref().map(|c| c.id.expose().to_string()).unwrap_or_default();
        let key = (m.source.to_string(), id);
        let next = self.conversations.len();
        let at = *self.by_id.entry(key).or_insert(next);
        if at == next {
            self.conversations.push(ConversationSummary {
                number: next + 1,
                name: None,
                service: m.service.to_string(),
                is_group: false,
                participants: Vec::new(),
                messages: 0,
                first: String::new(),
                last: String::new(),
                pages: 0,
                on_page: 0,
                shown: 0,
                day: String::new(),
                quotes: HashMap::new(),
                quoted: VecDeque::new(),
                names: HashMap::new(),
            });
        }
        if let (Some(address), Some(name)) = (&m.sender, &m.sender_name) {
            let names = &mut self.conversations[at].names;
            if names.len() < MOST_NAMES || names.contains_key(address.expose().as_ref()) {
                names.insert(address.expose().to_string(), name.expose().to_string());
            }
        }
        if let Some(conversation) = &m.conversation {
            let c = &mut self.conversations[at];
            c.is_group |= conversation.is_group;
            c.name = conversation.name.as_ref().map(|n| n.expose().to_string()).or(c.name.take());
            if c.participants.is_empty() {
                c.participants = conversation.participants.iter().map(|p| p.expose().to_string()).collect();
            }
            if let (false, Some(name)) = (c.is_group, &m.sender_name) {
                // one person: the name is the better title, the address stays beside it
                c.name.get_or_insert_with(|| format!("{} ({})", name.expose(), c.participants.join(", ")));
            }
        }
        at
    }

    /// Opens the page that the next message of a conversation goes to.
    fn page_for(&mut self, at: usize) -> io::Result<()> {
        if self.conversations[at].on_page >= PER_PAGE {
            self.close_page(at, true)?;
        }
        if self.open.contains_key(&at) {
            return Ok(());
        }
        if self.open.len() >= MOST_OPEN {
            let idle = self.open.keys().copied().min_by_key(|c| self.conversations[*c].shown);
            if let Some(idle) = idle {
                self.close_page(idle, true)?;
            }
        }
        let c = &mut self.conversations[at];
        c.pages += 1;
        c.on_page = 0;
        let mut part = self.bag.part(&format!("data/conversations/{}", c.page(c.pages)))?;
        let pages = Pages { lang: self.lang, zone: &self.zone, cover: &self.cover };
        part.write_all(pages.conversation_head(c, c.pages).as_bytes())?;
        self.open.insert(at, part);
        Ok(())
    }

    fn close_page(&mut self, at: usize, goes_on: bool) -> io::Result<()> {
        let Some(mut part) = self.open.remove(&at) else { return Ok(()) };
        let c = &mut self.conversations[at];
        // a page that was closed for room may stay the last one: its link then leads to a page that says so
        let next = goes_on.then(|| c.page(c.pages + 1));
        let pages = Pages { lang: self.lang, zone: &self.zone, cover: &self.cover };
        part.write_all(pages.foot(next.as_deref()).as_bytes())?;
        c.on_page = if goes_on { PER_PAGE } else { 0 };
        self.bag.close(part).map(|_| ())
    }

    /// Writes the attachments of a message.
    fn attachments(&mut self, e: &Exhibit, contents: Contents<'_>) -> io::Result<Vec<Shown>> {
        let mut files = Vec::new();
        // what only another source has of a file is shown where that source tells of it
        let there = |a: &&model::Attachment| !a.missing;
        let own: Vec<_> = e.message.attachments.iter().filter(there).map(|a| a.sha256).collect();
        let others = e.also.iter().flat_map(|other| &other.message.attachments);
        let others = others.filter(|a| !a.missing && !own.contains(&a.sha256));
        let first = e.message.attachments.len();
        for (i, a) in e.message.attachments.iter().chain(others).enumerate() {
            let Some(sha256) = a.sha256.filter(|_| !a.missing) else {
                self.finished.attachments_missing += 1;
                files.push(Shown::Missing);
                continue;
            };
            let name = a.name.as_ref().map(|n| n.expose().to_string()).unwrap_or_default();
            let tag = tag_of(&self.cover);
            let file = format!("{:07}-{}{tag}{}", e.archive.number, i + 1, extension(&name));
            let part = self.bag.part(&format!("data/attachments/{file}"))?;
            let mut head = Head { inner: part, head: Vec::new() };
            let found = contents(&sha256, &mut head)?;
            let Head { inner, head } = head;
            let found = if found != Found::Whole {
                self.bag.abandon(inner)?;
                found
            } else if self.bag.close_as(inner, &sha256)? {
                Found::Whole
            } else {
                Found::Damaged
            };
            files.push(match found {
                Found::Whole => {
                    self.finished.attachments += u64::from(i < first);
                    Shown::File { path: format!("../attachments/{file}"), picture: is_picture(&head) }
                }
                Found::Missing => {
                    self.finished.attachments_missing += 1;
                    Shown::Missing
                }
                Found::Damaged => {
                    self.finished.attachments_damaged += 1;
                    Shown::Damaged
                }
            });
        }
        Ok(files)
    }

    /// Writes the rest: open pages, start page, manifests.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn finish(mut self, made_on: &str) -> io::Result<Finished> {
        for at in self.open.keys().copied().collect::<Vec<_>>() {
            self.close_page(at, false)?;
        }
        for at in 0..self.conversations.len() {
            // what was closed for room and never went on gets the page its link leads to
            if self.conversations[at].on_page >= PER_PAGE {
                self.page_for(at)?;
                self.close_page(at, false)?;
            }
        }
        if let Some(lines) = self.lines.take() {
            self.bag.close(lines)?;
        }
        if self.html {
            let pages = Pages { lang: self.lang, zone: &self.zone, cover: &self.cover };
            let start = pages.start(
                &self.conversations,
                self.finished.messages,
                &self.withheld,
                &self.damaged,
                Held { recorded: self.recorded, proven: self.proofs.complete() },
            );
            self.bag.whole("data/index.html", start.as_bytes())?;
        }
        if !self.cover.disposed.is_empty() {
            let text = serde_json::to_vec_pretty(&self.cover.disposed).map_err(io::Error::other)?;
            self.bag.whole("data/disposed.json", &text)?;
        }
        if !self.damaged.is_empty() {
            let text = serde_json::to_vec_pretty(&self.damaged).map_err(io::Error::other)?;
            self.bag.whole("data/damaged.json", &text)?;
        }
        self.bag.whole(
            "data/verify.html",
            proofs::page(self.lang, self.cover.classification.as_deref()).as_bytes(),
        )?;
        let mut info = format!(
            "Source-Organization: beskedarkiv\nBagging-Date: {made_on}\nExternal-Identifier: {}/{}\n",
            self.cover.archive, self.cover.size
        );
        if let Some(marking) = &self.cover.classification {
            // one line, whatever the operator typed
            let marking: String = marking.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            info.push_str(&format!("Classification: {marking}\n"));
        }
        self.finished.conversations = self.conversations.len() as u64;
        let finished = self.finished;
        self.bag.finish(&info)?;
        Ok(finished)
    }
}

/// What another source tells, as the lines have it.
fn told(message: &Message, other: &Telling) -> serde_json::Value {
    let ArchiveInfo { entry, proof, proof_record, run, copied, .. } = &other.archive;
    let mut told = wire::also(message, &other.message);
    told["archive"] = json!({
        "entry": entry, "proof": proof, "proof_record": proof_record, "run": run, "copied": copied,
    });
    told
}

/// What names of files carry: `-HEM`, or nothing.
fn tag_of(cover: &Cover) -> String {
    cover.tag.as_ref().map(|t| format!("-{t}")).unwrap_or_default()
}

/// A writer that remembers the first bytes.
struct Head {
    inner: Part,
    head: Vec<u8>,
}

impl Write for Head {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let room = 16_usize.saturating_sub(self.head.len());
        self.head.extend_from_slice(&buf[..buf.len().min(room)]);
        self.inner.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Pictures that a browser shows without running anything, by their first bytes.
fn is_picture(head: &[u8]) -> bool {
    head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"GIF8")
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"))
}

/// A short, harmless extension; what a browser would run becomes text.
fn extension(name: &str) -> String {
    let Some((_, ext)) = name.rsplit_once('.') else { return String::new() };
    let ext: String =
        ext.chars().take_while(char::is_ascii_alphanumeric).take(8).collect::<String>().to_lowercase();
    match ext.as_str() {
        "" => String::new(),
        "html" | "htm" | "xhtml" | "svg" | "js" | "mjs" | "xml" | "xht" | "hta" | "exe" | "bat" | "cmd"
        | "lnk" => {
            format!(".{ext}.txt")
        }
        _ => format!(".{ext}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A message that says nothing.
    pub(crate) fn empty() -> Message {
        let core = [0xa3, 0, 1, 1, 0x60, 2, 0];
        let mut provenance = vec![0xa5, 1, 0x60, 2, 0x60, 3, 0x58, 32];
        provenance.extend([0; 32]);
        provenance.extend([4, 0x81, 5, 5, 0x60]);
        model::canonical::decode([&core, &[], &[], &[], &[], &[], &provenance]).unwrap()
    }

    #[test]
    fn names_of_files_are_harmless() {
        for (name, expected) in [
            ("a.png", ".png"),
            ("a.PNG", ".png"),
            ("../../etc/passwd", ""),
            ("x.html", ".html.txt"),
            ("x.svg", ".svg.txt"),
            ("a.b/c", ".b"),
            ("lang.abcdefghijkl", ".abcdefgh"),
            ("uden", ""),
            ("a.\u{202e}gpj", ""),
        ] {
            assert_eq!(extension(name), expected, "{name}");
        }
    }
}
