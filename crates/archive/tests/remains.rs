//! What is left of a disposal on the disk itself, free blocks included: a file system of its own is searched byte by
//! byte for plaintext, keys and salts, with a control that the search finds them where they are.
//!
//! Needs `mkfs.ext4` and the right to mount; says so where these are missing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use access::{DisposeBody, Lock, Rights};
use archive::{
    Archive, Aspect, Content, Custody, Disposal, Founding, Holding, Operator, Outcome, ToHold, Withheld,
    Writer, create, unlock, verify,
};
use chain::EntryType;
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

/// A file system in a file.
struct Disk {
    dir: tempfile::TempDir,
}

impl Disk {
    /// `None` where none can be made or mounted.
    fn new() -> Option<Self> {
        let disk = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::File::create(disk.image()).unwrap().set_len(32 << 20).unwrap();
        std::fs::create_dir(disk.root()).unwrap();
        let made = ran(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(disk.image()));
        (made && disk.mount()).then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn mount(&self) -> bool {
        ran(Command::new("mount").args(["-o", "loop"]).arg(self.image()).arg(self.root()))
    }

    /// Every byte of the disk, as it is when everything is written out.
    fn bytes(&self) -> Vec<u8> {
        assert!(ran(Command::new("umount").arg(self.root())));
        let bytes = std::fs::read(self.image()).unwrap();
        assert!(self.mount());
        bytes
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        ran(Command::new("umount").arg(self.root()));
    }
}

fn ran(command: &mut Command) -> bool {
    command.output().is_ok_and(|o| o.status.success())
}

/// How many of some byte strings of at least 16 bytes are found, each by any piece of 16 bytes of it.
fn found(hay: &[u8], needles: &[Vec<u8>]) -> usize {
    let wanted: HashSet<&[u8]> = needles.iter().flat_map(|needle| needle.chunks_exact(16)).collect();
    let seen: HashSet<&[u8]> = hay.windows(16).filter(|piece| wanted.contains(piece)).collect();
    needles.iter().filter(|needle| needle.chunks_exact(16).any(|piece| seen.contains(piece))).count()
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

struct Place {
    archive: PathBuf,
    keys: PathBuf,
    holding: PathBuf,
}

impl Place {
    fn who(&self, passphrase: &[u8]) -> Operator {
        unlock(&Archive::open(&self.archive).unwrap(), &self.keys, passphrase, None).unwrap()
    }

    fn writer(&self) -> Writer {
        Writer::open(&self.archive, &self.keys, 5_000).unwrap()
    }

    fn area(&self) -> Holding {
        Holding::open(&self.holding, &self.archive, &self.keys).unwrap()
    }

    /// Two buckets with records and attachments, and of the first two messages in the holding area.
    fn founded(root: &Path) -> Self {
        let at = |name: &str| root.join(name);
        let place = Self { archive: at("archive"), keys: at("keys"), holding: at("holding") };
        let (name, scope, policy) = ("Arkivar", b"*", b"p");
        let founding = Founding { passphrase: b"kode", name, scope, policy, cost: CHEAP, now: 1_000 };
        create(&place.archive, &place.keys, &founding).unwrap();
        let founder = place.who(b"kode");
        let mut writer = place.writer();
        let second = writer.add_operator(&founder, "Anden", Lock::Passphrase(b"anden", CHEAP)).unwrap();
        writer.grant(&founder, second, Rights::DELETE, (None, None), b"*", &|_| true).unwrap();
        let area = place.area();
        let mut run = writer.run(60, &|_| true).unwrap();
        for i in 0..60_u32 {
            let sighting = run.sighting(&i.to_be_bytes(), b"v1", &Aspect::default());
            let bucket = run.bucket(if i % 2 == 0 { b"goes" } else { b"stays" }, &covers).unwrap();
            let text = text(i);
            let groups: [&[u8]; 8] = [b"core", text.as_bytes(), b"p", b"", b"s", b"", b"prov", b"v"];
            let content: Vec<u8> = text.bytes().cycle().take(if i == 0 { 90_000 } else { 900 }).collect();
            let mut bytes = &content[..];
            let mut content =
                Content { sha256: chain::hash(&[&content]), size: content.len() as u64, bytes: &mut bytes };
            if i == 4 || i == 6 {
                let why = if i == 4 { Withheld::Review } else { Withheld::Excluded };
                let message = ToHold { why, bucket, sighting: &sighting, groups: &groups, note: &[1] };
                run.hold(&area, &message, std::slice::from_mut(&mut content), &covers).unwrap();
                continue;
            }
            run.record(bucket, &sighting, &groups).unwrap();
            if i < 4 {
                run.attachment(bucket, &mut content).unwrap();
            }
        }
        run.commit(b"manifest").unwrap();
        place
    }

    /// Both held messages leave the holding area: one into the archive, one for good.
    fn settle(&self) {
        let held = Archive::open(&self.archive).unwrap();
        let held = held.held_runs(self.who(b"kode").keys(), &self.area()).unwrap().remove(0);
        let of = |i: usize, outcome| (held.items[i].slot, outcome);
        let outcomes = [of(0, Outcome::Undecided), of(1, Outcome::Shredded)];
        self.writer().settle(&self.area(), &held, &outcomes).unwrap();
    }

    fn dispose(&self) {
        let (founder, second) = (self.who(b"kode"), self.who(b"anden"));
        let body = DisposeBody { day: 9_000, plan: [7; 32], buckets: vec![self.bucket(0)] };
        let act = chain::act_of(chain::Suite::Sha256, Some(EntryType::Dispose), &body.encode()).unwrap();
        let mut writer = self.writer();
        let approvals = [chain::approve(writer.archive().id(), &act, &second.signer())];
        let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
        let custody = Custody { current: founder.epoch(1).unwrap().unwrap(), keep: &keep, held: None };
        let disposal = Disposal { body: &body, plain: b"plan", approvals: &approvals };
        let act = writer.dispose(&founder, &disposal, &custody, &|_| Ok(())).unwrap();
        writer.close(&founder, act, b"done").unwrap();
    }

    fn bucket(&self, number: usize) -> [u8; 16] {
        Archive::open(&self.archive).unwrap().buckets()[number].id
    }

    /// Texts and salts of a bucket, and the keys that open it.
    fn secrets(&self, number: usize) -> Vec<Vec<u8>> {
        let founder = self.who(b"kode");
        let archive = Archive::open(&self.archive).unwrap();
        let mut secrets = Vec::new();
        let mut each = |record: archive::Record<'_>| {
            secrets.push(record.groups[1].to_vec());
            secrets.push(record.seed.to_vec());
            Ok(())
        };
        archive.records(&founder, number, &mut each).unwrap();
        let pair = founder.bucket(&self.bucket(number)).unwrap().unwrap();
        secrets.push(AsRef::<[u8]>::as_ref(pair.seed()).to_vec());
        secrets
    }

    /// The wrapped keys of the epoch in force: whoever had them could open every bucket's.
    fn epoch_wraps(&self) -> Vec<Vec<u8>> {
        let mut files = vec![self.keys.join("epoch/1")];
        for operator in std::fs::read_dir(self.keys.join("operators")).unwrap() {
            let all = std::fs::read_dir(operator.unwrap().path()).unwrap().map(|f| f.unwrap().path());
            files.extend(all.filter(|f| f.file_name().unwrap().to_string_lossy().starts_with("epoch-")));
        }
        files.iter().map(|f| std::fs::read(f).unwrap()).collect()
    }
}

fn text(i: u32) -> String {
    format!("Besked nummer {i} om en sag, som ingen skal kunne finde igen: {}", i * 7_919)
}

#[test]
fn nothing_of_it_is_on_the_disk() {
    let Some(disk) = Disk::new() else {
        eprintln!("no file system can be made and mounted here: left out");
        return;
    };
    let place = Place::founded(&disk.root());
    place.settle();
    let mut goes = place.secrets(0);
    // the one that was shredded in the holding area
    goes.push(text(6).into_bytes());
    let stays = place.secrets(1);
    let wraps = place.epoch_wraps();
    assert!(goes.len() == 2 * 29 + 2 && stays.len() == 61 && wraps.len() >= 2, "{}", wraps.len());

    // controls: what is there in the clear is found, what is sealed is found as it is sealed
    let (other, control) = (Disk::new().unwrap(), [goes.clone(), stays.clone()].concat());
    std::fs::write(other.at("control"), control.concat()).unwrap();
    assert_eq!(found(&other.bytes(), &control), control.len());
    let before = disk.bytes();
    assert_eq!(found(&before, &wraps), wraps.len());
    assert_eq!(found(&before, &control), 0, "in the clear it never was on the disk");

    place.dispose();
    let after = disk.bytes();
    assert_eq!(found(&after, &goes), 0);
    assert_eq!(found(&after, &wraps), 0, "the keys above it are overwritten");
    let founder = place.who(b"kode");
    let checked =
        verify(&place.archive, Some(&founder), None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false));
    let checked = checked.unwrap();
    assert_eq!((checked.broken, checked.records, checked.disposed), (Vec::new(), 30, 1));
    assert_eq!(place.secrets(1).len(), stays.len());
}
