//! Rows as JSON: an export of SMS Import / Export, version 2 (a line each, every column a text) and version
//! 1 (one array, content as base64 in it).

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::story::{Item, folded, items};
use super::xml::addresses;
use super::{Spec, Truth, truth};

/// Files by name.
pub type Named = Vec<(String, Vec<u8>)>;

/// A text in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if u32::from(c) < 32 => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes every text")
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// An object of texts.
fn object(pairs: &[(&str, String)]) -> String {
    let all: Vec<String> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", all.join(","))
}

fn text(value: impl ToString) -> String {
    quoted(&value.to_string())
}

fn thread(item: &Item) -> usize {
    item.others.iter().map(String::len).sum::<usize>() * 100
        + item.others.len() * 7
        + usize::from(item.others[0].as_bytes()[item.others[0].len() - 1])
}

fn row(item: &Item, i: usize, v1: bool) -> String {
    let u = if v1 { "" } else { "__" };
    let display = format!("{u}display_name");
    if !item.mms {
        let mut pairs = vec![
            ("_id", text(i + 1)),
            ("thread_id", text(thread(item))),
            ("address", text(&item.others[0])),
            ("date", text(item.ms)),
            ("date_sent", text(if item.out { 0 } else { item.ms - 1500 })),
            ("type", text(item.kind)),
            ("status", text(-1)),
            ("body", text(item.body.as_deref().unwrap_or_default())),
        ];
        if !item.name.is_empty() {
            pairs.push((&display, text(&item.name)));
        }
        return object(&pairs);
    }
    let mut parts =
        vec![object(&[("seq", text(-1)), ("ct", text("application/smil")), ("text", text("<smil/>"))])];
    if let Some(body) = &item.body {
        parts.push(object(&[
            ("seq", text(0)),
            ("ct", text("text/plain")),
            ("chset", text(106)),
            ("text", text(body)),
        ]));
    }
    if let Some((name, content)) = &item.file {
        let path = format!("/data/user_de/0/com.android.providers.telephony/app_parts/PART_{i}");
        let mut part =
            vec![("seq", text(0)), ("ct", text("image/jpeg")), ("name", text(name)), ("_data", text(path))];
        if v1 {
            part.push(("binary_data", text(STANDARD.encode(content))));
        }
        parts.push(object(&part));
    }
    let address = |(kind, a): &(i64, String)| {
        object(&[("address", text(a)), ("type", text(kind)), ("charset", text(106))])
    };
    let all = addresses(item);
    let recipients: Vec<String> = all[1..].iter().map(address).collect();
    let (sender_key, recipients_key, parts_key) =
        (format!("{u}sender_address"), format!("{u}recipient_addresses"), format!("{u}parts"));
    let mut pairs = vec![
        ("_id", text(i + 1)),
        ("thread_id", text(thread(item))),
        ("date", text(item.ms / 1000)),
        ("date_sent", text(if item.out { 0 } else { item.ms / 1000 })),
        ("msg_box", text(item.kind)),
        ("m_type", text(if item.out { 128 } else { 132 })),
        ("tr_id", text(item.transaction(i))),
        ("sub_cs", text(106)),
        (&sender_key, address(&all[0])),
        (&recipients_key, format!("[{}]", recipients.join(","))),
        (&parts_key, format!("[{}]", parts.join(","))),
    ];
    if let Some(subject) = &item.subject {
        pairs.push(("sub", text(folded(subject))));
    }
    object(&pairs)
}

fn all(spec: &Spec) -> (Vec<Item>, Vec<Truth>) {
    let items = items(spec);
    let truths = items.iter().map(|i| truth(i, true)).collect();
    (items, truths)
}

/// An export of version 2: `messages.ndjson`, the files of `data/` by name, and what must be found.
pub fn lines(spec: &Spec) -> (Vec<u8>, Named, Vec<Truth>) {
    let (items, truths) = all(spec);
    let lines: String = items.iter().enumerate().map(|(i, item)| row(item, i, false) + "\n").collect();
    let file = |(i, item): (usize, &Item)| {
        item.file.as_ref().map(|(_, content)| (format!("data/PART_{i}"), content.clone()))
    };
    (lines.into_bytes(), items.iter().enumerate().filter_map(file).collect(), truths)
}

/// An export of version 1.
pub fn array(spec: &Spec) -> (Vec<u8>, Vec<Truth>) {
    let (items, truths) = all(spec);
    let rows: Vec<String> = items.iter().enumerate().map(|(i, item)| row(item, i, true)).collect();
    (format!("[{}]", rows.join(",")).into_bytes(), truths)
}
