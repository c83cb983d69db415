//! The text of one message: what the sender wrote, and what WhatsApp put in place of it or beside it (files,
//! withdrawn messages, the mark of an edit). Pure.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::file_words::{ATTACHED_ANDROID, ATTACHED_IOS, LEFT_OUT, MEDIA};
use crate::lists::List;
use crate::marks::{bare, is_mark, is_marked, is_space, key};
use crate::words::{DELETED, DELETED_BY_ME};

/// A file that a message names, or that WhatsApp says it left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name in the export, or the name that stood beside a file left out.
    pub(crate) name: Option<String>,
    /// What kind of file was left out.
    pub(crate) left_out: Option<&'static str>,
}

/// A text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// What the sender wrote.
    pub(crate) text: Option<String>,
    pub(crate) files: Vec<File>,
    /// Withdrawn by its sender.
    pub(crate) deleted: bool,
    /// Withdrawn by the owner of the phone.
    pub(crate) by_owner: bool,
    /// Edited after it was sent.
    pub(crate) edited: bool,
    /// WhatsApp's own words, of which nothing more is known.
    pub(crate) unknown: bool,
    pub(crate) doubts: Vec<Cow<'static, str>>,
}

/// What the rest of the export says that helps.
pub(crate) struct Around<'a> {
    /// Whether the words of WhatsApp's own carry a mark in front, as an iPhone writes them.
    pub(crate) marked: bool,
    /// Whether an iPhone wrote it.
    pub(crate) iphone: bool,
    /// Whether the source has a file of that name.
    pub(crate) has: &'a dyn Fn(&str) -> bool,
}

fn list(words: &'static [&'static str]) -> List {
    List::new(words.iter().copied())
}

static WITHDRAWN: LazyLock<List> = LazyLock::new(|| list(DELETED));
/// Some languages say the same whoever withdrew it.
static BY_OWNER: LazyLock<List> =
    LazyLock::new(|| List::new(DELETED_BY_ME.iter().copied().filter(|words| !DELETED.contains(words))));
static MEDIA_LEFT_OUT: LazyLock<List> = LazyLock::new(|| list(MEDIA));
static IPHONE: LazyLock<List> = LazyLock::new(|| list(ATTACHED_IOS));
static ANDROID: LazyLock<List> = LazyLock::new(|| list(ATTACHED_ANDROID));
/// Everything that a text as a whole, or its first line, may be.
static ANY: LazyLock<List> = LazyLock::new(|| {
    let lists = [
        DELETED,
        DELETED_BY_ME,
        &BY_ADMIN,
        &ONCE,
        &LIVE,
        &POLL,
        &["null", "<view once", "<talebesked", "<besked"],
    ];
    List::new(lists.into_iter().flatten().copied())
});

/// How a withdrawal by the administrator of a group begins.
const BY_ADMIN: [&str; 4] = [
    "denne besked blev slettet af administrator",
    "denne besked er blevet slettet af administrator",
    "this message was deleted by admin",
    "diese nachricht wurde von admin",
];

/// Words that an edited message ends with, between `<` and `>`.
const EDITED: [&str; 18] = [
    "denne besked blev redigeret",
    "denne besked er redigeret",
    "denne besked er blevet redigeret",
    "beskeden blev redigeret",
    "beskeden er redigeret",
    "this message was edited",
    "diese nachricht wurde bearbeitet",
    "denne meldingen ble redigert",
    "denne meldingen er redigert",
    "det här meddelandet redigerades",
    "det här meddelandet har redigerats",
    "dit bericht is bewerkt",
    "ce message a été modifié",
    "se editó este mensaje",
    "mensagem editada",
    "esta mensagem foi editada",
    "questo messaggio è stato modificato",
    "это сообщение изменено",
];

/// Messages that may be seen once, which an export never contains.
const ONCE: [&str; 12] = [
    "view once voice message omitted",
    "view once message omitted",
    "view once photo omitted",
    "view once video omitted",
    "talebesked, der kun kan vises én gang, udeladt",
    "besked, der kun kan vises én gang, udeladt",
    "you received a view once message",
    "you sent a view once message",
    "du modtog en besked, der kun kan vises én gang",
    "du sendte en besked, der kun kan vises én gang",
    "du har modtaget en besked, der kun kan vises én gang",
    "waiting for this message",
];

/// Words that a poll begins with.
const POLL: [&str; 7] =
    ["poll:", "afstemning:", "meningsmåling:", "umfrage:", "avstemning:", "omröstning:", "encuesta:"];

/// A live location.
const LIVE: [&str; 6] = [
    "live placering delt",
    "live location shared",
    "live-standort wird geteilt",
    "posisjon i sanntid delt",
    "liveposition delad",
    "live locatie gedeeld",
];

/// Whether a whole text is in place of a message: withdrawn, or a file attached or left out.
pub(crate) fn is_marker(text: &str) -> bool {
    if text.len() > 1024 || text.is_empty() {
        return false;
    }
    let around = Around { marked: false, iphone: false, has: &|_| false };
    let body = take_apart(text, &around);
    body.deleted || (!body.files.is_empty() && (body.text.is_none() || text.contains('\u{200e}')))
}

/// Whether a whole text says that the owner of the phone withdrew the message.
pub(crate) fn is_by_owner(text: &str) -> bool {
    BY_OWNER.has(text)
}

/// Takes a text apart.
pub(crate) fn take_apart(text: &str, around: &Around<'_>) -> Body {
    let mut body = Body::default();
    let marked = is_marked(text);
    // where an export marks its own words, unmarked ones were typed by somebody
    let own = marked || !around.marked;
    let text = edited(text, around, &mut body);
    let first = text.split('\n').next().unwrap_or_default();
    if own && first.len() <= 256 && ANY.may_have(first) {
        let short = key(first);
        if first.len() == text.len() && withdrawn(&short, &mut body) {
            return body;
        }
        if short == "null" && !marked {
            body.doubts.push("null_text".into());
        }
        let once = short.trim_start_matches('<').trim_end_matches('>');
        if ONCE.iter().any(|o| once.starts_with(o)) && (marked || short.starts_with('<')) {
            body.files.push(File { name: None, left_out: Some("view_once") });
            return body;
        }
        if LIVE.iter().any(|l| short.starts_with(l)) {
            body.doubts.push("live_location".into());
        }
        if POLL.contains(&short.as_str()) {
            body.doubts.push("poll".into());
            body.text =
                some(&text.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}')).collect::<String>());
            return body;
        }
    }
    if let Some(rest) = attached_ios(text, around, &mut body) {
        body.text = some(&rest);
        return body;
    }
    if let Some(rest) = attached_android(text, own, around, &mut body) {
        body.text = some(rest);
        return body;
    }
    if let Some(rest) = left_out(text, around, &mut body) {
        body.text = some(rest);
        return body;
    }
    if marked {
        let behind = text.trim_start_matches(['\u{200e}', '\u{200f}']);
        // a name called with @ is marked too, and so is the address of a place
        body.unknown =
            body.doubts.is_empty() && !behind.starts_with(['@', '\u{2068}']) && !behind.contains("://");
        body.text = some(behind);
    } else {
        body.text = some(text);
    }
    body
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn withdrawn(short: &str, body: &mut Body) -> bool {
    body.by_owner = BY_OWNER.has_key(short);
    body.deleted = body.by_owner
        || DELETED_BY_ME.contains(&short)
        || WITHDRAWN.has_key(short)
        || BY_ADMIN.iter().any(|begin| short.starts_with(begin));
    if BY_ADMIN.iter().any(|begin| short.starts_with(begin)) {
        body.doubts.push("deleted_by_admin".into());
    }
    body.deleted
}

/// The text without the mark of an edit at its end.
fn edited<'t>(text: &'t str, around: &Around<'_>, body: &mut Body) -> &'t str {
    let Some(inner) = text.trim_end_matches(|c| is_space(c) || is_mark(c)).strip_suffix('>') else {
        return text;
    };
    let Some(open) = inner.rfind('<').filter(|open| inner.len() - open <= 120) else { return text };
    let (before, words) = (&inner[..open], key(&inner[open + 1..]));
    let marked = before.ends_with('\u{200e}') || before.ends_with('\u{200f}');
    let known = EDITED.contains(&words.as_str());
    // an unknown language: only an iPhone's mark tells it from what somebody typed
    let likely = marked
        && around.marked
        && !words.contains(':')
        && !MEDIA_LEFT_OUT.has_key(&words)
        && !before.trim_matches(is_mark).is_empty();
    if !known && !likely {
        return text;
    }
    body.edited = true;
    if !known {
        body.doubts.push("edit_mark_guessed".into());
    }
    let before = before.trim_end_matches(is_mark);
    before.strip_suffix(is_space).unwrap_or(before)
}

/// `<attached: name>` anywhere in a text; gives what remains.
fn attached_ios(text: &str, around: &Around<'_>, body: &mut Body) -> Option<String> {
    let mut rest = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        at = open + 1;
        let Some(close) = text[at..].find(['>', '\n']).map(|i| at + i) else { break };
        if !text[close..].starts_with('>') {
            continue;
        }
        let Some((word, name)) = text[at..close].split_once(": ") else { continue };
        let (name, marked) = (bare(name), text[..open].ends_with(['\u{200e}', '\u{200f}']));
        let known = IPHONE.has(word) && (marked || !around.marked || (around.has)(name));
        if name.is_empty() || !(known || (marked && (around.has)(name))) {
            continue;
        }
        body.files.push(File { name: Some(name.to_owned()), left_out: None });
        rest.push_str(text[from..open].trim_end_matches(is_mark));
        from = close + 1;
        at = from;
    }
    let file = body.files.first()?;
    let name = file.name.clone().unwrap_or_default();
    rest.push_str(&text[from..]);
    let rest = rest.trim_matches(|c| is_mark(c) || is_space(c));
    // a document carries its own name and number of pages before it
    let own = name.split_once('-').map_or(name.as_str(), |(number, own)| {
        if number.len() == 8 && number.bytes().all(|b| b.is_ascii_digit()) { own } else { &name }
    });
    let title = rest == own || rest.strip_prefix(own).is_some_and(|r| r.starts_with(" •"));
    Some(if title { String::new() } else { rest.to_owned() })
}

/// `name (file attached)` as the first line; gives the lines behind it.
fn attached_android<'t>(text: &'t str, own: bool, around: &Around<'_>, body: &mut Body) -> Option<&'t str> {
    let (first, caption) = text.split_once('\n').unwrap_or((text, ""));
    let first = bare(first);
    let inner = first.strip_suffix(')')?;
    let open = inner.rfind(" (").filter(|open| inner.len() - open <= 80)?;
    let name = bare(&inner[..open]);
    let known = ANDROID.has(&inner[open + 2..]) && own;
    let looks = name.rsplit_once('.').is_some_and(|(stem, ext)| {
        !stem.is_empty() && (1..=8).contains(&ext.len()) && ext.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if name.is_empty() || !((known && looks) || (around.has)(name)) {
        return None;
    }
    body.files.push(File { name: Some(name.to_owned()), left_out: None });
    Some(caption)
}

/// `<Media omitted>` as the first line, or what an iPhone writes; gives what remains.
fn left_out<'t>(text: &'t str, around: &Around<'_>, body: &mut Body) -> Option<&'t str> {
    let (first, caption) = text.split_once('\n').unwrap_or((text, ""));
    if first.len() > 512 {
        return None;
    }
    let line = bare(first);
    if let Some(words) = line.strip_prefix('<').and_then(|l| l.strip_suffix('>')) {
        let words = key(words);
        let kind = LEFT_OUT.iter().find(|(_, list)| list.contains(&words.as_str())).map(|k| k.0);
        if let Some(kind) = kind.or_else(|| MEDIA_LEFT_OUT.has_key(&words).then_some("media")) {
            body.files.push(File { name: None, left_out: Some(kind) });
            return Some(caption);
        }
    }
    // behind the last mark of the line stand WhatsApp's words, before it the name of a document
    let (before, words) = match first.rfind(['\u{200e}', '\u{200f}']) {
        Some(at) => (&first[..at], &first[at..]),
        None if around.marked || !around.iphone => return None,
        None => ("", first),
    };
    let words = key(words);
    let (kind, _) = LEFT_OUT.iter().find(|(_, list)| list.contains(&words.as_str()))?;
    let before = bare(before);
    let name = before.split(" •").next().map(bare).filter(|n| !n.is_empty() && *kind == "document");
    body.files.push(File { name: name.map(str::to_owned), left_out: Some(kind) });
    if name.is_none() && !before.is_empty() {
        return Some(before);
    }
    Some(caption)
}

#[cfg(test)]
mod tests;
