//! Disposal from approval to the closing entry: what goes is nowhere any more, what stays is whole, and a
//! machine that stops behind any step leaves an archive that the next writer completes.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use access::{DisposeBody, EraseBody, KeyStore, Lock, OperatorId, Rights};
use archive::{
    Archive, ArchiveError, Custody, Disposal, Erasing, Erasure, Founding, Novelty, Operator, Step, Verified,
    Writer, create, unlock, verify,
};
use chain::{Approval, EntryType};
use rusqlite::Connection;
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

struct Place {
    _dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
}

/// An archive with a second operator who may delete and a third who may read one bucket.
fn founded() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { archive: dir.path().join("archive"), keys: dir.path().join("keys"), _dir: dir };
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&place.archive, &place.keys, &founding).unwrap();
    let founder = place.who(b"kode");
    let mut writer = place.writer();
    let second = writer.add_operator(&founder, "Anden", Lock::Passphrase(b"anden", CHEAP)).unwrap();
    writer.grant(&founder, second, Rights::DELETE, (None, None), b"*", &|_| true).unwrap();
    let reader = writer.add_operator(&founder, "Kontrol", Lock::Passphrase(b"tredje", CHEAP)).unwrap();
    writer.grant(&founder, reader, Rights::QUERY, (None, None), b"odd", &|l| l == b"odd").unwrap();
    drop(writer);
    run(&place, 400);
    place
}

impl Place {
    fn writer(&self) -> Writer {
        Writer::open(&self.archive, &self.keys, 5_000).unwrap()
    }

    fn who(&self, passphrase: &[u8]) -> Operator {
        unlock(&Archive::open(&self.archive).unwrap(), &self.keys, passphrase, None).unwrap()
    }

    fn copy(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(&self.archive, &dir.path().join("archive"));
        copy(&self.keys, &dir.path().join("keys"));
        Self { archive: dir.path().join("archive"), keys: dir.path().join("keys"), _dir: dir }
    }

    fn check(&self, with_keys: bool) -> Verified {
        let operator = with_keys.then(|| self.who(b"kode"));
        let stop = AtomicBool::new(false);
        verify(&self.archive, operator.as_ref(), None, &|_| Vec::new(), &|_| {}, &stop).unwrap()
    }

    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.check(false).broken, []);
        assert_eq!(self.check(true).broken, []);
    }

    fn size(&self) -> u64 {
        Archive::open(&self.archive).unwrap().size()
    }

    /// Bodies and wraps of what is of a bucket, as they are stored.
    fn stored(&self, bucket: &[u8; 16]) -> Vec<Vec<u8>> {
        let db = Connection::open(self.archive.join("archive.db")).unwrap();
        let sql = "SELECT idx, body FROM entries WHERE substr(header, 89, 16) = ?1 AND \
                   substr(header, 5, 1) IN (x'0a', x'0b')";
        let mut statement = db.prepare(sql).unwrap();
        let rows =
            statement.query_map([bucket], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Option<Vec<u8>>>(1)?)));
        let body = |(idx, body): (i64, Option<Vec<u8>>)| {
            body.unwrap_or_else(|| std::fs::read(self.archive.join(format!("blobs/{idx:016x}"))).unwrap())
        };
        let mut all: Vec<Vec<u8>> = rows.unwrap().map(|r| body(r.unwrap())).collect();
        let mut lists = db.prepare("SELECT delta FROM dedup WHERE bucket = ?1").unwrap();
        all.extend(lists.query_map([bucket], |r| r.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap));
        for entry in std::fs::read_dir(self.keys.join(KeyStore::bucket(bucket))).unwrap() {
            all.push(std::fs::read(entry.unwrap().path()).unwrap());
        }
        all
    }

    /// How many of some byte strings are found anywhere in the files of archive and key store: every piece of 24
    /// bytes of each is looked for.
    fn found(&self, needles: &[Vec<u8>]) -> usize {
        let mut hay = Vec::new();
        bytes(&self.archive, &mut hay);
        bytes(&self.keys, &mut hay);
        let pieces: std::collections::HashSet<&[u8]> = hay.windows(24).collect();
        let is_found = |n: &&Vec<u8>| n.chunks_exact(24).any(|piece| pieces.contains(piece));
        needles.iter().filter(is_found).count()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn bytes(path: &Path, out: &mut Vec<u8>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { bytes(&path, out) } else { out.extend(std::fs::read(path).unwrap()) }
    }
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

/// Records of every message in two buckets, an attachment in the database and one beside it in each.
fn run(place: &Place, n: u32) -> u64 {
    let mut writer = place.writer();
    let mut run = writer.run(u64::from(n), &|_| true).unwrap();
    for i in 0..n {
        let sighting = run.sighting(&i.to_be_bytes(), b"v1", &archive::Aspect::default());
        if run.novelty(&sighting) != Novelty::New {
            continue;
        }
        let bucket = run.bucket(if i % 2 == 0 { b"even" } else { b"odd" }, &covers).unwrap();
        let text = format!("{} {i}", "tekst".repeat(usize::try_from(i % 50).unwrap()));
        let groups: [&[u8]; 8] = [b"core", text.as_bytes(), b"p", b"", b"s", b"", b"prov", b"v"];
        run.record(bucket, &sighting, &groups).unwrap();
    }
    for label in [b"even".as_slice(), b"odd"] {
        let bucket = run.bucket(label, &covers).unwrap();
        for size in [1000, 200_000_usize] {
            let content: Vec<u8> = (0..size).map(|i| label[0] ^ u8::try_from(i % 251).unwrap()).collect();
            let (sha256, mut bytes) = (chain::hash(&[&content]), &content[..]);
            let mut content = archive::Content { sha256, size: size as u64, bytes: &mut bytes };
            run.attachment(bucket, &mut content).unwrap();
        }
    }
    run.commit(b"manifest").unwrap().entries
}

fn body_of(buckets: Vec<[u8; 16]>) -> DisposeBody {
    DisposeBody { day: 9_000, plan: [7; 32], buckets }
}

fn approval(place: &Place, by: &Operator, body: &DisposeBody) -> Approval {
    let act = chain::act_of(chain::Suite::Sha256, Some(EntryType::Dispose), &body.encode()).unwrap();
    chain::approve(Archive::open(&place.archive).unwrap().id(), &act, &by.signer())
}

/// Disposes of the first bucket; the machine stops behind `stop`.
fn dispose(place: &Place, stop: Option<Step>) -> Result<u64, ArchiveError> {
    let (founder, second) = (place.who(b"kode"), place.who(b"anden"));
    let bucket = Archive::open(&place.archive).unwrap().buckets()[0].id;
    let body = body_of(vec![bucket]);
    let approvals = [approval(place, &second, &body)];
    let mut writer = place.writer();
    if let Some(step) = stop {
        writer.stop_behind(step);
    }
    let number = writer.archive().authority().epoch().unwrap().number;
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(number).unwrap().unwrap(), keep: &keep, held: None };
    let disposal = Disposal { body: &body, plain: b"plan", approvals: &approvals };
    writer.dispose(&founder, &disposal, &custody, &|_| Ok(()))
}

fn close(place: &Place) -> usize {
    let founder = place.who(b"kode");
    let mut writer = place.writer();
    let unfinished = writer.unfinished();
    for act in &unfinished {
        writer.close(&founder, *act, b"done").unwrap();
    }
    unfinished.len()
}

fn records(place: &Place, passphrase: &[u8], bucket: usize) -> Result<usize, ArchiveError> {
    let mut n = 0;
    let operator = place.who(passphrase);
    let archive = Archive::open(&place.archive).unwrap();
    archive.records(&operator, bucket, &mut |_| {
        n += 1;
        Ok(())
    })?;
    Ok(n)
}

#[test]
fn what_is_disposed_of_is_nowhere_any_more() {
    let place = founded();
    let buckets: Vec<[u8; 16]> =
        Archive::open(&place.archive).unwrap().buckets().iter().map(|b| b.id).collect();
    let (goes, stays) = (place.stored(&buckets[0]), place.stored(&buckets[1]));
    assert!(goes.len() >= 6 && place.found(&goes) == goes.len(), "the search finds what is there");
    let before = place.copy();
    dispose(&place, None).unwrap();
    assert_eq!(place.found(&goes), 0);
    assert_eq!(close(&place), 1);
    assert_eq!(place.found(&goes), 0);
    // what stays is what it was, but for its wraps
    let wraps = 3;
    assert_eq!(place.found(&stays), stays.len() - wraps);
    place.holds();
    let verified = place.check(true);
    assert_eq!((verified.records, verified.attachments), (200, 2));
    assert_eq!((verified.disposed, verified.unopened), (1, 0));
    assert_eq!(records(&place, b"kode", 1).unwrap(), 200);
    assert_eq!(records(&place, b"tredje", 1).unwrap(), 200, "who could read one bucket still can");
    assert!(records(&place, b"kode", 0).is_err());
    // a message that comes back finds nothing known and no bucket
    assert!(run(&place, 400) > 1);
    place.holds();
    assert_eq!(Archive::open(&place.archive).unwrap().buckets().len(), 3);

    // yesterday's copy of both folders opens it: what is pending until that copy is gone
    assert_eq!(records(&before, b"kode", 0).unwrap(), 200);
    // yesterday's wraps, and the keys of today: nothing
    let mixed = before.copy();
    std::fs::remove_dir_all(&mixed.keys).unwrap();
    copy(&place.keys, &mixed.keys);
    let (old, new) = (before.keys.join("buckets"), mixed.keys.join("buckets"));
    copy(&old, &new);
    assert!(new.join(chain::hex(&buckets[0])).join("epoch-1").is_file());
    let founder = unlock(&Archive::open(&mixed.archive).unwrap(), &mixed.keys, b"kode", None).unwrap();
    assert!(founder.epoch(1).unwrap().is_none());
    assert!(founder.bucket(&buckets[0]).unwrap().is_none());
}

#[test]
fn a_stop_behind_any_step_is_completed_and_never_undone() {
    for step in Step::ALL {
        let place = founded();
        let bucket = Archive::open(&place.archive).unwrap().buckets()[0].id;
        let goes = place.stored(&bucket);
        let size = place.size();
        assert!(dispose(&place, Some(step)).is_err(), "{step:?}");
        place.holds();
        let done = step >= Step::Entry;
        assert_eq!(place.size() > size, done, "{step:?}");
        // the next writer, who knows no passphrase
        drop(place.writer());
        place.holds();
        assert_eq!(place.found(&goes), if done { 0 } else { goes.len() }, "{step:?}");
        assert_eq!(close(&place), usize::from(done));
        assert_eq!(close(&place), 0);
        place.holds();
        if !done {
            assert_eq!(records(&place, b"kode", 0).unwrap(), 200);
            assert!(!place.keys.join("epoch/2").exists(), "what was prepared is swept");
            dispose(&place, None).unwrap();
            assert_eq!((place.found(&goes), close(&place)), (0, 1));
            place.holds();
        }
        assert!(place.keys.join("epoch/2").exists() && !place.keys.join("epoch/1").exists());
        assert_eq!(records(&place, b"tredje", 1).unwrap(), 200);
    }
}

#[test]
fn two_persons_approve_exactly_this() {
    let place = founded();
    let (founder, second, reader) = (place.who(b"kode"), place.who(b"anden"), place.who(b"tredje"));
    let buckets: Vec<[u8; 16]> =
        Archive::open(&place.archive).unwrap().buckets().iter().map(|b| b.id).collect();
    let mut sorted = buckets.clone();
    sorted.sort_unstable();
    let (body, other) = (body_of(vec![buckets[0]]), body_of(sorted));
    let size = place.size();
    let attempt = |by: &Operator, approvals: &[Approval], recheck: archive::Recheck<'_>| {
        let mut writer = place.writer();
        let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
        let number = writer.archive().authority().epoch().unwrap().number;
        let custody = Custody { current: founder.epoch(number).unwrap().unwrap(), keep: &keep, held: None };
        let disposal = Disposal { body: &body, plain: b"plan", approvals };
        writer.dispose(by, &disposal, &custody, recheck).err()
    };
    let fine: archive::Recheck<'_> = &|_| Ok(());
    let of = |by: &Operator, body: &DisposeBody| approval(&place, by, body);
    assert!(matches!(attempt(&founder, &[], fine), Some(ArchiveError::OnePerson)));
    assert!(matches!(attempt(&founder, &[of(&founder, &body)], fine), Some(ArchiveError::OnePerson)));
    assert!(matches!(attempt(&founder, &[of(&second, &other)], fine), Some(ArchiveError::OnePerson)));
    assert!(matches!(attempt(&founder, &[of(&reader, &body)], fine), Some(ArchiveError::NoRight("delete"))));
    assert!(matches!(attempt(&second, &[of(&founder, &body)], fine), Some(ArchiveError::NoRight("admin"))));
    // what is asked inside the transaction stands in the way of all of it
    let asked = std::cell::Cell::new(0);
    let refuse: archive::Recheck<'_> = &|_| {
        asked.set(asked.get() + 1);
        if asked.get() == 2 { Err(ArchiveError::Refused("held".to_owned())) } else { Ok(()) }
    };
    assert!(matches!(attempt(&founder, &[of(&second, &body)], refuse), Some(ArchiveError::Refused(_))));
    assert_eq!((asked.get(), place.size()), (2, size));
    drop(place.writer());
    place.holds();
    assert_eq!(records(&place, b"kode", 0).unwrap(), 200);
    assert!(attempt(&founder, &[of(&second, &body)], fine).is_none());
    // a bucket goes once
    assert!(attempt(&founder, &[of(&second, &body)], fine).is_some());
}

#[test]
fn what_is_missing_without_an_entry_is_found() {
    let place = founded();
    dispose(&place, None).unwrap();
    close(&place);
    place.holds();
    let archive = Archive::open(&place.archive).unwrap();
    let (gone, there) = (archive.buckets()[0].id, archive.buckets()[1].id);
    drop(archive);
    let broken = |place: &Place| !place.check(false).broken.is_empty();
    let sql = |place: &Place, text: &str, bucket: &[u8; 16]| {
        let db = Connection::open(place.archive.join("archive.db")).unwrap();
        assert!(db.execute(text, [bucket]).unwrap() > 0);
    };
    let segments = "substr(header, 5, 1) = x'0a' AND substr(header, 89, 16) = ?1";
    let changed = place.copy();
    sql(&changed, &format!("UPDATE entries SET body = NULL WHERE {segments}"), &there);
    assert!(broken(&changed));
    let changed = place.copy();
    sql(&changed, &format!("UPDATE entries SET body = x'00' WHERE {segments}"), &gone);
    assert!(broken(&changed), "what was disposed of must not be there");
    // the wrap of a bucket that is there
    let changed = place.copy();
    std::fs::remove_dir_all(changed.keys.join(KeyStore::bucket(&there))).unwrap();
    assert!(!broken(&changed));
    assert_eq!(changed.check(true).broken.len(), 1);
}

#[test]
fn an_epoch_is_rotated_by_itself() {
    let place = founded();
    let founder = place.who(b"kode");
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(1).unwrap().unwrap(), keep: &keep, held: None };
    assert_eq!(place.writer().rotate(&founder, &custody).unwrap(), 2);
    place.holds();
    assert_eq!(records(&place, b"kode", 0).unwrap() + records(&place, b"kode", 1).unwrap(), 400);
    assert!(founder.epoch(1).unwrap().is_none() && founder.epoch(2).unwrap().is_some());
    let other: OperatorId = place.who(b"tredje").id();
    let wrap = |bucket: usize, epoch: u32| {
        let archive = Archive::open(&place.archive).unwrap();
        place.keys.join(KeyStore::bucket_operator(&archive.buckets()[bucket].id, &other, epoch)).exists()
    };
    assert!(wrap(1, 2) && !wrap(1, 1) && !wrap(0, 2), "a grant covers what it covered");
    run(&place, 600);
    place.holds();
    assert_eq!(records(&place, b"tredje", 1).unwrap(), 300);
}

/// Erases the second record of the first bucket and its large attachment; the machine stops behind `stop`.
fn erase(place: &Place, stop: Option<Step>) -> Result<u64, ArchiveError> {
    let (founder, second) = (place.who(b"kode"), place.who(b"anden"));
    let mut writer = place.writer();
    if let Some(step) = stop {
        writer.stop_behind(step);
    }
    let id = writer.archive().buckets()[0].id;
    let belonging = writer.archive().belonging().unwrap();
    let of = &belonging[&id];
    let identities = vec![2_u32.to_be_bytes().to_vec(), b"nobody".to_vec()];
    assert_eq!(writer.known(0, &identities).unwrap(), [true, false]);
    let body = EraseBody {
        plan: [7; 32],
        records: vec![(of.segments[0], 1)],
        blobs: vec![*of.blobs.last().unwrap()],
    };
    let act = chain::act_of(chain::Suite::Sha256, Some(EntryType::Erase), &body.encode()).unwrap();
    let approve = |by: &Operator| chain::approve(writer.archive().id(), &act, &by.signer());
    let part = |by: &Operator| {
        let (body, identities) = (body.clone(), identities[..1].to_vec());
        [Erasing { bucket: 0, body, approvals: vec![approve(by)], identities }]
    };
    let (alone, both) = (part(&founder), part(&second));
    let number = writer.archive().authority().epoch().unwrap().number;
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(number).unwrap().unwrap(), keep: &keep, held: None };
    let erasure = |parts| Erasure { parts, plain: b"why" };
    let one = writer.erase(&founder, &erasure(&alone), &custody, &|_| Ok(()));
    assert!(matches!(one, Err(ArchiveError::OnePerson)));
    let held: archive::Recheck<'_> = &|_| Err(ArchiveError::Refused("held".to_owned()));
    let refused = writer.erase(&founder, &erasure(&both), &custody, held);
    assert!(matches!(refused, Err(ArchiveError::Refused(_))));
    writer.erase(&founder, &erasure(&both), &custody, &|_| Ok(())).map(|entries| entries[0])
}

#[test]
fn one_record_is_erased_and_the_others_are_proved() {
    for step in [None, Some(Step::NewKeys), Some(Step::Entry), Some(Step::KeysGone), Some(Step::BodiesGone)] {
        let place = founded();
        let before = place.copy();
        let archive = Archive::open(&place.archive).unwrap();
        let id = archive.buckets()[0].id;
        let entry = archive.belonging().unwrap()[&id].segments[0];
        let segment: Vec<u8> = Connection::open(place.archive.join("archive.db"))
            .unwrap()
            .query_row("SELECT body FROM entries WHERE idx = ?1", [i64::try_from(entry).unwrap()], |r| {
                r.get(0)
            })
            .unwrap();
        assert_eq!(place.found(std::slice::from_ref(&segment)), 1);
        let (founder, key) = (place.who(b"kode"), archive.job_key());
        let prove = |archive: &Archive, founder: &Operator, at: u32| {
            archive.prover().unwrap().segment(founder, entry).unwrap().proof(&[at], |group| group == 2)
        };
        let old_proof = prove(&archive, &founder, 1).unwrap();
        drop(archive);
        assert_eq!(erase(&place, step).is_err(), step.is_some());
        let done = step.is_none_or(|step| step >= Step::Entry);
        place.holds();
        drop(place.writer());
        place.holds();
        assert_eq!(close(&place), usize::from(done));
        place.holds();
        let verified = place.check(true);
        let expected = if done { (399, 3, 1) } else { (400, 4, 0) };
        assert_eq!((verified.records, verified.attachments, verified.erased), expected, "{step:?}");
        if !done {
            continue;
        }
        // the segment as it was is nowhere, and what stays of it is proved
        assert_eq!(place.found(&[segment]), 0);
        let archive = Archive::open(&place.archive).unwrap();
        let founder = place.who(b"kode");
        let trusted = chain::TrustedKey::parse(&chain::verifier_key(&key.0, &key.1)).unwrap();
        for at in [0, 2, 199] {
            let proof = chain::Proof::parse(&prove(&archive, &founder, at).unwrap()).unwrap();
            assert!(proof.verify(std::slice::from_ref(&trusted)).is_ok());
        }
        assert!(prove(&archive, &founder, 1).is_err());
        assert!(chain::Proof::parse(&old_proof).unwrap().verify(std::slice::from_ref(&trusted)).is_ok());
        assert_eq!(archive.contents(&founder, 0).unwrap().len(), 1);
        for (_, blob) in archive.contents(&founder, 0).unwrap() {
            archive.content(&founder, blob, &mut std::io::sink()).unwrap();
        }
        // the old ciphertext opens with no key of today; a whole copy of yesterday still does
        assert_eq!(records(&before, b"kode", 0).unwrap(), 200);
        let old = Archive::open(&before.archive).unwrap();
        assert!(old.records(&founder, 0, &mut |_| Ok(())).is_err());
        // it does not come back, the others are known
        run(&place, 400);
        assert_eq!(place.check(true).records, 399);
        // and again: another record of the same segment, then the whole bucket
        let writer = place.writer();
        assert_eq!(writer.known(0, &[2_u32.to_be_bytes().to_vec()]).unwrap(), [false]);
        drop(writer);
        dispose(&place, None).unwrap();
        assert_eq!(close(&place), 1);
        place.holds();
        assert_eq!(place.check(true).records, 200);
    }
}

/// Moves the second record of the first bucket, with its large attachment, to a bucket of another label; the machine
/// stops behind `stop`.
fn transfer(place: &Place, stop: Option<Step>) -> Result<u64, ArchiveError> {
    let (founder, second) = (place.who(b"kode"), place.who(b"anden"));
    let mut writer = place.writer();
    let to = writer.buckets_of(&[b"right".to_vec()], &covers).unwrap()[0];
    if let Some(step) = stop {
        writer.stop_behind(step);
    }
    let id = writer.archive().buckets()[0].id;
    let belonging = writer.archive().belonging().unwrap();
    let blob = *belonging[&id].blobs.last().unwrap();
    let contents = writer.archive().contents(&founder, 0).unwrap();
    let file = contents.iter().find(|(_, entry)| *entry == blob).unwrap().0;
    let body = EraseBody { plan: [7; 32], records: vec![(belonging[&id].segments[0], 1)], blobs: vec![blob] };
    let act = chain::act_of(chain::Suite::Sha256, Some(EntryType::Transfer), &body.encode()).unwrap();
    let approve = |by: &Operator| chain::approve(writer.archive().id(), &act, &by.signer());
    let sighting = writer.sighting(b"moved", b"v1", &archive::Aspect::default());
    let part = |by: &Operator| {
        let moves = vec![archive::Move { to, sighting, files: vec![file] }];
        let identities = vec![2_u32.to_be_bytes().to_vec()];
        [archive::Moving { bucket: 0, body: body.clone(), moves, approvals: vec![approve(by)], identities }]
    };
    let (alone, both) = (part(&founder), part(&second));
    let number = writer.archive().authority().epoch().unwrap().number;
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(number).unwrap().unwrap(), keep: &keep, held: None };
    let of = |parts| archive::Transfer { parts, plain: b"why" };
    let one = writer.transfer(&founder, &of(&alone), &custody, &|_| Ok(()));
    assert!(matches!(one, Err(ArchiveError::OnePerson)));
    writer.transfer(&founder, &of(&both), &custody, &|_| Ok(())).map(|entries| entries[0])
}

#[test]
fn one_record_moves_and_is_the_same() {
    for step in [None, Some(Step::NewKeys), Some(Step::Entry), Some(Step::KeysGone), Some(Step::BodiesGone)] {
        let place = founded();
        let (founder, second) = (place.who(b"kode"), place.who(b"anden").id());
        let both = Rights(Rights::DELETE.0 | Rights::ADMIN.0);
        place.writer().grant(&founder, second, both, (None, None), b"*", &|_| true).unwrap();
        let archive = Archive::open(&place.archive).unwrap();
        let (id, founder) = (archive.buckets()[0].id, place.who(b"kode"));
        let (entry, key) = (archive.belonging().unwrap()[&id].segments[0], archive.job_key());
        let old_proof =
            archive.prover().unwrap().segment(&founder, entry).unwrap().proof(&[1], |g| g == 2).unwrap();
        let mut before = Vec::new();
        archive
            .records(&founder, 0, &mut |r| {
                if r.place == 1 {
                    before = r.groups.concat();
                    before.extend_from_slice(&r.seed);
                }
                Ok(())
            })
            .unwrap();
        drop(archive);
        let segment: Vec<u8> = Connection::open(place.archive.join("archive.db"))
            .unwrap()
            .query_row("SELECT body FROM entries WHERE idx = ?1", [i64::try_from(entry).unwrap()], |r| {
                r.get(0)
            })
            .unwrap();
        assert_eq!(place.found(std::slice::from_ref(&segment)), 1);
        let done = step.is_none_or(|step| step >= Step::Entry);
        let done_now = transfer(&place, step);
        assert_eq!(done_now.is_err(), step.is_some(), "{done_now:?}");
        place.holds();
        drop(place.writer());
        place.holds();
        assert_eq!(close(&place), usize::from(done));
        place.holds();
        let verified = place.check(true);
        let expected = if done { (400, 4, 1) } else { (400, 4, 0) };
        assert_eq!((verified.records, verified.attachments, verified.erased), expected, "{step:?}");
        let founder = place.who(b"kode");
        let archive = Archive::open(&place.archive).unwrap();
        if !done {
            assert_eq!(records(&place, b"kode", 0).unwrap(), 200);
            continue;
        }
        // the segment as it was is nowhere
        assert_eq!(place.found(&[segment]), 0);
        let mut after = Vec::new();
        let mut moved = 0;
        archive
            .records(&founder, 2, &mut |r| {
                after = r.groups.concat();
                after.extend_from_slice(&r.seed);
                moved = r.entry;
                Ok(())
            })
            .unwrap();
        assert!(!before.is_empty() && before == after, "salts and groups are the same");
        assert_eq!(archive.contents(&founder, 2).unwrap().len(), 1);
        for (_, blob) in archive.contents(&founder, 2).unwrap() {
            assert_eq!(archive.content(&founder, blob, &mut std::io::sink()).unwrap(), 200_000);
        }
        assert_eq!(records(&place, b"kode", 0).unwrap(), 199);
        // who may read the one bucket only reads neither
        assert!(records(&place, b"tredje", 2).is_err());
        let trusted = chain::TrustedKey::parse(&chain::verifier_key(&key.0, &key.1)).unwrap();
        let new_proof =
            archive.prover().unwrap().segment(&founder, moved).unwrap().proof(&[0], |g| g == 2).unwrap();
        for proof in [old_proof, new_proof] {
            assert!(chain::Proof::parse(&proof).unwrap().verify(std::slice::from_ref(&trusted)).is_ok());
        }
        // it does not come back where it was, and is known where it is
        let writer = place.writer();
        assert_eq!(writer.known(2, &[b"moved".to_vec()]).unwrap(), [true]);
        assert_eq!(writer.known(0, &[2_u32.to_be_bytes().to_vec()]).unwrap(), [false]);
        drop(writer);
        run(&place, 400);
        assert_eq!(place.check(true).records, 400);
    }
}

/// Ten thousand buckets: `cargo test --release -p archive --test disposal -- --ignored --nocapture`.
#[test]
#[ignore = "takes a minute to prepare"]
fn ten_thousand_buckets() {
    use std::io::Write;
    let place = founded();
    let mut writer = place.writer();
    let mut run = writer.run(10_000, &|_| true).unwrap();
    for i in 0..10_000_u32 {
        let sighting = run.sighting(format!("many {i}").as_bytes(), b"v1", &archive::Aspect::default());
        let bucket = run.bucket(&i.to_be_bytes(), &covers).unwrap();
        run.record(bucket, &sighting, &[b"x"; 8]).unwrap();
    }
    run.commit(b"manifest").unwrap();
    drop(writer);
    let (founder, second) = (place.who(b"kode"), place.who(b"anden"));
    let mut buckets: Vec<[u8; 16]> =
        Archive::open(&place.archive).unwrap().buckets().iter().skip(2).map(|b| b.id).collect();
    buckets.sort_unstable();
    let body = body_of(buckets);
    let approvals = [approval(&place, &second, &body)];
    let started = std::time::Instant::now();
    let mut writer = place.writer();
    let opened = started.elapsed();
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(1).unwrap().unwrap(), keep: &keep, held: None };
    let disposal = Disposal { body: &body, plain: b"plan", approvals: &approvals };
    let act = writer.dispose(&founder, &disposal, &custody, &|_| Ok(())).unwrap();
    writer.close(&founder, act, b"done").unwrap();
    let _ = writeln!(std::io::stderr(), "opened {opened:?}, disposed of in {:?}", started.elapsed());
    drop(writer);
    place.holds();
}
