//! `ZRECEIPTINFO` (protobuf): receipts and reactions; and the message answered, in `ZMETADATA`. Layout and
//! what is not certain about it stand in `docs/readers/whatsapp-ios.md`.

use crate::proto::{self, Value, fields};

/// Most reactions to one message that are taken.
const MOST: usize = 20_000;

/// One reaction.
#[derive(Debug, PartialEq)]
pub(crate) struct Reacted<'a> {
    /// Absent in one of the two shapes.
    pub(crate) jid: Option<&'a str>,
    /// Absent when the reaction was taken back.
    pub(crate) emoji: Option<&'a str>,
    /// Milliseconds since 1970.
    pub(crate) at: Option<i64>,
}

/// What the blob says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Info<'a> {
    pub(crate) reactions: Vec<Reacted<'a>>,
    /// Seconds since 1970, of the first recipient.
    pub(crate) delivered: Option<i64>,
    pub(crate) read: Option<i64>,
    /// Recipients with a receipt.
    pub(crate) recipients: u32,
    /// Whether there are counts of reactions in a channel.
    pub(crate) tallies: bool,
    /// Whether it could be read to its end.
    pub(crate) whole: bool,
}

fn signed(value: Value<'_>) -> Option<i64> {
    i64::try_from(value.int()?).ok()
}

/// Reads the blob as far as it can be read.
pub(crate) fn read(blob: &[u8]) -> Info<'_> {
    let mut info = Info { whole: true, ..Info::default() };
    let (mut base, mut delays) = (None, Vec::new());
    for field in fields(blob) {
        match field {
            Ok((2, Value::Bytes(recipient))) if delays.len() < MOST => {
                let number = |n| proto::first(recipient, n).and_then(signed);
                delays.push((number(4), number(5)));
            }
            Ok((3, value)) => base = signed(value),
            Ok((7, Value::Bytes(reactions))) => {
                for entry in fields(reactions) {
                    match entry {
                        Ok((shape @ (1 | 2), Value::Bytes(entry))) if info.reactions.len() < MOST => {
                            info.reactions.push(reacted(entry, shape));
                        }
                        Ok((3, _)) => info.tallies = true,
                        Ok(_) => {}
                        Err(_) => info.whole = false,
                    }
                }
            }
            Ok(_) => {}
            Err(_) => info.whole = false,
        }
    }
    // times are seconds behind the receipt's own time
    if let Some(base) = base {
        let first = |delays: &mut dyn Iterator<Item = Option<i64>>| {
            delays.flatten().filter_map(|d| base.checked_add(d)).min()
        };
        info.delivered = first(&mut delays.iter().map(|d| d.0));
        info.read = first(&mut delays.iter().map(|d| d.1));
        let with = delays.iter().filter(|d| d.0.is_some() || d.1.is_some()).count();
        info.recipients = u32::try_from(with).unwrap_or(u32::MAX);
    }
    info
}

/// Shape 1: key, address, emoji, time. Shape 2: key, emoji, time.
fn reacted(entry: &[u8], shape: u64) -> Reacted<'_> {
    let text = |n| proto::first(entry, n).and_then(Value::text).filter(|t| !t.is_empty());
    let next = 3 - shape;
    Reacted {
        jid: if shape == 1 { text(2) } else { None },
        emoji: text(1 + next),
        at: proto::first(entry, 2 + next).and_then(signed).filter(|t| *t > 0),
    }
}

/// The id of the message answered: field 5 of `ZMETADATA`.
pub(crate) fn quoted(metadata: &[u8]) -> Option<&str> {
    let id = proto::first(metadata, 5)?.text()?;
    (!id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic())).then_some(id)
}

/// Any bytes as either blob.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    drop(read(data));
    let _: Option<&str> = quoted(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(number: u8, inner: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2, u8::try_from(inner.len()).unwrap()];
        out.extend(inner);
        out
    }

    #[test]
    fn receipts() {
        // one recipient, delivered with the receipt and read 25 s later; the owner's own device
        let mut blob = bytes(2, &[0x0a, 1, 9, 0x20, 0, 0x28, 25]);
        blob.extend(bytes(2, &[0x0a, 1, 8]));
        blob.extend([0x18, 0xc1, 0xe5, 0xc4, 0xa2, 0x06, 0x20, 2]);
        let info = read(&blob);
        assert_eq!(
            (info.delivered, info.read, info.recipients),
            (Some(1_683_043_009), Some(1_683_043_034), 1)
        );
        assert!(info.whole && info.reactions.is_empty());
    }

    #[test]
    fn reactions() {
        let mut first = bytes(1, b"3A01");
        first.extend(bytes(2, b"1@lid"));
        first.extend(bytes(3, "👍".as_bytes()));
        first.extend([0x20, 0xff, 0xbc, 0xc6, 0xe9, 0xfd, 0x30]);
        let mut second = bytes(1, b"3A02");
        second.extend(bytes(2, b""));
        second.extend([0x18, 5, 0x20, 1]);
        let mut all = bytes(1, &first);
        all.extend(bytes(2, &second));
        let blob = bytes(7, &all);
        let info = read(&blob);
        assert_eq!(
            info.reactions,
            [
                Reacted { jid: Some("1@lid"), emoji: Some("👍"), at: Some(1_683_043_229_311) },
                Reacted { jid: None, emoji: None, at: Some(5) },
            ]
        );
        for cut in 1..blob.len() {
            assert!(!read(&blob[..cut]).whole, "{cut}");
        }
    }

    #[test]
    fn quotes() {
        assert_eq!(quoted(&bytes(5, b"3A26649A0A496377CB01")), Some("3A26649A0A496377CB01"));
        assert_eq!(quoted(&bytes(5, b"")), None);
        assert_eq!(quoted(&bytes(5, b"a b")), None);
        assert_eq!(quoted(&bytes(4, b"x")), None);
    }
}
