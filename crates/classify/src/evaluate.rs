//! How well a sorting does, from verdicts and truth: recall with its bound, what is excluded, what
//! goes to a person, calibration, and the whole trade-off.

use std::fmt::Write;

use crate::corpus::Conversation;
use crate::decide::{Classifier, Ground, Room, Route};
use crate::math::{count, upper_bound};
use crate::message::{Item, LABELS, Label};
use crate::weights::Seen;
use policy::Sorting;

/// One message with its truth and what was said of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The truth.
    pub label: Label,
    /// Work and something else.
    pub mixed: bool,
    /// Cannot be told without its neighbours.
    pub context: bool,
    /// The calibrated probability of work.
    pub p: f64,
    /// The verdict; by the thresholds alone when absent.
    pub route: Option<Route>,
    /// The ground.
    pub ground: Option<Ground>,
}

/// Some of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// So many of them.
    pub some: u64,
    /// Of so many.
    pub of: u64,
}

impl Part {
    fn add(&mut self, yes: bool) {
        self.of += 1;
        self.some += u64::from(yes);
    }

    /// The share; 1 of nothing.
    pub fn share(self) -> f64 {
        if self.of == 0 { 1.0 } else { count(self.some) / count(self.of) }
    }

    /// The one-sided 95 % lower bound of the share (Clopper-Pearson).
    pub fn bound(self) -> f64 {
        if self.of == 0 { 0.0 } else { 1.0 - upper_bound(self.of - self.some, self.of) }
    }
}

/// One point of the trade-off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Excluding below this probability.
    pub below: f64,
    /// Work not excluded.
    pub recall: Part,
    /// Others excluded.
    pub excluded: Part,
}

/// How well a sorting does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Work messages not excluded.
    pub recall: Part,
    /// Mixed ones not excluded.
    pub mixed: Part,
    /// Work messages that need their context, not excluded.
    pub context: Part,
    /// Others excluded.
    pub excluded: Part,
    /// All that goes to a person.
    pub review: Part,
    /// Others kept.
    pub kept_others: Part,
    /// Excluded ones that are rightly so.
    pub precision: Part,
    /// Excluded ones with the right ground.
    pub ground: Part,
    /// Expected calibration error over ten equal steps.
    pub calibration: f64,
    /// Area under the curve of work against the rest.
    pub auc: f64,
    /// Verdicts by label: kept, review, excluded.
    pub routes: [[u64; 3]; 4],
    /// The trade-off.
    pub curve: Vec<Point>,
}

/// Thresholds of the trade-off.
const BELOW: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8];

impl Report {
    /// Counts cases.
    pub fn of(cases: &[Case], policy: &Sorting) -> Self {
        let mut out = Self::default();
        for case in cases {
            let by_costs = match case.p {
                p if p < policy.exclude_below() => Route::Exclude,
                p if p < policy.keep_from() => Route::Review,
                _ => Route::Keep,
            };
            let route = case.route.unwrap_or(by_costs);
            let (work, excluded) = (case.label == Label::Work, route == Route::Exclude);
            out.routes[case.label as usize][route as usize] += 1;
            out.review.add(route == Route::Review);
            if work {
                out.recall.add(!excluded);
                if case.mixed {
                    out.mixed.add(!excluded);
                }
                if case.context {
                    out.context.add(!excluded);
                }
            } else {
                out.excluded.add(excluded);
                out.kept_others.add(route == Route::Keep);
            }
            if excluded {
                out.precision.add(!work);
                if case.ground.is_some() {
                    out.ground.add(case.ground.is_some_and(|g| g.word() == case.label.word()));
                }
            }
        }
        out.calibration = calibration(cases);
        out.auc = auc(cases);
        out.curve = BELOW.iter().map(|below| point(cases, *below)).collect();
        out
    }

    /// The report as a table in plain text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let share = |p: Part| format!("{:.4}  ({} of {})", p.share(), p.some, p.of);
        let bounded = |p: Part| format!("{}  lower bound {:.4}", share(p), p.bound());
        let lines = [
            ("work not excluded", bounded(self.recall)),
            ("  mixed", bounded(self.mixed)),
            ("  needs context", bounded(self.context)),
            ("others excluded", share(self.excluded)),
            ("others kept", share(self.kept_others)),
            ("to review", share(self.review)),
            ("excluded rightly", share(self.precision)),
            ("  with the right ground", share(self.ground)),
            ("calibration error", format!("{:.4}", self.calibration)),
            ("area under the curve", format!("{:.4}", self.auc)),
        ];
        for (name, value) in lines {
            let _ = writeln!(out, "{name:26}{value}");
        }
        let _ = writeln!(out, "\n{:14}{:>8}{:>8}{:>8}", "label", "keep", "review", "exclude");
        for (label, [keep, review, exclude]) in LABELS.iter().zip(self.routes) {
            let _ = writeln!(out, "{:14}{keep:>8}{review:>8}{exclude:>8}", label.word());
        }
        let _ = writeln!(out, "\n{:>8}{:>10}{:>10}", "below", "recall", "excluded");
        for point in &self.curve {
            let (r, e) = (point.recall.share(), point.excluded.share());
            let _ = writeln!(out, "{:>8}{r:>10.4}{e:>10.4}", point.below);
        }
        out
    }
}

fn point(cases: &[Case], below: f64) -> Point {
    let mut out = Point { below, recall: Part::default(), excluded: Part::default() };
    for case in cases {
        if case.label == Label::Work {
            out.recall.add(case.p >= below);
        } else {
            out.excluded.add(case.p < below);
        }
    }
    out
}

fn calibration(cases: &[Case]) -> f64 {
    let mut steps = [(0.0, 0.0); 10];
    for case in cases {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 9")]
        let step = (case.p * 10.0).clamp(0.0, 9.0) as usize;
        steps[step].0 += case.p;
        steps[step].1 += f64::from(u8::from(case.label == Label::Work));
    }
    let off: f64 = steps.iter().map(|(p, truth): &(f64, f64)| (p - truth).abs()).sum();
    off / count(cases.len().max(1) as u64)
}

fn auc(cases: &[Case]) -> f64 {
    let mut sorted: Vec<(f64, bool)> = cases.iter().map(|c| (c.p, c.label == Label::Work)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum, mut works) = (0.0, 0.0, 0.0);
    for same in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let work = count(same.iter().filter(|c| c.1).count() as u64);
        let other = count(same.len() as u64) - work;
        sum += work * (below + other / 2.0);
        below += other;
        works += work;
    }
    if works * below > 0.0 { sum / (works * below) } else { 1.0 }
}

/// Sorts labelled conversations and compares.
pub fn cases<'a>(
    classifier: &Classifier,
    conversations: impl Iterator<Item = &'a Conversation>,
) -> Vec<Case> {
    let mut room = Room::default();
    let mut out = Vec::new();
    for c in conversations {
        let seen: Vec<Seen> =
            c.messages.iter().map(|m| classifier.look(&mut room, &m.item(c.relation))).collect();
        let mut frame = c.frame();
        if !c.title.is_empty() {
            frame.title = Some(classifier.look(&mut room, &Item { body: &c.title, ..Item::default() }));
        }
        for (m, v) in c.messages.iter().zip(classifier.decide(&frame, &seen)) {
            let (p, route, ground) = (v.p[0], Some(v.route), v.ground);
            out.push(Case { label: m.label, mixed: m.mixed, context: m.context, p, route, ground });
        }
    }
    out
}
