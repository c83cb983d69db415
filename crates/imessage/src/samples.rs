//! Where public samples lie, for tests: beside the checkout, or where `BESKEDARKIV_SAMPLES` says.

use std::path::{Path, PathBuf};

/// The folder of that name among the samples of iPhones; `None`, with a line that says so, without them.
pub(crate) fn ios(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BESKEDARKIV_SAMPLES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples"), PathBuf::from);
    let path = root.join("ios").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    #[allow(clippy::print_stderr, reason = "a test that looked at nothing says so")]
    let () = eprintln!("no public samples here: not compared with them");
    None
}
