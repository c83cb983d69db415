//! Who may do what: operators, rights and their replay from the log; identities behind a passphrase or
//! a key of the operator's own;
//! the key store as a folder of small files with a fixed place for each secret.
//!
//! This crate knows no message and no database. Rights are checked over entries as they stand in the
//! log; reading is not a right that a program checks but a key that one has.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod acts;
mod authority;
pub mod custody;
mod handover;
mod identity;
mod keystore;
pub mod parcel;
mod personal;
mod register;
mod witness;

pub use acts::{DayBody, DisposeBody, DisposedBody, EraseBody, ResealBody, RestampBody, SuiteBody};
pub use authority::{Authority, Granted, RightsFault, needed};
pub use handover::{HandedBody, HandedStage, HandoverBody, TakenBody};
pub use identity::{Identity, IdentityFault, Lock, Opener};
pub use keystore::{KeyStore, KeyStoreFault, lie_apart};
pub use personal::{Identities, Nobody, Person, PersonalFault, Recipients};
pub use register::{EpochBody, GenesisBody, GrantBody, OperatorBody, OperatorId, RevokeBody, Rights};
pub use witness::{Witness, WitnessFault};

/// Any bytes as each of the bodies that give or take rights, as an identity, a share, a witness's file, a copy of the key
/// store; what decodes encodes to the same.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    fn same<T>(data: &[u8], decode: fn(&[u8]) -> Option<T>, encode: fn(&T) -> Vec<u8>) {
        if let Some(body) = decode(data) {
            assert_eq!(encode(&body), data, "two encodings of one body");
        }
    }
    same(data, GenesisBody::decode, GenesisBody::encode);
    same(data, OperatorBody::decode, OperatorBody::encode);
    same(data, GrantBody::decode, GrantBody::encode);
    same(data, RevokeBody::decode, RevokeBody::encode);
    same(data, EpochBody::decode, EpochBody::encode);
    // these may spell a number in several ways; what matters is that they end
    drop(DisposeBody::decode(data));
    drop(EraseBody::decode(data));
    drop(ResealBody::decode(data));
    drop(SuiteBody::decode(data));
    let _: Option<HandoverBody> = HandoverBody::decode(data);
    let _: Option<HandedBody> = HandedBody::decode(data);
    let _: Option<TakenBody> = TakenBody::decode(data);
    let _: Option<_> = Authority::genesis_key(data);
    if let Some(note) = custody::CustodyNote::decode(1, data) {
        assert_eq!(note.encode(), data);
    }
    drop(parcel::label(data));
    static OWN: std::sync::LazyLock<Option<Identities>> = std::sync::LazyLock::new(|| {
        let key = age::secrecy::ExposeSecret::expose_secret(&age::x25519::Identity::generate().to_string())
            .to_owned();
        Identities::parse(&key, std::sync::Arc::new(Nobody)).ok()
    });
    if let Some(own) = OWN.as_ref() {
        drop(Identity::unlock(data, [0; 16], &[0; 16], Opener::Identities(own)));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        // many spellings of one share; read again it says the same
        if let Ok(share) = custody::PaperShare::typed(&[0xab; 16], text) {
            let groups = share.groups(&[0xab; 16]);
            let again = custody::PaperShare::typed(&[0xab; 16], &groups).map(|s| s.groups(&[0xab; 16]));
            assert!(again.is_ok_and(|again| *again == *groups));
        }
        drop(Witness::parse(text));
    }
    // what a derivation costs is bounded elsewhere; here only the cheapest is paid for
    let cheap = [&b"BAI1"[..], &8192_u32.to_be_bytes(), &1_u32.to_be_bytes(), &1_u32.to_be_bytes()].concat();
    if !data.starts_with(b"BAI1") || data.starts_with(&cheap) {
        drop(Identity::unlock(data, [0; 16], &[0; 16], Opener::Passphrase(b"x")));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let nobody = || -> std::sync::Arc<dyn Person> { std::sync::Arc::new(Nobody) };
        drop(Recipients::parse(text, nobody()));
        // a plug-in would be a program of the machine: only an identity that has none is tried
        drop(Identities::parse(text, nobody()));
    }
}
