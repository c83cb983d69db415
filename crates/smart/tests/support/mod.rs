//! A medium in a temporary folder, a mapping, and what is read.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use evidence::Given;
use model::{Record, SourceError, Tally, wire};
use serde_json::Value;
use smart::{Described, OpenError};

/// What reading gave: lines, or why nothing was handed over.
pub struct Read {
    pub lines: String,
    pub tally: Tally,
    pub findings: Vec<String>,
}

impl Read {
    pub fn values(&self) -> Vec<Value> {
        self.lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/smart")
}

/// Reads a medium or package; an error is shown as its text, with how many messages had come before.
pub fn read(path: &Path, mapping: Option<&str>) -> Result<Read, String> {
    let tree = evidence::open_tree(path).unwrap();
    let described = Described { mapping: mapping.map(|m| m.as_bytes().to_vec()) };
    let opened = match smart::open(&tree, &Given::default(), &described) {
        Ok(opened) => opened.ok_or("not recognised")?,
        Err(OpenError::Mapping(fault)) => return Err(format!("mapping {fault}")),
        Err(fault) => return Err(fault.to_string()),
    };
    let mut reader = opened.opening.readers.into_iter().next().unwrap();
    let (mut lines, mut came) = (Vec::new(), 0);
    let outcome: Result<Tally, SourceError> = reader.read(&mut |record| {
        if let Record::Message(message) = record {
            wire::write_line(&mut lines, &message, None);
            came += 1;
        }
        ControlFlow::Continue(())
    });
    match outcome {
        Ok(tally) => {
            assert!(tally.balances() && tally.messages == came);
            let findings =
                opened.opening.findings.iter().chain(&reader.findings()).map(ToString::to_string).collect();
            Ok(Read { lines: String::from_utf8(lines).unwrap(), tally, findings })
        }
        Err(fault) => {
            assert_eq!(came, 0, "messages were handed over before: {fault}");
            Err(fault.to_string())
        }
    }
}

/// A medium with these files.
pub fn medium(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}
