//! How long one proof takes: `cargo test --release -p archive --test speed -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::time::{Duration, Instant};

use archive::{Archive, Aspect, Founding, Writer, create, unlock};
use chain::EntryType;
use rusqlite::Connection;
use vault::Cost;

const RECORDS: u32 = 200_000;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "a measurement, in a release build"]
fn one_proof_made_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    let (at, keys) = (dir.path().join("a"), dir.path().join("k"));
    let cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
    let founding = Founding { passphrase: b"kode", name: "A", scope: b"*", policy: b"p", cost, now: 1 };
    create(&at, &keys, &founding).unwrap();
    let mut writer = Writer::open(&at, &keys, 2).unwrap();
    let mut run = writer.run(u64::from(RECORDS), &|_| true).unwrap();
    for i in 0..RECORDS {
        let bucket = run.bucket(&(i % 60).to_be_bytes(), &|_, _| true).unwrap();
        let text = format!("Sag {i}: kan du se på udkastet inden mødet kl. 14? Det haster lidt.");
        let core = i.to_be_bytes();
        let groups: [&[u8]; 8] =
            [&core, text.as_bytes(), b"parties", b"", b"state", &[7; 250], b"prov", b"v"];
        let sighting = run.sighting(&core, text.as_bytes(), &Aspect::default());
        run.novelty(&sighting);
        run.record(bucket, &sighting, &groups).unwrap();
    }
    run.commit(b"m").unwrap();
    drop(writer);
    let archive = Archive::open(&at).unwrap();
    let operator = unlock(&archive, &keys, b"kode", None).unwrap();
    let (name, key) = archive.job_key();
    let trusted = [chain::TrustedKey::parse(&chain::verifier_key(&name, &key)).unwrap()];
    let db = Connection::open(at.join("archive.db")).unwrap();
    let code = i64::from(EntryType::Segment.code());
    let mut statement =
        db.prepare("SELECT idx FROM entries WHERE substr(header, 5, 1) = CAST(char(?1) AS BLOB)").unwrap();
    let segments: Vec<i64> = statement.query_map([code], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    let prover = archive.prover().unwrap();
    let (mut opened, mut made, mut checked) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..600 {
        let entry = u64::try_from(segments[n * 37 % segments.len()]).unwrap();
        let began = Instant::now();
        let segment = prover.segment(&operator, entry).unwrap();
        opened.push(began.elapsed());
        let began = Instant::now();
        let text = segment.proof(&[u32::try_from(n % 8).unwrap()], |group| group <= 2).unwrap();
        made.push(began.elapsed());
        let began = Instant::now();
        assert!(chain::Proof::parse(&text).unwrap().verify(&trusted).is_ok());
        checked.push(began.elapsed());
    }
    let (opened, made, checked) = (median(opened), median(made), median(checked));
    eprintln!(
        "{RECORDS} records in {} segments: segment opened {opened:?}, proof made {made:?}, checked {checked:?}",
        segments.len()
    );
}
