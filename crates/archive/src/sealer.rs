//! The thread that seals: a full segment goes in, its root and its body come out, in the same order.
//! At most [`WAITING`] segments are on the way, so memory is bounded.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use chain::{Frontier, Hash, Suite};
use vault::{Packer, Plain, PublicKey};

use crate::body::{segment, split, take_item};
use crate::error::{ArchiveError, broken, io, sealed};
use crate::reader::MOST_SEGMENT;
use crate::run::BucketNo;

/// Segments on the way at once.
const WAITING: usize = 3;

/// A full segment: its records as they will be read back.
pub(crate) struct Full {
    pub(crate) bucket: BucketNo,
    pub(crate) to: PublicKey,
    pub(crate) context: [u8; 49],
    /// What its root is hashed with.
    pub(crate) suite: Suite,
    pub(crate) plain: Plain,
}

/// A sealed segment, and its emptied buffer.
pub(crate) struct Sealed {
    pub(crate) bucket: BucketNo,
    /// Root of the tree over the commitments to the records.
    pub(crate) content: Hash,
    pub(crate) body: Vec<u8>,
    pub(crate) emptied: Plain,
}

/// The thread and its two queues.
pub(crate) struct Sealer {
    full: Option<SyncSender<Full>>,
    done: Receiver<Result<Sealed, ArchiveError>>,
    waiting: usize,
    thread: Option<JoinHandle<()>>,
}

impl Sealer {
    pub(crate) fn start() -> Result<Self, ArchiveError> {
        let mut packer = Packer::new().map_err(sealed("compressor"))?;
        let (full, inbox) = sync_channel::<Full>(WAITING);
        let (outbox, done) = channel();
        let work = move || {
            for full in inbox {
                // the run is gone: nobody waits for what is left
                if outbox.send(seal(&mut packer, full)).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("sealer".to_owned()).spawn(work);
        let thread = thread.map_err(io("starting the thread that seals"))?;
        Ok(Self { full: Some(full), done, waiting: 0, thread: Some(thread) })
    }

    /// Gives a segment in. What comes back must be appended before anything is given again.
    pub(crate) fn give(&mut self, segment: Full) -> Result<Option<Sealed>, ArchiveError> {
        let back = if self.waiting == WAITING { self.next()? } else { None };
        let gone = || broken(0, "the thread that seals is gone");
        self.full.as_ref().ok_or_else(gone)?.send(segment).map_err(|_| gone())?;
        self.waiting += 1;
        Ok(back)
    }

    /// The next sealed segment, waited for; `None` when none is on the way.
    pub(crate) fn next(&mut self) -> Result<Option<Sealed>, ArchiveError> {
        if self.waiting == 0 {
            return Ok(None);
        }
        self.waiting -= 1;
        self.done.recv().map_err(|_| broken(0, "the thread that seals is gone"))?.map(Some)
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // a panic there was seen as a closed queue
            drop(thread.join());
        }
    }
}

/// Seals a segment under a fresh key.
pub(crate) fn seal(packer: &mut Packer, full: Full) -> Result<Sealed, ArchiveError> {
    let Full { bucket, to, context, suite, mut plain } = full;
    let mut tree = Frontier::new(suite);
    let mut records = plain.as_slice();
    while !records.is_empty() {
        let item = take_item(&mut records).ok_or_else(|| broken(0, "a segment of no records"))?;
        tree.push(chain::leaf_hash(suite, &item.commitment(suite)));
    }
    let fail = sealed("segment");
    let packed = packer.pack(&plain).map_err(&fail)?;
    let (body, key) = segment(&to, &context, &packed).map_err(&fail)?;
    // what cannot be read back is not written
    let again = split(&body)
        .and_then(|(_, rest)| vault::open(&key, &context, rest))
        .and_then(|packed| vault::unpack(&packed, MOST_SEGMENT))
        .map_err(&fail)?;
    if *again != *plain {
        return Err(broken(0, "a segment did not read back as it was written"));
    }
    plain.fill(0);
    plain.clear();
    Ok(Sealed { bucket, content: tree.root(), body, emptied: plain })
}
