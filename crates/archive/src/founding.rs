//! A new archive: its database and key store, the first operator with every right, the first
//! epoch, the policy it is kept by. All of it or nothing: while it is being made, both folders hold a mark with the same
//! random number, and whoever makes it again begins anew where both have it, or only takes the last mark away.

use std::fs::{self, File};
use std::path::Path;

use access::{EpochBody, GenesisBody, GrantBody, Identity, KeyStore, Lock, OperatorBody, Rights};
use chain::{EntryType, Signer};
use rusqlite::{Connection, OpenFlags};
use vault::{Cost, KeyPair};

use crate::error::{ArchiveError, io, sealed};
use crate::store::{APPLICATION, Archive, SCHEMA, configure, database, format};
use crate::writer::{Entry, Writer};

/// What a new archive begins with.
pub struct Founding<'a> {
    /// Passphrase of the first operator.
    pub passphrase: &'a [u8],
    /// Name of the first operator.
    pub name: &'a str,
    /// Scope of the first operator's grant, as the caller writes scopes.
    pub scope: &'a [u8],
    /// The policy the archive is kept by, as the caller writes policies.
    pub policy: &'a [u8],
    /// What deriving a key from the passphrase costs.
    pub cost: Cost,
    /// Milliseconds since 1970.
    pub now: u64,
}

/// The mark of an archive that is being made.
pub(crate) const MARK: &str = "unfinished";

/// Whether a folder is that of an archive whose making was interrupted.
pub(crate) fn is_unfinished(dir: &Path) -> bool {
    dir.join(MARK).is_file()
}

/// Marks a folder that is empty or not there.
fn mark(dir: &Path, number: &str) -> Result<(), ArchiveError> {
    let write = || {
        fs::create_dir_all(dir)?;
        fs::write(dir.join(MARK), number)?;
        File::open(dir.join(MARK))?.sync_all()?;
        sync_folder(dir)
    };
    write().map_err(io("marking the folder"))
}

fn unmark(dir: &Path) -> Result<(), ArchiveError> {
    fs::remove_file(dir.join(MARK)).and_then(|()| sync_folder(dir)).map_err(io("taking the mark away"))
}

fn sync_folder(dir: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    Ok(())
}

/// Removes what an interrupted attempt left in a folder, its mark last.
fn clear(dir: &Path) -> Result<(), ArchiveError> {
    let remove = || {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_name() != MARK {
                let path = entry.path();
                if entry.file_type()?.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
            }
        }
        fs::remove_file(dir.join(MARK))
    };
    remove().map_err(io("clearing what an earlier attempt left"))
}

/// What an interrupted attempt left: it is removed where it was not finished, and finished where only the mark was
/// left. Gives whether the archive is there now.
fn resume(dir: &Path, keys: &Path, passphrase: &[u8]) -> Result<bool, ArchiveError> {
    let number = |folder: &Path| fs::read_to_string(folder.join(MARK)).ok();
    let Some(mine) = number(dir) else { return Ok(false) };
    let names =
        fs::read_dir(keys).map(|entries| entries.flatten().map(|e| e.file_name()).collect::<Vec<_>>());
    let names = names.unwrap_or_default();
    // the machine may have stopped while the mark itself was written
    let only_mark = names.iter().all(|name| name == MARK);
    if number(keys).as_ref() == Some(&mine) || (only_mark && !names.is_empty()) {
        // the key store first: its mark says that nothing in it was ever needed
        clear(keys)?;
    } else if !names.is_empty() {
        // the mark goes from the key store when everything is there; somebody else's is none of ours
        let archive = Archive::open_unfinished(dir)?;
        crate::unlock(&archive, keys, passphrase, None)?;
        unmark(dir)?;
        return Ok(true);
    }
    clear(dir)?;
    Ok(false)
}

/// Makes an archive in `dir` with its key store in `keys`; both must be empty or not there, or left by an attempt that was
/// interrupted.
///
/// # Errors
/// [`ArchiveError::NotEmpty`], [`ArchiveError::KeyStore`] and what the operating system refuses.
pub fn create(dir: &Path, keys: &Path, founding: &Founding<'_>) -> Result<(), ArchiveError> {
    if resume(dir, keys, founding.passphrase)? {
        return Ok(());
    }
    if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(ArchiveError::NotEmpty);
    }
    KeyStore::may_be_made(keys, dir)?;
    let number = chain::hex(&vault::random::<16>().map_err(sealed("randomness"))?);
    mark(dir, &number)?;
    mark(keys, &number)?;
    make(dir, keys, founding)?;
    unmark(keys)?;
    unmark(dir)
}

fn make(dir: &Path, keys: &Path, founding: &Founding<'_>) -> Result<(), ArchiveError> {
    let store = KeyStore::make(keys)?;
    fs::create_dir_all(dir.join("blobs")).map_err(io("making the archive folder"))?;
    let random = sealed("randomness");
    let archive: [u8; 16] = vault::random().map_err(&random)?;
    let job_seed = vault::random_secret().map_err(&random)?;
    let register = vault::random_secret().map_err(&random)?;
    let dedup = vault::random_secret().map_err(&random)?;
    store.write("ingest/signing", job_seed.as_ref())?;
    store.write("ingest/register", register.as_ref())?;
    store.write("ingest/dedup", dedup.as_ref())?;
    let identity = Identity::generate().map_err(&random)?;
    store.write(
        &KeyStore::identity(&identity.id),
        &identity.lock(&archive, Lock::Passphrase(founding.passphrase, founding.cost))?,
    )?;
    let epoch = KeyPair::generate().map_err(&random)?;
    let wrap = vault::wrap(identity.sealing().public(), "epoch", &archive, epoch.seed()).map_err(&random)?;
    store.write("epoch/1", &wrap)?;
    let of_epoch = KeyPair::generate().map_err(&random)?;
    let wrap = vault::wrap(identity.sealing().public(), "operator-epoch", &archive, of_epoch.seed())
        .map_err(&random)?;
    store.write(&KeyStore::operator_epoch(&identity.id, 1), &wrap)?;

    let path = database(dir);
    let connection = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.execute_batch(&format!(
        "PRAGMA page_size=4096; PRAGMA application_id={APPLICATION}; PRAGMA user_version={};",
        format()
    ))?;
    connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
    configure(&connection)?;
    connection.execute_batch(SCHEMA)?;

    let founder = identity.signer();
    let job = Signer::from_seed(&job_seed);
    let operator = OperatorBody {
        id: identity.id,
        signing: founder.public(),
        sealing: identity.sealing().public().as_bytes().to_vec(),
    };
    let genesis = GenesisBody { operator, job: job.public() }.encode();
    let grant = GrantBody {
        operator: identity.id,
        rights: Rights::ALL,
        epoch: 1,
        sealing: of_epoch.public().as_bytes().to_vec(),
        from: None,
        to: None,
    }
    .encode();
    let first_epoch = EpochBody { number: 1, sealing: epoch.public().as_bytes().to_vec() }.encode();
    let archive = Archive {
        dir: dir.to_owned(),
        connection,
        id: archive,
        log: crate::store::Log::new(chain::Suite::Sha256),
        index: crate::index::Index::default(),
        authority: access::Authority::default(),
        buckets: Vec::new(),
        fates: crate::fate::Fates::default(),
        job: job.public(),
        unpacked: chain::Unpacked::default(),
        left: None,
    };
    let mut writer = Writer::over(archive, store, founding.now)?;
    writer.append(
        &[
            Entry { kind: EntryType::Genesis, clear: &genesis, plain: founding.name.as_bytes() },
            Entry { kind: EntryType::Epoch, clear: &first_epoch, plain: &[] },
            Entry { kind: EntryType::Grant, clear: &grant, plain: founding.scope },
            Entry { kind: EntryType::Policy, clear: &[], plain: founding.policy },
        ],
        &[&founder],
    )?;
    Ok(())
}
