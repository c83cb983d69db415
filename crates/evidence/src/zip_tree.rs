//! A zip as a tree. Stored members are read where they lie; compressed ones are inflated into memory
//! when asked for, up to a bound: a database larger than that must be unpacked first, which the
//! error says.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use model::bytes::Sequential;
use model::{Fault, Location, Place, ReadAt, SourceError};

use crate::file::Slice;
use crate::tree::{FileRef, MOST_MEMBERS, SeekRead, Tree, below_root, children, is_inside};

/// Most bytes that a compressed member may have when inflated.
const MOST_INFLATED: u64 = 256 << 20;

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
        Ok(Self { file, members })
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
        if member.size > MOST_INFLATED {
            return Err(fault(Fault::TooMuch {
                what: "bytes in a compressed member: unpack the zip first",
                bound: MOST_INFLATED,
            }));
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

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        Ok(children(self.members.keys().map(String::as_str), folder))
    }
}
