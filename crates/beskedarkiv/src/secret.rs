//! Passphrases: from the first line of a file, or asked for on the terminal; never from the command
//! line or the environment. Knows no key.

use std::io::{ErrorKind, IsTerminal};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::args::fact;
use crate::failure::{Failure, INTERRUPTED};
use crate::output::Output;
use crate::stop::Stop;

/// Size limit of a passphrase file, bytes.
const LIMIT: u64 = 64 * 1024;

/// Where the line that is asked for on the terminal comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// The operator's passphrase.
    Operator,
    /// A witness's passphrase.
    Witness,
    /// The passphrase of a copy of the key store.
    Copy,
    /// A second operator's passphrase.
    Second,
    /// A passphrase that is new, asked for twice.
    New,
    /// The passphrase of a source.
    Source,
}

impl Asked {
    fn prompt(self) -> &'static str {
        match self {
            Self::Operator => "ask-operator",
            Self::Witness => "ask-witness",
            Self::Copy => "ask-copy",
            Self::Second => "ask-second",
            Self::New => "ask-new",
            Self::Source => "ask-source",
        }
    }
}

/// The passphrase of `file`, or else from the terminal.
pub(crate) fn get(
    file: Option<&Path>,
    asked: Asked,
    out: &Output<'_>,
    stop: &Stop,
) -> Result<SecretString, Failure> {
    match file {
        Some(path) => of_file(path, out),
        None if can_ask() => ask(asked, out, stop),
        None => Err(Failure::usage("secret-needed").with(
            "flag",
            match asked {
                Asked::Source => "--backup-passphrase-file",
                Asked::Second => "--second-passphrase-file",
                Asked::Operator | Asked::Witness | Asked::Copy | Asked::New => "--passphrase-file",
            },
        )),
    }
}

/// Whether somebody sits there to be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The first line of a file.
pub(crate) fn of_file(path: &Path, out: &Output<'_>) -> Result<SecretString, Failure> {
    let at = |key| Failure::usage(key).with("path", path.display().to_string());
    let bytes = fact::bounded(path, LIMIT).map_err(|why| at("secret-unreadable").with("why", why))?;
    let bytes = Zeroizing::new(bytes);
    note_readers(path, out);
    first_line(&bytes).map_err(at)
}

/// Says so where others may read a file with a secret.
pub(crate) fn note_readers(path: &Path, out: &Output<'_>) {
    if others_may_read(path) {
        out.note("note-secret-readable", &[("path", path.display().to_string().into())]);
    }
}

/// The first line without line end and byte order mark, or the key of what is wrong.
fn first_line(bytes: &[u8]) -> Result<SecretString, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|_| "secret-encoding")?;
    if line.is_empty() { Err("secret-empty") } else { Ok(line.into()) }
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A pipe (`/dev/fd/63`) has no readers but us.
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

fn ask(asked: Asked, out: &Output<'_>, stop: &Stop) -> Result<SecretString, Failure> {
    let _busy = stop.busy();
    let once = prompt(&out.texts().say(asked.prompt(), &[]))?;
    if once.expose_secret().is_empty() {
        return Err(Failure::usage("secret-empty").with("path", "-"));
    }
    if matches!(asked, Asked::New) {
        let again = prompt(&out.texts().say("ask-again", &[]))?;
        if again.expose_secret() != once.expose_secret() {
            return Err(Failure::usage("secret-differs"));
        }
    }
    Ok(once)
}

fn prompt(words: &str) -> Result<SecretString, Failure> {
    match rpassword::prompt_password(format!("{words} ")) {
        Ok(line) => Ok(line.into()),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(Failure::new(INTERRUPTED, "interrupted")),
        Err(error) => {
            Err(Failure::usage("secret-unreadable").with("path", "-").with("why", error.kind().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&str, &'static str>) {
        let got = first_line(bytes);
        assert_eq!(got.as_ref().map(|s| s.expose_secret()).map_err(|e| *e), expected);
    }

    #[test]
    fn line_ends() {
        check(b"abc", Ok("abc"));
        check(b"abc\n", Ok("abc"));
        check(b"abc\r\n", Ok("abc"));
        check(b"abc\ndef\n", Ok("abc"));
        check(b" a b \n", Ok(" a b "));
        check(b"a\rb\n", Ok("a\rb"));
    }

    #[test]
    fn byte_order_mark() {
        check("\u{feff}Rødgrød\r\n".as_bytes(), Ok("Rødgrød"));
        check("\u{feff}\n".as_bytes(), Err("secret-empty"));
    }

    #[test]
    fn empty() {
        check(b"", Err("secret-empty"));
        check(b"\nabc", Err("secret-empty"));
        check(b"\r\n", Err("secret-empty"));
    }

    #[test]
    fn not_utf8() {
        check(b"\xff\n", Err("secret-encoding"));
        check(b"ok\n\xff", Ok("ok"));
    }
}
