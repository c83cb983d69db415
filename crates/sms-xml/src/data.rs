//! Content of a part: base64 in an attribute, decoded and hashed in pieces while the file streams by, and
//! decoded again from the file when it is asked for. It is never held whole.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::ReadAt;
use sha2::{Digest, Sha256};

/// Padding may be there or not; spare bits are not looked at.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Letters decoded at once; a multiple of four.
const PIECE: usize = 1 << 16;

/// What the whole of a part's content is.
pub(crate) struct Measured {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    /// Letters only, with padding at the end: any offset can be computed.
    pub(crate) regular: bool,
    /// Characters that base64 does not have, or a last group of one letter.
    pub(crate) damaged: bool,
    /// The literal `null`, which stands for no content.
    pub(crate) is_null: bool,
}

/// Letters of base64 picked out of what is written: white space, also as references, is passed over.
#[derive(Default)]
struct Letters {
    /// Letters seen since the last full group of four, and padding.
    pending: Vec<u8>,
    reference: Option<Vec<u8>>,
    /// Padding seen.
    pads: usize,
    ended: bool,
    regular: bool,
    damaged: bool,
}

impl Letters {
    fn new() -> Self {
        Self { regular: true, ..Self::default() }
    }

    /// Takes bytes one by one.
    fn pick(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            if let Some(reference) = &mut self.reference {
                if byte != b';' {
                    reference.push(byte);
                    if reference.len() > 10 {
                        self.damaged = true;
                        self.reference = None;
                    }
                    continue;
                }
                let written = [&b"&"[..], reference, b";"].concat();
                self.reference = None;
                let text = crate::entities::decode(&written).text;
                match text.as_bytes() {
                    [one] if *one != b'&' => self.one(*one, out),
                    _ => self.damaged = true,
                }
            } else if byte == b'&' {
                self.regular = false;
                self.reference = Some(Vec::new());
            } else {
                self.one(byte, out);
            }
        }
    }

    fn one(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                if self.ended {
                    // letters behind the padding
                    self.regular = false;
                    self.damaged = true;
                    return;
                }
                self.pending.push(byte);
                if let [a, b, c, d] = self.pending[..] {
                    out.extend_from_slice(&[a, b, c, d]);
                    self.pending.clear();
                }
            }
            b'=' => {
                self.ended = true;
                self.pads += 1;
            }
            b' ' | b'\n' | b'\r' | b'\t' => self.regular = false,
            _ => {
                self.regular = false;
                self.damaged = true;
            }
        }
    }

    /// The last group, when it is not full.
    fn finish(&mut self, out: &mut Vec<u8>) {
        self.damaged |= self.reference.is_some() || self.pending.len() == 1;
        self.regular &= self.pads == 0 || (self.pads <= 2 && self.pending.len() + self.pads == 4);
        if self.pending.len() > 1 {
            out.append(&mut self.pending);
        }
        self.pending.clear();
    }
}

/// Measures content as it streams by.
pub(crate) struct Measure {
    letters: Letters,
    hasher: Sha256,
    size: u64,
    written: u64,
    start: Vec<u8>,
    decoded: Vec<u8>,
    picked: Vec<u8>,
}

impl Measure {
    pub(crate) fn new() -> Self {
        Self {
            letters: Letters::new(),
            hasher: Sha256::new(),
            size: 0,
            written: 0,
            start: Vec::new(),
            decoded: vec![0; PIECE / 4 * 3],
            picked: Vec::new(),
        }
    }

    /// Begins anew, for the next part.
    pub(crate) fn clear(&mut self) {
        self.letters = Letters::new();
        self.hasher = Sha256::new();
        self.size = 0;
        self.written = 0;
        self.start.clear();
    }

    /// Takes the next piece of the value.
    pub(crate) fn push(&mut self, mut piece: &[u8]) {
        self.written += piece.len() as u64;
        if self.start.len() < 5 {
            self.start.extend_from_slice(&piece[..piece.len().min(5 - self.start.len())]);
        }
        // up to a full group, then by the block
        while !piece.is_empty() {
            let plain = self.letters.reference.is_none() && !self.letters.ended;
            let in_step = plain && self.letters.pending.is_empty();
            let mut block = piece.len().min(PIECE) / 4 * 4;
            if block > 4 && piece[..block].ends_with(b"=") {
                block -= 4;
            }
            if in_step && block > 0 {
                let (head, rest) = piece.split_at(block);
                // padding ends the value and is left to the slow way
                if !head.ends_with(b"=")
                    && let Ok(n) = ENGINE.decode_slice(head, &mut self.decoded)
                {
                    self.hasher.update(&self.decoded[..n]);
                    self.size += n as u64;
                    piece = rest;
                    continue;
                }
            }
            // out of step: only as far as the group that was begun
            let group = if plain { 4 - self.letters.pending.len() } else { 4 };
            let n = if in_step { block.max(1) } else { group.min(piece.len()) };
            let (head, rest) = piece.split_at(n);
            self.picked.clear();
            self.letters.pick(head, &mut self.picked);
            self.decode_picked();
            piece = rest;
        }
    }

    fn decode_picked(&mut self) {
        if let Ok(n) = ENGINE.decode_slice(&self.picked, &mut self.decoded) {
            self.hasher.update(&self.decoded[..n]);
            self.size += n as u64;
        }
    }

    /// What it all was.
    pub(crate) fn finish(&mut self) -> Measured {
        self.picked.clear();
        self.letters.finish(&mut self.picked);
        self.decode_picked();
        Measured {
            size: self.size,
            sha256: std::mem::take(&mut self.hasher).finalize().into(),
            regular: self.letters.regular && !self.letters.damaged,
            damaged: self.letters.damaged,
            is_null: self.written == 4 && self.start == b"null",
        }
    }
}

/// The content of a part, decoded from the file when it is read.
pub(crate) struct PartContent {
    pub(crate) file: Arc<dyn ReadAt>,
    /// Where the value begins in the file, and its length there.
    pub(crate) start: u64,
    pub(crate) written: u64,
    pub(crate) size: u64,
    pub(crate) regular: bool,
    /// Where an irregular value was read last.
    pub(crate) cursor: Mutex<Option<Cursor>>,
}

/// A place in an irregular value.
pub(crate) struct Cursor {
    letters: Letters,
    /// Bytes of the value taken in.
    taken: u64,
    /// Offset in the content of the first byte of `ready`.
    at: u64,
    ready: Vec<u8>,
    ended: bool,
}

impl PartContent {
    fn regular(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let skip = usize::try_from(offset % 3).unwrap_or_default();
        let n = buf.len().min(PIECE / 4 * 3 - 3);
        let wanted = (skip + n).div_ceil(3) * 4;
        let from = offset / 3 * 4;
        let left = usize::try_from(self.written.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut letters = vec![0; wanted.min(left)];
        self.file.read_exact_at(self.start + from, &mut letters)?;
        let decoded = ENGINE.decode(&letters).map_err(|_| io::ErrorKind::InvalidData)?;
        let there = decoded.get(skip..).unwrap_or_default();
        let n = n.min(there.len());
        buf[..n].copy_from_slice(&there[..n]);
        Ok(n)
    }

    fn irregular(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Cursor { letters: Letters::new(), taken: 0, at: 0, ready: Vec::new(), ended: false };
        let c = match &mut *cursor {
            Some(c) if c.at <= offset => c,
            other => other.insert(fresh()),
        };
        loop {
            let skip = usize::try_from(offset - c.at).unwrap_or(usize::MAX);
            if skip < c.ready.len() {
                let n = buf.len().min(c.ready.len() - skip);
                buf[..n].copy_from_slice(&c.ready[skip..skip + n]);
                return Ok(n);
            }
            if c.ended {
                return Ok(0);
            }
            c.at += c.ready.len() as u64;
            let left = usize::try_from(self.written - c.taken).unwrap_or(usize::MAX);
            let mut piece = vec![0; left.min(PIECE)];
            self.file.read_exact_at(self.start + c.taken, &mut piece)?;
            c.taken += piece.len() as u64;
            let mut picked = Vec::new();
            c.letters.pick(&piece, &mut picked);
            if c.taken >= self.written {
                c.letters.finish(&mut picked);
                c.ended = true;
            }
            c.ready = ENGINE.decode(&picked).map_err(|_| io::ErrorKind::InvalidData)?;
        }
    }
}

impl ReadAt for PartContent {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        if self.regular { self.regular(offset, &mut buf[..n]) } else { self.irregular(offset, &mut buf[..n]) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measured(written: &[u8], piece: usize) -> (Measured, PartContent) {
        let mut measure = Measure::new();
        written.chunks(piece).for_each(|p| measure.push(p));
        let measured = measure.finish();
        let content = PartContent {
            file: Arc::new([b"....", written].concat()),
            start: 4,
            written: written.len() as u64,
            size: measured.size,
            regular: measured.regular,
            cursor: Mutex::new(None),
        };
        (measured, content)
    }

    fn all(content: &PartContent, step: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut buf = vec![0; step];
        loop {
            let n = content.read_at(out.len() as u64, &mut buf).unwrap();
            if n == 0 {
                return out;
            }
            out.extend_from_slice(&buf[..n]);
        }
    }

    #[track_caller]
    fn check(written: &str, expected: &[u8], regular: bool, damaged: bool) {
        for piece in [1, 2, 3, 4, 5, 7, 64] {
            let (m, content) = measured(written.as_bytes(), piece);
            assert_eq!((m.regular, m.damaged), (regular, damaged), "{written}");
            assert_eq!(m.size, expected.len() as u64);
            assert_eq!(m.sha256, <[u8; 32]>::from(Sha256::digest(expected)));
            assert_eq!(all(&content, 2), expected);
        }
    }

    #[test]
    fn values() {
        check("", b"", true, false);
        check("SGVqIGRlcg==", b"Hej der", true, false);
        check("SGVqIGRlcg", b"Hej der", true, false);
        check("SGVq\nIGRl\r\ncg==", b"Hej der", false, false);
        check("SGVq&#10;IGRl&#xD;cg==&#10;", b"Hej der", false, false);
        check("SGVq&#43;&#43;&#43;&#43;", b"Hej\xfb\xef\xbe", false, false);
        check("SGVqI", b"Hej", false, true);
        check("SG*VqIGRlcg==", b"Hej der", false, true);
        check("SGVq====", b"Hej", false, false);
        check("SGVqIGRlcg==SGVq", b"Hej der", false, true);
        assert!(measured(b"null", 3).0.is_null && !measured(b"nulL", 4).0.is_null);
    }

    proptest! {
        #[test]
        fn any_content_at_any_offset(content in proptest::collection::vec(any::<u8>(), 0..2000), breaks in any::<bool>(), at in 0_usize..2100) {
            use base64::engine::general_purpose::STANDARD;
            let mut written = STANDARD.encode(&content);
            if breaks && written.len() > 8 {
                written.insert(written.len() / 2, '\n');
            }
            let (m, part) = measured(written.as_bytes(), 777);
            prop_assert!(!m.damaged);
            prop_assert_eq!(m.size, content.len() as u64);
            let mut buf = [0; 50];
            let n = part.read_at(at as u64, &mut buf).unwrap();
            let at = at.min(content.len());
            prop_assert_eq!(&buf[..n], &content[at..content.len().min(at + n)]);
            prop_assert_eq!(n == 0, at == content.len());
        }
    }
}
