//! The keyed part of verifying: every segment and attachment is opened, on all processors, and held against what its
//! header commits to. What it means, the caller's inspection says.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use access::KeyStore;
use chain::{EntryType, Frontier, Hash};
use sha2::{Digest, Sha256};

use crate::Operator;
use crate::body::{Item, take_item};
use crate::error::{ArchiveError, broken, io};
use crate::fate::Fate;
use crate::reader::Record;
use crate::store::Archive;
use crate::verify::{Broken, Inspect, Replayed, Segment, Verified};

/// The keyed part: segments and attachments on all processors, register entries with the register key.
pub(crate) fn contents(
    dir: &Path,
    replayed: &Replayed,
    operator: &Operator,
    inspect: Inspect<'_>,
    verified: &mut Verified,
    done: &(dyn Fn(u64) + Sync),
    stop: &AtomicBool,
) -> Result<(), ArchiveError> {
    let archive = match Archive::open(dir) {
        Ok(archive) => archive,
        // the keyless part has named what is wrong
        Err(e) if !verified.broken.is_empty() => {
            drop(e);
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    let register = operator.keys().secret("ingest/register")?;
    for index in &replayed.registers {
        let checked =
            archive.entry(*index).and_then(|stored| archive.open_register(&register, &stored).map(|_| ()));
        if let Err(e) = checked {
            verified.broken.push(Broken { entry: *index, what: what(e) });
        }
    }
    let mut covered = vec![false; replayed.buckets.len()];
    let epoch = archive.authority.epoch().map(|e| e.number).unwrap_or_default();
    for ((covered, bucket), made) in covered.iter_mut().zip(&replayed.buckets).zip(&archive.buckets) {
        if replayed.fates.disposed_by(bucket).is_some() {
            verified.disposed += 1;
            continue;
        }
        *covered = operator.bucket(bucket)?.is_some();
        verified.unopened += u64::from(!*covered);
        // a grant may not cover a bucket; its wrap to the epoch is there all the same
        if operator.keys().read(&KeyStore::bucket_epoch(bucket, epoch))?.is_none() {
            let what = "the key of the bucket is missing from the key store".to_owned();
            verified.broken.push(Broken { entry: made.entry, what });
        }
    }
    let next = AtomicUsize::new(0);
    let found = Mutex::new((0, 0, 0, 0, Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut segments, mut records, mut erased) = (0, 0, 0);
                let (mut attachments, mut faults) = (0, Vec::new());
                match Archive::open(dir) {
                    Ok(archive) => loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some((index, kind, bucket)) = replayed.contents.get(at).copied() else { break };
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let fate = replayed.fates.of_body(&replayed.buckets[bucket], index);
                        if !covered[bucket] || !matches!(fate, Fate::There(_)) {
                            continue;
                        }
                        match kind {
                            EntryType::Segment => match segment(&archive, operator, index, bucket, inspect) {
                                Ok((n, gone, wrong)) => {
                                    segments += 1;
                                    records += n;
                                    erased += gone;
                                    faults
                                        .extend(wrong.into_iter().map(|what| Broken { entry: index, what }));
                                }
                                Err(e) => faults.push(Broken { entry: index, what: what(e) }),
                            },
                            _ => match attachment(&archive, operator, index) {
                                Ok(()) => attachments += 1,
                                Err(e) => faults.push(Broken { entry: index, what: what(e) }),
                            },
                        }
                        done(0);
                    },
                    Err(e) => faults.push(Broken { entry: 0, what: what(e) }),
                }
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.0 += segments;
                found.1 += records;
                found.2 += attachments;
                found.3 += erased;
                found.4.append(&mut faults);
            });
        }
    });
    let (segments, records, attachments, erased, mut faults) =
        found.into_inner().unwrap_or_else(PoisonError::into_inner);
    verified.segments = segments;
    verified.records = records;
    verified.attachments = attachments;
    verified.erased = erased;
    verified.broken.append(&mut faults);
    Ok(())
}

fn what(e: ArchiveError) -> String {
    match e {
        ArchiveError::Broken { what, .. } => what,
        other => other.to_string(),
    }
}

fn segment(
    archive: &Archive,
    operator: &Operator,
    index: u64,
    bucket: usize,
    inspect: Inspect<'_>,
) -> Result<(u64, u64, Vec<String>), ArchiveError> {
    let stored = archive.entry(index)?;
    let pair = operator.bucket(&stored.header.bucket)?.ok_or(ArchiveError::NoRight("query"))?;
    let plain = archive.open_segment(&pair, &stored)?;
    let mut rest = plain.as_slice();
    let suite = stored.header.content_suite;
    let mut tree = Frontier::new(suite);
    let mut records = Vec::new();
    let mut wrong = Vec::new();
    let (mut erased, mut gone, mut came) = (0, Vec::new(), Vec::new());
    let taken = archive.fates.is_taking(stored.header.refers_to);
    while !rest.is_empty() {
        let item = take_item(&mut rest).ok_or_else(|| broken(index, "malformed record"))?;
        let place = u32::try_from(tree.size()).map_err(|_| broken(index, "too many records"))?;
        tree.push(chain::leaf_hash(suite, &item.commitment(suite)));
        let known = archive.fates.erased(&stored.header.bucket, index, place);
        match item {
            Item::Record(seed, groups) => {
                if known {
                    wrong.push(format!("record {place}: was erased, and is still here"));
                }
                records.push(Record { entry: index, place, run: stored.header.run, seed, groups });
            }
            Item::Erased(commitment) if known => {
                erased += 1;
                gone.push((place, commitment));
            }
            // whether it came so, the caller knows
            Item::Erased(commitment) if taken => came.push((place, commitment)),
            Item::Erased(_) => wrong.push(format!("record {place}: is gone, and no entry erased it")),
        }
    }
    if tree.root() != stored.header.content {
        return Err(broken(index, "records do not match the root in the header"));
    }
    let header = &stored.header;
    wrong.extend(inspect(&Segment { header, bucket, records: &records, gone: &gone, came: &came }));
    Ok((records.len() as u64, erased, wrong))
}

fn attachment(archive: &Archive, operator: &Operator, index: u64) -> Result<(), ArchiveError> {
    let (header, mut body) = archive.blob(index)?;
    let pair = operator.bucket(&header.bucket)?.ok_or(ArchiveError::NoRight("query"))?;
    let (meta, key) = archive.open_blob(&pair, &header, body.as_mut())?;
    let context = crate::body::context(&archive.id, &header.run, &header.bucket, header.entry_type);
    let mut hash = HashOnly(Sha256::new());
    let size = vault::open_stream(&key, &context, body.as_mut(), &mut hash)
        .map_err(|e| broken(index, e.to_string()))?;
    let mut more = [0; 1];
    if body.read(&mut more).map_err(io("reading an attachment"))? != 0 {
        return Err(broken(index, "bytes behind the attachment"));
    }
    if size != meta.size || <Hash>::from(hash.0.finalize()) != meta.sha256 {
        return Err(broken(index, "content does not match its digest"));
    }
    Ok(())
}

struct HashOnly(Sha256);

impl std::io::Write for HashOnly {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.update(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
