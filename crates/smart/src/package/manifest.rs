//! The list of hashes: `SHA-256  raw/path`, sorted, as `sha256sum -c` reads it.

use std::collections::BTreeMap;

use model::wire::hex;

/// Most bytes of a manifest.
pub(crate) const MOST_MANIFEST: u64 = 1 << 30;

/// Path below the package to SHA-256, in order.
pub(crate) type Manifest = BTreeMap<String, [u8; 32]>;

pub(crate) fn to_text(manifest: &Manifest) -> String {
    manifest.iter().map(|(path, hash)| format!("{}  {path}\n", hex(hash))).collect()
}

/// Reads a manifest; the number of the first line that is not as it must be.
pub(crate) fn parse(text: &str) -> Result<Manifest, u64> {
    let mut manifest = Manifest::new();
    let mut last = String::new();
    for (i, line) in text.split_terminator('\n').enumerate() {
        let number = i as u64 + 1;
        let (hash, path) = line.split_once("  ").ok_or(number)?;
        let hash = unhex(hash).ok_or(number)?;
        let below = path.strip_prefix("raw/").ok_or(number)?;
        let inside = !below.is_empty() && below.split('/').all(|p| !p.is_empty() && p != "." && p != "..");
        if !inside || path <= last.as_str() {
            return Err(number);
        }
        path.clone_into(&mut last);
        manifest.insert(path.to_owned(), hash);
    }
    if text.is_empty() || text.ends_with('\n') { Ok(manifest) } else { Err(manifest.len() as u64) }
}

/// 32 bytes from lower-case hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}
