//! Records a second into sealed, chained, durable segments, and back through verification.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::atomic::AtomicBool;

use archive::{Archive, Aspect, Founding, Writer, create, unlock, verify};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use vault::Cost;

const RECORDS: u32 = 50_000;

fn founded() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
    let founding = Founding { passphrase: b"kode", name: "A", scope: b"*", policy: b"p", cost, now: 1 };
    create(&dir.path().join("a"), &dir.path().join("k"), &founding).unwrap();
    dir
}

fn fill(dir: &tempfile::TempDir) {
    let mut writer = Writer::open(&dir.path().join("a"), &dir.path().join("k"), 2).unwrap();
    let mut run = writer.run(u64::from(RECORDS), &|_| true).unwrap();
    let bucket = run.bucket(b"one", &|_, _| true).unwrap();
    for i in 0..RECORDS {
        let text = format!("Sag {i}: kan du se på udkastet inden mødet kl. 14? Det haster lidt.");
        let core = i.to_be_bytes();
        let groups: [&[u8]; 8] = [
            &core,
            text.as_bytes(),
            b"parties of the message",
            b"",
            b"state",
            &[7; 250],
            b"provenance",
            b"v",
        ];
        let sighting = run.sighting(&core, text.as_bytes(), &Aspect::default());
        run.novelty(&sighting);
        run.record(bucket, &sighting, &groups).unwrap();
    }
    run.commit(b"m").unwrap();
}

fn store(c: &mut Criterion) {
    let mut group = c.benchmark_group("store");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(RECORDS)));
    group.bench_function("append", |b| b.iter_batched(founded, |dir| fill(&dir), BatchSize::PerIteration));
    let dir = founded();
    fill(&dir);
    let archive = dir.path().join("a");
    let operator = unlock(&Archive::open(&archive).unwrap(), &dir.path().join("k"), b"kode", None).unwrap();
    group.bench_function("verify with keys", |b| {
        b.iter(|| {
            verify(&archive, Some(&operator), None, &|_| Vec::new(), &|_| {}, &AtomicBool::new(false))
                .unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
