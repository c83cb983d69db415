//! What operators with every right could write with a program of their own, and verifying with keys names: a restamp
//! that claims what the register does not give, a transfer that takes messages elsewhere than it says.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use access::{EraseBody, RestampBody};
use archive::{Archive, Aspect, Custody, Entry, Move, Moving, Operator, Transfer, Writer};
use chain::EntryType;
use jiff::civil::{Date, date};
use pipeline::ingest::{Ingest, ingest};
use pipeline::operators::{self, Grant};
use pipeline::register::{self, NewCustodian};
use pipeline::transfer::{self, NewTransfer};
use pipeline::verify::verify;
use pipeline::{Places, Progress, Sensitive, SourceOptions, restamp};
use policy::{AuthorityKind, Change, Mode, Policy, Post, Role};
use secrecy::SecretString;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn noon(day: Date) -> i64 {
    i64::from(date(1970, 1, 1).until(day).unwrap().get_days()) * DAY + DAY / 2
}

fn now() -> i64 {
    noon(date(2026, 3, 10))
}

fn secret(word: &str) -> SecretString {
    SecretString::from(word.to_owned())
}

struct Place {
    dir: tempfile::TempDir,
    places: Places,
}

fn role(post: Post) -> Role {
    Role { post, authority: AuthorityKind::Department, pay_grade: None }
}

/// Three employees with three messages each of January, and a second operator who may delete.
fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
    operators::init(&places, &secret("en"), "En", &Policy::default(), now()).unwrap();
    let place = Place { dir, places };
    let by = place.who("en");
    let operator = operators::add(&place.places, &by, "To", &secret("to"), now()).unwrap();
    let rights = ["admin", "delete"].map(str::to_owned).to_vec();
    let grant =
        Grant { operator, rights, custodians: Vec::new(), months: (None, None), from: None, to: None };
    operators::grant(&place.places, &by, &grant, now()).unwrap();
    for id in ["a", "b", "c"] {
        let custodian = NewCustodian {
            id: id.to_owned(),
            name: Sensitive::new("Nina Navn".to_owned()),
            role: role(Post::Employee),
            from: date(2020, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&place.places, &by, &custodian, now()).unwrap();
        place.take(id, id, 10);
    }
    place
}

impl Place {
    fn who(&self, word: &str) -> Operator {
        self.places.unlock(&secret(word)).unwrap()
    }

    /// Takes in three messages from a day of January on; gives the number of the run.
    fn take(&self, id: &str, whose: &str, first: i8) -> String {
        let rows: String = (first..first + 3)
            .map(|day| noon(date(2026, 1, day)))
            .map(|at| format!(r#"<sms address="+4520304050" date="{at}" type="1" body="{whose} {at}" />"#))
            .collect();
        let source = self.dir.path().join(format!("{id}{whose}.xml"));
        std::fs::write(&source, format!(r#"<?xml version="1.0"?><smses count="3">{rows}</smses>"#)).unwrap();
        let job = Ingest {
            places: self.places.clone(),
            custodian: id.to_owned(),
            sources: vec![source],
            options: SourceOptions::default(),
            copy_date: None,
            mode: Some(Mode::Off),
            contacts: None,
            journal: None,
            attest_device: false,
            now: now(),
        };
        ingest(&job, Progress::none()).unwrap().runs.remove(0).run.unwrap()
    }

    /// The same folders once more.
    fn copy(&self) -> Self {
        fn copy(from: &Path, to: &Path) {
            std::fs::create_dir_all(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                let (path, to) = (entry.path(), to.join(entry.file_name()));
                match path.is_dir() {
                    true => copy(&path, &to),
                    false => assert!(std::fs::copy(&path, &to).is_ok()),
                }
            }
        }
        let dir = tempfile::tempdir().unwrap();
        copy(self.dir.path(), dir.path());
        let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
        Self { dir, places }
    }

    fn writer(&self) -> Writer {
        Writer::open(&self.places.archive, &self.places.keys, u64::try_from(now()).unwrap()).unwrap()
    }

    /// What is wrong, with keys; without keys nothing is.
    fn wrong(&self) -> Vec<String> {
        let without = verify(&self.places, None, &[], Progress::none()).unwrap();
        assert!(without.broken.is_empty(), "{:?}", without.broken);
        let with = verify(&self.places, Some(&self.who("en")), &[], Progress::none()).unwrap();
        with.broken.into_iter().map(|b| b.what).collect()
    }

    /// Clear and sealed part of the newest entry of a type.
    fn newest(&self, kind: EntryType) -> (Vec<u8>, Vec<u8>) {
        let archive = Archive::open(&self.places.archive).unwrap();
        let by = self.who("en");
        let entry = archive.register(by.keys(), &[kind]).unwrap().pop().unwrap();
        (entry.clear, entry.plain.to_vec())
    }
}

fn plan(plain: &[u8]) -> [u8; 32] {
    chain::hash(&[&vault::tag("BA1.plan"), plain])
}

/// Restamps by an entry of one's own making.
fn restamped(place: &Place, details: &Value, longer: Vec<[u8; 16]>) -> Vec<String> {
    let place = place.copy();
    let plain = serde_json::to_vec(details).unwrap();
    let clear = RestampBody { plan: plan(&plain), longer, shorter: Vec::new() }.encode();
    let entry = Entry { kind: EntryType::Restamp, clear: &clear, plain: &plain };
    place.writer().append_approved(&place.who("en"), &entry, &[], &|_| Ok(())).unwrap();
    place.wrong()
}

#[test]
fn a_restamp_that_the_register_does_not_give() {
    let place = place();
    let by = place.who("en");
    let manager = Change::RoleAdded { role: role(Post::HeadOfDivision), from: date(2020, 1, 1), to: None };
    register::record(&place.places, &by, "a", manager, None, now()).unwrap();
    let before = place.copy();
    let asked = restamp::ask(&place.places, &by, None, "2026-1", now(), Progress::none()).unwrap();
    restamp::run(&place.places, &by, &asked.asked.unwrap().request, now()).unwrap();
    assert_eq!(place.wrong(), [""; 0], "the one that was asked for holds");
    let (clear, plain) = place.newest(EntryType::Restamp);
    let (body, details): (_, Value) =
        (RestampBody::decode(&clear).unwrap(), serde_json::from_slice(&plain).unwrap());
    assert_eq!(restamped(&before, &details, body.longer.clone()), [""; 0], "written here, it holds too");
    let changed = |at: &[&str], value: Value| {
        let mut other = details.clone();
        let place = at.iter().fold(&mut other["buckets"][0], |v, key| &mut v[*key]);
        assert_ne!(*place, value);
        *place = value;
        restamped(&before, &other, body.longer.clone())
    };
    for (at, value) in [
        (&["changed"][..], json!(2)),
        (&["records"], json!(2)),
        (&["after", "due"], json!("2051-01-12")),
        (&["before", "due"], json!("2030-01-12")),
    ] {
        assert_eq!(changed(at, value), ["the periods are not what the register gives"], "{at:?}");
    }
    // of a register that is not there, of a bucket that it does not name
    assert_eq!(changed(&["earlier"], json!(1)), ["the restamp is not the one that was asked for"]);
    let mut later = details.clone();
    later["register_version"] = json!(details["register_version"].as_u64().unwrap() + 1);
    assert_eq!(restamped(&before, &later, body.longer), ["the restamp is not the one that was asked for"]);
}

#[test]
fn a_restamp_that_hides_that_messages_are_due_earlier() {
    let place = place();
    let by = place.who("en");
    let left = Change::RoleAdded { role: role(Post::HeadOfDivision), from: date(2020, 1, 1), to: None };
    register::record(&place.places, &by, "a", left, None, now()).unwrap();
    let asked = restamp::ask(&place.places, &by, None, "2026-1", now(), Progress::none()).unwrap();
    restamp::run(&place.places, &by, &asked.asked.unwrap().request, now()).unwrap();
    let fact = register::list(&place.places, Some("a"), false).unwrap().remove(0).roles.pop().unwrap().fact;
    register::record(&place.places, &by, "a", Change::Corrected { of: fact, with: None }, None, now())
        .unwrap();
    // as if nothing were due earlier: then nobody else is asked
    let (clear, plain) = place.newest(EntryType::Restamp);
    let mut details: Value = serde_json::from_slice(&plain).unwrap();
    details["register_version"] = json!(details["register_version"].as_u64().unwrap() + 1);
    let (before, after) = (details["buckets"][0]["before"].clone(), details["buckets"][0]["after"].clone());
    details["buckets"][0]["before"] = after;
    details["buckets"][0]["after"] = before;
    let longer = RestampBody::decode(&clear).unwrap().longer;
    let wrong = restamped(&place, &details, longer);
    assert!(wrong.contains(&"makes messages due earlier, and does not say so".to_owned()), "{wrong:?}");
}

/// Carries out the transfer that was approved, with each record going where `to` says.
fn moved(place: &Place, (clear, plain): &(Vec<u8>, Vec<u8>), to: &dyn Fn(usize) -> usize) -> Vec<String> {
    let place = place.copy();
    let (by, second) = (place.who("en"), place.who("to"));
    let mut writer = place.writer();
    let body = EraseBody::decode(clear).unwrap();
    let act = chain::act_of(writer.archive().suite(), Some(EntryType::Transfer), clear).unwrap();
    let approvals = vec![chain::approve(writer.archive().id(), &act, &second.signer())];
    let sighting = |n: usize| writer.sighting(format!("moved {n}").as_bytes(), b"v", &Aspect::default());
    let moves = (0..body.records.len())
        .map(|n| Move { to: to(n), sighting: sighting(n), files: Vec::new() })
        .collect();
    let parts = [Moving { bucket: 0, body, moves, approvals, identities: Vec::new() }];
    let number = writer.archive().authority().epoch().unwrap().number;
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let custody = Custody { current: by.epoch(number).unwrap().unwrap(), keep: &keep, held: None };
    writer.transfer(&by, &Transfer { parts: &parts, plain }, &custody, &|_| Ok(())).unwrap();
    drop(writer);
    place.wrong()
}

#[test]
fn a_transfer_that_takes_messages_elsewhere() {
    let place = place();
    let run = place.take("a", "b", 20);
    let by = place.who("en");
    let new = NewTransfer {
        from: "a".to_owned(),
        to: "b".to_owned(),
        device: None,
        runs: vec![run],
        messages: Vec::new(),
        reason: "forkert person".to_owned(),
        decision: "2026-2".to_owned(),
    };
    pipeline::disposal::confirm_day(&place.places, &by, date(2026, 3, 10), now()).unwrap();
    let before = place.copy();
    let asked = transfer::ask(&place.places, &by, &new, now()).unwrap().asked.request;
    transfer::approve(&place.places, &place.who("to"), &asked, now()).unwrap();
    transfer::run(&place.places, &by, Some(&asked), &pipeline::disposal::Copies::default(), now()).unwrap();
    assert_eq!(place.wrong(), [""; 0], "the one that was approved holds");
    let entry = place.newest(EntryType::Transfer);
    // buckets stand in the order in which they were made: those of a, b and c
    assert_eq!(moved(&before, &entry, &|_| 1), [""; 0], "written here, it holds too");
    let wrong = moved(&before, &entry, &|n| if n == 1 { 2 } else { 1 });
    assert!(wrong.iter().any(|w| w.contains("moved into a bucket that is not its own")), "{wrong:?}");
    // what is sealed with it is another than was approved
    let (clear, plain) = &entry;
    let mut other: Value = serde_json::from_slice(plain).unwrap();
    other["to"] = json!("c");
    let other = (clear.clone(), serde_json::to_vec(&other).unwrap());
    let wrong = moved(&before, &other, &|_| 2);
    assert!(wrong.contains(&"the transfer is not the one that was approved".to_owned()), "{wrong:?}");
}
