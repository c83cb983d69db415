//! Packages by a giver who lies, or whose package somebody rewrote: everything that is in one is held against the state of
//! the log that the trusted key signed, and every lie is refused.

use std::io::Read;
use std::sync::Arc;

use archive::{Records, Standing};
use chain::{Checkpoint, EntryType, Header, Levels, Note, Signer, Suite, TrustedKey, job_name};
use jiff::civil::date;
use model::{Direction, Message, Origin, Place, Sensitive, Stamp as Time, canonical};
use policy::{Class, MessageTime};
use sha2::{Digest, Sha256};
use vault::{KeyPair, Plain};

use super::check::{Package, Sink};
use super::facts::Facts;
use super::key::called;
use super::package::{GivenAttachment, GivenBucket, GivenSegment, Head, Label, Packing, Stated, Without};
use crate::clock::days;
use crate::error::JobError;
use crate::progress::Progress;
use crate::verdict::{self, Sorted};

const GIVER: [u8; 16] = [7; 16];

struct Nothing;

impl Sink for Nothing {
    fn head(&mut self, _: &Head) -> Result<(), JobError> {
        Ok(())
    }
    fn segment(&mut self, _: &GivenSegment, _: &Header, _: Plain) -> Result<(), JobError> {
        Ok(())
    }
    fn attachment(&mut self, _: &GivenAttachment, _: &mut dyn Read) -> Result<(), JobError> {
        Ok(())
    }
}

fn text(t: &str) -> model::Text {
    Sensitive::new(Arc::from(t))
}

/// The core of a message of a time, and the verdict that its class gives.
fn groups(sent: i64) -> (Vec<u8>, Vec<u8>) {
    let message = Message {
        source: "sms".into(),
        service: "SMS".into(),
        conversation: None,
        id: None,
        sender: None,
        sender_name: None,
        direction: Direction::In,
        sent_at: Some(Time::unix_millis(sent)),
        received_at: None,
        delivered_at: None,
        read_at: None,
        remote_at: None,
        subject: None,
        body: Some(text("Indhold")),
        attachments: Vec::new(),
        edits: Vec::new(),
        unsent: false,
        unsent_parts: Vec::new(),
        reactions: Vec::new(),
        reply_to: None,
        deleted: false,
        expires_after_s: None,
        event: None,
        classification: None,
        doubts: Vec::new(),
        origin: Origin {
            evidence: text("x"),
            evidence_sha256: [0; 32],
            place: Place::File,
            reader_version: "test".into(),
        },
        raw: Vec::new(),
    };
    let mut encoded = Default::default();
    canonical::encode_into(&message, &mut encoded);
    let mut register = policy::Register::default();
    let mut enter = |change| {
        register.apply(policy::RegisterEvent { custodian: "m".into(), change, reference: None }).unwrap();
    };
    enter(policy::Change::CustodianAdded { name: policy::Personal::new("M") });
    let role = policy::Role {
        post: policy::Post::Employee,
        authority: policy::AuthorityKind::Department,
        pay_grade: None,
    };
    enter(policy::Change::RoleAdded { role, from: date(2010, 1, 1), to: None });
    let custodian = register.custodian("m").unwrap();
    let stamper =
        policy::Stamper::new(custodian, &policy::Policy::default(), None, date(2026, 11, 26)).unwrap();
    let time = MessageTime { direction: policy::Direction::In, sent: Some(sent), received: None };
    let mut verdict = Vec::new();
    verdict::encode(&stamper.stamp(time), &Sorted::default(), &mut verdict);
    (encoded[0].clone(), verdict)
}

/// A giver's log of one segment and one attachment among other entries, and what it would pack.
struct Giver {
    job: Signer,
    pair: KeyPair,
    checkpoint: Checkpoint,
    plain: Vec<u8>,
    segment: GivenSegment,
    attachment: GivenAttachment,
    content: Vec<u8>,
    /// First day of disposal as it was sealed.
    sealed: i32,
    /// How often the segment is packed.
    times: u8,
}

fn header(kind: EntryType, index: u8, content: chain::Hash) -> [u8; 256] {
    let (suite, prev, run, bucket) = (Suite::Sha256, [index; 32], [1; 16], [2; 16]);
    Header {
        entry_type: kind.code(),
        suite,
        content_suite: suite,
        index: u64::from(index),
        prev,
        archive: GIVER,
        run,
        written_at: 1,
        bucket,
        content,
        body_digest: [3; 32],
        body_len: 4,
        author: [5; 32],
        refers_to: 0,
    }
    .encode()
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend_from_slice(bytes);
}

impl Giver {
    fn new() -> Self {
        let (job, pair) = (Signer::from_seed(&[1; 32]), KeyPair::generate().unwrap());
        let (mut plain, mut leaves, mut sealed) = (Vec::new(), Vec::new(), 0);
        for (i, sent) in (0_u8..).zip([1_700_000_000_000, 1_700_000_060_000]) {
            let (core, verdict) = groups(sent);
            sealed = days(verdict::decode(&verdict).unwrap().disposal_from);
            let seed = [i; 16];
            let all: [&[u8]; 8] = [&core, b"text", b"", b"", b"", b"", b"", &verdict];
            let mut record = seed.to_vec();
            all.iter().for_each(|group| put(&mut record, group));
            put(&mut plain, &record);
            leaves.push(chain::leaf_hash(Suite::Sha256, &chain::record(Suite::Sha256, &seed, &all)));
        }
        let content = vec![9; 100_000];
        let sha256: [u8; 32] = Sha256::digest(&content).into();
        let (salt, size) = ([6; 32], content.len() as u64);
        let commitment = chain::body_commitment(
            Suite::Sha256,
            EntryType::Blob.code(),
            &salt,
            &[],
            &[&sha256[..], &size.to_be_bytes()].concat(),
        );
        let headers = [
            header(EntryType::Genesis, 0, [0; 32]),
            header(EntryType::Segment, 1, chain::root_of(Suite::Sha256, &leaves)),
            header(EntryType::Blob, 2, commitment),
        ];
        let mut log = Levels::new(Suite::Sha256);
        headers.iter().for_each(|h| log.push(chain::leaf_hash(Suite::Sha256, h)));
        let mut checkpoint = Checkpoint::new(chain::origin(&GIVER), 3, log.root());
        checkpoint.sign(&job_name(&GIVER), &job);
        let standing = |at: usize| Standing { header: headers[at], path: log.path(at).unwrap() };
        let segment =
            GivenSegment { bucket: 0, standing: standing(1), stated: Vec::new(), earlier: Vec::new() };
        let attachment = GivenAttachment { bucket: 0, standing: standing(2), salt, sha256, size };
        Self { job, pair, checkpoint, plain, segment, attachment, content, sealed, times: 1 }
    }

    fn trusted(&self) -> TrustedKey {
        TrustedKey { name: job_name(&GIVER), public: self.job.public() }
    }

    /// Packs what is here, signed by `signer`, and says what a receiver makes of it.
    fn taken(&self, signer: &Signer) -> Result<(u64, u64), String> {
        let label = Label { giver: GIVER, receiver: [8; 16], key: called(self.pair.public()) };
        let mut packing = Packing::begin(Vec::new(), label, self.pair.public()).unwrap();
        let class = Class::E5.code();
        let head = Head {
            version: 1,
            custodian: "m".into(),
            from: None,
            to: None,
            day: date(2026, 11, 26),
            checkpoint: self.checkpoint.to_text(),
            facts: Facts::default(),
            copies: Vec::new(),
            holds: Vec::new(),
            without: Without::default(),
            buckets: vec![GivenBucket { class, month: date(2023, 11, 1), tenure: 0, device: None }],
        };
        packing.head(&head).unwrap();
        for _ in 0..self.times {
            packing.segment(1, &self.segment, &self.plain, 2).unwrap();
        }
        packing.attachment(2, &self.attachment, |out| out.write_all(&self.content)).unwrap();
        let name = job_name(&GIVER);
        let bytes = packing.finish(|note: &mut Note| note.sign(&name, signer)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let trusted = [self.trusted()];
        let package = Package { path: file.path(), label, pair: &self.pair, trusted: &trusted };
        match package.walk(&mut Nothing, Progress::none()) {
            Ok(held) => Ok((held.records, held.attachments)),
            Err(e) => Err(e.to_string()),
        }
    }

    fn stating(place: u32, disposal_from: i32) -> Self {
        let mut giver = Self::new();
        let stated = Stated { place, class: 1, retain_until: disposal_from, disposal_from };
        giver.segment.stated = vec![stated];
        giver
    }
}

#[track_caller]
fn refused(giver: &Giver, why: &str) {
    let said = giver.taken(&giver.job).unwrap_err();
    assert!(said.contains(why), "{said}");
}

#[test]
fn what_is_true_is_taken() {
    let giver = Giver::new();
    assert_eq!(giver.taken(&giver.job), Ok((2, 1)));
    // a longer period than the sealed one may be stated
    let longer = Giver::stating(1, giver.sealed + 1);
    assert_eq!(longer.taken(&longer.job), Ok((2, 1)));
    // and a record may come as its commitment alone
    let mut part = Giver::new();
    part.plain = Records::kept(&part.plain, Suite::Sha256, |place| place == 1).unwrap().0.to_vec();
    let said = part.taken(&part.job).unwrap_err();
    assert!(said.contains("not signed by the giver"), "the counts are signed: {said}");
}

#[test]
fn what_is_not_in_the_log_is_refused() {
    let other = Signer::from_seed(&[2; 32]);
    let giver = Giver::new();
    assert!(giver.taken(&other).unwrap_err().contains("not signed by the giver"));

    let mut forged = Giver::new();
    forged.checkpoint = Checkpoint::new(chain::origin(&GIVER), 3, forged.checkpoint.root);
    forged.checkpoint.sign(&job_name(&GIVER), &other);
    refused(&forged, "not signed by the trusted key");

    let mut elsewhere = Giver::new();
    elsewhere.checkpoint = Checkpoint::new(chain::origin(&[9; 16]), 3, elsewhere.checkpoint.root);
    elsewhere.checkpoint.sign(&job_name(&GIVER), &elsewhere.job);
    refused(&elsewhere, "not signed by the trusted key");

    let mut root = Giver::new();
    root.checkpoint = Checkpoint::new(chain::origin(&GIVER), 3, [0; 32]);
    root.checkpoint.sign(&job_name(&GIVER), &root.job);
    refused(&root, "does not stand in the log");

    let mut path = Giver::new();
    path.segment.standing.path[0][0] ^= 1;
    refused(&path, "does not stand in the log");

    let mut kind = Giver::new();
    kind.segment.standing = kind.attachment.standing.clone();
    refused(&kind, "entry 2: is of another kind");

    let mut bucket = Giver::new();
    bucket.segment.bucket = 1;
    refused(&bucket, "entry 1: is of another kind, or of no bucket");
}

#[test]
fn what_is_another_record_or_content_is_refused() {
    let giver = Giver::new();
    for at in [20, giver.plain.len() / 2 + 30] {
        let mut changed = Giver::new();
        changed.plain[at] ^= 1;
        let said = changed.taken(&changed.job).unwrap_err();
        assert!(said.contains("entry 1"), "{said}");
    }
    let mut fewer = Giver::new();
    fewer.plain.truncate(fewer.plain.len() / 2);
    refused(&fewer, "entry 1");

    let mut salt = Giver::new();
    salt.attachment.salt[0] ^= 1;
    refused(&salt, "entry 2: the attachment is not the one in the log");

    let mut twice = Giver::new();
    twice.times = 2;
    refused(&twice, "entry 1: stands there twice");

    let mut content = Giver::new();
    content.content[77_777] ^= 1;
    refused(&content, "entry 2: the content of the attachment is another");
}

#[test]
fn no_period_becomes_shorter() {
    let sealed = Giver::new().sealed;
    for (place, day) in [(0, sealed), (0, sealed - 1), (1, 0), (1, i32::MIN)] {
        refused(&Giver::stating(place, day), "not longer than the sealed one");
    }
    refused(&Giver::stating(2, sealed + 1), "a record that is not there");
}

#[test]
fn an_earlier_proof_is_of_the_same_records() {
    let mut giver = Giver::new();
    let before = (giver.segment.standing.clone(), giver.checkpoint.to_text());
    giver.segment.earlier = vec![before];
    assert_eq!(giver.taken(&giver.job), Ok((2, 1)));
    giver.segment.earlier[0].0 = giver.attachment.standing.clone();
    refused(&giver, "an earlier proof is of other records");
}
