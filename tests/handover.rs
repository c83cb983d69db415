//! A person handed over from one authority's archive to another's, as two authorities do it at the command line: the
//! same messages and the same proofs on the other side, nothing for whoever is in between, and nothing lost before the
//! receipt is back.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use office::{
    AT, DAY, by, copied, exported, founded, now, operator, sms, sms_xml, the_day_is_said, verified,
};
use policy::Post;
use serde_json::Value;
use support::{Place, files};

const TEXT: &str = "Notatet om kvartalstal ligger klar";
const LATER: &str = "Kan vi tale om bilag fire";

fn start() -> i64 {
    static AT: OnceLock<i64> = OnceLock::new();
    *AT.get_or_init(|| now() - 70 * DAY)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |three: &[u8]| {
        let n = three.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(n >> shift & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(digits).collect()
}

/// A message with a picture larger than what lies in the database, two that are alike in everything, and one of another
/// month.
fn source(place: &Place) {
    let picture: Vec<u8> = (0..90_000_u32).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
    let mms = format!(
        r#"<mms date="{}" msg_box="1" m_type="132" address="+4520304050"><parts><part seq="0" ct="text/plain" text="{TEXT}" /><part seq="1" ct="image/jpeg" name="b.jpg" data="{}" /></parts></mms>"#,
        start(),
        base64(&picture)
    );
    let rows = [mms, sms(start() + 2000, "Ok"), sms(start() + 2000, "Ok"), sms(start() + 40 * DAY, LATER)];
    sms_xml(place, "copy.xml", &rows);
}

/// The giver: a minister's messages, and a second administrator.
fn giver() -> Place {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister)]);
    source(&place);
    assert_eq!(copied(&place, "m", "copy.xml").new, 4);
    operator(&place, "to", &["--right", "admin,delete"]);
    the_day_is_said(&place);
    place
}

/// The receiver: another authority with somebody of its own, its hand-over key in `key`.
fn receiver() -> Place {
    let place = Place::new();
    founded(&place, &[("x", Post::Employee)]);
    the_day_is_said(&place);
    by(&place, "en", &["handover", "key", "--out", "key"]).ends(0);
    place
}

fn carry(from: &Place, name: &str, to: &Place, as_name: &str) {
    fs::copy(from.at(name), to.at(as_name)).unwrap();
}

/// The key of an archive as it comes by another way than what it proves.
fn trusted(of: &Place, to: &Place, name: &str) {
    let shown = of.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out();
    fs::write(to.at(name), shown).unwrap();
}

/// Asks for a hand-over, approved by a second person; gives the request.
fn asked(giver: &Place, receiver: &Place, more: &[&str]) -> Value {
    carry(receiver, "key", giver, "key");
    let words = [
        "handover",
        "request",
        "--json",
        "--custodian",
        "m",
        "--to-key",
        "key",
        "--reason",
        "ressortomlægning",
    ];
    let report = by(giver, "en", &[&words[..], &["--decision", "2026-40"], more].concat()).ends(0).json();
    by(giver, "to", &["handover", "approve", report["request"].as_str().unwrap()]).ends(0);
    report
}

/// A package in both folders, under this name.
fn given(giver: &Place, receiver: &Place, name: &str, more: &[&str], code: i32) -> Value {
    let request = asked(giver, receiver, more)["request"].as_str().unwrap().to_owned();
    let report = by(giver, "en", &["handover", "give", "--json", &request, "--out", name]).ends(code).json();
    carry(giver, name, receiver, name);
    trusted(giver, receiver, "giver");
    report
}

fn take<'a>(package: &'a str, receipt: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["handover", "take", "--json", package, "--trusted-keys", "giver", "--receipt", receipt][..], more]
        .concat()
}

/// Messages of a production without what is of the archive alone.
fn bare(lines: &[Value]) -> Vec<Value> {
    let mut bare: Vec<Value> = lines.to_vec();
    for line in &mut bare {
        let kept = line.as_object_mut().unwrap().remove("archive").unwrap();
        for key in ["retain_until", "retention_class", "verdict"] {
            line[key] = kept[key].clone();
        }
    }
    bare
}

fn size(place: &Place) -> u64 {
    let shown = place.run(&["checkpoint", "show", "--archive", "A", "--json"]).ends(0).json();
    shown["size"].as_u64().unwrap()
}

fn proved(at: &Place, proof: &str, keys: &str, code: i32) {
    at.run(&["verify", "--proof", proof, "--trusted-keys", keys]).ends(code);
}

#[test]
fn a_person_goes_to_another_archive_and_the_proofs_hold() {
    let (g, r) = (giver(), receiver());
    trusted(&g, &g, "own");
    let before = exported(&g, "en", "m", "E1");
    assert_eq!(before.len(), 4);
    let old_proof = format!("E1/data/proofs/{}", before[0]["archive"]["proof"].as_str().unwrap());

    // one person is not enough, and both sides hear the same words
    let told = by(&r, "en", &["handover", "key", "--json", "--out", "second"]).ends(0).json();
    carry(&r, "second", &r, "key-of-words");
    carry(&r, "key", &g, "key");
    let words = ["handover", "request", "--json", "--custodian", "m", "--to-key", "key", "--reason", "r"];
    let alone = by(&g, "en", &[&words[..], &["--decision", "d"]].concat()).ends(0).json();
    assert_eq!(alone["words"].as_str().unwrap().split(' ').count(), 12);
    assert_ne!(alone["words"], told["words"], "two keys have the same words");
    by(&g, "en", &["handover", "give", alone["request"].as_str().unwrap(), "--out", "P0"]).ends(6);
    assert!(!g.at("P0").exists() && !g.at("P0.new").exists());

    let given = given(&g, &r, "P", &[], 0);
    assert_eq!((&given["records"], &given["attachments"]), (&4.into(), &1.into()), "{given}");
    let package = fs::read(g.at("P")).unwrap();
    for needle in [TEXT.as_bytes(), b"Mads", b"+4520304050"] {
        assert!(!package.windows(needle.len()).any(|w| w == needle));
    }
    let status = g.run(&[&["status", "--json"][..], &AT].concat()).json();
    assert_eq!(status["handed_over"][0]["custodian"], "m", "{status}");

    // a key from elsewhere decides, not the package; nobody else takes it
    trusted(&r, &r, "other");
    let (empty, untrusted) =
        (size(&r), ["handover", "take", "P", "--trusted-keys", "other", "--receipt", "R0"]);
    by(&r, "en", &untrusted).ends(5);
    assert_eq!((size(&r), r.at("R0").exists()), (empty, false));
    let taken = by(&r, "en", &take("P", "R", &[])).ends(0).json();
    assert_eq!((&taken["records"], &taken["again"]), (&4.into(), &false.into()), "{taken}");
    verified(&r);
    verified(&g);

    // the same messages for the same time, with their picture
    let after = exported(&r, "en", "m", "E1");
    assert_eq!(bare(&after), bare(&before));
    let picture = |place: &Place| {
        let all = files(&place.at("E1/data/attachments")).into_iter().map(|f| fs::read(f).unwrap());
        all.collect::<Vec<_>>()
    };
    assert_eq!(picture(&r), picture(&g));
    assert_eq!(picture(&r)[0].len(), 90_000);
    for (line, was) in after.iter().zip(&before) {
        let (archive, was) = (&line["archive"], &was["archive"]);
        assert_eq!(
            (&archive["origin"]["entry"], &archive["origin"]["place"]),
            (&was["entry"], &was["place"])
        );
        let proofs = [(&archive["proof"], "mine"), (&archive["origin"]["proof"], "giver")];
        trusted(&r, &r, "mine");
        for (proof, keys) in proofs {
            let proof = format!("E1/data/proofs/{}", proof.as_str().unwrap());
            proved(&r, &proof, keys, 0);
            // each holds for its own archive's key only
            proved(&r, &proof, if keys == "mine" { "giver" } else { "mine" }, 5);
        }
    }

    // again adds nothing, and a copy of the same phone neither
    let full = size(&r);
    let again = by(&r, "en", &take("P", "R2", &[])).ends(0).json();
    assert_eq!((&again["again"], size(&r)), (&true.into(), full));
    carry(&g, "copy.xml", &r, "copy.xml");
    let copy = copied(&r, "m", "copy.xml");
    assert_eq!((copy.new, copy.changed), (0, 0));

    // sealed anew with the receiver, the giver's proof is given all the same
    by(&r, "en", &["key", "reseal", "--bodies"]).ends(0);
    let resealed = exported(&r, "en", "m", "E2");
    assert_eq!(bare(&resealed), bare(&before));
    let proof = resealed[0]["archive"]["origin"]["proof"].as_str().unwrap().to_owned();
    proved(&r, &format!("E2/data/proofs/{proof}"), "giver", 0);
    verified(&r);

    // the receipt comes back: only now may the giver let go
    carry(&r, "R", &g, "R");
    let text = fs::read_to_string(g.at("R")).unwrap();
    fs::write(g.at("forged"), text.replace("records 4", "records 5")).unwrap();
    by(&g, "en", &["handover", "finish", "forged"]).ends(5);
    let finished = by(&g, "en", &["handover", "finish", "--json", "R"]).ends(0).json();
    let request = finished["request"].as_str().unwrap();
    assert_eq!(exported(&g, "en", "m", "E2").iter().filter(|l| l.get("withheld").is_none()).count(), 4);
    by(&g, "en", &["erase", "run", request, "--no-other-copies"]).ends(6);
    by(&g, "to", &["erase", "approve", request]).ends(0);
    by(&g, "en", &["erase", "run", request, "--no-other-copies"]).ends(0);
    verified(&g);
    let left = exported(&g, "en", "m", "E3");
    assert_eq!(left.iter().filter(|l| l["withheld"]["ground"] == "handed-over").count(), 4, "{left:?}");
    assert!(left.iter().all(|l| l["body"].is_null()));
    let status = g.run(&[&["status", "--json"][..], &AT].concat()).json();
    assert_eq!(status["handed_over"].as_array().unwrap().len(), 0);
    let list = g.run(&[&["erase", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(list["erasures"][0]["why"]["ground"], "handed-over");
    // it does not come back by a copy; what was proved stays proved
    assert_eq!(copied(&g, "m", "copy.xml").new, 0);
    proved(&g, &old_proof, "own", 0);
    carry(&g, "own", &r, "own");
    proved(&r, &format!("E2/data/proofs/{proof}"), "own", 0);
    // it may come back in a package: the person returns
    by(&g, "en", &["handover", "key", "--out", "back"]).ends(0);
    operator(&r, "to", &["--right", "admin,delete"]);
    carry(&g, "back", &r, "back");
    let words = ["handover", "request", "--json", "--custodian", "m", "--to-key", "back", "--reason", "r"];
    let request = by(&r, "en", &[&words[..], &["--decision", "d"]].concat()).ends(0).json();
    let request = request["request"].as_str().unwrap();
    by(&r, "to", &["handover", "approve", request]).ends(0);
    by(&r, "en", &["handover", "give", request, "--out", "Q"]).ends(0);
    carry(&r, "Q", &g, "Q");
    trusted(&r, &g, "giver");
    // two archives may call two persons the same: that it is the same one, somebody says
    by(&g, "en", &take("Q", "R3", &[])).ends(2);
    by(&g, "en", &take("Q", "R3", &["--custodian", "m"])).ends(0);
    let back = exported(&g, "en", "m", "E4");
    let back: Vec<Value> = back.into_iter().filter(|l| l.get("withheld").is_none()).collect();
    assert_eq!(bare(&back), bare(&before));
    let first = back[0]["archive"]["origin"]["proof"].as_str().unwrap();
    proved(&g, &format!("E4/data/proofs/{first}"), "giver", 0);
    let oldest = first.replacen("origin-", "origin-2-", 1);
    proved(&g, &format!("E4/data/proofs/{oldest}"), "own", 0);
    verified(&g);
}

#[test]
fn damage_is_refused_and_nothing_is_stored() {
    let (g, r, other) = (giver(), receiver(), receiver());
    given(&g, &r, "P", &[], 0);
    let whole = fs::read(r.at("P")).unwrap();
    let before = size(&r);
    let check = |bytes: &[u8], what: &str| {
        fs::write(r.at("bad"), bytes).unwrap();
        let done = by(&r, "en", &take("bad", "R", &[]));
        assert!([4, 5, 6].contains(&done.code()), "{what}: {}\n{}", done.code(), done.err());
        assert!(!r.at("R").exists(), "{what}");
        done.code()
    };
    for at in [0, 20, 40, 60, 1000, 1300, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        check(&flipped, &format!("byte {at}"));
    }
    for len in [0, 79, 1247, 1280, 1280 + 65_552, whole.len() - 1] {
        check(&whole[..len], &format!("cut at {len}"));
    }
    assert_eq!(check(&[&whole[..], &[0]].concat(), "longer"), 5);
    assert_eq!(size(&r), before);
    // another receiver does not open it, even where the label is made to fit
    carry(&g, "P", &other, "P");
    trusted(&g, &other, "giver");
    by(&other, "en", &take("P", "R", &[])).ends(6);
    let mut relabelled = whole.clone();
    relabelled[32..48].copy_from_slice(&id(&other));
    fs::write(other.at("P"), &relabelled).unwrap();
    by(&other, "en", &take("P", "R", &[])).ends(6);
    assert_eq!(exported_ids(&other), ["x"]);
    // and the whole one is taken
    by(&r, "en", &take("P", "R", &[])).ends(0);
    verified(&r);
    assert_eq!(exported_ids(&r), ["m", "x"]);
}

fn id(place: &Place) -> Vec<u8> {
    let shown = place.run(&["checkpoint", "show", "--archive", "A", "--json"]).ends(0).json();
    let hex = shown["archive"].as_str().unwrap().to_owned();
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn exported_ids(place: &Place) -> Vec<String> {
    let list = place.run(&[&["custodian", "list", "--json"][..], &AT].concat()).ends(0).json();
    let all = list.as_array().cloned().unwrap_or_else(|| list["custodians"].as_array().cloned().unwrap());
    all.iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn killed_while_it_takes_and_repeated_it_is_whole() {
    let (g, r) = (giver(), receiver());
    given(&g, &r, "P", &[], 0);
    let words = take("P", "R", &[]);
    let words = [&words[..], &AT, &["--passphrase-file", "en"]].concat();
    // about as long as it takes to open the archive; most of what follows is the taking
    let began = Instant::now();
    by(&r, "en", &["verify"]).ends(0);
    let opened = began.elapsed();
    for part in 7..22 {
        let mut child = r.command(&words).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(opened * part / 10);
        drop(child.kill());
        child.wait().unwrap();
        r.run(&["verify", "--archive", "A"]).ends(0);
        if r.at("R").exists() {
            fs::remove_file(r.at("R")).unwrap();
        }
    }
    by(&r, "en", &take("P", "R", &[])).ends(0);
    verified(&r);
    assert_eq!(bare(&exported(&r, "en", "m", "E")), bare(&exported(&g, "en", "m", "E")));
}

#[test]
fn stopped_before_the_package_had_its_name_it_is_given_once() {
    let (g, r) = (giver(), receiver());
    let request = asked(&g, &r, &[])["request"].as_str().unwrap().to_owned();
    let kept: Vec<_> = files(&g.at("K/requests")).into_iter().map(|f| (fs::read(&f).unwrap(), f)).collect();
    let give = ["handover", "give", "--json", &request, "--out", "P"];
    let first = by(&g, "en", &give).ends(0).json();
    // as it lies when the power goes between the log's entry and the name
    let stopped = |damage: u8| {
        let mut bytes = fs::read(g.at("P")).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= damage;
        fs::remove_file(g.at("P")).unwrap();
        fs::write(g.at("P.new"), bytes).unwrap();
        for (bytes, file) in &kept {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        size(&g)
    };
    let before = stopped(0);
    assert_eq!(by(&g, "en", &give).ends(0).json(), first);
    assert_eq!((size(&g), g.at("P.new").exists()), (before, false));
    carry(&g, "P", &r, "P");
    trusted(&g, &r, "giver");
    by(&r, "en", &take("P", "R", &[])).ends(0);
    assert_eq!(bare(&exported(&r, "en", "m", "E")), bare(&exported(&g, "en", "m", "E")));
    // what lies there and is not what the log says is not given
    let before = stopped(1);
    by(&g, "en", &give).ends(6);
    assert_eq!((size(&g), g.at("P").exists()), (before, false));
    verified(&g);
}

#[test]
fn holds_go_along_and_periods_add_up() {
    let (g, r) = (giver(), receiver());
    let hold = ["hold", "place", "--custodian", "m", "--case", "kommission", "--decision", "2026-7"];
    by(&g, "en", &[&hold[..], &["--auto-delete-stopped"]].concat()).ends(0);
    let day = |at: i64| policy::civil_date(at).unwrap().to_string();
    let until = day(start() + 10 * DAY);
    let first = given(&g, &r, "P1", &["--to", &until], 3);
    assert_eq!((&first["records"], first["holds"].as_array().unwrap().len()), (&3.into(), 1), "{first}");
    let taken = by(&r, "en", &take("P1", "R1", &["--custodian", "min"])).ends(3).json();
    assert_eq!(taken["records"], 3);
    let lines = exported(&r, "en", "min", "E1");
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|l| l["body"] != LATER));
    let holds = r.run(&[&["hold", "list", "--json"][..], &AT].concat()).ends(0).json();
    let holds = holds["holds"].as_array().cloned().unwrap_or_else(|| holds.as_array().cloned().unwrap());
    assert_eq!((&holds[0]["case"], &holds[0]["custodians"][0]), (&"kommission".into(), &"min".into()));
    verified(&r);
    // the rest with all of it once more: what came before comes no second time
    given(&g, &r, "P2", &[], 3);
    by(&r, "en", &take("P2", "R2", &["--custodian", "min"])).ends(3);
    assert_eq!(bare(&exported(&r, "en", "min", "E2")), bare(&exported(&g, "en", "m", "E2")));
    verified(&r);
    // the giver keeps what a hold covers, whoever has it too
    carry(&r, "R2", &g, "R2");
    let finished = by(&g, "en", &["handover", "finish", "--json", "R2"]).ends(3).json();
    assert!(
        finished["request"].is_null() && finished["barred"].as_str().unwrap().contains("held by entry"),
        "{finished}"
    );
    verified(&g);
}

/// Nothing that a hand-over writes outside the two archives can be read.
#[test]
fn nothing_readable_lies_around() {
    let (g, r) = (giver(), receiver());
    given(&g, &r, "P", &[], 0);
    by(&r, "en", &take("P", "R", &[])).ends(0);
    let found = |place: &Place, name: &str, needle: &str| {
        let path = place.at(name);
        let all = if path.is_dir() { files(&path) } else { vec![path] };
        all.iter().any(|f: &std::path::PathBuf| contains(f, needle))
    };
    for name in ["P", "R", "A", "L"] {
        for needle in [TEXT, LATER, "+4520304050"] {
            assert!(!r.at(name).exists() || !found(&r, name, needle), "{name}");
        }
    }
    assert!(!found(&g, "K", TEXT) && !found(&r, "K", TEXT));
    // the needle is one that would be found
    assert!(found(&g, "copy.xml", TEXT) && found(&g, "copy.xml", LATER));
}

fn contains(file: &Path, needle: &str) -> bool {
    fs::read(file).unwrap().windows(needle.len()).any(|w| w == needle.as_bytes())
}
