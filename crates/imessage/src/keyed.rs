//! Reading into a keyed archive by name: dictionaries of both shapes, strings, and addresses, each one
//! step deep. Never recurses, so an archive that refers to itself costs nothing.

use evidence::property_list::KeyedArchive;
use model::Fault;
use plist::Value;

/// Most bytes of one archive.
const MOST_BYTES: usize = 16 << 20;
/// Most entries of a dictionary or array that are looked at.
const MOST_ENTRIES: usize = 10_000;

/// A keyed archive.
pub(crate) struct Keyed(KeyedArchive);

impl Keyed {
    /// Parses an archive.
    ///
    /// # Errors
    /// [`Fault`] when it is none, or too large.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MOST_BYTES {
            return Err(Fault::TooMuch { what: "bytes of a keyed archive", bound: MOST_BYTES as u64 });
        }
        KeyedArchive::parse(bytes).map(Self)
    }

    /// The root object.
    pub(crate) fn root(&self) -> Option<&Value> {
        self.0.root()
    }

    /// The value of a key: of an object that keeps its keys itself, or of an archived dictionary.
    pub(crate) fn get<'a>(&'a self, of: &'a Value, key: &str) -> Option<&'a Value> {
        let object = self.0.resolve(of)?.as_dictionary()?;
        if let Some(value) = object.get(key) {
            return self.0.resolve(value);
        }
        let list = |name: &str| self.0.resolve(object.get(name)?)?.as_array();
        let (keys, values) = (list("NS.keys")?, list("NS.objects")?);
        let is = |k: &Value| self.0.resolve(k).and_then(Value::as_string) == Some(key);
        let at = keys.iter().take(MOST_ENTRIES).position(is)?;
        self.0.resolve(values.get(at)?)
    }

    /// The members of an archived array.
    pub(crate) fn list<'a>(&'a self, of: &'a Value) -> Vec<&'a Value> {
        let of = self.0.resolve(of);
        let array = match of {
            Some(Value::Array(array)) => Some(array),
            Some(Value::Dictionary(d)) => d.get("NS.objects").and_then(|v| self.0.resolve(v)?.as_array()),
            _ => None,
        };
        array.into_iter().flatten().take(MOST_ENTRIES).filter_map(|v| self.0.resolve(v)).collect()
    }

    /// The text of a string, of an archived string, or of an address (`NSURL`).
    pub(crate) fn text<'a>(&'a self, value: &'a Value) -> Option<&'a str> {
        let text = match self.0.resolve(value)? {
            Value::String(text) => text.as_str(),
            Value::Dictionary(d) => {
                let inner = d.get("NS.relative").or_else(|| d.get("NS.string"))?;
                self.0.resolve(inner)?.as_string()?
            }
            _ => return None,
        };
        Some(text).filter(|t| !t.trim().is_empty() && *t != "$null")
    }

    /// The text of a key.
    pub(crate) fn text_of<'a>(&'a self, of: &'a Value, key: &str) -> Option<&'a str> {
        self.text(self.get(of, key)?)
    }

    /// The bytes of a key.
    pub(crate) fn data_of<'a>(&'a self, of: &'a Value, key: &str) -> Option<&'a [u8]> {
        self.0.data(self.get(of, key)?)
    }
}
