//! An operator's secret behind a key of the operator's own, by age (age-encryption.org/v1): sealed to recipients, opened
//! by identities, either of which may be a plug-in's (a token, a card). What a plug-in asks goes to whoever sits there.
//! Knows no archive and no key store; opens no file.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::sync::Arc;

use age::secrecy::SecretString;
use age::{Callbacks, DecryptError, Decryptor, EncryptError, Encryptor, plugin};
use vault::Plain;
use zeroize::Zeroizing;

/// Most recipients of one operator: a token, a spare one, a sheet in the safe.
const MOST_RECIPIENTS: usize = 16;
/// Most identities that are tried.
const MOST_IDENTITIES: usize = 64;
/// Most characters of what a plug-in says that are handed on.
const MOST_SAID: usize = 300;

/// Who sits there.
pub trait Person: Send + Sync {
    /// Is told something: what to touch, what to wait for.
    fn told(&self, message: &str);
    /// Says yes or no; nothing where nobody is there.
    fn agrees(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// Answers something that is no secret.
    fn answers(&self, question: &str) -> Option<String>;
    /// Answers something that is.
    fn confides(&self, question: &str) -> Option<Zeroizing<String>>;
}

/// Nobody is there: a plug-in that asks goes without an answer.
pub struct Nobody;

impl Person for Nobody {
    fn told(&self, _: &str) {}

    fn agrees(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn answers(&self, _: &str) -> Option<String> {
        None
    }

    fn confides(&self, _: &str) -> Option<Zeroizing<String>> {
        None
    }
}

#[derive(Clone)]
struct Asking(Arc<dyn Person>);

/// One or several lines that no terminal obeys.
fn tame(text: &str) -> String {
    let one_line = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    one_line.chars().filter(|c| !c.is_control()).take(MOST_SAID).collect()
}

impl Callbacks for Asking {
    fn display_message(&self, message: &str) {
        self.0.told(&tame(message));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.0.agrees(&tame(message), &tame(yes), no.map(tame).as_deref())
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.answers(&tame(description))
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.confides(&tame(description)).map(|secret| SecretString::from(secret.to_string()))
    }
}

/// Why something cannot be sealed to recipients, or opened by identities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalFault {
    /// A line is not what it should be. What stands there is not said: it may be a secret.
    #[error("line {line} is no {what} of age")]
    Line {
        /// Counted from 1.
        line: usize,
        /// `recipient` or `identity`.
        what: &'static str,
    },
    /// None, or too many.
    #[error("{have} {what}: there must be one to {most}")]
    Count {
        /// How many.
        have: usize,
        /// The most.
        most: usize,
        /// `recipients` or `identities`.
        what: &'static str,
    },
    /// The file of the identities is itself encrypted.
    #[error("the file of the identity is encrypted itself")]
    Encrypted,
    /// Recipients that age does not put together.
    #[error("recipients that hold against a quantum computer and others do not go together")]
    Mixed,
    /// A plug-in is not installed.
    #[error("age-plugin-{0} is not among the installed programs")]
    NoPlugin(String),
    /// A plug-in did not do what was asked.
    #[error("the plug-in says: {0}")]
    Plugin(String),
    /// age would show what goes between us and the plug-in, secrets included.
    #[error("AGEDEBUG is set: it would show the secrets that a plug-in is given")]
    Shown,
    /// None of the identities fits.
    #[error("the identity does not fit")]
    NoFit,
    /// Not what [`Recipients::seal`] made.
    #[error("not a secret that age sealed")]
    Malformed,
}

/// Lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let all = (1..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
    all.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn count(have: usize, most: usize, what: &'static str) -> Result<(), PersonalFault> {
    if (1..=most).contains(&have) { Ok(()) } else { Err(PersonalFault::Count { have, most, what }) }
}

fn not_shown() -> Result<(), PersonalFault> {
    if std::env::var_os("AGEDEBUG").is_none() { Ok(()) } else { Err(PersonalFault::Shown) }
}

/// To whom a secret is sealed.
pub struct Recipients {
    native: Vec<age::x25519::Recipient>,
    plugins: Vec<plugin::Recipient>,
    person: Arc<dyn Person>,
}

impl Recipients {
    /// Reads recipients, one a line; empty lines and such that begin with `#` do not count.
    ///
    /// # Errors
    /// [`PersonalFault::Line`], [`PersonalFault::Count`].
    pub fn parse(text: &str, person: Arc<dyn Person>) -> Result<Self, PersonalFault> {
        let mut all = Self { native: Vec::new(), plugins: Vec::new(), person };
        for (number, line) in lines(text) {
            if let Ok(own) = line.parse::<age::x25519::Recipient>() {
                all.native.push(own);
            } else if let Ok(plugin) = line.parse::<plugin::Recipient>() {
                all.plugins.push(plugin);
            } else {
                return Err(PersonalFault::Line { line: number, what: "recipient" });
            }
        }
        count(all.native.len() + all.plugins.len(), MOST_RECIPIENTS, "recipients")?;
        Ok(all)
    }

    /// Seals a secret to all of them: each opens it.
    ///
    /// # Errors
    /// [`PersonalFault::NoPlugin`], [`PersonalFault::Plugin`], [`PersonalFault::Mixed`].
    pub fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, PersonalFault> {
        let mut asked = Vec::new();
        for name in self.plugins.iter().map(plugin::Recipient::plugin).collect::<BTreeSet<_>>() {
            not_shown()?;
            let person = Asking(self.person.clone());
            let plugin = plugin::RecipientPluginV1::new(name, &self.plugins, &[], person);
            asked.push(plugin.map_err(|_| PersonalFault::NoPlugin(name.to_owned()))?);
        }
        let native = self.native.iter().map(|r| -> &dyn age::Recipient { r });
        let all = native.chain(asked.iter().map(|r| -> &dyn age::Recipient { r }));
        let sealer = Encryptor::with_recipients(all).map_err(|e| match e {
            EncryptError::IncompatibleRecipients { .. } => PersonalFault::Mixed,
            other => PersonalFault::Plugin(tame(&other.to_string())),
        })?;
        let mut out = Vec::new();
        let write = || {
            let mut writer = sealer.wrap_output(&mut out)?;
            writer.write_all(secret)?;
            writer.finish().map(|_| ())
        };
        write().map_err(|_| PersonalFault::Malformed)?;
        Ok(out)
    }
}

/// What opens it.
pub struct Identities {
    native: Vec<age::x25519::Identity>,
    plugins: Vec<plugin::Identity>,
    person: Arc<dyn Person>,
}

impl Identities {
    /// Reads identities as `age-keygen` and plug-ins write them, one a line; empty lines and such that begin with `#` do
    /// not count.
    ///
    /// # Errors
    /// [`PersonalFault::Line`], [`PersonalFault::Count`], [`PersonalFault::Encrypted`].
    pub fn parse(text: &str, person: Arc<dyn Person>) -> Result<Self, PersonalFault> {
        if text.starts_with("age-encryption.org/") || text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----") {
            return Err(PersonalFault::Encrypted);
        }
        let mut all = Self { native: Vec::new(), plugins: Vec::new(), person };
        for (number, line) in lines(text) {
            if let Ok(own) = line.parse::<age::x25519::Identity>() {
                all.native.push(own);
            } else if let Ok(plugin) = line.parse::<plugin::Identity>() {
                all.plugins.push(plugin);
            } else {
                return Err(PersonalFault::Line { line: number, what: "identity" });
            }
        }
        count(all.native.len() + all.plugins.len(), MOST_IDENTITIES, "identities")?;
        Ok(all)
    }

    /// Opens what [`Recipients::seal`] made, of at most `most` bytes; plug-ins are asked where no other identity fits.
    ///
    /// # Errors
    /// [`PersonalFault::NoFit`] and what keeps a plug-in from opening it.
    pub fn open(&self, sealed: &[u8], most: u64) -> Result<Plain, PersonalFault> {
        let native = self.native.iter().map(|i| -> &dyn age::Identity { i });
        match opened(sealed, native, most) {
            Err(PersonalFault::NoFit) if !self.plugins.is_empty() => {}
            other => return other,
        }
        not_shown()?;
        let mut asked = Vec::new();
        for name in self.plugins.iter().map(plugin::Identity::plugin).collect::<BTreeSet<_>>() {
            let person = Asking(self.person.clone());
            let plugin = plugin::IdentityPluginV1::new(name, &self.plugins, person);
            asked.push(plugin.map_err(|_| PersonalFault::NoPlugin(name.to_owned()))?);
        }
        opened(sealed, asked.iter().map(|i| -> &dyn age::Identity { i }), most)
    }
}

fn opened<'i>(
    sealed: &[u8],
    identities: impl Iterator<Item = &'i dyn age::Identity>,
    most: u64,
) -> Result<Plain, PersonalFault> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| PersonalFault::Malformed)?;
    if decryptor.is_scrypt() {
        return Err(PersonalFault::Malformed);
    }
    let reader = decryptor.decrypt(identities).map_err(|e| match e {
        DecryptError::NoMatchingKeys => PersonalFault::NoFit,
        DecryptError::Plugin(_) | DecryptError::Io(_) => PersonalFault::Plugin(tame(&e.to_string())),
        _ => PersonalFault::Malformed,
    })?;
    let mut secret = Plain::new(Vec::with_capacity(64));
    reader.take(most + 1).read_to_end(&mut secret).map_err(|_| PersonalFault::Malformed)?;
    if secret.len() as u64 > most { Err(PersonalFault::Malformed) } else { Ok(secret) }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    fn nobody() -> Arc<dyn Person> {
        Arc::new(Nobody)
    }

    fn recipients(text: &str) -> Result<Recipients, PersonalFault> {
        Recipients::parse(text, nobody())
    }

    fn identities(text: &str) -> Result<Identities, PersonalFault> {
        Identities::parse(text, nobody())
    }

    fn pair() -> (String, String) {
        let identity = age::x25519::Identity::generate();
        (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
    }

    #[test]
    fn each_recipient_opens_and_nobody_else() {
        let (mine, to_me) = pair();
        let (spare, to_spare) = pair();
        let (other, _) = pair();
        let sealed =
            recipients(&format!("# two\n{to_me}\n\n  {to_spare}\r\n")).unwrap().seal(b"secret").unwrap();
        for identity in [&mine, &spare, &format!("# made today\n{other}\n{spare}\n")] {
            assert_eq!(**identities(identity).unwrap().open(&sealed, 6).unwrap(), *b"secret");
        }
        let open =
            |identity: &str, sealed: &[u8], most| identities(identity).unwrap().open(sealed, most).err();
        assert_eq!(open(&other, &sealed, 6), Some(PersonalFault::NoFit));
        assert_eq!(open(&mine, &sealed, 5), Some(PersonalFault::Malformed));
        for at in 0..sealed.len() {
            assert!(open(&mine, &sealed[..at], 6).is_some(), "{at}");
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(open(&mine, &bad, 6).is_some(), "{at}");
        }
        let locked = age::scrypt::Recipient::new(SecretString::from("kode".to_owned()));
        let locked = age::encrypt(&locked, b"secret").unwrap();
        assert_eq!(open(&mine, &locked, 6), Some(PersonalFault::Malformed));
    }

    #[test]
    fn what_is_no_key_is_named_by_its_line_only() {
        let (mine, to_me) = pair();
        let line = |line, what| Some(PersonalFault::Line { line, what });
        assert_eq!(recipients(&format!("{to_me}\nage1qqqq")).err(), line(2, "recipient"));
        assert_eq!(recipients(&mine).err(), line(1, "recipient"));
        assert_eq!(identities(&format!("# x\n{}x", mine)).err(), line(2, "identity"));
        assert!(!identities(&format!("{mine}x")).err().unwrap().to_string().contains("AGE-SECRET"));
        assert_eq!(identities("age-encryption.org/v1\n-> ").err(), Some(PersonalFault::Encrypted));
        for (have, text) in
            [(0, String::new()), (0, "# nothing\n".to_owned()), (17, format!("{to_me}\n").repeat(17))]
        {
            let what = "recipients";
            assert_eq!(recipients(&text).err(), Some(PersonalFault::Count { have, most: 16, what }));
        }
    }

    #[test]
    fn what_a_plug_in_says_is_tamed() {
        assert_eq!(tame("a\x1b[2Jb\n\n  c\r\n"), "a[2Jb; c");
        assert_eq!(tame(&"x".repeat(1000)).len(), MOST_SAID);
    }
}
