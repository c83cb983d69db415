//! The frames of an Android backup, one after the other: length, ciphertext, MAC. A frame counts only
//! when its MAC fits. Behind damage the next frame is looked for by its MAC, so that a flipped bit
//! costs one frame and not the rest. Knows no SQL and no message.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use aes::cipher::StreamCipher;
use model::{Fault, ReadAt};

use super::cipher::{Cipher, FileAt, MAC};
use super::header::Header;
use crate::proto::{self, Fields};

/// Most bytes of a frame. The phone writes a row through a cursor window of 2 MiB.
const LONGEST: u64 = 32 << 20;
/// Read at once.
const WINDOW: usize = 1 << 20;
/// Longest frame that is looked for behind damage: a longer one is found by the one after it.
const SOUGHT: u64 = 1 << 16;
/// Counters tried for each offset near the damage, and how far near is.
const NEAR: (u32, u64) = (64, 1 << 22);
/// Counters tried for a frame whose MAC does not cover the counter.
const TRIED: u32 = 1024;
/// Counters tried farther away.
const FAR: u32 = 3;

/// Where a frame begins and under which counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameAt {
    pub(crate) offset: u64,
    pub(crate) counter: u32,
}

/// Damage, and where reading goes on, if anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) offset: u64,
    pub(crate) fault: Fault,
    pub(crate) resume: Option<FrameAt>,
}

/// What the sealed bytes hold.
pub(crate) struct File {
    pub(crate) bytes: Arc<dyn ReadAt>,
    pub(crate) cipher: Arc<Cipher>,
    pub(crate) header: Header,
}

/// One step of the way through the file.
pub(crate) enum Step<'a> {
    /// A frame, authenticated and decrypted.
    Frame(FrameAt, &'a [u8]),
    /// Damage.
    Damaged(Damage),
    /// The end of the bytes.
    End,
}

/// The way through the file.
pub(crate) struct Frames {
    file: Arc<File>,
    window: Vec<u8>,
    /// Offset of the window.
    start: u64,
    plain: Vec<u8>,
    at: FrameAt,
    stopped: bool,
    /// Bytes that may still be authenticated in search of frames.
    budget: u64,
    /// Whether any frame has fitted: until one has, the key may be wrong.
    proven: bool,
    /// Damage found on an earlier way through, by offset.
    known: BTreeMap<u64, Damage>,
}

impl Frames {
    /// Starts at the first frame.
    pub(crate) fn of(file: &Arc<File>) -> Self {
        let at = FrameAt { offset: file.header.end, counter: file.cipher.first_counter() };
        let budget = file.bytes.len().saturating_mul(2).saturating_add(1 << 26);
        let (window, plain, known) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { file: file.clone(), window, start: 0, plain, at, stopped: false, budget, proven: false, known }
    }

    /// Starts at the first frame, on a way that was gone before.
    pub(crate) fn once_more(file: &Arc<File>, damages: &[Damage]) -> Self {
        let known = damages.iter().map(|d| (d.offset, d.clone())).collect();
        Self { known, ..Self::of(file) }
    }

    /// Passes over the file that follows its frame; `None` when it does not fit into the backup.
    pub(crate) fn pass_file(&mut self, len: u64) -> Option<FileAt> {
        let FrameAt { offset, counter } = self.at;
        let end = offset.checked_add(len)?.checked_add(MAC as u64)?;
        if end > self.file.bytes.len() {
            return None;
        }
        self.at = FrameAt { offset: end, counter: counter.wrapping_add(1) };
        Some(FileAt { offset, len, counter })
    }

    /// Ends the way here, for a file of `len` bytes that the backup is too short for.
    pub(crate) fn cut(&mut self, len: u64) -> Damage {
        self.stopped = true;
        let have = self.file.bytes.len().saturating_sub(self.at.offset);
        let fault = Fault::Truncated { need: len.saturating_add(MAC as u64), have };
        Damage { offset: self.at.offset, fault, resume: None }
    }

    /// The frame at a place, which was read before.
    pub(crate) fn again(&mut self, at: FrameAt) -> io::Result<Result<&[u8], Fault>> {
        Ok(match self.load(at)? {
            Ok(_) => Ok(&self.plain),
            Err(fault) => Err(fault),
        })
    }

    /// The next step. After damage reading goes on where a frame was found again.
    pub(crate) fn next(&mut self) -> io::Result<Step<'_>> {
        let at = self.at;
        if self.stopped || at.offset >= self.file.bytes.len() {
            return Ok(Step::End);
        }
        if let Some(damage) = self.known.remove(&at.offset) {
            self.follow(&damage);
            return Ok(Step::Damaged(damage));
        }
        match self.load(at)? {
            Ok(end) => {
                self.at = FrameAt { offset: end, counter: at.counter.wrapping_add(1) };
                Ok(Step::Frame(at, &self.plain))
            }
            Err(fault) => {
                let damage = Damage { offset: at.offset, fault, resume: self.seek(at)? };
                self.follow(&damage);
                Ok(Step::Damaged(damage))
            }
        }
    }

    fn follow(&mut self, damage: &Damage) {
        match damage.resume {
            Some(next) => self.at = next,
            None => self.stopped = true,
        }
    }

    /// Bytes of the backup, as many as there are up to `len`.
    fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let end = offset.saturating_add(len as u64).min(self.file.bytes.len());
        let have = self.start + self.window.len() as u64;
        if offset < self.start || end > have {
            let size = len.max(WINDOW);
            let room = self.file.bytes.len().saturating_sub(offset);
            self.window.resize(size.min(usize::try_from(room).unwrap_or(size)), 0);
            if self.window.capacity() > 4 * WINDOW && size == WINDOW {
                self.window.shrink_to(WINDOW);
            }
            self.start = offset;
            self.file.bytes.read_exact_at(offset, &mut self.window)?;
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX).min(self.window.len());
        let to = usize::try_from(end.saturating_sub(self.start))
            .unwrap_or(usize::MAX)
            .clamp(from, self.window.len());
        Ok(&self.window[from..to])
    }

    /// Loads the frame at `at` into `plain`; gives where it ends.
    fn load(&mut self, at: FrameAt) -> io::Result<Result<u64, Fault>> {
        let file = self.file.clone();
        let head = self.bytes(at.offset, 4)?;
        let Some(head) = head.first_chunk::<4>().copied() else {
            return Ok(Err(Fault::Truncated { need: 4, have: head.len() as u64 }));
        };
        let mut stream = file.cipher.stream(at.counter);
        let sealed_length = file.header.version > 0;
        let mut length = head;
        if sealed_length {
            stream.apply_keystream(&mut length);
        }
        let length = u64::from(u32::from_be_bytes(length));
        let left = file.bytes.len() - at.offset - 4;
        if length <= MAC as u64 {
            return Ok(Err(Fault::Unexpected { expected: "a frame length" }));
        }
        if length > left {
            return Ok(Err(Fault::Truncated { need: length, have: left }));
        }
        if length > LONGEST {
            return Ok(Err(Fault::TooMuch { what: "bytes in a frame", bound: LONGEST }));
        }
        let whole = 4 + usize::try_from(length).unwrap_or(usize::MAX);
        let mut plain = std::mem::take(&mut self.plain);
        let bytes = self.bytes(at.offset, whole)?;
        let (sealed, tag) = bytes.split_at(whole - MAC);
        let covered = if sealed_length { sealed } else { &sealed[4..] };
        let fits = file.cipher.verifies(covered, tag);
        if fits {
            plain.clear();
            plain.extend_from_slice(&sealed[4..]);
            stream.apply_keystream(&mut plain);
        }
        self.plain = plain;
        self.proven |= fits;
        Ok(if fits { Ok(at.offset + whole as u64) } else { Err(Fault::Mismatch { what: "frame MAC" }) })
    }

    /// The next offset behind damage where a frame fits its MAC. A length of at most 64 KiB is at
    /// random bytes one in 65,536, so that the MACs cost no more than the bytes themselves.
    fn seek(&mut self, damaged: FrameAt) -> io::Result<Option<FrameAt>> {
        let file = self.file.clone();
        let sealed_length = file.header.version > 0;
        // how the length looks under each counter that may come next
        let masks: Vec<u32> = (0..NEAR.0)
            .map(|i| {
                let mut mask = [0; 4];
                if sealed_length {
                    file.cipher.stream(damaged.counter.wrapping_add(i)).apply_keystream(&mut mask);
                }
                u32::from_be_bytes(mask)
            })
            .collect();
        let end = file.bytes.len();
        let mut offset = damaged.offset + 1;
        let mut word = 0_u32;
        let mut fresh = true;
        while offset + 4 + (MAC as u64) < end {
            let next = if fresh { self.bytes(offset, 4)? } else { self.bytes(offset + 3, 1)? };
            for byte in next {
                word = word << 8 | u32::from(*byte);
            }
            fresh = false;
            let near = offset - damaged.offset < NEAR.1;
            if !near && !self.proven {
                return Ok(None);
            }
            let tried = if !sealed_length {
                1
            } else if near {
                NEAR.0
            } else {
                FAR
            };
            for i in 0..tried {
                let length = u64::from(word ^ masks[i as usize]);
                if length <= MAC as u64 || length > SOUGHT || offset + 4 + length > end {
                    continue;
                }
                let Some(budget) = self.budget.checked_sub(length) else { return Ok(None) };
                self.budget = budget;
                let at = FrameAt { offset, counter: damaged.counter.wrapping_add(i) };
                if self.load(at)?.is_ok()
                    && let Some(at) = self.numbered(at)?
                {
                    return Ok(Some(at));
                }
                fresh = true;
            }
            offset += 1;
        }
        Ok(None)
    }

    /// The counter of a frame found by its MAC, which does not cover it where lengths are in clear:
    /// the first under which the bytes are a frame.
    fn numbered(&mut self, at: FrameAt) -> io::Result<Option<FrameAt>> {
        for i in 0..TRIED {
            let at = FrameAt { counter: at.counter.wrapping_add(i), ..at };
            if self.load(at)?.is_ok() && is_frame(&self.plain) {
                return Ok(Some(at));
            }
            if self.file.header.version > 0 {
                break;
            }
        }
        Ok(None)
    }
}

/// Whether bytes are a frame: fields that end where the bytes end, the first of them known.
fn is_frame(plain: &[u8]) -> bool {
    let mut fields = Fields::of(plain);
    matches!(fields.next(), Some(Ok((1..=9, _)))) && fields.all(|f| f.is_ok())
}

/// What a frame is.
pub(crate) enum Kind<'a> {
    /// SQL with its parameters.
    Statement(&'a [u8]),
    /// The content of the attachment of this row follows.
    Attachment { row: u64, len: u64 },
    /// A picture or sticker of this length follows, which belongs to no message.
    OtherFile { len: u64 },
    /// A setting of the app.
    Preference(&'a [u8]),
    /// A value of the app's key-value store.
    KeyValue(&'a [u8]),
    /// Version of the database.
    Version(u64),
    /// The last frame.
    End,
    /// None of these.
    Unknown,
}

/// The kind of a frame.
pub(crate) fn kind(frame: &[u8]) -> Kind<'_> {
    let Some((number, value)) = Fields::of(frame).map_while(Result::ok).next() else { return Kind::Unknown };
    let inner = value.bytes();
    let number_in = |field| proto::last(inner, field).map_or(0, proto::Value::int);
    match number {
        2 => Kind::Statement(inner),
        3 => Kind::Preference(inner),
        4 => Kind::Attachment { row: number_in(1), len: number_in(3) },
        5 => Kind::Version(number_in(1)),
        6 => Kind::End,
        // avatar: name 1, length 2, recipient 3; sticker: row 1, length 2
        7 | 8 => Kind::OtherFile { len: number_in(2) },
        9 => Kind::KeyValue(inner),
        _ => Kind::Unknown,
    }
}
