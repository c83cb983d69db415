//! What is handed over of an archive, and what shows that it stands in its log: a segment with its records as they
//! lie, an attachment's commitment, the header of either and its path to the signed root. And the proof of a
//! record by the log of the archive that it came from. FORMAT.md, "Hand-over".

use chain::{Approval, Checkpoint, EntryType, HEADER_LEN, Hash, Header, Note, Pruned, Seed, Suite};
use vault::{KeyPair, Plain, Secret};

use crate::body::{Item, put_erased, put_record, take_item};
use crate::dispose::Recheck;
use crate::error::{ArchiveError, broken, sealed};
use crate::fate::Fate;
use crate::prover::{Provable, Prover};
use crate::store::Archive;
use crate::writer::{About, Entry, Writer};
use crate::{Groups, Operator};

/// A header and its path to the root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The header.
    pub header: [u8; HEADER_LEN],
    /// Hashes from its leaf to the root, lowest first.
    pub path: Vec<Hash>,
}

/// An attachment as the log has it.
pub struct Attached {
    /// Its header and path.
    pub standing: Standing,
    /// Salt of its commitment.
    pub salt: Hash,
    /// SHA-256 of the content.
    pub sha256: Hash,
    /// Bytes of the content.
    pub size: u64,
}

/// Records of a segment as they are handed on: `u32 length | record`, or `u32 32 | commitment` of one that is not.
pub struct Records<'a> {
    rest: &'a [u8],
    place: u32,
}

/// What stands at a place.
pub enum Placed<'a> {
    /// A record: its seed and groups.
    Record(Seed, Groups<'a>),
    /// The commitment of one that is not here.
    Commitment(Hash),
}

impl<'a> Records<'a> {
    /// Of a segment's bytes.
    pub fn of(plain: &'a [u8]) -> Self {
        Self { rest: plain, place: 0 }
    }

    /// A segment's bytes with commitments alone of the records that `keep` refuses, and how many records are left.
    ///
    /// # Errors
    /// As [`Records::next`].
    pub fn kept(plain: &[u8], suite: Suite, keep: impl Fn(u32) -> bool) -> Result<(Plain, u64), u32> {
        let (mut out, mut kept) = (Plain::new(Vec::with_capacity(plain.len())), 0);
        let mut all = Records::of(plain);
        while let Some((place, what)) = all.next()? {
            match &what {
                Placed::Record(seed, groups) if keep(place) => {
                    kept += 1;
                    put_record(&mut out, seed, groups);
                }
                other => put_erased(&mut out, &other.commitment(suite)),
            }
        }
        Ok((out, kept))
    }

    /// The next place and what stands there; `None` at the end.
    ///
    /// # Errors
    /// The place that is malformed.
    #[expect(clippy::should_implement_trait, reason = "a fault is no item")]
    pub fn next(&mut self) -> Result<Option<(u32, Placed<'a>)>, u32> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let place = self.place;
        self.place = place.checked_add(1).ok_or(place)?;
        match take_item(&mut self.rest) {
            Some(Item::Record(seed, groups)) => Ok(Some((place, Placed::Record(seed, groups)))),
            Some(Item::Erased(commitment)) => Ok(Some((place, Placed::Commitment(commitment)))),
            None => Err(place),
        }
    }
}

impl Placed<'_> {
    /// The commitment to it.
    pub fn commitment(&self, suite: Suite) -> Hash {
        match self {
            Self::Record(seed, groups) => chain::record(suite, seed, groups),
            Self::Commitment(commitment) => *commitment,
        }
    }
}

impl Standing {
    /// Whether it stands in the log whose state this is; gives the header. Who signed the state is asked elsewhere.
    pub fn verify(&self, checkpoint: &Checkpoint) -> Option<Header> {
        let header = Header::parse(&self.header).ok()?;
        let suite = checkpoint.suite(&header.archive).filter(|suite| *suite >= header.suite)?;
        let leaf = chain::leaf_hash(suite, &self.header);
        let (size, root) = (checkpoint.size, &checkpoint.root);
        chain::verify_inclusion(suite, &leaf, header.index, size, &self.path, root).then_some(header)
    }

    /// The commitment that the header of an attachment must carry.
    pub fn of_attachment(header: &Header, salt: &Hash, sha256: &Hash, size: u64) -> bool {
        let plain = [&sha256[..], &size.to_be_bytes()].concat();
        let kind = EntryType::Blob.code();
        chain::body_commitment(header.content_suite, kind, salt, &[], &plain) == header.content
    }
}

impl Prover<'_> {
    /// An attachment as the log has it; `None` where its body is gone.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] without a key to its bucket, [`ArchiveError::Broken`].
    pub fn attachment(&self, operator: &Operator, entry: u64) -> Result<Option<Attached>, ArchiveError> {
        let stored = self.archive().entry(entry)?;
        let h = &stored.header;
        if !matches!(self.archive().fates.of_body(&h.bucket, entry), Fate::There(_)) {
            return Ok(None);
        }
        let pair = operator.bucket(&h.bucket)?.ok_or(ArchiveError::NoRight("query"))?;
        let (header, mut body) = self.archive().blob(entry)?;
        let (meta, _) = self.archive().open_blob(&pair, &header, body.as_mut())?;
        let standing = Standing { header: stored.bytes, path: self.path(entry)? };
        Ok(Some(Attached { standing, salt: meta.salt, sha256: meta.sha256, size: meta.size }))
    }
}

impl Provable {
    /// What its records are committed to with.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The run that wrote it.
    pub fn run(&self) -> [u8; 16] {
        Header::parse(&self.header).map(|h| h.run).unwrap_or_default()
    }

    /// Its records as they lie.
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Its header and path.
    pub fn standing(&self) -> Standing {
        Standing { header: self.header, path: self.path.clone() }
    }

    /// The records as they are handed on: commitments alone of those that `keep` refuses. And how many are kept.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`].
    pub fn kept(&self, keep: impl Fn(u32) -> bool) -> Result<(Plain, u64), ArchiveError> {
        Records::kept(&self.plain, self.suite, keep).map_err(|_| broken(0, "malformed record"))
    }

    /// The text of a proof of records of the segment by the log of the archive that handed it over.
    ///
    /// # Errors
    /// As [`Provable::proof`].
    pub fn earlier_proof(
        &self,
        places: &[u32],
        show: impl Fn(u8) -> bool + Copy,
        standing: &Standing,
        checkpoint: &Checkpoint,
    ) -> Result<String, ArchiveError> {
        let tree: Pruned = self.cut_back(places, show)?;
        let (header, path) = (&standing.header, standing.path.clone());
        Ok(chain::Proof::new(header, tree, path, checkpoint.clone()).to_text())
    }
}

impl Archive {
    /// Segments that came with each entry by which something was taken over, in the order of the log: their headers.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn taken_over(&self) -> Result<Vec<Header>, ArchiveError> {
        Ok(self.referring()?.into_iter().filter(|h| self.fates.is_taking(h.refers_to)).collect())
    }
}

impl Writer {
    /// Enters a hand-over that others approved beforehand, and what was packed, both or none; `recheck` is asked inside
    /// the transaction. Gives the entry of the hand-over.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`], [`ArchiveError::OnePerson`], [`ArchiveError::Refused`] by `recheck`.
    pub fn hand_over(
        &mut self,
        by: &Operator,
        entry: &Entry<'_>,
        approvals: &[Approval],
        packed: &Entry<'_>,
        recheck: Recheck<'_>,
    ) -> Result<u64, ArchiveError> {
        let signer = by.signer();
        let others = self.by_another(entry.kind, entry.clear, &signer, approvals)?;
        let snapshot = self.begin()?;
        let result = recheck(self)
            .and_then(|()| self.put_about(entry, About::default(), &[&signer], &others))
            .and_then(|index| {
                let about = About { entry: index, bucket: [0; 16] };
                self.put_about(packed, about, &[&signer], &[]).map(|_| index)
            });
        self.end(snapshot, result)
    }

    /// Signs a text as the job of this archive, under its name.
    pub fn sign_note(&self, note: &mut Note) {
        note.sign(&chain::job_name(&self.archive.id), &self.job);
    }
}

/// What a hand-over key is wrapped for.
const PURPOSE: &str = "handover-key";

fn name(public: &[u8; 32]) -> String {
    format!("handover/{}", chain::hex(public))
}

impl Operator {
    /// Keeps the private half of a hand-over key, wrapped to this operator's identity; `called` is the digest of the
    /// public half.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn keep_handover(&self, called: &[u8; 32], pair: &KeyPair) -> Result<(), ArchiveError> {
        let context = [&self.archive_id()[..], called].concat();
        let wrap = vault::wrap(self.sealing().public(), PURPOSE, &context, pair.seed())
            .map_err(sealed("hand-over key"))?;
        Ok(self.keys().write(&name(called), &wrap)?)
    }

    /// The private half of a hand-over key, where it is this operator's.
    ///
    /// # Errors
    /// [`ArchiveError`] when the key store cannot be read.
    pub fn handover(&self, called: &[u8; 32]) -> Result<Option<KeyPair>, ArchiveError> {
        let Some(wrap) = self.keys().read(&name(called))? else { return Ok(None) };
        let context = [&self.archive_id()[..], called].concat();
        let seed: Option<Secret> = vault::unwrap(self.sealing(), PURPOSE, &context, &wrap).ok();
        seed.map(|seed| KeyPair::from_seed(&seed).map_err(sealed("hand-over key"))).transpose()
    }
}
