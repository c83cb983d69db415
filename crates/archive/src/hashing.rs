//! Bodies hashed on all processors, in whatever order, while the caller goes on. Knows a body by its place only.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use chain::{Hash, Suite};

use crate::bodies::digest_of;

/// A body that was found: its digests by some suites, its length.
pub(crate) type Found = Option<(Vec<Hash>, u64)>;

/// Where a body lies.
pub(crate) enum Lies {
    Here(Vec<u8>),
    At(PathBuf),
}

struct Work {
    place: usize,
    lies: Lies,
    suites: Vec<Suite>,
}

/// Bodies on the way to the threads at once, each of at most a segment's size.
const WAITING: usize = 16;

/// The threads; none before the first body.
#[derive(Default)]
pub(crate) struct Hashing {
    work: Option<SyncSender<Work>>,
    threads: Vec<JoinHandle<Vec<(usize, Found)>>>,
}

impl Hashing {
    /// Hands a body to a thread, or hashes it here where there is none.
    pub(crate) fn give(&mut self, place: usize, lies: Lies, suites: Vec<Suite>) -> Option<(usize, Found)> {
        if self.work.is_none() {
            let (give, take) = sync_channel(WAITING);
            let take = Arc::new(Mutex::new(take));
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
            let start = |n: usize| {
                let take = Arc::clone(&take);
                let hashing = std::thread::Builder::new().name(format!("hashing {n}"));
                hashing.spawn(move || hash_all(&take)).ok()
            };
            self.threads = (0..threads).filter_map(start).collect();
            self.work = Some(give);
        }
        let work = Work { place, lies, suites };
        let alone = match &self.work {
            Some(give) if !self.threads.is_empty() => give.send(work).err().map(|unsent| unsent.0),
            _ => Some(work),
        };
        alone.map(hash_one)
    }

    /// Waits for the threads; what one that died has not found is missing, which is reported.
    pub(crate) fn finish(&mut self) -> Vec<(usize, Found)> {
        self.work = None;
        std::mem::take(&mut self.threads).into_iter().flat_map(|t| t.join().unwrap_or_default()).collect()
    }
}

fn hash_all(take: &Mutex<Receiver<Work>>) -> Vec<(usize, Found)> {
    let mut found = Vec::new();
    loop {
        let work = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match work {
            Ok(work) => found.push(hash_one(work)),
            Err(_) => return found,
        }
    }
}

fn hash_one(work: Work) -> (usize, Found) {
    let Work { place, lies, suites } = work;
    let found = match lies {
        Lies::Here(body) => Some(hash(&body, &suites)),
        Lies::At(path) => File::open(path).and_then(|mut file| digest_of(&mut file, &suites)).ok(),
    };
    (place, found)
}

/// The digests of a body by some suites, and its length.
pub(crate) fn hash(body: &[u8], suites: &[Suite]) -> (Vec<Hash>, u64) {
    (suites.iter().map(|suite| suite.hash(&[body])).collect(), body.len() as u64)
}
