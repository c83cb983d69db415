//! A zlib stream read at any offset. One pass at the beginning measures it and leaves marks: copies of the
//! state of the inflater, few enough that memory does not grow with the stream. A reading goes on from the
//! last one or from the nearest mark.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use model::ReadAt;

/// Bytes of the stream taken in at once, and given out at once while measuring.
const PIECE: usize = 1 << 16;

/// Most marks; each is some 43 KiB.
const MOST_MARKS: usize = 128;

/// Bytes between marks at first; doubled whenever there are too many.
const FIRST_STEP: u64 = 4 << 20;

/// Most that is inflated: so many times the stored length, and this much beside.
const MOST_RATIO: u64 = 256;
const ALWAYS: u64 = 4 << 30;

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its checksum.
    Whole,
    /// Before its end.
    Cut,
    /// At bytes that are no deflate stream, or whose checksum does not fit.
    Damaged,
    /// At our bound.
    Bound,
}

#[derive(Clone)]
struct Mark {
    /// Bytes given out before it, and taken in.
    out: u64,
    taken: u64,
    state: Box<InflateState>,
}

impl Mark {
    fn first() -> Self {
        Self { out: 0, taken: 0, state: InflateState::new_boxed(DataFormat::Zlib) }
    }

    /// Inflates into `buf`; 0 at an end of either kind.
    fn step(
        &mut self,
        bytes: &dyn ReadAt,
        input: &mut [u8],
        buf: &mut [u8],
    ) -> io::Result<(usize, Option<Ending>)> {
        loop {
            let n = bytes.read_at(self.taken, input)?;
            let result = inflate(&mut self.state, &input[..n], buf, MZFlush::None);
            self.taken += result.bytes_consumed as u64;
            self.out += result.bytes_written as u64;
            let given = result.bytes_written;
            match result.status {
                Ok(MZStatus::StreamEnd) => return Ok((given, Some(Ending::Whole))),
                Ok(_) if given > 0 => return Ok((given, None)),
                Ok(_) | Err(MZError::Buf) if n == 0 => return Ok((given, Some(Ending::Cut))),
                Ok(_) | Err(MZError::Buf) if result.bytes_consumed > 0 => {}
                _ => return Ok((given, Some(Ending::Damaged))),
            }
        }
    }
}

/// The stream, inflated as it is read.
pub(crate) struct InflateAt {
    bytes: Arc<dyn ReadAt>,
    len: u64,
    marks: Vec<Mark>,
    cursor: Mutex<Mark>,
}

impl InflateAt {
    /// Measures the stream; what comes out is also shown to `see`, piece by piece.
    pub(crate) fn open(bytes: Arc<dyn ReadAt>) -> io::Result<(Self, Ending)> {
        let bound = bytes.len().saturating_mul(MOST_RATIO).saturating_add(ALWAYS);
        let (mut input, mut output) = (vec![0; PIECE], vec![0; PIECE]);
        let mut at = Mark::first();
        let mut marks = vec![at.clone()];
        let mut step = FIRST_STEP;
        let ending = loop {
            let (_, ending) = at.step(bytes.as_ref(), &mut input, &mut output)?;
            if let Some(ending) = ending {
                break ending;
            }
            if at.out > bound {
                break Ending::Bound;
            }
            if at.out - marks.last().map_or(0, |m| m.out) >= step {
                marks.push(at.clone());
                if marks.len() > MOST_MARKS {
                    let mut nth = 0;
                    marks.retain(|_| {
                        nth += 1;
                        nth % 2 == 1
                    });
                    step *= 2;
                }
            }
        };
        Ok((Self { bytes, len: at.out, marks, cursor: Mutex::new(Mark::first()) }, ending))
    }
}

impl ReadAt for InflateAt {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let nearest = self.marks.iter().rfind(|m| m.out <= offset);
        let usable = cursor.out <= offset;
        if let Some(nearest) = nearest.filter(|m| !usable || m.out > cursor.out) {
            *cursor = nearest.clone();
        }
        let mut input = vec![0; PIECE.min(n.max(4096))];
        let mut scratch = vec![0; PIECE];
        while cursor.out < offset {
            let skip = usize::try_from(offset - cursor.out).unwrap_or(usize::MAX).min(PIECE);
            let (given, _) = cursor.step(self.bytes.as_ref(), &mut input, &mut scratch[..skip])?;
            if given == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let (given, _) = cursor.step(self.bytes.as_ref(), &mut input, &mut buf[..n])?;
        if given == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(n: usize) -> Vec<u8> {
        let mut x = 7_u32;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            x.to_be_bytes()[0]
        };
        (0..n).map(|i| if i % 3 == 0 { next() } else { 0x41 }).collect()
    }

    #[test]
    fn any_offset() {
        let plain = content(30 << 20);
        let stored = miniz_oxide::deflate::compress_to_vec_zlib(&plain, 1);
        let (at, ending) = InflateAt::open(Arc::new(stored)).unwrap();
        assert_eq!((at.len(), ending), (plain.len() as u64, Ending::Whole));
        assert!(at.marks.len() > 3);
        let mut buf = vec![0; 1000];
        for offset in [0, 1, 29 << 20, 5 << 20, (5 << 20) + 1000, 3, 30 << 20, (30 << 20) - 1] {
            let n = at.read_at(offset as u64, &mut buf).unwrap();
            assert_eq!(buf[..n], plain[offset..offset + n]);
            assert_eq!(n == 0, offset == plain.len());
        }
        let mut all = vec![0; plain.len()];
        at.read_exact_at(0, &mut all).unwrap();
        assert_eq!(all, plain);
    }

    #[test]
    fn cut_and_damaged() {
        let plain = content(100_000);
        let stored = miniz_oxide::deflate::compress_to_vec_zlib(&plain, 6);
        for n in [0, 1, 2, 3, 100, stored.len() / 2, stored.len() - 5, stored.len() - 1] {
            let (at, ending) = InflateAt::open(Arc::new(stored[..n].to_vec())).unwrap();
            assert_eq!(ending, Ending::Cut, "{n}");
            let mut all = vec![0; usize::try_from(at.len()).unwrap()];
            at.read_exact_at(0, &mut all).unwrap();
            assert_eq!(all, plain[..all.len()]);
        }
        let mut bad = stored.clone();
        let last = bad.len() - 1;
        bad[last] ^= 1;
        assert_eq!(InflateAt::open(Arc::new(bad)).unwrap().1, Ending::Damaged);
        assert_eq!(InflateAt::open(Arc::new(b"not a stream".to_vec())).unwrap().1, Ending::Damaged);
    }
}
