//! Reading a package and believing nothing of it: every digest against the signed table of contents, every record and
//! attachment against the giver's log, whose state a key signed that the receiver had from elsewhere. What holds goes to
//! a sink; whether all of it held is known at the end.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use archive::{Placed, Records};
use chain::{Checkpoint, EntryType, Hash, Header, Note, TrustedKey, job_name};
use model::canonical;
use sha2::{Digest, Sha256};
use vault::{KeyPair, Plain};

use super::package::{self, GivenAttachment, GivenSegment, Head, Label, Piece, Unpacking, line, seal_text};
use crate::clock::days;
use crate::error::JobError;
use crate::progress::Progress;
use crate::verdict;

/// Takes what holds.
pub(super) trait Sink {
    fn head(&mut self, head: &Head) -> Result<(), JobError>;
    fn segment(&mut self, of: &GivenSegment, header: &Header, plain: Plain) -> Result<(), JobError>;
    /// `content` has the digest and size stated, or an error comes after.
    fn attachment(&mut self, of: &GivenAttachment, content: &mut dyn Read) -> Result<(), JobError>;
}

/// What held, when all of it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) records: u64,
    pub(super) attachments: u64,
    /// SHA-256 over the commitments to the records, in the order of the package.
    pub(super) commitments: Hash,
    /// SHA-256 of the table of contents.
    contents: Hash,
}

/// A package on disk.
pub(super) struct Package<'a> {
    pub(super) path: &'a Path,
    pub(super) label: Label,
    pub(super) pair: &'a KeyPair,
    /// Keys that the receiver trusts.
    pub(super) trusted: &'a [TrustedKey],
}

/// What does not hold, and where.
pub(super) fn broken(at: &str, what: &str) -> JobError {
    JobError::Integrity { what: format!("package, {at}: {what}") }
}

fn input(e: &std::io::Error) -> JobError {
    match e.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            broken("as sealed", "is cut off or was changed")
        }
        kind => JobError::Io { path: "package".into(), what: "reading", kind },
    }
}

/// Opens a package's file and reads its label.
pub(super) fn open(path: &Path) -> Result<(BufReader<File>, Label), JobError> {
    let file = File::open(path)
        .map_err(|e| JobError::source_at(path, model::SourceError::io("opening the package", &e)))?;
    let mut file = BufReader::with_capacity(1 << 17, file);
    let label =
        package::label(&mut file).ok_or_else(|| JobError::source_at(path, model::SourceError::Unknown))?;
    Ok((file, label))
}

/// The state of a walk through a package.
struct Walk<'a> {
    package: &'a Package<'a>,
    key: TrustedKey,
    head: Option<(Head, Checkpoint)>,
    /// Entries of the giver's log that came so far.
    entries: HashSet<u64>,
    contents: String,
    records: u64,
    attachments: u64,
    commitments: Sha256,
    ended: Option<Vec<u8>>,
    sealed: bool,
}

impl Package<'_> {
    /// Verifies the whole package and hands what holds to a sink.
    pub(super) fn walk(&self, sink: &mut dyn Sink, progress: Progress<'_>) -> Result<Held, JobError> {
        let (file, label) = open(self.path)?;
        if label != self.label {
            return Err(broken("label", "was changed while it was read"));
        }
        let name = job_name(&label.giver);
        let key = self.trusted.iter().find(|key| key.name == name).cloned();
        let key = key.ok_or_else(|| broken("label", "comes from an archive of which no key is trusted"))?;
        let mut from = Unpacking::begin(file, &label, self.pair)
            .ok_or_else(|| broken("label", "does not open with the key it names"))?;
        let mut walk = Walk {
            package: self,
            key,
            head: None,
            entries: HashSet::new(),
            contents: String::new(),
            records: 0,
            attachments: 0,
            commitments: Sha256::new(),
            ended: None,
            sealed: false,
        };
        while let Some((piece, digest)) = from.next().map_err(|e| input(&e))? {
            progress.check()?;
            walk.piece(piece, &digest, &mut from, sink)?;
            progress.done(1);
        }
        let Walk { records, attachments, commitments, ended, sealed, .. } = walk;
        match (ended, sealed) {
            (Some(contents), true) => {
                let (commitments, contents) = (commitments.finalize().into(), chain::hash(&[&contents]));
                Ok(Held { records, attachments, commitments, contents })
            }
            _ => Err(broken("end", "the table of contents is missing")),
        }
    }
}

impl Walk<'_> {
    fn piece<R: Read>(
        &mut self,
        piece: Piece,
        digest: &Hash,
        from: &mut Unpacking<R>,
        sink: &mut dyn Sink,
    ) -> Result<(), JobError> {
        if self.sealed || (self.ended.is_some() && !matches!(piece, Piece::Seal(_))) {
            return Err(broken("end", "something stands behind the table of contents"));
        }
        match piece {
            Piece::Head(bytes) => {
                if self.head.is_some() {
                    return Err(broken("head", "stands there twice"));
                }
                let head = self.begin(&bytes)?;
                self.contents.push_str(&line("head", 0, digest));
                sink.head(&head)
            }
            Piece::Segment(of, plain) => {
                let header = self.standing(&of.standing, of.bucket, EntryType::Segment)?;
                self.segment(&of, &header, &plain)?;
                self.contents.push_str(&line("segment", header.index, digest));
                sink.segment(&of, &header, plain)
            }
            Piece::Attachment(of) => {
                let header = self.standing(&of.standing, of.bucket, EntryType::Blob)?;
                let at = format!("entry {}", header.index);
                if !archive::Standing::of_attachment(&header, &of.salt, &of.sha256, of.size) {
                    return Err(broken(&at, "the attachment is not the one in the log"));
                }
                self.contents.push_str(&line("attachment", header.index, digest));
                self.attachments += 1;
                let mut content = Hashing { inner: from.content().take(of.size), hasher: Sha256::new() };
                sink.attachment(&of, &mut content)?;
                // what the sink did not want is read all the same
                std::io::copy(&mut content, &mut std::io::sink()).map_err(|e| input(&e))?;
                let whole = content.inner.limit() == 0 && Hash::from(content.hasher.finalize()) == of.sha256;
                if whole { Ok(()) } else { Err(broken(&at, "the content of the attachment is another")) }
            }
            Piece::Contents(bytes) => {
                if bytes != self.contents.as_bytes() {
                    return Err(broken("end", "the table of contents is of another package"));
                }
                self.ended = Some(bytes);
                Ok(())
            }
            Piece::Seal(bytes) => {
                let contents = self.ended.as_deref().ok_or_else(|| broken("end", "is signed too early"))?;
                let text = seal_text(&self.package.label, contents, self.records, self.attachments);
                let note = String::from_utf8(bytes).ok().and_then(|text| Note::parse(&text).ok());
                let holds = note.is_some_and(|note| {
                    note.text == text && note.verify(&self.key.name, &self.key.public).is_ok()
                });
                self.sealed = holds && self.head.is_some();
                if self.sealed { Ok(()) } else { Err(broken("end", "is not signed by the giver")) }
            }
        }
    }

    /// The head: its checkpoint must be signed by the trusted key.
    fn begin(&mut self, bytes: &[u8]) -> Result<Head, JobError> {
        let malformed = || broken("head", "cannot be read");
        let head: Head = serde_json::from_slice(bytes).map_err(|_| malformed())?;
        let checkpoint = Checkpoint::parse(&head.checkpoint).map_err(|_| malformed())?;
        if head.version != 1 {
            return Err(broken("head", "is of a later version"));
        }
        let ours = checkpoint.suite(&self.package.label.giver).is_some();
        if !ours || checkpoint.verify(&self.key.name, &self.key.public).is_err() {
            return Err(broken("head", "the state of the giver's log is not signed by the trusted key"));
        }
        self.head = Some((head.clone(), checkpoint));
        Ok(head)
    }

    /// The header of an entry that stands in the giver's log.
    fn standing(&mut self, of: &archive::Standing, bucket: u32, kind: EntryType) -> Result<Header, JobError> {
        let (head, checkpoint) = self.head.as_ref().ok_or_else(|| broken("begin", "the head is missing"))?;
        let header = of.verify(checkpoint).filter(|h| h.archive == self.package.label.giver);
        let header = header.ok_or_else(|| broken("an entry", "does not stand in the log of the giver"))?;
        let known = head.buckets.get(bucket as usize).is_some();
        if header.kind() != Some(kind) || !known {
            return Err(broken(&format!("entry {}", header.index), "is of another kind, or of no bucket"));
        }
        if !self.entries.insert(header.index) {
            return Err(broken(&format!("entry {}", header.index), "stands there twice"));
        }
        Ok(header)
    }

    /// The records of a segment give its root; no period is shorter than the sealed one.
    fn segment(&mut self, of: &GivenSegment, header: &Header, plain: &[u8]) -> Result<(), JobError> {
        let entry = format!("entry {}", header.index);
        let suite = header.content_suite;
        let (mut records, mut leaves, mut stated) =
            (Records::of(plain), Vec::new(), of.stated.iter().peekable());
        let malformed = |place| broken(&format!("{entry}, record {place}"), "cannot be read");
        while let Some((place, what)) = records.next().map_err(malformed)? {
            let commitment = what.commitment(suite);
            leaves.push(chain::leaf_hash(suite, &commitment));
            let Placed::Record(_, groups) = what else { continue };
            self.commitments.update(commitment);
            self.records += 1;
            let sealed = verdict::decode(groups[7]).map_err(|_| malformed(place))?;
            canonical::times(groups[0]).map_err(|_| malformed(place))?;
            if let Some(stated) = stated.next_if(|s| s.place == place) {
                let (known, sealed) =
                    (policy::Class::from_code(stated.class).is_some(), days(sealed.disposal_from));
                if !known || stated.disposal_from <= sealed {
                    let what = "a period is stated that is not longer than the sealed one";
                    return Err(broken(&format!("{entry}, record {place}"), what));
                }
            }
        }
        if stated.next().is_some() {
            return Err(broken(&entry, "a period is stated for a record that is not there"));
        }
        if chain::root_of(suite, &leaves) != header.content {
            return Err(broken(&entry, "the records are not those in the giver's log"));
        }
        // what stood in an earlier log is the same segment
        for (standing, checkpoint) in &of.earlier {
            let checkpoint = Checkpoint::parse(checkpoint).ok();
            let before = checkpoint.and_then(|checkpoint| standing.verify(&checkpoint));
            if !before.is_some_and(|b| b.content == header.content && b.content_suite == suite) {
                return Err(broken(&entry, "an earlier proof is of other records"));
            }
        }
        Ok(())
    }
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hasher.update(&buf[..n]);
        Ok(n)
    }
}
