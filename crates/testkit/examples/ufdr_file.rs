//! Writes a forensic report, for looking at it with other programs and for measuring:
//! `cargo run -p testkit --example ufdr_file -- MESSAGES OUT.ufdr`.

use std::io;
use std::path::Path;

use testkit::ufdr::{Spec, write};

fn main() -> io::Result<()> {
    let bad = || io::Error::other("MESSAGES OUT.ufdr");
    let mut args = std::env::args().skip(1);
    let more = args.next().and_then(|m| m.parse().ok()).ok_or_else(bad)?;
    let out = args.next().ok_or_else(bad)?;
    write(&Spec { more, ..Spec::small() }, Path::new(&out)).map(drop)
}
