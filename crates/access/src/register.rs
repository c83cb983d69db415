//! The clear bodies of the entries that say who may do what, in deterministic CBOR: keys must be
//! readable without keys, names never are. `docs/FORMAT.md`, "Operators and rights".

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Number of an operator, random.
pub type OperatorId = [u8; 16];

/// What an operator may do; no right implies another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(pub u16);

impl Rights {
    /// Writing runs.
    pub const INGEST: Self = Self(1);
    /// Reading: carried out by wrapped keys.
    pub const QUERY: Self = Self(2);
    /// Deciding in the holding area.
    pub const REVIEW: Self = Self(4);
    /// Making productions.
    pub const EXPORT: Self = Self(8);
    /// Disposal.
    pub const DELETE: Self = Self(16);
    /// Placing and releasing holds.
    pub const HOLD: Self = Self(32);
    /// Reading the log of uses.
    pub const AUDIT: Self = Self(64);
    /// Registers, operators, epochs.
    pub const ADMIN: Self = Self(128);
    /// All of them.
    pub const ALL: Self = Self(255);

    /// Each right with its word.
    pub const WORDS: [(Self, &'static str); 8] = [
        (Self::INGEST, "ingest"),
        (Self::QUERY, "query"),
        (Self::REVIEW, "review"),
        (Self::EXPORT, "export"),
        (Self::DELETE, "delete"),
        (Self::HOLD, "hold"),
        (Self::AUDIT, "audit"),
        (Self::ADMIN, "admin"),
    ];

    /// Whether all of `other` are in it.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is left without `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The right of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|w| w.1 == word).map(|w| w.0)
    }

    /// Its words.
    pub fn words(self) -> Vec<&'static str> {
        Self::WORDS.iter().filter(|w| self.has(w.0)).map(|w| w.1).collect()
    }
}

/// The first entry: `[1, operator id, signing key, sealing key, job's signing key]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisBody {
    /// The first operator, with every right.
    pub operator: OperatorBody,
    /// Public key that signs runs.
    pub job: [u8; 32],
}

/// An operator: `[1, operator id, signing key, sealing key]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorBody {
    /// Number.
    pub id: OperatorId,
    /// Ed25519 public key.
    pub signing: [u8; 32],
    /// X-Wing public key of the identity.
    pub sealing: Vec<u8>,
}

/// A grant: `[1, operator id, rights, epoch, operator's sealing key of the epoch, from, to]`; days since
/// 1970, null for none. A later grant takes the place of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantBody {
    /// To whom.
    pub operator: OperatorId,
    /// What.
    pub rights: Rights,
    /// Epoch of the key below.
    pub epoch: u32,
    /// X-Wing public key that buckets are wrapped to.
    pub sealing: Vec<u8>,
    /// First day.
    pub from: Option<i32>,
    /// Last day.
    pub to: Option<i32>,
}

/// The end of a grant: `[1, operator id]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeBody {
    /// Whose.
    pub operator: OperatorId,
}

/// An epoch: `[1, number, X-Wing public key]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochBody {
    /// Number, from 1.
    pub number: u32,
    /// Public key that every bucket is wrapped to.
    pub sealing: Vec<u8>,
}

const VERSION: u8 = 1;

pub(crate) fn encode(fields: u64, write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Option<()>) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    let done = e.array(fields + 1).and_then(|e| e.u8(VERSION)).is_ok() && write(&mut e).is_some();
    debug_assert!(done, "a Vec takes every byte");
    e.into_writer()
}

pub(crate) fn decode<'b, T>(
    bytes: &'b [u8],
    fields: u64,
    read: impl FnOnce(&mut Decoder<'b>) -> Option<T>,
) -> Option<T> {
    let mut d = Decoder::new(bytes);
    (d.array().ok()? == Some(fields + 1) && d.u8().ok()? == VERSION).then_some(())?;
    let value = read(&mut d)?;
    (d.position() == bytes.len()).then_some(value)
}

pub(crate) fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Option<[u8; N]> {
    d.bytes().ok()?.try_into().ok()
}

fn day(d: &mut Decoder<'_>) -> Option<Option<i32>> {
    if d.datatype().ok()? == Type::Null {
        d.null().ok()?;
        return Some(None);
    }
    d.i32().ok().map(Some)
}

fn put_day(e: &mut Encoder<Vec<u8>>, day: Option<i32>) -> Option<()> {
    match day {
        Some(day) => e.i32(day).ok()?,
        None => e.null().ok()?,
    };
    Some(())
}

impl GenesisBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { operator: OperatorBody { id, signing, sealing }, job } = self;
        encode(4, |e| e.bytes(id).ok()?.bytes(signing).ok()?.bytes(sealing).ok()?.bytes(job).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 4, |d| {
            let operator =
                OperatorBody { id: fixed(d)?, signing: fixed(d)?, sealing: d.bytes().ok()?.to_vec() };
            Some(Self { operator, job: fixed(d)? })
        })
    }
}

impl OperatorBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { id, signing, sealing } = self;
        encode(3, |e| e.bytes(id).ok()?.bytes(signing).ok()?.bytes(sealing).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 3, |d| {
            Some(Self { id: fixed(d)?, signing: fixed(d)?, sealing: d.bytes().ok()?.to_vec() })
        })
    }
}

impl GrantBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { operator, rights, epoch, sealing, from, to } = self;
        encode(6, |e| {
            e.bytes(operator).ok()?.u16(rights.0).ok()?.u32(*epoch).ok()?.bytes(sealing).ok()?;
            put_day(e, *from)?;
            put_day(e, *to)
        })
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 6, |d| {
            Some(Self {
                operator: fixed(d)?,
                rights: Rights(d.u16().ok()?),
                epoch: d.u32().ok()?,
                sealing: d.bytes().ok()?.to_vec(),
                from: day(d)?,
                to: day(d)?,
            })
        })
    }
}

impl RevokeBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(1, |e| e.bytes(&self.operator).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 1, |d| Some(Self { operator: fixed(d)? }))
    }
}

impl EpochBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(2, |e| e.u32(self.number).ok()?.bytes(&self.sealing).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 2, |d| Some(Self { number: d.u32().ok()?, sealing: d.bytes().ok()?.to_vec() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back() {
        let operator = OperatorBody { id: [1; 16], signing: [2; 32], sealing: vec![3; 1216] };
        let genesis = GenesisBody { operator: operator.clone(), job: [4; 32] };
        let grant = GrantBody {
            operator: [1; 16],
            rights: Rights::ALL,
            epoch: 1,
            sealing: vec![5; 1216],
            from: None,
            to: Some(20_000),
        };
        assert_eq!(OperatorBody::decode(&operator.encode()), Some(operator));
        assert_eq!(GenesisBody::decode(&genesis.encode()), Some(genesis));
        assert_eq!(GrantBody::decode(&grant.encode()), Some(grant.clone()));
        let epoch = EpochBody { number: 1, sealing: vec![6] };
        assert_eq!(EpochBody::decode(&epoch.encode()), Some(epoch));
        let mut longer = grant.encode();
        longer.push(0);
        assert_eq!(GrantBody::decode(&longer), None);
        for cut in 0..longer.len() - 1 {
            assert_eq!(GrantBody::decode(&longer[..cut]), None);
        }
    }

    #[test]
    fn words() {
        assert_eq!(Rights::from_word("query"), Some(Rights::QUERY));
        assert_eq!(Rights::from_word("all"), None);
        assert_eq!(Rights::QUERY.with(Rights::EXPORT).words(), ["query", "export"]);
        assert!(!Rights::ADMIN.has(Rights::QUERY));
    }
}
