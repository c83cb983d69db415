//! Signal Desktop: `sql/db.sqlite`, an SQLCipher 4 database, opened by the key that the app keeps for
//! it (64 hexadecimal digits; unwrapping it is for the owner's machine). Pages are decrypted as they
//! are read; SQLite sees them through the read-only VFS and no second SQLite is needed.

mod item;
mod pages;
mod people;
mod reader;

use std::sync::Arc;

use evidence::{Database, Evidence, Given, Opening, Overlay, Tree, hash};
use model::{Device, ReadAt, Sensitive, SourceError};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::draft::Source;
use crate::people::{from_hex, text};
use crate::set::Parts;

/// What the evidence is called.
pub(crate) const SHOWN: &str = "sql/db.sqlite";
const KIND: &str = "signal-desktop";
const SECRET: &str = "key of Signal Desktop's database (64 hexadecimal digits)";

/// Where the database may lie, and the folder of the app as seen from there.
const PLACES: [(&str, Option<&str>); 3] =
    [("sql/db.sqlite", Some("")), ("Signal/sql/db.sqlite", Some("Signal/")), ("db.sqlite", None)];

/// The key as the operator gives it: digits alone, or as SQLCipher writes it, `x'..'`.
fn key(given: &SecretString) -> Option<Zeroizing<[u8; 32]>> {
    let given = given.expose_secret().trim();
    let digits = given.strip_prefix("x'").and_then(|g| g.strip_suffix('\'')).unwrap_or(given);
    let bytes = Zeroizing::new(from_hex(digits)?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

/// Whether bytes can be an SQLCipher database: a page that does not begin as SQLite does. Whole pages only
/// where it was not cut.
fn may_be(bytes: &dyn ReadAt) -> std::io::Result<bool> {
    if bytes.len() < pages::PAGE as u64 {
        return Ok(false);
    }
    let mut head = [0; 16];
    bytes.read_exact_at(0, &mut head)?;
    Ok(&head != b"SQLite format 3\0")
}

/// Opens the database in `tree`; `None` when there is none.
pub(crate) fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the database", &e);
    let key = given.passphrase.as_ref().and_then(key);
    let mut found = None;
    for (name, root) in PLACES {
        if let Some(bytes) = tree.get(name).ok().flatten().filter(|b| may_be(b.as_ref()).unwrap_or(false)) {
            found = Some((name.to_owned(), root, bytes));
            break;
        }
    }
    // under another name only the key tells it from noise
    let named = found.is_some();
    if let (None, Some(key), [only]) = (&found, &key, tree.list("")?.as_slice())
        && let Ok(Some(bytes)) = tree.get(only)
        && may_be(bytes.as_ref()).unwrap_or(false)
        && pages::Pages::open(bytes.clone(), key.clone()).map_err(io)?.is_some()
    {
        found = Some((only.clone(), None, bytes));
    }
    let Some((name, root, bytes)) = found else { return Ok(None) };
    let Some(key) = key else {
        return Err(match (named, &given.passphrase) {
            (_, None) => SourceError::SecretNeeded { kind: KIND, what: SECRET },
            _ => SourceError::WrongSecret { what: SECRET },
        });
    };
    let mut parts = vec![(SHOWN.to_owned(), hash(bytes.as_ref()).map_err(io)?)];
    let sha256 = parts[0].1;
    let wal = tree.get(&format!("{name}-wal"))?;
    let (overlay, from_wal) = match wal {
        Some(wal) => {
            parts.push((format!("{SHOWN}-wal"), hash(wal.as_ref()).map_err(io)?));
            let overlay = Overlay::with_wal(bytes, wal).map_err(io)?;
            let pages = overlay.pages_from_wal();
            (overlay.sealed(), pages)
        }
        None => (Overlay::plain(bytes).sealed(), 0),
    };
    let decrypted = pages::Pages::open(Arc::new(overlay), key).map_err(io)?;
    let decrypted = Arc::new(decrypted.ok_or(SourceError::WrongSecret { what: SECRET })?);
    let main = Evidence { name: SHOWN.to_owned(), bytes: decrypted, sha256 };
    let database = Database::open(&main, None)?;
    let source = Source { name: "signal-desktop", evidence: text(&name), sha256 };
    let reader = reader::Reader::open(database, source, tree.clone(), root.map(str::to_owned), from_wal)?;
    let number = reader.own_number().map(|n| Sensitive::new(n.to_owned()));
    let set = Arc::new(Parts::of(parts, Vec::new()));
    Ok(Some(Opening {
        encrypted: true,
        device: Device { number, ..Device::default() },
        ..Opening::of(KIND, set, Box::new(reader))
    }))
}

/// Any bytes as a database, and as the JSON of a row.
pub(crate) fn fuzz(data: &[u8]) {
    struct NoTree;
    impl Tree for NoTree {
        fn get(&self, _name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
            Ok(None)
        }
        fn list(&self, _folder: &str) -> Result<Vec<String>, SourceError> {
            Ok(Vec::new())
        }
    }
    let _: std::io::Result<Option<pages::Pages>> =
        pages::Pages::open(Arc::new(data.to_vec()), Zeroizing::new([0; 32]));
    let Ok(json) = serde_json::from_slice(data) else { return };
    let row = item::Row { columns: std::collections::HashMap::new(), json };
    let (mut missing, mut damaged) = (0, 0);
    let mut context = item::Context {
        people: &mut people::People::default(),
        tree: &NoTree,
        root: Some(""),
        missing: &mut missing,
        damaged: &mut damaged,
        calls: &std::collections::HashMap::new(),
    };
    let draft = context.draft(&row, &[]);
    let source = Source { name: KIND, evidence: text(SHOWN), sha256: [0; 32] };
    let _: model::Message = draft.finish(&source, model::Place::File);
}
