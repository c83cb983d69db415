//! Puts a copy into a store. What an earlier, interrupted put left is used; nothing counts as there before it was read
//! back, and the list that makes a state of it is put last.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use object_store::path::Path as Name;
use object_store::{Error, MultipartUpload, ObjectStoreExt as _, PutPayload};
use sha2::{Digest, Sha256};

use super::client::{Bucket, failed};
use super::exchange::{State, length, name, put_new, read, read_list, states};
use super::probe::{probe, retained};
use super::settings::Settings;
use super::{Put, PutReport};
use crate::error::JobError;
use crate::offsite::{List, ready};
use crate::progress::{Phase, Progress};

/// Up to this many bytes a file goes in one piece.
const ONE_PIECE: u64 = 32 << 20;
/// Least length of a piece, and most pieces of a file.
const PIECE: u64 = 8 << 20;
const MOST_PIECES: u64 = 9_000;

fn integrity(what: String) -> JobError {
    JobError::Integrity { what }
}

/// Fills `buf` as far as the file goes; gives how many bytes.
fn fill(file: &mut File, path: &Path, buf: &mut [u8]) -> Result<usize, JobError> {
    let mut have = 0;
    while have < buf.len() {
        match file.read(&mut buf[have..]).map_err(|e| JobError::io(path, "reading the copy", &e))? {
            0 => break,
            n => have += n,
        }
    }
    Ok(have)
}

/// A file of the copy, and what the list says of it.
struct Exhibit<'a> {
    file: &'a str,
    path: &'a Path,
    digest: &'a str,
    size: u64,
}

impl Exhibit<'_> {
    fn same(&self, hasher: Sha256) -> Result<(), JobError> {
        if chain::hex(&hasher.finalize()) == self.digest {
            return Ok(());
        }
        Err(integrity(format!("{}: changed while it was put", self.file)))
    }

    /// Puts the file, in pieces where it is large. What is not what the list says becomes no object.
    async fn put(&self, bucket: &Bucket, object: &Name, progress: Progress<'_>) -> Result<(), JobError> {
        let mut file = File::open(self.path).map_err(|e| JobError::io(self.path, "reading the copy", &e))?;
        if self.size <= ONE_PIECE {
            let mut bytes = vec![0; usize::try_from(self.size).unwrap_or(usize::MAX)];
            let have = fill(&mut file, self.path, &mut bytes)?;
            bytes.truncate(have);
            self.same(Sha256::new_with_prefix(&bytes))?;
            return put_new(bucket, object, bytes).await;
        }
        let putting = failed("putting an object");
        let mut upload = bucket.store.put_multipart(object).await.map_err(&putting)?;
        if let Err(e) = self.pieces(&mut file, upload.as_mut(), progress).await {
            // what went of it is no object; where that cannot be said either, the store drops it in its own time
            drop(upload.abort().await);
            return Err(e);
        }
        match upload.complete().await {
            Ok(_) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(()),
            Err(e) => Err(putting(e)),
        }
    }

    async fn pieces(
        &self,
        file: &mut File,
        upload: &mut dyn MultipartUpload,
        progress: Progress<'_>,
    ) -> Result<(), JobError> {
        let piece = PIECE.max(self.size.div_ceil(MOST_PIECES));
        let piece = usize::try_from(piece).unwrap_or(usize::MAX);
        let mut hasher = Sha256::new();
        loop {
            progress.check()?;
            let mut bytes = vec![0; piece];
            let have = fill(file, self.path, &mut bytes)?;
            if have == 0 {
                return self.same(hasher);
            }
            bytes.truncate(have);
            hasher.update(&bytes);
            let sent = upload.put_part(PutPayload::from(bytes)).await;
            sent.map_err(failed("putting an object"))?;
        }
    }

    /// Whether the store gives back what the list says.
    async fn check(&self, bucket: &Bucket, object: &Name, progress: Progress<'_>) -> Result<(), JobError> {
        match read(bucket, object, progress, |_| Ok(())).await? {
            Some(have) if have == self.digest => Ok(()),
            Some(_) => Err(integrity(format!("{}: the store gives back something else", self.file))),
            None => Err(integrity(format!("{}: was put, and is not in the store", self.file))),
        }
    }
}

/// What a state of the store lists, which was read back when the state was put.
async fn listed_before(
    bucket: &Bucket,
    settings: &Settings,
    archive: &str,
    earlier: &[State],
    progress: Progress<'_>,
) -> Result<BTreeSet<String>, JobError> {
    let Some(newest) = earlier.last() else { return Ok(BTreeSet::new()) };
    let text = read_list(bucket, settings, archive, newest, progress).await?;
    let list = List::parse(&text, Path::new("SHA256SUMS"))?;
    Ok(list.entries().map(|(_, digest)| digest.to_owned()).collect())
}

pub(super) async fn put(
    job: &Put,
    settings: &Settings,
    now: i64,
    progress: Progress<'_>,
) -> Result<PutReport, JobError> {
    let ready = ready(&job.copy, job.keys.as_ref(), &job.canaries, progress)?;
    let bucket = Bucket::new(settings)?;
    let enforced = probe(&bucket, settings, now).await?;
    if settings.worm && !enforced.worm {
        let why = format!("the store is not WORM: {}", enforced.missing.join("; "));
        return Err(JobError::Refused { why });
    }
    let (archive, list) = (ready.archive.as_str(), &ready.list);
    let earlier = states(&bucket, settings, archive).await?;
    let before = match job.trust_earlier {
        true => listed_before(&bucket, settings, archive, &earlier, progress).await?,
        false => BTreeSet::new(),
    };
    let (mut written, mut bytes, mut read_back) = (0, 0, 0);
    progress.begin(Phase::Copying, Some(list.count()));
    for (file, digest) in list.entries() {
        progress.check()?;
        let path = job.copy.join(file);
        let meta = std::fs::metadata(&path).map_err(|e| JobError::io(&path, "reading the copy", &e))?;
        let exhibit = Exhibit { file, path: &path, digest, size: meta.len() };
        let object = name(settings, archive, &format!("objects/{digest}"));
        let there = length(&bucket, &object).await?;
        if there.is_none() {
            exhibit.put(&bucket, &object, progress).await?;
            written += 1;
            bytes += exhibit.size;
        }
        if there != Some(exhibit.size) || !before.contains(digest) {
            exhibit.check(&bucket, &object, progress).await?;
            read_back += 1;
        }
        if settings.worm
            && let Err(said) = retained(&bucket, object.as_ref(), now).await?
        {
            return Err(integrity(format!("{file}: the store does not retain it: {said}")));
        }
        progress.done(1);
    }
    let text = list.text();
    let digest = chain::hex(&Sha256::digest(&text));
    let known = earlier.into_iter().find(|state| state.size == ready.size && state.digest == digest);
    let state = match known {
        Some(known) => known,
        None => {
            let stamp = Timestamp::from_millisecond(now);
            let stamp = stamp.map_err(|_| JobError::Internal { what: "the clock".to_owned() })?;
            let time = stamp.strftime("%Y%m%dT%H%M%SZ").to_string();
            let state = State { size: ready.size, time, digest };
            let object = name(settings, archive, &format!("states/{}", state.name()));
            put_new(&bucket, &object, text.into_bytes()).await?;
            state
        }
    };
    read_list(&bucket, settings, archive, &state, progress).await?;
    Ok(PutReport {
        archive: archive.to_owned(),
        state: state.name(),
        size: ready.size,
        root: ready.root,
        files: list.count(),
        written,
        bytes,
        read_back,
        looked_for: ready.looked_for,
        enforced,
    })
}
