use super::*;

fn run(input: &str) -> (Vec<serde_json::Value>, Result<ClassifyReport, JobError>) {
    let sorter = Sorter::open(&Ask::default()).unwrap();
    run_with(&sorter, input.as_bytes())
}

fn run_with(sorter: &Sorter, input: &[u8]) -> (Vec<serde_json::Value>, Result<ClassifyReport, JobError>) {
    let mut out = Vec::new();
    let report = classify(Path::new("-"), &mut &*input, sorter, &mut out, Progress::none());
    let lines = String::from_utf8(out).unwrap();
    (lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), report)
}

fn message(conversation: &str, id: &str, minute: u32, body: &str) -> String {
    serde_json::json!({
        "conversation": conversation, "id": id, "direction": "in", "sender": "+4540112233",
        "sent_at": format!("2026-01-31T12:{minute:02}:56.789Z"), "body": body,
    })
    .to_string()
}

#[test]
fn one_verdict_a_message_in_the_order_of_the_input() {
    let lines = [
        message("b", "1", 1, "Skal vi have pizza i aften skat?"),
        message("a", "2", 1, "Samrådet om L 118 er flyttet til tirsdag"),
        message("b", "3", 2, "Ja, elsker dig"),
        message("a", "4", 2, "ok"),
    ];
    let (out, report) = run(&lines.join("\n"));
    let ids: Vec<&str> = out.iter().map(|v| v["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    assert_eq!(out[1]["verdict"], "keep");
    assert_ne!(out[3]["verdict"], "exclude", "the answer leans on the question");
    let report = report.unwrap();
    assert_eq!((report.messages, report.conversations, report.unreadable), (4, 2, 0));
    assert_eq!(report.keep + report.review + report.exclude, 4);
}

#[test]
fn the_order_of_the_input_changes_no_verdict() {
    let mut lines: Vec<String> = (0..20)
        .map(|i| message("a", &i.to_string(), i, ["ja", "og notatet?", "pizza"][i as usize % 3]))
        .collect();
    let sorted = |mut v: Vec<serde_json::Value>| {
        v.sort_by_key(|v| v["id"].to_string());
        v
    };
    let first = sorted(run(&lines.join("\n")).0);
    lines.reverse();
    assert_eq!(sorted(run(&lines.join("\n")).0), first);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let input =
        (0..50).map(|i| message(&format!("c{}", i % 7), "x", i, "ok tak")).collect::<Vec<_>>().join("\n");
    assert_eq!(run(&input).0, run(&input).0);
}

#[test]
fn what_is_no_message_is_reported_with_its_line() {
    let input = format!(
        "{}\n\n{{\"body\":5}}\nnot json\n{}\n",
        message("a", "1", 1, "hej"),
        message("a", "2", 2, "x")
    );
    let (out, report) = run(&input);
    let report = report.unwrap();
    assert_eq!((out.len(), report.lines, report.messages, report.unreadable), (2, 4, 2, 2));
    let listed: Vec<_> = report.listed.iter().map(|l| (l.at.as_str(), l.fault.as_str())).collect();
    assert_eq!(listed, [("line 3", "a field has another type"), ("line 4", "not JSON")]);
}

#[test]
fn no_message_at_all() {
    assert_eq!(run("").1.unwrap().messages, 0);
    assert_eq!(run("PK\u{3}\u{4}\n").1.map_err(|e| e.exit_code()).err(), Some(4));
}

#[test]
fn hostile_texts() {
    let long = "æ😀\u{202e}а ".repeat(25_000);
    for body in ["", " ", "😀", "\u{200b}\u{200d}", &long, &"11 ".repeat(40_000), &"a".repeat(100_000)] {
        let (out, report) = run(&message("a", "1", 1, body));
        assert_eq!((out.len(), report.unwrap().unreadable), (1, 0));
    }
}

#[test]
fn absent_fields() {
    let (out, _) = run("{}\n{\"id\":null,\"conversation\":null,\"body\":null,\"attachments\":null}\n");
    assert_eq!(out.len(), 2);
    assert!(
        out.iter().all(|v| v["conversation"].is_null() && v["id"].is_null() && v["verdict"] != "exclude")
    );
}

#[test]
fn an_edited_away_remark_keeps_the_message() {
    let line = serde_json::json!({
        "conversation": "a", "id": "1", "direction": "out", "body": "Vi ses i aften ❤️",
        "edits": [{"at": null, "text": "Send talepunkterne til samrådet"}, {"at": null, "text": "Vi ses i aften ❤️"}],
    });
    assert_eq!(run(&line.to_string()).0[0]["verdict"], "keep");
}

#[test]
fn a_foreign_model_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m");
    std::fs::write(&path, b"not a model").unwrap();
    let ask = Ask { model: Some(path), ..Ask::default() };
    assert_eq!(Sorter::open(&ask).err().map(|e| (e.exit_code(), e.key())), Some((4, "input-file")));
}

#[test]
fn modes() {
    let input = [
        message("a", "1", 1, "Elsker dig skat, skal vi have pizza til aftensmad?"),
        message("a", "2", 2, "Ja! Børnene vil have is, køb mælk med hjem. Kys"),
    ]
    .join("\n");
    for (mode, may) in [(Mode::Assist, "review"), (Mode::RulesOnly, "keep"), (Mode::Off, "keep")] {
        let sorter = Sorter::open(&Ask { mode: Some(mode), ..Ask::default() }).unwrap();
        let (out, _) = run_with(&sorter, input.as_bytes());
        assert!(out.iter().all(|v| v["verdict"] == may), "{mode:?}: {out:?}");
    }
}
