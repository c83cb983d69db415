//! A secret from a file: the first line counts, without its line end.

use std::io::Read;
use std::path::Path;

use secrecy::SecretString;
use vault::Plain;

use crate::error::JobError;

/// Longest first line that is taken for a secret, bytes.
const LONGEST: usize = 4096;

/// Reads a secret: the first line without its line end (LF or CRLF) and without a byte order mark.
///
/// # Errors
/// [`JobError::Io`] when the file cannot be read; [`JobError::BadValue`] when the line is empty,
/// longer than 4096 bytes or not UTF-8.
pub fn from_file(path: &Path) -> Result<SecretString, JobError> {
    let fail = |e: &std::io::Error| JobError::io(path, "reading the passphrase file", e);
    let file = std::fs::File::open(path).map_err(|e| fail(&e))?;
    let mut bytes = Plain::new(Vec::with_capacity(LONGEST + 2));
    file.take(LONGEST as u64 + 2).read_to_end(&mut bytes).map_err(|e| fail(&e))?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let bad = |why: &str| JobError::BadValue { what: "passphrase file", why: why.to_owned() };
    if line.is_empty() {
        return Err(bad("the first line is empty"));
    }
    if line.len() > LONGEST {
        return Err(bad("the first line is longer than 4096 bytes"));
    }
    let text = std::str::from_utf8(line).map_err(|_| bad("the first line is not UTF-8"))?;
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let got = from_file(file.path()).ok();
        assert_eq!(got.as_ref().map(|s| s.expose_secret()), expected);
    }

    #[test]
    fn the_first_line_counts() {
        check(b"rodgrod\n", Some("rodgrod"));
        check("Rødgrød\r\nanden linje".as_bytes(), Some("Rødgrød"));
        check(b"\xef\xbb\xbfabc", Some("abc"));
        check(b" a b \n", Some(" a b "));
        check(b"", None);
        check(b"\nabc", None);
        check(b"\xff\n", None);
        check(&vec![b'a'; 4096], Some(&"a".repeat(4096)));
        check(&vec![b'a'; 4097], None);
    }
}
