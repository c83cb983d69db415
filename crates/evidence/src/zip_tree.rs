//! A zip as a tree. Stored members are read where they lie; compressed ones are inflated when asked for:
//! small ones into memory, large ones into scratch space. A member that is damaged is given as far as it goes,
//! and named.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::DeflateDecoder;
use model::bytes::Sequential;
use model::{Fault, Location, Place, ReadAt, SourceError};

use crate::file::Slice;
use crate::scratch::{Scratch, ScratchWriter};
use crate::tree::{FileRef, MOST_MEMBERS, SeekRead, Tree, below_root, children, is_inside};
use crate::zip_salvage::{self, Found};

/// Most bytes of a member that is inflated into memory.
const IN_MEMORY: u64 = 64 << 20;
/// Most bytes of a member at all: what is larger is said, and not put on a disk that others need.
const MOST_INFLATED: u64 = 64 << 30;
/// Most bytes that a byte of deflate may stand for in a large member, and how many any member may have: files
/// of a phone stay far below, what is made to fill a disk does not.
const MOST_RATIO: (u64, u64) = (200, 1 << 30);

struct Member {
    start: u64,
    stored: u64,
    /// Bytes of the content and their checksum; where the directory is lost they may be unknown.
    size: Option<u64>,
    crc32: Option<u32>,
    deflated: bool,
}

/// What the directory of a zip lists and the library, which counts as the end of the zip says and keeps one
/// member of a name, does not give.
#[derive(Default)]
struct Listed {
    doubled: u64,
    uncounted: u64,
}

impl Listed {
    fn count(file: &dyn ReadAt, start: u64, given: usize) -> Self {
        let mut all = 0_usize;
        each_listed(file, start, |_| all += 1);
        if all <= given {
            return Self::default();
        }
        let mut names = BTreeSet::new();
        each_listed(file, start, |name| {
            names.insert(name);
        });
        Self { doubled: (all - names.len()) as u64, uncounted: names.len().saturating_sub(given) as u64 }
    }
}

/// Names in the directory that begins at `at` (APPNOTE.TXT 6.3.10, 4.3.12), as far as it can be followed.
fn each_listed(file: &dyn ReadAt, mut at: u64, mut then: impl FnMut(Vec<u8>)) {
    for _ in 0..MOST_MEMBERS {
        let mut head = [0; 46];
        if file.read_exact_at(at, &mut head).is_err() || !head.starts_with(b"PK\x01\x02") {
            return;
        }
        let length = |i: usize| u16::from_le_bytes([head[i], head[i + 1]]);
        let mut name = vec![0; usize::from(length(28))];
        if file.read_exact_at(at + 46, &mut name).is_err() {
            return;
        }
        then(name);
        at += 46 + u64::from(length(28)) + u64::from(length(30)) + u64::from(length(32));
    }
}

/// A zip file.
pub(crate) struct ZipTree {
    file: Arc<dyn ReadAt>,
    members: BTreeMap<String, Member>,
    /// What was left out, by why.
    left_out: BTreeMap<&'static str, u64>,
    /// Members that are not what the zip says of them: hash prefix of the name, and what.
    damaged: Mutex<BTreeMap<String, &'static str>>,
    /// The last large member asked for: what recognises a format asks for what will be read.
    last: Mutex<Option<(String, Arc<Scratch>)>>,
}

/// What came out of a deflate stream.
struct Inflated<W> {
    out: W,
    /// What is wrong with it.
    wrong: Option<&'static str>,
}

/// Inflates what there is, at most `most` bytes; a stream that breaks gives what came before.
fn inflate<W: Write>(from: impl Read, to: W, most: u64, member: &Member) -> io::Result<Inflated<W>> {
    let mut out = flate2::CrcWriter::new(to);
    let mut inflate = DeflateDecoder::new(from);
    let mut buf = vec![0; 1 << 16];
    let (mut n, mut broken) = (0_u64, false);
    while n < most {
        let room = usize::try_from(most - n).unwrap_or(usize::MAX).min(buf.len());
        match inflate.read(&mut buf[..room]) {
            Ok(0) => break,
            Ok(k) => {
                out.write_all(&buf[..k])?;
                n += k as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                broken = true;
                break;
            }
        }
    }
    let short = member.size.is_some_and(|size| n < size);
    let longer = !broken && n == most && !matches!(inflate.read(&mut buf[..1]), Ok(0));
    let sum = out.crc().sum();
    let wrong = match () {
        () if broken || short => Some("cut"),
        () if longer => Some("longer_than_stated"),
        () if member.crc32.is_some_and(|crc32| crc32 != sum) => Some("checksum"),
        () => None,
    };
    Ok(Inflated { out: out.into_inner(), wrong })
}

fn damaged() -> SourceError {
    SourceError::damaged(
        Location { evidence: "zip".to_owned(), place: Place::File },
        Fault::Unexpected { expected: "a zip archive" },
    )
}

/// A name inside a zip as fit to be shown: it may be a person's.
fn shown(name: &str) -> String {
    let hash = crate::hash::digest(name.as_bytes());
    format!("{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

impl ZipTree {
    /// Reads the directory of the zip; where it is lost, the headers of the members.
    pub(crate) fn open(file: Arc<dyn ReadAt>) -> Result<Self, SourceError> {
        let mut tree = Self {
            file: file.clone(),
            members: BTreeMap::new(),
            left_out: BTreeMap::new(),
            damaged: Mutex::default(),
            last: Mutex::default(),
        };
        let Ok(mut archive) = zip::ZipArchive::new(SeekRead::new(file.clone())) else {
            tree.salvage()?;
            return Ok(tree);
        };
        let listed = Listed::count(file.as_ref(), archive.central_directory_start(), archive.len());
        if archive.len() > MOST_MEMBERS {
            return Err(damaged());
        }
        for i in 0..archive.len() {
            let Ok(entry) = archive.by_index_raw(i) else {
                tree.leave_out("unreadable");
                continue;
            };
            let (Ok(name), Some(start)) = (entry.name().map(|n| n.into_owned()), entry.data_start()) else {
                tree.leave_out("unreadable");
                continue;
            };
            if entry.is_dir() {
                // what has content is no folder, whatever it is called
                if entry.size() > 0 {
                    tree.leave_out("folder");
                }
                continue;
            }
            let method = match entry.compression() {
                zip::CompressionMethod::Stored => 0,
                zip::CompressionMethod::Deflated => 8,
                _ => u16::MAX,
            };
            let (size, crc32) = (Some(entry.size()), Some(entry.crc32()));
            let stored = entry.compressed_size().min(file.len().saturating_sub(start));
            if !entry.is_file() {
                tree.leave_out("link");
                continue;
            }
            let encrypted = entry.encrypted();
            tree.add(Found { name, method, encrypted, start, stored, size, crc32 });
        }
        // a directory that lists nothing says nothing
        if tree.members.is_empty() && !file.is_empty() {
            tree.salvage()?;
            return Ok(tree);
        }
        for (why, n) in [("replaced", listed.doubled), ("uncounted", listed.uncounted)] {
            if n > 0 {
                *tree.left_out.entry(why).or_default() += n;
            }
        }
        Ok(tree)
    }

    fn salvage(&mut self) -> Result<(), SourceError> {
        let found = zip_salvage::scan(self.file.as_ref());
        let found = found.map_err(|e| SourceError::io("looking for members of the zip", &e))?;
        // what the directory lists and is left out is found once more
        let known = std::mem::take(&mut self.left_out);
        for found in found {
            match found.name.ends_with('/') {
                true if found.size.unwrap_or(found.stored) > 0 => self.leave_out("folder"),
                true => {}
                false => self.add(found),
            }
        }
        for (why, n) in known {
            let here = self.left_out.entry(why).or_default();
            *here = n.max(*here);
        }
        if self.members.is_empty() {
            return Err(self.nothing_read());
        }
        self.leave_out("directory");
        Ok(())
    }

    /// A zip of which no member can be read, with the reason where it is known.
    fn nothing_read(&self) -> SourceError {
        let has = |why| self.left_out.contains_key(why);
        let expected = match () {
            () if has("encrypted") => "a zip archive that is not encrypted",
            () if has("method") => "a zip archive whose files are stored or deflated",
            () if has("link") => "a zip archive with files, not links",
            () if has("folder") => "a zip archive with files that are not named as folders",
            () if has("outside") => "a zip archive with files whose names do not lead out of it",
            () => return damaged(),
        };
        let at = Location { evidence: "zip".to_owned(), place: Place::File };
        SourceError::damaged(at, Fault::Unexpected { expected })
    }

    fn leave_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }

    /// Takes a member in; the first of two of one name counts.
    fn add(&mut self, found: Found) {
        let Found { name, method, encrypted, start, stored, size, crc32 } = found;
        let name = below_root(&name).to_owned();
        let why = match method {
            _ if encrypted => Some("encrypted"),
            _ if !is_inside(&name) => Some("outside"),
            0 | 8 => self.members.contains_key(&name).then_some("doubled"),
            _ => Some("method"),
        };
        match why {
            Some(why) => self.leave_out(why),
            None => {
                let member = Member { start, stored, size, crc32, deflated: method == 8 };
                self.members.insert(name, member);
            }
        }
    }

    fn wrong(&self, name: &str, what: &'static str) {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).insert(shown(name), what);
    }
}

impl Tree for ZipTree {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        let Some(member) = self.members.get(name) else { return Ok(None) };
        let slice = Slice { bytes: FileRef(self.file.clone()), start: member.start, len: member.stored };
        if !member.deflated {
            if member.size.is_some_and(|size| size > member.stored) {
                self.wrong(name, "cut");
            }
            return Ok(Some(Arc::new(slice)));
        }
        let bound =
            member.stored.saturating_mul(MOST_RATIO.0).saturating_add(MOST_RATIO.1).min(MOST_INFLATED);
        let most = member.size.unwrap_or(bound);
        if most > bound {
            let evidence = format!("zip member {}", shown(name));
            let fault = Fault::TooMuch { what: "bytes in a compressed member", bound };
            return Err(SourceError::damaged(Location { evidence, place: Place::File }, fault));
        }
        let io = |e: io::Error| SourceError::io("inflating a member of a zip", &e);
        let from = Sequential::new(&slice);
        if most > IN_MEMORY {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, scratch)) = last.as_ref().filter(|(known, _)| known == name) {
                return Ok(Some(scratch.clone()));
            }
            *last = None;
            let Inflated { out, wrong } =
                inflate(from, ScratchWriter::new(most).map_err(io)?, most, member).map_err(io)?;
            if let Some(wrong) = wrong {
                self.wrong(name, wrong);
            }
            let scratch = Arc::new(out.finish().map_err(io)?);
            *last = Some((name.to_owned(), scratch.clone()));
            return Ok(Some(scratch));
        }
        let Inflated { out, wrong } = inflate(from, Vec::new(), most, member).map_err(io)?;
        if let Some(wrong) = wrong {
            self.wrong(name, wrong);
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

    fn notes(&self) -> Vec<String> {
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = self.left_out.iter().map(|(why, n)| match *why {
            "directory" => format!("zip_directory_lost:{} members found", self.members.len()),
            why => format!("zip_members_left_out:{why}:{n}"),
        });
        left_out
            .chain(damaged.iter().map(|(name, what)| format!("zip_member_damaged:{what}:{name}")))
            .collect()
    }
}
