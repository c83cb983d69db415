//! The drill: an archive that was made with one hash and is renewed to another. What was proved before stays proved,
//! everything that could be done before can be done after, and what was hashed again is held to it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use access::{DisposeBody, EraseBody, Lock, Rights};
use archive::{
    Archive, ArchiveError, Aspect, Content, Custody, Disposal, Erasing, Erasure, Founding, Holding, Novelty,
    Operator, Outcome, ToHold, Verified, Withheld, Writer, create, unlock, verify,
};
use chain::{Checkpoint, EntryType, Proof, Suite, TrustedKey, verifier_key};
use rusqlite::{Connection, params};
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

struct Place {
    dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
}

impl Place {
    fn writer(&self) -> Writer {
        Writer::open(&self.archive, &self.keys, 5_000).unwrap()
    }

    fn open(&self) -> Archive {
        Archive::open(&self.archive).unwrap()
    }

    fn who(&self, passphrase: &[u8]) -> Operator {
        unlock(&self.open(), &self.keys, passphrase, None).unwrap()
    }

    fn area(&self) -> Holding {
        Holding::open(&self.dir.path().join("holding"), &self.archive, &self.keys).unwrap()
    }

    fn check(&self, with_keys: bool, older: Option<&Checkpoint>) -> Verified {
        let operator = with_keys.then(|| self.who(b"kode"));
        verify(&self.archive, operator.as_ref(), older, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false))
            .unwrap()
    }

    #[track_caller]
    fn holds(&self, older: &[&Checkpoint]) {
        for older in older.iter().map(|note| Some(*note)).chain([None]) {
            assert_eq!(self.check(false, older).broken, []);
            let keyed = self.check(true, older);
            assert_eq!((keyed.broken, keyed.unopened), (vec![], 0));
        }
    }

    fn key(&self) -> TrustedKey {
        let (name, key) = self.open().job_key();
        TrustedKey::parse(&verifier_key(&name, &key)).unwrap()
    }

    /// A proof of the first record of a segment.
    fn proof(&self, entry: u64) -> String {
        let archive = self.open();
        let prover = archive.prover().unwrap();
        prover.segment(&self.who(b"kode"), entry).unwrap().proof(&[0], |group| group != 6).unwrap()
    }

    fn segments(&self) -> Vec<u64> {
        let mut all: Vec<u64> =
            self.open().belonging().unwrap().into_values().flat_map(|b| b.segments).collect();
        all.sort_unstable();
        all
    }

    fn renew(&self) -> Vec<u64> {
        let founder = self.who(b"kode");
        self.writer().renew(&founder, Suite::Sha3).unwrap()
    }
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

fn custody<'a>(
    place: &Place,
    keep: &'a dyn Fn(u32, &vault::KeyPair) -> Result<(), ArchiveError>,
) -> Custody<'a> {
    let founder = place.who(b"kode");
    let number = place.open().authority().epoch().unwrap().number;
    Custody { current: founder.epoch(number).unwrap().unwrap(), keep, held: None }
}

/// An archive with two buckets, attachments beside and in the database, and a second operator who may delete.
fn founded() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { archive: dir.path().join("archive"), keys: dir.path().join("keys"), dir };
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&place.archive, &place.keys, &founding).unwrap();
    let founder = place.who(b"kode");
    let mut writer = place.writer();
    let second = writer.add_operator(&founder, "Anden", Lock::Passphrase(b"anden", CHEAP)).unwrap();
    let rights = Rights::DELETE.with(Rights::REVIEW);
    writer.grant(&founder, second, rights, (None, None), b"*", &|_| true).unwrap();
    drop(writer);
    run(&place, 0, false);
    place
}

/// Forty messages from `first` on in two buckets; with `hold`, four more that a person must look at.
fn run(place: &Place, first: u32, hold: bool) {
    let area = place.area();
    let mut writer = place.writer();
    let mut run = writer.run(40, &|_| true).unwrap();
    for i in first..first + 40 {
        let text = format!("text {i}");
        let groups: archive::Groups<'_> = [b"core", text.as_bytes(), b"p", b"a", b"s", b"r", b"pr", b"v"];
        let sighting = run.sighting(&i.to_be_bytes(), b"v1", &Aspect::default());
        assert_eq!(run.novelty(&sighting), Novelty::New);
        let bucket = run.bucket(if i % 2 == 0 { b"even" } else { b"odd" }, &covers).unwrap();
        let sizes = [100 + i as usize, 70_000 + i as usize];
        let contents: Vec<Vec<u8>> = sizes
            .map(|size| vec![u8::try_from(i % 251).unwrap_or_default(); size])
            .into_iter()
            .filter(|_| i % 10 == 0)
            .collect();
        let digests: Vec<_> = contents.iter().map(|c| chain::hash(&[c])).collect();
        let mut readers: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        let mut attachments: Vec<Content<'_>> = readers
            .iter_mut()
            .zip(&digests)
            .map(|(bytes, sha256)| Content { sha256: *sha256, size: bytes.len() as u64, bytes })
            .collect();
        if hold && i % 10 == 0 {
            let message =
                ToHold { why: Withheld::Review, bucket, sighting: &sighting, groups: &groups, note: b"n" };
            run.hold(&area, &message, &mut attachments, &covers).unwrap();
            continue;
        }
        for content in &mut attachments {
            assert!(run.attachment(bucket, content).unwrap());
        }
        run.record(bucket, &sighting, &groups).unwrap();
    }
    run.commit(b"manifest").unwrap();
}

fn erase(place: &Place, entry: u64) {
    try_erase(place, entry).unwrap();
}

fn try_erase(place: &Place, entry: u64) -> Result<(), ArchiveError> {
    let archive = place.open();
    let bucket =
        archive.belonging().unwrap().into_iter().find(|(_, b)| b.segments.contains(&entry)).unwrap().0;
    let bucket = archive.buckets().iter().position(|b| b.id == bucket).unwrap();
    drop(archive);
    let founder = place.who(b"kode");
    let keep = |number, pair: &vault::KeyPair| place.who(b"kode").keep_epoch(number, pair);
    let custody = custody(place, &keep);
    let mut writer = place.writer();
    let body = EraseBody { plan: [7; 32], records: vec![(entry, 1)], blobs: vec![] };
    let act = chain::act_of(writer.archive().suite(), Some(EntryType::Erase), &body.encode()).unwrap();
    let approvals = vec![chain::approve(writer.archive().id(), &act, &place.who(b"anden").signer())];
    let parts = [Erasing { bucket, body, approvals, identities: vec![] }];
    let acts = writer.erase(&founder, &Erasure { parts: &parts, plain: b"why" }, &custody, &|_| Ok(()))?;
    writer.close(&place.who(b"kode"), acts[0], b"gone").map(|_| ())
}

fn settle(place: &Place) {
    let area = place.area();
    let mut writer = place.writer();
    let held = writer.archive().held_runs(writer.keys(), &area).unwrap().remove(0);
    let outcomes: Vec<_> = held.items.iter().map(|i| (i.slot, Outcome::Undecided)).collect();
    writer.settle(&area, &held, &outcomes).unwrap();
}

#[test]
fn the_drill() {
    let place = founded();
    // an erasure before: bodies that are already not those of their headers
    erase(&place, place.segments()[0]);
    run(&place, 100, true);
    let before = place.open().checkpoint().unwrap();
    // of the bucket that messages are held for
    let bucket = place.open().buckets()[0].id;
    let old_segment = place.open().belonging().unwrap()[&bucket].segments[1];
    let old_proof = place.proof(old_segment);
    place.holds(&[&before]);

    let entries = place.renew();
    assert_eq!(entries, [before.size]);
    let renewed = place.open().checkpoint().unwrap();
    assert_eq!(renewed.suite(place.open().id()), Some(Suite::Sha3));
    assert_eq!(place.open().suite_at(before.size), Some(Suite::Sha256));
    place.holds(&[&before, &renewed]);

    // what was proved before is proved still, and its checkpoint is of the log that was renewed
    let keys = [place.key()];
    let proof = Proof::parse(&old_proof).unwrap();
    assert_eq!(proof.verify(&keys).unwrap().checkpoint, &before);
    assert_eq!(place.open().apart_from(&before).unwrap(), None);
    // the same record, proved anew: by the new tree
    let again = place.proof(old_segment);
    assert_ne!(again, old_proof);
    let again = Proof::parse(&again).unwrap();
    assert_eq!(again.verify(&keys).unwrap().checkpoint, &renewed);

    // what is held is sealed to keys that an erasure would replace
    let held = try_erase(&place, old_segment).unwrap_err();
    assert!(matches!(held, ArchiveError::Refused(_)), "{held}");
    // everything goes on: held messages, new ones, erasure of old and new, disposal
    settle(&place);
    place.holds(&[&before, &renewed]);
    run(&place, 200, false);
    let newest = *place.segments().last().unwrap();
    assert!(Proof::parse(&place.proof(newest)).unwrap().verify(&keys).is_ok());
    erase(&place, old_segment);
    erase(&place, newest);
    place.holds(&[&before, &renewed]);
    dispose(&place);
    place.holds(&[&before, &renewed, &place.open().checkpoint().unwrap()]);
}

/// Disposes of the bucket that was made first.
fn dispose(place: &Place) {
    let bucket = place.open().buckets()[0].id;
    let body = DisposeBody { day: 20_000, plan: [9; 32], buckets: vec![bucket] };
    let act = chain::act_of(place.open().suite(), Some(EntryType::Dispose), &body.encode()).unwrap();
    let approval = chain::approve(place.open().id(), &act, &place.who(b"anden").signer());
    let keep = |number, pair: &vault::KeyPair| place.who(b"kode").keep_epoch(number, pair);
    let disposal = Disposal { body: &body, plain: b"{}", approvals: &[approval] };
    let founder = place.who(b"kode");
    let mut writer = place.writer();
    let act = writer.dispose(&founder, &disposal, &custody(place, &keep), &|_| Ok(())).unwrap();
    // between the act and its end nothing is renewed
    let unfinished = writer.renew(&founder, Suite::Sha3).unwrap_err();
    assert!(matches!(unfinished, ArchiveError::Refused(_)));
    writer.close(&founder, act, b"{}").unwrap();
}

#[test]
fn what_was_disposed_of_before_is_renewed_by_its_header() {
    let place = founded();
    dispose(&place);
    let before = place.open().checkpoint().unwrap();
    place.renew();
    run(&place, 300, false);
    place.holds(&[&before]);
}

#[test]
fn a_renewal_takes_an_administrator_whole_bodies_and_a_later_hash() {
    let place = founded();
    let (founder, second) = (place.who(b"kode"), place.who(b"anden"));
    let size = place.open().size();
    let refused = |who: &Operator, suite| place.writer().renew(who, suite).unwrap_err();
    assert!(matches!(refused(&second, Suite::Sha3), ArchiveError::NoRight("admin")));
    assert!(matches!(refused(&founder, Suite::Sha256), ArchiveError::Refused(_)));
    // one byte of an attachment beside the database
    let blob = std::fs::read_dir(place.archive.join("blobs")).unwrap().next().unwrap().unwrap().path();
    let right = std::fs::read(&blob).unwrap();
    let mut wrong = right.clone();
    wrong[5_000] ^= 1;
    std::fs::write(&blob, &wrong).unwrap();
    assert!(matches!(refused(&founder, Suite::Sha3), ArchiveError::Broken { .. }));
    std::fs::write(&blob, &right).unwrap();
    assert_eq!(place.open().size(), size);
    place.holds(&[]);
    place.renew();
    assert!(matches!(refused(&founder, Suite::Sha3), ArchiveError::Refused(_)));
    place.holds(&[]);
}

#[test]
fn no_byte_of_a_renewal_changes_unnoticed() {
    let place = founded();
    let entry = i64::try_from(place.renew()[0]).unwrap();
    let db = Connection::open(place.archive.join("archive.db")).unwrap();
    let mut tried = 0;
    for column in ["header", "signatures", "body"] {
        let select = format!("SELECT {column} FROM entries WHERE idx = ?1");
        let update = format!("UPDATE entries SET {column} = ?1 WHERE idx = ?2");
        let right: Vec<u8> = db.query_row(&select, [entry], |row| row.get(0)).unwrap();
        for at in (0..right.len()).step_by(if column == "body" { 11 } else { 3 }) {
            let mut wrong = right.clone();
            wrong[at] ^= 1 << (at % 8);
            db.execute(&update, params![wrong, entry]).unwrap();
            assert!(!place.check(false, None).broken.is_empty(), "{column} {at}");
            tried += 1;
        }
        db.execute(&update, params![right, entry]).unwrap();
    }
    assert!(tried > 150, "{tried}");
    place.holds(&[]);
    // nor can the state be passed off as one of another hash
    let note: String = db
        .query_row("SELECT cast(value AS TEXT) FROM state WHERE name = 'checkpoint'", [], |r| r.get(0))
        .unwrap();
    for bad in [note.replace("/sha3-256\n", "\n"), note.replace("sha3-256", "sha-256")] {
        assert_ne!(bad, note);
        db.execute("UPDATE state SET value = ?1 WHERE name = 'checkpoint'", [bad.as_bytes()]).unwrap();
        assert!(!place.check(false, None).broken.is_empty());
    }
}

#[test]
fn a_log_that_was_not_renewed_has_no_state_of_another_hash() {
    let place = founded();
    let id = *place.open().id();
    let leaves: Vec<_> = {
        let db = Connection::open(place.archive.join("archive.db")).unwrap();
        let mut statement = db.prepare("SELECT header FROM entries ORDER BY idx").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.map(|header| chain::leaf_hash(Suite::Sha3, &header.unwrap())).collect()
    };
    // as whoever holds the job's key could sign it
    let seed = std::fs::read(place.keys.join("ingest/signing")).unwrap().try_into().unwrap();
    let root = chain::root_of(Suite::Sha3, &leaves);
    let mut note = Checkpoint::new(chain::origin_of(&id, Suite::Sha3), leaves.len() as u64, root);
    note.sign(&chain::job_name(&id), &chain::Signer::from_seed(&seed));
    assert!(place.open().apart_from(&note).unwrap().is_some());
    assert_eq!(place.check(false, Some(&note)).broken.len(), 1);
    let db = Connection::open(place.archive.join("archive.db")).unwrap();
    db.execute("UPDATE state SET value = ?1 WHERE name = 'checkpoint'", [note.to_text().as_bytes()]).unwrap();
    assert!(!place.check(false, None).broken.is_empty());
}

#[test]
fn buckets_are_sealed_anew_and_what_was_proved_stays_proved() {
    for (bodies, renewed) in [(false, false), (true, false), (true, true)] {
        let place = founded();
        if renewed {
            place.renew();
        }
        let before = place.open().checkpoint().unwrap();
        let entry = place.segments()[0];
        let proof = place.proof(entry);
        let publics =
            || place.open().buckets().iter().map(|b| b.public.as_bytes().to_vec()).collect::<Vec<_>>();
        let old_publics = publics();
        let founder = place.who(b"kode");
        let old_pair = founder.bucket(&place.open().buckets()[0].id).unwrap().unwrap();
        let keep = |number, pair: &vault::KeyPair| place.who(b"kode").keep_epoch(number, pair);
        let second = place.who(b"anden");
        let refused = place.writer().reseal(&second, &[0], bodies, &custody(&place, &keep)).unwrap_err();
        assert!(matches!(refused, ArchiveError::NoRight("admin")));
        let done = place.writer().reseal(&founder, &[0, 1, 0], bodies, &custody(&place, &keep)).unwrap();
        assert_eq!((done.buckets, done.segments), (2, if bodies { 2 } else { 0 }));
        assert_eq!(done.wraps, if bodies { 8 } else { 10 });
        place.holds(&[&before]);
        // every key is another, and what the old one is wrapped in is gone
        let new_publics = publics();
        assert!(old_publics.iter().all(|old| !new_publics.contains(old)));
        let founder = place.who(b"kode");
        let pair = founder.bucket(&place.open().buckets()[0].id).unwrap().unwrap();
        assert_ne!(pair.public().as_bytes(), old_pair.public().as_bytes());
        assert!(Proof::parse(&proof).unwrap().verify(&[place.key()]).is_ok());
        assert!(Proof::parse(&place.proof(entry)).unwrap().verify(&[place.key()]).is_ok());
        run(&place, 500, true);
        place.holds(&[&before]);
        let held =
            place.writer().reseal(&place.who(b"kode"), &[0], bodies, &custody(&place, &keep)).unwrap_err();
        assert!(matches!(held, ArchiveError::Refused(_)), "what waits is sealed to the key that would go");
    }
}
