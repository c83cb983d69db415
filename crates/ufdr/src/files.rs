//! Files that messages name: found in the source by what the report says of them, hashed, and held against
//! the hash that it gives. Content is opened when it is asked for, and let go.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use evidence::Tree;
use md5::{Digest, Md5};
use model::{Attachment, Fault, ReadAt, Sensitive};
use sha2::Sha256;

use crate::index::{Described, Index, as_path};
use crate::tree::Model;

/// Files whose measures are remembered.
const REMEMBERED: usize = 4096;

#[derive(Clone, Copy)]
struct Measured {
    size: u64,
    sha256: [u8; 32],
    md5: [u8; 16],
}

/// The files beside a report.
pub(crate) struct Files {
    tree: Arc<dyn Tree>,
    /// Folder of the report, `""` for the root.
    folder: String,
    measured: HashMap<String, Option<Measured>>,
    /// Attachments whose content is not what the report says.
    pub(crate) mismatched: u64,
}

impl Files {
    pub(crate) fn new(tree: Arc<dyn Tree>, folder: String) -> Self {
        Self { tree, folder, measured: HashMap::new(), mismatched: 0 }
    }

    fn path(&self, local: &str) -> String {
        if self.folder.is_empty() { local.to_owned() } else { format!("{}/{local}", self.folder) }
    }

    fn measure(&mut self, path: &str) -> Option<Measured> {
        if let Some(known) = self.measured.get(path) {
            return *known;
        }
        let measured = self.tree.get(path).ok().flatten().and_then(|b| measure(b.as_ref()).ok());
        if self.measured.len() >= REMEMBERED {
            self.measured.clear();
        }
        self.measured.insert(path.to_owned(), measured);
        measured
    }

    /// The attachment that a model is; what was understood is taken out of it.
    pub(crate) fn attachment(
        &mut self,
        model: &mut Model,
        index: &mut Index,
        doubts: &mut Vec<Cow<'static, str>>,
    ) -> Result<Attachment, Fault> {
        let name = model.take_word("Filename");
        let mime = model.take_word("ContentType");
        let local = model.take_word("attachment_extracted_path").map(|p| as_path(&p));
        let mut described = None;
        let ids = std::mem::take(&mut model.targets);
        for id in std::iter::once(&model.file_id).chain(&ids).filter(|id| !id.is_empty()) {
            described = described.or(index.file(id)?);
        }
        if described.is_none()
            && let Some(local) = &local
        {
            described = index.file_at(local)?;
        }
        let Described { id: _, local: listed, size, sha256, md5 } = described.unwrap_or_default();
        let mut doubt = |code: &'static str| {
            if !doubts.iter().any(|d| d == code) {
                doubts.push(code.into());
            }
        };
        // what the attachment itself names, else what the description of its file names
        let mut found = None;
        for local in local.iter().chain(&listed) {
            let path = self.path(local);
            if let Some(measured) = self.measure(&path) {
                found = Some((path, measured));
                break;
            }
        }
        let name = name.or_else(|| {
            local.as_ref().or(listed.as_ref()).and_then(|p| p.rsplit('/').next()).map(str::to_owned)
        });
        let name = name.map(|n| Sensitive::new(Arc::from(n)));
        let mime = mime.map(Arc::from);
        let Some((path, is)) = found else {
            return Ok(Attachment { name, mime, size, sha256, missing: true, content: None });
        };
        let differs = sha256.is_some_and(|h| h != is.sha256)
            || md5.is_some_and(|h| h != is.md5)
            || size.is_some_and(|s| s != is.size) && sha256.is_none() && md5.is_none();
        if differs {
            self.mismatched += 1;
            doubt("attachment_hash_mismatch");
        }
        let content = Content { tree: self.tree.clone(), path, size: is.size, open: Mutex::new(None) };
        Ok(Attachment {
            name,
            mime,
            size: Some(is.size),
            sha256: Some(is.sha256),
            missing: false,
            content: Some(Arc::new(content)),
        })
    }
}

fn measure(bytes: &dyn ReadAt) -> io::Result<Measured> {
    let mut buf = vec![0; 1 << 16];
    let (mut sha256, mut md5, mut at) = (Sha256::new(), Md5::new(), 0);
    loop {
        let n = bytes.read_at(at, &mut buf)?;
        if n == 0 {
            return Ok(Measured { size: at, sha256: sha256.finalize().into(), md5: md5.finalize().into() });
        }
        sha256.update(&buf[..n]);
        md5.update(&buf[..n]);
        at += n as u64;
    }
}

/// A file that is opened at the first read and let go after the last: neither handles nor inflated members
/// pile up while messages wait.
struct Content {
    tree: Arc<dyn Tree>,
    path: String,
    size: u64,
    open: Mutex<Option<Arc<dyn ReadAt>>>,
}

impl ReadAt for Content {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match open.take() {
            Some(bytes) => bytes,
            None => {
                self.tree.get(&self.path).map_err(|_| io::ErrorKind::Other)?.ok_or(io::ErrorKind::NotFound)?
            }
        };
        let n = bytes.read_at(offset, buf)?;
        if n > 0 && offset + (n as u64) < self.size {
            *open = Some(bytes);
        }
        Ok(n)
    }
}
