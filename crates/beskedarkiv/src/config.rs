//! The configuration file: paths and habits an operator does not want to type, never a secret.
//!
//! `$XDG_CONFIG_HOME/beskedarkiv/config.toml`, else `~/.config/beskedarkiv/config.toml`, else what
//! `--config` names. Arguments come before environment, environment before this file. Relative paths
//! count from the file's own folder.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;
use crate::lang::Lang;

/// Size limit of the file, bytes.
const LIMIT: u64 = 64 * 1024;

/// What the file may say; anything else is refused, so that a misspelt key is noticed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    archive: Option<PathBuf>,
    keys: Option<PathBuf>,
    holding: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    identity: Option<PathBuf>,
    operator: Option<String>,
    seen: Option<PathBuf>,
    lang: Option<String>,
}

/// The settings in force before arguments and environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Archive folder.
    pub(crate) archive: Option<PathBuf>,
    /// Key store folder.
    pub(crate) keys: Option<PathBuf>,
    /// Holding area.
    pub(crate) holding: Option<PathBuf>,
    /// File with the operator's passphrase.
    pub(crate) passphrase_file: Option<PathBuf>,
    /// File with the operator's own key.
    pub(crate) identity: Option<PathBuf>,
    /// Operator who acts, where several share a key store.
    pub(crate) operator: Option<String>,
    /// Where operators remember the archives that they opened.
    pub(crate) seen: Option<PathBuf>,
    /// Language.
    pub(crate) lang: Option<Lang>,
}

/// Reads the file that `--config` names, which must exist, or the standard one, which may not.
pub(crate) fn load(named: Option<&Path>) -> Result<Settings, Failure> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match standard(|name| std::env::var_os(name).map(PathBuf::from)) {
            Some(path) if path.exists() => path,
            _ => return Ok(Settings::default()),
        },
    };
    let at = |key, why: String| Failure::usage(key).with("path", path.display().to_string()).with("why", why);
    let text = crate::args::fact::bounded(&path, LIMIT).map_err(|why| at("config-unreadable", why))?;
    let text = String::from_utf8(text).map_err(|_| at("config-unreadable", "UTF-8".into()))?;
    parse(&text, path.parent().unwrap_or(Path::new(""))).map_err(|line| at("config-fault", line.to_string()))
}

/// The standard place of the file.
fn standard(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|p| p.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("beskedarkiv").join("config.toml"))
}

/// Where what operators saw last is kept: the folder that the file names, else
/// `$XDG_STATE_HOME/beskedarkiv/seen`, else `~/.local/state/beskedarkiv/seen`.
pub(crate) fn state(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| state_of(|name| std::env::var_os(name).map(PathBuf::from)))
}

fn state_of(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|p| p.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".local").join("state"));
    Some(absolute("XDG_STATE_HOME").or_else(home)?.join("beskedarkiv").join("seen"))
}

/// The settings of a file in `folder`, or the line (from 1) that is wrong. The line only: the parser's
/// own words quote the file.
fn parse(text: &str, folder: &Path) -> Result<Settings, usize> {
    let file: File = toml::from_str(text).map_err(|fault| {
        let end = fault.span().map_or(0, |span| span.start.min(text.len()));
        text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count() + 1
    })?;
    let File { archive, keys, holding, passphrase_file, identity, operator, seen, lang } = file;
    let lang = match lang {
        Some(word) => Some(word.parse().map_err(|_| line_of(text, "lang"))?),
        None => None,
    };
    let from_here = |path: Option<PathBuf>| path.map(|p| folder.join(p));
    Ok(Settings {
        archive: from_here(archive),
        keys: from_here(keys),
        holding: from_here(holding),
        passphrase_file: from_here(passphrase_file),
        identity: from_here(identity),
        operator,
        seen: from_here(seen),
        lang,
    })
}

fn line_of(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Settings, usize>) {
        assert_eq!(parse(text, Path::new("/etc/b")), expected);
    }

    #[test]
    fn empty() {
        check("", Ok(Settings::default()));
    }

    #[test]
    fn all() {
        check(
            "archive = '/a'\nkeys = '../k'\nholding = 'h'\npassphrase-file = 'p'\nidentity = 'i'\noperator = 'x'\nseen = 's'\nlang = 'en'\n",
            Ok(Settings {
                archive: Some("/a".into()),
                keys: Some("/etc/b/../k".into()),
                holding: Some("/etc/b/h".into()),
                passphrase_file: Some("/etc/b/p".into()),
                identity: Some("/etc/b/i".into()),
                operator: Some("x".into()),
                seen: Some("/etc/b/s".into()),
                lang: Some(Lang::En),
            }),
        );
    }

    #[test]
    fn unknown_key() {
        check("archive = 'a'\npassphrase = 'secret'\n", Err(2));
    }

    #[test]
    fn unknown_language() {
        check("# x\nlang = 'sv'\n", Err(2));
    }

    #[test]
    fn broken() {
        check("archive = 'a'\n\nkeys = [\n", Err(3));
    }

    #[test]
    fn places() {
        let find = |pairs: &'static [(&str, &str)]| {
            standard(move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v)))
        };
        assert_eq!(find(&[("HOME", "/h")]), Some("/h/.config/beskedarkiv/config.toml".into()));
        assert_eq!(
            find(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]),
            Some("/x/beskedarkiv/config.toml".into())
        );
        assert_eq!(
            find(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "x")]),
            Some("/h/.config/beskedarkiv/config.toml".into())
        );
        assert_eq!(find(&[]), None);
    }
}
