//! Small exports, each with what is hard about it.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use evidence::{DateOrder, Given};
use model::SourceError;
use support::{lines, read_text, try_read};

/// The lines of a Danish export from Android, owner Anna.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_as("WhatsApp-chat med Budget.txt", text, expected);
}

#[track_caller]
fn check_as(name: &str, text: &str, expected: &[&str]) {
    let given = Given { owner_name: Some("Anna".to_owned()), ..Given::default() };
    let read = read_text(name, text.as_bytes(), &given);
    assert_eq!(lines(&read), expected, "{:?}", read.findings);
}

#[test]
fn several_lines() {
    check(
        "22.11.2021 14.32 - Anna: a\n\nb \n 1. c - d: e\r\n22.11.2021 14.33 - Lars: f\n",
        &["2021-11-22T13:32 me: a\n\nb \n 1. c - d: e", "2021-11-22T13:33 Lars: f"],
    );
}

#[test]
fn a_chat_of_the_other_phone_inside_a_message() {
    check(
        "22.11.2021 14.32 - Anna: se\n[22.11.2021 14.30.01] Ole: ja\n[22.11.2021 14.31.01] Anna: nej\n22.11.2021 14.33 - Lars: f",
        &[
            "2021-11-22T13:32 me: se\n[22.11.2021 14.30.01] Ole: ja\n[22.11.2021 14.31.01] Anna: nej",
            "2021-11-22T13:33 Lars: f",
        ],
    );
}

#[test]
fn a_chat_of_this_phone_inside_a_message() {
    check(
        "22.11.2021 14.00 - Lars: hej\n22.11.2021 14.32 - Anna: se\n22.11.2021 13.30 - Ole: ja\n22.11.2021 13.31 - Anna: nej\n22.11.2021 14.33 - Lars: f",
        &[
            "2021-11-22T13:00 Lars: hej",
            "2021-11-22T13:32 me: se\n22.11.2021 13.30 - Ole: ja\n22.11.2021 13.31 - Anna: nej !quoted_heads:2",
            "2021-11-22T13:33 Lars: f",
        ],
    );
    // on an iPhone the line ends tell
    check_as(
        "_chat.txt",
        "[22.11.2021 14.32.00] Anna: se\n[22.11.2021 14.31.00] Lars: ja\r\n[22.11.2021 14.33.00] Lars: f\r\n",
        &[
            "2021-11-22T13:32 me: se\n[22.11.2021 14.31.00] Lars: ja !quoted_heads:1",
            "2021-11-22T13:33 Lars: f",
        ],
    );
}

#[test]
fn a_list_of_appointments_inside_a_message() {
    check(
        "22.11.2021 14.32 - Anna: møder\n01.12.2021 10.00 - budget\n02.12.2021 10.00 - personale: kun chefer\n22.11.2021 14.33 - Lars: f",
        &[
            "2021-11-22T13:32 me: møder\n01.12.2021 10.00 - budget\n02.12.2021 10.00 - personale: kun chefer !quoted_heads:2",
            "2021-11-22T13:33 Lars: f",
        ],
    );
}

#[test]
fn dates_that_cannot_be_are_text() {
    check(
        "22.11.2021 14.32 - Anna: a\n31.02.2021 14.32 - b: c\n22.11.2021 25.00 - d: e",
        &["2021-11-22T13:32 me: a\n31.02.2021 14.32 - b: c\n22.11.2021 25.00 - d: e"],
    );
}

#[test]
fn what_stands_before_the_first_head() {
    let given = Given::default();
    let read = read_text("WhatsApp-chat med X.txt", b"22.11.2021 14.32 - X: a\n", &given);
    assert!(!read.findings.iter().any(|f| f.starts_with("lines_before_first")));
    // a file that was cut off in front is an export no more, unless its other lines say so
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("WhatsApp-chat med X.txt");
    std::fs::write(&path, "rest af en besked\n22.11.2021 14.32 - X: a\n").unwrap();
    let read = try_read(&path, &given).unwrap().unwrap();
    assert_eq!(lines(&read)[0], "- -: rest af en besked (other) !no_time !before_first_head");
    assert!(read.findings.contains(&"lines_before_first:1".to_owned()));
}

#[test]
fn sentences() {
    check(
        "22.11.2021 14.32 - Anna oprettede gruppen \"Budget: 2026\"\n22.11.2021 14.33 - Noget nyt fra WhatsApp\n22.11.2021 14.34 - Lars: f\n22.11.2021 14.35 - Anna: g",
        &[
            "2021-11-22T13:32 me: Anna oprettede gruppen \"Budget: 2026\" (other)",
            "2021-11-22T13:33 -: Noget nyt fra WhatsApp (other) !unknown_type:sentence",
            "2021-11-22T13:34 Lars: f",
            "2021-11-22T13:35 me: g",
        ],
    );
}

#[test]
fn empty_texts_and_senders_without_a_space() {
    check(
        "22.11.2021 14.32 - Anna: \n22.11.2021 14.33 - Lars:\n22.11.2021 14.34 - Anna: x",
        &[
            "2021-11-22T13:32 me: - !empty_text",
            "2021-11-22T13:33 Lars: - !empty_text",
            "2021-11-22T13:34 me: x",
        ],
    );
}

#[test]
fn two_orders_are_a_question() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("WhatsApp Chat with Mette.txt");
    std::fs::write(&path, "03/04/2021, 14:32 - Mette: hej\n").unwrap();
    let asked = try_read(&path, &Given::default()).err().unwrap();
    assert!(matches!(asked, SourceError::Ambiguous { .. }));
    assert!(asked.to_string().contains("--date-order") && !asked.to_string().contains("Mette"));
    for (order, day) in [(DateOrder::Dmy, "2021-04-03"), (DateOrder::Mdy, "2021-03-04")] {
        let given = Given { date_order: Some(order), ..Given::default() };
        assert!(lines(&try_read(&path, &given).unwrap().unwrap())[0].starts_with(day));
    }
}

/// The owner found without being told, and whether it is a group.
#[track_caller]
fn check_owner(name: &str, text: &str, owner: &str, is_group: bool) {
    let read = read_text(name, text.as_bytes(), &Given::default());
    let me: Vec<&str> = text
        .lines()
        .zip(&read.messages)
        .filter(|(_, m)| support::shown(m.sender.as_ref()) == "me")
        .filter_map(|(line, _)| line.split(" - ").nth(1)?.split(": ").next())
        .collect();
    assert_eq!(me.first().copied().unwrap_or("nobody"), owner, "{:?}", read.findings);
    assert_eq!(read.messages[0].conversation.as_ref().unwrap().is_group, is_group);
    let told = read.findings.iter().any(|f| f.starts_with("owner_"));
    assert_eq!(told, owner == "nobody", "{:?}", read.findings);
}

#[test]
fn owners() {
    let two = "22.11.2021 14.32 - Mette: a\n22.11.2021 14.33 - Anna: b\n";
    check_owner("WhatsApp-chat med Mette.txt", two, "Anna", false);
    check_owner("WhatsApp-chat med Mette (1).txt", two, "Anna", false);
    // a group of which two wrote
    check_owner("WhatsApp-chat med Budget.txt", two, "nobody", true);
    check_owner("noter fra whatsapp.txt", two, "nobody", false);
    let said = format!("{two}22.11.2021 14.34 - Anna: Du slettede denne besked\n");
    check_owner("WhatsApp-chat med Budget.txt", &said, "Anna", true);
    let both = format!("{said}22.11.2021 14.34 - Mette: Du slettede denne besked\n");
    check_owner("WhatsApp-chat med Budget.txt", &both, "nobody", true);
    check_owner("WhatsApp-chat med Mette.txt", "22.11.2021 14.32 - Mette: a\n", "nobody", false);
    check_owner("WhatsApp-chat med Mette.txt", "22.11.2021 14.32 - Du: a\n", "Du", false);
}

#[test]
fn an_owner_name_that_is_nobodys() {
    let given = Given { owner_name: Some("Ingen".to_owned()), ..Given::default() };
    let read =
        read_text("WhatsApp-chat med M.txt", b"22.11.2021 14.32 - M: a\n22.11.2021 14.33 - N: b", &given);
    assert!(read.findings.contains(&"owner_name_absent".to_owned()));
    // the other rules still hold
    assert_eq!(lines(&read)[1], "2021-11-22T13:33 me: b");
}

#[test]
fn utf_16_reads_as_utf_8() {
    let text = "22.11.2021 14.32 - Anna: Blåbær 🍓\r\n22.11.2021 14.33 - Lars: b\r\n";
    let given = Given::default();
    let expected = lines(&read_text("WhatsApp-chat med Lars.txt", text.as_bytes(), &given));
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect();
        assert_eq!(lines(&read_text("WhatsApp-chat med Lars.txt", &bytes, &given)), expected);
    }
    let marked = format!("\u{feff}{text}");
    assert_eq!(lines(&read_text("WhatsApp-chat med Lars.txt", marked.as_bytes(), &given)), expected);
}

/// Whether a file of that name and content is taken for an export.
#[track_caller]
fn check_claim(name: &str, text: &str, claimed: bool) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    let given = Given { date_order: Some(DateOrder::Dmy), ..Given::default() };
    assert_eq!(try_read(&path, &given).unwrap().is_some(), claimed, "{name} {text:?}");
}

#[test]
fn only_exports_are_claimed() {
    let chat = "22.11.2021 14.32 - Anna: a\n";
    check_claim("WhatsApp-chat med Anna.txt", chat, true);
    check_claim("a.txt", &chat.repeat(3), true);
    check_claim("a.txt", &format!("{chat}22.11.2021 14.32 - Lars: <Medier udeladt>\n"), true);
    check_claim("a.txt", chat, false);
    check_claim("a.txt", "", false);
    check_claim("_chat.txt", "", false);
    check_claim("a.txt", "Kære alle\n22.11.2021 14.32 - Anna: a\n", false);
    check_claim("a.txt", &"2021-11-22 14:32:05 - INFO: started\n".repeat(9), false);
    check_claim("a.txt", &"[2021-11-22 14:32:05] production.ERROR: failed\n".repeat(9), false);
    check_claim("a.txt", &"2021-11-22 14:32 - WARN: x\n".repeat(9), false);
    check_claim("a.txt", &format!("{chat}{}", "noter\n".repeat(20)), false);
    check_claim("a.csv", &chat.repeat(9), false);
}

#[test]
fn several_chats_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["Lars", "Mette"] {
        let path = dir.path().join(format!("WhatsApp-chat med {name}.txt"));
        std::fs::write(path, format!("22.11.2021 14.32 - {name}: a.jpg (fil vedhæftet)\n")).unwrap();
    }
    std::fs::write(dir.path().join("noter.txt"), "22.11.2021 14.32 - Ole: x\n".repeat(5)).unwrap();
    std::fs::write(dir.path().join("a.jpg"), "x").unwrap();
    let read = support::read(dir.path(), &Given::default());
    let names: Vec<&str> =
        read.messages.iter().map(|m| support::shown(Some(&m.conversation.as_ref().unwrap().id))).collect();
    assert_eq!(names, ["Lars", "Mette"]);
    // the notes are a document that no line names
    assert!(read.findings.contains(&"media_unnamed:1".to_owned()), "{:?}", read.findings);
    assert!(read.messages.iter().all(|m| !m.attachments[0].missing));
}

#[test]
fn chats_in_deeper_folders() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: String, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for (path, who) in [("", "Lars"), ("sub/", "Mette"), ("sub/sub2/", "Ole"), ("copy/", "Lars")] {
        write(format!("{path}WhatsApp-chat med {who}.txt"), &format!("22.11.2021 14.32 - {who}: a\n"));
    }
    let read = support::read(dir.path(), &Given::default());
    assert_eq!(read.messages.len(), 3);
}

#[test]
fn composed_and_decomposed_names_are_one() {
    let dir = tempfile::tempdir().unwrap();
    let chat = "22.11.2021 14.32 - Mette: blåbær.jpg (fil vedhæftet)\n";
    std::fs::write(dir.path().join("WhatsApp-chat med Mette.txt"), chat).unwrap();
    std::fs::write(dir.path().join("bla\u{30a}bær.jpg"), "x").unwrap();
    let read = support::read(dir.path(), &Given::default());
    assert!(!read.messages[0].attachments[0].missing);
}

#[test]
fn a_zone_that_the_operator_names() {
    let text = "22.11.2021 14.32 - Anna: a\n26.10.2025 02.30 - Anna: b\n";
    for (zone, first, finding) in [
        (None, "2021-11-22T13:32 me: a", "zone_assumed:Europe/Copenhagen"),
        (Some("America/Nuuk"), "2021-11-22T17:32 me: a", "zone_given:America/Nuuk"),
        (Some("Atlantic/Faroe"), "2021-11-22T14:32 me: a", "zone_given:Atlantic/Faroe"),
        (Some("UTC"), "2021-11-22T14:32 me: a", "zone_given:UTC"),
    ] {
        let zone = zone.map(str::to_owned);
        let given = Given { owner_name: Some("Anna".to_owned()), zone, ..Given::default() };
        let read = read_text("WhatsApp-chat med Budget.txt", text.as_bytes(), &given);
        assert_eq!(lines(&read)[0], first);
        assert!(read.findings.iter().any(|f| f == finding), "{:?}", read.findings);
        // only where clocks go back in that night the hour comes twice
        let twice = read.findings.iter().any(|f| f.starts_with("ambiguous_hour"));
        assert_eq!(twice, finding.contains("Copenhagen"), "{:?}", read.findings);
    }
    let given = Given { zone: Some("Mars/Olympus".to_owned()), ..Given::default() };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("WhatsApp-chat med Budget.txt");
    std::fs::write(&path, text).unwrap();
    let refused = try_read(&path, &given);
    assert!(matches!(refused, Err(SourceError::Ambiguous { .. })));
}
