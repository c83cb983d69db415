//! An iPhone backup as Finder, iTunes or libimobiledevice write it, plain or encrypted, as evidence by
//! domain and path. Files are decrypted as they are read; nothing readable is written anywhere, not
//! even the manifest.
//!
//! This crate knows no messages. Decisions and doubts stand in `docs/readers/ios-backup.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod crypt;
mod facts;
mod files;
mod keybag;
mod manifest;
mod mbdb;
mod mbfile;

use std::sync::{Arc, Mutex, PoisonError};

use evidence::{Evidence, EvidenceSet, Opened, Tree, hash, is_database, is_hot_journal};
use model::{Device, Fault, Finding, Location, Place, ReadAt, SourceError};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use crypt::{Decrypted, Ending};
use facts::Facts;
use keybag::{ClassKeys, KeyBag};
use manifest::{Listed, Manifest};

pub use files::IosFiles;
#[doc(hidden)]
pub use keybag::fuzz_one as fuzz_keybag;
#[doc(hidden)]
pub use mbdb::fuzz_one as fuzz_mbdb;
#[doc(hidden)]
pub use mbfile::fuzz_one as fuzz_mbfile;

/// Files that readers will ask for: hashed while the key is derived, which needs no key since file
/// names are hashes of domain and path.
const SURE: [(&str, &str); 2] =
    [("HomeDomain", "Library/SMS/sms.db"), ("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb")];

/// Lists that make a folder a backup.
const MANIFESTS: [&str; 3] = ["Manifest.plist", "Manifest.db", "Manifest.mbdb"];

/// An opened backup.
pub struct IosBackup {
    tree: Arc<dyn Tree>,
    root: String,
    facts: Facts,
    manifest: Mutex<Manifest>,
    keys: Option<ClassKeys>,
    opened: Opened,
    hashed: Opened,
    notes: Mutex<Vec<String>>,
}

/// The folder of the backup inside `tree`: the root, or the only folder that holds one.
fn find(tree: &dyn Tree) -> Result<Option<String>, SourceError> {
    let is = |names: &[String]| names.iter().any(|n| MANIFESTS.contains(&n.as_str()));
    let names = tree.list("")?;
    if is(&names) {
        return Ok(Some(String::new()));
    }
    let mut found = None;
    for name in names.iter().take(64) {
        if is(&tree.list(name)?) && found.replace(format!("{name}/")).is_some() {
            return Err(SourceError::Missing {
                what: "one backup: the folder holds several, name one of them",
            });
        }
    }
    Ok(found)
}

/// Whether `tree` is, or holds in a folder, an iPhone backup.
///
/// # Errors
/// When the tree cannot be listed, or holds several backups.
pub fn is_backup(tree: &dyn Tree) -> Result<bool, SourceError> {
    find(tree).map(|found| found.is_some())
}

impl IosBackup {
    /// Opens the backup in `tree`.
    ///
    /// # Errors
    /// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for an encrypted one,
    /// [`SourceError::Unfinished`] when the phone had not finished, [`SourceError::Missing`] and
    /// [`SourceError::Damaged`] for what makes it unreadable as a whole.
    pub fn open(tree: Arc<dyn Tree>, password: Option<&SecretString>) -> Result<Self, SourceError> {
        let root = find(tree.as_ref())?.ok_or(SourceError::Unknown)?;
        let opened = Opened::default();
        let mut facts = Facts::read(tree.as_ref(), &root, &opened)?;
        let hashed = Opened::default();
        let unlocked = match &facts.keybag {
            None => None,
            Some(bag) => {
                let at = |fault| SourceError::damaged(place("Manifest.plist"), fault);
                let bag = KeyBag::parse(bag).map_err(at)?;
                let password = password
                    .ok_or(SourceError::SecretNeeded { kind: "ios-backup", what: "backup password" })?;
                let keys = std::thread::scope(|scope| {
                    scope.spawn(|| pre_hash(tree.as_ref(), &root, &hashed));
                    unlock(&bag, password)
                });
                let keys = keys.ok_or(SourceError::WrongSecret { what: "backup password" })?;
                let manifest_key = match &facts.manifest_key {
                    Some(wrapped) => Some(keys.file_key(wrapped).map_err(at)?),
                    None => None,
                };
                Some((keys, manifest_key))
            }
        };
        let (keys, manifest_key) = match unlocked {
            Some((keys, manifest_key)) => (Some(keys), manifest_key),
            None => (None, None),
        };
        let notes = Mutex::new(Vec::new());
        let io = |e: std::io::Error| SourceError::io("reading the list of files", &e);
        let manifest =
            match (tree.get(&format!("{root}Manifest.db"))?, tree.get(&format!("{root}Manifest.mbdb"))?) {
                (Some(stored), _) => {
                    let sha256 = hash(stored.as_ref()).map_err(io)?;
                    opened.note("Manifest.db", sha256);
                    let bytes: Arc<dyn ReadAt> = match &manifest_key {
                        Some(key) => {
                            let (file, ending) = Decrypted::open(stored, key).map_err(io)?;
                            note(&notes, "Manifest.db", ending);
                            Arc::new(file)
                        }
                        None => stored,
                    };
                    let log = log_of_manifest(tree.as_ref(), &root, &opened)?;
                    // what a log beside a sealed database would be sealed with is not known
                    let log = log.filter(|_| {
                        if manifest_key.is_some() {
                            let code = "file_list_log_unread".to_owned();
                            facts.findings.push(Finding { code, at: None });
                        }
                        manifest_key.is_none()
                    });
                    let list = Evidence { name: "Manifest.db".to_owned(), bytes, sha256 };
                    let manifest = Manifest::open(&list, log.as_ref())?;
                    facts.findings.extend(manifest.findings());
                    manifest
                }
                (None, Some(stored)) => {
                    opened.note("Manifest.mbdb", hash(stored.as_ref()).map_err(io)?);
                    let listing = mbdb::read(stored.as_ref())?;
                    if let Some(at) = listing.cut_at {
                        let code = format!("file_list_damaged:Manifest.mbdb:{at}");
                        facts.findings.push(Finding { code, at: None });
                    }
                    Manifest::Old(listing.files)
                }
                (None, None) => return Err(SourceError::Missing { what: "Manifest.db" }),
            };
        Ok(Self { tree, root, facts, manifest: Mutex::new(manifest), keys, opened, hashed, notes })
    }

    /// The phone, as the backup states it; not authenticated by anything.
    pub fn device(&self) -> Device {
        self.facts.device.clone()
    }

    /// When the backup was made, milliseconds since 1970, as it states.
    pub fn date(&self) -> Option<i64> {
        self.facts.date
    }

    /// Whether the content is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.keys.is_some()
    }

    /// Bundle ids of apps: of those that the backup says are installed, and of those that have files in it.
    pub fn apps(&self) -> Vec<String> {
        let mut apps = self.facts.apps.clone();
        apps.extend(self.manifest.lock().unwrap_or_else(PoisonError::into_inner).apps());
        apps.sort();
        apps.dedup();
        apps
    }

    /// What a person must look at, known so far.
    pub fn findings(&self) -> Vec<Finding> {
        self.facts.findings.clone()
    }

    /// Notes a database that was copied in the middle of a change, by the journal beside it.
    fn note_hot_journal(&self, domain: &str, journal: &str) {
        let listed = self.manifest.lock().unwrap_or_else(PoisonError::into_inner).find(domain, journal);
        let Ok(Some(listed)) = listed else { return };
        let name = shown(domain, journal, &listed.file_id);
        let Ok(Some(file)) = self.file(&name, listed) else { return };
        let note = format!("hot_journal:{name}");
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if is_hot_journal(file.bytes.as_ref()) && !notes.contains(&note) {
            notes.push(note);
        }
    }

    fn file(&self, name: &str, listed: Listed) -> Result<Option<Evidence>, SourceError> {
        let stored_name = format!("{}{}/{}", self.root, &listed.file_id[..2], listed.file_id);
        let stored = match self.tree.get(&stored_name)? {
            Some(stored) => stored,
            // before iOS 10 all files lay in one folder
            None => match self.tree.get(&format!("{}{}", self.root, listed.file_id))? {
                Some(stored) => stored,
                None => return Ok(None),
            },
        };
        let io = |e: std::io::Error| SourceError::io("reading a file of the backup", &e);
        let sha256 = match self.hashed.get(&listed.file_id) {
            Some(known) => known,
            None => hash(stored.as_ref()).map_err(io)?,
        };
        self.hashed.note(&listed.file_id, sha256);
        self.opened.note(name, sha256);
        let at = |fault| SourceError::damaged(place(name), fault);
        let bytes: Arc<dyn ReadAt> = match (&self.keys, listed.file.map_err(at)?.wrapped_key) {
            (Some(keys), Some(wrapped)) => {
                let key = keys.file_key(&wrapped).map_err(at)?;
                let (file, ending) = Decrypted::open(stored, &key).map_err(io)?;
                note(&self.notes, name, ending);
                Arc::new(file)
            }
            (Some(_), None) if !stored.is_empty() => {
                return Err(at(Fault::Unexpected { expected: "a key for the file" }));
            }
            _ => stored,
        };
        Ok(Some(Evidence { name: name.to_owned(), bytes, sha256 }))
    }
}

impl EvidenceSet for IosBackup {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let listed = self.manifest.lock().unwrap_or_else(PoisonError::into_inner).find(domain, path)?;
        match listed {
            Some(listed) => {
                let file = self.file(&shown(domain, path, &listed.file_id), listed)?;
                if file.as_ref().is_some_and(|file| is_database(file.bytes.as_ref())) {
                    self.note_hot_journal(domain, &format!("{path}-journal"));
                }
                Ok(file)
            }
            None => Ok(None),
        }
    }

    fn lists(&self, domain: &str, path: &str) -> Result<bool, SourceError> {
        let manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        manifest.find(domain, path).map(|listed| listed.is_some())
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all()
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The log beside the list of files, which a copy of a backup in use has.
fn log_of_manifest(tree: &dyn Tree, root: &str, opened: &Opened) -> Result<Option<Evidence>, SourceError> {
    let name = "Manifest.db-wal";
    let bytes = tree.get(&format!("{root}{name}"))?.filter(|bytes| !bytes.is_empty());
    let Some(bytes) = bytes else { return Ok(None) };
    let sha256 =
        hash(bytes.as_ref()).map_err(|e| SourceError::io("reading the log of the list of files", &e))?;
    opened.note(name, sha256);
    Ok(Some(Evidence { name: name.to_owned(), bytes, sha256 }))
}

/// Name of a file as fit to be shown. Files of messages are called after persons, or lie in folders that
/// are: of those, the beginning of the id and the ending.
fn shown(domain: &str, path: &str, id: &str) -> String {
    if domain != "MediaDomain" && !path.starts_with("Message/") {
        return format!("{domain}/{path}");
    }
    let ending = path.rsplit_once('.').map_or("", |p| p.1);
    let is = (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    format!("{domain}/{}{}{}", &id[..8], if is { "." } else { "" }, if is { ending } else { "" })
}

fn place(name: &str) -> Location {
    Location { evidence: name.to_owned(), place: Place::File }
}

fn note(notes: &Mutex<Vec<String>>, name: &str, ending: Ending) {
    let what = match ending {
        Ending::Whole => return,
        Ending::ShorterThanHeader => "database_shorter_than_header",
        Ending::DamagedTail => "damaged_tail",
        Ending::Unverified => "length_unverified",
    };
    notes.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{what}:{name}"));
}

/// The class keys; the password as typed, then in the normal forms it may have had on the phone.
fn unlock(bag: &KeyBag, password: &SecretString) -> Option<ClassKeys> {
    let typed = password.expose_secret();
    let nfc = zeroize::Zeroizing::new(typed.nfc().collect::<String>());
    let nfd = zeroize::Zeroizing::new(typed.nfd().collect::<String>());
    let mut forms: Vec<&str> = Vec::new();
    for form in [typed, nfc.as_str(), nfd.as_str()] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    // at the same time: a wrong password is known to be wrong after the time of one derivation
    let (first, others) = forms.split_first()?;
    std::thread::scope(|scope| {
        let others: Vec<_> =
            others.iter().map(|form| scope.spawn(|| bag.unlock(&bag.derive(form.as_bytes())))).collect();
        let typed = bag.unlock(&bag.derive(first.as_bytes()));
        others.into_iter().fold(typed, |found, other| found.or(other.join().ok().flatten()))
    })
}

/// Hashes the files that are sure to be read. A file that cannot be hashed now is hashed, or fails,
/// when it is asked for.
fn pre_hash(tree: &dyn Tree, root: &str, hashed: &Opened) {
    for (domain, path) in SURE {
        let id = manifest::file_id(domain, path);
        if let Ok(Some(stored)) = tree.get(&format!("{root}{}/{id}", &id[..2]))
            && let Ok(sha256) = hash(stored.as_ref())
        {
            hashed.note(&id, sha256);
        }
    }
}
