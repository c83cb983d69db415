//! The archive under faults, in a short form: `scripts/torture` breaks it in every way a machine breaks it, and
//! this runs some seconds of that. `docs/RELIABILITY.md` has the figures of longer runs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{root, tool};

#[test]
fn a_few_seconds_of_every_fault() {
    let Some(python) = tool("python3", "--version") else { return };
    let program = Path::new(env!("CARGO_BIN_EXE_beskedarkiv"));
    let mut command = Command::new(python);
    command.arg(root().join("scripts/torture")).args(["--seconds", "14", "--program"]).arg(program);
    // built with the tests of the whole workspace
    let helper = program.with_file_name("examples").join("trials");
    if helper.is_file() {
        command.arg("--helper").arg(helper);
    } else {
        eprintln!("cargo build -p pipeline --example trials: without it keys and disposals are left out");
    }
    let out = command.output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    for part in ["kill", "fail", "image", "full", "flip", "mix", "two", "clock", "dispose"] {
        assert!(said.contains(&format!("{part}: ")), "{part} was not tried\n{said}");
    }
}
