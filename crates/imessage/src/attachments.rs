//! Attachments of a message: their rows, their place in the body, their content in the backup.

use std::collections::HashMap;
use std::sync::Arc;

use evidence::{Database, EvidenceSet, column, hash_and_count};
use model::{Attachment, Sensitive, SourceError};
use rusqlite::CachedStatement;

/// One attachment with what orders and describes it.
pub(crate) struct Found {
    pub(crate) guid: Option<String>,
    pub(crate) attachment: Attachment,
    /// Codes for what was odd.
    pub(crate) doubts: Vec<&'static str>,
}

/// Most attachments that are looked for by guid.
const MOST_LOOKS: u32 = 10_000;

/// Finds attachments by row number.
pub(crate) struct Finder<'d> {
    set: Arc<dyn EvidenceSet>,
    statement: Option<CachedStatement<'d>>,
    by_guid: Option<CachedStatement<'d>>,
    /// How many more may be looked for by guid, which a schema need not have an index for.
    looks_left: u32,
    mimes: HashMap<String, Arc<str>>,
    /// Attachments whose content is not in the source.
    pub(crate) missing: u64,
    /// Bytes of those, as the source states them.
    pub(crate) missing_bytes: u64,
}

impl<'d> Finder<'d> {
    /// Prepares the query for the columns that the schema has.
    pub(crate) fn new(database: &'d Database, set: Arc<dyn EvidenceSet>) -> Result<Self, SourceError> {
        let columns = database.columns("attachment")?;
        let list = ["guid", "filename", "transfer_name", "mime_type", "total_bytes", "hide_attachment"]
            .map(|c| if columns.contains(c) { c } else { "NULL" })
            .join(", ");
        let statement = match columns.is_empty() {
            true => None,
            false => {
                let sql = format!("SELECT {list} FROM attachment WHERE ROWID = ?1");
                let of = |e| database.failed("attachment", &e);
                Some(database.connection().prepare_cached(&sql).map_err(of)?)
            }
        };
        let by_guid =
            database.connection().prepare_cached("SELECT ROWID FROM attachment WHERE guid = ?1").ok();
        let (mimes, looks_left) = (HashMap::new(), MOST_LOOKS);
        Ok(Self { set, statement, by_guid, looks_left, mimes, missing: 0, missing_bytes: 0 })
    }

    /// An attachment that a body names and no join leads to.
    pub(crate) fn named(&mut self, guid: &str) -> Found {
        let rowid = self.by_guid.as_mut().filter(|_| self.looks_left > 0).and_then(|statement| {
            self.looks_left -= 1;
            statement.query_row([guid], |row| row.get::<_, i64>(0)).ok()
        });
        // no attachment has the lowest number there is
        let mut found = self.find(rowid.unwrap_or(i64::MIN));
        found.doubts.push("attachment_not_joined");
        found.guid = Some(guid.to_owned());
        found
    }

    /// The attachment of that row; one that has no row is a missing one.
    pub(crate) fn find(&mut self, rowid: i64) -> Found {
        let mut facts = Facts::default();
        let mut doubts = Vec::new();
        let found = match &mut self.statement {
            Some(statement) => statement.query_row([rowid], |row| {
                facts = Facts::take(row);
                Ok(())
            }),
            None => Err(rusqlite::Error::QueryReturnedNoRows),
        };
        if found.is_err() {
            doubts.push("attachment_row_missing");
        }
        let Facts { guid, filename, transfer_name, mime, total_bytes, hidden } = facts;
        if hidden {
            doubts.push("attachment_hidden");
        }
        let path = filename.as_deref().and_then(media_path);
        let content = path.map(|path| self.set.get("MediaDomain", path));
        let name = transfer_name.or_else(|| filename.as_deref().and_then(last_part).map(str::to_owned));
        let mut attachment = Attachment {
            name: name.map(|n| Sensitive::new(Arc::from(n))),
            mime: mime.map(|m| self.mimes.entry(m).or_insert_with_key(|m| Arc::from(m.as_str())).clone()),
            size: total_bytes.and_then(|n| u64::try_from(n).ok()),
            sha256: None,
            missing: true,
            content: None,
        };
        match content {
            Some(Ok(Some(evidence))) => match hash_and_count(evidence.bytes.as_ref()) {
                Ok((sha256, size)) => {
                    attachment.size = Some(size);
                    attachment.sha256 = Some(sha256);
                    attachment.missing = false;
                    attachment.content = Some(evidence.bytes);
                }
                Err(_) => doubts.push("attachment_unreadable"),
            },
            Some(Err(_)) => doubts.push("attachment_unreadable"),
            Some(Ok(None)) | None => {}
        }
        if attachment.missing {
            self.missing += 1;
            self.missing_bytes += attachment.size.unwrap_or(0);
        }
        Found { guid, attachment, doubts }
    }
}

/// Most attachments of one body that no join leads to.
const MOST_NOT_JOINED: usize = 100;

/// Adds the attachments that the body names and no join leads to. A joined one whose row is gone, and with it
/// its guid, may be any of them.
pub(crate) fn not_joined(
    files: &[String],
    attachments: &mut Vec<Found>,
    named: &mut dyn FnMut(&str) -> Found,
) {
    let is_joined = |guid: &str| attachments.iter().any(|f| f.guid.as_deref() == Some(guid));
    let mut lost: Vec<&str> = Vec::new();
    for guid in files {
        if !is_joined(guid) && !lost.contains(&guid.as_str()) && lost.len() < MOST_NOT_JOINED {
            lost.push(guid);
        }
    }
    let unknown = attachments.iter().filter(|f| f.guid.is_none()).count();
    attachments.extend(lost.into_iter().skip(unknown).map(named));
}

#[derive(Default)]
struct Facts {
    guid: Option<String>,
    filename: Option<String>,
    transfer_name: Option<String>,
    mime: Option<String>,
    total_bytes: Option<i64>,
    hidden: bool,
}

impl Facts {
    fn take(row: &rusqlite::Row<'_>) -> Self {
        let text = |i| column::<Option<String>>(row, i).ok().flatten().filter(|t| !t.is_empty());
        Self {
            guid: text(0),
            filename: text(1),
            transfer_name: text(2),
            mime: text(3),
            total_bytes: column::<Option<i64>>(row, 4).ok().flatten(),
            hidden: column::<Option<i64>>(row, 5).ok().flatten().unwrap_or(0) != 0,
        }
    }
}

/// The path in MediaDomain: behind `~/` or `/var/mobile/`.
fn media_path(filename: &str) -> Option<&str> {
    let path = filename
        .strip_prefix("~/")
        .or_else(|| filename.strip_prefix("/var/mobile/"))
        .or_else(|| filename.strip_prefix("/private/var/mobile/"))
        .unwrap_or(filename);
    let inside = !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    inside.then_some(path)
}

fn last_part(filename: &str) -> Option<&str> {
    filename.rsplit('/').find(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filename: &str, expected: Option<&str>) {
        assert_eq!(media_path(filename), expected);
    }

    #[test]
    fn paths() {
        check("~/Library/SMS/Attachments/ab/11/G/a b.heic", Some("Library/SMS/Attachments/ab/11/G/a b.heic"));
        check("/var/mobile/Library/SMS/x", Some("Library/SMS/x"));
        check("/private/var/mobile/Library/SMS/x", Some("Library/SMS/x"));
        check("Library/SMS/x", Some("Library/SMS/x"));
        check("/etc/passwd", None);
        check("~/../../etc/passwd", None);
        check("", None);
    }
}
