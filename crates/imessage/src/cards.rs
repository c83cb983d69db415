//! What an app showed in its balloon, as lines of text: link previews, payments, places, invitations,
//! polls, business chats; and of drawn messages their kind. From `payload_data`, which is kept raw.
//!
//! Knows no row and no database: bytes in, lines out, bounded whatever the bytes are.

use std::borrow::Cow;

use model::Fault;
use plist::Value;
use serde_json::Value as Json;

use crate::keyed::Keyed;
use crate::protobuf;

/// Most lines of one card, and most bytes of one line.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 32 << 10;

/// What a balloon shows.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Card {
    /// Its lines, none twice.
    pub(crate) lines: Vec<String>,
    /// Codes for what was seen or was odd.
    pub(crate) doubts: Vec<Cow<'static, str>>,
}

impl Card {
    /// Adds a text unless it is there already.
    fn add(&mut self, text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|t| !t.is_empty() && t.len() <= MOST_BYTES) else {
            return;
        };
        if self.lines.len() < MOST_LINES && !self.lines.iter().any(|line| line == text) {
            self.lines.push(text.to_owned());
        }
    }
}

/// Keys of the metadata of a link, in the order in which a preview shows them.
const LINK: [&str; 4] = ["title", "subtitle", "summary", "siteName"];
/// Keys of what a link is about: music, apps, places, shared documents.
const ABOUT: [&str; 6] = ["name", "artist", "album", "title", "subtitle", "address"];
/// Keys of the layout of an app's balloon.
const LAYOUT: [&str; 6] =
    ["image-title", "image-subtitle", "caption", "subcaption", "secondary-subcaption", "tertiary-subcaption"];

/// The card of a balloon.
pub(crate) fn card(app: &str, payload: &[u8]) -> Card {
    let mut card = Card::default();
    match app {
        "com.apple.DigitalTouchBalloonProvider" => card.doubts.push(touch(payload).into()),
        "com.apple.Handwriting.HandwritingProvider" => {
            let strokes = protobuf::fields(payload)
                .and_then(|f| protobuf::number(&protobuf::fields(protobuf::bytes(&f, 4)?)?, 4));
            card.doubts.push(strokes.map_or("card_unreadable".into(), |n| format!("handwriting:{n}").into()));
        }
        _ => {
            if keyed(app, payload, &mut card).is_err() {
                card.doubts.push("card_unreadable".into());
            }
        }
    }
    card
}

/// What kind of drawing a digital touch is.
fn touch(payload: &[u8]) -> String {
    let kind = protobuf::fields(payload).and_then(|f| protobuf::number(&f, 1));
    match kind {
        None => "card_unreadable".to_owned(),
        Some(1) => "digital_touch:tap".to_owned(),
        Some(3) => "digital_touch:heartbeat".to_owned(),
        Some(4) => "digital_touch:sketch".to_owned(),
        Some(6) => "digital_touch:media".to_owned(),
        Some(7) => "digital_touch:kiss".to_owned(),
        Some(8) => "digital_touch:fireball".to_owned(),
        Some(other) => format!("digital_touch:{other}"),
    }
}

fn keyed(app: &str, payload: &[u8], card: &mut Card) -> Result<(), Fault> {
    let archive = Keyed::parse(payload)?;
    let root = archive.root().ok_or(Fault::Unexpected { expected: "a root object" })?;
    let link = ["richLinkMetadata", "metadata"].into_iter().find_map(|key| archive.get(root, key));
    if let Some(link) = link {
        for key in LINK {
            card.add(archive.text_of(link, key));
        }
        for about in ["specialization2", "specialization", "collaborationMetadata"] {
            if let Some(about) = archive.get(link, about) {
                ABOUT.iter().for_each(|key| card.add(archive.text_of(about, key)));
            }
        }
        card.add(archive.text_of(link, "URL").or_else(|| archive.text_of(link, "originalURL")));
        return Ok(());
    }
    let url = archive.text_of(root, "URL");
    if app == POLLS {
        match url.and_then(poll_json) {
            Some(poll) => {
                card.add(poll["item"]["title"].as_str());
                options(&poll).iter().for_each(|(_, text)| card.add(Some(text)));
            }
            None => card.doubts.push("card_unreadable".into()),
        }
    }
    if let Some(layout) = archive.get(root, "userInfo") {
        LAYOUT.iter().for_each(|key| card.add(archive.text_of(layout, key)));
    }
    card.add(archive.text_of(root, "ldtext"));
    if let Some(Ok(json)) = archive.data_of(root, "data").map(serde_json::from_slice::<Json>) {
        strings(&json, card, 0);
    }
    if card.lines.is_empty() {
        card.add(archive.text_of(root, "an"));
    }
    card.add(url.filter(|u| u.starts_with("https://") || u.starts_with("http://")));
    Ok(())
}

/// Titles in what a business sends: questions, choices, answers.
fn strings(json: &Json, card: &mut Card, depth: u32) {
    match json {
        Json::Object(map) if depth < 16 => {
            for (key, value) in map {
                match value {
                    Json::String(text) if matches!(key.as_str(), "title" | "subtitle" | "summaryText") => {
                        card.add(Some(text));
                    }
                    Json::Object(_) | Json::Array(_) => strings(value, card, depth + 1),
                    _ => {}
                }
            }
        }
        Json::Array(list) if depth < 16 => list.iter().for_each(|value| strings(value, card, depth + 1)),
        _ => {}
    }
}

/// Last part of the name of the app for polls.
pub(crate) const POLLS: &str = "com.apple.messages.Polls";

/// The JSON in the address of a poll or a vote: `data:,`, base64url, and perhaps a query.
fn poll_json(url: &str) -> Option<Json> {
    let data = url.strip_prefix("data:,")?;
    let data = data.split('?').next().unwrap_or_default();
    serde_json::from_slice(&base64url(data)?).ok()
}

/// The options of a poll: id and text.
fn options(poll: &Json) -> Vec<(String, String)> {
    let list = poll["item"]["orderedPollOptions"].as_array();
    let pair = |option: &Json| {
        Some((option["optionIdentifier"].as_str()?.to_owned(), option["text"].as_str()?.to_owned()))
    };
    list.into_iter().flatten().take(MOST_LINES).filter_map(pair).collect()
}

/// What a vote chose, in the words of the poll that it is about; an option that the poll does not have is
/// counted.
pub(crate) fn vote(payload: &[u8], poll: Option<&[u8]>) -> Card {
    let json = |bytes: &[u8]| {
        let archive = Keyed::parse(bytes).ok()?;
        let url: Option<&str> = archive.text_of(archive.root()?, "URL");
        poll_json(url?)
    };
    let mut card = Card::default();
    let Some(votes) = json(payload) else {
        card.doubts.push("card_unreadable".into());
        return card;
    };
    let known = poll.and_then(json).map(|poll| options(&poll)).unwrap_or_default();
    let mut unknown = 0;
    for vote in votes["item"]["votes"].as_array().into_iter().flatten().take(MOST_LINES) {
        let chosen = vote["voteOptionIdentifier"].as_str();
        match known.iter().find(|(id, _)| Some(id.as_str()) == chosen) {
            Some((_, text)) => card.add(Some(text)),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        card.doubts.push(format!("vote_for_unknown_option:{unknown}").into());
    }
    card
}

/// Base64 with the letters `-` and `_` (or `+` and `/`), padded or not.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut have) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from(bits >> have & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

/// A translation that the phone showed with a message: languages and text, from the archive `tmp` in
/// `message_summary_info`.
pub(crate) fn translation(archive: &[u8]) -> Option<(String, String)> {
    let archive = Keyed::parse(archive).ok()?;
    let root: &Value = archive.root()?;
    // the parts are a dictionary by number, each with a list of translations
    let part = archive.get(root, "0")?;
    let first = archive.list(archive.get(part, "0").unwrap_or(part)).first().copied()?;
    let text = archive.get(first, "translatedText")?;
    let text = archive.text(text).or_else(|| archive.text_of(text, "NSString"))?;
    let word = |key: &str| {
        let word = archive.text_of(first, key).unwrap_or("unknown");
        word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(16).collect::<String>()
    };
    let languages = format!("{}>{}", word("sourceLanguage"), word("translationLanguage"));
    Some((languages, text.chars().filter(|c| *c != '\u{fffc}').collect()))
}

/// Any bytes as a payload of every kind.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    for app in [POLLS, "com.apple.DigitalTouchBalloonProvider", "com.apple.Handwriting.HandwritingProvider"] {
        drop(card(app, data));
    }
    drop((vote(data, Some(data)), translation(data)));
}

#[cfg(test)]
mod tests;
