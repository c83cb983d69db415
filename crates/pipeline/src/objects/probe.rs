//! What a store really enforces, tried on objects of 32 bytes: nothing that it states is believed without the attempt.
//! Whoever says "WORM" of a store means that a name is written once, that what is under retention is neither deleted nor
//! released early, and that everything gets a retention; several servers that were looked at fail one of these while
//! they accept the request for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};

use super::Enforced;
use super::client::{Answer, Bucket};
use super::settings::Settings;
use crate::error::JobError;

/// Hours for which the first object is retained, and for which it is to be retained when that is shortened.
const HOURS: i64 = 26;
const SHORTER: i64 = 1;

/// An object that was put, and how the store calls what was put first.
struct Tried<'a> {
    bucket: &'a Bucket,
    name: String,
    version: Option<String>,
    content: [u8; 32],
}

/// Probes a store.
pub(super) async fn probe(bucket: &Bucket, settings: &Settings, now: i64) -> Result<Enforced, JobError> {
    let content: [u8; 32] =
        vault::random().map_err(|_| JobError::Internal { what: "randomness".to_owned() })?;
    let now =
        Timestamp::from_millisecond(now).map_err(|_| JobError::Internal { what: "the clock".to_owned() })?;
    let number = chain::hex(&Sha256::digest(content)[..8]);
    let name = |rest: &str| settings.name(&format!("probe/{}-{number}{rest}", now.strftime("%Y-%m-%d")));
    let mut enforced = Enforced::default();

    // as a file of a copy is put: what it gets, it gets by itself
    let mut plain = Tried { bucket, name: name(""), version: None, content };
    let answer = plain.put(&content, None).await?;
    if !answer.is_success() {
        let why = format!("the store takes no object: {}", answer.said());
        return Err(JobError::Store { what: "probing", why });
    }
    plain.version.clone_from(&answer.version);
    written_once(&plain, &mut enforced).await?;
    written_once_in_pieces(&plain, &mut enforced).await?;
    by_itself(&plain, now, &mut enforced).await?;

    let mut locked = Tried { bucket, name: name("-locked"), version: None, content };
    let answer = locked.put(&content, Some(&hence(now, HOURS))).await?;
    if answer.is_success() {
        locked.version.clone_from(&answer.version);
        retention(&locked, now, &mut enforced).await?;
    } else {
        enforced.missing.push(format!("an object with a retention: {}", answer.said()));
    }
    enforced.deletion_refused = enforced.retention && !deleted(&locked, &mut enforced).await?;
    if enforced.retained_by_default && deleted(&plain, &mut enforced).await? {
        enforced.deletion_refused = false;
    }
    enforced.worm = enforced.put_if_absent
        && enforced.parts_if_absent
        && enforced.retention
        && enforced.deletion_refused
        && enforced.shortening_refused
        && enforced.retained_by_default;
    Ok(enforced)
}

fn hence(now: Timestamp, hours: i64) -> String {
    let then = now.checked_add(hours.hours()).unwrap_or(now);
    then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn sum(content: &[u8]) -> (&'static str, String) {
    ("x-amz-checksum-sha256", STANDARD.encode(Sha256::digest(content)))
}

impl Tried<'_> {
    /// Puts the object where there must be none; under a retention until a time, where one is given.
    async fn put(&self, content: &[u8], until: Option<&str>) -> Result<Answer, JobError> {
        let mut headers = vec![("if-none-match", "*".to_owned()), sum(content)];
        if let Some(until) = until {
            headers.push(("x-amz-object-lock-mode", "COMPLIANCE".to_owned()));
            headers.push(("x-amz-object-lock-retain-until-date", until.to_owned()));
        }
        self.bucket.send("PUT", &self.name, "", &headers, content).await
    }

    fn version<'v>(&'v self, query: &str) -> String {
        let legal = |v: &&'v str| v.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        match self.version.as_deref().filter(legal) {
            None => query.to_owned(),
            Some(version) if query.is_empty() => format!("versionId={version}"),
            Some(version) => format!("{query}&versionId={version}"),
        }
    }

    /// Whether its name, or the version that was put first, still reads as it was put.
    async fn stayed(&self, newest: bool) -> Result<bool, JobError> {
        let query = if newest { String::new() } else { self.version("") };
        let answer = self.bucket.send("GET", &self.name, &query, &[], &[]).await?;
        Ok(answer.is_success() && answer.body == self.content)
    }

    async fn stated(&self) -> Result<Result<Timestamp, String>, JobError> {
        stated(self.bucket, &self.name, &self.version("retention")).await
    }
}

/// The end of the retention that a store states of an object in a mode that nobody may lift.
async fn stated(bucket: &Bucket, name: &str, query: &str) -> Result<Result<Timestamp, String>, JobError> {
    let answer = bucket.send("GET", name, query, &[], &[]).await?;
    let until = answer.element("RetainUntilDate").and_then(|text| text.parse::<Timestamp>().ok());
    let mode = answer.element("Mode").unwrap_or_default();
    Ok(match (answer.is_success(), mode, until) {
        (true, "COMPLIANCE", Some(until)) => Ok(until),
        (true, "GOVERNANCE", Some(_)) => Err("GOVERNANCE, which some may lift".to_owned()),
        _ => Err(answer.said()),
    })
}

/// Whether a store states of an object that nobody may delete it for now; else what it said.
pub(super) async fn retained(bucket: &Bucket, name: &str, now: i64) -> Result<Result<(), String>, JobError> {
    Ok(match stated(bucket, name, "retention").await? {
        Ok(until) if until.as_millisecond() > now => Ok(()),
        Ok(_) => Err("it has ended".to_owned()),
        Err(said) => Err(said),
    })
}

async fn written_once(tried: &Tried<'_>, enforced: &mut Enforced) -> Result<(), JobError> {
    let mut other = tried.content;
    other.reverse();
    let again = tried.put(&other, None).await?;
    let stayed = tried.stayed(true).await?;
    enforced.put_if_absent = matches!(again.status, 409 | 412) && stayed;
    if !enforced.put_if_absent {
        let stayed = if stayed { "the first stayed" } else { "the first was overwritten" };
        enforced.missing.push(format!("a second object under one name: {}, {stayed}", again.said()));
    }
    Ok(())
}

/// The same by an upload in pieces, which large files take and which a store may treat otherwise.
async fn written_once_in_pieces(tried: &Tried<'_>, enforced: &mut Enforced) -> Result<(), JobError> {
    let (bucket, name) = (tried.bucket, &tried.name);
    let began = bucket.send("POST", name, "uploads=", &[], &[]).await?;
    let legal = |id: &&str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let Some(upload) = began.element("UploadId").filter(legal).map(str::to_owned) else {
        enforced.missing.push(format!("an upload in pieces: {}", began.said()));
        return Ok(());
    };
    let mut other = tried.content;
    other.rotate_left(1);
    let part = bucket.send("PUT", name, &format!("partNumber=1&uploadId={upload}"), &[], &other).await?;
    let tag = part.tag.as_deref().unwrap_or_default().trim_matches('"');
    let all = format!(
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber>\
         <ETag>\"{}\"</ETag></Part></CompleteMultipartUpload>",
        tag.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect::<String>()
    );
    let query = format!("uploadId={upload}");
    let only_new = [("if-none-match", "*".to_owned())];
    let again = bucket.send("POST", name, &query, &only_new, all.as_bytes()).await?;
    let stayed = tried.stayed(true).await?;
    // a completion may also fail with 200 and an error inside
    let refused = matches!(again.status, 409 | 412) || again.element("Code") == Some("PreconditionFailed");
    enforced.parts_if_absent = refused && stayed;
    if !enforced.parts_if_absent {
        let stayed = if stayed { "the first stayed" } else { "the first was overwritten" };
        let said = again.said();
        enforced.missing.push(format!("a second object under one name, in pieces: {said}, {stayed}"));
    }
    // what is left of the upload is no object; a store that has dropped it already says so, and that is all
    bucket.send("DELETE", name, &query, &[], &[]).await.map(|_| ())
}

async fn by_itself(tried: &Tried<'_>, now: Timestamp, enforced: &mut Enforced) -> Result<(), JobError> {
    match tried.stated().await? {
        Ok(until) if until > now => enforced.retained_by_default = true,
        Ok(_) => enforced.missing.push("a retention of every object by itself: it has ended".to_owned()),
        Err(said) => enforced.missing.push(format!("a retention of every object by itself: {said}")),
    }
    Ok(())
}

async fn retention(tried: &Tried<'_>, now: Timestamp, enforced: &mut Enforced) -> Result<(), JobError> {
    let least = now.checked_add((HOURS - 1).hours()).unwrap_or(now);
    let before = match tried.stated().await? {
        Ok(until) if until >= least => until,
        Ok(_) => {
            enforced.missing.push("a retention: another end than was asked for".to_owned());
            return Ok(());
        }
        Err(said) => {
            enforced.missing.push(format!("a retention: {said}"));
            return Ok(());
        }
    };
    enforced.retention = true;
    enforced.shortening_refused = true;
    let until =
        |mode: &str, end: &str| format!("<Mode>{mode}</Mode><RetainUntilDate>{end}</RetainUntilDate>");
    for (what, inside) in [
        ("a shorter retention", until("COMPLIANCE", &hence(now, SHORTER))),
        ("a retention that some may lift", until("GOVERNANCE", &hence(now, HOURS))),
        ("no retention any more", String::new()),
    ] {
        let body =
            format!("<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inside}</Retention>");
        let headers = [sum(body.as_bytes()), ("x-amz-bypass-governance-retention", "true".to_owned())];
        let query = tried.version("retention");
        let answer = tried.bucket.send("PUT", &tried.name, &query, &headers, body.as_bytes()).await?;
        let kept = tried.stated().await?.is_ok_and(|after| after >= before);
        if answer.is_success() || !kept {
            enforced.shortening_refused = false;
            let kept = if kept { "it stayed" } else { "it is gone" };
            enforced.missing.push(format!("{what}: {}, {kept}", answer.said()));
        }
    }
    Ok(())
}

/// Tries to delete what is under retention: the very version where there is one, for else a store only hides it, which is
/// neither a refusal nor a loss.
async fn deleted(tried: &Tried<'_>, enforced: &mut Enforced) -> Result<bool, JobError> {
    let headers = [("x-amz-bypass-governance-retention", "true".to_owned())];
    let answer = tried.bucket.send("DELETE", &tried.name, &tried.version(""), &headers, &[]).await?;
    let stayed = tried.stayed(false).await?;
    let deleted = answer.is_success() || !stayed;
    if deleted {
        let stayed = if stayed { "it stayed" } else { "it is gone" };
        enforced.missing.push(format!("deletion under retention: {}, {stayed}", answer.said()));
    }
    Ok(deleted)
}
