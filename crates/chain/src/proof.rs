//! A proof of some messages of one segment that needs no archive: C2SP tlog-proof, with the header and
//! the segment's tree in its `extra` line. The tree is cut back to what is shown: a subtree in which
//! nothing is shown is one hash, and so is a field group that stays hidden. FORMAT.md, "Proofs".
//!
//! What a group says is not known here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, NoteFault, TrustedKey, job_name};
use crate::commit::{GROUPS, Seed, field_commitment, field_of_salt, record_of_fields, salt};
use crate::header::{EntryType, HEADER_LEN, Header};
use crate::tree::{leaf_hash, node, root_of, split, verify_inclusion};
use crate::{Hash, Suite};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
const MAGIC: &[u8; 4] = b"BAP1";
/// Most bytes of the text of a proof.
pub const MOST_PROOF: usize = 256 << 20;
/// Deeper than any segment: 2^40 records.
const MOST_DEPTH: u8 = 40;

/// A field group in a proof.
#[derive(Clone, PartialEq, Eq)]
pub enum Field {
    /// Only its commitment.
    Hidden(Hash),
    /// Its bytes, with the salt that the commitment was made with.
    Shown {
        /// Its salt; it says nothing of the seed.
        salt: Hash,
        /// The group, as stored.
        bytes: Vec<u8>,
    },
}

/// The groups of a record in a proof, in order.
pub type Fields = [Field; GROUPS];

impl Field {
    fn commitment(&self, suite: Suite, group: u8) -> Hash {
        match self {
            Self::Hidden(commitment) => *commitment,
            Self::Shown { salt, bytes } => field_of_salt(suite, salt, group, bytes),
        }
    }

    /// The bytes where they are shown.
    pub fn shown(&self) -> Option<&[u8]> {
        match self {
            Self::Hidden(_) => None,
            Self::Shown { bytes, .. } => Some(bytes),
        }
    }
}

/// A record for a proof: the groups with `show` are shown, of the others only that they are there.
pub fn show_fields(suite: Suite, seed: &Seed, groups: &[&[u8]; GROUPS], show: impl Fn(u8) -> bool) -> Fields {
    let mut group = 0;
    groups.map(|bytes| {
        group += 1;
        if show(group) {
            Field::Shown { salt: salt(suite, seed, group), bytes: bytes.to_vec() }
        } else {
            Field::Hidden(field_commitment(suite, seed, group, bytes))
        }
    })
}

fn record_of(suite: Suite, fields: &Fields) -> Hash {
    let mut commitments = [[0; 32]; GROUPS];
    for (group, (commitment, field)) in (1..).zip(commitments.iter_mut().zip(fields)) {
        *commitment = field.commitment(suite, group);
    }
    record_of_fields(suite, &commitments)
}

/// A segment's tree, cut back to what is shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Pruned {
    /// The hash of a subtree, which may be one leaf.
    Hidden(Hash),
    /// A record.
    Record(Box<Fields>),
    /// Two subtrees.
    Node(Box<Pruned>, Box<Pruned>),
}

impl Pruned {
    /// The tree over leaf hashes with the records `shown`, by place, ascending.
    pub fn build(suite: Suite, leaves: &[Hash], shown: Vec<(usize, Fields)>) -> Self {
        fn sub(
            suite: Suite,
            leaves: &[Hash],
            first: usize,
            shown: &mut std::iter::Peekable<std::vec::IntoIter<(usize, Fields)>>,
        ) -> Pruned {
            if shown.peek().is_none_or(|(place, _)| *place >= first + leaves.len()) {
                return Pruned::Hidden(root_of(suite, leaves));
            }
            if leaves.len() == 1 {
                let next = shown.next().map(|(_, fields)| Pruned::Record(Box::new(fields)));
                return next.unwrap_or(Pruned::Hidden(root_of(suite, leaves)));
            }
            let (left, right) = leaves.split_at(split(leaves.len()));
            let left = Box::new(sub(suite, left, first, shown));
            Pruned::Node(left, Box::new(sub(suite, right, first + split(leaves.len()), shown)))
        }
        sub(suite, leaves, 0, &mut shown.into_iter().peekable())
    }

    fn root(&self, suite: Suite) -> Hash {
        match self {
            Self::Hidden(hash) => *hash,
            Self::Record(fields) => leaf_hash(suite, &record_of(suite, fields)),
            Self::Node(left, right) => node(suite, &left.root(suite), &right.root(suite)),
        }
    }

    fn collect<'a>(&'a self, out: &mut Vec<&'a Fields>) {
        match self {
            Self::Hidden(_) => {}
            Self::Record(fields) => out.push(fields),
            Self::Node(left, right) => {
                left.collect(out);
                right.collect(out);
            }
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Hidden(hash) => {
                out.push(0);
                out.extend_from_slice(hash);
            }
            Self::Record(fields) => {
                out.push(1);
                for field in fields.iter() {
                    match field {
                        Field::Hidden(commitment) => {
                            out.push(0);
                            out.extend_from_slice(commitment);
                        }
                        Field::Shown { salt, bytes } => {
                            out.push(1);
                            out.extend_from_slice(salt);
                            let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                            out.extend_from_slice(&len.to_be_bytes());
                            out.extend_from_slice(bytes);
                        }
                    }
                }
            }
            Self::Node(left, right) => {
                out.push(2);
                left.encode(out);
                right.encode(out);
            }
        }
    }

    fn decode(bytes: &mut &[u8], depth: u8) -> Option<Self> {
        Some(match byte(bytes)? {
            0 => Self::Hidden(take(bytes)?),
            1 => {
                let mut fields = [const { Field::Hidden([0; 32]) }; GROUPS];
                for field in &mut fields {
                    *field = match byte(bytes)? {
                        0 => Field::Hidden(take(bytes)?),
                        1 => {
                            let salt = take(bytes)?;
                            let len = usize::try_from(u32::from_be_bytes(take(bytes)?)).ok()?;
                            let (shown, rest) = bytes.split_at_checked(len)?;
                            *bytes = rest;
                            Field::Shown { salt, bytes: shown.to_vec() }
                        }
                        _ => return None,
                    };
                }
                Self::Record(Box::new(fields))
            }
            2 if depth < MOST_DEPTH => {
                let left = Box::new(Self::decode(bytes, depth + 1)?);
                Self::Node(left, Box::new(Self::decode(bytes, depth + 1)?))
            }
            _ => return None,
        })
    }
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    take::<1>(bytes).map(|b| b[0])
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFault {
    /// Not a proof as FORMAT.md writes it.
    #[error("not a proof, or a damaged one")]
    Malformed,
    /// The entry is no segment of the archive that the checkpoint names.
    #[error("the header is not of a segment of this archive")]
    Header,
    /// The records are not those of the entry.
    #[error("the records are not what the header commits to")]
    Records,
    /// The entry is not in the log.
    #[error("the header is not in the log that the checkpoint signs")]
    NotInLog,
    /// No trusted key signed the checkpoint.
    #[error("no trusted key signed the checkpoint")]
    Untrusted,
    /// The signature by a trusted key is wrong.
    #[error("the signature on the checkpoint is wrong")]
    Signature,
}

/// A proof, parsed and not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    header: [u8; HEADER_LEN],
    tree: Pruned,
    index: u64,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
}

/// What a proof proves.
pub struct Proven<'a> {
    /// Header of the segment.
    pub header: Header,
    /// The checkpoint that a trusted key signed.
    pub checkpoint: &'a Checkpoint,
    /// Name of that key.
    pub key: String,
    /// The records shown, in the order of the segment.
    pub records: Vec<&'a Fields>,
}

impl Proof {
    /// A proof from its parts: the header of the segment, its cut-back tree, the path from the header to
    /// the root that the checkpoint signs.
    pub fn new(header: &[u8; HEADER_LEN], tree: Pruned, path: Vec<Hash>, checkpoint: Checkpoint) -> Self {
        let index = Header::parse(header).map_or(0, |h| h.index);
        Self { header: *header, tree, index, path, checkpoint }
    }

    /// The text.
    pub fn to_text(&self) -> String {
        let mut inner = [&MAGIC[..], &self.header].concat();
        self.tree.encode(&mut inner);
        let mut text = format!("{FIRST_LINE}\nextra ");
        STANDARD.encode_string(inner, &mut text);
        text.push_str(&format!("\nindex {}\n", self.index));
        for hash in &self.path {
            STANDARD.encode_string(hash, &mut text);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.to_text());
        text
    }

    /// Parses a text; what [`Proof::to_text`] would write otherwise is refused.
    ///
    /// # Errors
    /// [`ProofFault::Malformed`].
    pub fn parse(text: &str) -> Result<Self, ProofFault> {
        Self::try_parse(text).filter(|proof| proof.to_text() == text).ok_or(ProofFault::Malformed)
    }

    fn try_parse(text: &str) -> Option<Self> {
        if text.len() > MOST_PROOF {
            return None;
        }
        let (proof, checkpoint) = text.split_once("\n\n")?;
        let mut lines = proof.split('\n');
        (lines.next()? == FIRST_LINE).then_some(())?;
        let inner = STANDARD.decode(lines.next()?.strip_prefix("extra ")?).ok()?;
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let path: Option<Vec<Hash>> =
            lines.map(|line| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok())).collect();
        let path = path.filter(|path| path.len() <= 64)?;
        let mut rest = inner.as_slice();
        (&take::<4>(&mut rest)? == MAGIC).then_some(())?;
        let header = take(&mut rest)?;
        let tree = Pruned::decode(&mut rest, 0)?;
        let checkpoint = Checkpoint::parse(checkpoint).ok()?;
        rest.is_empty().then_some(Self { header, tree, index, path, checkpoint })
    }

    /// Checks everything, against keys that are trusted.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn verify(&self, trusted: &[TrustedKey]) -> Result<Proven<'_>, ProofFault> {
        let Self { header, tree, index, path, checkpoint } = self;
        let parsed = Header::parse(header).map_err(|_| ProofFault::Header)?;
        let suite = checkpoint.suite(&parsed.archive).ok_or(ProofFault::Header)?;
        // a state of the log is never of an earlier suite than an entry in it
        if suite < parsed.suite || parsed.index != *index || parsed.kind() != Some(EntryType::Segment) {
            return Err(ProofFault::Header);
        }
        let mut records = Vec::new();
        tree.collect(&mut records);
        if records.is_empty() || tree.root(parsed.content_suite) != parsed.content {
            return Err(ProofFault::Records);
        }
        if !verify_inclusion(
            suite,
            &leaf_hash(suite, header),
            *index,
            checkpoint.size,
            path,
            &checkpoint.root,
        ) {
            return Err(ProofFault::NotInLog);
        }
        // a key speaks for the archive that it is named after and for no other
        let name = job_name(&parsed.archive);
        let mut fault = ProofFault::Untrusted;
        for key in trusted.iter().filter(|key| key.name == name) {
            match checkpoint.verify(&key.name, &key.public) {
                Ok(()) => return Ok(Proven { header: parsed, checkpoint, key: name, records }),
                Err(NoteFault::NotSigned) => {}
                Err(_) => fault = ProofFault::Signature,
            }
        }
        Err(fault)
    }
}
