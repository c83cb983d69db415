//! A zip as a tree. Stored members are read where they lie; compressed ones are inflated when asked for:
//! small ones into memory, large ones into scratch space.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::DeflateDecoder;
use model::bytes::Sequential;
use model::{Fault, Location, Place, ReadAt, SourceError};

use crate::file::Slice;
use crate::scratch::{Scratch, ScratchWriter};
use crate::tree::{FileRef, MOST_MEMBERS, SeekRead, Tree, below_root, children, is_inside};

/// Most bytes of a member that is inflated into memory.
const IN_MEMORY: u64 = 64 << 20;
/// Most bytes of a member at all: what is larger is said, and not put on a disk that others need.
const MOST_INFLATED: u64 = 64 << 30;
/// Most bytes that a byte of deflate can stand for (zlib's own bound): more is no honest size.
const MOST_RATIO: u64 = 1032;

struct Member {
    start: u64,
    stored: u64,
    size: u64,
    deflated: bool,
    crc32: u32,
}

/// A zip file.
pub(crate) struct ZipTree {
    file: Arc<dyn ReadAt>,
    members: BTreeMap<String, Member>,
    /// The last large member asked for: what recognises a format asks for what will be read.
    last: Mutex<Option<(String, Arc<Scratch>)>>,
}

/// Inflates `size` bytes into scratch space; gives how many there were, and their checksum.
fn inflate(from: impl Read, size: u64) -> io::Result<(Scratch, u64, u32)> {
    let mut out = flate2::CrcWriter::new(ScratchWriter::new(size)?);
    let n = match io::copy(&mut DeflateDecoder::new(from), &mut out) {
        Ok(n) => n,
        // more than the zip says
        Err(e) if e.kind() == io::ErrorKind::FileTooLarge => size + 1,
        Err(e) => return Err(e),
    };
    let sum = out.crc().sum();
    Ok((out.into_inner().finish()?, n, sum))
}

fn damaged() -> SourceError {
    SourceError::damaged(
        Location { evidence: "zip".to_owned(), place: Place::File },
        Fault::Unexpected { expected: "a zip archive" },
    )
}

impl ZipTree {
    /// Reads the directory of the zip.
    pub(crate) fn open(file: Arc<dyn ReadAt>) -> Result<Self, SourceError> {
        let mut archive = zip::ZipArchive::new(SeekRead::new(file.clone())).map_err(|_| damaged())?;
        if archive.len() > MOST_MEMBERS {
            return Err(damaged());
        }
        let mut members = BTreeMap::new();
        for i in 0..archive.len() {
            let Ok(entry) = archive.by_index_raw(i) else { continue };
            let Ok(name) = entry.name().map(|n| below_root(&n).to_owned()) else { continue };
            let deflated = match entry.compression() {
                zip::CompressionMethod::Stored => false,
                zip::CompressionMethod::Deflated => true,
                _ => continue,
            };
            let Some(start) = entry.data_start() else { continue };
            if entry.is_file() && !entry.encrypted() && is_inside(&name) {
                members.entry(name).or_insert(Member {
                    start,
                    stored: entry.compressed_size(),
                    size: entry.size(),
                    deflated,
                    crc32: entry.crc32(),
                });
            }
        }
        Ok(Self { file, members, last: Mutex::default() })
    }
}

impl Tree for ZipTree {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        let Some(member) = self.members.get(name) else { return Ok(None) };
        let slice = Slice { bytes: FileRef(self.file.clone()), start: member.start, len: member.stored };
        if !member.deflated {
            return Ok(Some(Arc::new(slice)));
        }
        let fault = |fault| {
            // names inside a zip may name a person: hash prefix only
            let hash = crate::hash::digest(name.as_bytes());
            let evidence = format!("zip member {:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]);
            SourceError::damaged(Location { evidence, place: Place::File }, fault)
        };
        let bound = member.stored.saturating_mul(MOST_RATIO).min(MOST_INFLATED);
        if member.size > bound {
            return Err(fault(Fault::TooMuch { what: "bytes in a compressed member", bound }));
        }
        if member.size > IN_MEMORY {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, scratch)) = last.as_ref().filter(|(known, _)| known == name) {
                return Ok(Some(scratch.clone()));
            }
            *last = None;
            let (scratch, n, sum) = inflate(Sequential::new(&slice), member.size)
                .map_err(|e| SourceError::io("inflating a member of a zip into a temporary file", &e))?;
            if n != member.size {
                return Err(fault(Fault::Truncated { need: member.size, have: n }));
            }
            if sum != member.crc32 {
                return Err(fault(Fault::Mismatch { what: "CRC-32" }));
            }
            let scratch = Arc::new(scratch);
            *last = Some((name.to_owned(), scratch.clone()));
            return Ok(Some(scratch));
        }
        let mut out = Vec::new();
        let n = DeflateDecoder::new(Sequential::new(&slice))
            .take(member.size + 1)
            .read_to_end(&mut out)
            .map_err(|_| fault(Fault::Unexpected { expected: "a deflate stream" }))?;
        if n as u64 != member.size {
            return Err(fault(Fault::Truncated { need: member.size, have: n as u64 }));
        }
        let mut crc = flate2::Crc::new();
        crc.update(&out);
        if crc.sum() != member.crc32 {
            return Err(fault(Fault::Mismatch { what: "CRC-32" }));
        }
        Ok(Some(Arc::new(out)))
    }

    fn head(&self, name: &str, buf: &mut [u8]) -> Result<Option<usize>, SourceError> {
        let Some(member) = self.members.get(name) else { return Ok(None) };
        let slice = Slice { bytes: FileRef(self.file.clone()), start: member.start, len: member.stored };
        let mut stored = Sequential::new(&slice);
        let mut inflated = DeflateDecoder::new(Sequential::new(&slice));
        let from: &mut dyn Read = if member.deflated { &mut inflated } else { &mut stored };
        let mut filled = 0;
        while filled < buf.len() {
            // what is damaged is told when the whole is asked for
            match from.read(&mut buf[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        Ok(Some(filled))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        Ok(children(self.members.keys().map(String::as_str), folder))
    }
}
