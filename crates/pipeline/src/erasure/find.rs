//! All of a message: every version of it in its bucket, the attachments that nothing else there names, and the
//! identities by which a later copy would bring it back. What looks like it in other buckets is found too, and
//! left to the person who asks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use access::EraseBody;
use archive::{Archive, Operator, Writer};
use model::{Message, canonical};
use policy::{Bucket, Custodian, Handle};

use crate::error::JobError;
use crate::likeness::TOLD_BY;
use crate::places::Places;
use crate::{identity, ingest, likeness, verdict};

/// Entry of a segment, and the place in it.
pub(crate) type At = (u64, u32);

/// A record, as far as it must be told apart from others.
struct Seen {
    at: At,
    /// What makes it this message, without custodian, phone and number among its like.
    base: Vec<u8>,
    /// Number of the message, the same in every telling of it by whatever source.
    message: Option<[u8; 8]>,
    /// What its kind of source puts behind an identity that another has.
    teller: Option<u8>,
    files: Vec<[u8; 32]>,
}

/// What makes records one message.
#[derive(PartialEq, Eq, Hash)]
enum Which<'a> {
    Numbered([u8; 8]),
    Named(&'a [u8]),
    At(At),
}

/// What goes out of a bucket.
pub(crate) struct Found {
    pub(crate) body: EraseBody,
    pub(crate) identities: Vec<Vec<u8>>,
    pub(crate) messages: u64,
    pub(crate) untimed: bool,
}

/// The records of a bucket; whether one of them has no usable time.
fn records(
    places: &Places,
    archive: &Archive,
    by: &Operator,
    bucket: usize,
) -> Result<(Vec<Seen>, bool), JobError> {
    let (mut all, mut damaged, mut untimed) = (Vec::new(), None, false);
    archive
        .records(by, bucket, &mut |record| {
            let message = canonical::decode(std::array::from_fn(|i| record.groups[i]));
            let verdict = verdict::decode(record.groups[7]);
            match (message, verdict) {
                (Ok(message), Ok(verdict)) => {
                    untimed |= verdict.doubts.iter().any(|d| d.starts_with("retention_time_"));
                    let mut base = Vec::new();
                    identity::into(&message, record.groups[1], &mut base);
                    all.push(Seen {
                        at: (record.entry, record.place),
                        base,
                        message: verdict.sorted.message,
                        teller: likeness::teller(&message).map(|t| t.no),
                        files: files(&message),
                    });
                }
                _ => damaged = Some(format!("entry {}: record {}", record.entry, record.place)),
            }
            Ok(())
        })
        .map_err(|e| places.fail(e))?;
    match damaged {
        Some(at) => Err(JobError::Integrity { what: format!("{at}: cannot be read") }),
        None => Ok((all, untimed)),
    }
}

fn files(message: &Message) -> Vec<[u8; 32]> {
    message.attachments.iter().filter_map(|a| a.sha256).collect()
}

/// What scopes the identities of a custodian's messages: each phone that the register knows, and none.
fn prefixes(custodian: &Custodian) -> Vec<Vec<u8>> {
    let serial = |handle: &Handle| match handle {
        Handle::Serial(serial) => Some(serial.expose().to_owned()),
        Handle::Number(_) => None,
    };
    let mut keys: Vec<String> = custodian.devices().iter().filter_map(|d| serial(&d.handle)).collect();
    keys.push(String::new());
    keys.sort_unstable();
    keys.dedup();
    keys.iter().map(|key| ingest::prefix(custodian.id(), key)).collect()
}

/// An identity with its number among its like.
fn numbered(base: &[u8], n: u32) -> Vec<u8> {
    if n == 0 { base.to_vec() } else { [base, &n.to_be_bytes()].concat() }
}

/// Finds all of the messages that some records of one bucket are. `from_any_phone`: whichever phone brings them, they
/// must not come back, nor what other kinds of source told of them.
pub(crate) fn find(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    bucket: usize,
    named: &[At],
    custodian: &Custodian,
    from_any_phone: bool,
) -> Result<Found, JobError> {
    let archive = writer.archive();
    let (all, untimed) = records(places, archive, by, bucket)?;
    let mut like: BTreeMap<&[u8], Vec<&Seen>> = BTreeMap::new();
    for seen in &all {
        like.entry(&seen.base).or_default().push(seen);
    }
    let there: HashSet<At> = all.iter().map(|seen| seen.at).collect();
    if let Some((entry, place)) = named.iter().find(|at| !there.contains(at)) {
        let why = format!("entry {entry} has no message at place {place}; it may be erased already");
        return Err(JobError::BadValue { what: "message", why });
    }
    let (mut going, mut identities, mut messages) = (HashSet::new(), Vec::new(), HashSet::new());
    let mut named: HashSet<At> = named.iter().copied().collect();
    if from_any_phone {
        let told: HashSet<[u8; 8]> =
            all.iter().filter(|seen| named.contains(&seen.at)).filter_map(|seen| seen.message).collect();
        named.extend(all.iter().filter(|s| s.message.is_some_and(|m| told.contains(&m))).map(|s| s.at));
    }
    like.retain(|_, all| all.iter().any(|seen| named.contains(&seen.at)));
    let known = known(places, writer, bucket, &like, custodian)?;
    for ((base, records), known) in like.iter().zip(known) {
        let chosen: Vec<usize> = if identity::is_own(base) {
            // every version has the one id
            (0..records.len()).collect()
        } else {
            (0..records.len()).filter(|i| named.contains(&records[*i].at)).collect()
        };
        messages.extend(chosen.iter().filter_map(|i| records.get(*i)).map(|seen| match seen.message {
            Some(number) => Which::Numbered(number),
            None if identity::is_own(base) => Which::Named(base),
            None => Which::At(seen.at),
        }));
        let tellers: BTreeSet<u8> =
            chosen.iter().filter_map(|i| records.get(*i)).filter_map(|seen| seen.teller).collect();
        let whole = chosen.len() == records.len();
        if !whole && known.len() != records.len() {
            let (entry, place) = records[chosen.first().copied().unwrap_or_default()].at;
            let why = format!(
                "entry {entry}, place {place}: {} records of the bucket are alike in everything, and which of them \
                 are versions of one message cannot be told; name all of them",
                records.len()
            );
            return Err(JobError::BadValue { what: "message", why });
        }
        going.extend(chosen.iter().map(|i| records[*i].at));
        let numbers: Vec<u32> = match (whole, known.is_empty()) {
            (true, true) => (0..u32::try_from(records.len()).unwrap_or(u32::MAX)).collect(),
            (true, false) => known,
            (false, _) => chosen.iter().filter_map(|i| known.get(*i).copied()).collect(),
        };
        for n in numbers {
            let one = numbered(base, n);
            let told = tellers.iter().map(|no| [&one[..], TOLD_BY, &[*no][..]].concat());
            for one in std::iter::once(one.clone()).chain(told) {
                identities.extend(prefixes(custodian).iter().map(|p| [p.as_slice(), &one].concat()));
                if from_any_phone {
                    identities.push([ingest::any_phone(custodian.id()), one].concat());
                }
            }
        }
    }
    let blobs = only_of(places, archive, by, bucket, &all, &going)?;
    let mut records: Vec<At> = going.into_iter().collect();
    records.sort_unstable();
    let body = EraseBody { plan: [0; 32], records, blobs };
    Ok(Found { body, identities, messages: messages.len() as u64, untimed })
}

/// Numbers under which messages of each look are known in a bucket and may come back.
fn known(
    places: &Places,
    writer: &Writer,
    bucket: usize,
    like: &BTreeMap<&[u8], Vec<&Seen>>,
    custodian: &Custodian,
) -> Result<Vec<Vec<u32>>, JobError> {
    let prefixes = prefixes(custodian);
    // some may be gone already, so that the numbers of those that are left go further than their count
    let gone = writer.archive().erased_of(bucket);
    let (mut asked, mut identities) = (Vec::new(), Vec::new());
    for (at, (base, records)) in like.iter().enumerate() {
        let most = if identity::is_own(base) { 1 } else { records.len() + gone };
        for n in 0..u32::try_from(most).unwrap_or(u32::MAX) {
            let one = numbered(base, n);
            for prefix in &prefixes {
                asked.push((at, n));
                identities.push([prefix.as_slice(), &one].concat());
            }
        }
    }
    let known = writer.known(bucket, &identities).map_err(|e| places.fail(e))?;
    let mut found = vec![Vec::new(); like.len()];
    for ((at, n), _) in asked.into_iter().zip(known).filter(|(_, known)| *known) {
        if let Some(numbers) = found.get_mut(at).filter(|numbers: &&mut Vec<u32>| numbers.last() != Some(&n))
        {
            numbers.push(n);
        }
    }
    Ok(found)
}

/// Entries of attachments that only what goes names.
fn only_of(
    places: &Places,
    archive: &Archive,
    by: &Operator,
    bucket: usize,
    all: &[Seen],
    going: &HashSet<At>,
) -> Result<Vec<u64>, JobError> {
    let of = |goes: bool| {
        let those = all.iter().filter(move |seen| going.contains(&seen.at) == goes);
        those.flat_map(|seen| seen.files.iter().copied()).collect::<HashSet<[u8; 32]>>()
    };
    let (go, stay) = (of(true), of(false));
    let mut blobs = Vec::new();
    if !go.is_empty() {
        let contents: HashMap<[u8; 32], Vec<u64>> = archive
            .contents(by, bucket)
            .map_err(|e| places.fail(e))?
            .into_iter()
            .fold(HashMap::new(), |mut all, (sha256, entry)| {
                all.entry(sha256).or_default().push(entry);
                all
            });
        blobs.extend(go.difference(&stay).filter_map(|sha256| contents.get(sha256)).flatten().copied());
        blobs.sort_unstable();
    }
    Ok(blobs)
}

/// Records in other buckets of the custodian, of the same months, that have the same identity as some that are
/// named: the same message on another phone, most likely.
pub(crate) fn alike(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    custodian: &str,
    named: &BTreeMap<usize, Vec<At>>,
) -> Result<Vec<At>, JobError> {
    let archive = writer.archive();
    let labels = writer.labels().map_err(|e| places.fail(e))?;
    let label = |number: usize| labels.get(number).and_then(|label| Bucket::decode_label(label));
    let mut bases: HashSet<Vec<u8>> = HashSet::new();
    let mut months = HashSet::new();
    for (bucket, ats) in named {
        let (all, _) = records(places, archive, by, *bucket)?;
        bases.extend(all.into_iter().filter(|seen| ats.contains(&seen.at)).map(|seen| seen.base));
        months.extend(label(*bucket).map(|(_, bucket)| bucket.month));
    }
    let mut found = Vec::new();
    for (number, made) in archive.buckets().iter().enumerate() {
        let here = label(number).is_some_and(|(id, b)| id == custodian && months.contains(&b.month));
        let there = archive.disposed_by(number).is_none();
        let fail = |e| places.fail(e);
        if !here || !there || named.contains_key(&number) || by.bucket(&made.id).map_err(fail)?.is_none() {
            continue;
        }
        let (all, _) = records(places, archive, by, number)?;
        found.extend(all.into_iter().filter(|seen| bases.contains(&seen.base)).map(|seen| seen.at));
    }
    Ok(found)
}
