//! The same messages by several kinds of source: each is one message, every telling of it is kept and shown,
//! whatever came first; and what only looks alike stays apart.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use pipeline::ingest::{Ingest, RunReport, ingest};
use pipeline::production::{Export, export};
use pipeline::read::read;
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions, operators};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use serde_json::Value;
use testkit::android;
use testkit::chat_export::{self, Phone};
use testkit::signal::{self, Era, FileSpec, FolderSpec};
use testkit::whatsapp::store::{self, Generation, StoreSpec};

const NOW: i64 = 1_790_000_000_000;
const CODE: &str = "kode";

/// An archive; deriving its keys takes a while, so a test has one and a custodian for each case.
struct Archive {
    dir: tempfile::TempDir,
    places: Places,
    by: archive::Operator,
    next: Cell<u32>,
}

/// A custodian of it.
struct Person<'a> {
    of: &'a Archive,
    id: String,
}

impl Archive {
    fn founded() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
        let passphrase = SecretString::from(CODE.to_owned());
        operators::init(&places, &passphrase, "Arkivar", &Policy::default(), NOW).unwrap();
        let by = places.unlock(&passphrase).unwrap();
        Self { dir, places, by, next: Cell::new(0) }
    }

    fn person(&self) -> Person<'_> {
        let id = format!("x{}", self.next.replace(self.next.get() + 1));
        let custodian = NewCustodian {
            id: id.clone(),
            name: Sensitive::new("Nina Navn".to_owned()),
            role: Role { post: Post::Officer, authority: AuthorityKind::Department, pay_grade: None },
            from: jiff::civil::date(2015, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&self.places, &self.by, &custodian, NOW).unwrap();
        Person { of: self, id }
    }

    fn holds(&self) {
        let report = pipeline::verify::verify(&self.places, Some(&self.by), &[], Progress::none()).unwrap();
        assert!(report.holds, "{:?}", report.broken);
    }
}

fn options(source: &Source) -> SourceOptions {
    SourceOptions {
        passphrase: source.secret.map(Into::into),
        owner_name: Some("Mig Selv".to_owned()),
        ..SourceOptions::default()
    }
}

impl Person<'_> {
    fn take(&self, source: &Source, mode: Mode) -> RunReport {
        let job = Ingest {
            places: self.of.places.clone(),
            custodian: self.id.clone(),
            sources: vec![source.path.clone()],
            options: options(source),
            copy_date: None,
            mode: Some(mode),
            contacts: None,
            journal: None,
            attest_device: true,
            now: NOW,
        };
        let run = ingest(&job, Progress::none()).unwrap().runs.remove(0);
        assert!(run.tally.balances);
        // every message has become something
        let known = run.seen_again + run.changed + run.seen_elsewhere + run.withheld_again;
        assert_eq!(run.new + known + run.expired + run.suppressed, run.tally.messages, "{run:?}");
        run
    }

    /// The lines of a production, its start page's folder, and how many messages are withheld.
    fn produced(&self) -> (Vec<Value>, PathBuf, u64) {
        let out = self.of.dir.path().join(format!("E{}", self.of.next.replace(self.of.next.get() + 1)));
        let job = Export {
            places: self.of.places.clone(),
            custodian: self.id.clone(),
            from: None,
            to: None,
            out: out.clone(),
            english: false,
            formats: pipeline::Formats::default(),
            classification: None,
            delete_by: None,
            now: NOW,
        };
        let report = export(&job, &self.of.by, Progress::none()).unwrap();
        let lines = fs::read_to_string(out.join("data/messages.jsonl")).unwrap();
        let lines = lines.lines().map(|l| serde_json::from_str(l).unwrap());
        let lines: Vec<Value> = lines.filter(|l: &Value| l["source"].is_string()).collect();
        (lines, out, report.withheld)
    }
}

#[derive(Clone)]
struct Source {
    name: &'static str,
    path: PathBuf,
    secret: Option<&'static str>,
}

fn written(dir: &Path, name: &'static str, bytes: &[u8]) -> Source {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    Source { name, path, secret: None }
}

/// One phone by every form that its own messages come in, and how many there are.
fn telephone(dir: &Path) -> (Vec<Source>, u64) {
    let spec = android::Spec::small(7);
    let database = android::database(&spec);
    let extraction = dir.join("phone");
    let home = extraction.join("data/data/com.android.providers.telephony/databases");
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("mmssms.db"), &database.bytes).unwrap();
    for (path, content) in &database.parts {
        let path = extraction.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let sources = vec![
        written(dir, "sms.xml", &android::xml(&spec).0),
        written(dir, "phone.ab", &android::backup(&spec, 5, true, None).0),
        written(dir, "sms.json", &android::array(&spec).0),
        Source { name: "mmssms.db", path: extraction, secret: None },
    ];
    (sources, u64::from(spec.sms + spec.mms))
}

/// The shown messages without what says where they came from.
fn told(lines: &[Value]) -> Vec<String> {
    let of = |l: &Value| {
        let files: Vec<&Value> = l["attachments"].as_array().unwrap().iter().map(|a| &a["sha256"]).collect();
        format!("{} {} {} {} {files:?}", l["sent_at"], l["direction"], l["sender"], l["body"])
    };
    let mut all: Vec<String> = lines.iter().map(of).collect();
    all.sort();
    all
}

fn also(line: &Value) -> Vec<Value> {
    line["also"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_telephone_by_two_forms() {
    let dir = tempfile::tempdir().unwrap();
    let (sources, all) = telephone(dir.path());
    let archive = Archive::founded();
    for (i, first) in sources.iter().enumerate() {
        for second in &sources[i + 1..] {
            let mut shown = Vec::new();
            for (first, second) in [(first, second), (second, first)] {
                let case = format!("{} then {}", first.name, second.name);
                let person = archive.person();
                let run = person.take(first, Mode::Off);
                assert_eq!((run.new, run.seen_elsewhere), (all, 0), "{case}");
                let run = person.take(second, Mode::Off);
                assert_eq!((run.new, run.seen_elsewhere), (0, all), "{case}");
                assert!(run.findings.iter().all(|f| !f.starts_with("possible")), "{case}");
                for source in [first, second] {
                    let again = person.take(source, Mode::Off);
                    assert_eq!((again.seen_again, again.entries_added), (all, 0), "{case}");
                }
                let (lines, out, _) = person.produced();
                assert_eq!(lines.len() as u64, all, "{case}");
                for line in &lines {
                    let [other] = also(line).try_into().unwrap();
                    for told in [line, &other] {
                        assert_eq!(told["origin"]["evidence_sha256"].as_str().unwrap().len(), 64);
                        assert_eq!(told["archive"]["run"].as_str().unwrap().len(), 32);
                        assert!(
                            out.join("data/proofs")
                                .join(told["archive"]["proof"].as_str().unwrap())
                                .is_file()
                        );
                    }
                    assert_ne!(line["archive"]["run"], other["archive"]["run"]);
                    assert!(other["differs"].get("body").is_none(), "{other}");
                }
                shown.push(told(&lines));
            }
            assert_eq!(shown[0], shown[1], "the order matters");
        }
    }
    archive.holds();
}

#[test]
fn a_folder_with_every_form() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("alt");
    fs::create_dir(&folder).unwrap();
    let (_, all) = telephone(&folder);
    let source = Source { name: "alt", path: folder.clone(), secret: None };
    let archive = Archive::founded();
    for mode in [Mode::Off, Mode::Sort] {
        let person = archive.person();
        let run = person.take(&source, mode);
        let held = run.review + run.excluded;
        assert_eq!(run.new, all, "{mode:?}: {run:?}");
        assert_eq!(run.seen_elsewhere + run.withheld_again, 3 * all, "{run:?}");
        assert_eq!(run.seen_elsewhere, 3 * (all - held), "{run:?}");
        let again = person.take(&source, mode);
        assert_eq!((again.new, again.seen_elsewhere, again.entries_added), (0, 0, 0), "{again:?}");
        let (lines, out, withheld) = person.produced();
        assert_eq!((lines.len() as u64, withheld), (all - held, held));
        assert!(lines.iter().all(|l| also(l).len() == 3));
        // the files that one form has and another has not are there
        let files = fs::read_dir(out.join("data/attachments")).unwrap().count();
        let named = lines.iter().flat_map(|l| l["attachments"].as_array().unwrap());
        assert_eq!(files, named.filter(|a| a["missing"] == false).count());
        let pages: String = fs::read_dir(out.join("data/conversations"))
            .unwrap()
            .map(|f| fs::read_to_string(f.unwrap().path()).unwrap())
            .collect();
        assert_eq!(pages.matches("Beskeden findes i flere kilder").count(), lines.len());
        assert_eq!(pages.matches("sms-backup-restore, ").count(), lines.len());
    }
    archive.holds();
    // read without an archive: a line each
    let mut out = Vec::new();
    let report = read(&[folder], &options(&source), &mut out, Progress::none()).unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((lines.len() as u64, report.seen_elsewhere), (all, 3 * all));
    assert_eq!((report.tally.messages, report.tally.balances), (all, true));
    assert!(lines.iter().all(|l| also(l).len() == 3 && l["source"] == "android-telephony"));
}

struct Sms(&'static str, i64, u8, &'static str);

fn xml(rows: &[Sms]) -> String {
    let one = |Sms(address, at, kind, body): &Sms| {
        format!(r#"<sms protocol="0" address="{address}" date="{at}" type="{kind}" body="{body}" />"#)
    };
    let rows: Vec<String> = rows.iter().map(one).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><smses count="{}">{}</smses>"#,
        rows.len(),
        rows.concat()
    )
}

fn json(rows: &[Sms]) -> String {
    let one = |(i, Sms(address, at, kind, body)): (usize, &Sms)| {
        format!(
            r#"{{"_id":"{i}","thread_id":"1","address":"{address}","date":"{at}","date_sent":"0","type":"{kind}","body":"{body}","read":"1"}}"#
        )
    };
    let rows: Vec<String> = rows.iter().enumerate().map(one).collect();
    format!("[{}]", rows.join(","))
}

const AT: i64 = 1_788_000_000_123;
const ANNA: &str = "+4520000101";
const BO: &str = "+4520000102";

/// New, told before by another, and shown, for two sources in both orders.
#[track_caller]
fn both_ways(archive: &Archive, a: &Source, b: &Source, matched: u64, messages: u64) {
    for (first, second) in [(a, b), (b, a)] {
        let person = archive.person();
        person.take(first, Mode::Off);
        let run = person.take(second, Mode::Off);
        assert_eq!(run.seen_elsewhere, matched, "{} then {}", first.name, second.name);
        let (lines, ..) = person.produced();
        assert_eq!(lines.len() as u64, messages, "{} then {}", first.name, second.name);
        assert_eq!(lines.iter().map(|l| also(l).len() as u64).sum::<u64>(), matched);
    }
}

#[test]
fn what_only_looks_alike_stays_apart() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    for (a, b, matched, messages) in [
        // the control: one message, twice told
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT, 1, "ok")], 1, 1),
        // a clock that knows seconds
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT - 123, 1, "ok")], 1, 1),
        // two on one side, one on the other
        (vec![Sms(ANNA, AT, 1, "ok"), Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT, 1, "ok")], 1, 2),
        // two in one minute, two in one second
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT + 20_000, 1, "ok")], 0, 2),
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT + 1, 1, "ok")], 0, 2),
        // to two persons; in and out; other words
        (vec![Sms(ANNA, AT, 2, "ok")], vec![Sms(BO, AT, 2, "ok")], 0, 2),
        (vec![Sms(ANNA, AT, 2, "ok")], vec![Sms(ANNA, AT, 1, "ok")], 0, 2),
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT, 1, "ok.")], 0, 2),
        (vec![Sms(ANNA, AT, 1, "ok")], vec![Sms(ANNA, AT, 1, "Ok")], 0, 2),
        // one number in two spellings
        (vec![Sms("20 00 01 01", AT, 1, "ok")], vec![Sms("004520000101", AT, 1, "ok")], 1, 1),
    ] {
        let a = written(dir.path(), "a.xml", xml(&a).as_bytes());
        let b = written(dir.path(), "b.json", json(&b).as_bytes());
        both_ways(&archive, &a, &b, matched, messages);
    }
    archive.holds();
}

#[test]
fn what_was_left_out_does_not_come_back_by_another_source() {
    const SECRET: &str = "Din engangskode er 483920. Del den ikke med nogen.";
    const WORK: &str = "Har du set aktindsigten i sag 2026-1234?";
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    let rows = [Sms("Besked", AT, 1, SECRET), Sms(ANNA, AT + 1000, 1, WORK)];
    let a = written(dir.path(), "a.xml", xml(&rows).as_bytes());
    let b = written(dir.path(), "b.json", json(&rows).as_bytes());
    for (first, second) in [(&a, &b), (&b, &a)] {
        let person = archive.person();
        let run = person.take(first, Mode::RulesOnly);
        assert_eq!((run.new, run.excluded), (2, 1));
        // sorted or not, once or again
        for mode in [Mode::RulesOnly, Mode::Off, Mode::Off] {
            let run = person.take(second, mode);
            assert_eq!((run.new, run.withheld_again), (0, 1), "{mode:?}");
        }
        let (lines, _, withheld) = person.produced();
        assert_eq!((lines.len(), withheld), (1, 1));
        assert_eq!((&lines[0]["body"], also(&lines[0]).len()), (&Value::from(WORK), 1));
        // control: alone the second source brings it
        let control = archive.person();
        assert_eq!(control.take(second, Mode::Off).new, 2);
    }
    // both in one folder
    let both = Source { name: "both", path: dir.path().to_owned(), secret: None };
    let person = archive.person();
    let run = person.take(&both, Mode::RulesOnly);
    assert_eq!((run.new, run.excluded, run.seen_elsewhere, run.withheld_again), (2, 1, 1, 1));
    archive.holds();
}

#[test]
fn signal_by_two_kinds_of_backup() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    let mut file = Vec::new();
    let spec = FileSpec { messages: 80, ..FileSpec::small(5, 1, Era::Today) };
    signal::write_file(&spec, &mut file).unwrap();
    let folder = dir.path().join("SignalBackups");
    fs::create_dir(&folder).unwrap();
    signal::write_folder(&FolderSpec { messages: 80, ..FolderSpec::small(5) }, &folder).unwrap();
    let a = Source {
        secret: Some(signal::PASSPHRASE),
        ..written(dir.path(), "signal-2026-01-31-12-00-00.backup", &file)
    };
    let b = Source { name: "folder", path: folder, secret: Some(signal::RECOVERY_KEY) };
    let mut shown = Vec::new();
    for (first, second) in [(&a, &b), (&b, &a)] {
        let person = archive.person();
        assert_eq!(person.take(first, Mode::Off).new, 80);
        let run = person.take(second, Mode::Off);
        assert_eq!((run.new, run.seen_elsewhere), (0, 80));
        let (lines, ..) = person.produced();
        // the folder leaves no gaps that the file has not; where they differ both are told
        assert!(
            lines
                .iter()
                .all(|l| also(l).len() == 1 && l["origin"]["evidence"].as_str().unwrap().ends_with("main"))
        );
        for source in [first, second] {
            let again = person.take(source, Mode::Off);
            assert_eq!((again.new, again.changed, again.seen_elsewhere, again.entries_added), (0, 0, 0, 0));
        }
        shown.push(told(&lines));
    }
    assert_eq!(shown[0], shown[1]);
    // in one folder, with the secret of one: the other is said
    for (source, other) in [(&a, "recovery key"), (&b, "passphrase")] {
        let both = Source { name: "both", path: dir.path().to_owned(), secret: source.secret };
        let run = archive.person().take(&both, Mode::Off);
        assert_eq!(run.new, 80);
        assert!(
            run.findings.iter().any(|f| f.starts_with("also_refused") && f.contains(other)),
            "{:?}",
            run.findings
        );
    }
    archive.holds();
}

/// The frames of a plaintext export.
fn plaintext(messages: &[(&str, &str, i64, &str)]) -> String {
    let head = r#"{"version":"1","backupTimeMs":"1769870000000"}
{"account":{"givenName":"A"}}
{"recipient":{"id":"1","self":{}}}
{"recipient":{"id":"2","contact":{"aci":"ISEhISEhISEhISEhISEhIQ==","e164":"4520000101","systemGivenName":"Anna"}}}
{"recipient":{"id":"3","contact":{"aci":"IiIiIiIiIiIiIiIiIiIiIg==","e164":"4520000102","systemGivenName":"Bo"}}}
{"chat":{"id":"1","recipientId":"2"}}
{"chat":{"id":"2","recipientId":"1"}}
{"chat":{"id":"3","recipientId":"3"}}
"#;
    let one = |(chat, author, at, body): &(&str, &str, i64, &str)| {
        let way = match *author {
            "1" => r#""outgoing":{}"#.to_owned(),
            _ => format!(r#""incoming":{{"dateReceived":"{at}"}}"#),
        };
        format!(
            r#"{{"chatItem":{{"chatId":"{chat}","authorId":"{author}","dateSent":"{at}",{way},"standardMessage":{{"text":{{"body":"{body}"}}}}}}}}"#
        )
    };
    messages.iter().map(one).fold(head.to_owned(), |all, line| all + &line + "\n")
}

#[test]
fn signal_on_a_desktop_and_exported_in_plain() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    signal::write_desktop(0, "", &dir.path().join("Signal")).unwrap();
    let desktop =
        Source { name: "desktop", path: dir.path().join("Signal"), secret: Some(signal::DESKTOP_KEY) };
    let messages = [
        // said in both; the owner's own note; the same words elsewhere, from another, a thousandth later
        ("1", "2", 1_769_862_896_000, "Hej"),
        ("2", "1", 1_769_862_902_000, "kun i json"),
        ("3", "3", 1_769_862_896_000, "Hej"),
        ("1", "1", 1_769_862_896_000, "Hej"),
        ("1", "2", 1_769_862_896_001, "Hej"),
    ];
    let plain = written(dir.path(), "messages.jsonl", plaintext(&messages).as_bytes());
    for (first, second) in [(&desktop, &plain), (&plain, &desktop)] {
        let person = archive.person();
        let (one, two) = (person.take(first, Mode::Off), person.take(second, Mode::Off));
        assert_eq!((one.new + two.new, two.seen_elsewhere), (10, 2), "{} first", first.name);
        let (lines, ..) = person.produced();
        let both: Vec<&Value> = lines.iter().filter(|l| !also(l).is_empty()).collect();
        let texts: Vec<&str> = both.iter().map(|l| l["body"].as_str().unwrap()).collect();
        assert_eq!((lines.len(), texts), (10, vec!["Hej", "kun i json"]));
        // what only one of them has
        let reactions = |l: &Value| l["reactions"].as_array().unwrap().len();
        let other = &also(both[0])[0];
        assert_eq!((reactions(both[0]), other["differs"]["reactions"].as_array().unwrap().len()), (0, 1));
        let desktops = also(both[1])[0]["differs"]["attachments"][0]["sha256"].clone();
        assert!(desktops.is_string());
    }
    archive.holds();
}

/// One line of a chat: when, who, whether the owner, what.
type Row = (i64, String, bool, String);

/// A database of WhatsApp, and the plain messages of some of its chats.
fn store_of(dir: &Path, chat: fn(&str) -> bool) -> (Source, Vec<Row>) {
    let store = store::write(&StoreSpec::small(3, Generation::New)).unwrap();
    let folder = dir.join("WhatsApp");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("msgstore.db"), &store.database).unwrap();
    fs::write(folder.join("wa.db"), &store.contacts).unwrap();
    let texts = store.truth.iter().filter(|t| chat(&t.conversation) && t.event.is_none() && !t.unsent);
    let name = |sender: &str| match sender {
        "me" => "Mig Selv".to_owned(),
        "+4520000101" => "Anna Holm".to_owned(),
        "+4520000102" => "Jens Bro".to_owned(),
        "+4520000103" => "Mette Lund".to_owned(),
        other => other.to_owned(),
    };
    let rows = texts.filter(|t| t.files.is_empty()).filter_map(|t| {
        // a mark of direction makes it WhatsApp's own words
        let body = t.body.as_ref().filter(|b| !b.starts_with('\u{200e}'))?;
        Some((t.sent, name(t.sender.as_deref()?), t.out, body.clone()))
    });
    (Source { name: "msgstore", path: folder, secret: None }, rows.collect())
}

fn chat_of(dir: &Path, name: &'static str, rows: &[Row]) -> Source {
    let line = |(at, sender, _, text): &Row| chat_export::Line {
        at: chat_export::wall(at / 1000),
        sender: Some(sender.clone()),
        text: text.clone(),
        marked: false,
    };
    let lines: Vec<chat_export::Line> = rows.iter().map(line).collect();
    let text = chat_export::text(&chat_export::STYLES[0], Phone::Android, &lines);
    written(dir, name, text.as_bytes())
}

#[test]
fn an_exported_chat_and_its_database() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    let of_group: fn(&str) -> bool = |c| c.ends_with("@g.us");
    let of_two: fn(&str) -> bool = |c| c.starts_with("4520000101@");
    for (name, chat) in [
        ("WhatsApp-chat med Høring om havneloven.txt", of_group),
        ("WhatsApp-chat med Anna Holm.txt", of_two),
    ] {
        let (database, rows) = store_of(dir.path(), chat);
        let exported = chat_of(dir.path(), name, &rows);
        let n = rows.len() as u64;
        assert!(n > 4);
        for (first, second) in [(&database, &exported), (&exported, &database)] {
            let person = archive.person();
            let (one, two) = (person.take(first, Mode::Off), person.take(second, Mode::Off));
            let lone = n - two.seen_elsewhere;
            assert_eq!(one.new + two.new, 88 + lone, "{name}, {} first", first.name);
            let doubtful = two.findings.iter().find_map(|f| f.strip_prefix("possible_duplicates:"));
            assert_eq!(doubtful.map_or(0, |n| n.parse().unwrap()), lone, "{:?}", two.findings);
            // what the owner wrote before the other's name was met cannot be matched
            assert!(lone <= 2, "{lone} of {n}");
            let (lines, ..) = person.produced();
            assert_eq!(lines.iter().filter(|l| !also(l).is_empty()).count() as u64, n - lone);
            assert!(lines.iter().filter(|l| !also(l).is_empty()).all(|l| l["source"] == "whatsapp-android"));
        }
    }
    archive.holds();
}

#[test]
fn lines_of_a_chat_that_fit_twice_are_marked_and_kept() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    let (database, rows) = store_of(dir.path(), |c| c.ends_with("@g.us"));
    let (at, who, out, text) = rows.iter().find(|r| !r.2 && !r.1.starts_with('+')).unwrap().clone();
    let name = "WhatsApp-chat med Høring om havneloven.txt";
    let lines = |who: &str, text: &str, at: i64| vec![(at, who.to_owned(), out, text.to_owned())];
    for (rows, matched, doubtful) in [
        (lines(&who, &text, at), 1, 0),
        // another minute, another person, other words
        (lines(&who, &text, at + 60_000), 0, 0),
        (lines("Mogens Mund", &text, at), 0, 0),
        (lines(&who, &format!("{text}!"), at), 0, 0),
        // a name that the database does not know: it may be
        (lines("+45 20 99 99 99", &text, at), 0, 1),
        // twice in the chat, once in the database
        ([lines(&who, &text, at), lines(&who, &text, at)].concat(), 1, 0),
    ] {
        let exported = chat_of(dir.path(), name, &rows);
        let person = archive.person();
        person.take(&database, Mode::Off);
        let run = person.take(&exported, Mode::Off);
        assert_eq!((run.seen_elsewhere, run.new), (matched, rows.len() as u64 - matched), "{rows:?}");
        let (lines, ..) = person.produced();
        let marked = |l: &&Value| l["doubts"].as_array().unwrap().contains(&"possible_duplicate".into());
        assert_eq!(lines.iter().filter(marked).count(), doubtful, "{rows:?}");
        assert_eq!(lines.len() as u64, 88 + run.new);
    }
    archive.holds();
}

/// Google Messages over the mirrored messages of a telephone: id, others, sender, whether the owner, time, text.
fn google_messages(rows: &[(String, Vec<String>, String, i64, String)]) -> Vec<u8> {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE conversations (_id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE participants (_id INTEGER PRIMARY KEY, sub_id INT DEFAULT -2, normalized_destination TEXT);
         CREATE TABLE conversation_participants (_id INTEGER PRIMARY KEY, conversation_id INT, participant_id INT);
         CREATE TABLE messages (_id INTEGER PRIMARY KEY, conversation_id INT, sender_id INT, sent_timestamp INT,
           received_timestamp INT, message_protocol INT, message_status INT, sms_message_uri TEXT, rcs_message_id TEXT);
         CREATE TABLE parts (_id INTEGER PRIMARY KEY, message_id INT, text TEXT, content_type TEXT);
         INSERT INTO participants (sub_id, normalized_destination) VALUES (-1, '+4520000999');",
    )
    .unwrap();
    let person = |number: &str| -> i64 {
        let sql = "SELECT _id FROM participants WHERE normalized_destination = ?1";
        db.query_row(sql, [number], |r| r.get(0)).unwrap_or_else(|_| {
            db.execute("INSERT INTO participants (normalized_destination) VALUES (?1)", [number]).unwrap();
            db.last_insert_rowid()
        })
    };
    for (id, others, sender, at, text) in rows {
        db.execute("INSERT INTO conversations (name) VALUES (?1)", [others.join(", ")]).unwrap();
        let chat = db.last_insert_rowid();
        for other in others {
            let sql =
                "INSERT INTO conversation_participants (conversation_id, participant_id) VALUES (?1, ?2)";
            db.execute(sql, [chat, person(other)]).unwrap();
        }
        let from = if sender == "me" { 1 } else { person(sender) };
        db.execute(
            "INSERT INTO messages (conversation_id, sender_id, sent_timestamp, received_timestamp, message_protocol, \
             message_status, rcs_message_id) VALUES (?1, ?2, ?3, ?3, 3, ?4, ?5)",
            rusqlite::params![chat, from, at, if from == 1 { 1 } else { 100 }, id],
        )
        .unwrap();
        let message = db.last_insert_rowid();
        let sql = "INSERT INTO parts (message_id, text, content_type) VALUES (?1, ?2, 'text/plain')";
        db.execute(sql, rusqlite::params![message, text]).unwrap();
    }
    db.serialize("main").unwrap().to_vec()
}

#[test]
fn rcs_and_its_mirror() {
    let archive = Archive::founded();
    let dir = tempfile::tempdir().unwrap();
    let spec = android::Spec { sms: 10, mms: 60, ..android::Spec::small(3) };
    let (bytes, truths) = android::xml(&spec);
    let mirror = written(dir.path(), "sms.xml", &bytes);
    let rows: Vec<_> = (truths.iter().enumerate())
        .filter(|(_, t)| t.service == "RCS")
        .map(|(i, t)| {
            let others = t.conversation.split('~').map(str::to_owned).collect();
            // the app knows thousandths, the provider seconds
            (format!("MxRcs{i:04}="), others, t.sender.clone(), t.sent_ms + 321, t.body.clone().unwrap())
        })
        .collect();
    let n = rows.len() as u64;
    assert!(n > 3);
    let bugle = written(dir.path(), "bugle_db", &google_messages(&rows));
    both_ways(&archive, &bugle, &mirror, n, 70);
    // another id in the same second is another message
    let others: Vec<_> = rows
        .iter()
        .map(|r| (format!("{}x", r.0), r.1.clone(), r.2.clone(), r.3, format!("{}!", r.4)))
        .collect();
    let bugle = written(dir.path(), "bugle_db", &google_messages(&others));
    both_ways(&archive, &bugle, &mirror, 0, 70 + n);
    archive.holds();
}
