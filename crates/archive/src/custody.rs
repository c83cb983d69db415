//! Who holds the epoch's private half: the first operator until it is split, after that nobody but enough
//! key custodians together. Grants need it; reading with a grant does not.

use access::KeyStore;
use chain::Signer;
use vault::{KeyPair, Plain, PublicKey, Secret};

use crate::error::{ArchiveError, sealed};
use crate::operators::Operator;
use crate::store::Archive;

/// What the job needs, sealed while the key store is locked.
const LOCKED: &str = "locked/ingest";
/// The secrets of the job, in the order in which they are sealed together.
const SECRETS: [&str; 3] = ["ingest/signing", "ingest/register", "ingest/dedup"];

impl Archive {
    /// The pair of the epoch in force when this is its private half, `None` for any other secret.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] without an epoch.
    pub fn epoch_pair(&self, secret: &Secret) -> Option<KeyPair> {
        let epoch = self.authority().epoch()?;
        KeyPair::from_seed(secret).ok().filter(|pair| pair.public().as_bytes() == epoch.sealing)
    }

    /// How many of the buckets' wraps to an epoch in a key store the epoch's pair opens, and how many there
    /// are.
    ///
    /// # Errors
    /// [`ArchiveError::KeyStore`].
    pub fn opens(&self, keys: &KeyStore, number: u32, pair: &KeyPair) -> Result<(u64, u64), ArchiveError> {
        let (mut opened, mut there) = (0, 0);
        for bucket in self.buckets() {
            let Some(wrap) = keys.read(&KeyStore::bucket_epoch(&bucket.id, number))? else { continue };
            there += 1;
            let context = [&self.id[..], &bucket.id].concat();
            let seed = vault::unwrap(pair, "bucket", &context, &wrap);
            let pair = seed.ok().and_then(|seed| KeyPair::from_seed(&seed).ok());
            opened += u64::from(pair.is_some_and(|pair| *pair.public() == bucket.public));
        }
        Ok((opened, there))
    }

    /// Locks a key store: what the job needs is sealed to everybody who administers, and the open files go.
    /// Needs no passphrase. Nothing can be written, and no register read, until an administrator unlocks.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when nobody could unlock it again.
    pub fn lock_keys(&self, keys: &KeyStore, now: u64) -> Result<u64, ArchiveError> {
        let random = sealed("randomness");
        let mut all = Plain::new(Vec::new());
        for name in SECRETS {
            all.extend_from_slice(keys.secret(name)?.as_ref());
        }
        let key = vault::random_secret().map_err(&random)?;
        let mut holders = 0;
        for operator in self.authority().operators() {
            if !self.authority().allows(&operator.id, access::Rights::ADMIN, now) {
                continue;
            }
            let to = PublicKey::from_bytes(&operator.sealing).map_err(sealed("operator's key"))?;
            let wrap = vault::wrap(&to, "lock", &self.id, &key).map_err(sealed("wrap"))?;
            keys.write(&format!("locked/{}", chain::hex(&operator.id)), &wrap)?;
            holders += 1;
        }
        if holders == 0 {
            return Err(ArchiveError::NoRight("admin"));
        }
        let body = vault::seal_under(&key, &lock_context(&self.id), &all).map_err(sealed("wrap"))?;
        keys.write(LOCKED, &body)?;
        for name in SECRETS {
            keys.remove(name)?;
        }
        Ok(holders)
    }
}

fn lock_context(archive: &[u8; 16]) -> Vec<u8> {
    [&b"lock"[..], archive].concat()
}

impl Operator {
    /// Unlocks a key store that [`Archive::lock_keys`] locked.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when it was not locked to this operator, [`ArchiveError::Refused`] when it is not locked.
    pub fn unlock_keys(&self, archive: &Archive) -> Result<(), ArchiveError> {
        let keys = self.keys();
        let mine = format!("locked/{}", chain::hex(&self.id()));
        let Some(body) = keys.read(LOCKED)? else {
            return Err(ArchiveError::Refused("the key store is not locked".to_owned()));
        };
        let wrap = keys.read(&mine)?.ok_or(ArchiveError::NoRight("admin"))?;
        let key = vault::unwrap(self.sealing(), "lock", &archive.id, &wrap).map_err(sealed("lock"))?;
        let all = vault::open_under(&key, &lock_context(&archive.id), &body).map_err(sealed("lock"))?;
        let (parts, rest) = all.as_chunks::<32>();
        let ours = parts.len() == SECRETS.len()
            && rest.is_empty()
            && Signer::from_seed(&parts[0]).public() == archive.job;
        if !ours {
            return Err(access::KeyStoreFault::Damaged(LOCKED.to_owned()).into());
        }
        for (name, secret) in SECRETS.iter().zip(parts) {
            keys.write(name, secret)?;
        }
        for name in keys.files()?.iter().filter(|name| name.starts_with("locked/")) {
            keys.remove(name)?;
        }
        Ok(())
    }
}
