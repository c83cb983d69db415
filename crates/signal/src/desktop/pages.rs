//! The pages of an SQLCipher 4 database, decrypted where they are read: AES-256-CBC, HMAC-SHA-512 over
//! ciphertext, vector and page number, 80 bytes of each page kept for both. The salt stands where
//! SQLite has its magic; the key is given as it is, and only the key of the HMAC is derived.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aes::Aes256Dec;
use aes::cipher::array::Array;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use model::ReadAt;
use sha2::Sha512;
use zeroize::Zeroizing;

pub(crate) const PAGE: usize = 4096;
const SALT: usize = 16;
const IV: usize = 16;
const TAG: usize = 64;
/// What of a page is content.
const USED: usize = PAGE - IV - TAG;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A database decrypted page by page.
pub(crate) struct Pages {
    stored: Arc<dyn ReadAt>,
    key: Zeroizing<[u8; 32]>,
    mac: Hmac<Sha512>,
    /// The page read last: SQLite asks for the header of page 1 in pieces.
    last: Mutex<(u64, Zeroizing<Vec<u8>>)>,
}

impl Pages {
    /// Opens the database; `None` when the key does not fit its first page.
    pub(crate) fn open(stored: Arc<dyn ReadAt>, key: Zeroizing<[u8; 32]>) -> io::Result<Option<Self>> {
        if stored.len() < PAGE as u64 {
            return Ok(None);
        }
        let mut salt = [0; SALT];
        stored.read_exact_at(0, &mut salt)?;
        salt.iter_mut().for_each(|b| *b ^= 0x3a);
        let mut mac_key = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2_hmac::<Sha512>(key.as_slice(), &salt, 2, mac_key.as_mut());
        let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(mac_key.as_slice()).expect("HMAC takes any key");
        let pages = Self { stored, key, mac, last: Mutex::new((0, Zeroizing::new(Vec::new()))) };
        Ok(pages.page(1)?.is_some().then_some(pages))
    }

    /// A page, numbered from 1; `None` when its HMAC does not fit.
    fn page(&self, number: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let mut page = Zeroizing::new(vec![0; PAGE]);
        self.stored.read_exact_at((number - 1) * PAGE as u64, &mut page)?;
        let from = if number == 1 { SALT } else { 0 };
        let short = u32::try_from(number).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mac = self.mac.clone().chain_update(&page[from..USED + IV]).chain_update(short.to_le_bytes());
        if mac.verify_slice(&page[USED + IV..]).is_err() {
            // a page that was made room for and never written
            return Ok(page.iter().all(|b| *b == 0).then_some(page));
        }
        let iv: [u8; IV] = page[USED..USED + IV].try_into().map_err(|_| io::ErrorKind::InvalidData)?;
        let mut cipher = cbc::Decryptor::<Aes256Dec>::new((&*self.key).into(), &iv.into());
        for block in page[from..USED].as_chunks_mut::<16>().0 {
            cipher.decrypt_block(Array::cast_from_core_mut(block));
        }
        if number == 1 {
            page[..SALT].copy_from_slice(MAGIC);
        }
        page[USED..].fill(0);
        Ok(Some(page))
    }
}

impl ReadAt for Pages {
    fn len(&self) -> u64 {
        self.stored.len() - self.stored.len() % PAGE as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len() || buf.is_empty() {
            return Ok(0);
        }
        let number = offset / PAGE as u64 + 1;
        let within = usize::try_from(offset % PAGE as u64).unwrap_or(0);
        let n = buf.len().min(PAGE - within);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != number {
            let page = self.page(number)?.ok_or(io::ErrorKind::InvalidData)?;
            *last = (number, page);
        }
        buf[..n].copy_from_slice(&last.1[within..within + n]);
        // the log was laid over the pages already: SQLite must not look for one
        for at in 18..20 {
            if number == 1 && (within..within + n).contains(&at) && buf[at - within] == 2 {
                buf[at - within] = 1;
            }
        }
        Ok(n)
    }
}
