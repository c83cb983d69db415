//! The header of a backup. crypt12: 67 plain bytes. crypt14 and crypt15: the length of a protobuf message
//! as a varint, then the message (`BackupPrefix`); a length of 128 or more has two bytes, which some
//! take for a length and a flag.

use model::ReadAt;

use crate::proto::{self, Value};

/// Longest header that is looked for.
const MOST: usize = 1 << 16;
/// Bytes of a crypt12 header.
const PLAIN: usize = 67;

/// Which generation a backup is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Crypt12,
    Crypt14,
    Crypt15,
}

/// What names the key of a crypt12 or crypt14 backup, in the backup and in the key file alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyName {
    pub(crate) version: u8,
    pub(crate) salt: [u8; 32],
    pub(crate) google_id: [u8; 16],
}

/// A header, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    /// Bytes of it: the ciphertext begins here.
    pub(crate) len: u64,
    pub(crate) iv: [u8; 16],
    /// Absent in crypt15, whose header does not name its key.
    pub(crate) key: Option<KeyName>,
    /// Version of the app that wrote it.
    pub(crate) app_version: Option<String>,
    /// Whether it has the list of features that only a message database has.
    features: bool,
}

impl Header {
    /// The header of `stored`; `None` when it is no such backup.
    pub(crate) fn read(stored: &dyn ReadAt) -> std::io::Result<Option<Self>> {
        let mut head = vec![0; usize::try_from(stored.len().min(MOST as u64)).unwrap_or(MOST)];
        let mut n = 0;
        while n < head.len() {
            match stored.read_at(n as u64, &mut head[n..])? {
                0 => break,
                k => n += k,
            }
        }
        head.truncate(n);
        if let Some(found) = prefixed(&head) {
            return Ok(Some(found));
        }
        let mut tail = [0; 4];
        if stored.len() >= 4 {
            stored.read_exact_at(stored.len() - 4, &mut tail)?;
        }
        Ok(plain(&head, &tail))
    }

    /// Whether it can be part of a backup in several files, which have no checksum.
    pub(crate) fn may_lack_checksum(&self) -> bool {
        self.kind != Kind::Crypt12 && !self.features
    }

    /// Bytes behind the tag in a file that is whole.
    pub(crate) fn trailer(&self) -> u64 {
        // crypt12: the checksum, `--` and the last two digits of the number
        if self.kind == Kind::Crypt12 { 20 } else { 16 }
    }
}

/// A crypt12 header: it has no mark of its own, so the end of the file must fit as well.
fn plain(head: &[u8], tail: &[u8; 4]) -> Option<Header> {
    let fits = |tail: &[u8]| tail.starts_with(b"--") && tail[2..].iter().all(u8::is_ascii_digit);
    let head = head.get(..PLAIN)?;
    let (version, rest) = (head[2], &head[3..]);
    if head[..2] != [0, 1] || !(1..=3).contains(&version) || !fits(tail) {
        return None;
    }
    Some(Header {
        kind: Kind::Crypt12,
        len: PLAIN as u64,
        iv: rest[48..].try_into().ok()?,
        key: Some(KeyName {
            version,
            salt: rest[..32].try_into().ok()?,
            google_id: rest[32..48].try_into().ok()?,
        }),
        app_version: None,
        features: true,
    })
}

/// A crypt12 header of a file that is called so and whose end is cut.
pub(crate) fn plain_by_name(head: &[u8]) -> Option<Header> {
    plain(head, b"--00")
}

fn prefixed(head: &[u8]) -> Option<Header> {
    let (len, rest) = proto::varint(head).ok()?;
    let message = rest.get(..usize::try_from(len).ok()?)?;
    let start = head.len() - rest.len();
    let mut found = None;
    let (mut app_version, mut features) = (None, false);
    for field in proto::fields(message) {
        match field.ok()? {
            (1, Value::Int(0..=1)) => {}
            (2, Value::Bytes(cipher)) if found.is_none() => found = Some((Kind::Crypt14, cipher)),
            (3, Value::Bytes(cipher)) if found.is_none() => found = Some((Kind::Crypt15, cipher)),
            (4, Value::Bytes(info)) => {
                for field in proto::fields(info) {
                    match field.ok()? {
                        (1, version) => app_version = version.text().and_then(shown),
                        (5.., _) => features = true,
                        _ => {}
                    }
                }
            }
            // fields of later versions
            (5.., _) => {}
            _ => return None,
        }
    }
    let (kind, cipher) = found?;
    let (iv, key) = match kind {
        Kind::Crypt15 => (proto::first(cipher, 1)?.bytes()?, None),
        _ => {
            let name = KeyName {
                version: *proto::first(cipher, 2)?.bytes()?.last()?,
                salt: proto::first(cipher, 3)?.bytes()?.try_into().ok()?,
                google_id: proto::first(cipher, 4)?.bytes()?.try_into().ok()?,
            };
            (proto::first(cipher, 5)?.bytes()?, Some(name))
        }
    };
    Some(Header {
        kind,
        len: (start + message.len()) as u64,
        iv: iv.try_into().ok()?,
        key,
        app_version,
        features,
    })
}

/// A version number, and nothing that is none: it is shown.
fn shown(version: &str) -> Option<String> {
    let is = version.len() <= 24 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is.then(|| version.to_owned())
}

/// Any bytes as a header.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    drop(Header::read(&data.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c15(info: &[u8]) -> Vec<u8> {
        let mut message = vec![0x08, 1, 0x1a, 18, 0x0a, 16];
        message.extend([7; 16]);
        message.extend([0x22, u8::try_from(info.len()).unwrap()]);
        message.extend(info);
        let mut out = vec![u8::try_from(message.len()).unwrap()];
        out.extend(message);
        out
    }

    #[test]
    fn a_crypt15_header() {
        let mut bytes = c15(b"\x0a\x042.22");
        let len = bytes.len() as u64;
        bytes.extend([9; 40]);
        let header = Header::read(&bytes).unwrap().unwrap();
        assert_eq!((header.kind, header.len, header.iv), (Kind::Crypt15, len, [7; 16]));
        assert_eq!(header.app_version.as_deref(), Some("2.22"));
        assert!(header.may_lack_checksum());
        // a field of the list of features
        assert!(!Header::read(&c15(&[0x28, 1])).unwrap().unwrap().may_lack_checksum());
    }

    #[test]
    fn other_files_are_none() {
        for bytes in
            [&b""[..], b"SQLite format 3\0", b"PK\x03\x04", b"<?xml version", &[0; 200], &[0xff; 200]]
        {
            assert_eq!(Header::read(&bytes.to_vec()).unwrap(), None);
        }
        let whole = c15(b"");
        for cut in 0..whole.len() {
            assert_eq!(Header::read(&whole[..cut].to_vec()).unwrap(), None, "{cut}");
        }
    }

    #[test]
    fn a_crypt12_header_needs_its_end() {
        let mut bytes = vec![0, 1, 2];
        bytes.extend([1; 32]);
        bytes.extend([2; 16]);
        bytes.extend([3; 16]);
        bytes.extend([4; 60]);
        assert_eq!(Header::read(&bytes).unwrap(), None);
        bytes.extend(b"--67");
        let header = Header::read(&bytes).unwrap().unwrap();
        assert_eq!((header.kind, header.len, header.iv), (Kind::Crypt12, 67, [3; 16]));
    }
}
