//! Takes a copy back from a store. What the store does not give, or gives otherwise than it was put, is named, and the
//! rest is taken: whoever needs a copy back may have nothing else left.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::client::Bucket;
use super::exchange::{State, archives, name, read, read_list, states};
use super::settings::Settings;
use super::{Take, TakeReport};
use crate::error::JobError;
use crate::offsite::{self, List};
use crate::progress::{Phase, Progress};

/// The newest state, or the one that is named, and its archive's others.
async fn chosen(
    bucket: &Bucket,
    settings: &Settings,
    wanted: Option<&str>,
) -> Result<(String, State, Vec<State>), JobError> {
    let none = |why: &str| JobError::BadValue { what: "--state", why: why.to_owned() };
    let mut found = Vec::new();
    for archive in archives(bucket, settings).await? {
        let all = states(bucket, settings, &archive).await?;
        let state = match wanted {
            Some(wanted) => all.iter().find(|state| state.name() == wanted),
            None => all.last(),
        };
        if let Some(state) = state.cloned() {
            found.push((archive, state, all));
        }
    }
    match found.len() {
        0 => Err(none("the store has no such state")),
        1 => Ok(found.remove(0)),
        _ => Err(none("the store has several archives: name a state, or a prefix in the settings")),
    }
}

/// Takes one file, whole or not at all; else why not.
async fn fetch(
    bucket: &Bucket,
    object: &object_store::path::Path,
    digest: &str,
    path: &Path,
    progress: Progress<'_>,
) -> Result<Result<(), &'static str>, JobError> {
    let fail = |e: &std::io::Error| JobError::io(path, "writing the copy", e);
    let part = offsite::part_of(path);
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(|e| fail(&e))?;
    let mut out = File::create(&part).map_err(|e| fail(&e))?;
    let have = read(bucket, object, progress, |piece| out.write_all(piece).map_err(|e| fail(&e))).await;
    let why = match have {
        Ok(Some(have)) if have == digest => {
            out.sync_all().and_then(|()| fs::rename(&part, path)).map_err(|e| fail(&e))?;
            return Ok(Ok(()));
        }
        Ok(Some(_)) => "the store gives something else",
        Ok(None) => "the store does not have it",
        Err(e) => {
            drop(fs::remove_file(&part));
            return Err(e);
        }
    };
    match fs::remove_file(&part) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(fail(&e)),
        _ => Ok(Err(why)),
    }
}

pub(super) async fn take(
    job: &Take,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<TakeReport, JobError> {
    let to = &job.to;
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(JobError::NotEmpty { path: to.clone() });
    }
    let bucket = Bucket::new(settings)?;
    let (archive, state, all) = chosen(&bucket, settings, job.state.as_deref()).await?;
    let text = read_list(&bucket, settings, &archive, &state, progress).await?;
    let list = List::parse(&text, Path::new("SHA256SUMS"))?;
    progress.begin(Phase::Copying, Some(list.count()));
    let mut wrong = Vec::new();
    for (file, digest) in list.entries() {
        let object = name(settings, &archive, &format!("objects/{digest}"));
        if let Err(why) = fetch(&bucket, &object, digest, &to.join(file), progress).await? {
            if file == "archive.db" {
                return Err(JobError::Integrity { what: format!("{file}: {why}; take an older state") });
            }
            wrong.push(format!("{file}: {why}"));
        }
        progress.done(1);
    }
    list.write(to)?;
    let mut copy = offsite::verify_copy(to, &job.older, progress)?;
    wrong.append(&mut copy.differing);
    copy.differing = wrong;
    let states = all.iter().map(State::name).collect();
    Ok(TakeReport { archive, state: state.name(), states, copy })
}
