//! A grant is in the log with its keys, or not at all: a machine that stops in the middle leaves what the next writer
//! completes, and nobody with less than the log gives.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;

use access::{KeyStore, Lock, OperatorId, Rights};
use archive::{Archive, ArchiveError, Aspect, Founding, Writer, create, unlock};
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

struct Place {
    _dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
    reader: OperatorId,
}

impl Place {
    fn writer(&self) -> Writer {
        Writer::open(&self.archive, &self.keys, 5_000).unwrap()
    }

    fn try_grant(&self, rights: Rights, scope: &[u8], stop: Option<u8>) -> Result<(), ArchiveError> {
        let founder = unlock(&Archive::open(&self.archive).unwrap(), &self.keys, b"kode", None).unwrap();
        let mut writer = self.writer();
        if let Some(step) = stop {
            writer.stop_grant_behind(step);
        }
        writer.grant(&founder, self.reader, rights, (None, None), scope, &|l| covers(scope, l))
    }

    /// Which of the two buckets the reader can open.
    fn opens(&self) -> [bool; 2] {
        let archive = Archive::open(&self.archive).unwrap();
        let reader = unlock(&archive, &self.keys, b"anden", None).unwrap();
        [0, 1].map(|no: usize| reader.bucket(&archive.buckets()[no].id).unwrap().is_some())
    }

    /// Files of the key store that are the reader's, but its identity.
    fn files(&self) -> usize {
        let keys = KeyStore::open(&self.keys, &self.archive).unwrap();
        let id = chain::hex(&self.reader);
        let mine = |name: &&String| name.contains(&id) && !name.ends_with("identity");
        keys.files().unwrap().iter().filter(mine).count()
    }
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

/// An archive with two buckets, and an operator who may nothing.
fn founded() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let (archive, keys) = (dir.path().join("archive"), dir.path().join("keys"));
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&archive, &keys, &founding).unwrap();
    let founder = unlock(&Archive::open(&archive).unwrap(), &keys, b"kode", None).unwrap();
    let mut writer = Writer::open(&archive, &keys, 2_000).unwrap();
    let reader = writer.add_operator(&founder, "Anden", Lock::Passphrase(b"anden", CHEAP)).unwrap();
    let mut run = writer.run(2, &|_| true).unwrap();
    for (i, label) in [b"even", &b"odd "[..]].into_iter().enumerate() {
        let sighting = run.sighting(&[u8::try_from(i).unwrap()], b"v1", &Aspect::default());
        let bucket = run.bucket(label, &covers).unwrap();
        run.record(bucket, &sighting, &[b"c", b"t", b"p", b"", b"s", b"", b"o", b"v"]).unwrap();
    }
    run.commit(b"manifest").unwrap();
    drop(writer);
    Place { _dir: dir, archive, keys, reader }
}

#[test]
fn a_grant_takes_the_place_of_the_one_before() {
    let place = founded();
    assert_eq!((place.opens(), place.files()), ([false, false], 0));
    place.try_grant(Rights::QUERY, b"even", None).unwrap();
    assert_eq!((place.opens(), place.files()), ([true, false], 2));
    place.try_grant(Rights::QUERY, b"odd ", None).unwrap();
    assert_eq!((place.opens(), place.files()), ([false, true], 2));
    place.try_grant(Rights::QUERY, b"*", None).unwrap();
    assert_eq!((place.opens(), place.files()), ([true, true], 3));
    place.try_grant(Rights::EXPORT, b"*", None).unwrap();
    assert_eq!((place.opens(), place.files()), ([false, false], 1));
}

#[test]
fn a_stop_before_the_entry_leaves_the_grant_before() {
    let place = founded();
    place.try_grant(Rights::QUERY, b"even", None).unwrap();
    let size = Archive::open(&place.archive).unwrap().size();
    place.try_grant(Rights::QUERY, b"*", Some(1)).unwrap_err();
    assert_eq!(place.files(), 6, "the control: keys of a grant that nobody signed lie apart");
    assert_eq!(place.opens(), [true, false]);
    drop(place.writer());
    assert_eq!((place.opens(), place.files()), ([true, false], 2));
    assert_eq!(Archive::open(&place.archive).unwrap().size(), size);
}

#[test]
fn a_stop_behind_the_entry_is_completed() {
    let place = founded();
    place.try_grant(Rights::QUERY, b"even", None).unwrap();
    place.try_grant(Rights::QUERY, b"odd ", Some(2)).unwrap_err();
    assert_eq!(place.opens(), [false, false], "the control: the grant is in the log, its keys are apart");
    drop(place.writer());
    assert_eq!((place.opens(), place.files()), ([false, true], 2));
    // a folder that was moved as a whole, its files not yet
    let (from, to) = (place.keys.join("granted"), place.keys.join("granted").join(chain::hex(&place.reader)));
    std::fs::create_dir_all(&to).unwrap();
    let archive = Archive::open(&place.archive).unwrap();
    let name = |no: usize| chain::hex(&archive.buckets()[no].id);
    let here = place.keys.join(format!("buckets/{}/operator-{}-1", name(1), chain::hex(&place.reader)));
    std::fs::rename(&here, to.join(format!("bucket-{}-1", name(1)))).unwrap();
    assert_eq!(place.opens(), [false, false]);
    drop(place.writer());
    assert_eq!((place.opens(), place.files()), ([false, true], 2));
    assert_eq!(std::fs::read_dir(from).unwrap().count(), 0);
}

#[test]
fn what_was_revoked_is_forgotten_however_it_ended() {
    for stop in [None, Some(2)] {
        let place = founded();
        place.try_grant(Rights::QUERY, b"*", None).unwrap();
        let founder = unlock(&Archive::open(&place.archive).unwrap(), &place.keys, b"kode", None).unwrap();
        let mut writer = place.writer();
        if let Some(step) = stop {
            writer.stop_grant_behind(step);
        }
        assert_eq!(writer.revoke(&founder, place.reader).is_ok(), stop.is_none());
        drop(writer);
        assert_eq!(place.files(), if stop.is_some() { 3 } else { 0 });
        drop(place.writer());
        assert_eq!((place.opens(), place.files()), ([false, false], 0));
    }
}
