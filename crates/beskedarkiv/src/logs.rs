//! The log: counts and durations on standard error, from our own crates only, so that no library can
//! add what it happens to know.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates that may speak.
const OURS: [&str; 14] = [
    "access",
    "archive",
    "beskedarkiv",
    "chain",
    "classify",
    "evidence",
    "export",
    "imessage",
    "ios_backup",
    "model",
    "pipeline",
    "policy",
    "testkit",
    "vault",
];

/// Starts the log at `level`; `Off` starts none.
pub(crate) fn start(level: LevelFilter) {
    if level == LevelFilter::OFF {
        return;
    }
    let ours = Targets::new().with_targets(OURS.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    // A second start, in a test, changes nothing.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}
