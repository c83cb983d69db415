//! The frames of a backup one after the other, from the wire or from the plaintext export, as trees.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::GzDecoder;
use model::{Fault, ReadAt};

use super::keys::Key;
use super::node::{Met, Node, Schema};
use super::schema;
use super::sealed::{Plain, Sealed};

/// Most bytes of a frame; Signal's own limit is lower.
const LONGEST: u64 = 25 << 20;

/// How the frames lie there.
#[derive(Clone)]
pub(crate) enum Stored {
    /// `main` of a local backup with its key.
    Sealed(Sealed, Arc<Key>),
    /// The wire in clear: for tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests read frames without a container"))]
    Wire(Arc<dyn ReadAt>),
    /// The plaintext export, a frame a line.
    Json(Arc<dyn ReadAt>),
}

enum Way {
    Sealed(Box<GzDecoder<BufReader<Plain>>>),
    Wire(BufReader<Bytes>),
    Json(BufReader<Bytes>),
}

/// The frames.
pub(crate) struct Feed {
    way: Way,
    buffer: Vec<u8>,
    begun: bool,
}

/// What comes next.
pub(crate) enum Next {
    /// A frame or the header.
    Node(Node),
    /// A frame that cannot be read; the next one can.
    Bad(Fault),
    /// Nothing behind this can be read.
    Lost(Fault),
    /// The end, and whether nothing but zeros follows it.
    End { clean: bool },
}

impl Stored {
    /// Begins at the first frame.
    pub(crate) fn feed(&self) -> io::Result<Feed> {
        let way = match self {
            Self::Sealed(file, key) => {
                Way::Sealed(Box::new(GzDecoder::new(BufReader::with_capacity(1 << 16, file.read(key)?))))
            }
            Self::Wire(bytes) => Way::Wire(BufReader::with_capacity(1 << 16, Bytes(bytes.clone(), 0))),
            Self::Json(bytes) => Way::Json(BufReader::with_capacity(1 << 16, Bytes(bytes.clone(), 0))),
        };
        Ok(Feed { way, buffer: Vec::new(), begun: false })
    }
}

impl Feed {
    /// The next frame; the first is the header.
    pub(crate) fn next(&mut self, met: &mut Met) -> Next {
        let schema: &'static Schema = if self.begun { &schema::Frame } else { &schema::BackupInfo };
        self.begun = true;
        met.next_frame();
        let buffer = &mut self.buffer;
        let got = match &mut self.way {
            Way::Sealed(reader) => delimited(reader.as_mut(), buffer),
            Way::Wire(reader) => delimited(reader, buffer),
            Way::Json(reader) => line(reader, buffer),
        };
        match got {
            Err(fault) => Next::Lost(fault),
            Ok(false) => Next::End { clean: self.is_clean() },
            Ok(true) => {
                let node = match self.way {
                    Way::Json(_) => serde_json::from_slice(&self.buffer)
                        .map_err(|_| Fault::Unexpected { expected: "a line of JSON" })
                        .and_then(|value| Node::from_json(&value, schema, met)),
                    _ => Node::decode(&self.buffer, schema, met),
                };
                node.map_or_else(Next::Bad, Next::Node)
            }
        }
    }

    /// Whether only zeros follow the compressed frames: the padding that hides their length.
    fn is_clean(&mut self) -> bool {
        let Way::Sealed(reader) = &mut self.way else { return true };
        let mut piece = [0; 4096];
        loop {
            match reader.get_mut().read(&mut piece) {
                Ok(0) => return true,
                Ok(n) if piece[..n].iter().all(|b| *b == 0) => {}
                Ok(_) | Err(_) => return false,
            }
        }
    }
}

/// A fault of reading, without what the library may quote.
fn fault(error: &io::Error) -> Fault {
    match error.raw_os_error() {
        Some(code) => Fault::Io { code },
        None => Fault::Unexpected { expected: "compressed frames" },
    }
}

/// Reads a length and as many bytes; `false` at the end.
fn delimited(reader: &mut impl Read, buffer: &mut Vec<u8>) -> Result<bool, Fault> {
    let mut length = 0_u64;
    for i in 0..10 {
        let mut byte = [0];
        if reader.read(&mut byte).map_err(|e| fault(&e))? == 0 {
            return if i == 0 { Ok(false) } else { Err(Fault::Truncated { need: i + 1, have: i }) };
        }
        length |= u64::from(byte[0] & 0x7f) << (7 * i).min(63);
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    if length > LONGEST {
        return Err(Fault::TooMuch { what: "bytes in a frame", bound: LONGEST });
    }
    buffer.clear();
    let have = reader.take(length).read_to_end(buffer).map_err(|e| fault(&e))? as u64;
    if have < length { Err(Fault::Truncated { need: length, have }) } else { Ok(true) }
}

/// Reads a line that is not empty; `false` at the end.
fn line(reader: &mut impl BufRead, buffer: &mut Vec<u8>) -> Result<bool, Fault> {
    loop {
        buffer.clear();
        let n = reader.take(2 * LONGEST).read_until(b'\n', buffer).map_err(|e| fault(&e))?;
        if n == 0 {
            return Ok(false);
        }
        if n as u64 == 2 * LONGEST {
            return Err(Fault::TooMuch { what: "bytes in a line", bound: 2 * LONGEST });
        }
        if !buffer.trim_ascii().is_empty() {
            return Ok(true);
        }
    }
}

/// Bytes in order.
struct Bytes(Arc<dyn ReadAt>, u64);

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read_at(self.1, buf)?;
        self.1 += n as u64;
        Ok(n)
    }
}
