//! The folder of local backups: snapshots `signal-backup-*` with `metadata`, `main` and `files` (a list
//! of names), and beside them `files/`, the media of all of them. The newest finished snapshot is read.

use std::sync::Arc;

use aes::cipher::{KeyIvInit, StreamCipher};
use evidence::{Given, Opening, Tree, hash};
use model::{ReadAt, SourceError};
use sha2::{Digest, Sha256};

use super::feed::Stored;
use super::items::{MediaFiles, Stored as Pointer};
use super::keys;
use super::reader::Reader;
use super::sealed::Sealed;
use crate::draft::Source;
use crate::people::{hex, text};
use crate::proto::{self, Fields, Value};
use crate::set::Parts;

const KIND: &str = "signal-android-local-backup";
const SECRET: &str = "64-character Signal recovery key";
/// Most bytes of `metadata`; about 40 in fact.
const METADATA: u64 = 4096;
/// First bytes of what `main` holds.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// What `metadata` says.
struct Metadata {
    version: u64,
    iv: [u8; 12],
    sealed_id: Vec<u8>,
}

/// One snapshot: the path to it with `/` behind, its metadata.
struct Snapshot {
    root: String,
    metadata: Metadata,
}

fn metadata(tree: &dyn Tree, root: &str) -> Result<Option<Metadata>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading metadata", &e);
    // what cannot be opened is none of ours
    let Ok(Some(bytes)) = tree.get(&format!("{root}metadata")) else { return Ok(None) };
    if bytes.len() > METADATA || !matches!(tree.get(&format!("{root}main")), Ok(Some(_))) {
        return Ok(None);
    }
    let mut all = vec![0; usize::try_from(bytes.len()).unwrap_or(0)];
    bytes.read_exact_at(0, &mut all).map_err(io)?;
    if Fields::of(&all).any(|f| f.is_err()) {
        return Ok(None);
    }
    let id = proto::last(&all, 2).map_or(&[][..], Value::bytes);
    let Some(iv) = proto::last(id, 1).and_then(|iv| iv.bytes().try_into().ok()) else { return Ok(None) };
    let sealed_id = proto::last(id, 2).map(|i| i.bytes().to_vec()).unwrap_or_default();
    let version = proto::last(&all, 1).map_or(0, Value::int);
    Ok(Some(Metadata { version, iv, sealed_id }))
}

/// The snapshots in a folder, oldest first, and how many are unfinished.
fn snapshots(tree: &dyn Tree, folder: &str) -> Result<(Vec<Snapshot>, u64), SourceError> {
    let (mut found, mut unfinished) = (Vec::new(), 0);
    for name in tree.list(folder)?.into_iter().take(10_000) {
        let inside = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let is_named = name.starts_with("signal-backup-");
        if is_named && name.ends_with("-tmp") {
            unfinished += 1;
            continue;
        }
        let root = format!("{inside}/");
        if let Some(metadata) = metadata(tree, &root)? {
            found.push(Snapshot { root, metadata });
        }
    }
    Ok((found, unfinished))
}

/// Media files of a folder of backups.
struct Files {
    tree: Arc<dyn Tree>,
    root: String,
}

impl MediaFiles for Files {
    fn get(&self, pointer: &Pointer) -> Option<Arc<dyn ReadAt>> {
        let Pointer { hash, local_key } = pointer;
        let name = hex(&Sha256::new().chain_update(hash).chain_update(local_key).finalize());
        self.tree.get(&file_path(&self.root, &name)).ok().flatten()
    }
}

fn file_path(root: &str, name: &str) -> String {
    format!("{root}files/{}/{name}", name.get(..2).unwrap_or_default())
}

/// Names in the list of media files that are not there.
fn absent(tree: &dyn Tree, snapshot: &str, root: &str) -> Result<u64, SourceError> {
    let Some(list) = tree.get(&format!("{snapshot}files"))? else { return Ok(0) };
    let mut all = vec![0; usize::try_from(list.len().min(64 << 20)).unwrap_or(0)];
    list.read_exact_at(0, &mut all).map_err(|e| SourceError::io("reading the list of files", &e))?;
    let (mut rest, mut count) = (all.as_slice(), 0);
    while let Ok((length, taken)) = proto::varint(rest) {
        let Some(frame) = usize::try_from(length).ok().and_then(|n| rest.get(taken..)?.get(..n)) else {
            break;
        };
        rest = &rest[taken + frame.len()..];
        if let Some(name) = proto::text(frame, 1)
            && name.bytes().all(|b| b.is_ascii_alphanumeric())
            && tree.get(&file_path(root, &name))?.is_none()
        {
            count += 1;
        }
    }
    Ok(count)
}

/// Opens the folder of backups, or a snapshot alone; `None` when it is neither.
pub(crate) fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the backup", &e);
    let mut findings = Vec::new();
    let mut found = None;
    if let Some(metadata) = metadata(tree.as_ref(), "")? {
        // a snapshot alone: its media lie outside of it
        findings.push("snapshot_without_media_folder".to_owned());
        found = Some((Snapshot { root: String::new(), metadata }, String::new()));
    } else {
        for folder in [String::new()].into_iter().chain(tree.list("")?.into_iter().take(64)) {
            let (mut snapshots, unfinished) = snapshots(tree.as_ref(), &folder)?;
            let last = snapshots.pop();
            if last.is_none() && unfinished > 0 {
                return Err(SourceError::Unfinished { what: "the phone had not finished the backup" });
            }
            let Some(last) = last else { continue };
            for (count, code) in
                [(unfinished, "unfinished_snapshots"), (snapshots.len() as u64, "older_snapshots_not_read")]
            {
                if count > 0 {
                    findings.push(format!("{code}:{count}"));
                }
            }
            let root = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            found = Some((last, root));
            break;
        }
    }
    let Some((Snapshot { root, metadata }, media_root)) = found else { return Ok(None) };
    let passphrase =
        given.passphrase.as_ref().ok_or(SourceError::SecretNeeded { kind: KIND, what: SECRET })?;
    let recovery = keys::recovery_key(passphrase).ok_or(SourceError::WrongSecret { what: SECRET })?;
    let backup = keys::backup_key(&recovery);
    let Metadata { version, iv, sealed_id } = metadata;
    if version != 1 {
        findings.push(format!("unknown_version:{version}"));
    }
    let mut id = sealed_id;
    let mut vector = [0; 16];
    vector[..12].copy_from_slice(&iv);
    ctr::Ctr128BE::<aes::Aes256>::new((&*keys::metadata_key(&backup)).into(), &vector.into())
        .apply_keystream(&mut id);
    let pair = keys::main_keys(&backup, &id, None);

    let main = tree.get(&format!("{root}main"))?.ok_or(SourceError::Missing { what: "main" })?;
    let stored = tree.get(&format!("{root}metadata"))?.ok_or(SourceError::Missing { what: "metadata" })?;
    let (sha256, metadata_sha256) = (hash(main.as_ref()).map_err(io)?, hash(stored.as_ref()).map_err(io)?);
    let sealed =
        Sealed::at(main, 0).ok_or(SourceError::Unfinished { what: "main is shorter than its seal" })?;
    let authentic = sealed.verifies(&pair.mac).map_err(io)?;
    if !authentic {
        // under another key the content is noise; under the right one two of its first bytes fit even
        // where one is damaged
        let mut head = [0; 3];
        let mut plain = sealed.read(&pair.aes).map_err(io)?;
        std::io::Read::read_exact(&mut plain, &mut head).map_err(io)?;
        if head.iter().zip(&GZIP).filter(|(a, b)| a == b).count() < 2 {
            return Err(SourceError::WrongSecret { what: SECRET });
        }
        findings.push("main_not_authenticated".to_owned());
    }
    let absent = absent(tree.as_ref(), &root, &media_root)?;
    if absent > 0 {
        findings.push(format!("listed_files_absent:{absent}"));
    }
    let source = Source { name: "signal-android", evidence: text(&format!("{root}main")), sha256 };
    let media = Box::new(Files { tree: tree.clone(), root: media_root });
    let reader = Reader::new(
        Stored::Sealed(sealed, Arc::new(pair.aes)),
        "main",
        source,
        media,
        authentic,
        given.owner.as_deref(),
        findings,
    )?;
    let made_at = reader.made_at;
    let parts = vec![("main".to_owned(), sha256), ("metadata".to_owned(), metadata_sha256)];
    let set = Arc::new(Parts::of(parts, Vec::new()));
    Ok(Some(Opening { encrypted: true, made_at, ..Opening::of(KIND, set, Box::new(reader)) }))
}
