//! The marking that a production carries: the highest level of what it will show.

use archive::Operator;
use model::{Message, Stamp};
use policy::Level;

use super::Export;
use super::months::{Short, month, months};
use crate::error::JobError;
use crate::progress::Progress;
use crate::restamp::Stamps;

/// The marking of a production.
pub(super) struct Marking {
    decisions: policy::Markings,
    /// As it stands on the pages.
    pub(super) text: Option<String>,
    /// As it stands in names of files.
    pub(super) tag: Option<&'static str>,
}

impl Marking {
    pub(super) fn of(&self, job: &Export, message: &Message) -> policy::Effective {
        let day = message.sent_at.or(message.received_at).map(Stamp::millis).and_then(policy::civil_date);
        let marking = message.classification.as_ref().map(|c| c.expose().as_ref());
        self.decisions.effective(&job.custodian, day, marking)
    }
}

/// The highest level of what the production will show, or what the operator said where that is higher.
pub(super) fn marking(job: &Export, operator: &Operator) -> Result<Marking, JobError> {
    let mut marking = Marking { decisions: crate::markings::read(&job.places)?, text: None, tag: None };
    let archive = job.places.open()?;
    let mut highest = Level::Unmarked;
    // runs say what their sources hold: where nothing is marked, nothing need be read
    if crate::markings::held(&job.places, Some(&job.custodian))? > Level::Unmarked {
        let mut short = Short::default();
        let stamps = Stamps::read(&job.places, &archive, operator.keys())?;
        for (date, buckets) in months(job, &archive, operator)? {
            let (at, buckets) = ((&archive, &stamps), (date, &buckets[..]));
            let (exhibits, _) = month(job, at, operator, buckets, &mut short, Progress::none())?;
            let levels = exhibits.iter().flat_map(|e| {
                e.older
                    .iter()
                    .map(AsRef::as_ref)
                    .chain(e.also.iter().map(|other| other.message.as_ref()))
                    .chain([e.message.as_ref()])
                    .map(|m| marking.of(job, m).level)
            });
            highest = levels.fold(highest, Level::max);
        }
    }
    let stated = job.classification.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let known = stated.and_then(Level::of_marking);
    if known.is_some_and(|stated| stated < highest) {
        return Err(JobError::MarkingTooLow { level: highest.danish() });
    }
    marking.text = match (stated, known, highest) {
        (None, _, Level::Unmarked) => None,
        (None, _, level) => Some(level.danish().to_owned()),
        (Some(text), Some(_), _) | (Some(text), None, Level::Unmarked) => Some(text.to_owned()),
        // words that are no marking stand beside it
        (Some(text), None, level) => Some(format!("{level} – {text}")),
    };
    let level = known.unwrap_or(highest);
    marking.tag = (level > Level::Unmarked).then(|| level.short());
    Ok(marking)
}
