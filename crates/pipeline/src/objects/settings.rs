//! Where a store is and who we are there: a file, with the secret in a file of its own.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use crate::error::JobError;
use crate::secret;
use crate::verify::bounded_text;

const MOST: u64 = 64 * 1024;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    endpoint: String,
    bucket: String,
    #[serde(default = "region")]
    region: String,
    #[serde(default)]
    prefix: String,
    access_key: String,
    secret_key_file: PathBuf,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    worm: bool,
}

fn region() -> String {
    "us-east-1".to_owned()
}

/// A store.
pub struct Settings {
    /// `https://` and a host; `http://` for this machine only.
    pub endpoint: String,
    /// Bucket.
    pub bucket: String,
    /// Region, as the store wants it in signatures.
    pub region: String,
    /// What stands before every name.
    pub prefix: String,
    /// Who we are.
    pub access_key: String,
    /// Its secret.
    pub secret_key: SecretString,
    /// Certificates that alone vouch for the host; without, those that the machine trusts.
    pub ca: Option<Vec<u8>>,
    /// Refuse a store that does not write once and keep.
    pub worm: bool,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// [`JobError::InputFile`], [`JobError::BadValue`].
    pub fn read(path: &Path) -> Result<Self, JobError> {
        let text = bounded_text(path, "reading the settings of the store", MOST)?;
        let written: Written = toml::from_str(&text).map_err(|e| JobError::InputFile {
            path: path.to_owned(),
            line: e
                .span()
                .map_or(0, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1)),
            why: e.message().to_owned(),
        })?;
        let Written { endpoint, bucket, region, prefix, access_key, secret_key_file, ca_file, worm } =
            written;
        let bad = |what: &'static str, why: &str| Err(JobError::BadValue { what, why: why.to_owned() });
        if !legal_endpoint(&endpoint) {
            return bad("endpoint", "https:// and a host; http:// for 127.0.0.1 only");
        }
        let name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._/".contains(&b));
        if !name(&bucket) || bucket.is_empty() || bucket.contains('/') {
            return bad("bucket", "letters, digits, dots and dashes");
        }
        let steps = || prefix.split('/').any(|part| part.is_empty() || part == "." || part == "..");
        if !name(&prefix) || (!prefix.is_empty() && steps()) {
            return bad("prefix", "letters, digits, dots, dashes, and slashes between them");
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let secret_key = secret::from_file(&folder.join(secret_key_file))?;
        let ca = ca_file
            .map(|file| bounded_text(&folder.join(file), "reading the certificates of the store", MOST));
        let ca = ca.transpose()?.map(String::into_bytes);
        Ok(Self { endpoint, bucket, region, prefix, access_key, secret_key, ca, worm })
    }

    /// Whether the store is on this machine, which alone may be spoken to in the clear.
    #[cfg(feature = "object-store")]
    pub(crate) fn local(&self) -> bool {
        self.endpoint.starts_with("http://")
    }

    /// A name in the bucket, below the prefix.
    #[cfg(feature = "object-store")]
    pub(crate) fn name(&self, rest: &str) -> String {
        if self.prefix.is_empty() { rest.to_owned() } else { format!("{}/{rest}", self.prefix) }
    }
}

/// Ciphertext may travel; the name under which it is asked for, and what is answered, should not be anybody's to change.
fn legal_endpoint(endpoint: &str) -> bool {
    let host = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b))
    };
    match endpoint.split_once("://") {
        Some(("https", rest)) => host(rest),
        Some(("http", rest)) => {
            let (name, port) = rest.split_once(':').unwrap_or((rest, ""));
            (name == "127.0.0.1" || name == "localhost") && port.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret"), "hemmelig\n").unwrap();
        let file = dir.path().join("store.toml");
        std::fs::write(&file, text).unwrap();
        Settings::read(&file).err().map(|e| e.to_string())
    }

    const LEGAL: &str = "endpoint = \"https://s3.example.dk\"\nbucket = \"arkiv\"\naccess_key = \"A\"\nsecret_key_file = \"secret\"\n";

    #[test]
    fn settings_are_read_strictly() {
        assert_eq!(check(LEGAL), None);
        assert_eq!(check(&format!("{LEGAL}prefix = \"a/b\"\nworm = true\nregion = \"dk\"\n")), None);
        let local = LEGAL.replace("https://s3.example.dk", "http://127.0.0.1:8014");
        assert_eq!(check(&local), None);
        for bad in [
            LEGAL.replace("https", "http"),
            LEGAL.replace("s3.example.dk", "s3.example.dk/x?y"),
            local.replace("127.0.0.1", "127.0.0.1.example.dk"),
            local.replace("127.0.0.1", "127.0.0.1@example.dk"),
            LEGAL.replace("\"arkiv\"", "\"arkiv/x\""),
            format!("{LEGAL}prefix = \"../x\"\n"),
            format!("{LEGAL}prefix = \"/x\"\n"),
            format!("{LEGAL}secret_key = \"x\"\n"),
            LEGAL.replace("\"secret\"", "\"nowhere\""),
        ] {
            assert!(check(&bad).is_some(), "{bad}");
        }
    }
}
