//! A new archive: its database and key store, the first operator with every right, the first
//! epoch, the policy it is kept by.

use std::fs;
use std::path::Path;

use access::{EpochBody, GenesisBody, GrantBody, Identity, KeyStore, OperatorBody, Rights};
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

/// Makes an archive in `dir` with its key store in `keys`; both must be empty or not there.
///
/// # Errors
/// [`ArchiveError::NotEmpty`], [`ArchiveError::KeyStore`] and what the operating system refuses.
pub fn create(dir: &Path, keys: &Path, founding: &Founding<'_>) -> Result<(), ArchiveError> {
    if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(ArchiveError::NotEmpty);
    }
    let store = KeyStore::create(keys, dir)?;
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
        &identity.lock(&archive, founding.passphrase, founding.cost)?,
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
        log: crate::store::Log::default(),
        authority: access::Authority::default(),
        buckets: Vec::new(),
        fates: crate::fate::Fates::default(),
        job: job.public(),
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
