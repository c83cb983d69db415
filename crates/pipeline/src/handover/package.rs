//! The one file that goes from giver to receiver: encrypted to the receiver's key, its table of contents signed by the
//! giver's job. Written and read as a stream; what is in memory is one segment and the table. FORMAT.md, "Hand-over".

use std::io::{self, Read, Write};

use archive::Standing;
use chain::{HEADER_LEN, Hash, Note};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vault::{FlowReader, FlowWriter, KeyPair, Packer, Plain, PublicKey, WRAPPED_LEN};

use super::facts::Facts;
use super::key::called;
use crate::holds::Travelling;

const TAG: [u8; 16] = vault::tag("BA1.handover");
/// Bytes in front of the wrap: what everything is bound to.
pub(super) const LABEL: usize = 80;
const PURPOSE: &str = "handover";
/// Most bytes of the records of a segment.
const MOST_RECORDS: usize = 256 << 20;
/// Most bytes of a piece: records that nothing makes shorter, and what is said of them.
const MOST: u32 = (256 << 20) + (64 << 20);
const FIRST_LINE: &str = "beskedarkiv handover/1";

/// What a package says first.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Head {
    /// 1.
    pub(crate) version: u32,
    /// What the giver calls the person.
    pub(crate) custodian: String,
    /// First day of the messages.
    pub(crate) from: Option<Date>,
    /// Last day of the messages.
    pub(crate) to: Option<Date>,
    /// Day on which it was asked for.
    pub(crate) day: Date,
    /// The signed state of the giver's log that everything is proved by.
    pub(crate) checkpoint: String,
    /// The person, as the giver's register has it.
    pub(crate) facts: Facts,
    /// First days of the months in which a copy of the person's phones was made.
    pub(crate) copies: Vec<Date>,
    /// Holds that cover the person.
    pub(crate) holds: Vec<Travelling>,
    /// What is not in it.
    pub(crate) without: Without,
    /// The buckets, by their place here.
    pub(crate) buckets: Vec<GivenBucket>,
}

/// What a giver does not hand over, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Without {
    /// Messages that were withheld, or are.
    pub withheld: u64,
    /// Messages that were erased.
    pub erased: u64,
    /// Messages that were disposed of, every version counted.
    pub disposed: u64,
}

/// A bucket of the giver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GivenBucket {
    /// Number of the retention class.
    pub(crate) class: u8,
    /// First day of the month.
    pub(crate) month: Date,
    /// Tenure of the phone.
    pub(crate) tenure: u32,
    /// What the giver's register calls the phone.
    pub(crate) device: Option<u64>,
}

/// A longer period than a record was sealed with: place, class, last day, first day of disposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stated {
    pub(crate) place: u32,
    pub(crate) class: u8,
    pub(crate) retain_until: i32,
    pub(crate) disposal_from: i32,
}

/// A segment in front of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenSegment {
    /// Place of its bucket in the head.
    pub(crate) bucket: u32,
    /// Its header in the giver's log.
    pub(crate) standing: Standing,
    /// Periods that count in the place of the sealed ones.
    pub(crate) stated: Vec<Stated>,
    /// Where it stood in logs before the giver's, and the state of each: oldest first.
    pub(crate) earlier: Vec<(Standing, String)>,
}

/// An attachment in front of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenAttachment {
    pub(crate) bucket: u32,
    pub(crate) standing: Standing,
    pub(crate) salt: Hash,
    pub(crate) sha256: Hash,
    pub(crate) size: u64,
}

/// A piece of a package; an attachment's content follows it.
pub(super) enum Piece {
    Head(Vec<u8>),
    Segment(GivenSegment, Plain),
    Attachment(GivenAttachment),
    Contents(Vec<u8>),
    Seal(Vec<u8>),
}

/// The numbers of a piece's kind.
mod kind {
    pub(super) const HEAD: u8 = 1;
    pub(super) const SEGMENT: u8 = 2;
    pub(super) const ATTACHMENT: u8 = 3;
    pub(super) const CONTENTS: u8 = 4;
    pub(super) const SEAL: u8 = 5;
}

/// What stands readable in front of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The giver's archive.
    pub(crate) giver: [u8; 16],
    /// The receiver's.
    pub(crate) receiver: [u8; 16],
    /// SHA-256 of the key it is encrypted to.
    pub(crate) key: [u8; 32],
}

impl Label {
    pub(super) fn encode(&self) -> [u8; LABEL] {
        let Self { giver, receiver, key } = self;
        let bytes = [&TAG[..], giver, receiver, key].concat();
        std::array::from_fn(|i| bytes[i])
    }

    fn decode(bytes: &[u8; LABEL]) -> Option<Self> {
        let (tag, rest) = bytes.split_first_chunk::<16>()?;
        let (giver, rest) = rest.split_first_chunk()?;
        let (receiver, rest) = rest.split_first_chunk()?;
        (*tag == TAG).then_some(Self { giver: *giver, receiver: *receiver, key: rest.try_into().ok()? })
    }
}

/// The line of the table of contents for a piece.
pub(super) fn line(what: &str, entry: u64, digest: &[u8]) -> String {
    format!("{what} {entry} {}\n", chain::hex(digest))
}

/// The text that the giver's job signs.
pub(super) fn seal_text(label: &Label, contents: &[u8], records: u64, attachments: u64) -> String {
    let [giver, receiver] = [label.giver, label.receiver].map(|id| chain::hex(&id));
    let digest = chain::hex(&chain::hash(&[contents]));
    format!(
        "{FIRST_LINE}\nfrom {giver}\nto {receiver}\nrecords {records}\nattachments {attachments}\ncontents {digest}\n"
    )
}

/// A package being written.
pub(super) struct Packing<W: Write> {
    label: Label,
    flow: FlowWriter<W>,
    packer: Packer,
    contents: String,
    pub(super) records: u64,
    pub(super) attachments: u64,
}

fn failed(e: vault::VaultError) -> io::Error {
    io::Error::other(e.to_string())
}

fn put_standing(out: &mut Vec<u8>, standing: &Standing) {
    out.extend_from_slice(&standing.header);
    out.push(u8::try_from(standing.path.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(&standing.path.concat());
}

impl GivenSegment {
    /// With its records, packed.
    fn encode(&self, packed: &[u8]) -> Plain {
        let Self { bucket, standing, stated, earlier } = self;
        let mut out = Plain::new(Vec::with_capacity(packed.len() + 2048));
        let len = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        out.extend_from_slice(&bucket.to_be_bytes());
        put_standing(&mut out, standing);
        out.extend_from_slice(&len(stated.len()));
        for Stated { place, class, retain_until, disposal_from } in stated {
            out.extend_from_slice(&place.to_be_bytes());
            out.push(*class);
            out.extend_from_slice(&retain_until.to_be_bytes());
            out.extend_from_slice(&disposal_from.to_be_bytes());
        }
        out.push(u8::try_from(earlier.len()).unwrap_or(u8::MAX));
        for (standing, checkpoint) in earlier {
            put_standing(&mut out, standing);
            out.extend_from_slice(&len(checkpoint.len()));
            out.extend_from_slice(checkpoint.as_bytes());
        }
        out.extend_from_slice(packed);
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<(Self, Plain)> {
        let at = &mut bytes;
        let bucket = number(at)?;
        let standing = take_standing(at)?;
        let stated = (0..number(at)?).map(|_| {
            let (place, class) = (number(at)?, take::<1>(at)?[0]);
            let [retain_until, disposal_from] = [number(at)?, number(at)?].map(u32::cast_signed);
            Some(Stated { place, class, retain_until, disposal_from })
        });
        let stated: Vec<Stated> = stated.collect::<Option<_>>()?;
        let earlier = (0..take::<1>(at)?[0]).map(|_| {
            let standing = take_standing(at)?;
            let len = number(at)?;
            let text = some(at, len as usize)?;
            Some((standing, String::from_utf8(text.to_vec()).ok()?))
        });
        let earlier = earlier.collect::<Option<_>>()?;
        let plain = vault::unpack(at, MOST_RECORDS).ok()?;
        Some((Self { bucket, standing, stated, earlier }, plain))
    }
}

impl GivenAttachment {
    fn encode(&self) -> Vec<u8> {
        let Self { bucket, standing, salt, sha256, size } = self;
        let mut out = bucket.to_be_bytes().to_vec();
        put_standing(&mut out, standing);
        out.extend_from_slice(&[&salt[..], sha256, &size.to_be_bytes()].concat());
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let at = &mut bytes;
        let (bucket, standing) = (number(at)?, take_standing(at)?);
        let (salt, sha256, size) = (take(at)?, take(at)?, u64::from_be_bytes(take(at)?));
        at.is_empty().then_some(Self { bucket, standing, salt, sha256, size })
    }
}

fn some<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(first)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    some(bytes, N)?.try_into().ok()
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes).map(u32::from_be_bytes)
}

fn take_standing(bytes: &mut &[u8]) -> Option<Standing> {
    let header: [u8; HEADER_LEN] = take(bytes)?;
    let n = take::<1>(bytes)?[0];
    let path = (0..n).map(|_| take(bytes)).collect::<Option<Vec<Hash>>>()?;
    Some(Standing { header, path })
}

impl<W: Write> Packing<W> {
    /// Begins a package for a key.
    pub(super) fn begin(mut out: W, label: Label, to: &PublicKey) -> io::Result<Self> {
        let bytes = label.encode();
        let key = vault::random_secret().map_err(failed)?;
        out.write_all(&bytes)?;
        out.write_all(&vault::wrap(to, PURPOSE, &bytes, &key).map_err(failed)?)?;
        let flow = FlowWriter::new(&key, &bytes, out).map_err(failed)?;
        let packer = Packer::new().map_err(failed)?;
        Ok(Self { label, flow, packer, contents: String::new(), records: 0, attachments: 0 })
    }

    fn piece(&mut self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let len = u32::try_from(bytes.len()).ok().filter(|len| *len <= MOST);
        let len = len.ok_or_else(|| io::Error::other("a piece that is too long"))?;
        self.flow.write_all(&[kind])?;
        self.flow.write_all(&len.to_be_bytes())?;
        self.flow.write_all(bytes)
    }

    pub(super) fn head(&mut self, head: &Head) -> io::Result<()> {
        let bytes = Plain::new(serde_json::to_vec(head)?);
        self.contents.push_str(&line("head", 0, &Sha256::digest(&*bytes)));
        self.piece(kind::HEAD, &bytes)
    }

    pub(super) fn segment(
        &mut self,
        entry: u64,
        of: &GivenSegment,
        plain: &[u8],
        records: u64,
    ) -> io::Result<()> {
        let bytes = of.encode(&self.packer.pack(plain).map_err(failed)?);
        self.contents.push_str(&line("segment", entry, &Sha256::digest(&*bytes)));
        self.records += records;
        self.piece(kind::SEGMENT, &bytes)
    }

    /// The content is what `content` writes, all of it.
    pub(super) fn attachment(
        &mut self,
        entry: u64,
        of: &GivenAttachment,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let bytes = of.encode();
        self.contents.push_str(&line("attachment", entry, &Sha256::digest(&bytes)));
        self.attachments += 1;
        self.piece(kind::ATTACHMENT, &bytes)?;
        content(&mut self.flow)
    }

    /// The table of contents and its signature; gives what was written to.
    pub(super) fn finish(mut self, sign: impl FnOnce(&mut Note)) -> io::Result<W> {
        let contents = std::mem::take(&mut self.contents).into_bytes();
        let mut note = Note::new(seal_text(&self.label, &contents, self.records, self.attachments));
        sign(&mut note);
        self.piece(kind::CONTENTS, &contents)?;
        self.piece(kind::SEAL, note.to_text().as_bytes())?;
        self.flow.finish().map_err(failed)
    }
}

/// The label of a package, as far as it is read; what follows is the wrap.
pub(super) fn label(from: &mut dyn Read) -> Option<Label> {
    let mut bytes = [0; LABEL];
    from.read_exact(&mut bytes).ok()?;
    Label::decode(&bytes)
}

/// A package being read; its label was read before.
pub(super) struct Unpacking<R: Read> {
    flow: FlowReader<R>,
}

impl<R: Read> Unpacking<R> {
    pub(super) fn begin(mut from: R, label: &Label, pair: &KeyPair) -> Option<Self> {
        let bytes = label.encode();
        let mut wrap = vec![0; WRAPPED_LEN];
        from.read_exact(&mut wrap).ok()?;
        let key = vault::unwrap(pair, PURPOSE, &bytes, &wrap).ok()?;
        (called(pair.public()) == label.key).then_some(())?;
        Some(Self { flow: FlowReader::new(&key, &bytes, from).ok()? })
    }

    /// The next piece with the digest of its bytes; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(Piece, Hash)>> {
        let malformed = || io::Error::from(io::ErrorKind::InvalidData);
        let mut head = [0; 5];
        let first = loop {
            match self.flow.read(&mut head[..1]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if first == 0 {
            return Ok(None);
        }
        self.flow.read_exact(&mut head[1..])?;
        let len = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        if len > MOST {
            return Err(malformed());
        }
        // what a length claims is believed as it comes
        let mut bytes = Plain::new(Vec::new());
        (&mut self.flow).take(u64::from(len)).read_to_end(&mut bytes)?;
        if bytes.len() != len as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let digest = Sha256::digest(&*bytes).into();
        let piece = match head[0] {
            kind::HEAD => Piece::Head(bytes.to_vec()),
            kind::SEGMENT => {
                let (of, plain) = GivenSegment::decode(&bytes).ok_or_else(malformed)?;
                Piece::Segment(of, plain)
            }
            kind::ATTACHMENT => Piece::Attachment(GivenAttachment::decode(&bytes).ok_or_else(malformed)?),
            kind::CONTENTS => Piece::Contents(bytes.to_vec()),
            kind::SEAL => Piece::Seal(bytes.to_vec()),
            _ => return Err(malformed()),
        };
        Ok(Some((piece, digest)))
    }

    /// The content of the attachment that was given last.
    pub(super) fn content(&mut self) -> &mut dyn Read {
        &mut self.flow
    }
}
