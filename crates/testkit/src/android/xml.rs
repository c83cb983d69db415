//! An XML file as SMS Backup & Restore writes it: references to halves of surrogate pairs, `null` for what
//! is absent, MMS times in milliseconds beside sending times in seconds.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::story::{Item, OWN, folded, items};
use super::{Spec, Truth, truth};

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            c if u32::from(c) > 0xffff => {
                for half in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "&#{half};").expect("a String takes every text");
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), escaped)
}

/// The file, and what a reader must find in it.
pub fn xml(spec: &Spec) -> (Vec<u8>, Vec<Truth>) {
    let items = items(spec);
    let mut out = String::new();
    out.push_str("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n");
    out.push_str("<!--File Created By SMS Backup & Restore v10.21.004-->\n");
    out.push_str("<?xml-stylesheet type=\"text/xsl\" href=\"sms.xsl\"?>\n");
    let made = items.last().map_or(0, |i| i.ms + 60_000);
    let count = items.len();
    line(
        &mut out,
        &format!("<smses count=\"{count}\" backup_set=\"demo\" backup_date=\"{made}\" type=\"full\">"),
    );
    for (i, item) in items.iter().enumerate() {
        if item.mms { mms(&mut out, item, i) } else { sms(&mut out, item) }
    }
    out.push_str("</smses>\n");
    (out.into_bytes(), items.iter().map(|i| truth(i, true)).collect())
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn name(item: &Item) -> String {
    if item.name.is_empty() { "(Unknown)".to_owned() } else { escaped(&item.name) }
}

fn sms(out: &mut String, item: &Item) {
    let sent = if item.out { 0 } else { item.ms - 1500 };
    line(
        out,
        &format!(
            "  <sms protocol=\"0\" address=\"{}\" date=\"{}\" type=\"{}\" subject=\"null\" body=\"{}\" toa=\"null\" \
             sc_toa=\"null\" service_center=\"null\" read=\"1\" status=\"-1\" locked=\"0\" date_sent=\"{sent}\" \
             sub_id=\"1\" readable_date=\"x\" contact_name=\"{}\" />",
            escaped(&item.others[0]),
            item.ms,
            item.kind,
            escaped(item.body.as_deref().unwrap_or_default()),
            name(item)
        ),
    );
}

fn mms(out: &mut String, item: &Item, i: usize) {
    let subject = item.subject.as_deref().map(folded);
    line(
        out,
        &format!(
            "  <mms date=\"{}\" sub=\"{}\" sub_cs=\"106\" ct_t=\"application/vnd.wap.multipart.related\" msg_box=\"{}\" \
             address=\"{}\" m_id=\"null\" creator=\"x\" date_sent=\"{}\" tr_id=\"{}\" _id=\"{i}\" m_type=\"{}\" \
             readable_date=\"x\" contact_name=\"{}\">\n    <parts>",
            item.shown_ms(),
            or_null(subject.as_deref()),
            item.kind,
            escaped(&item.others.join("~")),
            if item.out { 0 } else { item.ms / 1000 },
            item.transaction(i),
            if item.out { 128 } else { 132 },
            name(item)
        ),
    );
    let part = "chset=\"106\" cd=\"null\" fn=\"null\" ctt_s=\"null\" ctt_t=\"null\"";
    line(
        out,
        &format!(
            "      <part seq=\"-1\" ct=\"application/smil\" name=\"null\" {part} cl=\"smil.xml\" text=\"&lt;smil/&gt;\" />"
        ),
    );
    if let Some(body) = &item.body {
        let body = escaped(body);
        line(
            out,
            &format!(
                "      <part seq=\"0\" ct=\"text/plain\" name=\"null\" {part} cl=\"text.txt\" text=\"{body}\" />"
            ),
        );
    }
    if let Some((name, content)) = &item.file {
        let (name, data) = (escaped(name), STANDARD.encode(content));
        line(
            out,
            &format!(
                "      <part seq=\"0\" ct=\"image/jpeg\" name=\"{name}\" {part} cl=\"{name}\" text=\"null\" data=\"{data}\" />"
            ),
        );
    }
    out.push_str("    </parts>\n    <addrs>\n");
    for (kind, address) in addresses(item) {
        line(
            out,
            &format!("      <addr address=\"{}\" type=\"{kind}\" charset=\"106\" />", escaped(&address)),
        );
    }
    out.push_str("    </addrs>\n  </mms>\n");
}

/// Addresses of an MMS: whom it is from and to, the owner among them.
pub(super) fn addresses(item: &Item) -> Vec<(i64, String)> {
    let from = if item.out { OWN.to_owned() } else { item.others[item.from].clone() };
    let mut all = vec![(137, from.clone())];
    let to = item.others.iter().cloned().chain([OWN.to_owned()]);
    all.extend(to.filter(|a| *a != from).map(|a| (151, a)));
    all
}
