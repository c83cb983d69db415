//! The messages of a medium. Everything is read once before the first message is handed over: a row that does
//! not fit, a count that differs or a file that nothing names stops the whole, so that nothing half goes on.
//! What was read is hashed again at the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::digest;
use model::{
    Direction, Fault, Finding, Location, Message, MessageSource, Place, Record, SourceDescription,
    SourceError, Tally,
};

use crate::mapping::spec::{Field, Unique};
use crate::mapping::{Binding, Known, Lookups, Mapping, marking};
use crate::medium::{Chosen, From, Medium};
use crate::scan::{Columns, Stop, scan};

/// What is known of a package beside its files.
#[derive(Clone, Default)]
pub(crate) struct Frame {
    /// Highest marking and whose markings may occur.
    pub(crate) ceiling: Option<(marking::Marking, Vec<marking::Issuer>)>,
    /// How many messages the app showed.
    pub(crate) shown: Option<u64>,
    /// Addresses and names of the owner that the operator gives.
    pub(crate) owner: Vec<String>,
}

/// What one reading of everything found.
pub(crate) struct Survey {
    known: Known,
    /// Rows.
    pub(crate) rows: u64,
    /// Files with messages.
    pub(crate) files: u64,
    /// Findings by their code.
    pub(crate) findings: Vec<String>,
}

/// Looks at each message of a reading, with the names of the columns nothing maps.
pub(crate) type Look<'a> = &'a mut dyn FnMut(&Message, &Columns, &Binding) -> Result<(), Stop>;

/// A medium with its mapping.
pub(crate) struct Reader {
    pub(crate) medium: Arc<Medium>,
    pub(crate) mapping: Arc<Mapping>,
    frame: Frame,
    findings: Vec<Finding>,
}

impl Reader {
    pub(crate) fn new(medium: Arc<Medium>, mapping: Arc<Mapping>, frame: Frame) -> Self {
        Self { medium, mapping, frame, findings: Vec::new() }
    }

    fn owner(&self) -> BTreeSet<String> {
        let both = self.mapping.spec.owner.iter().chain(&self.frame.owner);
        both.filter_map(|o| crate::mapping::normal(o)).collect()
    }

    /// Reads every row once; `look` sees each message.
    pub(crate) fn survey(&self, chosen: &mut Chosen, look: Look<'_>) -> Result<Survey, Stop> {
        let mapping = &self.mapping;
        let whole = |fault| {
            SourceError::misfit(Location { evidence: "mapping".to_owned(), place: Place::File }, fault)
        };
        let missing = |field: Field, why| whole(Fault::Field { field: field.name(), column: 0, why });
        if !mapping.tells_direction() && self.frame.owner.is_empty() {
            return Err(missing(Field::Direction, "is not mapped, and no owner is given").into());
        }
        if !mapping.tells_classification() && self.frame.ceiling.is_none() {
            return Err(missing(Field::Classification, "is not mapped, and no package states it").into());
        }
        let mut known = Known {
            owner: self.owner(),
            senders: BTreeMap::new(),
            ceiling: self.frame.ceiling.clone(),
            lookups: std::mem::take(&mut chosen.lookups),
        };
        self.parties(chosen, &mut known)?;
        chosen.forget_counts();
        let (mut rows, mut outgoing, mut implausible, mut without) = (0_u64, 0_u64, 0_u64, 0_u64);
        let mut ids: HashSet<[u8; 16]> = HashSet::new();
        let mut doubts: BTreeMap<String, u64> = BTreeMap::new();
        let mut unbound = None;
        for (file, home) in &chosen.files {
            let mut binding = Binding::default();
            let mut in_file = 0_u64;
            scan(file, &mapping.layout, &mut |columns, row| {
                let at = |fault| file.misfit(row.place.clone(), fault);
                mapping.bind(&mut binding, columns).map_err(at)?;
                let around = From { home, file };
                let message = mapping.message(&binding, &known, file, columns, &row, &around).map_err(at)?;
                if let Some(id) = &message.id {
                    let conversation = message
                        .conversation
                        .as_ref()
                        .filter(|_| mapping.spec.id_unique == Unique::Conversation);
                    let conversation = conversation.map_or("", |c| c.id.expose());
                    let whole = digest(format!("{conversation}\u{0}{}", id.expose()).as_bytes());
                    let short: [u8; 16] = std::array::from_fn(|i| whole[i]);
                    if !ids.insert(short) {
                        return Err(at(Fault::Field {
                            field: "id",
                            column: 0,
                            why: "was seen before: ids must be unique",
                        }));
                    }
                }
                rows += 1;
                in_file += 1;
                outgoing += u64::from(message.direction == Direction::Out);
                implausible += u64::from(
                    message.doubts.iter().any(|d| d == "clock_out_of_range") && message.sent_at.is_none(),
                );
                for doubt in &message.doubts {
                    *doubts.entry(doubt.to_string()).or_default() += 1;
                }
                look(&message, columns, &binding)
            })?;
            without += u64::from(in_file == 0);
            if in_file > 0 && unbound.is_none() {
                unbound = mapping.unbound(&binding).map(|field| (field, file.shown.clone()));
            }
        }
        if let Some((field, at)) = unbound {
            let fault = Fault::Field {
                field: field.name(),
                column: 0,
                why: "names a column that the file does not have",
            };
            return Err(SourceError::misfit(Location { evidence: at, place: Place::File }, fault).into());
        }
        let expected = mapping.spec.expect_count.or(self.frame.shown);
        if let Some(expected) = expected.filter(|n| *n != rows) {
            return Err(whole(Fault::Count { what: "messages", expected, found: rows }).into());
        }
        if rows > 0 && implausible == rows {
            return Err(
                missing(Field::SentAt, "gives no believable time in any row: form or zone is wrong").into()
            );
        }
        let mut findings: Vec<String> = Vec::new();
        let unreferenced = chosen.leftover(mapping)?;
        if unreferenced > 0 {
            findings.push(format!("files_unreferenced:{unreferenced}"));
        }
        let missing_files = chosen.missing();
        if missing_files > 0 {
            findings.push(format!("attachments_missing:{missing_files}"));
        }
        if rows == 0 {
            findings.push("no_messages".to_owned());
        } else if outgoing == 0 || outgoing == rows {
            // a wrong owner, or words of direction that are exchanged, look like this
            findings.push("one_direction_only".to_owned());
        }
        if rows > 0 && without > 0 {
            findings.push(format!("files_without_messages:{without}"));
        }
        for (doubt, n) in doubts.iter().filter(|(d, _)| *d != "classification_from_package") {
            findings.push(format!("doubt_{doubt}:{n}"));
        }
        Ok(Survey { known, rows, files: chosen.files.len() as u64, findings })
    }

    /// Learns who writes in each conversation and which addresses the owner writes from.
    fn parties(&self, chosen: &Chosen, known: &mut Known) -> Result<(), Stop> {
        const MOST: usize = 2_000_000;
        let mapping = &self.mapping;
        let mut senders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let (mut own, mut theirs) = (BTreeSet::new(), BTreeSet::new());
        let mut count = 0;
        for (file, _) in &chosen.files {
            let mut binding = Binding::default();
            scan(file, &mapping.layout, &mut |columns, row| {
                let at = |fault| file.misfit(row.place.clone(), fault);
                mapping.bind(&mut binding, columns).map_err(at)?;
                let (conversation, sender, direction) =
                    mapping.parties(&binding, known, file, &row).map_err(at)?;
                let Some(sender) = sender else { return Ok(()) };
                match direction {
                    Direction::Out => {
                        own.insert(sender);
                    }
                    Direction::In => {
                        theirs.insert(sender.clone());
                        if let Some(conversation) = conversation {
                            let all = senders.entry(conversation).or_default();
                            if !all.contains(&sender) {
                                count += 1;
                                all.push(sender);
                            }
                        }
                    }
                }
                if count > MOST {
                    return Err(at(Fault::TooMuch { what: "members of conversations", bound: MOST as u64 }));
                }
                Ok(())
            })?;
        }
        // an address that others write from too says nothing of the owner
        known.owner.extend(own.into_iter().filter(|a| !theirs.contains(a)));
        known.senders = senders;
        Ok(())
    }

    /// Opens the files anew and surveys them.
    pub(crate) fn prepare(&self, look: Look<'_>) -> Result<(Chosen, Survey), Stop> {
        let mut chosen = Chosen::by(&self.mapping, &self.medium)?;
        let survey = self.survey(&mut chosen, look)?;
        Ok((chosen, survey))
    }

    fn hand_over(
        &self,
        chosen: &Chosen,
        survey: &Survey,
        sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        for (file, home) in &chosen.files {
            let mut binding = Binding::default();
            scan(file, &self.mapping.layout, &mut |columns, row| {
                let at = |fault| file.misfit(row.place.clone(), fault);
                self.mapping.bind(&mut binding, columns).map_err(at)?;
                let around = From { home, file };
                let message = self
                    .mapping
                    .message(&binding, &survey.known, file, columns, &row, &around)
                    .map_err(at)?;
                tally.seen += 1;
                tally.messages += 1;
                if sink(Record::Message(Box::new(message))).is_break() { Err(Stop::Enough) } else { Ok(()) }
            })?;
        }
        Ok(())
    }
}

fn failed(stop: Stop) -> SourceError {
    match stop {
        Stop::Failed(fault) => fault,
        Stop::Enough => SourceError::Unfinished { what: "stopped before the end" },
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription { reader: self.mapping.version.clone(), ..SourceDescription::default() }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        // 1. every row, nothing handed over
        let (chosen, survey) = self.prepare(&mut |_, _, _| Ok(())).map_err(failed)?;
        let mut taken = BTreeMap::new();
        for name in &self.medium.files {
            taken.insert(name.clone(), self.medium.evidence(name)?.sha256);
        }
        // 2. every row again, handed over
        let mut tally = Tally::default();
        match self.hand_over(&chosen, &survey, sink, &mut tally) {
            Ok(()) => {}
            Err(Stop::Enough) => return Ok(tally),
            Err(Stop::Failed(fault)) => return Err(fault),
        }
        if tally.messages != survey.rows {
            return Err(SourceError::Changed {
                at: "medium".to_owned(),
                what: "has changed since reading began",
            });
        }
        // 3. what was read is what was read
        self.medium.unchanged(&taken)?;
        self.findings = survey.findings.into_iter().map(|code| Finding { code, at: None }).collect();
        Ok(tally)
    }
}

/// A medium whose mapping is missing: it can be looked at, and not be read.
pub(crate) struct Unmapped;

impl MessageSource for Unmapped {
    fn describe(&self) -> SourceDescription {
        SourceDescription { reader: crate::VERSION.to_owned(), ..SourceDescription::default() }
    }

    fn read(&mut self, _: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        Err(SourceError::Undescribed { what: crate::NO_MAPPING })
    }
}

/// Lookups are read once a reading.
impl Default for Known {
    fn default() -> Self {
        Self { owner: BTreeSet::new(), senders: BTreeMap::new(), ceiling: None, lookups: Lookups::default() }
    }
}
