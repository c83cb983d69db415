//! Seals under a lasting key, streams, padded lengths, wraps against what `scripts/vectors.py` wrote; the
//! script's X-Wing and HPKE are written from their specifications.
#![allow(clippy::unwrap_used, missing_docs)]

use sha2::{Digest, Sha256};
use vault::{KeyPair, open_stream, open_under, padme, seal_stream, unwrap};
use zeroize::Zeroizing;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/vectors/seal/", $name)).trim()
    };
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok()).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn a_seal_under_a_lasting_key() {
    let sealed = unhex(vector!("under-1.hex"));
    let open = |key: u8, context: &[u8]| open_under(&Zeroizing::new([key; 32]), context, &sealed);
    assert_eq!(open(7, b"context").unwrap().as_slice(), b"Rigets tilstand");
    assert!(open(7, b"other").is_err() && open(8, b"context").is_err());
}

#[test]
fn padded_lengths() {
    let mut checked = 0;
    for line in vector!("padme.txt").lines() {
        let (len, padded) = line.split_once(' ').unwrap();
        assert_eq!(padme(len.parse().unwrap()).to_string(), padded, "{len}");
        checked += 1;
    }
    assert!(checked > 70);
}

#[test]
fn streams() {
    let mut checked = 0;
    for line in vector!("stream.txt").lines() {
        let (len, digest) = line.split_once(' ').unwrap();
        let len: usize = len.parse().unwrap();
        let content: Vec<u8> = (0..len).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
        let key = Zeroizing::new([3; 32]);
        let mut sealed = Vec::new();
        seal_stream(&key, b"context", len as u64, &mut &content[..], &mut sealed).unwrap();
        let hex: String = Sha256::digest(&sealed).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, digest, "{len}");
        let mut out = Vec::new();
        open_stream(&key, b"context", &mut &sealed[..], &mut out).unwrap();
        assert_eq!(out, content, "{len}");
        checked += 1;
    }
    assert_eq!(checked, 7);
}

#[test]
fn a_wrap_made_elsewhere() {
    let seed = Zeroizing::new(std::array::from_fn(|i| u8::try_from(i).unwrap()));
    let pair = KeyPair::from_seed(&seed).unwrap();
    assert_eq!(pair.public().as_bytes(), unhex(vector!("public-1.hex")));
    let wrapped = unhex(vector!("wrap-1.hex"));
    assert_eq!(*unwrap(&pair, "bucket", b"context", &wrapped).unwrap(), [5; 32]);
    assert!(unwrap(&pair, "segment", b"context", &wrapped).is_err());
}
