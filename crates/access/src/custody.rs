//! Split custody of an epoch's private half: a share as it stands on paper, what the key store notes of a
//! split, and the way back from typed shares to the secret. Whether the secret is the right one only the
//! log can say: it has the public half.

use chain::{GroupFault, from_groups, hash, to_groups};
use vault::{Plain, Secret, Share, VaultError};
use zeroize::Zeroizing;

/// Bytes of a share on paper.
const LEN: usize = 52;
const VERSION: u8 = 1;
const MAGIC: &[u8; 4] = b"BAC1";

/// What belongs to all shares of one split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareSet {
    /// Epoch whose private half was split.
    pub epoch: u32,
    /// Shares that are needed.
    pub threshold: u8,
    /// Shares that there are.
    pub shares: u8,
    /// Number of the split, random.
    pub set: [u8; 4],
}

/// A share as it is typed from paper. It has no `Debug`.
#[derive(Clone)]
pub struct PaperShare {
    /// Of which split.
    pub of: ShareSet,
    share: Share,
}

/// Why typed shares give no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareFault {
    /// A group was copied wrong.
    #[error(transparent)]
    Group(#[from] GroupFault),
    /// Every group is well-formed and the whole is no share of this archive.
    #[error("not a share of this archive")]
    Other,
    /// Shares of two splits.
    #[error("the shares are of different splits")]
    Mixed,
    /// The same share twice.
    #[error("share {0} stands twice")]
    Twice(u8),
    /// Too few.
    #[error("{have} shares, {need} are needed")]
    TooFew {
        /// Shares needed.
        need: u8,
        /// Shares there.
        have: u8,
    },
}

/// Splits a secret; the shares belong to `archive`.
///
/// # Errors
/// [`VaultError`] for numbers that cannot be, or without randomness.
pub fn split(secret: &Secret, epoch: u32, threshold: u8, shares: u8) -> Result<Vec<PaperShare>, VaultError> {
    let of = ShareSet { epoch, threshold, shares, set: vault::random()? };
    Ok(vault::split(secret, threshold, shares)?.into_iter().map(|share| PaperShare { of, share }).collect())
}

/// The secret of some shares, of which there must be enough.
///
/// # Errors
/// [`ShareFault`].
pub fn join(shares: &[PaperShare]) -> Result<(ShareSet, Secret), ShareFault> {
    let have = u8::try_from(shares.len()).unwrap_or(u8::MAX);
    let Some(first) = shares.first() else { return Err(ShareFault::TooFew { need: 2, have }) };
    for (at, share) in shares.iter().enumerate() {
        if share.of != first.of {
            return Err(ShareFault::Mixed);
        }
        if shares[..at].iter().any(|other| other.share.x == share.share.x) {
            return Err(ShareFault::Twice(share.share.x));
        }
    }
    if have < first.of.threshold {
        return Err(ShareFault::TooFew { need: first.of.threshold, have });
    }
    let parts: Vec<Share> = shares.iter().map(|s| s.share.clone()).collect();
    let secret = vault::combine(&parts).ok_or(ShareFault::Other)?;
    Ok((first.of, secret))
}

fn check(archive: &[u8; 16], bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = hash(&[&vault::tag("BA1.share"), archive, bytes]);
    [a, b, c, d]
}

impl PaperShare {
    /// Which of the shares it is, from 1.
    pub fn number(&self) -> u8 {
        self.share.x
    }

    /// The groups that are printed: `u8 version 1 | first 4 bytes of the archive | u32 epoch | u8 threshold |
    /// u8 shares | u8 number | split 4 | values 32 | check 4`.
    pub fn groups(&self, archive: &[u8; 16]) -> Zeroizing<String> {
        let Self { of: ShareSet { epoch, threshold, shares, set }, share: Share { x, y } } = self;
        let mut bytes = Plain::new(Vec::with_capacity(LEN));
        bytes.push(VERSION);
        bytes.extend_from_slice(&archive[..4]);
        bytes.extend_from_slice(&epoch.to_be_bytes());
        bytes.extend_from_slice(&[*threshold, *shares, *x]);
        bytes.extend_from_slice(set);
        bytes.extend_from_slice(y.as_ref());
        let check = check(archive, &bytes);
        bytes.extend_from_slice(&check);
        Zeroizing::new(to_groups(&bytes).join(" "))
    }

    /// A share of an archive from typed groups.
    ///
    /// # Errors
    /// [`ShareFault::Group`], [`ShareFault::Other`].
    pub fn typed(archive: &[u8; 16], groups: &str) -> Result<Self, ShareFault> {
        let bytes = Plain::new(from_groups(groups, LEN)?);
        let (body, checked) = bytes.split_last_chunk::<4>().ok_or(ShareFault::Other)?;
        if check(archive, body) != *checked || body[0] != VERSION || body[1..5] != archive[..4] {
            return Err(ShareFault::Other);
        }
        let mut y = Secret::default();
        y.copy_from_slice(&body[16..48]);
        let epoch = u32::from_be_bytes(std::array::from_fn(|i| body[5 + i]));
        let set = std::array::from_fn(|i| body[12 + i]);
        let of = ShareSet { epoch, threshold: body[9], shares: body[10], set };
        Ok(Self { of, share: Share { x: body[11], y } })
    }
}

/// What the key store notes of a split: not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustodyNote {
    /// Which.
    pub of: ShareSet,
    /// When it was made, milliseconds since 1970.
    pub split_at: u64,
    /// When shares last gave the epoch's key; 0 for never.
    pub drilled_at: u64,
}

impl CustodyNote {
    /// Name of the note of an epoch.
    pub fn name(epoch: u32) -> String {
        format!("custody/{epoch}")
    }

    /// Its bytes: `BAC1 | split 4 | u8 threshold | u8 shares | u64 split at | u64 drilled at`.
    pub fn encode(&self) -> Vec<u8> {
        let Self { of: ShareSet { epoch: _, threshold, shares, set }, split_at, drilled_at } = self;
        let times = [split_at.to_be_bytes(), drilled_at.to_be_bytes()].concat();
        [&MAGIC[..], set, &[*threshold, *shares], &times].concat()
    }

    /// The note of an epoch from its bytes.
    pub fn decode(epoch: u32, bytes: &[u8]) -> Option<Self> {
        let rest: &[u8; 22] = bytes.strip_prefix(MAGIC)?.try_into().ok()?;
        let number = |at: usize| u64::from_be_bytes(std::array::from_fn(|i| rest[at + i]));
        let set = std::array::from_fn(|i| rest[i]);
        let of = ShareSet { epoch, threshold: rest[4], shares: rest[5], set };
        Some(Self { of, split_at: number(6), drilled_at: number(14) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: [u8; 16] = [0xab; 16];

    fn fault(shares: &[PaperShare]) -> Option<ShareFault> {
        join(shares).err()
    }

    #[test]
    fn typed_shares_give_the_secret_back() {
        let secret = Zeroizing::new([7; 32]);
        let shares = split(&secret, 3, 2, 3).unwrap();
        let typed: Vec<PaperShare> = shares
            .iter()
            .map(|s| PaperShare::typed(&ARCHIVE, &s.groups(&ARCHIVE).to_lowercase()).unwrap())
            .collect();
        for pair in [[0, 1], [0, 2], [2, 1]] {
            let pair = pair.map(|i| typed[i].clone());
            let (of, joined) = join(&pair).unwrap();
            assert_eq!((of.epoch, of.threshold, of.shares, joined), (3, 2, 3, secret.clone()));
        }
        assert_eq!(join(&typed).unwrap().1, secret);
        assert_eq!(typed.iter().map(PaperShare::number).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn what_does_not_belong_together_is_said() {
        let secret = Zeroizing::new([7; 32]);
        let (a, b) = (split(&secret, 3, 2, 3).unwrap(), split(&secret, 3, 2, 3).unwrap());
        assert_eq!(fault(&[]), Some(ShareFault::TooFew { need: 2, have: 0 }));
        assert_eq!(fault(&a[..1]), Some(ShareFault::TooFew { need: 2, have: 1 }));
        assert_eq!(fault(&[a[0].clone(), a[0].clone()]), Some(ShareFault::Twice(1)));
        assert_eq!(fault(&[a[0].clone(), b[1].clone()]), Some(ShareFault::Mixed));
        let groups = a[0].groups(&ARCHIVE);
        assert_eq!(PaperShare::typed(&[0xac; 16], &groups).err(), Some(ShareFault::Other));
        // every single character, and every group in the place of its neighbour
        let text: Vec<char> = groups.chars().filter(|c| *c != ' ').collect();
        for at in 0..text.len() {
            let mut wrong = text.clone();
            wrong[at] = if wrong[at] == 'A' { 'B' } else { 'A' };
            assert!(PaperShare::typed(&ARCHIVE, &wrong.iter().collect::<String>()).is_err(), "{at}");
        }
    }

    #[test]
    fn groups_agree_with_the_other_implementation() {
        let expected = include_str!("../../../fixtures/vectors/access/share-1.txt").trim();
        let of = ShareSet { epoch: 3, threshold: 2, shares: 3, set: [1, 2, 3, 4] };
        let share = PaperShare {
            of,
            share: Share { x: 2, y: Zeroizing::new(std::array::from_fn(|i| u8::try_from(i).unwrap())) },
        };
        assert_eq!(share.groups(&ARCHIVE).as_str(), expected);
    }

    #[test]
    fn a_note_comes_back() {
        let of = ShareSet { epoch: 3, threshold: 2, shares: 3, set: [1, 2, 3, 4] };
        let note = CustodyNote { of, split_at: 5, drilled_at: 6 };
        assert_eq!(CustodyNote::decode(3, &note.encode()), Some(note));
        assert_eq!(CustodyNote::decode(3, &note.encode()[1..]), None);
    }
}
