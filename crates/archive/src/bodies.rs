//! The bodies of segments and blobs, as a walk through the log finds them, held at its end against what they
//! must be: what became of a body stands in the log behind it. Knows no key.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chain::{EntryType, Hash, Header};
use sha2::{Digest, Sha256};

use crate::fate::{BucketId, Fate, Fates};
use crate::store::{Stored, blob_path};
use crate::verify::Broken;

/// A body: digest and length.
type Found = Option<(Hash, u64)>;

/// The bodies of segments and blobs.
#[derive(Default)]
pub(crate) struct Bodies {
    all: Vec<(u64, BucketId, Found, (Hash, u64))>,
}

impl Bodies {
    /// Looks at the body of an entry. That of any type but segment and blob must be what its header says.
    pub(crate) fn look(&mut self, dir: &Path, stored: &Stored, fault: &mut dyn FnMut(&str)) {
        let h = &stored.header;
        let expected = (h.body_digest, h.body_len);
        let found = match (&stored.body, h.kind()) {
            (Some(body), _) => Some((chain::hash(&[body]), body.len() as u64)),
            (None, Some(EntryType::Blob)) => digest_file(&blob_path(dir, h.index)).ok(),
            (None, _) => None,
        };
        match h.kind() {
            Some(EntryType::Segment | EntryType::Blob) => {
                self.all.push((h.index, h.bucket, found, expected));
            }
            _ => {
                if let Some(what) = wrong(found, expected) {
                    fault(what);
                }
            }
        }
    }

    /// What does not hold.
    pub(crate) fn broken(&self, fates: &Fates, broken: &mut Vec<Broken>) {
        for (entry, bucket, found, header) in &self.all {
            let what = match fates.of_body(bucket, *entry) {
                Fate::There(resealed) => wrong(*found, resealed.unwrap_or(*header)),
                Fate::Going => None,
                Fate::Gone => found.map(|_| "was disposed of, and its body is still here"),
            };
            broken.extend(what.map(|what| Broken { entry: *entry, what: what.to_owned() }));
        }
    }
}

fn wrong(found: Found, (digest, len): (Hash, u64)) -> Option<&'static str> {
    match found {
        None => Some("body is missing"),
        Some((_, have)) if have != len => Some("body has another length"),
        Some((have, _)) if have != digest => Some("body does not match its digest"),
        Some(_) => None,
    }
}

/// Whether a body that may be missing is there.
pub(crate) fn is_there(dir: &Path, header: &Header, body: Option<&[u8]>) -> bool {
    body.is_some() || (header.kind() == Some(EntryType::Blob) && blob_path(dir, header.index).exists())
}

fn digest_file(path: &Path) -> Result<(Hash, u64), std::io::Error> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buf = vec![0; 1 << 18];
    let mut len = 0;
    loop {
        let n = file.read(&mut buf)?;
        if n == 0 {
            return Ok((hasher.finalize().into(), len));
        }
        hasher.update(&buf[..n]);
        len += n as u64;
    }
}
