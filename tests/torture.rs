//! The archive under faults, in a short form: `scripts/torture` breaks it in every way a machine breaks it, and
//! this runs a few seconds of that. `docs/RELIABILITY.md` has the figures of longer runs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;

use support::{root, tool};

#[test]
fn a_few_seconds_of_every_fault() {
    let Some(python) = tool("python3", "--version") else { return };
    let out = Command::new(python)
        .arg(root().join("scripts/torture"))
        .args(["--seconds", "12", "--program", env!("CARGO_BIN_EXE_beskedarkiv")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    for part in ["kill", "fail", "image", "full", "flip", "mix", "two", "clock"] {
        assert!(said.contains(&format!("{part}: ")), "{part} was not tried\n{said}");
    }
}
