//! What the process gives up before it reads the first secret: core dumps, being traced by others,
//! files that others may read, and panic messages that could quote content.

use std::io::Write;
use std::sync::OnceLock;

use crate::lang::Lang;
use crate::texts::Texts;

static LANG: OnceLock<Lang> = OnceLock::new();

/// No core dumps, no reading of our memory by other processes of the user, new files private.
///
/// Refusals are not fatal: a container may forbid some of them, and the program works all the same.
pub(crate) fn process() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit, umask};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        let _ = umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// A panic prints its place and nothing else: the payload may hold what was being read.
pub(crate) fn panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, |at| format!("{}:{}:{}", of_crate(at.file()), at.line(), at.column()));
        let texts = Texts::new(LANG.get().copied().unwrap_or(Lang::Da));
        let line = texts.say("panic", &[("place", place.into())]);
        let next = texts.say("next-internal", &[]);
        let _ = writeln!(std::io::stderr(), "beskedarkiv: {line}\n  {next}");
    }));
}

/// The language in which a panic is told from now on.
pub(crate) fn panics_in(lang: Lang) {
    let _ = LANG.set(lang);
}

/// A source file from its crate's folder on, without where the building machine keeps crates.
fn of_crate(file: &str) -> &str {
    match file.split_once("/registry/src/") {
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, file)| file),
        None => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place() {
        assert_eq!(of_crate("crates/x/src/lib.rs"), "crates/x/src/lib.rs");
        assert_eq!(of_crate("/r/.cargo/registry/src/index-1f/zip-9.0.0/src/lib.rs"), "zip-9.0.0/src/lib.rs");
    }
}
