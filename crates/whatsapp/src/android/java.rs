//! Two things that the old generation keeps as serialised Java objects: where a file lies, and whom a system
//! row names. They are looked for, not parsed.

use crate::jid::Jid;

/// The path of a file in a Java-serialised `MediaData`: a string with its length in two bytes before it.
pub(super) fn path_in(bytes: &[u8]) -> Option<String> {
    let mut at = 0;
    while let Some(found) = bytes.get(at..)?.windows(6).position(|w| w == b"Media/") {
        let media = at + found;
        // the string begins here or, where it is a path from the root, before
        for start in (media.saturating_sub(80)..=media).rev() {
            let Some(len) = start.checked_sub(2).and_then(|l| bytes.get(l..start)) else { continue };
            let len = usize::from(u16::from_be_bytes([len[0], len[1]]));
            if start + len > media + 6
                && len < 1024
                && let Some(path) = bytes.get(start..start + len)
                && let Ok(path) = std::str::from_utf8(path)
                && !path.contains(char::is_control)
            {
                return Some(path.to_owned());
            }
        }
        at = media + 6;
    }
    None
}

/// Addresses of persons in a Java-serialised list.
pub(super) fn jids_in(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes
        .split(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b':')))
        .filter_map(|word| std::str::from_utf8(word).ok())
        .filter_map(|word| {
            let end = word.find("@s.whatsapp.net").map(|at| at + "@s.whatsapp.net".len());
            let end = end.or_else(|| word.find("@lid").map(|at| at + "@lid".len()))?;
            // a length byte before the string may look like a part of it
            let user = word[..end].find('@')?;
            let start = word[..user].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
            Jid::parse(&word[start..end]).map(|_| &word[start..end])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_media_data() {
        let mut bytes = b"\xac\xed\x00\x05sr\x00\x16com.whatsapp.MediaDatat\x00\x1f".to_vec();
        bytes.extend(b"Media/WhatsApp Images/IMG-1.jpgx");
        assert_eq!(path_in(&bytes).as_deref(), Some("Media/WhatsApp Images/IMG-1.jpg"));
        let path = b"/storage/emulated/0/WhatsApp/Media/a.jpg";
        let mut bytes = vec![0, u8::try_from(path.len()).unwrap()];
        bytes.extend(path);
        assert_eq!(path_in(&bytes).as_deref(), Some("/storage/emulated/0/WhatsApp/Media/a.jpg"));
        assert_eq!(path_in(b"Media/"), None);
        assert_eq!(path_in(b"\xff\xffMedia/"), None);
        assert_eq!(path_in(b""), None);
    }

    #[test]
    fn addresses_in_lists() {
        let bytes = b"\xac\xed\x00\x05ur\x00\x1a4540112233@s.whatsapp.nett\x00\x1a4520000101@s.whatsapp.net";
        assert_eq!(
            jids_in(bytes).collect::<Vec<_>>(),
            ["4540112233@s.whatsapp.net", "4520000101@s.whatsapp.net"]
        );
        assert_eq!(jids_in(b"@@@ @s.whatsapp.net").count(), 0);
    }
}
