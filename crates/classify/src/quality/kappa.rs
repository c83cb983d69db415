//! How far two reviewers agree beyond what chance would give: Cohen's kappa (Cohen 1960, Educational
//! and Psychological Measurement 20). Knows answers, not what they are about.

use std::collections::BTreeMap;

use crate::math::count;

/// What two reviewers' answers to the same questions have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Questions both answered.
    pub both: u64,
    /// Questions both answered alike.
    pub alike: u64,
    /// Cohen's kappa: 1 for full agreement, 0 for what chance would give. `None` where chance alone
    /// would always agree (both gave one and the same answer to everything), or without questions.
    pub kappa: Option<f64>,
    /// Its standard error for large samples (Cohen 1960).
    pub error: Option<f64>,
}

impl Agreement {
    /// The lower end of the interval that kappa lies in with 95 % confidence, two-sided.
    pub fn at_least(&self) -> Option<f64> {
        Some((self.kappa? - 1.96 * self.error?).max(-1.0))
    }
}

/// Compares the answers of two reviewers, pair by pair.
pub fn agreement<A: Ord>(answers: impl IntoIterator<Item = (A, A)>) -> Agreement {
    let (mut both, mut alike) = (0_u64, 0_u64);
    let mut given: BTreeMap<A, [u64; 2]> = BTreeMap::new();
    for (first, second) in answers {
        both += 1;
        alike += u64::from(first == second);
        given.entry(first).or_default()[0] += 1;
        given.entry(second).or_default()[1] += 1;
    }
    let n = count(both.max(1));
    let seen = count(alike) / n;
    let chance: f64 = given.values().map(|[a, b]| count(*a) / n * (count(*b) / n)).sum();
    let certain = both == 0 || given.len() < 2;
    let kappa = (!certain).then(|| (seen - chance) / (1.0 - chance));
    let error = (!certain).then(|| (seen * (1.0 - seen) / n).sqrt() / (1.0 - chance));
    Agreement { both, alike, kappa, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(yes_yes: usize, yes_no: usize, no_yes: usize, no_no: usize) -> Agreement {
        let cell = |n, a, b| std::iter::repeat_n((a, b), n);
        agreement(
            cell(yes_yes, true, true)
                .chain(cell(yes_no, true, false))
                .chain(cell(no_yes, false, true))
                .chain(cell(no_no, false, false)),
        )
    }

    #[track_caller]
    fn check(found: &Agreement, kappa: f64) {
        assert!((found.kappa.unwrap() - kappa).abs() < 5e-4, "{found:?}");
    }

    /// The examples that textbooks and encyclopedias give.
    #[test]
    fn published() {
        check(&table(20, 5, 10, 15), 0.4);
        check(&table(45, 15, 25, 15), 0.1304);
        check(&table(25, 35, 5, 35), 0.2593);
    }

    /// The worked example of Cohen 1960: three classes, 200 patients, kappa 0.492.
    #[test]
    fn three_classes() {
        let cells = [[88, 14, 18], [10, 40, 10], [2, 6, 12]];
        let pairs = cells.iter().enumerate().flat_map(|(a, row)| {
            row.iter().enumerate().flat_map(move |(b, n)| std::iter::repeat_n((a, b), *n))
        });
        let found = agreement(pairs);
        assert_eq!((found.both, found.alike), (200, 140));
        check(&found, 0.492);
        assert!((found.error.unwrap() - 0.055).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn ends() {
        check(&table(5, 0, 0, 5), 1.0);
        check(&table(0, 5, 5, 0), -1.0);
        assert_eq!(table(9, 0, 0, 0).kappa, None);
        assert_eq!(agreement::<u8>([]).kappa, None);
        assert!(table(20, 5, 10, 15).at_least().unwrap() < 0.4);
    }
}
