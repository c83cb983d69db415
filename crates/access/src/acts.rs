//! The clear bodies of what is done to messages that are in the archive: disposal, erasure, their ends, a
//! bucket sealed anew; and of holds and confirmed days. Random numbers, digests and days, in deterministic
//! CBOR; who and why stand in the sealed part. `docs/FORMAT.md`, "Holds, disposal, erasure".

use minicbor::{Decoder, Encoder};

use crate::register::{decode, encode, fixed};

/// A disposal: `[1, day, digest of the plan, buckets]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposeBody {
    /// Day by which all of it is due, days since 1970.
    pub day: i32,
    /// Digest of the plan as it was approved.
    pub plan: [u8; 32],
    /// The buckets, ascending and distinct, at least one.
    pub buckets: Vec<[u8; 16]>,
}

/// What is said of a disposal or erasure afterwards: `[1, stage]`; the header names the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisposedBody {
    /// Keys and bodies are gone from this archive and this key store.
    Finished,
    /// A copy that was pending is confirmed to be gone.
    Confirmed,
}

/// An erasure: `[1, digest of the plan, records, blobs]`, all of the bucket in the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EraseBody {
    /// Digest of what is sealed with it, as it was approved.
    pub plan: [u8; 32],
    /// Entry of the segment and place in it, ascending.
    pub records: Vec<(u64, u32)>,
    /// Entries of attachments whose bodies go, ascending.
    pub blobs: Vec<u64>,
}

/// A bucket sealed anew: `[1, public key, bodies, wraps]`; the header names the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResealBody {
    /// The bucket's new public key.
    pub public: Vec<u8>,
    /// Entry, digest and length of each new body, ascending.
    pub bodies: Vec<(u64, [u8; 32], u64)>,
    /// Entry and new wrap of the key of each body that stays as it is, ascending.
    pub wraps: Vec<(u64, Vec<u8>)>,
}

/// A renewal of what the log is hashed with: `[1, size, root, from, digests]`; the header's suite is the new one, its
/// content the root over what is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteBody {
    /// Entries that are renewed: all before the first entry of the renewal.
    pub size: u64,
    /// Root over their headers by the suite before.
    pub root: [u8; 32],
    /// First entry that this part covers.
    pub from: u64,
    /// Digest of the body of each entry by the new suite, zeros where it was gone.
    pub digests: Vec<[u8; 32]>,
}

/// Other periods for what lies in some buckets: `[1, digest of the plan, longer, shorter]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestampBody {
    /// Digest of what is sealed with it, as it was approved.
    pub plan: [u8; 32],
    /// Buckets of which no message is due earlier than before, ascending.
    pub longer: Vec<[u8; 16]>,
    /// Buckets of which a message is, ascending; two persons must want it.
    pub shorter: Vec<[u8; 16]>,
}

/// Bytes of an entry with a wrap behind it.
const WRAP: usize = 8 + vault::WRAPPED_LEN;

/// A day, `[1, day]`: when the request for a hold was received, from when a released hold blocks no more, what
/// day an operator says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayBody(pub i32);

/// Fixed pieces of a byte string, ascending and distinct by `key`.
fn pieces<const N: usize, K: Ord>(bytes: &[u8], key: impl Fn(&[u8; N]) -> K) -> Option<Vec<[u8; N]>> {
    let (all, rest) = bytes.as_chunks::<N>();
    let ascending = all.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]));
    (rest.is_empty() && ascending).then(|| all.to_vec())
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes.get(at + i).copied().unwrap_or_default())
}

impl DisposeBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { day, plan, buckets } = self;
        encode(3, |e| e.i32(*day).ok()?.bytes(plan).ok()?.bytes(&buckets.concat()).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 3, |d| {
            let (day, plan) = (d.i32().ok()?, fixed(d)?);
            let buckets = pieces(d.bytes().ok()?, |b: &[u8; 16]| *b)?;
            (!buckets.is_empty()).then_some(Self { day, plan, buckets })
        })
    }
}

impl DisposedBody {
    const ALL: [Self; 2] = [Self::Finished, Self::Confirmed];

    /// Its bytes.
    pub fn encode(self) -> Vec<u8> {
        encode(1, |e| e.u8(self as u8).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 1, |d| Self::ALL.get(usize::from(d.u8().ok()?)).copied())
    }
}

impl EraseBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { plan, records, blobs } = self;
        let records: Vec<u8> = records
            .iter()
            .flat_map(|(entry, place)| entry.to_be_bytes().into_iter().chain(place.to_be_bytes()))
            .collect();
        let blobs: Vec<u8> = blobs.iter().flat_map(|entry| entry.to_be_bytes()).collect();
        encode(3, |e| e.bytes(plan).ok()?.bytes(&records).ok()?.bytes(&blobs).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 3, |d| {
            let plan = fixed(d)?;
            let records = pieces(d.bytes().ok()?, |b: &[u8; 12]| *b)?;
            let blobs = pieces(d.bytes().ok()?, |b: &[u8; 8]| *b)?;
            let record = |b: &[u8; 12]| (u64::from_be_bytes(take(b, 0)), u32::from_be_bytes(take(b, 8)));
            let records: Vec<_> = records.iter().map(record).collect();
            let blobs = blobs.into_iter().map(u64::from_be_bytes).collect();
            (!records.is_empty()).then_some(Self { plan, records, blobs })
        })
    }
}

impl RestampBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { plan, longer, shorter } = self;
        let (longer, shorter) = (longer.concat(), shorter.concat());
        encode(3, |e| e.bytes(plan).ok()?.bytes(&longer).ok()?.bytes(&shorter).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 3, |d| {
            let plan = fixed(d)?;
            let longer = pieces(d.bytes().ok()?, |b: &[u8; 16]| *b)?;
            let shorter = pieces(d.bytes().ok()?, |b: &[u8; 16]| *b)?;
            let apart = longer.iter().all(|bucket| shorter.binary_search(bucket).is_err());
            let some = !longer.is_empty() || !shorter.is_empty();
            (apart && some).then_some(Self { plan, longer, shorter })
        })
    }
}

impl ResealBody {
    /// Its bytes; bodies and wraps in the order of their entries, however they were gathered.
    pub fn encode(&self) -> Vec<u8> {
        let Self { public, mut bodies, mut wraps } = self.clone();
        bodies.sort_unstable();
        wraps.sort_unstable();
        let mut all = Vec::with_capacity(bodies.len() * 48);
        for (entry, digest, len) in &bodies {
            all.extend_from_slice(&entry.to_be_bytes());
            all.extend_from_slice(digest);
            all.extend_from_slice(&len.to_be_bytes());
        }
        let wraps: Vec<u8> =
            wraps.iter().flat_map(|(entry, wrap)| [&entry.to_be_bytes()[..], wrap].concat()).collect();
        encode(3, |e| e.bytes(&public).ok()?.bytes(&all).ok()?.bytes(&wraps).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 3, |d| {
            let public = d.bytes().ok()?.to_vec();
            let bodies = pieces(d.bytes().ok()?, |b: &[u8; 48]| take::<8>(b, 0))?;
            let body = |b: &[u8; 48]| {
                (u64::from_be_bytes(take(b, 0)), take::<32>(b, 8), u64::from_be_bytes(take(b, 40)))
            };
            let wraps = pieces(d.bytes().ok()?, |b: &[u8; WRAP]| take::<8>(b, 0))?;
            let wrap = |b: &[u8; WRAP]| (u64::from_be_bytes(take(b, 0)), b.iter().skip(8).copied().collect());
            Some(Self {
                public,
                bodies: bodies.iter().map(body).collect(),
                wraps: wraps.iter().map(wrap).collect(),
            })
        })
    }
}

impl SuiteBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let Self { size, root, from, digests } = self;
        let digests = digests.concat();
        encode(4, |e| e.u64(*size).ok()?.bytes(root).ok()?.u64(*from).ok()?.bytes(&digests).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 4, |d: &mut Decoder<'_>| {
            let (size, root, from) = (d.u64().ok()?, fixed(d)?, d.u64().ok()?);
            let (digests, rest) = d.bytes().ok()?.as_chunks::<32>();
            let ends = from.checked_add(digests.len() as u64)?;
            (rest.is_empty() && !digests.is_empty() && ends <= size).then(|| Self {
                size,
                root,
                from,
                digests: digests.to_vec(),
            })
        })
    }
}

impl DayBody {
    /// Its bytes.
    pub fn encode(self) -> Vec<u8> {
        encode(1, |e: &mut Encoder<Vec<u8>>| e.i32(self.0).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 1, |d: &mut Decoder<'_>| d.i32().ok().map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back() {
        let dispose = DisposeBody { day: -3, plan: [1; 32], buckets: vec![[1; 16], [2; 16]] };
        assert_eq!(DisposeBody::decode(&dispose.encode()), Some(dispose.clone()));
        let erase = EraseBody { plan: [3; 32], records: vec![(5, 0), (5, 9), (6, 1)], blobs: vec![2, 9] };
        assert_eq!(EraseBody::decode(&erase.encode()), Some(erase));
        let reseal = ResealBody {
            public: vec![9; 1216],
            bodies: vec![(3, [7; 32], 11), (4, [6; 32], 12)],
            wraps: vec![(2, vec![8; 1168])],
        };
        assert_eq!(ResealBody::decode(&reseal.encode()), Some(reseal.clone()));
        let gathered = ResealBody { bodies: reseal.bodies.iter().rev().copied().collect(), ..reseal.clone() };
        assert_eq!(gathered.encode(), reseal.encode());
        let restamp = RestampBody { plan: [3; 32], longer: vec![[1; 16], [2; 16]], shorter: vec![[3; 16]] };
        assert_eq!(RestampBody::decode(&restamp.encode()), Some(restamp.clone()));
        for wrong in [vec![[2; 16]], vec![[3; 16], [3; 16]]] {
            assert_eq!(
                RestampBody::decode(&RestampBody { shorter: wrong, ..restamp.clone() }.encode()),
                None
            );
        }
        assert_eq!(RestampBody::decode(&RestampBody::default().encode()), None);
        for stage in DisposedBody::ALL {
            assert_eq!(DisposedBody::decode(&stage.encode()), Some(stage));
        }
        assert_eq!(DisposedBody::decode(&[0x82, 1, 2]), None);
        assert_eq!(DayBody::decode(&DayBody(20_000).encode()), Some(DayBody(20_000)));
        let suite = SuiteBody { size: 9, root: [1; 32], from: 7, digests: vec![[2; 32], [0; 32]] };
        assert_eq!(SuiteBody::decode(&suite.encode()), Some(suite.clone()));
        // covers what is not renewed, covers nothing, no number of entries at all
        for bad in [
            SuiteBody { from: 8, ..suite.clone() },
            SuiteBody { digests: vec![], ..suite.clone() },
            SuiteBody { from: u64::MAX, ..suite.clone() },
        ] {
            assert_eq!(SuiteBody::decode(&bad.encode()), None);
        }
        // not ascending, twice, none, cut
        for buckets in [vec![[2; 16], [1; 16]], vec![[1; 16], [1; 16]], vec![]] {
            assert_eq!(DisposeBody::decode(&DisposeBody { buckets, ..dispose.clone() }.encode()), None);
        }
        let bytes = dispose.encode();
        for cut in 0..bytes.len() {
            assert_eq!(DisposeBody::decode(&bytes[..cut]), None);
        }
        let wrong = EraseBody { plan: [3; 32], records: vec![(5, 1), (5, 0)], blobs: vec![] };
        assert_eq!(EraseBody::decode(&wrong.encode()), None);
    }
}
