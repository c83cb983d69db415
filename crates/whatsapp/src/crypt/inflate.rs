//! The inside of a backup: a zlib stream, inflated as it is decrypted, into scratch space. One thread
//! decrypts and inflates, one encrypts again and writes.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;

use evidence::{Scratch, ScratchWriter};
use flate2::{Decompress, FlushDecompress, Status};
use model::{Fault, ReadAt, SourceError};
use zeroize::Zeroizing;

use super::damaged;
use super::gcm::Gcm;
use super::header::Header;

/// Bytes decrypted at once, and inflated at once.
const CHUNK: usize = 256 * 1024;
/// Most bytes that a byte of zlib can stand for (zlib's own bound), so that the length of a file bounds
/// its inside; and most bytes of an inside.
const MOST_RATIO: u64 = 1032;
const MOST: u64 = 1 << 40;

/// Whether the first bytes, decrypted, begin a zlib stream or a zip.
pub(super) fn begins(stored: &dyn ReadAt, header: &Header, gcm: &Gcm) -> io::Result<bool> {
    let mut head = Zeroizing::new([0; 2]);
    if stored.len() < header.len + 2 {
        return Ok(false);
    }
    stored.read_exact_at(header.len, head.as_mut())?;
    gcm.decrypt(0, head.as_mut());
    let zlib = head[0] == 0x78 && u16::from_be_bytes(*head) % 31 == 0;
    Ok(zlib || &*head == b"PK")
}

/// Decrypts the bytes from `start` to `end` and inflates them; what is no zlib stream is kept as it is.
pub(super) fn inflate(
    stored: &dyn ReadAt,
    start: u64,
    end: u64,
    gcm: &Gcm,
    name: &str,
) -> Result<Scratch, SourceError> {
    let fail = |e: &io::Error| SourceError::io("inflating the backup into a temporary file", e);
    let most = (end - start).saturating_mul(MOST_RATIO).saturating_add(1 << 16).min(MOST);
    let mut out = ScratchWriter::new(most).map_err(|e| fail(&e))?;
    let (to_write, inbox) = sync_channel::<Zeroizing<Vec<u8>>>(3);
    let (give_back, empties) = sync_channel::<Zeroizing<Vec<u8>>>(4);
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for piece in inbox {
                out.write_all(&piece)?;
                drop(give_back.try_send(piece));
            }
            out.finish()
        });
        let send = |mut piece: Zeroizing<Vec<u8>>, n: usize| {
            piece.truncate(n);
            // the writer is gone only when it failed: joining it says why
            let there = to_write.send(piece).is_ok();
            let mut next = empties.try_recv().unwrap_or_default();
            next.resize(CHUNK, 0);
            there.then_some(next)
        };
        let run = || -> Result<(), SourceError> {
            let read = |e: io::Error| SourceError::io("reading the backup", &e);
            let mut zlib = Decompress::new(true);
            let mut chunk = Zeroizing::new(vec![0; CHUNK]);
            let mut piece = Zeroizing::new(vec![0; CHUNK]);
            let (mut at, mut is_zlib, mut ended) = (start, None, false);
            while at < end && !ended {
                let n = usize::try_from((end - at).min(CHUNK as u64)).unwrap_or(CHUNK);
                stored.read_exact_at(at, &mut chunk[..n]).map_err(read)?;
                gcm.decrypt(at - start, &mut chunk[..n]);
                at += n as u64;
                if !*is_zlib.get_or_insert(chunk[0] == 0x78) {
                    piece[..n].copy_from_slice(&chunk[..n]);
                    let Some(next) = send(piece, n) else { return Ok(()) };
                    piece = next;
                    continue;
                }
                let mut used = 0;
                while used < n && !ended {
                    let (before_in, before_out) = (zlib.total_in(), zlib.total_out());
                    let status = zlib.decompress(&chunk[used..n], &mut piece, FlushDecompress::None);
                    let status = status.map_err(|_| damaged(name, Fault::Unexpected { expected: "zlib" }))?;
                    let step = |after: u64, before: u64| usize::try_from(after - before).unwrap_or(0);
                    let (took, gave) = (step(zlib.total_in(), before_in), step(zlib.total_out(), before_out));
                    used += took;
                    if gave > 0 {
                        let Some(next) = send(piece, gave) else { return Ok(()) };
                        piece = next;
                    }
                    ended = status == Status::StreamEnd;
                    if took == 0 && gave == 0 && !ended {
                        return Err(damaged(name, Fault::Unexpected { expected: "zlib" }));
                    }
                }
            }
            // what the stream still holds when its input is used up
            while is_zlib == Some(true) && !ended {
                let before = zlib.total_out();
                let status = zlib.decompress(&[], &mut piece, FlushDecompress::Finish);
                let gave = usize::try_from(zlib.total_out() - before).unwrap_or(0);
                ended = matches!(status, Ok(Status::StreamEnd));
                if gave == 0 && !ended {
                    let fault = Fault::Truncated { need: zlib.total_in() + 1, have: zlib.total_in() };
                    return Err(damaged(name, fault));
                }
                let Some(next) = send(piece, gave) else { return Ok(()) };
                piece = next;
            }
            Ok(())
        };
        let inflated = run();
        drop(to_write);
        let written = writing.join().map_err(|_| fail(&io::ErrorKind::Other.into()))?;
        inflated?;
        written.map_err(|e| match e.kind() {
            io::ErrorKind::FileTooLarge => {
                damaged(name, Fault::TooMuch { what: "bytes in the backup", bound: most })
            }
            _ => fail(&e),
        })
    })
}
