//! What is held back: sealed, read by a reviewer, settled; and gone afterwards, with a control before.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use access::Rights;
use archive::{
    Archive, ArchiveError, Aspect, Content, Custody, Founding, HeldRun, Holding, Novelty, Outcome, ToHold,
    Withheld, Writer, create, unlock, verify,
};
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

struct Place {
    dir: tempfile::TempDir,
    archive: PathBuf,
    keys: PathBuf,
}

fn founded() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { archive: dir.path().join("archive"), keys: dir.path().join("keys"), dir };
    let founding =
        Founding { passphrase: b"kode", name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 };
    create(&place.archive, &place.keys, &founding).unwrap();
    place
}

impl Place {
    fn area(&self) -> Holding {
        Holding::open(&self.dir.path().join("holding"), &self.archive, &self.keys).unwrap()
    }

    fn held(&self) -> HeldRun {
        let archive = Archive::open(&self.archive).unwrap();
        let operator = unlock(&archive, &self.keys, b"kode", None).unwrap();
        archive.held_runs(operator.keys(), &self.area()).unwrap().remove(0)
    }

    fn texts(&self) -> Vec<String> {
        let archive = Archive::open(&self.archive).unwrap();
        let operator = unlock(&archive, &self.keys, b"kode", None).unwrap();
        let mut texts = Vec::new();
        for bucket in 0..archive.buckets().len() {
            archive
                .records(&operator, bucket, &mut |record| {
                    texts.push(String::from_utf8(record.groups[1].to_vec()).unwrap());
                    Ok(())
                })
                .unwrap();
        }
        texts.sort();
        texts
    }

    fn verified(&self) -> archive::Verified {
        let archive = Archive::open(&self.archive).unwrap();
        let operator = unlock(&archive, &self.keys, b"kode", None).unwrap();
        verify(&self.archive, Some(&operator), None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false))
            .unwrap()
    }
}

fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == b"*" || scope == label
}

/// One message kept, two for review, two left out, each with a small and a large attachment.
fn run(place: &Place, commit: bool) -> Result<u32, ArchiveError> {
    let mut withheld = 0;
    let area = place.area();
    let mut writer = Writer::open(&place.archive, &place.keys, 2_000)?;
    writer.sweep_held(&area)?;
    let mut run = writer.run(5, &|_| true)?;
    for i in 0..5_u32 {
        let sighting = run.sighting(&i.to_be_bytes(), b"v1", &Aspect::default());
        if run.novelty(&sighting) != Novelty::New {
            let known = run.novelty(&sighting);
            assert!(matches!(known, Novelty::Seen | Novelty::Withheld));
            withheld += u32::from(known == Novelty::Withheld);
            continue;
        }
        let bucket = run.bucket(b"b", &covers)?;
        let text = format!("besked {i}");
        let groups: [&[u8]; 8] = [b"core", text.as_bytes(), b"p", b"", b"s", b"", b"prov", b"v"];
        let why = match i {
            0 => {
                run.record(bucket, &sighting, &groups)?;
                continue;
            }
            1 | 2 => Withheld::Review,
            _ => Withheld::Excluded,
        };
        let (small, large) = (vec![u8::try_from(i).unwrap(); 1000], vec![u8::try_from(i).unwrap(); 100_000]);
        let (mut a, mut b) = (&small[..], &large[..]);
        let mut contents = [
            Content { sha256: chain::hash(&[&small]), size: 1000, bytes: &mut a },
            Content { sha256: chain::hash(&[&large]), size: 100_000, bytes: &mut b },
        ];
        let message = ToHold {
            why,
            bucket,
            sighting: &sighting,
            groups: &groups,
            note: &[7, u8::try_from(i).unwrap()],
        };
        assert_eq!(run.hold(&area, &message, &mut contents, &covers)?, 0);
    }
    if commit {
        run.commit(b"manifest")?;
    }
    Ok(withheld)
}

/// Every file below the three folders.
fn files(place: &Place) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(at: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in std::fs::read_dir(at).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out)
            } else {
                out.push((path.clone(), std::fs::read(path).unwrap()))
            }
        }
    }
    let mut out = Vec::new();
    walk(place.dir.path(), &mut out);
    out
}

fn finds(place: &Place, needle: &[u8]) -> bool {
    files(place).iter().any(|(_, bytes)| bytes.windows(needle.len()).any(|w| w == needle))
}

#[test]
fn held_messages_are_read_and_settled() {
    let place = founded();
    run(&place, true).unwrap();
    assert_eq!(place.texts(), ["besked 0"]);
    let held = place.held();
    assert_eq!(
        held.items.iter().map(|i| (i.slot, i.why)).collect::<Vec<_>>(),
        [(0, Withheld::Review), (3, Withheld::Review), (6, Withheld::Excluded), (9, Withheld::Excluded),]
    );
    assert_eq!(held.items[2].note, [7, 3]);
    {
        let archive = Archive::open(&place.archive).unwrap();
        let operator = unlock(&archive, &place.keys, b"kode", None).unwrap();
        let area = place.area();
        let mut reviewing = archive.reviewing(&operator, &area, &held).unwrap().unwrap();
        for (n, item) in held.items.iter().enumerate() {
            let text = reviewing.record(item, |groups| groups[1].to_vec()).unwrap();
            assert_eq!(text, format!("besked {}", n + 1).as_bytes());
            assert_eq!(reviewing.preview(item, 0).unwrap().len(), 1000);
        }
        reviewing.take_back(&held.items[2]).unwrap();
    }
    // what is searched for afterwards is there before: the slots' keys and a piece of each ciphertext
    let slots = std::fs::read(place.keys.join("holding").join(chain::hex(&held.run)).join("slots")).unwrap();
    let items =
        std::fs::read(place.dir.path().join("holding").join(chain::hex(&held.run)).join("items")).unwrap();
    let gone_key = slots[9 * 112..10 * 112].to_vec();
    let gone_bytes = items[items.len() - 500..items.len() - 300].to_vec();
    assert!(finds(&place, &gone_key) && finds(&place, &gone_bytes));
    let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
    let area = place.area();
    writer.settle(&area, &held, &[(0, Outcome::Kept), (9, Outcome::Shredded)]).unwrap();
    drop(writer);
    assert!(!finds(&place, &gone_key) && !finds(&place, &gone_bytes));
    assert_eq!(place.texts(), ["besked 0", "besked 1"]);
    let held = place.held();
    assert_eq!(
        held.settled.iter().map(|(s, o)| (*s, *o)).collect::<Vec<_>>(),
        [(0, Outcome::Kept), (9, Outcome::Shredded)]
    );
    let mut writer = Writer::open(&place.archive, &place.keys, 4_000).unwrap();
    assert!(writer.settle(&area, &held, &[(9, Outcome::Kept)]).is_err(), "what is settled stays settled");
    writer.settle(&area, &held, &[(3, Outcome::Undecided), (6, Outcome::Kept)]).unwrap();
    drop(writer);
    assert_eq!(place.texts(), ["besked 0", "besked 1", "besked 2", "besked 3"]);
    let verified = place.verified();
    assert_eq!(verified.broken, []);
    assert_eq!((verified.records, verified.attachments), (4, 6));
    assert!(area_is_empty(&place));
    // the same messages next month: nothing comes back
    assert_eq!(run(&place, true).unwrap(), 1, "the one that was shredded");
    assert_eq!(place.texts().len(), 4);
}

fn area_is_empty(place: &Place) -> bool {
    let empty = |path: PathBuf| std::fs::read_dir(path).unwrap().next().is_none();
    empty(place.dir.path().join("holding")) && empty(place.keys.join("holding"))
}

#[test]
fn a_run_that_never_was_leaves_nothing() {
    let place = founded();
    run(&place, false).unwrap();
    assert!(area_is_empty(&place));
    // one that died without a chance to clean up
    for folder in [place.dir.path().join("holding"), place.keys.join("holding")] {
        std::fs::create_dir_all(folder.join("0123456789abcdef0123456789abcdef")).unwrap();
    }
    assert_eq!(run(&place, true).unwrap(), 0);
    assert_eq!(run(&place, true).unwrap(), 4, "what is held is known");
    assert_eq!(std::fs::read_dir(place.dir.path().join("holding")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(place.keys.join("holding")).unwrap().count(), 1);
}

#[test]
fn dying_after_the_commit_is_completed() {
    let place = founded();
    run(&place, true).unwrap();
    let held = place.held();
    let area = place.area();
    // the folders as they were before settling: what a death right after the commit leaves
    let before = files(&place);
    let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
    let all =
        [(0, Outcome::Undecided), (3, Outcome::Undecided), (6, Outcome::Shredded), (9, Outcome::Shredded)];
    writer.settle(&area, &held, &all).unwrap();
    drop(writer);
    assert!(area_is_empty(&place));
    for (path, bytes) in before.iter().filter(|(p, _)| p.to_string_lossy().contains("holding")) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut writer = Writer::open(&place.archive, &place.keys, 4_000).unwrap();
    writer.sweep_held(&area).unwrap();
    drop(writer);
    assert!(area_is_empty(&place));
    assert_eq!(place.texts(), ["besked 0", "besked 1", "besked 2"]);
}

/// Gives the bucket a new key; `at` is the holding area that is named.
fn reseal(place: &Place, at: Option<&Holding>, bodies: bool) -> Result<archive::Resealed, ArchiveError> {
    let mut writer = Writer::open(&place.archive, &place.keys, 2_500)?;
    let founder = unlock(writer.archive(), &place.keys, b"kode", None)?;
    let number = writer.archive().authority().epoch().unwrap().number;
    let keep = |number, pair: &vault::KeyPair| founder.keep_epoch(number, pair);
    let custody = Custody { current: founder.epoch(number)?.unwrap(), keep: &keep, held: at };
    writer.reseal(&founder, &[0], bodies, &custody)
}

fn take_back(place: &Place, held: &HeldRun, item: usize) {
    let archive = Archive::open(&place.archive).unwrap();
    let operator = unlock(&archive, &place.keys, b"kode", None).unwrap();
    let area = place.area();
    archive.reviewing(&operator, &area, held).unwrap().unwrap().take_back(&held.items[item]).unwrap();
}

#[test]
fn what_waits_goes_along_when_its_bucket_gets_another_key() {
    // taken back before the first new key, between the two, after both
    for back in 0..3 {
        let place = founded();
        run(&place, true).unwrap();
        let (held, area) = (place.held(), place.area());
        for without in
            [None, Some(Holding::open(&place.dir.path().join("x"), &place.archive, &place.keys).unwrap())]
        {
            let refused = reseal(&place, without.as_ref(), false).unwrap_err();
            assert!(matches!(refused, ArchiveError::Refused(_)), "{refused}");
        }
        for turn in 0..3 {
            if turn == back {
                take_back(&place, &held, 2);
            }
            if turn < 2 {
                reseal(&place, Some(&area), turn == 1).unwrap();
            }
        }
        let folder = place.dir.path().join("holding").join(chain::hex(&held.run));
        let along = || {
            let names = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name());
            names.filter(|n| n.to_string_lossy().starts_with("wraps-")).count()
        };
        assert_eq!(along(), 2, "a file for each key");
        // the bytes that go with a message that is shredded: there before, and gone with it
        let newest = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
        let newest = newest.filter(|p| p.to_string_lossy().contains("wraps-"));
        let wraps: Vec<Vec<u8>> = newest.map(|p| std::fs::read(p).unwrap()[8..200].to_vec()).collect();
        assert!(wraps.iter().all(|wrap| finds(&place, wrap)));
        let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
        writer.settle(&area, &held, &[(0, Outcome::Shredded)]).unwrap();
        assert!(wraps.iter().all(|wrap| !finds(&place, wrap)));
        let held = place.held();
        let rest = [(3, Outcome::Undecided), (6, Outcome::Kept), (9, Outcome::Shredded)];
        writer.settle(&area, &held, &rest).unwrap();
        drop(writer);
        assert_eq!(place.texts(), ["besked 0", "besked 2", "besked 3"], "taken back at {back}");
        let verified = place.verified();
        assert_eq!(verified.broken, []);
        assert_eq!((verified.records, verified.attachments, verified.unopened), (3, 4, 0));
        assert!(area_is_empty(&place));
    }
}

#[test]
fn what_was_left_behind_by_a_new_key_is_not_appended() {
    let place = founded();
    run(&place, true).unwrap();
    let (held, area) = (place.held(), place.area());
    reseal(&place, Some(&area), false).unwrap();
    let folder = place.dir.path().join("holding").join(chain::hex(&held.run));
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("wraps-") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut writer = Writer::open(&place.archive, &place.keys, 3_000).unwrap();
    let refused = writer.settle(&area, &held, &[(0, Outcome::Kept)]).unwrap_err();
    assert!(matches!(refused, ArchiveError::Broken { .. }), "nobody could open it: {refused}");
    drop(writer);
    assert_eq!(place.texts(), ["besked 0"]);
    assert_eq!(place.verified().broken, []);
}

/// Grants to the second operator, from a day to a day.
fn grant(place: &Place, rights: Rights, days: (Option<i32>, Option<i32>), covers: bool) {
    let mut writer = Writer::open(&place.archive, &place.keys, 2_500).unwrap();
    let founder = unlock(writer.archive(), &place.keys, b"kode", None).unwrap();
    let second =
        writer.archive().authority().operators().map(|o| o.id).find(|id| *id != founder.id()).unwrap();
    writer.grant(&founder, second, rights, days, if covers { b"*" } else { b"x" }, &|_| covers).unwrap();
}

/// Whether the second operator can open what is held, and messages of it.
fn reviews(place: &Place, held: &HeldRun) -> Option<usize> {
    let archive = Archive::open(&place.archive).unwrap();
    let second = unlock(&archive, &place.keys, b"anden", None).unwrap();
    let area = place.area();
    let mut reviewing = archive.reviewing(&second, &area, held).unwrap()?;
    Some(held.items.iter().filter(|item| reviewing.record(item, |_| ()).is_ok()).count())
}

#[test]
fn who_reviews_is_who_is_granted_it() {
    let place = founded();
    {
        let mut writer = Writer::open(&place.archive, &place.keys, 1_500).unwrap();
        let founder = unlock(writer.archive(), &place.keys, b"kode", None).unwrap();
        writer.add_operator(&founder, "Anden", access::Lock::Passphrase(b"anden", CHEAP)).unwrap();
    }
    // over before the run, or not begun
    grant(&place, Rights::REVIEW, (Some(1), None), true);
    run(&place, true).unwrap();
    let held = place.held();
    assert_eq!(reviews(&place, &held), None, "not yet");
    grant(&place, Rights::QUERY, (None, None), true);
    assert_eq!(reviews(&place, &held), None, "another right");
    grant(&place, Rights::REVIEW, (None, None), false);
    assert_eq!(reviews(&place, &held), None, "of somebody else");
    // one who comes later, to what is held already; granted once more, it stays
    for _ in 0..2 {
        grant(&place, Rights::REVIEW, (None, None), true);
        assert_eq!(reviews(&place, &held), Some(4));
    }
    let mut writer = Writer::open(&place.archive, &place.keys, 2_500).unwrap();
    let founder = unlock(writer.archive(), &place.keys, b"kode", None).unwrap();
    let second =
        writer.archive().authority().operators().map(|o| o.id).find(|id| *id != founder.id()).unwrap();
    writer.revoke(&founder, second).unwrap();
    drop(writer);
    assert_eq!(reviews(&place, &held), None);
    let keys = place.keys.join("holding").join(chain::hex(&held.run));
    assert!(!keys.join(format!("reviewer-{}", chain::hex(&second))).exists());
    assert!(keys.join(format!("reviewer-{}", chain::hex(&founder.id()))).exists(), "the other stays");
}

#[test]
fn the_area_lies_apart() {
    let place = founded();
    for inside in [place.archive.join("holding"), place.keys.join("holding"), place.keys.clone()] {
        assert!(Holding::open(&inside, &place.archive, &place.keys).is_err());
    }
}
