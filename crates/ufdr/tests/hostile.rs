//! Reports that are cut, changed, odd or made to do harm.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use model::SourceError;
use support::{Got, bare, zipped};
use testkit::ufdr::{Spec, report};

const ROOT: &str = "<project xmlns=\"http://pa.cellebrite.com/report/2.0\">";

fn small(more: u64) -> Vec<u8> {
    let mut out = Vec::new();
    report(&Spec { more, ..Spec::small() }, &mut out).unwrap();
    out
}

/// Pseudo-random numbers below a bound, the same every time.
fn random(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// A message with these fields.
fn message(fields: &[(&str, &str)], inside: &str) -> String {
    let fields: String = fields
        .iter()
        .map(|(n, v)| format!("<field name=\"{n}\"><value type=\"String\"><![CDATA[{v}]]></value></field>"))
        .collect();
    format!("<model type=\"InstantMessage\" id=\"x\" deleted_state=\"Intact\">{fields}{inside}</model>")
}

fn party(field: &str, identifier: &str, owner: bool) -> String {
    format!(
        "<modelField name=\"{field}\" type=\"Party\"><model type=\"Party\"><field name=\"Identifier\"><value>{identifier}</value></field>\
         <field name=\"IsPhoneOwner\"><value>{owner}</value></field></model></modelField>"
    )
}

fn with(inside: &str) -> Got {
    let text = format!("{ROOT}<decodedData>{inside}</decodedData></project>");
    bare(text.as_bytes()).unwrap().unwrap()
}

fn one(inside: &str) -> (model::Message, Got) {
    let got = with(inside);
    assert_eq!(got.messages.len(), 1, "{:?}", got.bodies());
    (got.messages[0].clone(), got)
}

#[test]
fn a_cut_report_gives_what_is_before_the_cut() {
    let whole = small(40);
    let all = bare(&whole).unwrap().unwrap().bodies();
    let mut next = random(5);
    for _ in 0..120 {
        let at = 400 + next(whole.len() - 420);
        let got = bare(&whole[..at]).unwrap().unwrap();
        assert!(got.has("file_cut"), "{at}");
        let bodies = got.bodies();
        // everything before the last is as it is in the whole; what follows it in the report may be missing
        for body in bodies.iter().take(bodies.len().saturating_sub(1)) {
            assert!(all.contains(body), "{at}: {body}");
        }
        let cut = got.messages.iter().filter(|m| m.doubts.iter().any(|d| d == "record_cut")).count();
        assert!(cut <= 1);
    }
    assert!(!bare(&whole).unwrap().unwrap().has("file_cut"));
}

#[test]
fn one_changed_byte_costs_little() {
    let whole = small(30);
    let all = bare(&whole).unwrap().unwrap();
    let senders = |got: &Got| -> Vec<(String, String)> {
        let sender =
            |m: &model::Message| m.sender.as_ref().map(|s| s.expose().to_string()).unwrap_or_default();
        got.messages.iter().map(|m| (support::body(m), sender(m))).collect()
    };
    let expected = senders(&all);
    let start = whole.windows(13).position(|w| w == b"<decodedData>").unwrap() + 13;
    let end = whole.windows(14).position(|w| w == b"</decodedData>").unwrap();
    let mut next = random(11);
    let (mut changed, mut worst, mut astray) = (0, 0, 0);
    for _ in 0..3000 {
        let mut bad = whole.clone();
        let at = start + next(end - start);
        bad[at] ^= 1 << next(8);
        let Some(got) = bare(&bad).unwrap() else { panic!("the root was not touched") };
        let found = senders(&got);
        let lost = expected.iter().filter(|e| !found.contains(e)).count();
        worst = worst.max(lost);
        // one byte in the tag of a chat or of a list of messages may cost what hangs on it
        assert!(lost <= 30, "byte {at}: {lost} lost");
        astray += usize::from(lost > 2);
        changed += usize::from(found != expected);
    }
    assert!(changed > 100, "the control: changes are seen at all");
    assert!(astray < 30, "{astray} changes cost more than two messages, the worst {worst}");
}

#[test]
fn any_bytes() {
    let whole = small(5);
    let mut next = random(3);
    for _ in 0..400 {
        let mut bad = whole.clone();
        for _ in 0..1 + next(40) {
            let at = next(bad.len());
            match next(3) {
                0 => bad[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(bad.drain(at..(at + next(60)).min(bad.len()))),
                _ => {
                    let piece = bad[at..(at + next(60)).min(bad.len())].to_vec();
                    let to = next(bad.len());
                    bad.splice(to..to, piece);
                }
            }
        }
        ufdr::fuzz_report(&bad);
    }
    for text in [
        "",
        "<",
        "<project",
        "<project><model",
        "</model></model>",
        "<project><decodedData><model type='Chat'>",
    ] {
        ufdr::fuzz_report(text.as_bytes());
    }
}

#[test]
fn declarations_are_refused() {
    for head in
        ["<!DOCTYPE project [<!ENTITY a \"aaaa\">]>", "<!DOCTYPE project SYSTEM \"file:///etc/passwd\">"]
    {
        let text = format!("<?xml version=\"1.0\"?>{head}{ROOT}<decodedData/></project>");
        assert!(matches!(bare(text.as_bytes()), Err(SourceError::Damaged { .. })), "{head}");
    }
    // further in they are text that means nothing
    let text = format!(
        "{ROOT}<decodedData><!DOCTYPE x [<!ENTITY a \"b\">]>{}</decodedData></project>",
        message(&[("TimeStamp", "2026-01-01T00:00:00Z")], "<field name=\"Body\"><value>&a;</value></field>")
    );
    let got = bare(text.as_bytes()).unwrap().unwrap();
    assert_eq!(got.bodies(), ["&a;"]);
    assert!(got.messages[0].doubts.iter().any(|d| d == "unknown_entity"));
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}{}", "<x>".repeat(200_000), "</x>".repeat(200_000));
    let (message, _) = one(&message(&[("Body", "dybt")], &deep));
    assert_eq!(support::body(&message), "dybt");
    assert!(message.doubts.iter().any(|d| d == "too_deep"), "{:?}", message.doubts);
    let models = "<multiModelField name=\"a\"><model type=\"b\">".repeat(50_000);
    let got = bare(format!("{ROOT}<decodedData><model type=\"InstantMessage\">{models}").as_bytes())
        .unwrap()
        .unwrap();
    assert!(got.has("file_cut"));
}

#[test]
fn who_sent_it_is_never_guessed() {
    let at = ("TimeStamp", "2026-01-01T10:00:00+01:00");
    let check = |fields: &[(&str, &str)], inside: &str, expected: &str| {
        let mut all = vec![at];
        all.extend(fields);
        let (m, _) = one(&message(&all, inside));
        let sender = m.sender.as_ref().map_or("none", |s| s.expose());
        let direction = if m.direction == model::Direction::In { "in" } else { "out" };
        assert_eq!(format!("{sender} {direction} {}", m.doubts.join(" ")).trim(), expected);
    };
    let sms = ("SourceApplication", "SMS");
    check(&[sms], &party("From", "40112233", false), "+4540112233 in");
    check(&[sms], &party("From", "40112233", true), "me out");
    check(&[sms, ("FromIsOwner", "True")], &party("From", "40112233", false), "me out");
    check(&[sms], "", "none in direction_unknown no_sender");
    check(&[sms, ("Folder", "Sent")], "", "me out");
    check(&[sms, ("Folder", "Drafts")], &party("To", "40112233", false), "me out draft");
    check(&[sms, ("Folder", "Inbox")], "", "none in no_sender");
    check(&[sms, ("Folder", "Inbox")], &party("From", "40112233", true), "me out folder_contradicts");
    check(&[sms, ("Folder", "Inbox")], &party("Parties", "40112233", false), "+4540112233 in");
    check(&[sms], &party("Parties", "40112233", false), "none in direction_unknown no_sender");
    check(&[], &party("From", "Anna", false), "Anna in no_service");
}

#[test]
fn times() {
    let check = |time: &str, expected: &str, doubt: &str| {
        let (m, _) =
            one(&message(&[("TimeStamp", time), ("SourceApplication", "SMS"), ("FromIsOwner", "true")], ""));
        assert_eq!(m.sent_at.and_then(model::Stamp::rfc3339).as_deref().unwrap_or("none"), expected);
        assert_eq!(m.doubts.join(" "), doubt, "{time}");
    };
    check("2026-01-01T10:00:00+01:00", "2026-01-01T09:00:00.000Z", "");
    check("2026-01-01T10:00:00", "2026-01-01T09:00:00.000Z", "time_without_zone");
    check("05/06/2026 10:00:00(UTC+2)", "none", "ambiguous_date:TimeStamp");
    check("hvornår", "none", "bad_time:TimeStamp");
    check("", "none", "no_time");
}

#[test]
fn a_chat_that_says_who_it_is_behind_its_messages() {
    let chat = format!(
        "<model type=\"Chat\" id=\"c\"><multiModelField name=\"Messages\" type=\"InstantMessage\">{}</multiModelField>\
         <field name=\"Source\"><value>WhatsApp</value></field><field name=\"Id\"><value>4540112233@s.whatsapp.net</value></field>\
         <multiModelField name=\"Participants\" type=\"Party\"><model type=\"Party\"><field name=\"Identifier\"><value>4540112233@s.whatsapp.net</value></field></model>\
         <model type=\"Party\"><field name=\"Identifier\"><value>4520112233@s.whatsapp.net</value></field><field name=\"IsPhoneOwner\"><value>True</value></field></model></multiModelField></model>",
        message(&[("Body", "sent"), ("Identifier", "A")], &party("From", "4520112233@s.whatsapp.net", false))
    );
    let got = with(&format!("<modelType type=\"Chat\">{chat}{}</modelType>", chat.replace("sent", "igen")));
    assert_eq!(got.bodies(), ["sent", "igen"]);
    for m in &got.messages {
        assert_eq!(m.sender.as_ref().unwrap().expose().as_ref(), "me");
        let c = m.conversation.as_ref().unwrap();
        assert_eq!(c.id.expose().as_ref(), "4540112233@s.whatsapp.net");
        assert_eq!(c.participants[0].expose().as_ref(), "+4540112233");
    }
}

#[test]
fn the_same_message_in_two_chats_is_one() {
    let chat = |id: &str, body: &str| {
        format!(
            "<model type=\"Chat\" id=\"{id}\"><field name=\"Source\"><value>WhatsApp</value></field><multiModelField name=\"Messages\">{}</multiModelField></model>",
            message(
                &[("Body", body), ("Identifier", "A"), ("TimeStamp", "2026-01-01T10:00:00Z")],
                &party("From", "4540112233", false)
            )
        )
    };
    let got = with(&format!("{}{}{}", chat("1", "ens"), chat("2", "ens"), chat("3", "anden")));
    assert_eq!(got.bodies(), ["ens", "anden"]);
    assert_eq!((got.tally.seen, got.tally.folded), (3, 1));
    assert!(got.has("duplicates:1"));
    // without any id nothing says that two are one
    let bare = message(&[("Body", "ok")], "").replace(" id=\"x\"", "");
    assert_eq!(with(&format!("{bare}{bare}")).bodies(), ["ok", "ok"]);
}

#[test]
fn unknown_types_in_a_chat_are_kept() {
    let inside = message(&[("Body", "hul"), ("Identifier", "H")], "").replace("InstantMessage", "Hologram");
    let got = with(&format!(
        "<model type=\"Chat\" id=\"c\"><multiModelField name=\"Messages\">{inside}</multiModelField></model>"
    ));
    assert_eq!(got.bodies(), ["hul"]);
    assert!(got.messages[0].doubts.iter().any(|d| d == "unknown_type:Hologram"));
}

#[test]
fn names_stay_out_of_codes() {
    let inside = message(
        &[("Anna Holm 40112233", "x"), ("Body", "b")],
        "<field name=\"tlf40112233\"><value>y</value></field>",
    )
    .replace("Intact", "Anna Holm");
    let got = with(&format!("{inside}<model type=\"Anna Holm\"/>"));
    let mut all = got.findings.join(" ");
    all.push_str(&got.messages[0].doubts.join(" "));
    assert!(!all.contains("Anna") && !all.contains("4011"), "{all}");
    // the control: the codes are there
    assert!(
        all.contains("unknown_field:InstantMessage.other:2") && all.contains("deleted_state:other"),
        "{all}"
    );
}

#[test]
fn paths_do_not_lead_out() {
    let attachment = "<modelField name=\"Attachment\" type=\"Attachment\"><model type=\"Attachment\"><field name=\"attachment_extracted_path\"><value>..\\..\\etc\\passwd</value></field></model></modelField>";
    let (m, _) = one(&message(&[("Body", "b")], attachment));
    assert!(m.attachments[0].missing && m.attachments[0].content.is_none());
}

#[test]
fn zips_that_are_not_reports() {
    // a zip of nothing: no report, whether it counts as a zip or as what is left of one
    let empty = zipped(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec());
    assert!(!matches!(empty, Ok(Some(_))));
    assert!(bare(b"<html/>").unwrap().is_none());
    assert!(bare(b"<project name=\"maven\"/>").unwrap().is_none());
}
