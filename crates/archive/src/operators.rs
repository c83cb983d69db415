//! An operator, unlocked: the keys that a grant gave.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Identity, IdentityFault, KeyStore, Lock, Opener, OperatorBody, OperatorId, Rights};
use chain::{EntryType, Signer};
use vault::KeyPair;

use crate::error::{ArchiveError, sealed};
use crate::store::Archive;
use crate::writer::{Entry, Writer};

/// An operator with a passphrase or a key of the operator's own given.
pub struct Operator {
    identity: Identity,
    archive: [u8; 16],
    keys: KeyStore,
    /// Key of the epoch the grant names.
    of_epoch: Option<(u32, KeyPair)>,
    rights: Rights,
    pairs: Mutex<HashMap<[u8; 16], Arc<KeyPair>>>,
    /// The epoch's key, where custodians gave it for this act.
    given: Mutex<Option<(u32, KeyPair)>>,
}

/// Unlocks the operator whose passphrase or key this is: the one with number `only`, or the first that it fits.
///
/// # Errors
/// [`ArchiveError::WrongPassphrase`], [`ArchiveError::Personal`].
pub fn unlock<'a>(
    archive: &Archive,
    keys: &Path,
    by: impl Into<Opener<'a>>,
    only: Option<OperatorId>,
) -> Result<Operator, ArchiveError> {
    let (by, store) = (by.into(), KeyStore::open(keys, &archive.dir)?);
    for id in store.operators()? {
        if only.is_some_and(|only| only != id) {
            continue;
        }
        let Some(bytes) = store.read(&KeyStore::identity(&id))? else { continue };
        let identity = match Identity::unlock(&bytes, id, &archive.id, by) {
            Ok(identity) => identity,
            Err(IdentityFault::WrongPassphrase) => continue,
            Err(other) => return Err(other.into()),
        };
        let grant = archive.authority.grant_of(&id);
        let of_epoch = match grant {
            Some(grant) if grant.rights.has(Rights::QUERY) => {
                let wrapped = store.read(&KeyStore::operator_epoch(&id, grant.epoch))?;
                let unwrapped = wrapped.map(|w| {
                    let seed = vault::unwrap(identity.sealing(), "operator-epoch", &archive.id, &w)?;
                    KeyPair::from_seed(&seed)
                });
                let pair = unwrapped.transpose().map_err(sealed("operator's key of the epoch"))?;
                // public keys count only from signed entries
                pair.filter(|p| p.public().as_bytes() == grant.sealing).map(|p| (grant.epoch, p))
            }
            _ => None,
        };
        let rights = grant.map(|g| g.rights).unwrap_or_default();
        let pairs = Mutex::new(HashMap::new());
        let given = Mutex::new(None);
        return Ok(Operator { identity, archive: archive.id, keys: store, of_epoch, rights, pairs, given });
    }
    Err(ArchiveError::WrongPassphrase)
}

impl Operator {
    /// Number.
    pub fn id(&self) -> OperatorId {
        self.identity.id
    }

    pub(crate) fn archive_id(&self) -> &[u8; 16] {
        &self.archive
    }

    /// Rights in force when unlocked.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Signing key.
    pub fn signer(&self) -> Signer {
        self.identity.signer()
    }

    /// The identity's own key pair: what waits for a reviewer is sealed to it.
    pub(crate) fn sealing(&self) -> &KeyPair {
        self.identity.sealing()
    }

    /// The key store.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// The key pair of a bucket; `None` when the grant does not cover it.
    ///
    /// # Errors
    /// [`ArchiveError`] when a wrap is there and does not open.
    pub fn bucket(&self, bucket: &[u8; 16]) -> Result<Option<Arc<KeyPair>>, ArchiveError> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = pairs.get(bucket) {
            return Ok(Some(pair.clone()));
        }
        let Some((epoch, mine)) = &self.of_epoch else { return Ok(None) };
        let Some(wrapped) = self.keys.read(&KeyStore::bucket_operator(bucket, &self.identity.id, *epoch))?
        else {
            return Ok(None);
        };
        let context = [&self.archive[..], bucket].concat();
        let seed = vault::unwrap(mine, "bucket", &context, &wrapped).map_err(sealed("bucket key"))?;
        let pair = Arc::new(KeyPair::from_seed(&seed).map_err(sealed("bucket key"))?);
        pairs.insert(*bucket, pair.clone());
        Ok(Some(pair))
    }

    /// Takes the epoch's key from custodians; it is not written anywhere.
    pub fn give_epoch(&self, number: u32, pair: KeyPair) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, pair));
    }

    /// The epoch's key pair, for whoever holds it: until custody is set up, the first operator; then whom
    /// custodians [gave](Operator::give_epoch) it to.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn epoch(&self, number: u32) -> Result<Option<KeyPair>, ArchiveError> {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pair)) = given.as_ref().filter(|(given, _)| *given == number) {
            return KeyPair::from_seed(pair.seed()).map(Some).map_err(sealed("epoch key"));
        }
        let Some(wrapped) = self.keys.read(&KeyStore::epoch(number))? else { return Ok(None) };
        match vault::unwrap(self.identity.sealing(), "epoch", &self.archive, &wrapped) {
            Ok(seed) => KeyPair::from_seed(&seed).map(Some).map_err(sealed("epoch key")),
            Err(_) => Ok(None),
        }
    }
}

impl Operator {
    /// Keeps the private half of an epoch as [`Operator::epoch`] reads it: wrapped to this identity.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn keep_epoch(&self, number: u32, pair: &KeyPair) -> Result<(), ArchiveError> {
        let wrap = vault::wrap(self.identity.sealing().public(), "epoch", &self.archive, pair.seed())
            .map_err(sealed("epoch key"))?;
        self.keys.write(&KeyStore::epoch(number), &wrap)?;
        Ok(())
    }
}

impl Writer {
    /// Adds an operator with an identity of its own; no rights yet. Gives its number.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` may not.
    pub fn add_operator(
        &mut self,
        by: &Operator,
        name: &str,
        lock: Lock<'_>,
    ) -> Result<OperatorId, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        let identity = Identity::generate().map_err(sealed("randomness"))?;
        let id = identity.id;
        let body = OperatorBody {
            id,
            signing: identity.signer().public(),
            sealing: identity.sealing().public().as_bytes().to_vec(),
        };
        let locked = identity.lock(&self.archive.id, lock)?;
        self.keys.write(&KeyStore::identity(&id), &locked)?;
        let entry = Entry { kind: EntryType::Operator, clear: &body.encode(), plain: name.as_bytes() };
        self.append(&[entry], &[&by.signer()])?;
        Ok(id)
    }

    /// Whether an operator has a right now.
    pub fn may(&self, operator: &access::OperatorId, rights: Rights) -> bool {
        self.archive.authority.allows(operator, rights, self.now)
    }

    pub(crate) fn must(&self, by: &Operator, rights: Rights, word: &'static str) -> Result<(), ArchiveError> {
        let allowed = self.archive.authority.allows(&by.id(), rights, self.now);
        if allowed { Ok(()) } else { Err(ArchiveError::NoRight(word)) }
    }
}
