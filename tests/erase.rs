//! Single messages erased as an authority does it, at the command line: one asks, another approves, a hold wins,
//! and what is gone is gone from every file, while the rest is proved as before.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use office::{AT, DAY, by, founded, now, operator, sms, sms_xml, the_day_is_said, verified};
use policy::Post;
use serde_json::Value;
use support::{Done, Place, files, root, tool};

const PRIVATE: &str = "Husk mormors runde dag";
const WORK: &str = "Notatet om kvartalstal ligger klar";
const TWIN: &str = "Ok";

/// The first message's time, the same however often a source is made.
fn start() -> i64 {
    static AT: OnceLock<i64> = OnceLock::new();
    *AT.get_or_init(|| now() - 40 * DAY)
}

/// Takes a copy in; gives how many messages were new, and how many were kept out because they were erased.
fn copied(place: &Place, id: &str) -> (u64, u64) {
    let report = office::copied(place, id, "copy.xml");
    (report.new, report.suppressed)
}

/// A message with a picture, one of work with another picture, and two that are alike in everything.
fn source(place: &Place, more: &str) {
    let at = start();
    let picture = |seed: u8| {
        let bytes: Vec<u8> = (0..3000_u32).map(|i| seed ^ u8::try_from(i % 251).unwrap()).collect();
        base64(&bytes)
    };
    let mms = |at: i64, text: &str, seed: u8| {
        format!(
            r#"<mms date="{at}" msg_box="1" m_type="132" address="+4520304050"><parts><part seq="0" ct="text/plain" text="{text}" /><part seq="1" ct="image/jpeg" name="b.jpg" data="{}" /></parts></mms>"#,
            picture(seed)
        )
    };
    let rows = [
        mms(at, PRIVATE, 7),
        mms(at + 1000, WORK, 9),
        sms(at + 2000, TWIN),
        sms(at + 2000, TWIN),
        more.to_owned(),
    ];
    sms_xml(place, "copy.xml", &rows);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |three: &[u8]| {
        let n = three.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(n >> shift & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(digits).collect()
}

/// An archive of an employee and a manager with the same messages, and two more operators who may delete and hold.
fn prepared() -> Place {
    let place = Place::new();
    founded(&place, &[("m", Post::Employee), ("n", Post::Minister)]);
    source(&place, "");
    for id in ["m", "n"] {
        assert_eq!(copied(&place, id), (4, 0));
    }
    for name in ["to", "tre"] {
        operator(&place, name, &["--right", "delete,hold"]);
    }
    the_day_is_said(&place);
    place
}

/// A production of one custodian: its lines, and everything in it as text.
fn exported(place: &Place, id: &str, to: &str) -> (Vec<Value>, String) {
    let lines = office::exported(place, "en", id, to);
    let all = files(&place.at(to)).into_iter();
    (lines, all.map(|f| String::from_utf8_lossy(&fs::read(f).unwrap()).into_owned()).collect())
}

/// The line of a message by its text.
fn line<'a>(lines: &'a [Value], text: &str) -> &'a Value {
    lines.iter().find(|line| line["body"].as_str().is_some_and(|body| body.contains(text))).unwrap()
}

/// What of some byte strings is found anywhere in archive, key store and holding area.
fn found(place: &Place, needles: &[Vec<u8>]) -> usize {
    let folders = ["A", "K", "holding"].map(|name| place.at(name));
    let all: Vec<u8> = folders
        .iter()
        .filter(|f| f.is_dir())
        .flat_map(|f| files(f))
        .flat_map(|f| fs::read(f).unwrap())
        .collect();
    let pieces: HashSet<&[u8]> = all.windows(24).collect();
    needles.iter().filter(|n| n.chunks_exact(24).any(|piece| pieces.contains(piece))).count()
}

/// As stored: the segment of an entry, the attachments of its bucket and their lists, and the bucket's wraps.
fn stored(place: &Place, entry: u64, blobs: &[i64]) -> Vec<Vec<u8>> {
    let db = rusqlite::Connection::open(place.at("A/archive.db")).unwrap();
    let body = |idx: i64| {
        db.query_row("SELECT body FROM entries WHERE idx = ?1", [idx], |r| r.get::<_, Vec<u8>>(0)).unwrap()
    };
    let mut all = vec![body(i64::try_from(entry).unwrap())];
    all.extend(blobs.iter().map(|idx| body(*idx)));
    let bucket: Vec<u8> = db
        .query_row(
            "SELECT substr(header, 89, 16) FROM entries WHERE idx = ?1",
            [i64::try_from(entry).unwrap()],
            |r| r.get(0),
        )
        .unwrap();
    let folder = place.at(&format!("K/buckets/{}", hex(&bucket)));
    all.extend(files(&folder).into_iter().map(|f| fs::read(f).unwrap()));
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

const WHY: [&str; 4] = ["--reason", "udelukkende privat", "--decision", "2026-417"];

fn asked(place: &Place, id: &str, at: &str, code: i32) -> Done {
    let words = ["erase", "request", "--json", "--custodian", id, "--message", at, "--ground", "private"];
    by(place, "en", &[&words[..], &WHY].concat()).ends(code)
}

#[test]
fn a_message_goes_by_the_hands_of_two_and_the_rest_stays_proved() {
    let place = prepared();
    let (lines, before) = exported(&place, "m", "E1");
    assert!(before.contains(PRIVATE) && before.contains(WORK));
    let of = |text: &str| line(&lines, text)["archive"].clone();
    let (private, work) = (of(PRIVATE), of(WORK));
    let entry = private["entry"].as_u64().unwrap();
    let at = format!("{entry}:{}", private["place"]);
    let number = private["number"].to_string();

    // what cannot be asked for
    asked(&place, "n", &at, 2);
    asked(&place, "m", "1:0", 2);
    asked(&place, "m", &format!("{entry}:99"), 2);
    let from =
        ["erase", "request", "--json", "--custodian", "m", "--ground", "private", "--production", "E1"];
    by(&place, "en", &[&from[..], &["--number", "99"], &WHY].concat()).ends(2);
    // an operator who may delete and reads nothing cannot ask
    by(&place, "to", &[&from[..], &["--number", &number], &WHY].concat()).ends(6);
    let request = by(&place, "en", &[&from[..], &["--number", &number], &WHY].concat()).ends(0).json();
    let bucket = &request["buckets"][0];
    assert_eq!(
        (&bucket["messages"], &bucket["records"], &bucket["attachments"]),
        (&1.into(), &1.into(), &1.into())
    );
    let request = request["request"].as_str().unwrap();

    // two persons, exactly this, and no hold
    by(&place, "en", &["erase", "run", request]).ends(6);
    by(&place, "en", &["erase", "approve", request]).ends(0);
    by(&place, "en", &["erase", "run", request]).ends(6);
    by(&place, "to", &["erase", "approve", request]).ends(0);
    let hold = ["hold", "place", "--json", "--custodian", "m", "--case", "K", "--decision", "1"];
    let hold = by(&place, "to", &[&hold[..], &["--auto-delete-stopped"]].concat()).ends(0).json();
    let refused = by(&place, "en", &["erase", "run", request]).ends(6);
    assert!(refused.err().contains("held by entry"), "{}", refused.err());
    assert!(exported(&place, "m", "E2").1.contains(PRIVATE));
    asked(&place, "m", &at, 6);
    let release = ["hold", "release", "--decision", "2", "--grace", "0", "--second-passphrase-file", "tre"];
    by(&place, "to", &[&release[..], &[&hold["hold"].to_string()]].concat()).ends(0);

    copy(&place.at("A"), &place.at("old/A"));
    copy(&place.at("K"), &place.at("old/K"));
    let blobs: Vec<i64> = {
        let db = rusqlite::Connection::open(place.at("A/archive.db")).unwrap();
        let sql = "SELECT a.idx FROM entries a, entries b WHERE b.idx = ?1 AND substr(a.header, 5, 1) = x'0b' \
                   AND substr(a.header, 89, 16) = substr(b.header, 89, 16) ORDER BY a.idx";
        let mut rows = db.prepare(sql).unwrap();
        rows.query_map([i64::try_from(entry).unwrap()], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(blobs.len(), 2);
    let goes = stored(&place, entry, &blobs[..1]);
    assert!(goes.len() > 3 && found(&place, &goes) == goes.len(), "the search finds what is there");
    let run = ["erase", "run", "--json", request, "--copy", "USB 3", "--no-other-copies"];
    let done = by(&place, "en", &run).ends(3).json();
    assert_eq!(done["records"], 1, "{done}");
    let act = done["closed"][0].to_string();
    assert_eq!(found(&place, &goes), 0);
    verified(&place);

    // the rest is as it was, and proved as before
    let (after_lines, after) = exported(&place, "m", "E3");
    assert!(!after.contains(PRIVATE) && after.contains(WORK) && after.contains("2026-417"));
    assert_eq!(after.matches("\"standing\":\"erased\"").count(), 1);
    assert!(fs::read_to_string(place.at("E3/data/index.html")).unwrap().contains("2026-417"));
    assert_eq!(after_lines.len(), lines.len());
    assert!(exported(&place, "n", "E4").1.contains(PRIVATE), "another person's copy is another's");
    fs::write(place.at("keys"), place.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out()).unwrap();
    for (production, of) in [("E1", &work), ("E3", &line(&after_lines, WORK)["archive"])] {
        let proof = format!("{production}/data/proofs/{}", of["proof"].as_str().unwrap());
        place.run(&["verify", "--proof", &proof, "--trusted-keys", "keys"]).ends(0);
    }
    // yesterday's archive and yesterday's wraps, with the keys of today: nothing of the segment
    copy(&place.at("K"), &place.at("mixed/K"));
    copy(&place.at("old/K/buckets"), &place.at("mixed/K/buckets"));
    copy(&place.at("old/A"), &place.at("mixed/A"));
    let mixed = ["--archive", "mixed/A", "--keys", "mixed/K", "--passphrase-file", "en"];
    let export = ["export", "--custodian", "m", "--unsealed", "--out", "E5"];
    let done = place.run(&[&export[..], &mixed].concat());
    assert!(
        done.code() != 0
            || !files(&place.at("E5"))
                .iter()
                .any(|f| { String::from_utf8_lossy(&fs::read(f).unwrap()).contains(PRIVATE) })
    );

    // next month's copy does not bring it back, and an attachment that another message brings is stored
    let again = format!(
        r#"<mms date="{}" msg_box="1" m_type="132" address="+4520304050"><parts><part seq="0" ct="image/jpeg" name="b.jpg" data="{}" /></parts></mms>"#,
        start() + 5000,
        base64(&(0..3000_u32).map(|i| 7 ^ u8::try_from(i % 251).unwrap()).collect::<Vec<u8>>())
    );
    source(&place, &again);
    assert_eq!(copied(&place, "m"), (1, 1));
    assert_eq!(copied(&place, "m"), (0, 1));
    let (lines, _) = exported(&place, "m", "E6");
    let with_file = lines.iter().filter(|l| l["attachments"].as_array().is_some_and(|a| !a.is_empty()));
    let with_file: Vec<&Value> = with_file.collect();
    assert_eq!(with_file.len(), 2);
    assert!(with_file.iter().all(|l| l["attachments"][0]["missing"] == false));
    verified(&place);

    // another reader, written from the format alone, finds the same
    let has = "import zstandard, cryptography.hazmat.primitives.asymmetric.mlkem as m; m.MLKEM768PrivateKey";
    let able =
        |python: &str| Command::new(python).args(["-c", has]).output().is_ok_and(|o| o.status.success());
    if let Some(python) = tool("python3", "--version").filter(|python| able(python)) {
        let reader = root().join("scripts/read-archive");
        let done =
            Command::new(python).arg(reader).args([place.at("A"), place.at("K"), place.at("en")]).output();
        let said = String::from_utf8_lossy(&done.unwrap().stdout).into_owned();
        assert!(said.contains("records 8,") && said.contains("attachments 4,"), "{said}");
        assert!(said.contains("erased 1,"), "{said}");
    }

    // final when the copies are gone
    let list = || place.run(&[&["erase", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(list()["erasures"][0]["state"], "PENDING");
    assert_eq!(list()["waiting"], serde_json::json!([]));
    by(&place, "to", &["erase", "confirm", &act, "--copy", "USB 3", "--reference", "2026-9"]).ends(0);
    let listed = list();
    assert_eq!(
        (&listed["erasures"][0]["state"], &listed["erasures"][0]["kind"]),
        (&"FINAL".into(), &"erasure".into())
    );
    place.run(&[&["erase", "certificate", "--out", "C"][..], &AT].concat()).ends(0);
    let page = fs::read_to_string(place.at(&format!("C/certificate-{act}.html"))).unwrap();
    assert!(page.contains("udelukkende privat") && page.contains("2026-417") && page.contains("2026-9"));
    assert!(!page.contains("mormor"));
    by(&place, "en", &["verify"]).ends(0);
}

#[test]
fn one_of_two_that_are_alike() {
    let place = prepared();
    let (lines, _) = exported(&place, "m", "E1");
    let twins: Vec<&Value> = lines.iter().filter(|l| l["body"] == TWIN).collect();
    assert_eq!(twins.len(), 2);
    let archive = &twins[1]["archive"];
    let at = format!("{}:{}", archive["entry"], archive["place"]);
    let request = asked(&place, "m", &at, 0).json();
    assert_eq!(request["buckets"][0]["records"], 1);
    let request = request["request"].as_str().unwrap();
    by(&place, "to", &["erase", "approve", request]).ends(0);
    by(&place, "en", &["erase", "run", request]).ends(3);
    verified(&place);
    let count = |to: &str| exported(&place, "m", to).0.iter().filter(|l| l["body"] == TWIN).count();
    assert_eq!(count("E2"), 1);
    assert_eq!(copied(&place, "m"), (0, 1));
    assert_eq!(count("E3"), 1);
    // the other one too, by a request that a growing bucket makes void first
    let (lines, _) = exported(&place, "m", "E4");
    let archive = &line(&lines, TWIN)["archive"];
    let at = format!("{}:{}", archive["entry"], archive["place"]);
    let old = asked(&place, "m", &at, 0).json();
    let more = format!(
        r#"<sms protocol="0" address="+4520304050" date="{}" type="1" body="nyt" />"#,
        start() + 9000
    );
    source(&place, &more);
    assert_eq!(copied(&place, "m"), (1, 1));
    let old = old["request"].as_str().unwrap();
    by(&place, "to", &["erase", "approve", old]).ends(0);
    let refused = by(&place, "en", &["erase", "run", old]).ends(6);
    assert!(refused.err().contains("has grown"), "{}", refused.err());
    let request = asked(&place, "m", &at, 0).json();
    let request = request["request"].as_str().unwrap();
    by(&place, "to", &["erase", "approve", request]).ends(0);
    by(&place, "en", &["erase", "run", request]).ends(3);
    assert_eq!(count("E5"), 0);
    assert_eq!(copied(&place, "m"), (0, 2));
    verified(&place);
}
