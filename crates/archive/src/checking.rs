//! What takes time in verifying, on all processors and in whatever order, while the caller walks on: bodies hashed,
//! signatures verified. Knows a body by its place only.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use chain::{Claim, Hash, Suite, Unpacked};

use crate::bodies::digest_of;
use crate::lists;
use crate::verify::Broken;

/// The digests of a body by some suites, and its length.
pub(crate) type Found = (Vec<Hash>, u64);

/// What a thread does.
pub(crate) enum Work {
    /// Hash a body.
    Bytes { place: usize, body: Vec<u8>, suites: Vec<Suite> },
    /// Hash a body that lies in a file.
    File { place: usize, path: PathBuf, suites: Vec<Suite> },
    /// Verify the signatures of an entry.
    Signed { entry: u64, claims: Vec<Claim> },
    /// Hash a row of the lists of known messages.
    Row(lists::Row),
}

impl Work {
    /// How long it takes, as bytes to be hashed.
    fn weight(&self) -> usize {
        match self {
            Self::Bytes { body, .. } => body.len(),
            // of any size: for a thread by itself
            Self::File { .. } => LOAD,
            Self::Signed { claims, .. } => claims.len() * SIGNATURE,
            Self::Row(row) => row.len(),
        }
    }
}

/// What came of it.
#[derive(Default)]
struct Done {
    /// Pieces of work done.
    count: usize,
    bodies: Vec<(usize, Found)>,
    /// What does not hold of signatures.
    wrong: Vec<Broken>,
    /// The sum of the terms of rows of the lists.
    lists: Hash,
    keys: Unpacked,
}

impl Done {
    fn one(&mut self, work: Work) {
        self.count += 1;
        match work {
            Work::Bytes { place, body, suites } => self.bodies.push((place, hash(&body, &suites))),
            Work::File { place, path, suites } => {
                let found = File::open(path).and_then(|mut file| digest_of(&mut file, &suites));
                self.bodies.extend(found.ok().map(|found| (place, found)));
            }
            Work::Signed { entry, claims } => {
                if let Err(e) = claims.iter().try_for_each(|claim| claim.verify(&mut self.keys)) {
                    self.wrong.push(Broken { entry, what: e.to_string() });
                }
            }
            Work::Row(row) => lists::add(&mut self.lists, &row.term()),
        }
    }
}

/// Loads on the way to the threads at once.
const WAITING: usize = 4;
/// Bytes of a load, about: a piece by itself takes less time than handing it over.
const LOAD: usize = 512 * 1024;
/// What verifying a signature weighs, in bytes to be hashed in the same time.
const SIGNATURE: usize = 64 * 1024;

/// The threads; none before the first piece of work.
#[derive(Default)]
pub(crate) struct Checking {
    work: Option<SyncSender<Vec<Work>>>,
    /// What the next load has so far, and what it weighs.
    load: (Vec<Work>, usize),
    threads: Vec<JoinHandle<Done>>,
    /// Pieces of work handed out.
    handed: usize,
    done: Done,
}

impl Checking {
    /// Hands work to a thread, or does it here where there is none.
    pub(crate) fn give(&mut self, work: Work) {
        self.handed += 1;
        self.load.1 += work.weight();
        self.load.0.push(work);
        if self.load.1 >= LOAD {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let load = std::mem::take(&mut self.load).0;
        if self.work.is_none() {
            let (give, take) = sync_channel(WAITING);
            let take = Arc::new(Mutex::new(take));
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
            let start = |n: usize| {
                let take = Arc::clone(&take);
                let thread = std::thread::Builder::new().name(format!("verifying {n}"));
                thread.spawn(move || all(&take)).ok()
            };
            self.threads = (0..threads).filter_map(start).collect();
            self.work = Some(give);
        }
        let alone = match &self.work {
            Some(give) if !self.threads.is_empty() => give.send(load).err().map(|unsent| unsent.0),
            _ => Some(load),
        };
        alone.into_iter().flatten().for_each(|work| self.done.one(work));
    }

    /// Waits for the threads: the bodies that were found, by place, and the sum over the lists. What does not hold
    /// goes to `broken`.
    pub(crate) fn finish(&mut self, broken: &mut Vec<Broken>) -> (Vec<(usize, Found)>, Hash) {
        self.hand_over();
        self.work = None;
        for thread in std::mem::take(&mut self.threads) {
            let Done { count, bodies, wrong, lists, keys: _ } = thread.join().unwrap_or_default();
            lists::add(&mut self.done.lists, &lists);
            self.done.count += count;
            self.done.bodies.extend(bodies);
            self.done.wrong.extend(wrong);
        }
        broken.append(&mut self.done.wrong);
        if self.done.count != self.handed {
            let what = "a thread that verifies died: nothing is known".to_owned();
            broken.push(Broken { entry: 0, what });
        }
        (std::mem::take(&mut self.done.bodies), self.done.lists)
    }
}

fn all(take: &Mutex<Receiver<Vec<Work>>>) -> Done {
    let mut done = Done::default();
    loop {
        let load = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match load {
            Ok(load) => load.into_iter().for_each(|work| done.one(work)),
            Err(_) => return done,
        }
    }
}

/// The digests of a body by some suites, and its length.
pub(crate) fn hash(body: &[u8], suites: &[Suite]) -> Found {
    (suites.iter().map(|suite| suite.hash(&[body])).collect(), body.len() as u64)
}
