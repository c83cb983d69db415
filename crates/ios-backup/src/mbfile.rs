//! `Files.file` of Manifest.db: a keyed archive of an `MBFile`. Every key but `EncryptionKey` is
//! optional; `Size` is not a length to rely on.

use evidence::property_list::KeyedArchive;
use model::Fault;

/// Most bytes of one blob.
const MOST_BYTES: usize = 1 << 20;

/// What is needed of an `MBFile`.
#[derive(Default)]
pub(crate) struct MbFile {
    /// Class and wrapped key; `None` for an empty or unencrypted file.
    pub(crate) wrapped_key: Option<Vec<u8>>,
}

/// Parses a blob.
pub(crate) fn parse(bytes: &[u8]) -> Result<MbFile, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::TooMuch { what: "bytes of a file record", bound: MOST_BYTES as u64 });
    }
    let archive = KeyedArchive::parse(bytes)?;
    let root = archive.root().and_then(|r| r.as_dictionary());
    let root = root.ok_or(Fault::Unexpected { expected: "an MBFile" })?;
    let wrapped_key = match root.get("EncryptionKey") {
        None => None,
        Some(value) => {
            Some(archive.data(value).ok_or(Fault::Unexpected { expected: "data in EncryptionKey" })?.to_vec())
        }
    };
    Ok(MbFile { wrapped_key })
}

/// Any bytes as a file record.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    drop(parse(data));
}
