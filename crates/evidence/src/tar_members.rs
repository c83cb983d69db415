//! The members of a tar: POSIX ustar with pax headers, as Android writes it, and GNU long names. A damaged header
//! is stepped over: the next block that is a header is looked for. It knows no names that lead out: whoever asks
//! decides what a name means.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;

use model::ReadAt;

/// Most members.
const MOST_MEMBERS: usize = crate::tree::MOST_MEMBERS;

/// Most bytes of a pax header or a long name.
const MOST_NAME: u64 = 1 << 20;

const BLOCK: u64 = 512;

/// Devices, folders and pipes; lists of folders, names of volumes and names of GNU tar; headers of Solaris.
const NO_FILES: &[u8] = b"3456DVNXE";

/// Where a member lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where its content begins.
    pub start: u64,
    /// Bytes of its content, as the header says.
    pub len: u64,
    /// Bytes of it that are there; fewer than `len` in a backup that is cut.
    pub there: u64,
}

/// All members, and what was wrong with the tar.
#[derive(Default)]
pub struct Members {
    /// Files by name, the first of two of one name.
    pub files: BTreeMap<String, Member>,
    /// Blocks that should have been headers and are none.
    pub bad_blocks: u64,
    /// Members of a name that another had before.
    pub twice: u64,
    /// Whether there are more members than are taken in.
    pub too_many: bool,
    /// Sparse files, which are not read.
    pub sparse: u64,
    /// Links to other members or files, which are not followed.
    pub links: u64,
    /// Whether the end marker was met.
    pub ended: bool,
    /// Whether something other than zeros follows far behind the end.
    pub goes_on: bool,
}

struct Header {
    name: String,
    size: u64,
    kind: u8,
}

impl Members {
    /// Walks through all of `bytes`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(bytes: &dyn ReadAt) -> io::Result<Self> {
        let mut this = Self::default();
        let Said { name: mut long_name, size: mut long_size, sparse: mut is_sparse } = Said::default();
        let mut at = 0;
        let mut zeros = 0;
        let mut block = [0; 512];
        while at + BLOCK <= bytes.len() {
            bytes.read_exact_at(at, &mut block)?;
            at += BLOCK;
            if block.iter().all(|b| *b == 0) {
                zeros += 1;
                this.ended |= zeros == 2;
                // behind the end there is nothing; behind damage there may be more
                if zeros > 256 && this.bad_blocks == 0 {
                    this.goes_on = has_content(bytes, at)?;
                    break;
                }
                continue;
            }
            let Some(Header { name, size, kind }) = header(&block) else {
                this.bad_blocks += 1;
                continue;
            };
            zeros = 0;
            this.ended = false;
            let size = match kind {
                b'x' | b'g' | b'L' | b'K' => size,
                _ => long_size.take().unwrap_or(size),
            };
            let there = size.min(bytes.len() - at);
            if there < size && matches!(kind, b'x' | b'g' | b'L' | b'K') {
                // what it says of its length is no truth
                this.bad_blocks += 1;
                continue;
            }
            // a member that goes on behind the end: cut, or a length that is no truth and hides other members
            let there = if there < size { until_header(bytes, at)?.unwrap_or(there) } else { there };
            match kind {
                b'x' | b'L' if size <= MOST_NAME && there == size => {
                    let mut value = vec![0; usize::try_from(size).unwrap_or_default()];
                    bytes.read_exact_at(at, &mut value)?;
                    if kind == b'L' {
                        let end = value.iter().position(|b| *b == 0).unwrap_or(value.len());
                        long_name = Some(String::from_utf8_lossy(&value[..end]).into_owned());
                    } else {
                        let said = pax(&value);
                        long_name = said.name.or(long_name);
                        long_size = said.size.or(long_size);
                        is_sparse |= said.sparse;
                    }
                }
                b'x' | b'g' | b'L' | b'K' => {}
                b'1' | b'2' => {
                    this.links += 1;
                    (long_name, is_sparse) = (None, false);
                }
                b'S' => {
                    this.sparse += 1;
                    (long_name, is_sparse) = (None, false);
                }
                kind if NO_FILES.contains(&kind) => (long_name, is_sparse) = (None, false),
                _ if is_sparse => {
                    // its holes are left out: what is stored is not the file
                    this.sparse += 1;
                    (long_name, is_sparse) = (None, false);
                }
                // "If other values are encountered, the file shall be treated as a regular file" (POSIX, pax,
                // ustar interchange format, typeflag)
                _ => {
                    let name = long_name.take().unwrap_or(name);
                    let name = name.trim_start_matches("./").to_owned();
                    if this.files.len() >= MOST_MEMBERS {
                        this.too_many = true;
                    } else if let Entry::Vacant(place) = this.files.entry(name) {
                        place.insert(Member { start: at, len: size, there });
                    } else {
                        this.twice += 1;
                    }
                }
            }
            let blocks = there.div_ceil(BLOCK).saturating_mul(BLOCK);
            at = at.saturating_add(blocks);
        }
        Ok(this)
    }
}

/// Bytes from `at` to the next block that is a header, where there is one.
fn until_header(bytes: &dyn ReadAt, at: u64) -> io::Result<Option<u64>> {
    let mut window = vec![0; 1 << 18];
    let mut start = at;
    while start + BLOCK <= bytes.len() {
        let n = window.len().min(usize::try_from(bytes.len() - start).unwrap_or(usize::MAX)) / 512 * 512;
        bytes.read_exact_at(start, &mut window[..n])?;
        for (i, block) in window[..n].as_chunks::<512>().0.iter().enumerate() {
            if &block[257..262] == b"ustar" && header(block).is_some() {
                return Ok(Some(start + 512 * i as u64 - at));
            }
        }
        start += n as u64;
    }
    Ok(None)
}

/// Whether there is anything but zeros from `at` on.
fn has_content(bytes: &dyn ReadAt, mut at: u64) -> io::Result<bool> {
    let mut window = vec![0; 1 << 18];
    loop {
        let n = bytes.read_at(at, &mut window)?;
        if window[..n].iter().any(|b| *b != 0) {
            return Ok(true);
        }
        if n == 0 {
            return Ok(false);
        }
        at += n as u64;
    }
}

/// What a pax header says of the next member.
#[derive(Default)]
struct Said {
    name: Option<String>,
    size: Option<u64>,
    /// Whether it is a sparse file, which GNU tar writes in a form of its own.
    sparse: bool,
}

/// Records `length key=value\n` of a pax header.
fn pax(mut records: &[u8]) -> Said {
    let mut said = Said::default();
    while let Some(space) = records.iter().position(|b| *b == b' ') {
        let length = std::str::from_utf8(&records[..space]).ok().and_then(|s| s.parse::<usize>().ok());
        let Some((record, rest)) = length.and_then(|n| records.split_at_checked(n)) else { break };
        records = rest;
        let Some(record) = record.get(space + 1..).and_then(|r| r.strip_suffix(b"\n")) else { break };
        let text = String::from_utf8_lossy(record);
        match text.split_once('=') {
            Some(("path", value)) => said.name = Some(value.to_owned()),
            Some(("size", value)) => said.size = value.parse().ok(),
            Some((key, _)) if key.starts_with("GNU.sparse.") => said.sparse = true,
            _ => {}
        }
    }
    said
}

fn header(block: &[u8; 512]) -> Option<Header> {
    let expected = octal(&block[148..156])?;
    let sum: u64 =
        block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { u64::from(*b) }).sum();
    if sum != expected {
        return None;
    }
    let text = |range: std::ops::Range<usize>| {
        let field = &block[range];
        let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).into_owned()
    };
    let (name, prefix) = (text(0..100), text(345..500));
    let ustar = &block[257..262] == b"ustar";
    let name = if ustar && !prefix.is_empty() { format!("{prefix}/{name}") } else { name };
    Some(Header { name, size: octal(&block[124..136])?, kind: block[156] })
}

/// An octal number, or the binary form for large ones.
fn octal(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let mut value = u64::from(field[0] & 0x7f);
        for b in &field[1..] {
            value = value.checked_mul(256)? + u64::from(*b);
        }
        return Some(value);
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(|c| c == ' ' || c == '\0');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}
