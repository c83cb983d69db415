//! Everything about a chat that must be known before its first message is written: who takes part, who owns
//! the phone, whether it is a group, which heads are quotations. Two passes in bounded memory.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use model::ReadAt;

use crate::format::Format;
use crate::head::{self, End, Wall};
use crate::lines::{Line, Lines};
use crate::lists::lossy;
use crate::marks::{bare, is_marked};
use crate::names::alike;
use crate::notice::{self, Named};
use crate::notice_words::{Says, YOU};
use crate::people::{Names, People, Rest};
use crate::quotes::{Quotes, Who};

/// A head that begins an entry.
pub(crate) struct Begin<'t> {
    pub(crate) wall: Wall,
    pub(crate) rest: &'t str,
}

/// Decides which lines begin an entry.
pub(crate) struct Heads {
    pub(crate) format: Format,
    /// Line numbers of heads that are quotations, ascending.
    pub(crate) quoted: Vec<u64>,
}

impl Heads {
    /// The head of a line that begins an entry. `quoted` counts up for every head that does not.
    pub(crate) fn begin<'t>(&self, line: &Line<'_>, text: &'t str, quoted: &mut u64) -> Option<Begin<'t>> {
        let begin = candidate(self.format, line, text)?;
        if self.breaks_inside(line) || self.quoted.binary_search(&line.number).is_ok() {
            *quoted += 1;
            return None;
        }
        Some(begin)
    }

    fn breaks_inside(&self, line: &Line<'_>) -> bool {
        self.format.strict && line.after_crlf == Some(false)
    }
}

/// A line that has a head of the format with a possible date.
fn candidate<'t>(format: Format, line: &Line<'_>, text: &'t str) -> Option<Begin<'t>> {
    if !line.begins {
        return None;
    }
    let head = head::parse(text).filter(|h| h.shape == format.shape)?;
    Some(Begin { wall: head.wall(format.order)?, rest: &text[head.rest..] })
}

/// Who the owner of the phone is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// By name as written.
    Known(String),
    /// Nothing in the file says so.
    Unknown,
    /// Signs that contradict one another.
    Contradicting,
}

/// What the operator and the file names say.
pub(crate) struct Said<'a> {
    pub(crate) owner_name: Option<&'a str>,
    pub(crate) chat: Option<&'a str>,
}

/// What is known about a chat.
pub(crate) struct Survey {
    pub(crate) heads: Heads,
    pub(crate) names: Names,
    /// The chat's name; `None` when nothing states it.
    pub(crate) title: Option<String>,
    /// Whether the title is a sender of WhatsApp's own sentences only, as iPhones write groups.
    pub(crate) is_group: bool,
    pub(crate) owner: Owner,
    /// Everybody but the owner, in order of first appearance.
    pub(crate) participants: Vec<String>,
    /// Whether a name that the operator gave is nobody's.
    pub(crate) owner_name_absent: bool,
    /// More senders than any group has.
    pub(crate) too_many: bool,
    /// Whether WhatsApp's own words carry a mark.
    pub(crate) marked: bool,
    /// The name before the first rename, where the file has renames.
    pub(crate) first_title: Option<Option<String>>,
    pub(crate) entries: u64,
    pub(crate) newest: Option<Wall>,
    pub(crate) resets: u64,
}

#[derive(Default)]
struct Counts {
    entries: u64,
    newest: Option<Wall>,
    marked: bool,
    of_group: bool,
    first_title: Option<Option<String>>,
    notice_by: Option<String>,
}

/// Surveys the file.
pub(crate) fn survey(bytes: &dyn ReadAt, format: Format, said: &Said<'_>) -> io::Result<Survey> {
    let first_notice = first_notice(bytes, format)?;
    let said_names: Vec<&str> =
        [said.owner_name, said.chat, first_notice.as_deref()].into_iter().flatten().collect();
    let mut people = People::default();
    let names = people.names(&said_names);
    let (quoted, resets) = quoted(bytes, format, &names)?;
    let heads = Heads { format, quoted };
    let mut counts = Counts::default();
    let iphone = format.shape.end == End::Bracket;
    let mut lines = Lines::new(bytes)?;
    while let Some(line) = lines.next()? {
        let text = lossy(line.bytes);
        if let Some(begin) = heads.begin(&line, &text, &mut 0) {
            counts.entries += 1;
            counts.newest = counts.newest.max(Some(begin.wall));
            counts.note(begin.rest, iphone, &names, &mut people);
        } else if line.number == 1 && line.begins {
            counts.entries += 1;
        }
    }
    let Counts { entries, newest, marked, of_group, first_title, notice_by } = counts;
    let names = people.names(&said_names);
    let title = said.chat.map(str::to_owned).or_else(|| notice_by.clone());
    let writers = writers(&people, &names);
    // a copy of a file is called `name (1)`
    let copied =
        |t: &str, name: &str| t.ends_with(')') && t.rsplit_once(" (").is_some_and(|c| alike(c.0, name));
    let is_title = |name: &str| title.as_deref().is_some_and(|t| alike(t, name) || copied(t, name));
    // in a chat of two, one of them is the chat's name
    let strangers = writers.len() >= 2 && title.is_some() && !writers.iter().any(|w| is_title(&w.0));
    let is_group = of_group || writers.len() > 2 || people.beyond > 0 || strangers;
    let (owner, owner_name_absent) = owner(&writers, is_group, said.owner_name, &is_title);
    let title = title.or_else(|| match &owner {
        // a chat of two is called after the other
        Owner::Known(me) if !is_group => writers.iter().map(|w| &w.0).find(|w| *w != me).cloned(),
        _ => None,
    });
    let too_many = people.beyond > 0;
    let mut participants: Vec<String> = writers
        .iter()
        .map(|w| &w.0)
        .filter(|name| !matches!(&owner, Owner::Known(me) if me == *name))
        .cloned()
        .collect();
    if !is_group
        && participants.is_empty()
        && let Some(title) = &title
    {
        participants.push(title.clone());
    }
    if too_many {
        participants.clear();
    }
    Ok(Survey {
        heads,
        names,
        title,
        is_group,
        owner,
        participants,
        owner_name_absent,
        too_many,
        marked: marked && iphone,
        first_title,
        entries,
        newest,
        resets,
    })
}

impl Counts {
    fn note(&mut self, rest: &str, iphone: bool, names: &Names, people: &mut People) {
        let own = |text: &str, counts: &mut Self| {
            let Some(notice) = notice::read(text) else { return };
            counts.of_group |= notice.is_of_group();
            if notice.says == Says::Renamed && counts.first_title.is_none() {
                counts.first_title = Some(notice.old_title);
            }
        };
        match names.split(rest) {
            Rest::Said(name, text) => {
                let marked = is_marked(text);
                self.marked |= marked;
                let sentence = (marked || self.entries == 1) && notice::is_encryption(text);
                let known = iphone && marked && notice::read(text).is_some();
                if sentence && self.notice_by.is_none() && self.entries == 1 {
                    self.notice_by = Some(bare(name).to_owned());
                }
                if known {
                    own(text, self);
                }
                people.note(name, text, sentence || known);
            }
            Rest::Own(text) => own(text, self),
        }
    }
}

/// Everybody who wrote a message, with how many, and how many of those only the owner could write.
fn writers(people: &People, names: &Names) -> Vec<(String, u64, u64)> {
    let mut out: Vec<(String, u64, u64)> = Vec::new();
    for (name, person) in people.persons.iter().filter(|p| p.1.messages > 0) {
        let full = names.full(name);
        out.push((full, person.messages, person.as_owner));
    }
    out
}

/// The owner: by the operator's word; else who withdrew a message in words that speak to the owner; else,
/// in a chat of two, the one that the chat is not called after; else a sender called "you".
fn owner(
    writers: &[(String, u64, u64)],
    is_group: bool,
    given: Option<&str>,
    is_title: &dyn Fn(&str) -> bool,
) -> (Owner, bool) {
    let mut absent = false;
    if let Some(given) = given.map(bare).filter(|g| !g.is_empty()) {
        let exact = writers.iter().find(|w| w.0 == given);
        let found = exact.or_else(|| writers.iter().find(|w| alike(&w.0, given)));
        match found {
            Some(writer) => return (Owner::Known(writer.0.clone()), false),
            None => absent = true,
        }
    }
    let mut signs: HashSet<&str> = writers.iter().filter(|w| w.2 > 0).map(|w| w.0.as_str()).collect();
    if !is_group && writers.len() == 2 {
        let others: Vec<_> = writers.iter().filter(|w| !is_title(&w.0)).collect();
        if let [one] = others.as_slice() {
            signs.insert(one.0.as_str());
        }
    }
    if signs.is_empty() {
        signs.extend(
            writers.iter().map(|w| w.0.as_str()).filter(|w| YOU.contains(&w.to_lowercase().as_str())),
        );
    }
    let owner = match signs.len() {
        0 => Owner::Unknown,
        1 => Owner::Known(signs.into_iter().next().unwrap_or_default().to_owned()),
        _ => Owner::Contradicting,
    };
    (owner, absent)
}

/// The chat's name as the first line has it, where an iPhone says there that the chat is encrypted.
fn first_notice(bytes: &dyn ReadAt, format: Format) -> io::Result<Option<String>> {
    let mut lines = Lines::new(bytes)?;
    let Some(line) = lines.next()? else { return Ok(None) };
    let text = lossy(line.bytes);
    let Some(begin) = candidate(format, &line, &text) else { return Ok(None) };
    let found = [": \u{200e}", ": \u{200f}"].iter().find_map(|mark| begin.rest.split_once(mark));
    Ok(found.filter(|(_, text)| notice::is_encryption(text)).map(|(name, _)| bare(name).to_owned()))
}

/// Line numbers of heads that are quotations.
fn quoted(bytes: &dyn ReadAt, format: Format, names: &Names) -> io::Result<(Vec<u64>, u64)> {
    let mut quotes = Quotes::default();
    let heads = Heads { format, quoted: Vec::new() };
    let mut lines = Lines::new(bytes)?;
    while let Some(line) = lines.next()? {
        let text = lossy(line.bytes);
        let Some(begin) = candidate(format, &line, &text).filter(|_| !heads.breaks_inside(&line)) else {
            continue;
        };
        let who = match names.split(begin.rest) {
            Rest::Said(_, text) if is_sentence(&line, text) => Who::Notice,
            Rest::Said(name, _) => {
                let mut hasher = DefaultHasher::new();
                bare(name).hash(&mut hasher);
                Who::Sender(hasher.finish())
            }
            Rest::Own(text) if notice::read(text).is_some() => Who::Notice,
            Rest::Own(_) => Who::Unknown,
        };
        quotes.note(line.number, begin.wall, who);
    }
    Ok(quotes.finish())
}

/// Whether a line with a sender is WhatsApp's notice about encryption: marked, or the first of the file.
fn is_sentence(line: &Line<'_>, text: &str) -> bool {
    (is_marked(text) || line.number == 1) && notice::is_encryption(text)
}

/// Whether a name stands for the owner: `me`, or somebody.
pub(crate) fn is_owner(owner: &Owner, named: &Named) -> bool {
    match named {
        Named::Owner => true,
        Named::Other(name) => matches!(owner, Owner::Known(me) if me == name),
    }
}
