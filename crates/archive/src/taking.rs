//! Taking over what another archive handed over: its segments with the same bytes in the same places, so with the same
//! root, sealed to this archive's buckets, and its attachments. One run, in the archive whole or not at all; what came
//! refers to the entry that took it over. Knows no package and no proof: the caller has verified both.

use access::Rights;
use chain::{EntryType, Hash, Suite};
use vault::{Packer, Plain};

use crate::Operator;
use crate::blob::Content;
use crate::body::context;
use crate::error::{ArchiveError, broken, sealed};
use crate::run::{BucketNo, Committed, Covers, Run};
use crate::sealer::{Full, seal};
use crate::sighting::{Aspect, Novelty, Sighting};
use crate::writer::{Body, Draft, Entry, Writer};

/// A taking under way. Dropped without [`Taking::commit`], it never was.
pub struct Taking<'w> {
    run: Run<'w>,
    entry: u64,
    packer: Packer,
}

impl Writer {
    /// Begins to take over: `first` are entries that come before, such as facts about the custodian and holds, signed
    /// by the operator as the taking itself is, which is of type [`EntryType::Taken`].
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`]; nothing is then appended.
    pub fn take_over(
        &mut self,
        by: &Operator,
        first: &[Entry<'_>],
        taken: &Entry<'_>,
        relevant: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Taking<'_>, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        let packer = Packer::new().map_err(sealed("compressor"))?;
        let run = self.run(0, relevant)?;
        let signer = by.signer();
        for entry in first {
            run.writer.put_register(entry, &[0; 16], &[0; 16], &[&signer])?;
        }
        let entry = run.writer.put_register(taken, &run.id, &[0; 16], &[&signer])?;
        Ok(Taking { run, entry, packer })
    }
}

impl Taking<'_> {
    /// The entry by which it is taken over.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// The bucket of a label, made when there is none yet.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn bucket(&mut self, label: &[u8], covers: Covers<'_>) -> Result<BucketNo, ArchiveError> {
        self.run.bucket(label, covers)
    }

    /// A message as this archive knows messages.
    pub fn sighting(&mut self, identity: &[u8], version: &[u8], aspect: &Aspect<'_>) -> Sighting {
        self.run.sighting(identity, version, aspect)
    }

    /// Whether an identity is one that must not come back.
    pub fn erased(&self, identity: &[u8]) -> bool {
        self.run.erased(identity)
    }

    /// What this archive knew of a message before.
    pub fn novelty(&self, sighting: &Sighting) -> Novelty {
        self.run.novelty(sighting)
    }

    /// Appends a segment, its records and commitments as they lie; `content` is the root they must have.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] for a suite later than the log's, [`ArchiveError::Broken`] for another root.
    pub fn segment(
        &mut self,
        bucket: BucketNo,
        suite: Suite,
        content: &Hash,
        plain: Plain,
    ) -> Result<u64, ArchiveError> {
        let writer = &mut *self.run.writer;
        if suite > writer.archive.suite() {
            let why = "the other archive was renewed and this one was not: renew it first";
            return Err(ArchiveError::Refused(why.to_owned()));
        }
        let to = writer.archive.buckets.get(bucket as usize).cloned();
        let to = to.ok_or_else(|| broken(0, "no such bucket"))?;
        let (kind, run) = (EntryType::Segment, self.run.id);
        let context = context(&writer.archive.id, &run, &to.id, kind.code());
        let full = Full { bucket, to: to.public, context, suite, plain };
        let done = seal(&mut self.packer, full)?;
        if done.content != *content {
            return Err(broken(0, "records do not match the root they were handed over with"));
        }
        let job = writer.job.clone();
        let (content, content_suite, body) = (done.content, Some(suite), Body::Here(done.body));
        let draft = Draft { kind, run, bucket: to.id, content, content_suite, body };
        writer.put_moved_entry(draft, self.entry, &job)
    }

    /// Stores the content of an attachment in a bucket, once; gives whether it was new there.
    ///
    /// # Errors
    /// [`ArchiveError::Content`] when the content is not what its digest and size say.
    pub fn attachment(&mut self, bucket: BucketNo, content: &mut Content<'_>) -> Result<bool, ArchiveError> {
        self.run.attachment_from(bucket, content, self.entry)
    }

    /// Notes that a message of a bucket is known from now on.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn known(&mut self, bucket: BucketNo, sighting: &Sighting) -> Result<(), ArchiveError> {
        self.run.list(sighting, bucket)
    }

    /// Ends it as a run ends.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing then was taken over.
    pub fn commit(self, manifest: &[u8]) -> Result<Committed, ArchiveError> {
        self.run.commit(manifest)
    }
}
