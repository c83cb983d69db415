//! Bodies a second: the ordinary one, a text with one run.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// "Hej", one run, part 0; the bytes of `docs/readers/ios.md`, "typedstream".
fn hej() -> Vec<u8> {
    let mut b = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92".to_vec();
    b.extend(b"\x84\x84\x84\x08NSString\x01\x94\x84\x01+\x03Hej\x86\x84\x02iI\x01\x03");
    b.extend(b"\x92\x84\x84\x84\x0cNSDictionary\x00\x94\x84\x01i\x01");
    b.extend(b"\x92\x84\x96\x96\x1d__kIMMessagePartAttributeName\x86");
    b.extend(
        b"\x92\x84\x84\x84\x08NSNumber\x00\x84\x84\x07NSValue\x00\x94\x84\x01*\x84\x99\x99\x00\x86\x86\x86",
    );
    b
}

fn body(c: &mut Criterion) {
    let bytes = hej();
    let mut group = c.benchmark_group("body");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one run", |b| b.iter(|| imessage::fuzz_body(std::hint::black_box(&bytes))));
    group.finish();
}

criterion_group!(benches, body);
criterion_main!(benches);
