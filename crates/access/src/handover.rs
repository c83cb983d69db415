//! The clear bodies of what passes between two archives: a custodian is handed over, what became of it, and what was
//! taken over from elsewhere. Digests only; whose messages, to whom and why stand in the sealed part.
//! `docs/FORMAT.md`, "Hand-over".

use crate::register::{decode, encode, fixed};

/// A hand-over as two persons approved it: `[1, digest of the plan]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandoverBody {
    /// Digest of what is sealed with it, as it was approved.
    pub plan: [u8; 32],
}

/// How far a hand-over has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedStage {
    /// The package is made; the digest is that of its file.
    Packed,
    /// The receiver has it; the digest is that of the receipt.
    Received,
}

/// What became of a hand-over, `[1, stage, digest]`; the header names its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedBody {
    /// How far.
    pub stage: HandedStage,
    /// SHA-256 of the file that shows it.
    pub digest: [u8; 32],
}

/// What was taken over, `[1, digest]`: segments and attachments that came with it refer to the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenBody {
    /// SHA-256 of the package's file.
    pub package: [u8; 32],
}

impl HandoverBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(1, |e| e.bytes(&self.plan).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 1, |d| Some(Self { plan: fixed(d)? }))
    }
}

impl HandedBody {
    const STAGES: [HandedStage; 2] = [HandedStage::Packed, HandedStage::Received];

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(2, |e| e.u8(self.stage as u8).ok()?.bytes(&self.digest).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 2, |d| {
            let stage = Self::STAGES.get(usize::from(d.u8().ok()?)).copied()?;
            Some(Self { stage, digest: fixed(d)? })
        })
    }
}

impl TakenBody {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(1, |e| e.bytes(&self.package).ok().map(|_| ()))
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes, 1, |d| Some(Self { package: fixed(d)? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back() {
        let handover = HandoverBody { plan: [1; 32] };
        assert_eq!(HandoverBody::decode(&handover.encode()), Some(handover));
        let taken = TakenBody { package: [2; 32] };
        assert_eq!(TakenBody::decode(&taken.encode()), Some(taken));
        for stage in HandedBody::STAGES {
            let handed = HandedBody { stage, digest: [3; 32] };
            let bytes = handed.encode();
            assert_eq!(HandedBody::decode(&bytes), Some(handed));
            for cut in 0..bytes.len() {
                assert_eq!(HandedBody::decode(&bytes[..cut]), None);
            }
        }
        let third = [&[0x83, 1, 2, 0x58, 32][..], &[3; 32]].concat();
        assert_eq!(HandedBody::decode(&third), None);
    }
}
