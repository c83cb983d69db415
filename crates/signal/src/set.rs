//! The parts of a Signal source as an evidence set: what was opened, with its hash, and notes. Readers
//! of other apps find nothing in it.

use std::sync::{Mutex, PoisonError};

use evidence::{Evidence, EvidenceSet, Opened};
use model::SourceError;

/// What was opened.
pub(crate) struct Parts {
    opened: Opened,
    notes: Mutex<Vec<String>>,
}

impl Parts {
    /// Parts known from the start.
    pub(crate) fn of(parts: Vec<(String, [u8; 32])>, notes: Vec<String>) -> Self {
        let opened = Opened::default();
        for (name, sha256) in &parts {
            opened.note(name, *sha256);
        }
        Self { opened, notes: Mutex::new(notes) }
    }
}

impl EvidenceSet for Parts {
    fn get(&self, _domain: &str, _path: &str) -> Result<Option<Evidence>, SourceError> {
        Ok(None)
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all()
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
