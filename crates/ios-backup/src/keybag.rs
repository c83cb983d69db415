//! The backup key bag: tags, lengths and values, and the class keys they hold.
//!
//! `k1 = PBKDF2-HMAC-SHA256(password, DPSL, DPIC)`, `k2 = PBKDF2-HMAC-SHA1(k1, SALT, ITER)`, class key
//! = RFC 3394 unwrap of WPKY under k2. Backups before iOS 10.2 have no DPSL and skip the first stage.
//! Classes 1 to 4 protect files; a class whose WRAP has the device bit is wrapped by the phone's own
//! key too and cannot be opened elsewhere, which is no fault of the password.

use std::collections::BTreeMap;

use aes::cipher::KeyInit;
use aes_kw::KwAes256;
use model::Fault;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Most rounds that are derived: Apple uses 10,000,000; a hostile bag must not cost hours.
const MOST_ROUNDS: u32 = 100_000_000;
/// Most bytes of a bag.
const MOST_BYTES: usize = 1 << 20;

/// A 256-bit key; wiped when dropped, never shown.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// A key bag as found.
pub(crate) struct KeyBag {
    salt: Vec<u8>,
    rounds: u32,
    /// First stage, iOS 10.2 and later.
    first: Option<(Vec<u8>, u32)>,
    classes: Vec<Class>,
}

#[derive(Default)]
struct Class {
    id: u32,
    wrap: u32,
    wrapped: Option<Vec<u8>>,
}

/// Bit of WRAP: wrapped under the password.
const BY_PASSWORD: u32 = 2;

/// Class keys by class.
pub(crate) struct ClassKeys(BTreeMap<u32, Key>);

impl KeyBag {
    /// Parses a bag: repeated 4-byte tag, big-endian length, value.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MOST_BYTES {
            return Err(Fault::TooMuch { what: "bytes of a key bag", bound: MOST_BYTES as u64 });
        }
        let (mut salt, mut rounds, mut dpsl, mut dpic) = (None, None, None, None);
        let mut classes: Vec<Class> = Vec::new();
        let mut seen_uuid = false;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (tag, value, tail) = field(rest)?;
            rest = tail;
            match &tag {
                b"UUID" if seen_uuid => classes.push(Class::default()),
                b"UUID" => seen_uuid = true,
                b"CLAS" => last(&mut classes)?.id = number(value)?,
                b"WPKY" => last(&mut classes)?.wrapped = Some(value.to_vec()),
                // WRAP stands in the header too, where it says nothing of use
                b"WRAP" => {
                    if let Some(class) = classes.last_mut() {
                        class.wrap = number(value)?;
                    }
                }
                b"SALT" => salt = Some(value.to_vec()),
                b"ITER" => rounds = Some(number(value)?),
                b"DPSL" => dpsl = Some(value.to_vec()),
                b"DPIC" => dpic = Some(number(value)?),
                _ => {}
            }
        }
        let wrong = |expected| Fault::Unexpected { expected };
        let first = match (dpsl, dpic) {
            (Some(salt), Some(rounds)) => Some((salt, rounds)),
            (None, _) => None,
            (Some(_), None) => return Err(wrong("DPIC beside DPSL in the key bag")),
        };
        let bag = Self {
            salt: salt.ok_or_else(|| wrong("SALT in the key bag"))?,
            rounds: rounds.ok_or_else(|| wrong("ITER in the key bag"))?,
            first,
            classes,
        };
        for rounds in [Some(bag.rounds), bag.first.as_ref().map(|f| f.1)].into_iter().flatten() {
            if rounds == 0 || rounds > MOST_ROUNDS {
                return Err(Fault::TooMuch {
                    what: "rounds of key derivation",
                    bound: u64::from(MOST_ROUNDS),
                });
            }
        }
        Ok(bag)
    }

    /// Derives the key that wraps the class keys; about a second at the real 10,000,000 rounds.
    pub(crate) fn derive(&self, password: &[u8]) -> Key {
        let mut out = Key::default();
        match &self.first {
            Some((salt, rounds)) => {
                let mut k1 = Key::default();
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *rounds, k1.as_mut());
                pbkdf2::pbkdf2_hmac::<Sha1>(k1.as_ref(), &self.salt, self.rounds, out.as_mut());
            }
            None => pbkdf2::pbkdf2_hmac::<Sha1>(password, &self.salt, self.rounds, out.as_mut()),
        }
        out
    }

    /// The class keys that `key` unwraps; `None` when it unwraps no file class: a wrong password.
    pub(crate) fn unlock(&self, key: &Key) -> Option<ClassKeys> {
        let kw = KwAes256::new((&**key).into());
        let mut keys = BTreeMap::new();
        for class in &self.classes {
            let Some(wrapped) = class.wrapped.as_deref().filter(|_| class.wrap & BY_PASSWORD != 0) else {
                continue;
            };
            if let Some(key) = unwrap(&kw, wrapped) {
                keys.insert(class.id, key);
            }
        }
        (1..=4).any(|class| keys.contains_key(&class)).then_some(ClassKeys(keys))
    }
}

impl ClassKeys {
    /// Unwraps a file's key: class (little-endian) and 40 wrapped bytes.
    pub(crate) fn file_key(&self, wrapped: &[u8]) -> Result<Key, Fault> {
        let (class, wrapped) = wrapped
            .split_first_chunk::<4>()
            .ok_or(Fault::Truncated { need: 44, have: wrapped.len() as u64 })?;
        let class = self
            .0
            .get(&u32::from_le_bytes(*class))
            .ok_or(Fault::Unexpected { expected: "a protection class that the password opens" })?;
        unwrap(&KwAes256::new((&**class).into()), wrapped).ok_or(Fault::Mismatch { what: "wrapped file key" })
    }
}

fn unwrap(kw: &KwAes256, wrapped: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    (wrapped.len() == 40).then_some(())?;
    kw.unwrap_key(wrapped, key.as_mut()).ok()?;
    Some(key)
}

/// Tag, value and the rest.
type Field<'a> = ([u8; 4], &'a [u8], &'a [u8]);

fn field(bytes: &[u8]) -> Result<Field<'_>, Fault> {
    let short = |need: u64| Fault::Truncated { need, have: bytes.len() as u64 };
    let (tag, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| short(8))?;
    let (len, rest) = rest.split_first_chunk::<4>().ok_or_else(|| short(8))?;
    let len = u32::from_be_bytes(*len);
    let len = usize::try_from(len).map_err(|_| short(u64::from(len)))?;
    let (value, rest) = rest.split_at_checked(len).ok_or_else(|| short(8 + len as u64))?;
    Ok((*tag, value, rest))
}

fn number(value: &[u8]) -> Result<u32, Fault> {
    value
        .try_into()
        .map(u32::from_be_bytes)
        .map_err(|_| Fault::Unexpected { expected: "4 bytes in the key bag" })
}

fn last(classes: &mut [Class]) -> Result<&mut Class, Fault> {
    classes.last_mut().ok_or(Fault::Unexpected { expected: "UUID before a class in the key bag" })
}

/// Any bytes as a key bag.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    if let Ok(bag) = KeyBag::parse(data) {
        drop(bag.unlock(&Key::default()));
    }
}
