//! One thread reads, another consumes, a handful of batches go round between them: memory is bounded
//! by the batches, whatever the size of the source.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use model::{MessageSource, Record, Tally};

use crate::error::JobError;
use crate::progress::Progress;

/// Records gathered by the reading thread. Emptied batches come back to it, with their buffers.
pub(crate) trait Batch: Default + Send {
    /// Takes a record in.
    fn push(&mut self, record: Record);
    /// Whether to send it on.
    fn is_full(&self) -> bool;
    /// Whether there is nothing in it.
    fn is_empty(&self) -> bool;
}

/// Batches that wait; one more is being filled and one consumed. A message may have 100 MB, so that each counts.
const WAITING: usize = 1;

/// Reads `source` to its end on a thread of its own and hands every batch to `consume`, which must
/// leave it empty.
///
/// # Errors
/// The first of: the source unusable, `consume` failing, the job stopped, the reader panicking
/// (which fails this source and nothing else).
pub(crate) fn feed<B: Batch>(
    path: &Path,
    source: &mut dyn MessageSource,
    progress: Progress<'_>,
    mut consume: impl FnMut(&mut B) -> Result<(), JobError>,
) -> Result<Tally, JobError> {
    let (full, inbox): (SyncSender<B>, Receiver<B>) = sync_channel(WAITING);
    let (give_back, empties) = channel::<B>();
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("reader".to_owned()).spawn_scoped(scope, move || {
            let mut batch = B::default();
            let result = source.read(&mut |record| {
                batch.push(record);
                if batch.is_full() {
                    let next = empties.try_recv().unwrap_or_default();
                    // the consumer is gone: it has failed and says why
                    if full.send(std::mem::replace(&mut batch, next)).is_err() {
                        return ControlFlow::Break(());
                    }
                }
                if progress.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if !batch.is_empty() {
                // a failed send means the same as above
                drop(full.send(batch));
            }
            result
        });
        let reader = reader.map_err(|e| JobError::io(path, "starting the thread that reads", &e))?;
        let mut consumed = Ok(());
        for mut batch in inbox {
            consumed = consume(&mut batch);
            if consumed.is_err() {
                break;
            }
            drop(give_back.send(batch));
        }
        // leaving the loop dropped the inbox: a reader that still sends ends at once
        let read = reader.join().map_err(|_| JobError::Internal { what: "the reader panicked".into() });
        consumed?;
        progress.check()?;
        read?.map_err(|fault| JobError::source_at(path, fault))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use model::{Fault, Location, Place, SourceDescription, SourceError, Unreadable};

    use super::*;

    struct Numbers(u64, bool);

    impl MessageSource for Numbers {
        fn describe(&self) -> SourceDescription {
            SourceDescription::default()
        }

        fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
            let mut tally = Tally::default();
            for i in 0..self.0 {
                assert!(!(self.1 && i == 1000), "made to panic");
                tally.seen += 1;
                tally.unreadable += 1;
                let at = Location { evidence: String::new(), place: Place::Frame { index: i } };
                let fault = Fault::Truncated { need: i, have: 0 };
                if sink(Record::Unreadable(Unreadable { at, fault })).is_break() {
                    break;
                }
            }
            Ok(tally)
        }
    }

    #[derive(Default)]
    struct Count(Vec<u64>);

    impl Batch for Count {
        fn push(&mut self, record: Record) {
            if let Record::Unreadable(Unreadable { fault: Fault::Truncated { need, .. }, .. }) = record {
                self.0.push(need);
            }
        }
        fn is_full(&self) -> bool {
            self.0.len() == 7
        }
        fn is_empty(&self) -> bool {
            self.0.is_empty()
        }
    }

    #[test]
    fn every_record_arrives_in_order() {
        for n in [0, 1, 6, 7, 8, 5000] {
            let mut got = Vec::new();
            let tally = feed(Path::new("x"), &mut Numbers(n, false), Progress::none(), |b: &mut Count| {
                got.append(&mut b.0);
                Ok(())
            });
            assert_eq!(tally.unwrap().seen, n);
            assert_eq!(got, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_failing_consumer_ends_the_reading() {
        let result =
            feed(Path::new("x"), &mut Numbers(u64::MAX, false), Progress::none(), |_: &mut Count| {
                Err(JobError::Busy)
            });
        assert!(matches!(result, Err(JobError::Busy)));
    }

    #[test]
    fn a_panicking_reader_fails_its_source_only() {
        let result = feed(Path::new("x"), &mut Numbers(5000, true), Progress::none(), |b: &mut Count| {
            b.0.clear();
            Ok(())
        });
        assert!(matches!(result, Err(JobError::Internal { .. })));
    }

    #[test]
    fn a_stopped_job_ends() {
        let stop = AtomicBool::new(true);
        let progress = Progress::new(&|_| {}, &stop);
        let result = feed(Path::new("x"), &mut Numbers(u64::MAX, false), progress, |b: &mut Count| {
            b.0.clear();
            Ok(())
        });
        assert!(matches!(result, Err(JobError::Interrupted)));
    }
}
