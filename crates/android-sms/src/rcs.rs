//! RCS messages that an app mirrors into the MMS tables: the transaction id is `proto:` and base64 of a
//! small message (field 1: the app; field 2: the ids), whose last string is the RCS message id.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The app that mirrors (Google Messages), as the field begins.
const APP: &str = "com.google.android.apps.messaging";

/// Most bytes of a transaction id.
const MOST: usize = 4096;

/// The RCS message id in a transaction id. `None`: an ordinary MMS. `Some(None)`: mirrored, by an app or in
/// a form that is not known.
pub fn mirrored_id(transaction: &str) -> Option<Option<String>> {
    let encoded = transaction.strip_prefix("proto:")?;
    if encoded.len() > MOST {
        return Some(None);
    }
    let bytes = STANDARD.decode(encoded).or_else(|_| URL_SAFE.decode(encoded)).unwrap_or_default();
    let mut strings = Vec::new();
    collect(&bytes, 4, &mut strings);
    let id = strings.iter().rfind(|s| !s.starts_with(APP)).cloned();
    Some(id.filter(|_| strings.iter().any(|s| s.starts_with(APP))))
}

/// Every text in the message, those of nested messages in their place.
fn collect(mut bytes: &[u8], depth: u32, strings: &mut Vec<String>) -> bool {
    let mut whole = true;
    while !bytes.is_empty() {
        let Some(key) = varint(&mut bytes) else { return false };
        match key & 7 {
            0 => whole &= varint(&mut bytes).is_some(),
            1 => whole &= skip(&mut bytes, 8),
            5 => whole &= skip(&mut bytes, 4),
            2 => {
                let length = varint(&mut bytes).and_then(|n| usize::try_from(n).ok());
                let Some((field, rest)) = length.and_then(|n| bytes.split_at_checked(n)) else {
                    return false;
                };
                bytes = rest;
                let before = strings.len();
                let nested = depth > 0 && !field.is_empty() && collect(field, depth - 1, strings);
                if !nested || strings.len() == before {
                    strings.truncate(before);
                    if let Ok(text) = std::str::from_utf8(field)
                        && !text.is_empty()
                        && text.chars().all(|c| c.is_ascii_graphic())
                    {
                        strings.push(text.to_owned());
                    }
                }
            }
            _ => return false,
        }
        if !whole || key >> 3 == 0 {
            return false;
        }
    }
    whole
}

fn skip(bytes: &mut &[u8], n: usize) -> bool {
    let rest = bytes.get(n..);
    *bytes = rest.unwrap_or_default();
    rest.is_some()
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let real = "proto:CkIKImNvbS5nb29nbGUuYW5kcm9pZC5hcHBzLm1lc3NhZ2luZy4SHBIaKhhNeG5UNVZDMDg9VC1LNnFhR1ZtSWI3ZWc=";
        assert_eq!(mirrored_id(real), Some(Some("MxnT5VC08=T-K6qaGVmIb7eg".to_owned())));
        assert_eq!(mirrored_id("T19ab"), None);
        assert_eq!(mirrored_id("proto:"), Some(None));
        assert_eq!(mirrored_id("proto:####"), Some(None));
        assert_eq!(mirrored_id("proto:CkIK"), Some(None));
    }
}
