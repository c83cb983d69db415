//! Seals what is written until there is no more, in chunks of 64 KiB, for contents whose length nobody knows
//! beforehand: the STREAM construction as in `stream`, without a length in front and without padding. What was cut off
//! is seen, since only the last chunk is sealed as the last. Memory is one chunk.

use std::io::{self, Read, Write};

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::AeadInOut;
use subtle::ConstantTimeEq;

use crate::seal::{cipher, expand};
use crate::stream::{CHUNK, TAG, fill, nonce};
use crate::{Plain, Secret, VaultError};

const LABEL: &str = "BA1.flow";

/// Seals what is written to it; [`FlowWriter::finish`] ends it, and without that nothing of it opens whole.
pub struct FlowWriter<W> {
    out: W,
    cipher: Aes256Gcm,
    chunk: Plain,
    counter: u64,
}

impl<W: Write> FlowWriter<W> {
    /// Begins to seal into `out`, under a key that must not be used again.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn new(key: &Secret, context: &[u8], mut out: W) -> Result<Self, VaultError> {
        let (aes, commitment) = expand(LABEL, key, context);
        out.write_all(&commitment)?;
        let chunk = Plain::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Self { out, cipher: cipher(&aes), chunk, counter: 0 })
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.cipher.encrypt_inout_detached(
            &nonce(self.counter, last).into(),
            &[],
            self.chunk.as_mut_slice().into(),
        );
        let tag = sealed.map_err(|_| io::Error::other("a chunk that cannot be sealed"))?;
        self.out.write_all(&self.chunk)?;
        self.out.write_all(&tag)?;
        self.chunk.clear();
        self.counter += 1;
        Ok(())
    }

    /// Seals the last chunk; gives what was written to.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn finish(mut self) -> Result<W, VaultError> {
        self.seal(true)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for FlowWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // a full chunk is sealed when more comes: the last one, full or not, is sealed as the last
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let n = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what a [`FlowWriter`] sealed; gives nothing whose tag was not checked, and no end before the last chunk.
pub struct FlowReader<R> {
    sealed: R,
    cipher: Aes256Gcm,
    /// A chunk with its tag, and one byte more, which tells whether another follows.
    buf: Plain,
    have: usize,
    /// What of the chunk is open: from, to.
    open: (usize, usize),
    counter: u64,
    ended: bool,
}

impl<R: Read> FlowReader<R> {
    /// Begins to open.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`], [`VaultError::Truncated`].
    pub fn new(key: &Secret, context: &[u8], mut sealed: R) -> Result<Self, VaultError> {
        let (aes, commitment) = expand(LABEL, key, context);
        let mut stated = [0; 32];
        sealed.read_exact(&mut stated).map_err(|_| VaultError::Truncated { need: 32, have: 0 })?;
        if !bool::from(commitment.ct_eq(&stated)) {
            return Err(VaultError::WrongKey);
        }
        let mut buf = Plain::new(vec![0; CHUNK + TAG + 1]);
        let have = fill(&mut sealed, &mut buf, 0)?;
        Ok(Self { sealed, cipher: cipher(&aes), buf, have, open: (0, 0), counter: 0, ended: false })
    }

    fn next(&mut self) -> Result<(), VaultError> {
        if self.counter > 0 {
            self.buf[0] = self.buf[CHUNK + TAG];
            self.have = fill(&mut self.sealed, &mut self.buf, 1)?;
        }
        let last = self.have <= CHUNK + TAG;
        let n = self.have.min(CHUNK + TAG);
        let body = n.checked_sub(TAG).ok_or(VaultError::Truncated { need: TAG, have: n })?;
        let (chunk, rest) = self.buf.split_at_mut(body);
        let tag: [u8; TAG] = rest[..TAG].try_into().map_err(|_| VaultError::Broken)?;
        self.cipher
            .decrypt_inout_detached(&nonce(self.counter, last).into(), &[], chunk.into(), &tag.into())
            .map_err(|_| VaultError::Broken)?;
        self.counter += 1;
        self.open = (0, body);
        self.ended = last;
        Ok(())
    }
}

impl<R: Read> Read for FlowReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.open.0 == self.open.1 && !self.ended {
            self.next().map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
        }
        let n = out.len().min(self.open.1 - self.open.0);
        out[..n].copy_from_slice(&self.buf[self.open.0..self.open.0 + n]);
        self.open.0 += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn sealed(key: &Secret, content: &[u8], piece: usize) -> Vec<u8> {
        let mut writer = FlowWriter::new(key, b"c", Vec::new()).unwrap();
        content.chunks(piece).for_each(|piece| writer.write_all(piece).unwrap());
        writer.finish().unwrap()
    }

    fn opened(key: &Secret, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
        let mut reader = FlowReader::new(key, context, sealed).map_err(|e| e.to_string())?;
        let mut out = Vec::new();
        reader.read_to_end(&mut out).map_err(|e| e.to_string())?;
        Ok(out)
    }

    #[test]
    fn every_length_comes_back_and_no_change_passes() {
        let key = Zeroizing::new([3; 32]);
        for len in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let content: Vec<u8> = (0..len).map(|i: usize| u8::try_from(i * 7 % 251).unwrap()).collect();
            let whole = sealed(&key, &content, 1 << 20);
            assert_eq!(whole, sealed(&key, &content, 1000));
            assert_eq!(opened(&key, b"c", &whole), Ok(content));
            for i in (0..whole.len()).step_by(whole.len() / 40 + 1) {
                let mut bad = whole.clone();
                bad[i] ^= 1;
                assert!(opened(&key, b"c", &bad).is_err(), "{len} {i}");
                assert!(opened(&key, b"c", &whole[..i]).is_err(), "{len} {i}");
            }
            // cut between two chunks, and lengthened
            assert!(whole.len() < 65_600 || opened(&key, b"c", &whole[..32 + 65_536 + 16]).is_err());
            assert!(opened(&key, b"c", &[&whole[..], &[0]].concat()).is_err());
            assert!(opened(&key, b"d", &whole).is_err());
        }
    }
}
