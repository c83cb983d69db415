//! What must not be found in a copy that leaves the house: the bytes and the numbers of keys, the names and
//! numbers of the register, and whatever else the operator names. Says what kind was found, never which
//! person.

use std::collections::HashSet;
use std::io::Read;

use access::KeyStore;
use aho_corasick::AhoCorasick;
use archive::Archive;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::EntryType;
use minicbor::data::Type;

use crate::error::JobError;
use crate::places::Places;

/// Shorter ones turn up in ciphertext by chance: eight given bytes once in sixteen million terabytes.
const SHORTEST: usize = 8;
/// Of a long key file so much is looked for, from its beginning, its middle and its end.
const SAMPLE: usize = 32;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The content of a file of the key store.
    Key(String),
    /// The number of a key, as its file is named.
    KeyNumber,
    /// A name, number or reference of the register.
    Register,
    /// Something that the operator named.
    Canary,
}

impl Kind {
    /// For the report.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Key(file) => format!("the content of {file} of the key store"),
            Self::KeyNumber => "the number of a key".to_owned(),
            Self::Register => "a name or number of the register".to_owned(),
            Self::Canary => "what --canary names".to_owned(),
        }
    }
}

/// Everything that is looked for.
pub(super) struct Needles {
    search: AhoCorasick,
    kinds: Vec<Kind>,
    /// Too short to be looked for.
    pub(super) too_short: u64,
}

#[derive(Default)]
struct Gathered {
    seen: HashSet<Vec<u8>>,
    patterns: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    too_short: u64,
}

impl Gathered {
    fn bytes(&mut self, bytes: &[u8], kind: &Kind) {
        if bytes.len() < SHORTEST {
            self.too_short += 1;
        } else if !wiped(bytes) && self.seen.insert(bytes.to_vec()) {
            self.patterns.push(bytes.to_vec());
            self.kinds.push(kind.clone());
        }
    }

    /// A text in the encodings that programs write.
    fn text(&mut self, text: &str, kind: &Kind) {
        let text = text.trim();
        self.bytes(text.as_bytes(), kind);
        if text.len() >= SHORTEST {
            let units: Vec<u16> = text.encode_utf16().collect();
            self.bytes(&units.iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<_>>(), kind);
            self.bytes(&units.iter().flat_map(|u| u.to_be_bytes()).collect::<Vec<_>>(), kind);
        }
    }

    /// A file of the key store: as it is, and short ones as they are written down.
    fn key(&mut self, bytes: &[u8], kind: &Kind) {
        if bytes.len() > 2 * SAMPLE {
            // of what was shredded in it nothing is left to be found
            let left: Vec<&[u8]> = bytes.chunks(SAMPLE).filter(|piece| !wiped(piece)).collect();
            let ends = [left.first(), left.get(left.len() / 2), left.last()];
            ends.into_iter().flatten().for_each(|piece| self.bytes(piece, kind));
            self.bytes(&bytes[bytes.len() - SAMPLE..], kind);
            return;
        }
        self.bytes(bytes, kind);
        let hex = model::wire::hex(bytes);
        self.bytes(hex.as_bytes(), kind);
        self.bytes(hex.to_uppercase().as_bytes(), kind);
        self.bytes(STANDARD.encode(bytes).trim_end_matches('=').as_bytes(), kind);
    }
}

/// The same byte over and over: where a key was, or where none is, in every file.
fn wiped(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| Some(byte) == bytes.first())
}

/// Every text in a register entry, whatever it stands for.
fn each_text(bytes: &[u8], each: &mut dyn FnMut(&str)) {
    let mut d = minicbor::Decoder::new(bytes);
    while let Ok(kind) = d.datatype() {
        let taken = match kind {
            Type::Array => d.array().map(|_| ()),
            Type::Map => d.map().map(|_| ()),
            Type::String => d.str().map(&mut *each),
            _ => d.skip(),
        };
        if taken.is_err() {
            return;
        }
    }
}

impl Needles {
    /// Gathers them from the key store and from the register that it opens.
    pub(super) fn gather(places: &Places, archive: &Archive, canaries: &[String]) -> Result<Self, JobError> {
        let fail = |e: access::KeyStoreFault| places.fail(e.into());
        let keys = KeyStore::open(&places.keys, &places.archive).map_err(fail)?;
        let mut all = Gathered::default();
        for name in keys.files().map_err(fail)? {
            for part in name.split('/').filter(|p| name.starts_with("buckets/") && p.len() == 32) {
                all.text(part, &Kind::KeyNumber);
            }
            // of requests the log will show what is asked for and who approved it
            let shown = name.starts_with("requests/") && !name.ends_with("/plan");
            if name != "VERSION" && !shown {
                let path = keys.root().join(&name);
                let bytes = std::fs::read(&path)
                    .map_err(|e| JobError::io(&path, "reading what must not travel", &e))?;
                all.key(&vault::Plain::new(bytes), &Kind::Key(name));
            }
        }
        let named = [EntryType::Genesis, EntryType::Operator];
        for entry in archive.register(&keys, &named).map_err(|e| places.fail(e))? {
            all.text(&String::from_utf8_lossy(&entry.plain), &Kind::Register);
        }
        for entry in archive.register(&keys, &crate::register::KINDS).map_err(|e| places.fail(e))? {
            each_text(&entry.plain, &mut |text| all.text(text, &Kind::Register));
        }
        for canary in canaries {
            all.text(canary, &Kind::Canary);
        }
        let Gathered { seen: _, patterns, kinds, too_short } = all;
        let search = AhoCorasick::new(&patterns)
            .map_err(|_| JobError::Internal { what: "too much to look for".to_owned() })?;
        Ok(Self { search, kinds, too_short })
    }

    /// How many byte strings are looked for.
    pub(super) fn count(&self) -> u64 {
        self.kinds.len() as u64
    }

    /// The first that is found in some bytes.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<&Kind> {
        self.search.find(bytes).map(|found| &self.kinds[found.pattern().as_usize()])
    }

    /// The first that is found in a stream.
    pub(super) fn find_in(&self, stream: impl Read) -> std::io::Result<Option<&Kind>> {
        let found = self.search.stream_find_iter(stream).next().transpose()?;
        Ok(found.map(|found| &self.kinds[found.pattern().as_usize()]))
    }
}
