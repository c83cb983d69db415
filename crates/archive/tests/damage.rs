//! Every byte and every sector of an archive: without keys, damage is reported, or everything that is stored is
//! provably as it was (slack, free pages); then it also means what it meant, with keys.
//!
//! In short with every other test; all of it by
//! `cargo test --release -p archive --test damage -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use archive::{
    Archive, ArchiveError, Aspect, Content, Founding, Novelty, Operator, Verified, Writer, create, unlock,
    verify,
};
use rusqlite::{Connection, OpenFlags, types::Value};
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
const SECTOR: usize = 512;

struct Place {
    _dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
}

impl Place {
    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { archive: dir.path().join("archive"), keys: dir.path().join("keys"), _dir: dir }
    }

    fn copy(&self) -> Self {
        let place = Self::empty();
        copy(&self.archive, &place.archive);
        copy(&self.keys, &place.keys);
        place
    }

    fn operator(&self) -> Result<Operator, ArchiveError> {
        unlock(&Archive::open(&self.archive)?, &self.keys, b"kode", None)
    }

    fn verify(&self, operator: Option<&Operator>) -> Result<Verified, ArchiveError> {
        verify(&self.archive, operator, None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false))
    }

    /// The files in which something is stored.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = vec!["archive.db".into(), "checkpoint".into(), "archive.db-wal".into()];
        let blobs = std::fs::read_dir(self.archive.join("blobs")).unwrap();
        files.extend(blobs.map(|f| Path::new("blobs").join(f.unwrap().file_name())));
        files.retain(|f: &PathBuf| self.archive.join(f).is_file());
        files
    }

    /// Everything that is stored, as it is read.
    fn stored(&self) -> Option<Vec<Vec<Value>>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let db = Connection::open_with_flags(self.archive.join("archive.db"), flags).ok()?;
        let mut all = Vec::new();
        for (sql, columns) in [
            ("SELECT idx, header, signatures, body FROM entries ORDER BY idx", 4),
            ("SELECT idx, run, bucket, delta FROM dedup ORDER BY idx", 4),
            ("SELECT name, value FROM state ORDER BY name", 2),
        ] {
            let mut statement = db.prepare(sql).ok()?;
            let row = |r: &rusqlite::Row<'_>| (0..columns).map(|c| r.get::<_, Value>(c)).collect();
            let rows: Result<Vec<Vec<Value>>, _> = statement.query_map([], row).ok()?.collect();
            all.extend(rows.ok()?);
        }
        for file in
            self.files().iter().filter(|f| !f.starts_with("archive.db") && !f.ends_with("archive.db-wal"))
        {
            all.push(vec![Value::Blob(std::fs::read(self.archive.join(file)).ok()?)]);
        }
        Some(all)
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

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

/// An archive with `n` records in two runs and attachments of these sizes; `log` leaves what the second run wrote
/// in the write-ahead log, as a machine that stopped does.
fn archive(n: u32, sizes: &[usize], log: bool) -> Place {
    let place = Place::empty();
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&place.archive, &place.keys, &founding).unwrap();
    for (count, now) in [(n / 2, 2_000), (n, 3_000)] {
        let mut writer = Writer::open(&place.archive, &place.keys, now).unwrap();
        let mut run = writer.run(u64::from(n), &|_| true).unwrap();
        for i in 0..count {
            let sighting = run.sighting(&i.to_be_bytes(), b"v1", &Aspect::default());
            if run.novelty(&sighting) != Novelty::New {
                continue;
            }
            let bucket = run.bucket(if i % 2 == 0 { b"even" } else { b"odd" }, &covers).unwrap();
            let text = format!("besked {i}");
            let groups: [&[u8]; 8] = [b"core", text.as_bytes(), b"p", b"", b"s", b"", b"prov", b"v"];
            run.record(bucket, &sighting, &groups).unwrap();
        }
        let bucket = run.bucket(b"even", &covers).unwrap();
        for size in sizes {
            let content: Vec<u8> = (0..*size).map(|i| u8::try_from((i * i / 7) % 251).unwrap()).collect();
            let sha256 = chain::hash(&[&content]);
            let mut bytes = &content[..];
            run.attachment(bucket, &mut Content { sha256, size: *size as u64, bytes: &mut bytes }).unwrap();
        }
        run.commit(b"manifest").unwrap();
        if log && now == 3_000 {
            assert!(place.archive.join("archive.db-wal").metadata().unwrap().len() > 0);
            return place.copy();
        }
    }
    place
}

/// What became of damage.
#[derive(Default)]
struct Tally {
    reported: AtomicUsize,
    /// Nothing that is stored is another.
    unchanged: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

/// Does each damage, named, to a file of its own copy of an archive, on all processors.
fn each(whole: &Place, file: &Path, damages: &[(String, Damage)]) -> Tally {
    let tally = Tally::default();
    let (good, stored) = (std::fs::read(whole.archive.join(file)).unwrap(), whole.copy().stored().unwrap());
    assert_eq!(whole.copy().verify(None).unwrap().broken, []);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let (mut place, keys) = (whole.copy(), whole.copy());
                let operator = keys.operator().unwrap();
                while let Some((name, damage)) = damages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let bad = damage.of(&good);
                    if bad == good {
                        continue;
                    }
                    std::fs::write(place.archive.join(file), &bad).unwrap();
                    match place.verify(None) {
                        Ok(verified) if verified.broken.is_empty() => {
                            let unseen = tally.unchanged.fetch_add(1, Ordering::Relaxed);
                            // what is stored is the same: what it means is asked now and then
                            let opens = unseen % 64 != 0
                                || place.verify(Some(&operator)).is_ok_and(|v| v.broken.is_empty());
                            let fine = opens && place.stored().is_some_and(|now| now == stored);
                            if !fine {
                                let what = format!("{name} of {}: not reported", file.display());
                                tally.wrong.lock().unwrap().push(what);
                            }
                        }
                        Ok(_) | Err(_) => drop(tally.reported.fetch_add(1, Ordering::Relaxed)),
                    }
                    // opening may have folded a log in, or taken one for damaged
                    let changed = place.files() != whole.files()
                        || place.files().iter().any(|f| {
                            let expected = if f == file { bad.clone() } else { read(&whole.archive, f) };
                            read(&place.archive, f) != expected
                        });
                    if changed {
                        place = whole.copy();
                    } else {
                        std::fs::write(place.archive.join(file), &good).unwrap();
                    }
                }
            });
        }
    });
    tally
}

fn read(dir: &Path, file: &Path) -> Vec<u8> {
    std::fs::read(dir.join(file)).unwrap()
}

#[derive(Clone, Copy)]
enum Damage {
    /// Bits of one byte.
    Flip(usize, u8),
    /// A sector of zeros.
    Zeros(usize),
    /// Two sectors in each other's place.
    Swapped(usize, usize),
    /// What is behind is gone.
    Cut(usize),
}

impl Damage {
    fn of(self, good: &[u8]) -> Vec<u8> {
        let mut bad = good.to_vec();
        match self {
            Self::Flip(at, bits) => bad[at] ^= bits,
            Self::Zeros(sector) => {
                let end = ((sector + 1) * SECTOR).min(bad.len());
                bad[sector * SECTOR..end].fill(0);
            }
            Self::Swapped(one, other) => {
                let (low, high) = (one.min(other) * SECTOR, one.max(other) * SECTOR);
                let len = SECTOR.min(good.len() - high);
                bad[low..low + len].copy_from_slice(&good[high..high + len]);
                bad[high..high + len].copy_from_slice(&good[low..low + len]);
            }
            Self::Cut(len) => bad.truncate(len),
        }
        bad
    }
}

/// Every `step`-th byte: all its bits, and one of them.
fn bytes(len: usize, step: usize) -> Vec<(String, Damage)> {
    let of = |at: usize| {
        [0xff, 1 << (at % 8)].map(|bits| (format!("byte {at} ^ {bits:02x}"), Damage::Flip(at, bits)))
    };
    (0..len).step_by(step).flat_map(of).collect()
}

/// Every `step`-th sector: zeroed, in the place of the next and of one far away, and all behind it gone.
fn sectors(len: usize, step: usize) -> Vec<(String, Damage)> {
    let count = len.div_ceil(SECTOR);
    let of = |at: usize| {
        let mut all = vec![
            (format!("sector {at} zeroed"), Damage::Zeros(at)),
            (format!("cut at sector {at}"), Damage::Cut(at * SECTOR)),
        ];
        for other in [at + 1, (at * 7 + count / 2) % count].into_iter().filter(|o| *o < count && *o != at) {
            all.push((format!("sector {at} and {other} swapped"), Damage::Swapped(at, other)));
        }
        all
    };
    (0..count).step_by(step).flat_map(of).collect()
}

/// Damages every file of an archive; gives how often it was reported and how often nothing stored was another.
fn damaged(name: &str, place: &Place, damages: &dyn Fn(usize) -> Vec<(String, Damage)>) -> (usize, usize) {
    let (mut reported, mut unchanged, mut wrong) = (0, 0, Vec::new());
    for file in place.files() {
        let len = read(&place.archive, &file).len();
        let tally = each(place, &file, &damages(len));
        let (seen, unseen) = (tally.reported.into_inner(), tally.unchanged.into_inner());
        eprintln!(
            "{name}: {} of {len} bytes: {seen} reported, {unseen} change nothing stored",
            file.display()
        );
        reported += seen;
        unchanged += unseen;
        wrong.extend(tally.wrong.into_inner().unwrap());
    }
    assert!(wrong.is_empty(), "{} damages of {name}:\n{}", wrong.len(), wrong.join("\n"));
    (reported, unchanged)
}

/// The looking itself: what is stored and changed is seen to be another.
#[test]
fn a_change_that_verifies_would_be_seen() {
    let place = archive(6, &[], false);
    let before = place.stored().unwrap();
    assert_eq!(place.stored().unwrap(), before);
    let db = Connection::open(place.archive.join("archive.db")).unwrap();
    assert_eq!(
        db.execute(
            "UPDATE dedup SET delta = CAST(delta || x'00' AS BLOB) WHERE idx = (SELECT min(idx) FROM dedup)",
            []
        )
        .unwrap(),
        1
    );
    drop(db);
    assert_ne!(place.stored().unwrap(), before);
    std::fs::write(place.archive.join("checkpoint"), b"x").unwrap();
    assert!(!place.verify(None).unwrap().broken.is_empty());
}

#[test]
fn some_bytes_and_sectors() {
    let small = archive(6, &[900], false);
    assert!(damaged("small", &small, &|len| bytes(len, 397)).0 > 100);
    let log = archive(6, &[], true);
    assert!(damaged("with a log", &log, &|len| bytes(len, 997)).0 > 50);
    let large = archive(300, &[1000, 90_000], false);
    assert!(damaged("large", &large, &|len| sectors(len, 17)).0 > 50);
}

#[test]
#[ignore = "some minutes: every byte, every sector"]
fn every_byte_and_every_sector() {
    let small = archive(6, &[900], false);
    damaged("small", &small, &|len| bytes(len, 1));
    let log = archive(6, &[], true);
    damaged("with a log", &log, &|len| bytes(len, 1));
    let large = archive(3000, &[1000, 90_000, 400_000], false);
    damaged("large", &large, &|len| sectors(len, 1));
    let log = archive(300, &[90_000], true);
    damaged("large with a log", &log, &|len| sectors(len, 1));
}
