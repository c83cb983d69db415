//! Where a message stands before it is sealed: new, known, changed, told by another kind of source; and how each
//! is counted.

use archive::{Before, Change, Novelty, Run, Sighting, Told, Whereabouts};
use policy::Class;

use crate::gather::Standing;
use crate::ingest::RunReport;
use crate::verdict::{Decision, Sorted};

/// A change in the words of the report.
fn word(change: Change) -> &'static str {
    match change {
        Change::Unsent => "unsent",
        Change::Deleted => "deleted",
        Change::Edited => "edited",
        Change::State => "reactions",
    }
}

/// What is known of a message, counted where that ends the matter.
pub(crate) fn standing(
    sighting: &Sighting,
    told: Option<Told>,
    waits: bool,
    run: &Run<'_>,
    report: &mut RunReport,
) -> Standing {
    let novelty = match (told, run.novelty(sighting)) {
        (Some(Told { message, before: Before::Other { same_text } }), _) => {
            match (run.whereabouts(&message), same_text) {
                (Whereabouts::Kept(bucket), _) => return Standing::Elsewhere(bucket),
                (Whereabouts::Nowhere, true) if waits => return Standing::Told,
                // what else it says may be work
                (Whereabouts::Nowhere, _) | (Whereabouts::Withheld, false) => return Standing::New,
                (Whereabouts::Withheld, true) => Novelty::Withheld,
                (Whereabouts::Suppressed, _) => Novelty::Suppressed,
            }
        }
        // told a second time by its source, and not decided yet
        (Some(Told { message, before: Before::Self_ }), Novelty::New)
            if waits && message != sighting.number() =>
        {
            return Standing::Told;
        }
        (_, novelty) => novelty,
    };
    match novelty {
        Novelty::New => Standing::New,
        Novelty::Changed(bucket, change) => {
            *report.changes.entry(word(change).to_owned()).or_default() += 1;
            Standing::Changed(bucket)
        }
        known => {
            report.count_known(known);
            Standing::Known
        }
    }
}

impl RunReport {
    pub(crate) fn count_known(&mut self, known: Novelty) {
        match known {
            Novelty::Suppressed => self.suppressed += 1,
            Novelty::Withheld => self.withheld_again += 1,
            Novelty::Seen | Novelty::New | Novelty::Changed(..) => self.seen_again += 1,
        }
    }

    pub(crate) fn count(&mut self, new: bool, sorted: &Sorted, class: Class, proposal: bool) {
        if new {
            self.new += 1
        } else {
            self.changed += 1
        }
        *self.classes.entry(class.name().to_owned()).or_default() += 1;
        let mut route = if proposal { "proposal" } else { sorted.decision.word() }.to_owned();
        for word in sorted.ground.iter().map(|g| g.word()).chain([class.name()]) {
            route.push(' ');
            route.push_str(word);
        }
        *self.routes.entry(route).or_default() += 1;
        match sorted.decision {
            Decision::Keep => self.kept_by_rule += u64::from(sorted.by_rule),
            Decision::Exclude if !proposal => self.excluded += 1,
            Decision::Review | Decision::Exclude => self.review += 1,
        }
        self.proposals += u64::from(proposal);
    }
}
