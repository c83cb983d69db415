//! Where to exclude and where to keep. The costs say it for readers without end; where more would have
//! to be read than there are readers for, a review becomes dearer until they hold. How dear, follows from
//! how the folds of training fell out, apart for counterparts with and without a relation: who knows
//! less would ask more.

use crate::math::count;
use policy::Sorting;

/// Bins of probabilities: steps of 1/2000 up to 1/10, steps of 1/100 above.
pub(crate) const BINS: usize = FINE + 90;
const FINE: usize = 200;

/// Steps of the price of a review, and how many.
const STEP: f64 = 0.05;
const STEPS: u32 = 60;

/// A higher price excludes no more than is asked for and some more: so large a share of the folds' messages without
/// work. Of whole hands left out, it excludes as much.
const AIM: f64 = 0.36;
/// Of the folds' work messages, so large a share may be excluded by a higher price, and no more; what the costs
/// alone exclude stands. Whole hands left out lose as much.
const LOST: f64 = 0.005;

/// How the messages of the folds fell out, by probability of work: free to be excluded; held back whatever
/// the probability; work among the free.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Load {
    pub(crate) bins: Vec<[u32; 3]>,
    /// All messages, and the work among them; those that a rule decided too.
    pub(crate) all: u32,
    pub(crate) work: u32,
}

/// Thresholds for the probability of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Excluded below.
    pub exclude_below: f64,
    /// Kept from.
    pub keep_from: f64,
}

impl Default for Load {
    fn default() -> Self {
        Self { bins: vec![[0; 3]; BINS], all: 0, work: 0 }
    }
}

/// The bin that a probability, or a threshold, is the lower edge of or lies in.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of bins")]
fn bin(p: f64) -> usize {
    let at = if p < 0.1 { p * 2000.0 } else { 200.0 + (p - 0.1) * 100.0 };
    ((at + 1e-6).clamp(0.0, count(BINS as u64)) as usize).min(BINS)
}

impl Load {
    /// Counts a message.
    pub(crate) fn add(&mut self, p: f64, held: bool, ruled: bool, work: bool) {
        self.all += 1;
        self.work += u32::from(work);
        if let Some([free, back, lost]) = self.bins.get_mut(bin(p)).filter(|_| !ruled) {
            *(if held { back } else { &mut *free }) += 1;
            *lost += u32::from(work && !held);
        }
    }

    fn sum(&self, bins: std::ops::Range<usize>, of: usize) -> f64 {
        let bins = self.bins.get(bins).unwrap_or_default();
        count(bins.iter().map(|bin| u64::from(bin[of])).sum())
    }

    /// Share of the messages that a person reads.
    fn read(&self, limits: &Limits) -> f64 {
        let (exclude, keep) = (bin(limits.exclude_below), bin(limits.keep_from));
        (self.sum(exclude..keep, 0) + self.sum(0..keep, 1)) / f64::from(self.all.max(1))
    }

    /// Share of the messages without work that is excluded.
    fn excluded(&self, exclude_below: f64) -> f64 {
        let below = 0..bin(exclude_below);
        (self.sum(below.clone(), 0) - self.sum(below, 2)) / f64::from((self.all - self.work).max(1))
    }

    /// Share of the work that is excluded.
    fn lost(&self, exclude_below: f64) -> f64 {
        self.sum(0..bin(exclude_below), 2) / f64::from(self.work.max(1))
    }
}

impl Limits {
    /// By the costs alone.
    pub(crate) fn by_costs(policy: &Sorting) -> Self {
        Self { exclude_below: policy.exclude_below(), keep_from: policy.keep_from() }
    }

    /// By the costs, and by the readers there are. A model that does not know how its folds fell out leaves it
    /// to the costs.
    pub(crate) fn of(policy: &Sorting, load: Option<&Load>) -> Self {
        let mut limits = Self::by_costs(policy);
        let Some(load) = load else { return limits };
        let most = f64::from(policy.review_at_most) / 100.0;
        for step in 1..=STEPS {
            if policy.review_at_most == 100 || load.read(&limits) <= most {
                break;
            }
            let price = 1.0 + STEP * f64::from(step);
            let below = price * policy.exclude_below();
            let enough = load.excluded(limits.exclude_below) >= AIM;
            if !enough && below < 0.5 && load.lost(below) <= LOST {
                limits.exclude_below = below;
            }
            limits.keep_from = policy.keep_from_at(price).max(limits.exclude_below);
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(lost: u32) -> Load {
        let mut load = Load::default();
        for n in 0..1000_u32 {
            let p = f64::from(n) / 1000.0;
            load.add(p, n % 10 == 9, n % 50 == 0, n >= 500 || (n < 15 && n < lost));
        }
        load
    }

    #[test]
    fn bins_begin_at_the_thresholds() {
        for n in 0..180_u32 {
            assert_eq!(bin(f64::from(n) * 0.0005), n as usize);
            assert_eq!(bin((1.0 + STEP * f64::from(n)) * 0.01), (n + 20) as usize);
        }
        assert_eq!((bin(0.8), bin(1.0), bin(9.0)), (270, BINS, BINS));
    }

    #[test]
    fn readers_without_end_leave_it_to_the_costs() {
        let policy = Sorting { review_at_most: 100, ..Sorting::default() };
        assert_eq!(Limits::of(&policy, Some(&load(0))), Limits::by_costs(&policy));
        assert_eq!(Limits::of(&Sorting::default(), None), Limits::by_costs(&policy));
    }

    #[test]
    fn fewer_readers_more_decided() {
        let of = |most| Limits::of(&Sorting { review_at_most: most, ..Sorting::default() }, Some(&load(0)));
        let (many, few) = (of(70), of(60));
        assert!(many.exclude_below < few.exclude_below && many.keep_from > few.keep_from, "{many:?} {few:?}");
        assert!(load(0).read(&many) <= 0.70 && load(0).read(&few) <= 0.60);
        assert!((of(1).keep_from - 0.5).abs() < 1e-9, "never below even odds");
    }

    #[test]
    fn no_want_of_readers_loses_more_work() {
        let most = |lost| {
            let policy = Sorting { review_at_most: 50, ..Sorting::default() };
            let limits = Limits::of(&policy, Some(&load(lost)));
            (limits, load(lost).lost(limits.exclude_below))
        };
        assert!(most(0).0.exclude_below > 0.02);
        let (limits, lost) = most(14);
        assert!(
            (limits.exclude_below - 0.01).abs() < 1e-9 && lost > LOST,
            "{limits:?}: what the costs lose stands"
        );
    }
}
