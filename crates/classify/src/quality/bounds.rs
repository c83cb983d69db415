//! What a random sample says about the pile it was drawn from, without approximation: the number of
//! messages sought is hypergeometric, because a pile is finite and nothing is drawn twice.
//!
//! For a pile much larger than the sample the bound is that of Clopper and Pearson
//! ([`crate::upper_bound`]); for a minister's month it is sharper. Knows counts only.

use super::RISK;
use crate::math::{count, exp, ln};

/// What adding up may round away: a probability this close to the risk is the risk.
const ROUNDING: f64 = 1e-12;

/// A pile of messages and a sample drawn from it at random, each message at most once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pile {
    /// Messages in the pile.
    pub size: u64,
    /// Messages drawn and judged; no more than `size`.
    pub drawn: u64,
    /// Of the drawn ones, those that were sought (work, say).
    pub found: u64,
}

impl Pile {
    /// The most that the pile may hold of what is sought: every larger number would have given so
    /// few in the sample with a probability of at most `risk`.
    pub fn at_most(self, risk: f64) -> u64 {
        let Self { size, drawn, found } = self.sane();
        // What is sought cannot be among the drawn ones that were something else.
        let (mut low, mut high) = (found, size - (drawn - found));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let few = Chance { size, sought: middle, drawn }.at_most(found);
            if few > risk + ROUNDING { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// The least that the pile must hold of what is sought, at the same risk.
    pub fn at_least(self, risk: f64) -> u64 {
        let pile = self.sane();
        let others = Self { found: pile.drawn - pile.found, ..pile };
        pile.size - others.at_most(risk)
    }

    /// [`Pile::at_most`] at 5 %, as a share of the pile; 0 of an empty pile.
    pub fn share_at_most(self) -> f64 {
        if self.size == 0 { 0.0 } else { count(self.at_most(RISK)) / count(self.size) }
    }

    /// Whether every message was judged: then nothing is left to chance.
    pub fn all_judged(self) -> bool {
        self.drawn >= self.size
    }

    fn sane(self) -> Self {
        let drawn = self.drawn.min(self.size);
        Self { drawn, found: self.found.min(drawn), ..self }
    }
}

/// The share of all work messages that was kept, at least, with 95 % confidence: `kept` is the pile of
/// kept messages, `excluded` that of the excluded ones, both with work as what is sought. 1 when there
/// is no work at all.
///
/// Where both are samples, each bears half of the risk (Bonferroni), so the statement about both holds.
pub fn recall_at_least(kept: Pile, excluded: Pile) -> f64 {
    let both = !kept.all_judged() && !excluded.all_judged();
    let risk = if both { RISK / 2.0 } else { RISK };
    let (kept, lost) = (kept.at_least(risk), excluded.at_most(risk));
    if lost == 0 { 1.0 } else { count(kept) / count(kept + lost) }
}

/// How many messages must be drawn from a pile of `size` so that, when no more than `allowed` of them
/// turn out to be sought, at most the share `wanted` of the pile is, with 95 % confidence. The whole
/// pile when nothing less will do.
pub fn sample_size(size: u64, wanted: f64, allowed: u64) -> u64 {
    let enough = |drawn: u64| {
        let pile = Pile { size, drawn, found: allowed.min(drawn) };
        count(pile.at_most(RISK)) <= wanted * count(size)
    };
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Drawing from a pile that holds so many of what is sought.
#[derive(Clone, Copy)]
struct Chance {
    size: u64,
    sought: u64,
    drawn: u64,
}

impl Chance {
    /// The probability of no more than `found` sought ones in the sample. Summed from `found` away from
    /// the middle, where the terms only fall: downwards below the likeliest number, upwards (and taken
    /// from one) at or above it.
    fn at_most(self, found: u64) -> f64 {
        let Self { size, sought, drawn } = self;
        let others = size - sought;
        let (least, most) = (drawn.saturating_sub(others), sought.min(drawn));
        if found >= most {
            return 1.0;
        }
        if found < least {
            return 0.0;
        }
        let likeliest = count(drawn + 1) * count(sought + 1) / count(size + 2);
        // How the term of one number is got from that of the number below it.
        let up =
            |k: u64| count(sought - k + 1) * count(drawn - k + 1) / (count(k) * count(others + k - drawn));
        if count(found) < likeliest {
            let step = |k: u64| (k > least).then(|| (k - 1, 1.0 / up(k)));
            self.sum(found, step).min(1.0)
        } else {
            let step = |k: u64| (k < most).then(|| (k + 1, up(k + 1)));
            (1.0 - self.sum(found + 1, step)).max(0.0)
        }
    }

    /// The terms from `k` on, as `step` leads from one to the next.
    fn sum(self, mut k: u64, step: impl Fn(u64) -> Option<(u64, f64)>) -> f64 {
        let Self { size, sought, drawn } = self;
        let ln_first = ln_choose(sought, k) + ln_choose(size - sought, drawn - k) - ln_choose(size, drawn);
        let mut term = exp(ln_first);
        let mut sum = term;
        while let Some((next, ratio)) = step(k) {
            term *= ratio;
            sum += term;
            if term < sum * 1e-18 {
                break;
            }
            k = next;
        }
        sum
    }
}

/// ln of the number of ways to choose `k` of `n`; `k` is no more than `n`.
fn ln_choose(n: u64, k: u64) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// ln n!: the product itself for small `n`, else Stirling's series (remainder below 1e-17 from 32 on).
fn ln_factorial(n: u64) -> f64 {
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
    if n < 32 {
        return (2..=n).map(|i| ln(count(i))).sum();
    }
    let x = count(n);
    let (r, r2) = (1.0 / x, 1.0 / (x * x));
    let series = r * (1.0 / 12.0 - r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 / 1680.0)));
    (x + 0.5) * ln(x) - x + HALF_LN_TAU + series
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cannon and Roe, Livestock Disease Surveys (1982), table 1: how many animals of a herd must be
    /// tested to find at least one of so many sick ones with 95 % confidence. There the bound is on
    /// fewer than so many: one less than a pile may hold.
    #[track_caller]
    fn herd(size: u64, sick: u64, tested: u64) {
        let before = Pile { size, drawn: tested - 1, found: 0 };
        let after = Pile { size, drawn: tested, found: 0 };
        assert!(before.at_most(RISK) >= sick, "{tested} are needed");
        assert!(after.at_most(RISK) < sick, "{tested} are enough");
        assert_eq!(sample_size(size, (count(sick) - 0.5) / count(size), 0), tested);
    }

    #[test]
    fn published_table() {
        herd(10, 1, 10);
        herd(100, 1, 95);
        herd(100, 2, 78);
        herd(100, 5, 45);
        herd(100, 10, 25);
        herd(1000, 10, 258);
        herd(1000, 20, 138);
        herd(1000, 50, 57);
        herd(1000, 100, 29);
    }

    /// For a large pile the figures of Clopper and Pearson, `requirements` of the elusion test.
    #[track_caller]
    fn large(found: u64, drawn: u64, percent: f64) {
        let share = Pile { size: 50_000_000, drawn, found }.share_at_most() * 100.0;
        assert!((share - percent).abs() < 0.006, "{share}");
    }

    #[test]
    fn large_piles_are_binomial() {
        large(0, 59, 4.95);
        large(0, 299, 1.00);
        large(1, 299, 1.58);
        large(3, 600, 1.29);
        large(0, 2994, 0.10);
    }

    #[test]
    fn every_bound_of_small_piles_by_counting() {
        fn choose(n: u64, k: u64) -> u128 {
            if k > n { 0 } else { (0..k).fold(1, |c, i| c * u128::from(n - i) / u128::from(i + 1)) }
        }
        for size in 1..=24_u64 {
            for drawn in 0..=size {
                for found in 0..=drawn {
                    let few = |sought: u64| -> u128 {
                        (0..=found).map(|k| choose(sought, k) * choose(size - sought, drawn - k)).sum()
                    };
                    let most = (found..=size - (drawn - found))
                        .filter(|s| few(*s) * 20 > choose(size, drawn))
                        .max()
                        .unwrap();
                    let pile = Pile { size, drawn, found };
                    assert_eq!(pile.at_most(RISK), most, "{pile:?}");
                    assert!(pile.at_least(RISK) >= found && pile.at_least(RISK) <= most, "{pile:?}");
                }
            }
        }
    }

    /// Numbers at which a term alone is too small for a number of this kind.
    #[test]
    fn far_from_the_middle() {
        let pile = Pile { size: 1_000_000, drawn: 1000, found: 500 };
        let (low, high) = (pile.at_least(RISK), pile.at_most(RISK));
        assert!((470_000..480_000).contains(&low) && (520_000..530_000).contains(&high), "{low} {high}");
        assert_eq!(Pile { size: 1_000_000, drawn: 900_000, found: 0 }.at_most(RISK), 1);
    }

    #[test]
    fn nothing_is_left_to_chance_when_all_was_read() {
        let pile = Pile { size: 212, drawn: 212, found: 3 };
        assert_eq!((pile.at_most(RISK), pile.at_least(RISK)), (3, 3));
        assert_eq!(Pile::default().at_most(RISK), 0);
        assert_eq!(Pile { size: 5, drawn: 9, found: 7 }.at_most(RISK), 5);
    }

    #[test]
    fn recall() {
        // 2,000 work messages kept, all judged; 600 excluded, none of 299 drawn ones was work: the
        // binomial bound says 6, the finite pile 4.
        let kept = Pile { size: 2000, drawn: 2000, found: 2000 };
        let excluded = Pile { size: 600, drawn: 299, found: 0 };
        assert_eq!(excluded.at_most(RISK), 4);
        assert!((recall_at_least(kept, excluded) - 2000.0 / 2004.0).abs() < 1e-12);
        let sampled = Pile { size: 2600, drawn: 400, found: 320 };
        let both = recall_at_least(sampled, excluded);
        assert!(both < 0.998 && both > 0.99, "{both}");
        assert!((recall_at_least(Pile::default(), Pile::default()) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn sizes() {
        assert_eq!(sample_size(0, 0.01, 0), 0);
        assert_eq!(sample_size(100, 0.0, 0), 95, "one of a hundred is missed one time in twenty");
        assert_eq!(sample_size(12, 0.0, 0), 12);
        assert_eq!(sample_size(10_000_000, 0.01, 0), 299);
        assert!(sample_size(10_000, 0.01, 1) > sample_size(10_000, 0.01, 0));
    }
}
