//! The two readings of a package: the first finds what is to be taken over and that nothing stands in its way, the
//! second appends it. What came in another package of the same giver comes no second time: of it the commitment alone.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use access::TakenBody;
use archive::{Content, Novelty, Placed, Records, Taking, Writer};
use chain::{EntryType, Header};
use model::{canonical, wire};
use policy::{Bucket, Class};
use vault::Plain;

use super::check::{Sink, broken};
use super::package::{GivenAttachment, GivenSegment, Head};
use super::take::{Take, named};
use super::{HANDED_OVER, Taken, TakenSegment, Written};
use crate::error::JobError;
use crate::identity::Occurrences;
use crate::ingest::prefix;
use crate::known::known_as;
use crate::markings::Gate;
use crate::places::Places;
use crate::scope;

/// What was taken over from the giver before.
pub(super) struct Before {
    takings: Vec<(u64, [u8; 32], Taken)>,
    /// Places of segments that came as commitments then, by the entry in the giver's log; all other places came.
    came: HashMap<u64, Vec<HashSet<u32>>>,
}

impl Before {
    pub(super) fn read(places: &Places, writer: &Writer, giver: &[u8; 16]) -> Result<Self, JobError> {
        let mut before = Self { takings: Vec::new(), came: HashMap::new() };
        for entry in writer.register(&[EntryType::Taken]).map_err(|e| places.fail(e))? {
            let index = entry.header.index;
            let bad = || JobError::Integrity { what: format!("entry {index}: malformed taking") };
            let body = TakenBody::decode(&entry.clear).ok_or_else(bad)?;
            let taken: Taken = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
            if taken.giver != wire::hex(giver) {
                continue;
            }
            for segment in &taken.segments {
                let standing = segment.standing.read().ok_or_else(bad)?;
                let header = Header::parse(&standing.header).map_err(|_| bad())?;
                before.came.entry(header.index).or_default().push(segment.gone.iter().copied().collect());
            }
            before.takings.push((index, body.package, taken));
        }
        Ok(before)
    }

    /// The taking of a package.
    pub(super) fn package(&mut self, package: &[u8; 32]) -> Option<(u64, Taken)> {
        let at = self.takings.iter().position(|t| t.1 == *package)?;
        let (entry, _, taken) = self.takings.swap_remove(at);
        Some((entry, taken))
    }

    /// Whether a record of the giver's came in another package.
    fn has(&self, entry: u64, place: u32) -> bool {
        self.came.get(&entry).is_some_and(|all| all.iter().any(|gone| !gone.contains(&place)))
    }
}

/// The first reading: what is taken over, and that nothing stands in its way.
pub(super) struct Look<'a> {
    pub(super) places: &'a Places,
    pub(super) writer: &'a Writer,
    pub(super) job: &'a Take,
    pub(super) before: &'a Before,
    pub(super) begun: Option<Begun>,
    pub(super) segments: Vec<TakenSegment>,
}

/// What the head of a package leads to.
pub(super) struct Begun {
    pub(super) head: Head,
    /// Whose the messages are here.
    pub(super) custodian: String,
    pub(super) gate: Gate,
}

impl Sink for Look<'_> {
    fn head(&mut self, head: &Head) -> Result<(), JobError> {
        let custodian = named(self.places, self.writer, self.job, head)?;
        let gate = Gate::of(self.places, self.writer, &custodian)?;
        self.begun = Some(Begun { head: head.clone(), custodian, gate });
        Ok(())
    }

    fn segment(&mut self, of: &GivenSegment, header: &Header, plain: Plain) -> Result<(), JobError> {
        let at = |place: u32| broken(&format!("entry {}, record {place}", header.index), "cannot be read");
        let (mut gone, mut come) = (Vec::new(), 0_u64);
        let mut records = Records::of(&plain);
        while let Some((place, what)) = records.next().map_err(at)? {
            let groups = match what {
                Placed::Record(_, groups) if !self.before.has(header.index, place) => groups,
                _ => {
                    gone.push(place);
                    continue;
                }
            };
            come += 1;
            let message = canonical::decode(std::array::from_fn(|i| groups[i])).map_err(|_| at(place))?;
            let day = message.sent_at.or(message.received_at).map(model::Stamp::millis);
            let marking = message.classification.as_ref().map(|c| c.expose().to_string());
            if let (Some(begun), Some(marking)) = (&mut self.begun, marking) {
                begun.gate.admit_one(day, &marking)?;
            }
        }
        if come == 0 {
            return Ok(());
        }
        let earlier = of.earlier.iter().map(|(s, checkpoint)| (Written::of(s), checkpoint.clone())).collect();
        let (standing, mut stated) = (Written::of(&of.standing), of.stated.clone());
        stated.retain(|one| !gone.contains(&one.place));
        self.segments.push(TakenSegment { standing, gone, stated, earlier });
        Ok(())
    }

    fn attachment(&mut self, _: &GivenAttachment, _: &mut dyn Read) -> Result<(), JobError> {
        Ok(())
    }
}

/// The second reading: what was verified goes into the archive.
pub(super) struct Append<'a, 'w> {
    pub(super) places: &'a Places,
    pub(super) taking: Taking<'w>,
    pub(super) custodian: &'a str,
    pub(super) any_phone: Vec<u8>,
    pub(super) devices: HashMap<u64, (Option<u64>, String)>,
    /// Buckets here, by their place in the package.
    pub(super) buckets: HashMap<u32, u32>,
    pub(super) occurrences: Occurrences,
    pub(super) head: &'a Head,
    pub(super) before: &'a Before,
}

impl Append<'_, '_> {
    /// The bucket here for one of the giver's: of the same class and month, of the phone as it is called here.
    fn bucket(&mut self, place: u32) -> Result<u32, JobError> {
        if let Some(known) = self.buckets.get(&place) {
            return Ok(*known);
        }
        let given = self.head.buckets.get(place as usize).ok_or_else(|| broken("head", "lacks a bucket"))?;
        let class = Class::from_code(given.class).ok_or_else(|| broken("head", "has an unknown class"))?;
        let device = given.device.and_then(|theirs| self.devices.get(&theirs)).and_then(|d| d.0);
        let bucket = Bucket { class, month: given.month, device, tenure: given.tenure };
        let label = bucket.encode_label(self.custodian);
        let number = self.taking.bucket(&label, &scope::covers).map_err(|e| self.places.fail(e))?;
        self.buckets.insert(place, number);
        Ok(number)
    }

    /// What scopes the identities of a bucket's messages here.
    fn prefix(&self, place: u32) -> Vec<u8> {
        let device = self.head.buckets.get(place as usize).and_then(|given| given.device);
        let serial = device.and_then(|theirs| self.devices.get(&theirs)).map_or("", |d| d.1.as_str());
        prefix(self.custodian, serial)
    }
}

impl Sink for Append<'_, '_> {
    fn head(&mut self, _: &Head) -> Result<(), JobError> {
        Ok(())
    }

    fn segment(&mut self, of: &GivenSegment, header: &Header, plain: Plain) -> Result<(), JobError> {
        let bucket = self.bucket(of.bucket)?;
        let prefix = self.prefix(of.bucket);
        let mut records = Records::of(&plain);
        let at = |place: u32| format!("entry {}, record {place}", header.index);
        while let Some((place, what)) = records.next().map_err(|p| broken(&at(p), "cannot be read"))? {
            let Placed::Record(_, groups) = what else { continue };
            if self.before.has(header.index, place) {
                continue;
            }
            let groups: [&[u8]; 7] = std::array::from_fn(|i| groups[i]);
            let message = canonical::decode(groups).map_err(|_| broken(&at(place), "cannot be read"))?;
            let occurrences = &mut self.occurrences;
            let number = &mut |base: &[u8], out: &mut Vec<u8>| occurrences.number(base, 0, out);
            let (identity, sighting) = known_as(&message, groups, &prefix, number, &mut |i, v, aspect| {
                self.taking.sighting(i, v, aspect)
            });
            let own = identity.get(prefix.len()..).unwrap_or_default();
            let any = [&self.any_phone, own].concat();
            let erased = |identity: &[u8]| {
                self.taking.erased(identity) && !self.taking.erased(&[HANDED_OVER, identity].concat())
            };
            if erased(&identity) || erased(&any) {
                let why = format!("{} of the package was erased here and must not come back", at(place));
                return Err(JobError::Refused { why });
            }
            // what is known here, and how, stays known so
            if matches!(self.taking.novelty(&sighting), Novelty::New | Novelty::Suppressed) {
                self.taking.known(bucket, &sighting).map_err(|e| self.places.fail(e))?;
            }
        }
        let new = |place| !self.before.has(header.index, place);
        let (plain, come) =
            Records::kept(&plain, header.content_suite, new).map_err(|p| broken(&at(p), "cannot be read"))?;
        if come == 0 {
            return Ok(());
        }
        let appended = self.taking.segment(bucket, header.content_suite, &header.content, plain);
        appended.map(|_| ()).map_err(|e| self.places.fail(e))
    }

    fn attachment(&mut self, of: &GivenAttachment, content: &mut dyn Read) -> Result<(), JobError> {
        let bucket = self.bucket(of.bucket)?;
        let mut content = Content { sha256: of.sha256, size: of.size, bytes: content };
        match self.taking.attachment(bucket, &mut content) {
            Ok(_) => Ok(()),
            Err(archive::ArchiveError::Content) => Err(broken("an attachment", "its content is another")),
            Err(e) => Err(self.places.fail(e)),
        }
    }
}
