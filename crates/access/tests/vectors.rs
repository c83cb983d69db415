//! Clear bodies and an identity against what `scripts/vectors.py` wrote.
#![allow(clippy::unwrap_used, missing_docs)]

use access::{EpochBody, GenesisBody, GrantBody, Identity, OperatorBody, RevokeBody, Rights};
use vault::KeyPair;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/vectors/access/", $name)).trim()
    };
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok()).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn clear_bodies() {
    let operator = OperatorBody { id: [10; 16], signing: [12; 32], sealing: b"seal".to_vec() };
    let grant = |rights, epoch, sealing: &[u8], from, to| {
        GrantBody { operator: [10; 16], rights, epoch, sealing: sealing.to_vec(), from, to }.encode()
    };
    let read_and_write = Rights::QUERY.with(Rights::EXPORT);
    let ours = [
        ("genesis", GenesisBody { operator: operator.clone(), job: [13; 32] }.encode()),
        ("operator", operator.encode()),
        ("grant", grant(Rights::ALL, 1, b"seal", None, Some(20_000))),
        ("grant-2", grant(read_and_write, 70_000, b"", Some(-3), None)),
        ("revoke", RevokeBody { operator: [10; 16] }.encode()),
        ("epoch", EpochBody { number: 1, sealing: b"seal".to_vec() }.encode()),
    ];
    let lines: Vec<_> = vector!("bodies.txt").lines().map(|l| l.split_once(' ').unwrap()).collect();
    assert_eq!(lines.len(), ours.len());
    for ((name, hex), (expected, bytes)) in lines.into_iter().zip(ours) {
        assert_eq!((name, unhex(hex)), (expected, bytes));
    }
}

#[test]
fn an_identity_made_elsewhere() {
    let bytes = unhex(vector!("identity-1.hex"));
    let unlock =
        |passphrase: &str| Identity::unlock(&bytes, [10; 16], &[0xab; 16], passphrase.as_bytes().into());
    let identity = unlock("adgangssætning").unwrap();
    assert_eq!(identity.signer().public(), chain::Signer::from_seed(&[12; 32]).public());
    let seed = zeroize::Zeroizing::new(std::array::from_fn(|i| u8::try_from(i).unwrap()));
    assert!(identity.sealing().public() == KeyPair::from_seed(&seed).unwrap().public());
    assert!(unlock("adgangssaetning").is_err());
}
