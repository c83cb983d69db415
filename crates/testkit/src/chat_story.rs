//! The story that every sample export tells: what chats have that is hard to read. All persons, numbers and
//! texts are invented.

use crate::chat_export::{Expected, Line, Phone, STYLES, Style, Wall, head, wall};

pub(crate) const TITLE: &str = "Ministerbetjening: budget - 2026";
pub(crate) const OWNER: &str = "Anna Holm";
/// Names with what separates heads, senders and texts in them.
pub(crate) const EVERYBODY: [&str; 4] = [OWNER, "Lars - Sekretariat", "Team: Presse", "+45 20 12 16 76"];
const LARS: &str = EVERYBODY[1];
const PRESS: &str = EVERYBODY[2];
const NUMBER: &str = EVERYBODY[3];

/// 2025-10-24T07:15:20Z, a Friday.
pub(crate) const FIRST: i64 = 1_761_290_120;
/// From one message to the first of the night: to 2025-10-26T00:10:05Z, 02:10:05 in Copenhagen.
const TO_NIGHT: i64 = 1_761_437_405 - (FIRST + 22 * 60);

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cue {
    /// Somebody writes.
    Says(&'static str, &'static str),
    /// Somebody writes, and quotes a chat below it: from a phone of the other kind, or of this kind, older.
    Quotes(&'static str, &'static str, bool),
    /// A notice about encryption.
    Encryption,
    /// A sentence about the group: its text, who did it, the event.
    Sentence(&'static str, Option<&'static str>, &'static str),
    /// A message withdrawn by its sender.
    Withdraws(&'static str),
    /// A message edited.
    Edits(&'static str, &'static str),
    /// A file sent, with a caption, and whether the export has it.
    Sends(&'static str, Option<&'static str>, bool),
    /// A file left out.
    LeavesOut(&'static str),
    /// A call nobody took.
    Calls(&'static str),
}

use Cue::*;

/// Seconds since the cue before, and the cue.
pub(crate) const CUES: &[(i64, Cue)] = &[
    (0, Encryption),
    (60, Sentence("Du oprettede gruppen \"Ministerbetjening\"", Some("me"), "other")),
    (60, Sentence("Du tilføjede Lars - Sekretariat", Some("me"), "participant_added")),
    (
        60,
        Sentence(
            "Lars - Sekretariat ændrede gruppens navn fra \"Ministerbetjening\" til \"Ministerbetjening: budget - 2026\"",
            Some(LARS),
            "group_renamed",
        ),
    ),
    (60, Says(OWNER, "Godmorgen 😀 👨‍👩‍👧‍👦")),
    (60, Says(LARS, "Dagsorden:\n1. budget - ramme\n2. personale: kun chefer\n\n14.32 - kaffe")),
    (60, Says(PRESS, "Svar til avisen: vi venter")),
    (60, Says(PRESS, "Kl. 12: samråd")),
    (60, Withdraws(PRESS)),
    (60, Withdraws(OWNER)),
    (60, Edits(LARS, "Mødet er kl. 10.30")),
    (60, Sends(LARS, None, true)),
    (60, Sends(OWNER, Some("Her er oplægget\n(to sider)"), true)),
    (60, Sends(NUMBER, None, false)),
    (60, LeavesOut(NUMBER)),
    (60, Quotes(OWNER, "Se hvad de skriver:", false)),
    (60, Says(LARS, "Tak")),
    (60, Quotes(LARS, "Fra den anden gruppe:", true)),
    (60, Says(OWNER, "null")),
    (60, Calls(NUMBER)),
    (60, Says(NUMBER, "placering: https://maps.google.com/?q=55.676,12.568")),
    (60, Says(LARS, "a: b: c - d (fil vedhæftet) <3 <ikke udeladt>")),
    (60, Sentence("Team: Presse forlod gruppen", Some(PRESS), "participant_left")),
    // the night in which an hour comes twice
    (TO_NIGHT - 60, Says(OWNER, "Kan ikke sove")),
    (50 * 60, Says(LARS, "Ny tid nu")),
    (10 * 60, Says(OWNER, "Klokken er den samme igen")),
    (70 * 60, Says(LARS, "Godnat")),
];

/// Ordinary messages.
pub(crate) const MORE: [&str; 8] = [
    "Ok",
    "Vi ses kl. 14.30",
    "Kan du sende notatet?\nGerne i dag",
    "Ministeren spørger: hvornår - og hvor?",
    "👍🏽",
    "26.10.2025 passer mig ikke",
    "Se https://www.ft.dk/samling",
    "[vigtigt] Husk bilag 3",
];

/// Where a cue is played.
pub(crate) struct Scene<'s> {
    pub(crate) phone: Phone,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// Stands behind every text and name.
    pub(crate) mark: &'s str,
    pub(crate) title: &'s str,
    pub(crate) style: &'s Style,
}

/// The line of a cue, what a reader must give for it, and the file it brings.
pub(crate) fn play(
    cue: &Cue,
    scene: &Scene<'_>,
    number: usize,
) -> (Line, Expected, Option<(String, Vec<u8>)>) {
    let Scene { phone, at, mark, title, style } = *scene;
    let iphone = phone == Phone::Iphone;
    let when = wall(at);
    let own = if iphone { "\u{200e}" } else { "" };
    let name = |who: &str| format!("{who}{mark}");
    let address = |who: &str| if who == OWNER || who == "me" { "me".to_owned() } else { name(who) };
    let line = |sender: Option<String>, text: String, marked: bool| Line { at: when, sender, text, marked };
    let said = |who: &str, body: Option<String>| Expected {
        sender: Some(address(who)),
        body,
        ..Expected::default()
    };
    match *cue {
        Says(who, text) => {
            let text = format!("{text}{mark}");
            let location = iphone && text.starts_with("placering");
            let shown = if location { format!("{own}{text}") } else { text.clone() };
            (line(Some(name(who)), shown, false), said(who, Some(text)), None)
        }
        Quotes(who, text, of_this_kind) => {
            let other = match (of_this_kind, phone) {
                (true, phone) => phone,
                (false, Phone::Android) => Phone::Iphone,
                (false, Phone::Iphone) => Phone::Android,
            };
            let style = if of_this_kind { style } else { &STYLES[9] };
            let quoted = |ago: i64, who: &str, what: &str| {
                let head = head(style, other, wall(at - ago));
                let line = match other {
                    Phone::Android => format!("{head} - {who}: {what}"),
                    Phone::Iphone => format!("[{head}] {who}: {what}"),
                };
                format!("{line}{mark}")
            };
            let text = format!(
                "{text}{mark}\n{}\n{}\n{}\nsagde de",
                quoted(90_000, "Ole Fremmed", "Er han der?"),
                quoted(89_000, OWNER, "Nej\nikke i dag"),
                quoted(88_000, "Ole Fremmed", "Øv: det var dumt - virkelig")
            );
            (line(Some(name(who)), text.clone(), false), said(who, Some(text)), None)
        }
        Encryption => {
            let text = "Beskeder og opkald er end-to-end-krypterede. Kun personer i denne chat kan læse, lytte til eller dele dem.";
            let sender = iphone.then(|| title.to_owned());
            let expected = Expected {
                body: Some(text.to_owned()),
                event: Some("encryption_notice"),
                ..Expected::default()
            };
            (line(sender, format!("{own}{text}"), false), expected, None)
        }
        Sentence(text, who, event) => {
            // names and titles in a sentence carry the mark too
            let text = [LARS, PRESS].iter().fold(text.to_owned(), |t, who| t.replace(who, &name(who)));
            let text = text.replace(TITLE, title);
            let sender = iphone.then(|| match who {
                Some("me") | None => title.to_owned(),
                Some(who) => name(who),
            });
            let expected = Expected {
                sender: who.map(address),
                body: Some(text.clone()),
                event: Some(event),
                ..Expected::default()
            };
            (line(sender, format!("{own}{text}"), false), expected, None)
        }
        Withdraws(who) => {
            let text = if who == OWNER { "Du slettede denne besked" } else { "Denne besked blev slettet" };
            let stop = if iphone { "." } else { "" };
            let expected = Expected { unsent: true, ..said(who, None) };
            (line(Some(name(who)), format!("{own}{text}{stop}"), false), expected, None)
        }
        Edits(who, text) => {
            let text = format!("{text}{mark}");
            let shown = format!("{text} {own}<Denne besked blev redigeret>");
            (line(Some(name(who)), shown, false), Expected { edited: true, ..said(who, Some(text)) }, None)
        }
        Sends(who, caption, there) => {
            let file = file_name(phone, when, number, there, mark);
            let caption = caption.map(|c| format!("{c}{mark}"));
            let text = match (&caption, phone) {
                (None, Phone::Android) => format!("\u{200e}{file} (fil vedhæftet)"),
                (Some(c), Phone::Android) => format!("\u{200e}{file} (fil vedhæftet)\n{c}"),
                (None, Phone::Iphone) => format!("\u{200e}<vedhæftet: {file}>"),
                (Some(c), Phone::Iphone) => format!("{c} \u{200e}<vedhæftet: {file}>"),
            };
            let expected = Expected { files: vec![(file.clone(), there)], ..said(who, caption) };
            let content = format!("indhold {number}{mark}").into_bytes();
            (line(Some(name(who)), text, true), expected, there.then_some((file, content)))
        }
        LeavesOut(who) => {
            let text = if iphone { "\u{200e}billede udeladt" } else { "<Medier udeladt>" };
            let expected = Expected { left_out: 1, ..said(who, None) };
            (line(Some(name(who)), text.to_owned(), true), expected, None)
        }
        Calls(who) => {
            let text = "Ubesvaret taleopkald";
            let body = Some(text.to_owned());
            let expected = Expected { event: Some("call_missed"), ..said(who, body) };
            (line(Some(name(who)), format!("{own}{text}"), false), expected, None)
        }
    }
}

fn file_name(phone: Phone, at: Wall, number: usize, there: bool, mark: &str) -> String {
    let ((y, mo, d), (h, mi, s)) = (at.date, at.time);
    let number = if there { number } else { 99 };
    match phone {
        Phone::Android => format!("IMG-{y:04}{mo:02}{d:02}-WA{number:04}{mark}.jpg"),
        Phone::Iphone => {
            format!("{number:08}-PHOTO-{y:04}-{mo:02}-{d:02}-{h:02}-{mi:02}-{s:02}{mark}.jpg")
        }
    }
}
