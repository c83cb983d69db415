//! Verifying with keys what was taken over: that all of it is there with the roots that the giver's log proves, that what
//! came as a commitment is one, and that the proof kept with it holds for the key that was trusted.

use std::collections::{BTreeMap, HashMap, HashSet};

use archive::{Archive, Operator, Segment};
use chain::{Checkpoint, Hash, Header, TrustedKey};

use super::{Taken, taken_entries};
use crate::error::JobError;
use crate::places::Places;

/// What was taken over into an archive.
pub(crate) struct Takings {
    /// Places that came as commitments, by the entry of the taking and the root of the segment.
    gone: HashMap<(u64, Hash), HashSet<u32>>,
    /// What does not hold of the entries themselves.
    wrong: Vec<(u64, String)>,
}

impl Takings {
    pub(crate) fn read(places: &Places, archive: &Archive, by: &Operator) -> Result<Self, JobError> {
        let entries = taken_entries(places, archive, by.keys())?;
        let mut there: BTreeMap<u64, Vec<Header>> = BTreeMap::new();
        for header in archive.taken_over().map_err(|e| places.fail(e))? {
            there.entry(header.refers_to).or_default().push(header);
        }
        let mut takings = Self { gone: HashMap::new(), wrong: Vec::new() };
        for (entry, taken) in &entries {
            let (index, run) = (entry.header.index, entry.header.run);
            let here = there.remove(&index).unwrap_or_default();
            match proven(taken) {
                None => {
                    takings.wrong.push((index, "the proof of what was taken over does not hold".to_owned()))
                }
                Some(proven) => {
                    let same = proven.len() == here.len()
                        && proven.iter().zip(&here).all(|(theirs, ours)| {
                            (theirs.content, theirs.content_suite, run)
                                == (ours.content, ours.content_suite, ours.run)
                        });
                    if !same {
                        takings.wrong.push((index, "what was taken over is not what is here".to_owned()));
                    }
                    for (header, segment) in proven.iter().zip(&taken.segments) {
                        let gone = segment.gone.iter().copied().collect();
                        takings.gone.insert((index, header.content), gone);
                    }
                }
            }
        }
        takings.wrong.extend(there.into_keys().map(|entry| (entry, "refers to no taking".to_owned())));
        Ok(takings)
    }

    /// What is wrong with a segment that was taken over.
    pub(crate) fn inspect(&self, segment: &Segment<'_>) -> Vec<String> {
        let h = segment.header;
        let Some(came) = self.gone.get(&(h.refers_to, h.content)) else { return Vec::new() };
        let missing = segment.came.iter().filter(|(place, _)| !came.contains(place));
        let told = |(place, _): &(u32, Hash)| format!("record {place}: is gone, and no entry erased it");
        let mut wrong: Vec<String> = missing.map(told).collect();
        let extra = segment.records.iter().filter(|r| came.contains(&r.place));
        wrong.extend(extra.map(|r| format!("record {}: was not handed over, and is here", r.place)));
        wrong
    }

    /// What does not hold, by entry.
    pub(crate) fn broken(self) -> Vec<(u64, String)> {
        self.wrong
    }
}

/// The headers of what was taken over, where the giver's log proves them.
fn proven(taken: &Taken) -> Option<Vec<Header>> {
    let giver = crate::operators::unhex(&taken.giver)?;
    let key = TrustedKey::parse(&taken.key).filter(|key| key.name == chain::job_name(&giver))?;
    let checkpoint = Checkpoint::parse(&taken.checkpoint).ok()?;
    checkpoint.verify(&key.name, &key.public).ok()?;
    let standing = |segment: &super::TakenSegment| {
        segment.standing.read()?.verify(&checkpoint).filter(|header| header.archive == giver)
    };
    taken.segments.iter().map(standing).collect()
}
