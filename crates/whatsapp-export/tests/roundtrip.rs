//! Whatever people write, in whatever language a phone is set: it reads back as it was written.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use evidence::{DateOrder, Given};
use proptest::prelude::*;
use support::{read_text, shown};
use testkit::chat_export::{Line, Phone, STYLES, Style, head, text, wall};

const NAMES: [&str; 6] = ["Anna", "Lars - Sekretariat", "+45 20 12 16 76", "محمد", "Bjørn 🐻", "~ Gæst"];

/// A line of a text: words, and what looks like a head or like WhatsApp's own.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-zæøå0-9 .,:<>()\\-\\[\\]/🍓]{0,40}",
        1 => Just("14.32 - budget: x".to_owned()),
        1 => Just("[12/04/19, 10:11:12] Ole: ja".to_owned()),
        1 => Just("12.04.2019 10.11 -x".to_owned()),
        1 => Just("\u{202b}שלום\u{202c}".to_owned()),
        1 => Just(String::new()),
    ]
}

fn order(style: &Style) -> DateOrder {
    let date = |c| style.android.find(c).unwrap();
    if date('y') < date('d') {
        DateOrder::Ymd
    } else if date('M') < date('d') {
        DateOrder::Mdy
    } else {
        DateOrder::Dmy
    }
}

/// Whether a text could be meant as WhatsApp's own words, or as a head of the file's style.
fn is_plain(text: &str) -> bool {
    // nor as a part of the sender's name, when all their messages begin alike
    !text.starts_with("14.32 - budget")
        && !text.starts_with("null")
        && !text.ends_with('>')
        && !text.starts_with('<')
        && !text.ends_with(')')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn everything_reads_back(
        style in 0..STYLES.len(),
        iphone in any::<bool>(),
        said in prop::collection::vec((0..NAMES.len(), 0..200_000_i64, prop::collection::vec(piece(), 1..4)), 1..30),
        start in 1_577_836_800..1_900_000_000_i64,
    ) {
        let style = &STYLES[style];
        let phone = if iphone { Phone::Iphone } else { Phone::Android };
        let mut at = start;
        let mut lines = Vec::new();
        for (who, step, pieces) in &said {
            at += step;
            let body = pieces.join("\n");
            let first_head = pieces.iter().skip(1).any(|p| p.starts_with("[12/04/19") && iphone);
            // a head of this very form inside a message is another test
            let body = if first_head || !is_plain(&body) { "ok".to_owned() } else { body };
            lines.push(Line { at: wall(at), sender: Some(NAMES[*who].to_owned()), text: body, marked: false });
        }
        let bytes = text(style, phone, &lines);
        let given = Given { date_order: Some(order(style)), owner_name: Some("Anna".to_owned()), ..Given::default() };
        let read = read_text("_chat.txt", bytes.as_bytes(), &given);
        prop_assert_eq!(read.messages.len(), lines.len(), "{} {:?}", style.name, read.findings);
        for (m, line) in read.messages.iter().zip(&lines) {
            let name = line.sender.as_deref().unwrap();
            prop_assert_eq!(shown(m.sender.as_ref()), if name == "Anna" { "me" } else { name });
            prop_assert_eq!(m.body.as_ref().map_or("", |b| b.expose()), line.text.as_str());
            let local = wall(m.sent_at.unwrap().millis() / 1000);
            prop_assert_eq!(local.date, line.at.date, "{}", head(style, phone, line.at));
            prop_assert_eq!((local.time.0, local.time.1), (line.at.time.0, line.at.time.1));
        }
    }
}
