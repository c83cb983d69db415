//! Headers, signatures, checkpoints and proofs against what `scripts/vectors.py` wrote.
#![allow(clippy::unwrap_used, missing_docs)]

use chain::{
    Checkpoint, EntryType, Header, Proof, Signer, Suite, TrustedKey, hex, job_name, origin, sign_block,
    verifier_key,
};

const ARCHIVE: [u8; 16] = [0xab; 16];

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/vectors/chain/", $name))
    };
}

fn header() -> Header {
    Header {
        entry_type: EntryType::Run.code(),
        suite: Suite::Sha256,
        content_suite: Suite::Sha256,
        index: 0x0102_0304_0506_0708,
        prev: [1; 32],
        archive: ARCHIVE,
        run: [3; 16],
        written_at: 1_764_000_000_123,
        bucket: [5; 16],
        content: [2; 32],
        body_digest: [6; 32],
        body_len: 4096,
        author: [7; 32],
        refers_to: 2,
    }
}

#[test]
fn a_header_and_its_signatures() {
    let bytes = header().encode();
    assert_eq!(hex(&bytes), vector!("header-1.hex").trim());
    assert_eq!(Header::parse(&bytes), Ok(header()));
    let signers = [[1; 32], [2; 32]].map(|seed| Signer::from_seed(&seed));
    let block = sign_block(&ARCHIVE, &bytes, &signers.each_ref(), &[]);
    assert_eq!(hex(&block), vector!("signatures-1.hex").trim());
}

#[test]
fn a_checkpoint_and_the_key_that_signed_it() {
    let signer = Signer::from_seed(&[1; 32]);
    let mut checkpoint = Checkpoint::new(origin(&ARCHIVE), 42, [7; 32]);
    checkpoint.sign(&job_name(&ARCHIVE), &signer);
    assert_eq!(checkpoint.to_text(), vector!("checkpoint-1.txt"));
    let line = vector!("trusted-keys-1.txt").trim();
    assert_eq!(verifier_key(&job_name(&ARCHIVE), &signer.public()), line);
    let read = Checkpoint::parse(vector!("checkpoint-1.txt")).unwrap();
    let key = TrustedKey::parse(line).unwrap();
    assert_eq!(read.verify(&key.name, &key.public), Ok(()));
}

#[test]
fn a_proof_made_elsewhere() {
    let texts = [
        vector!("proof-1.proof"),
        vector!("proof-2.proof"),
        vector!("proof-3.proof"),
        vector!("proof-4.proof"),
    ];
    let mut suites = Vec::new();
    for text in texts {
        suites.push(a_proof(text));
    }
    let (first, second) = (Suite::Sha256, Suite::Sha3);
    assert_eq!(suites, [(first, first), (first, first), (first, second), (second, second)]);
}

/// Checks a proof; gives the suites of its records and its header.
fn a_proof(text: &str) -> (Suite, Suite) {
    let proof = Proof::parse(text).unwrap();
    let key = TrustedKey::parse(vector!("trusted-keys-1.txt").trim()).unwrap();
    let proven = proof.verify(&[key]).unwrap();
    assert_eq!((proven.header.index, proven.records.len()), (4, 1));
    for (group, field) in (1..).zip(proven.records[0]) {
        let expected = format!("record 1 group {group}");
        let hidden = group == 3 || group == 6;
        assert_eq!(field.shown(), (!hidden).then_some(expected.as_bytes()), "{group}");
    }
    assert_eq!(proof.to_text(), text);
    (proven.header.content_suite, proven.header.suite)
}
