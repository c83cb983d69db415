//! What in a tree is the provider's: databases told by their tables, backup files by their content. In a
//! file-system extraction the folders of the two packages are looked up where Android keeps them, for every
//! user of the phone, under any folder up to two levels down.

use std::io::Read;
use std::sync::Arc;

use evidence::{Database, Evidence, Tree};
use flate2::read::ZlibDecoder;
use model::bytes::Sequential;
use model::{ReadAt, SourceError};

/// Packages whose databases are read, with the name of the database.
pub const PACKAGES: [(&str, &str); 2] =
    [("com.android.providers.telephony", "mmssms.db"), ("com.google.android.apps.messaging", "bugle_db")];

/// Most folders in the root in which packages are looked for, and most users of a phone.
const LOOKED_AT: usize = 256;

/// Most folders in which packages are looked for: asking for one of a zip goes through the names of all members.
const MOST_BASES: usize = 512;

/// Paths of what was found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) providers: Vec<String>,
    pub(crate) bugles: Vec<String>,
    pub(crate) files: Vec<String>,
}

/// Whether a path is that of a file of the provider's own backup.
pub(crate) fn is_backup_file(path: &str) -> bool {
    number(path).is_some() && path.contains("com.android.providers.telephony/")
}

/// Number of a backup file, and whether it holds MMS, from its name.
pub(crate) fn number(path: &str) -> Option<(u64, bool)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (number, kind) = name.split_once('_')?;
    let mms = match kind {
        "sms_backup" => false,
        "mms_backup" => true,
        _ => return None,
    };
    (number.len() >= 6 && number.bytes().all(|b| b.is_ascii_digit()))
        .then(|| number.parse().ok())
        .flatten()
        .map(|n| (n, mms))
}

enum Kind {
    Provider,
    Bugle,
    BackupFile,
}

/// What the bytes are.
fn kind(bytes: &Arc<dyn ReadAt>, wal: Option<Arc<dyn ReadAt>>) -> Result<Option<Kind>, SourceError> {
    let mut head = [0; 16];
    let n = bytes.read_at(0, &mut head).map_err(|e| SourceError::io("reading the source", &e))?;
    if head[..n] == *b"SQLite format 3\0" {
        let evidence = |bytes| Evidence { name: "database".to_owned(), bytes, sha256: [0; 32] };
        let wal = wal.map(evidence);
        // a damaged database is somebody's, but nobody can say whose
        let Ok(database) = Database::open(&evidence(bytes.clone()), wal.as_ref()) else { return Ok(None) };
        let has = |table, columns: &[&str]| {
            database.columns(table).is_ok_and(|there| columns.iter().all(|c| there.contains(*c)))
        };
        if has("sms", &["_id", "address", "date", "type", "body"])
            || has("pdu", &["_id", "msg_box", "m_type"])
        {
            return Ok(Some(Kind::Provider));
        }
        if has("messages", &["conversation_id", "sender_id"])
            && has("parts", &["message_id"])
            && has("participants", &[])
        {
            return Ok(Some(Kind::Bugle));
        }
        return Ok(None);
    }
    if n >= 2 && head[0] == 0x78 && u16::from_be_bytes([head[0], head[1]]) % 31 == 0 {
        let mut start = [0; 64];
        let mut filled = 0;
        let mut decoder = ZlibDecoder::new(Sequential::new(bytes.as_ref()));
        while filled < start.len() {
            match decoder.read(&mut start[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        if start[..filled].trim_ascii_start().starts_with(b"[") {
            return Ok(Some(Kind::BackupFile));
        }
    }
    Ok(None)
}

fn join(parts: &[&str]) -> String {
    parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("/")
}

/// Looks through the tree.
pub(crate) fn look(tree: &Arc<dyn Tree>) -> Result<Found, SourceError> {
    let mut found = Found::default();
    let root = tree.list("")?;
    let homes = homes(tree.as_ref(), &root)?;
    for (package, database) in PACKAGES {
        for path in databases(tree.as_ref(), &homes, package, database)? {
            let Some(bytes) = tree.get(&path)? else { continue };
            match kind(&bytes, tree.get(&format!("{path}-wal"))?)? {
                Some(Kind::Provider) => found.providers.push(path),
                Some(Kind::Bugle) => found.bugles.push(path),
                Some(Kind::BackupFile) | None => {}
            }
        }
    }
    if !found.providers.is_empty() || !found.bugles.is_empty() {
        return Ok(found);
    }
    for name in root {
        if name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal") {
            continue;
        }
        let mut start = [0; 16];
        let Some(n) = tree.head(&name, &mut start)? else { continue };
        if start[..n] != *b"SQLite format 3\0" && start[0] != 0x78 {
            continue;
        }
        let Some(bytes) = tree.get(&name)? else { continue };
        match kind(&bytes, tree.get(&format!("{name}-wal"))?)? {
            Some(Kind::Provider) => found.providers.push(name),
            Some(Kind::Bugle) => found.bugles.push(name),
            Some(Kind::BackupFile) => found.files.push(name),
            None => {}
        }
    }
    Ok(found)
}

/// Folders that may hold packages, wherever Android or a tool may have put them.
fn homes(tree: &dyn Tree, root: &[String]) -> Result<Vec<String>, SourceError> {
    let mut bases = vec![String::new()];
    for name in root {
        // a file holds no packages and takes no folder's place
        if bases.len() <= LOOKED_AT && tree.head(name, &mut [0])?.is_none() {
            bases.push(name.clone());
        }
    }
    for at in 1..bases.len() {
        if bases.len() < MOST_BASES {
            let inside = tree.list(&bases[at])?;
            let inside: Vec<String> = inside.iter().take(16).map(|two| join(&[&bases[at], two])).collect();
            bases.extend(inside);
        }
    }
    bases.truncate(MOST_BASES);
    let mut homes = Vec::new();
    for base in &bases {
        homes.push(base.clone());
        for users in ["user_de", "user"] {
            let folder = join(&[base, users]);
            homes.extend(tree.list(&folder)?.iter().take(LOOKED_AT).map(|user| join(&[&folder, user])));
        }
        homes.push(join(&[base, "data"]));
    }
    Ok(homes)
}

/// Paths of a package's database in any of its homes.
fn databases(
    tree: &dyn Tree,
    homes: &[String],
    package: &str,
    database: &str,
) -> Result<Vec<String>, SourceError> {
    let mut found: Vec<String> = Vec::new();
    for home in homes {
        let path = join(&[home, package, "databases", database]);
        if !found.contains(&path) && tree.get(&path)?.is_some() {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_backup_files() {
        assert_eq!(number("a/d_f/000012_mms_backup"), Some((12, true)));
        assert_eq!(number("000000_sms_backup"), Some((0, false)));
        for none in ["12_sms_backup", "x00000_sms_backup", "000000_sms", "000000", "", "000000_sms_backup.x"]
        {
            assert_eq!(number(none), None, "{none}");
        }
        assert!(is_backup_file("apps/com.android.providers.telephony/d_f/000001_mms_backup"));
        assert!(!is_backup_file("apps/org.example/d_f/000001_mms_backup"));
    }
}
