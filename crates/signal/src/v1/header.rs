//! The header of an Android backup, in clear: the vector, the salt, the version of the file format.

use model::ReadAt;

use crate::proto;

/// Most bytes that a header has in any version; 60 in today's.
const LONGEST: u32 = 512;

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) iv: [u8; 16],
    pub(crate) salt: Vec<u8>,
    /// 0: lengths of frames in clear. 1: lengths encrypted (since 2023).
    pub(crate) version: u64,
    /// Where the first frame begins.
    pub(crate) end: u64,
}

/// The header of a file, when the file has one: a length, and a frame with nothing in it but a header
/// with a vector of 16 bytes. Content decides, not the name.
pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Option<Header>> {
    let mut head = [0_u8; 4 + LONGEST as usize];
    let mut n = 0;
    while n < head.len() {
        match bytes.read_at(n as u64, &mut head[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(parse(&head[..n]))
}

fn parse(head: &[u8]) -> Option<Header> {
    let (length, rest) = head.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length);
    if !(20..=LONGEST).contains(&length) {
        return None;
    }
    let frame = rest.get(..length as usize)?;
    let mut fields = proto::Fields::of(frame);
    let Some(Ok((1, header))) = fields.next() else { return None };
    if fields.next().is_some() {
        return None;
    }
    let header = header.bytes();
    let iv = proto::last(header, 1)?.bytes().try_into().ok()?;
    let salt = proto::last(header, 2).map(|s| s.bytes().to_vec()).unwrap_or_default();
    let version = proto::last(header, 3).map_or(0, proto::Value::int);
    Some(Header { iv, salt, version, end: 4 + u64::from(length) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: &[u8]) -> Vec<u8> {
        let mut header = vec![0x0a, 16];
        header.extend([7; 16]);
        header.extend([0x12, 32]);
        header.extend([9; 32]);
        header.extend(version);
        let mut frame = vec![0x0a, u8::try_from(header.len()).unwrap()];
        frame.extend(header);
        let mut file = u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec();
        file.extend(frame);
        file
    }

    #[test]
    fn both_versions() {
        let header = read(&file(&[])).unwrap().unwrap();
        assert_eq!((header.version, header.end, header.salt.len()), (0, 58, 32));
        assert_eq!(read(&file(&[0x18, 1])).unwrap().unwrap().version, 1);
    }

    #[test]
    fn other_files_are_not_taken() {
        let whole = file(&[0x18, 1]);
        for cut in 0..whole.len() {
            assert_eq!(read(&whole[..cut].to_vec()).unwrap(), None);
        }
        for other in
            [&b"SQLite format 3\0 and some more bytes than sixty, to be long enough for it"[..], &[0; 80]]
        {
            assert_eq!(read(&other.to_vec()).unwrap(), None);
        }
    }
}
