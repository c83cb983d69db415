//! An archive from founding to verification, and every way of changing it found.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use access::{Lock, Rights};
use archive::{
    Archive, ArchiveError, Aspect, Content, Founding, Novelty, Verified, Writer, create, unlock, verify,
};
use chain::EntryType;
use rusqlite::Connection;
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
const SECRET: &str = "Sagen er meget hemmelig, sagde ministeren";

struct Place {
    _dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
}

fn founded() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { archive: dir.path().join("archive"), keys: dir.path().join("keys"), _dir: dir };
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&place.archive, &place.keys, &founding).unwrap();
    place
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

/// Puts `n` records and two attachments into two buckets.
fn run(place: &Place, now: u64, n: u32) -> Result<archive::Committed, ArchiveError> {
    let mut writer = Writer::open(&place.archive, &place.keys, now)?;
    let mut run = writer.run(u64::from(n), &|_| true)?;
    for i in 0..n {
        let identity = i.to_be_bytes();
        let sighting = run.sighting(&identity, b"v1", &Aspect::default());
        if run.novelty(&sighting) != Novelty::New {
            continue;
        }
        let bucket = run.bucket(if i % 2 == 0 { b"even" } else { b"odd" }, &covers)?;
        let text = format!("{SECRET} {i}");
        let groups: [&[u8]; 8] = [b"core", text.as_bytes(), b"p", b"", b"s", b"", b"prov", b"v"];
        run.record(bucket, &sighting, &groups)?;
    }
    let bucket = run.bucket(b"even", &covers)?;
    for size in [1000, 200_000_usize] {
        let content = vec![7_u8; size];
        let sha256 = chain::hash(&[&content]);
        let mut bytes = &content[..];
        run.attachment(bucket, &mut Content { sha256, size: size as u64, bytes: &mut bytes })?;
    }
    run.commit(b"manifest")
}

fn check(place: &Place, with_keys: bool) -> Verified {
    let operator = with_keys.then(|| {
        let archive = Archive::open(&place.archive).unwrap();
        unlock(&archive, &place.keys, b"kode", None).unwrap()
    });
    verify(&place.archive, operator.as_ref(), None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false))
        .unwrap()
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

#[test]
fn what_is_put_is_read_back_and_verified() {
    let place = founded();
    let committed = run(&place, 2_000, 3000).unwrap();
    assert!(committed.entries >= 5, "{committed:?}");
    let verified = check(&place, true);
    assert_eq!(verified.broken, []);
    assert_eq!((verified.records, verified.attachments, verified.unopened), (3000, 2, 0));
    assert_eq!(verified.root, committed.root);
    let archive = Archive::open(&place.archive).unwrap();
    let operator = unlock(&archive, &place.keys, b"kode", None).unwrap();
    let mut seen = 0;
    for bucket in 0..archive.buckets().len() {
        archive
            .records(&operator, bucket, &mut |record| {
                assert!(record.groups[1].starts_with(SECRET.as_bytes()));
                seen += 1;
                Ok(())
            })
            .unwrap();
    }
    assert_eq!(seen, 3000);
    for (sha256, entry) in archive.contents(&operator, 0).unwrap() {
        let mut out = Vec::new();
        archive.content(&operator, entry, &mut out).unwrap();
        assert_eq!(chain::hash(&[&out]), sha256);
    }
    // the same again: nothing is new but the run itself
    let again = run(&place, 3_000, 3000).unwrap();
    assert_eq!(again.entries, 1);
    assert_eq!(check(&place, true).broken, []);
    assert!(matches!(unlock(&archive, &place.keys, b"forkert", None), Err(ArchiveError::WrongPassphrase)));
}

#[test]
fn records_are_proved_one_by_one_and_together() {
    let place = founded();
    run(&place, 2_000, 3000).unwrap();
    let archive = Archive::open(&place.archive).unwrap();
    let operator = unlock(&archive, &place.keys, b"kode", None).unwrap();
    let (name, key) = archive.job_key();
    let key = chain::TrustedKey::parse(&chain::verifier_key(&name, &key)).unwrap();
    let prover = archive.prover().unwrap();
    let mut texts = std::collections::BTreeMap::<u64, Vec<Vec<u8>>>::new();
    for bucket in 0..archive.buckets().len() {
        let mut put = |r: archive::Record<'_>| {
            texts.entry(r.entry).or_default().push(r.groups[1].to_vec());
            Ok(())
        };
        archive.records(&operator, bucket, &mut put).unwrap();
    }
    assert_eq!(texts.values().map(Vec::len).sum::<usize>(), 3000);
    for (entry, texts) in &texts {
        let segment = prover.segment(&operator, *entry).unwrap();
        let last = u32::try_from(texts.len() - 1).unwrap();
        for places in [vec![0], vec![last], vec![1, 2, last], (0..=last).collect()] {
            let text = segment.proof(&places, |group| group == 2).unwrap();
            let proof = chain::Proof::parse(&text).unwrap();
            let proven = proof.verify(std::slice::from_ref(&key)).unwrap();
            let shown: Vec<_> = proven.records.iter().map(|r| r[1].shown().unwrap()).collect();
            let expected: Vec<_> = places.iter().map(|p| texts[*p as usize].as_slice()).collect();
            assert_eq!(shown, expected);
            assert!(proven.records.iter().all(|r| r[0].shown().is_none()), "only text is shown");
        }
        assert!(segment.proof(&[last + 1], |_| true).is_err());
    }
    assert!(archive.sealed_bytes(&[0, 1]).unwrap() > archive.sealed_bytes(&[0]).unwrap());
    assert!(prover.segment(&operator, 0).is_err(), "the genesis entry is no segment");
}

#[test]
fn nothing_readable_lies_in_archive_or_key_store() {
    fn bytes(path: &Path, out: &mut Vec<u8>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { bytes(&path, out) } else { out.extend(std::fs::read(path).unwrap()) }
        }
    }
    let place = founded();
    run(&place, 2_000, 100).unwrap();
    let (mut archive, mut keys) = (Vec::new(), Vec::new());
    bytes(&place.archive, &mut archive);
    bytes(&place.keys, &mut keys);
    let holds = |all: &[u8], what: &[u8]| all.windows(what.len()).any(|w| w == what);
    for what in [SECRET.as_bytes(), b"manifest", b"Arkivar", b"even", &[7; 64]] {
        assert!(!holds(&archive, what) && !holds(&keys, what));
    }
    // the job's secrets stay in the key store
    let secret = std::fs::read(place.keys.join("ingest/signing")).unwrap();
    assert!(holds(&keys, &secret) && !holds(&archive, &secret));
}

#[test]
fn a_run_that_is_dropped_never_was() {
    let place = founded();
    run(&place, 2_000, 10).unwrap();
    let before = check(&place, true);
    {
        let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
        let mut run = writer.run(0, &|_| true).unwrap();
        let bucket = run.bucket(b"new", &covers).unwrap();
        let sighting = run.sighting(b"x", b"1", &Aspect::default());
        run.record(bucket, &sighting, &[b""; 8]).unwrap();
        let content = vec![9_u8; 100_000];
        let (sha256, mut bytes) = (chain::hash(&[&content]), &content[..]);
        run.attachment(bucket, &mut Content { sha256, size: 100_000, bytes: &mut bytes }).unwrap();
        // an attachment that is not what it says
        let mut bytes = &b"abc"[..];
        let wrong = run.attachment(bucket, &mut Content { sha256: [0; 32], size: 3, bytes: &mut bytes });
        assert!(matches!(wrong, Err(ArchiveError::Content)));
        assert!(matches!(Writer::open(&place.archive, &place.keys, 3_000), Err(ArchiveError::Busy)));
    }
    let after = check(&place, true);
    assert_eq!((after.broken, after.entries, after.root), (vec![], before.entries, before.root));
    // the file of the lost attachment is swept, the next run goes on
    run(&place, 4_000, 20).unwrap();
    assert_eq!(check(&place, true).broken, []);
    assert_eq!(std::fs::read_dir(place.archive.join("blobs")).unwrap().count(), 1);
}

#[test]
fn reading_follows_the_grant() {
    let place = founded();
    run(&place, 2_000, 10).unwrap();
    let founder = unlock(&Archive::open(&place.archive).unwrap(), &place.keys, b"kode", None).unwrap();
    let id = {
        let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
        let id = writer.add_operator(&founder, "Kontrol", Lock::Passphrase(b"anden", CHEAP)).unwrap();
        let only_odd = |label: &[u8]| label == b"odd";
        writer.grant(&founder, id, Rights::QUERY, (None, None), b"odd", &only_odd).unwrap();
        id
    };
    let read = |bucket: usize| {
        let archive = Archive::open(&place.archive).unwrap();
        let other = unlock(&archive, &place.keys, b"anden", None).unwrap();
        archive.records(&other, bucket, &mut |_| Ok(()))
    };
    assert!(matches!(read(0), Err(ArchiveError::NoRight("query"))));
    assert!(read(1).is_ok());
    let other = unlock(&Archive::open(&place.archive).unwrap(), &place.keys, b"anden", Some(id)).unwrap();
    let mut writer = Writer::open(&place.archive, &place.keys, 4_000).unwrap();
    assert!(matches!(writer.revoke(&other, id), Err(ArchiveError::NoRight("admin"))));
    writer.revoke(&founder, id).unwrap();
    drop(writer);
    assert!(matches!(read(1), Err(ArchiveError::NoRight("query"))));
    assert_eq!(check(&place, true).broken, []);
}

/// Changes one thing in a copy of the archive and says whether verifying finds it.
fn found(place: &Place, with_keys: bool, change: &dyn Fn(&Path)) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let changed = Place {
        archive: dir.path().join("a"),
        keys: dir.path().join("k"),
        _dir: tempfile::tempdir().unwrap(),
    };
    copy(&place.archive, &changed.archive);
    copy(&place.keys, &changed.keys);
    change(&changed.archive);
    let archive = Archive::open(&changed.archive);
    let operator = match (&archive, with_keys) {
        (Ok(archive), true) => unlock(archive, &changed.keys, b"kode", None).ok(),
        _ => None,
    };
    let result =
        verify(&changed.archive, operator.as_ref(), None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false));
    result.map_or(true, |v| !v.broken.is_empty())
}

#[test]
fn every_change_is_found_without_keys() {
    let place = founded();
    run(&place, 2_000, 50).unwrap();
    assert!(!found(&place, false, &|_| {}), "the unchanged archive verifies");
    assert!(!found(&place, true, &|_| {}), "... and with keys");
    let entries = i64::try_from(Archive::open(&place.archive).unwrap().size()).unwrap();
    let mut tried = 0;
    for column in ["header", "signatures", "body"] {
        for index in 0..entries {
            let sql = format!("SELECT {column} FROM entries WHERE idx = ?1");
            let db = Connection::open(place.archive.join("archive.db")).unwrap();
            let bytes: Option<Vec<u8>> = db.query_row(&sql, [index], |r| r.get(0)).unwrap();
            drop(db);
            let Some(bytes) = bytes else { continue };
            for at in (0..bytes.len()).step_by(bytes.len() / 7 + 1) {
                let change = |dir: &Path| {
                    let mut bad = bytes.clone();
                    bad[at] ^= 0x10;
                    let db = Connection::open(dir.join("archive.db")).unwrap();
                    db.execute(&format!("UPDATE entries SET {column} = ?1 WHERE idx = ?2"), (bad, index))
                        .unwrap();
                };
                assert!(found(&place, false, &change), "{column} of entry {index} at {at}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    let sql = |text: &'static str| {
        move |dir: &Path| {
            Connection::open(dir.join("archive.db")).unwrap().execute_batch(text).unwrap();
        }
    };
    for text in [
        "DELETE FROM entries WHERE idx = (SELECT max(idx) FROM entries)",
        "DELETE FROM entries WHERE idx = 3",
        "UPDATE entries SET body = NULL WHERE idx = 4",
        "DELETE FROM state",
        "UPDATE entries SET body = (SELECT e.body FROM entries e WHERE e.idx = 3) WHERE idx = 4",
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 2",
    ] {
        assert!(found(&place, false, &sql(text)), "{text}");
    }
    // the file beside the database: missing or older is as a crash leaves it, anything else is not
    let file = |text: Option<String>| {
        move |dir: &Path| match &text {
            Some(text) => std::fs::write(dir.join("checkpoint"), text).unwrap(),
            None => std::fs::remove_file(dir.join("checkpoint")).unwrap(),
        }
    };
    let newest = std::fs::read_to_string(place.archive.join("checkpoint")).unwrap();
    assert!(!found(&place, false, &file(None)));
    assert!(found(&place, false, &file(Some(String::new()))));
    assert!(found(&place, false, &file(Some(newest.replace("\n\n", "\n")))));
    let other = Archive::open(&founded().archive).unwrap().checkpoint().unwrap();
    assert!(found(&place, false, &file(Some(other.to_text()))));
    let blob = |dir: &Path| std::fs::read_dir(dir.join("blobs")).unwrap().next().unwrap().unwrap().path();
    assert!(found(&place, false, &|dir| std::fs::remove_file(blob(dir)).unwrap()));
    assert!(found(&place, false, &|dir| {
        let mut bytes = std::fs::read(blob(dir)).unwrap();
        bytes[5000] ^= 1;
        std::fs::write(blob(dir), bytes).unwrap();
    }));
}

#[test]
fn an_older_checkpoint_tells_growth_from_rewriting() {
    let place = founded();
    run(&place, 2_000, 10).unwrap();
    let older = Archive::open(&place.archive).unwrap().checkpoint().unwrap();
    let old_copy = tempfile::tempdir().unwrap();
    copy(&place.archive, &old_copy.path().join("a"));
    run(&place, 3_000, 20).unwrap();
    let newer = Archive::open(&place.archive).unwrap().checkpoint().unwrap();
    let with = |dir: &Path, checkpoint| {
        verify(dir, None, Some(checkpoint), &|_| Vec::new(), &|_| {}, &AtomicBool::new(false)).unwrap().broken
    };
    assert_eq!(with(&place.archive, &older), []);
    std::fs::write(place.archive.join("checkpoint"), older.to_text()).unwrap();
    assert_eq!(with(&place.archive, &newer), [], "a run that died between database and file");
    assert_eq!(with(&place.archive, &newer), []);
    assert_eq!(with(&old_copy.path().join("a"), &newer).len(), 1, "an old copy is no newer archive");
    let other = founded();
    assert_eq!(with(&other.archive, &older).len(), 1, "nor is another archive");
}

#[test]
fn the_job_cannot_write_what_an_operator_must() {
    let place = founded();
    let writer = Writer::open(&place.archive, &place.keys, 2_000).unwrap();
    let job = chain::Signer::from_seed(
        &std::fs::read(place.keys.join("ingest/signing")).unwrap().try_into().unwrap(),
    );
    let mut writer = writer;
    let entry = archive::Entry { kind: EntryType::Custodian, clear: &[], plain: b"x" };
    assert!(matches!(writer.append(&[entry], &[&job]), Err(ArchiveError::NoRight("admin"))));
    drop(writer);
    assert_eq!(check(&place, true).broken, []);
}

#[test]
fn damage_to_a_list_of_known_messages_is_seen_and_stays_seen() {
    let place = founded();
    run(&place, 2_000, 10).unwrap();
    run(&place, 3_000, 20).unwrap();
    assert_eq!(check(&place, false).broken, []);
    let db = Connection::open(place.archive.join("archive.db")).unwrap();
    let append = || {
        let archive = Archive::open(&place.archive).unwrap();
        let founder = unlock(&archive, &place.keys, b"kode", None).unwrap();
        let mut writer = Writer::open(&place.archive, &place.keys, 4_000).unwrap();
        let entry = archive::Entry { kind: EntryType::Custodian, clear: &[], plain: b"x" };
        writer.append(&[entry], &[&founder.signer()]).unwrap();
    };
    let (idx, right): (i64, Vec<u8>) = db
        .query_row("SELECT idx, delta FROM dedup ORDER BY idx LIMIT 1", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap();
    let put = |delta: &[u8]| {
        db.execute("UPDATE dedup SET delta = ?1 WHERE idx = ?2", rusqlite::params![delta, idx])
    };
    let mut wrong = right.clone();
    wrong[40] ^= 1;
    put(&wrong).unwrap();
    assert_eq!(check(&place, false).broken.len(), 1);
    // what is written behind the damage does not make it good
    append();
    assert_eq!(check(&place, false).broken.len(), 1);
    put(&right).unwrap();
    assert_eq!(check(&place, false).broken, []);
    for damage in [
        "DELETE FROM dedup WHERE idx = (SELECT min(idx) FROM dedup)",
        "UPDATE state SET value = x'00' WHERE name = 'lists'",
        "DELETE FROM state WHERE name = 'lists'",
    ] {
        let copied = tempfile::tempdir().unwrap();
        copy(&place.archive, &copied.path().join("a"));
        Connection::open(copied.path().join("a/archive.db")).unwrap().execute(damage, []).unwrap();
        let broken =
            verify(&copied.path().join("a"), None, None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false));
        assert_eq!(broken.unwrap().broken.len(), 1, "{damage}");
    }
}
