//! A source that several formats recognise: a file system with the telephone's own messages beside
//! WhatsApp's and Signal's, a folder in which somebody collected exports. All of them are read; one that
//! cannot be opened is said and does not keep the others from being read.

use std::sync::Arc;

use evidence::{Evidence, EvidenceSet, Opening};
use model::{Finding, SourceError};

/// The parts of several openings as one set.
struct Union(Vec<Arc<dyn EvidenceSet>>);

impl EvidenceSet for Union {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        for set in &self.0 {
            if let Some(found) = set.get(domain, path)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        let mut all: Vec<_> = self.0.iter().flat_map(|set| set.opened()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn notes(&self) -> Vec<String> {
        self.0.iter().flat_map(|set| set.notes()).collect()
    }
}

/// `first` with what the other formats found in the same source.
pub(crate) fn joined(
    first: Opening,
    others: impl Iterator<Item = Result<Option<Opening>, SourceError>>,
) -> Opening {
    let Opening { kind, mut encrypted, mut device, mut made_at, mut apps, set, mut readers, mut findings } =
        first;
    let mut sets = vec![set];
    for other in others {
        match other {
            Ok(None) => {}
            Ok(Some(other)) => {
                findings.push(Finding { code: format!("also:{}", other.kind), at: None });
                encrypted |= other.encrypted;
                if device == model::Device::default() {
                    device = other.device;
                }
                made_at = made_at.max(other.made_at);
                apps.extend(other.apps);
                sets.push(other.set);
                readers.extend(other.readers);
                findings.extend(other.findings);
            }
            Err(fault) => findings.push(Finding { code: format!("also_refused: {fault}"), at: None }),
        }
    }
    let set: Arc<dyn EvidenceSet> = match sets.len() {
        1 => sets.remove(0),
        _ => Arc::new(Union(sets)),
    };
    Opening { kind, encrypted, device, made_at, apps, set, readers, findings }
}
