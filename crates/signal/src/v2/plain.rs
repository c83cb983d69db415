//! The plaintext export: JSON Lines of the frames, the header first. It leaves out every message with a
//! timer (libsignal, `json/exporter.rs`).

use std::sync::Arc;

use evidence::{Given, Opening, Tree, hash};
use model::{ReadAt, SourceError};

use super::feed::Stored;
use super::items::{MediaFiles, Stored as Pointer};
use super::reader::Reader;
use crate::draft::Source;
use crate::people::text;
use crate::set::Parts;

const SHOWN: &str = "export.jsonl";

/// No media files: where the export puts them is not known.
pub(crate) struct NoFiles;

impl MediaFiles for NoFiles {
    fn get(&self, _pointer: &Pointer) -> Option<Arc<dyn ReadAt>> {
        None
    }
}

/// Whether a file begins with the header of an export.
fn is_export(bytes: &dyn ReadAt) -> std::io::Result<bool> {
    let mut head = vec![0; 4096];
    let n = bytes.read_at(0, &mut head)?;
    let Some(line) = head[..n].split(|b| *b == b'\n').next().filter(|l| l.first() == Some(&b'{')) else {
        return Ok(false);
    };
    let Ok(serde_json::Value::Object(header)) = serde_json::from_slice(line) else { return Ok(false) };
    Ok(header.contains_key("version") && header.contains_key("backupTimeMs"))
}

/// Opens the export in `tree`: a file of its own, in a folder or zip, or one folder down.
pub(crate) fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the export", &e);
    let mut names = tree.list("")?;
    names.truncate(1000);
    let below: Vec<String> = names
        .iter()
        .take(16)
        .filter_map(|folder| Some((folder, tree.list(folder).ok()?)))
        .flat_map(|(folder, inner)| inner.into_iter().take(100).map(move |name| format!("{folder}/{name}")))
        .collect();
    // content decides; among several files only what is named as JSON is looked into
    let alone = names.len() == 1;
    let json =
        |n: &String| alone || [".jsonl", ".json", ".ndjson"].iter().any(|e| n.to_lowercase().ends_with(e));
    for name in names.into_iter().chain(below).filter(json) {
        let Ok(Some(bytes)) = tree.get(&name) else { continue };
        if !is_export(bytes.as_ref()).unwrap_or(false) {
            continue;
        }
        let sha256 = hash(bytes.as_ref()).map_err(io)?;
        let source = Source { name: "signal-android", evidence: text(&name), sha256 };
        let findings = vec!["disappearing_messages_not_exported".to_owned()];
        let reader = Reader::new(
            Stored::Json(bytes),
            SHOWN,
            source,
            Box::new(NoFiles),
            true,
            given.owner.as_deref(),
            findings,
        )?;
        let made_at = reader.made_at;
        let set = Arc::new(Parts::of(vec![(SHOWN.to_owned(), sha256)], Vec::new()));
        return Ok(Some(Opening {
            made_at,
            ..Opening::of("signal-plaintext-export", set, Box::new(reader))
        }));
    }
    Ok(None)
}
