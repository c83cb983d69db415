//! From a path to the readers that can read what lies there. Each format is a function from the tree of
//! named streams to an [`Opening`]; it recognises its own by content and answers `None` for anything
//! else. The first that answers names the source; what the others find in it is read too.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use android_backup::AndroidBackup;
use evidence::{DateOrder, EvidenceSet, Given, Opening, Tree};
use ios_backup::{IosBackup, IosFiles};
use model::{Device, Finding, MessageSource, ReadAt, SourceError};
use secrecy::{SecretSlice, SecretString};
use whatsapp::ios::Copied;

use crate::error::JobError;
use crate::several::joined;
use crate::smart::{self, Description};

/// What the operator says about a source beside its path.
#[derive(Clone, Default)]
pub struct SourceOptions {
    /// Backup password, Signal passphrase or recovery key, WhatsApp 64-digit key.
    pub passphrase: Option<SecretString>,
    /// File that holds a WhatsApp key.
    pub key_file: Option<PathBuf>,
    /// Number of the owner, where the source does not state it.
    pub owner: Option<String>,
    /// Name of the owner as a chat export writes it.
    pub owner_name: Option<String>,
    /// Order of the dates in a chat export: `dmy`, `mdy`, `ymd`.
    pub date_order: Option<String>,
    /// Zone of the times in a chat export, `America/Nuuk`; Copenhagen where absent.
    pub zone: Option<String>,
    /// Mapping of a read-out of SMART.
    pub mapping: Option<PathBuf>,
}

/// Most bytes of a key file.
const KEY_FILE_BYTES: u64 = 1 << 16;

impl SourceOptions {
    pub(crate) fn given(&self) -> Result<Given, JobError> {
        let key_file = self.key_file.as_deref().map(key_file).transpose()?;
        let date_order = match self.date_order.as_deref() {
            None => None,
            Some("dmy") => Some(DateOrder::Dmy),
            Some("mdy") => Some(DateOrder::Mdy),
            Some("ymd") => Some(DateOrder::Ymd),
            Some(_) => {
                let why = "is none of dmy, mdy, ymd".to_owned();
                return Err(JobError::BadValue { what: "date order", why });
            }
        };
        if let Some(zone) = self.zone.as_deref().filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
            let why = format!("{zone:?} is not in the zone database");
            return Err(JobError::BadValue { what: "time zone", why });
        }
        Ok(Given {
            passphrase: self.passphrase.clone(),
            key_file,
            owner: self.owner.clone(),
            owner_name: self.owner_name.clone(),
            date_order,
            zone: self.zone.clone(),
            source_name: None,
        })
    }
}

fn key_file(path: &Path) -> Result<Arc<SecretSlice<u8>>, JobError> {
    let fail = |e: &std::io::Error| JobError::io(path, "reading the key file", e);
    let length = std::fs::metadata(path).map_err(|e| fail(&e))?.len();
    if length > KEY_FILE_BYTES {
        return Err(JobError::BadValue { what: "key file", why: format!("has {length} bytes") });
    }
    Ok(Arc::new(SecretSlice::from(std::fs::read(path).map_err(|e| fail(&e))?)))
}

type OpenTree = fn(&Arc<dyn Tree>, &Given) -> Result<Option<Opening>, SourceError>;

/// Every format, in the order in which they are asked.
const FORMATS: &[OpenTree] = &[
    ios,
    ios_files,
    imessage::open_alone,
    ufdr::open,
    sms_xml::open,
    android_backup,
    sms_ie::open,
    telephony::open,
    signal,
    whatsapp::open,
    whatsapp_export::open,
];

/// How many of them are an iPhone as a whole.
const IPHONE: usize = 2;

type OpenReader = fn(Arc<dyn EvidenceSet>) -> Result<Option<Box<dyn MessageSource>>, SourceError>;

/// Every reader that can find its part in an iOS backup, with its name for people.
const IOS_READERS: &[(&str, OpenReader)] = &[
    ("imessage", imessage::open),
    ("whatsapp", whatsapp::ios::open),
    ("whatsapp-business", whatsapp::ios::open_business),
];

/// An opened source.
pub struct Opened {
    /// What it is: `ios-backup`.
    pub kind: &'static str,
    /// Whether its content is encrypted.
    pub encrypted: bool,
    /// The phone, as the source states it.
    pub device: Device,
    /// When the copy was made, milliseconds since 1970, as the source states it.
    pub made_at: Option<i64>,
    /// Ids of the apps that the source says are installed.
    pub apps: Vec<String>,
    /// The parts of the source.
    pub set: Arc<dyn EvidenceSet>,
    /// What reads them.
    pub readers: Vec<Box<dyn MessageSource>>,
    pub(crate) findings: Vec<Finding>,
    /// What a read-out of SMART says of its mapping and package.
    pub(crate) description: Option<Description>,
    pub(crate) tree: Arc<dyn Tree>,
}

impl Opened {
    /// What a person must look at, known without reading messages.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    /// A source of the tests' own.
    #[cfg(test)]
    pub(crate) fn for_tests(
        set: Arc<dyn EvidenceSet>,
        readers: Vec<Box<dyn MessageSource>>,
        device: Device,
        tree: Arc<dyn Tree>,
    ) -> Self {
        let (made_at, apps, findings) = (None, Vec::new(), Vec::new());
        Self {
            kind: "test",
            encrypted: false,
            device,
            made_at,
            apps,
            set,
            readers,
            findings,
            description: None,
            tree,
        }
    }

    /// Notes on the container, and on lengths and damage of the files opened so far.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.set.notes();
        notes.extend(self.tree.notes());
        notes
    }
}

/// Opens the source at `path`.
///
/// # Errors
/// [`JobError::Source`]: no source that is known, a secret missing or wrong, unfinished or damaged.
pub fn open(path: &Path, options: &SourceOptions) -> Result<Opened, JobError> {
    let fail = |fault| JobError::source_at(path, fault);
    let mut given = options.given()?;
    given.source_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let tree = evidence::open_tree(path).map_err(fail)?;
    // a package holds what a medium held: what else is recognised in it says nothing
    if let Some(opened) = smart::opened(path, &tree, &given, options)? {
        return Ok(opened);
    }
    // what is not found may be what cannot be opened
    let fail = |fault| {
        let closed = tree.notes().iter().any(|note| note.starts_with("cannot_be_opened:"));
        JobError::source_at(
            path,
            match fault {
                SourceError::Unknown | SourceError::Missing { .. } if closed => SourceError::io(
                    "opening a file of the source",
                    &std::io::ErrorKind::PermissionDenied.into(),
                ),
                fault => fault,
            },
        )
    };
    let mut refused = Vec::new();
    for (i, format) in FORMATS.iter().enumerate() {
        let first = match format(&tree, &given) {
            Ok(None) => continue,
            Ok(Some(first)) => first,
            // an iPhone's backup that cannot be opened is the source, whatever lies beside it
            Err(fault) if i < IPHONE => return Err(fail(fault)),
            // what needs no secret is read all the same
            Err(fault) => {
                refused.push(fault);
                continue;
            }
        };
        // an iPhone's backup names its files by hashes: nothing else can be recognised in it
        let is_iphone = first.kind.starts_with("ios");
        let beside = if first.kind == "ios-backup" { not_read_beside(&tree, &given) } else { Vec::new() };
        let others = if is_iphone { &[][..] } else { &FORMATS[i + 1..] };
        let others = others.iter().map(|format| format(&tree, &given));
        let opening = joined(first, refused.into_iter().map(Err).chain(others));
        let Opening { kind, encrypted, device, made_at, apps, set, readers, mut findings } = opening;
        findings.extend(beside);
        let description = None;
        return Ok(Opened {
            kind,
            encrypted,
            device,
            made_at,
            apps,
            set,
            readers,
            findings,
            description,
            tree,
        });
    }
    Err(fail(refused.into_iter().next().unwrap_or(SourceError::Unknown)))
}

/// A folder without what a backup of an iPhone has in it.
struct Beside(Arc<dyn Tree>);

impl Beside {
    fn is_of_backup(path: &str) -> bool {
        path.split('/').any(|part| {
            let is_hash = matches!(part.len(), 2 | 40) && part.bytes().all(|b| b.is_ascii_hexdigit());
            is_hash || part.starts_with("Manifest.") || matches!(part, "Info.plist" | "Status.plist")
        })
    }
}

impl Tree for Beside {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        if Self::is_of_backup(name) { Ok(None) } else { self.0.get(name) }
    }

    fn head(&self, name: &str, buf: &mut [u8]) -> Result<Option<usize>, SourceError> {
        if Self::is_of_backup(name) { Ok(None) } else { self.0.head(name, buf) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        if Self::is_of_backup(folder) {
            return Ok(Vec::new());
        }
        let mut names = self.0.list(folder)?;
        names.retain(|name| !Self::is_of_backup(name));
        Ok(names)
    }
}

/// What lies beside a backup of an iPhone. It is not read with it: messages of both could not be told apart.
fn not_read_beside(tree: &Arc<dyn Tree>, given: &Given) -> Vec<Finding> {
    let beside: Arc<dyn Tree> = Arc::new(Beside(tree.clone()));
    let said = FORMATS.iter().filter_map(|format| match format(&beside, given) {
        Ok(None) => None,
        Ok(Some(found)) => Some(format!(
            "also_refused: {} beside an iPhone's backup, give it as a source of its own",
            found.kind
        )),
        Err(fault) => Some(format!("also_refused: {fault}")),
    });
    said.map(|code| Finding { code, at: None }).collect()
}

/// Signal of every kind that is there. Each has a secret of its own: one that the given secret does not open
/// is said, and does not keep the others from being read.
fn signal(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let mut refused = Vec::new();
    for (i, open) in signal::KINDS.iter().enumerate() {
        match open(tree, given) {
            Ok(None) => {}
            Ok(Some(first)) => {
                let others = signal::KINDS[i + 1..].iter().map(|open| open(tree, given));
                return Ok(Some(joined(first, refused.into_iter().map(Err).chain(others))));
            }
            Err(fault) => refused.push(fault),
        }
    }
    refused.into_iter().next().map_or(Ok(None), Err)
}

fn android_backup(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let Some(backup) = AndroidBackup::open(tree.as_ref(), given.passphrase.as_ref())? else {
        return Ok(None);
    };
    let backup = Arc::new(backup);
    let set: Arc<dyn EvidenceSet> = backup.clone();
    let paths: Vec<String> = backup.paths().map(str::to_owned).collect();
    let mut findings = backup.findings();
    let readers = telephony::in_backup(&set, &paths, given)?;
    if readers.is_empty() {
        findings.push(Finding { code: "no_messages_in_backup".to_owned(), at: None });
    }
    Ok(Some(Opening {
        kind: android_backup::KIND,
        encrypted: backup.is_encrypted(),
        device: Device::default(),
        made_at: None,
        apps: backup.packages(),
        set,
        readers,
        findings,
    }))
}

fn ios(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    if !ios_backup::is_backup(tree.as_ref())? {
        return Ok(None);
    }
    let backup = Arc::new(IosBackup::open(tree.clone(), given.passphrase.as_ref())?);
    let set: Arc<dyn EvidenceSet> = backup.clone();
    let absent = whatsapp::ios::absent(backup.as_ref(), &backup.apps(), Copied::Backup);
    let (readers, failed) = ios_readers(&set, &absent)?;
    let mut findings = backup.findings();
    findings.extend(failed);
    findings.extend(absent);
    if has_no_messages_app(set.as_ref()) {
        findings.push(Finding { code: "messages_database_absent".to_owned(), at: None });
    }
    Ok(Some(Opening {
        kind: "ios-backup",
        encrypted: backup.is_encrypted(),
        device: backup.device(),
        made_at: backup.date(),
        apps: backup.apps(),
        set,
        readers,
        findings,
    }))
}

/// Whether a backup has no database of Messages, which every iPhone has. One that is listed or cannot be opened
/// is said by its reader.
fn has_no_messages_app(set: &dyn EvidenceSet) -> bool {
    let (domain, path) = ("HomeDomain", "Library/SMS/sms.db");
    matches!(set.get(domain, path), Ok(None)) && matches!(set.lists(domain, path), Ok(false))
}

/// The files of an iPhone as they lie on it.
fn ios_files(tree: &Arc<dyn Tree>, _: &Given) -> Result<Option<Opening>, SourceError> {
    let Some(files) = IosFiles::find(tree.clone())? else { return Ok(None) };
    let apps = files.apps();
    let set: Arc<dyn EvidenceSet> = Arc::new(files);
    let absent = whatsapp::ios::absent(set.as_ref(), &apps, Copied::Files);
    let (readers, mut findings) = ios_readers(&set, &absent)?;
    findings.extend(absent);
    let (device, made_at) = (Device::default(), None);
    Ok(Some(Opening { kind: "ios-files", encrypted: false, device, made_at, apps, set, readers, findings }))
}

type Readers = Vec<Box<dyn MessageSource>>;

/// Every reader that finds its part among the files of an iPhone, and a finding for each that failed. When there
/// is none, what is known to be `absent` says why.
fn ios_readers(
    set: &Arc<dyn EvidenceSet>,
    absent: &[Finding],
) -> Result<(Readers, Vec<Finding>), SourceError> {
    let (mut readers, mut failed) = (Vec::new(), Vec::new());
    for (name, open) in IOS_READERS {
        match open(set.clone()) {
            Ok(Some(source)) => readers.push(source),
            Ok(None) => {}
            // one damaged part must not hide the others
            Err(fault) => failed.push((name, fault)),
        }
    }
    if readers.is_empty() {
        let what = match absent.is_empty() {
            true => "every database of messages in the backup",
            false => {
                "every database of messages in the backup (WhatsApp is on the phone, and leaves its messages out \
                 of backups while its own encrypted backup is switched on)"
            }
        };
        let nothing = SourceError::Missing { what };
        return Err(failed.into_iter().next().map_or(nothing, |(_, fault)| fault));
    }
    let failed = failed.iter().map(|(name, fault)| format!("reader_failed:{name}: {fault}"));
    Ok((readers, failed.map(|code| Finding { code, at: None }).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_secret_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = [&b"SSEF\0\xff\0\x01"[..], &[1; 200]].concat();
        std::fs::write(dir.path().join("a"), sealed).unwrap();
        let alone = open(dir.path(), &SourceOptions::default());
        assert!(alone.is_err(), "nothing else is there");
        let chat = "22.11.2021 14.32 - Bo: a\n";
        std::fs::write(dir.path().join("WhatsApp-chat med Bo.txt"), chat).unwrap();
        let opened = open(dir.path(), &SourceOptions::default()).unwrap();
        assert_eq!(opened.kind, "whatsapp-export");
        assert!(opened.findings.iter().any(|f| f.code.starts_with("also_refused: ")));
    }

    #[test]
    fn names_of_a_backup_of_an_iphone() {
        let hash = "3d0d7e5fb2ce288813306e4d4636395e047a3d28";
        for of in ["3d", hash, "b/Manifest.db-wal", "Info.plist", &format!("b/3d/{hash}")] {
            assert!(Beside::is_of_backup(of), "{of}");
        }
        for beside in ["", "a.xml", "b", "b/msgstore.db", "Info.txt"] {
            assert!(!Beside::is_of_backup(beside), "{beside}");
        }
    }
}
