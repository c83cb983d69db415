//! A zip whose directory, which lies at its end, is lost: its members are found by the header before each of
//! them. What was cut off is not there; the member that the cut goes through is there up to the cut.

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use model::ReadAt;

use crate::tree::MOST_MEMBERS;

/// What a header says, and what follows from the bytes behind it.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) encrypted: bool,
    pub(crate) start: u64,
    /// Bytes that are there.
    pub(crate) stored: u64,
    /// Bytes of the content, where the header says so.
    pub(crate) size: Option<u64>,
    pub(crate) crc32: Option<u32>,
}

const HEADER: usize = 30;
const SIGNATURE: &[u8] = b"PK\x03\x04";
/// Bytes looked through at once.
const WINDOW: usize = 1 << 18;
/// Bytes that may be inflated, all members together, to learn where members end: so many times the file, and
/// so many more.
const MOST_WORK: (u64, u64) = (64, 1 << 30);

/// Every member whose header is found, in order.
pub(crate) fn scan(file: &dyn ReadAt) -> std::io::Result<Vec<Found>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut left = file.len().saturating_mul(MOST_WORK.0).saturating_add(MOST_WORK.1);
    while let Some(here) = next(file, at)? {
        match member(file, here, &mut left)? {
            Some((member, end)) if found.len() < MOST_MEMBERS => {
                found.push(member);
                at = end.max(here + 4);
            }
            Some(_) => break,
            None => at = here + 4,
        }
        if left == 0 {
            break;
        }
    }
    Ok(found)
}

/// Where the next header is at or behind `at`.
fn next(file: &dyn ReadAt, mut at: u64) -> std::io::Result<Option<u64>> {
    let finder = memmem::Finder::new(SIGNATURE);
    let mut window = vec![0; WINDOW];
    loop {
        let n = fill(file, at, &mut window)?;
        if n < HEADER {
            return Ok(None);
        }
        if let Some(i) = finder.find(&window[..n]) {
            return Ok(Some(at + i as u64));
        }
        at += (n - 3) as u64;
    }
}

fn fill(file: &dyn ReadAt, at: u64, buf: &mut [u8]) -> std::io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match file.read_at(at + done as u64, &mut buf[done..])? {
            0 => break,
            n => done += n,
        }
    }
    Ok(done)
}

/// The member whose header is at `at`, and where it ends; `None` when there is none.
fn member(file: &dyn ReadAt, at: u64, left: &mut u64) -> std::io::Result<Option<(Found, u64)>> {
    let mut head = [0; HEADER];
    if fill(file, at, &mut head)? < HEADER {
        return Ok(None);
    }
    let be16 = |i: usize| u16::from_le_bytes([head[i], head[i + 1]]);
    let be32 = |i: usize| u32::from_le_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
    let (flags, method, crc32) = (be16(6), be16(8), be32(14));
    let (mut stored, mut size) = (u64::from(be32(18)), u64::from(be32(22)));
    let (name_len, extra_len) = (usize::from(be16(26)), usize::from(be16(28)));
    let mut rest = vec![0; name_len + extra_len];
    if name_len == 0 || fill(file, at + HEADER as u64, &mut rest)? < rest.len() {
        return Ok(None);
    }
    let (name, extra) = rest.split_at(name_len);
    if stored == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
        (size, stored) = large(extra).unwrap_or((size, stored));
    }
    let start = at + (HEADER + rest.len()) as u64;
    let there = file.len().saturating_sub(start);
    // the sizes stand behind the content
    let streamed = flags & 8 != 0 && stored == 0;
    if streamed {
        stored = match method {
            8 => deflated(file, start, left)?,
            _ => next(file, start)?.map_or(there, |end| end - start),
        };
    }
    let stored = stored.min(there);
    let found = Found {
        name: String::from_utf8_lossy(name).into_owned(),
        method,
        encrypted: flags & 1 != 0,
        start,
        stored,
        size: (!streamed).then_some(size),
        crc32: (!streamed).then_some(crc32),
    };
    Ok(Some((found, start + stored)))
}

/// Sizes of the content, as it is and as it is stored, of a header of the 64-bit form.
fn large(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let (head, rest) = extra.split_first_chunk::<4>()?;
        let len = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (field, rest) = rest.split_at_checked(len)?;
        if head[..2] == [1, 0] {
            let (size, field) = field.split_first_chunk::<8>()?;
            let stored = field.first_chunk::<8>()?;
            return Some((u64::from_le_bytes(*size), u64::from_le_bytes(*stored)));
        }
        extra = rest;
    }
}

/// Bytes of a deflate stream that begins at `start`: to its end, or to where it cannot be followed.
fn deflated(file: &dyn ReadAt, start: u64, left: &mut u64) -> std::io::Result<u64> {
    let mut inflate = Decompress::new(false);
    let (mut input, mut output) = (vec![0; 1 << 16], vec![0; 1 << 18]);
    let (mut have, mut used) = (0, 0);
    loop {
        if used == have {
            (have, used) = (fill(file, start + inflate.total_in(), &mut input)?, 0);
            if have == 0 {
                return Ok(inflate.total_in());
            }
        }
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(&input[used..have], &mut output, FlushDecompress::None);
        used += usize::try_from(inflate.total_in() - before.0).unwrap_or(usize::MAX);
        *left = left.saturating_sub(inflate.total_out() - before.1);
        let stuck = (inflate.total_in(), inflate.total_out()) == before;
        match status {
            Ok(Status::StreamEnd) | Err(_) => return Ok(inflate.total_in()),
            Ok(_) if *left == 0 || stuck => return Ok(inflate.total_in()),
            Ok(_) => {}
        }
    }
}
