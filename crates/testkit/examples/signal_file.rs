//! Writes a Signal backup file, for looking at it with other programs:
//! `cargo run -p testkit --example signal_file -- VERSION MESSAGES OUT`; its passphrase is in
//! `testkit::signal::PASSPHRASE`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use testkit::signal::{Era, FileSpec, write_file};

fn main() -> io::Result<()> {
    let bad = || io::Error::other("VERSION MESSAGES OUT");
    let mut args = std::env::args().skip(1);
    let version = args.next().and_then(|v| v.parse().ok()).ok_or_else(bad)?;
    let messages = args.next().and_then(|m| m.parse().ok()).ok_or_else(bad)?;
    let mut out = BufWriter::new(File::create(args.next().ok_or_else(bad)?)?);
    let era = if version == 0 { Era::Split } else { Era::Today };
    write_file(&FileSpec { messages, ..FileSpec::small(1, version, era) }, &mut out)?;
    out.flush()
}
