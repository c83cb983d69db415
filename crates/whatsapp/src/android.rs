//! WhatsApp on Android: an encrypted backup, or `msgstore.db` by itself, in a folder, a zip or a tar, with
//! the names of `wa.db` and the files of the phone where they are there.

mod add_ons;
mod events;
mod find;
mod java;
mod message;
mod people;
mod reader;
mod rows;
mod sides;

use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet, Given, Opened, Opening, Tree, hash};
use model::{Device, Fault, Finding, Location, MessageSource, Place, SourceError};

use crate::crypt::{self, Header, Trailer};
use find::{Candidate, Found, Inside};
use people::Names;
use reader::Reader;

/// Kind of the source, and `source` of its messages.
pub(crate) const SOURCE: &str = "whatsapp-android";

/// Opens what `tree` holds of WhatsApp on Android; `None` when it holds nothing of it.
///
/// # Errors
/// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for the key of a backup;
/// [`SourceError::Damaged`] when a backup or a database is there and cannot be read at all.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let Found { candidates, contacts, bases, others } = find::search(tree.as_ref())?;
    if candidates.is_empty() {
        return Ok(None);
    }
    let phone = Arc::new(Phone { tree: tree.clone(), opened: Opened::default() });
    let mut opening: Option<Opening> = None;
    let (mut findings, mut failed) = (Vec::new(), None);
    let mut seen = Vec::new();
    let finding = |code: String| Finding { code, at: None };
    if others > 0 {
        findings.push(finding(format!("other_backups_in_source:{others}")));
    }
    for candidate in candidates {
        match one(&phone, &candidate, &contacts, &bases, given, &mut findings, &mut seen) {
            // the same file by another way, as a copy that follows links has it
            Ok(None) => {}
            Ok(Some(reader)) => match &mut opening {
                Some(opening) => opening.readers.push(reader),
                None => {
                    let mut new = Opening::of(SOURCE, phone.clone(), reader);
                    if let Inside::Encrypted(header) = &candidate.inside {
                        new.encrypted = true;
                        new.device = Device {
                            system: header.app_version.as_ref().map(|v| format!("Android, WhatsApp {v}")),
                            ..Device::default()
                        };
                    }
                    opening = Some(new);
                }
            },
            // one damaged database must not hide another
            Err(fault) => {
                let hides =
                    matches!(fault, SourceError::SecretNeeded { .. } | SourceError::WrongSecret { .. });
                if hides {
                    return Err(fault);
                }
                findings.push(finding(format!("reader_failed:whatsapp: {fault}")));
                failed.get_or_insert(fault);
            }
        }
    }
    match (opening, failed) {
        (Some(mut opening), _) => {
            opening.findings = findings;
            Ok(Some(opening))
        }
        (None, Some(fault)) => Err(fault),
        (None, None) => Ok(None),
    }
}

/// The reader of one database.
fn one(
    phone: &Arc<Phone>,
    candidate: &Candidate,
    contacts: &[Candidate],
    bases: &[String],
    given: &Given,
    findings: &mut Vec<Finding>,
    seen: &mut Vec<([u8; 32], Option<[u8; 32]>)>,
) -> Result<Option<Box<dyn MessageSource>>, SourceError> {
    let (main, wal) = phone.evidence(candidate, given, findings)?;
    let both = (main.sha256, wal.as_ref().map(|wal| wal.sha256));
    if seen.contains(&both) {
        return Ok(None);
    }
    seen.push(both);
    let database = Database::open(&main, wal.as_ref())?;
    let mut names = Names::default();
    let mut lists: Vec<&Candidate> = contacts.iter().filter(|c| c.belongs_to(candidate)).collect();
    lists.sort_by_key(|list| !list.lies_beside(candidate));
    for other in lists {
        let read = phone
            .evidence(other, given, findings)
            .and_then(|(main, wal)| Names::read(&Database::open(&main, wal.as_ref())?));
        match read {
            Ok(read) => {
                names = read;
                break;
            }
            Err(_) => findings.push(Finding { code: "address_book_unreadable".to_owned(), at: None }),
        }
    }
    let files = reader::Folder { tree: phone.tree.clone(), bases: bases.to_vec() };
    let owner = given.owner.as_deref().and_then(model::Address::parse).map(model::Address::into_string);
    Ok(Some(Box::new(Reader::open(database, &main, names, files, owner)?)))
}

/// The tree as a set of evidence.
struct Phone {
    tree: Arc<dyn Tree>,
    opened: Opened,
}

impl Phone {
    /// A database and its log, decrypted where it is encrypted.
    fn evidence(
        &self,
        candidate: &Candidate,
        given: &Given,
        findings: &mut Vec<Finding>,
    ) -> Result<(Evidence, Option<Evidence>), SourceError> {
        let Candidate { path, name, inside } = candidate;
        let stored = self.tree.get(path)?.ok_or(SourceError::Missing { what: "a file that was listed" })?;
        let io = |e: std::io::Error| SourceError::io("reading a file of the source", &e);
        let evidence = |name: &str, bytes, sha256| {
            self.opened.note(name, sha256);
            Evidence { name: name.to_owned(), bytes, sha256 }
        };
        match inside {
            Inside::Unknown => Err(SourceError::damaged(
                Location { evidence: name.clone(), place: Place::File },
                Fault::Unexpected { expected: "the header of a WhatsApp backup" },
            )),
            Inside::Encrypted(header) => {
                let plain = crypt::open(&stored, header, given, name)?;
                let code = match plain.trailer {
                    Trailer::Matches | Trailer::None => None,
                    Trailer::Differs => Some("backup_checksum_differs".to_owned()),
                    Trailer::Cut(bytes) => Some(format!("backup_truncated:{bytes}")),
                };
                let at = Some(Location { evidence: name.clone(), place: Place::File });
                findings.extend(code.map(|code| Finding { code, at }));
                if !find::is_database(plain.bytes.as_ref()).map_err(io)? {
                    return Err(SourceError::Missing { what: "a database in the WhatsApp backup" });
                }
                Ok((evidence(name, plain.bytes, plain.sha256), None))
            }
            Inside::Database => {
                let sha256 = hash(stored.as_ref()).map_err(io)?;
                let main = evidence(name, stored, sha256);
                let wal = match self.tree.get(&format!("{path}-wal"))? {
                    Some(bytes) if !bytes.is_empty() => {
                        let sha256 = hash(bytes.as_ref()).map_err(io)?;
                        Some(evidence(&format!("{name}-wal"), bytes, sha256))
                    }
                    _ => None,
                };
                Ok((main, wal))
            }
        }
    }
}

impl EvidenceSet for Phone {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let path = if domain.is_empty() { path.to_owned() } else { format!("{domain}/{path}") };
        let Some(bytes) = self.tree.get(&path)? else { return Ok(None) };
        let sha256 = hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?;
        Ok(Some(Evidence { name: "a file of the phone".to_owned(), bytes, sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all()
    }
}

/// Whether a header is one, for messages about it.
impl Header {
    /// Name of a file of this generation, as fit to be shown.
    fn file_name(&self, stem: &str) -> String {
        let generation = match self.kind {
            crypt::Kind::Crypt12 => 12,
            crypt::Kind::Crypt14 => 14,
            crypt::Kind::Crypt15 => 15,
        };
        format!("{stem}.crypt{generation}")
    }
}
