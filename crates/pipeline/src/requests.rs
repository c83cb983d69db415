//! What one person asks for and another approves, before it is done: an erasure, a transfer, a shorter period. A
//! request lies sealed in the key store until it is carried out; an approval is a signature over exactly it.
//! Knows the clear parts that will stand in the log as bytes, and not what they do.

use std::collections::HashSet;

use access::{KeyStore, KeyStoreFault, OperatorId, Rights};
use archive::{Archive, Operator, Writer};
use chain::{Approval, EntryType};
use model::wire;
use serde::Serialize;

use crate::disposal::digest;
use crate::error::JobError;
use crate::places::Places;

/// Most bytes of a file of a request.
const MOST: u64 = 256 << 20;

/// A request that lies in the key store.
pub(crate) struct Request {
    /// What it is called by: the beginning of the hash of its clear parts.
    pub(crate) id: String,
    kind: EntryType,
    /// The clear part of each entry that will be written.
    pub(crate) clears: Vec<Vec<u8>>,
    /// What is sealed with each of them.
    pub(crate) plain: Vec<u8>,
}

/// What became of a request or an approval.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// What the request is called.
    pub request: String,
    /// Persons who approved it, the one who asks included.
    pub approvals: usize,
}

fn context(archive: &Archive) -> Vec<u8> {
    [&b"plan"[..], archive.id()].concat()
}

/// `u32 length | bytes`, one after another.
fn framed(parts: &[Vec<u8>]) -> Vec<u8> {
    let frame = |part: &Vec<u8>| {
        [&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()[..], part.as_slice()].concat()
    };
    parts.iter().flat_map(frame).collect()
}

fn unframed(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
        parts.push(part.to_vec());
        bytes = rest;
    }
    (!parts.is_empty()).then_some(parts)
}

/// Who asks and who approves must have the right now.
pub(crate) fn must(
    writer: &Writer,
    by: &Operator,
    (right, name): (Rights, &'static str),
    now: i64,
) -> Result<(), JobError> {
    let at = u64::try_from(now).unwrap_or_default();
    let may = writer.archive().authority().allows(&by.id(), right, at);
    if may { Ok(()) } else { Err(JobError::NoRight { right: name }) }
}

/// Random, in what is sealed with a request: nobody without it can test a guess against its digest.
pub(crate) fn salt() -> Result<String, JobError> {
    let salt: [u8; 16] = vault::random().map_err(|_| JobError::Internal { what: "randomness".into() })?;
    Ok(wire::hex(&salt))
}

/// The clear parts of the entries of a type.
fn entries(
    places: &Places,
    archive: &Archive,
    keys: &KeyStore,
    kind: EntryType,
) -> Result<HashSet<Vec<u8>>, JobError> {
    let entries = archive.register(keys, &[kind]).map_err(|e| places.fail(e))?;
    Ok(entries.into_iter().map(|entry| entry.clear).collect())
}

/// The folder of requests of a type.
fn folder(kind: EntryType) -> String {
    format!("requests/{}", kind.name())
}

impl Request {
    /// Puts a request into the key store. `clear` gives the clear parts for the digest of what is sealed.
    pub(crate) fn keep(
        places: &Places,
        writer: &Writer,
        kind: EntryType,
        plain: Vec<u8>,
        clear: impl FnOnce([u8; 32]) -> Vec<Vec<u8>>,
    ) -> Result<Self, JobError> {
        let clears = clear(digest(&plain));
        let (keys, all) = (writer.keys(), framed(&clears));
        let id: String = wire::hex(&chain::hash(&[&all])).chars().take(16).collect();
        let fail = |e: KeyStoreFault| places.fail(e.into());
        let register = keys.secret("ingest/register").map_err(fail)?;
        let sealed = vault::seal_under(&register, &context(writer.archive()), &plain)
            .map_err(|_| JobError::Internal { what: "sealing a request".into() })?;
        let at = folder(kind);
        keys.write(&format!("{at}/{id}/plan"), &sealed).map_err(fail)?;
        keys.write(&format!("{at}/{id}/acts"), &all).map_err(fail)?;
        Ok(Self { id, kind, clears, plain })
    }

    /// Every request of a type that waits.
    pub(crate) fn all(
        places: &Places,
        archive: &Archive,
        keys: &KeyStore,
        kind: EntryType,
    ) -> Result<Vec<Self>, JobError> {
        let names = keys.names(&folder(kind)).map_err(|e| places.fail(e.into()))?;
        let all: Vec<Self> =
            names.iter().map(|id| Self::open(places, archive, keys, kind, id)).collect::<Result<_, _>>()?;
        // a hand-over is done when its package has its name
        if all.is_empty() || kind == EntryType::Handover {
            return Ok(all);
        }
        let entries = entries(places, archive, keys, kind)?;
        Ok(all.into_iter().filter(|request| !request.stands(&entries)).collect())
    }

    /// Removes from the key store what was carried out by somebody who died before it was forgotten; what it was called.
    pub(crate) fn forget_done(
        places: &Places,
        archive: &Archive,
        keys: &KeyStore,
        kind: EntryType,
    ) -> Result<Vec<String>, JobError> {
        let names = keys.names(&folder(kind)).map_err(|e| places.fail(e.into()))?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let entries = entries(places, archive, keys, kind)?;
        let mut done = Vec::new();
        for id in names {
            // one that cannot be read is for whoever asks for it
            let Ok(request) = Self::open(places, archive, keys, kind, &id) else { continue };
            if request.stands(&entries) {
                request.forget(places, keys)?;
                done.push(id);
            }
        }
        Ok(done)
    }

    /// Whether all of it stands in the log.
    fn stands(&self, entries: &HashSet<Vec<u8>>) -> bool {
        self.clears.iter().all(|clear| entries.contains(clear))
    }

    /// The request that is called so; a beginning that fits one only is enough.
    pub(crate) fn read(
        places: &Places,
        archive: &Archive,
        keys: &KeyStore,
        kind: EntryType,
        called: &str,
    ) -> Result<Self, JobError> {
        let none = |why: &str| JobError::BadValue { what: "request", why: why.to_owned() };
        let called = called.to_lowercase();
        let names = keys.names(&folder(kind)).map_err(|e| places.fail(e.into()))?;
        let mut fits = names.into_iter().filter(|id| id.starts_with(&called));
        match (fits.next(), fits.next()) {
            (Some(id), None) if !called.is_empty() => Self::open(places, archive, keys, kind, &id),
            (Some(_), _) => Err(none("fits several")),
            (None, _) => Err(none("none is called so")),
        }
    }

    fn open(
        places: &Places,
        archive: &Archive,
        keys: &KeyStore,
        kind: EntryType,
        id: &str,
    ) -> Result<Self, JobError> {
        let fail = |e: KeyStoreFault| places.fail(e.into());
        let damaged = || JobError::Integrity { what: "a request in the key store is damaged".to_owned() };
        let at = format!("{}/{id}", folder(kind));
        let read = |name: &str| keys.read_up_to(&format!("{at}/{name}"), MOST).map_err(fail);
        let all = read("acts")?.ok_or_else(damaged)?;
        let sealed = read("plan")?.ok_or_else(damaged)?;
        let register = keys.secret("ingest/register").map_err(fail)?;
        let plain = vault::open_under(&register, &context(archive), &sealed).map_err(|_| damaged())?.to_vec();
        let clears = unframed(&all).ok_or_else(damaged)?;
        if !wire::hex(&chain::hash(&[&all])).starts_with(id) {
            return Err(damaged());
        }
        Ok(Self { id: id.to_owned(), kind, clears, plain })
    }

    /// Whether these are digests of what is sealed with the request.
    pub(crate) fn is_of(&self, plan: &[u8; 32]) -> bool {
        digest(&self.plain) == *plan
    }

    /// Approves it: a signature over each of its parts.
    pub(crate) fn approve(
        &self,
        places: &Places,
        writer: &Writer,
        by: &Operator,
        right: (Rights, &'static str),
        now: i64,
    ) -> Result<Asked, JobError> {
        must(writer, by, right, now)?;
        let signer = by.signer();
        let mut bytes = signer.author().to_vec();
        for clear in &self.clears {
            let act = chain::act_of(writer.archive().suite(), Some(self.kind), clear).unwrap_or_default();
            bytes.extend_from_slice(&chain::approve(writer.archive().id(), &act, &signer).1);
        }
        let name = format!("{}/{}/approval-{}", folder(self.kind), self.id, wire::hex(&by.id()));
        writer.keys().write(&name, &bytes).map_err(|e| places.fail(e.into()))?;
        Ok(Asked { request: self.id.clone(), approvals: self.approvals(places, writer)?.len() })
    }

    /// The approvals given so far that hold, one a person: of each part.
    pub(crate) fn approvals(
        &self,
        places: &Places,
        writer: &Writer,
    ) -> Result<Vec<(OperatorId, Vec<Approval>)>, JobError> {
        let fail = |e: KeyStoreFault| places.fail(e.into());
        let at = format!("{}/{}", folder(self.kind), self.id);
        let mut all: Vec<(OperatorId, Vec<Approval>)> = Vec::new();
        for name in writer.keys().names(&at).map_err(fail)? {
            if !name.starts_with("approval-") {
                continue;
            }
            let bytes =
                writer.keys().read_up_to(&format!("{at}/{name}"), MOST).map_err(fail)?.unwrap_or_default();
            let Some((author, signatures)) = bytes.split_first_chunk::<32>() else { continue };
            let (signatures, rest) = signatures.as_chunks::<64>();
            if signatures.len() != self.clears.len() || !rest.is_empty() {
                continue;
            }
            let given: Vec<Approval> = signatures.iter().map(|s| (*author, *s)).collect();
            let person = |(clear, approval): (&Vec<u8>, &Approval)| {
                writer.approver(&chain::act_of(writer.archive().suite(), Some(self.kind), clear)?, approval)
            };
            let persons: Option<Vec<OperatorId>> = self.clears.iter().zip(&given).map(person).collect();
            // a right that was taken away since counts no more
            let may = |operator: &&OperatorId| writer.may(operator, access::needed(self.kind).0);
            if let Some(operator) = persons.as_ref().and_then(|all| all.first()).filter(may) {
                all.push((*operator, given));
            }
        }
        all.sort_unstable_by_key(|a| a.0);
        all.dedup_by_key(|a| a.0);
        Ok(all)
    }

    /// The approvals of each part, when two different persons gave theirs.
    pub(crate) fn by_two(&self, places: &Places, writer: &Writer) -> Result<Vec<Vec<Approval>>, JobError> {
        let all = self.approvals(places, writer)?;
        if all.len() < 2 {
            return Err(JobError::OnePerson);
        }
        let of = |part: usize| all.iter().filter_map(|(_, given)| given.get(part).copied()).collect();
        Ok((0..self.clears.len()).map(of).collect())
    }

    /// Removes it from the key store.
    pub(crate) fn forget(&self, places: &Places, keys: &KeyStore) -> Result<(), JobError> {
        let name = format!("{}/{}", folder(self.kind), self.id);
        keys.remove_many(&[name]).map_err(|e| places.fail(e.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_whole_or_not_at_all() {
        let parts = vec![b"one".to_vec(), Vec::new(), b"three".to_vec()];
        let bytes = framed(&parts);
        assert_eq!(unframed(&bytes), Some(parts));
        for cut in 1..bytes.len() {
            // a cut between two parts is found by the name, which is a hash of all
            assert!(unframed(&bytes[..cut]).is_none_or(|parts| framed(&parts).len() == cut));
        }
        assert_eq!(unframed(&[]), None);
        assert_eq!(unframed(&[0xff; 9]), None);
    }
}
