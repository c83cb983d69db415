//! Reading a source that lies in memory to its end, for tests of readers: counts must balance, and every attachment is
//! touched.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Opening, Tree};
use model::{Message, ReadAt, Record, SourceError, Tally};

/// Files in memory.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Tree for Memory {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        Ok(self.0.get(name).map(|bytes| Arc::new(bytes.clone()) as Arc<dyn ReadAt>))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        let under = |name: &String| match folder {
            "" => name.split('/').next().map(str::to_owned),
            _ => name.strip_prefix(folder)?.strip_prefix('/')?.split('/').next().map(str::to_owned),
        };
        let mut names: Vec<String> = self.0.keys().filter_map(under).collect();
        names.dedup();
        Ok(names)
    }
}

/// A tree of files, by name.
pub(crate) fn tree(files: &[(&str, &[u8])]) -> Arc<dyn Tree> {
    Arc::new(Memory(files.iter().map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect()))
}

/// Reads everything, attachments too; counts must balance.
pub(crate) fn all(opening: Opening) -> (Vec<Message>, Tally, Vec<String>) {
    let (mut messages, mut total) = (Vec::new(), Tally::default());
    let mut findings: Vec<String> = opening.findings.iter().map(|f| f.code.clone()).collect();
    for mut reader in opening.readers {
        let mut counted = Tally::default();
        let tally = reader.read(&mut |record| {
            match record {
                Record::Message(m) => {
                    counted.messages += 1;
                    for content in m.attachments.iter().filter_map(|a| a.content.as_ref()) {
                        let _: std::io::Result<usize> = content.read_at(content.len() / 2, &mut [0; 100]);
                    }
                    messages.push(*m);
                }
                Record::Folded { .. } => counted.folded += 1,
                Record::Unreadable(_) => counted.unreadable += 1,
            }
            ControlFlow::Continue(())
        });
        let Ok(tally) = tally else { continue };
        assert!(tally.balances(), "{tally:?}");
        assert_eq!((tally.messages, tally.folded), (counted.messages, counted.folded));
        assert!(tally.unreadable >= counted.unreadable);
        total = total.plus(tally);
        findings.extend(reader.findings().iter().map(|f| f.code.clone()));
    }
    (messages, total, findings)
}

/// Numbers that look random and are the same every time.
pub(crate) fn random(mut state: u64) -> impl FnMut(usize) -> usize {
    move |n| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % n
    }
}
