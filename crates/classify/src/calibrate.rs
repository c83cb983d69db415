//! From log odds to a probability that means what it says: a logistic curve (Platt) fitted on messages
//! the weights never saw, stored as points joined by straight lines.
//!
//! A step function would follow the few odd messages at the ends, where the thresholds lie.

use crate::fit::dense;
use crate::math::sigmoid;

/// Points of the stored curve, and how far apart they are.
const POINTS: i32 = 81;
const STEP: f64 = 0.25;

/// A rising line from log odds to probability.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    /// Log odds and probability, both rising.
    pub(crate) points: Vec<(f64, f64)>,
}

impl Curve {
    /// Fits to pairs of log odds and truth.
    pub(crate) fn fit(pairs: &[(f64, bool)]) -> Self {
        let rows: Vec<_> =
            pairs.iter().map(|(z, truth)| ([1.0, z.clamp(-10.0, 10.0)], 1.0, *truth)).collect();
        let [shift, slope] = dense(&rows, 1.0);
        let slope = slope.max(0.0);
        let point = |i: i32| {
            let z = f64::from(i - POINTS / 2) * STEP;
            (z, sigmoid(shift + slope * z))
        };
        Self { points: (0..POINTS).map(point).collect() }
    }

    /// The probability at some log odds.
    pub(crate) fn at(&self, z: f64) -> f64 {
        let after = self.points.partition_point(|(x, _)| *x <= z);
        let last = self.points.len() - 1;
        if after == 0 {
            return self.points[0].1;
        }
        if after > last {
            return self.points[last].1;
        }
        let ((x0, y0), (x1, y1)) = (self.points[after - 1], self.points[after]);
        if x1 <= x0 { y1 } else { y0 + (y1 - y0) * ((z - x0) / (x1 - x0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_and_fits() {
        let pairs: Vec<_> = (0..4000)
            .map(|i| f64::from(i) / 500.0 - 4.0)
            .enumerate()
            .map(|(i, z)| (z, sigmoid(z / 2.0) > f64::from(u32::try_from(i * 7919 % 4000).unwrap()) / 4000.0))
            .collect();
        let curve = Curve::fit(&pairs);
        assert!(curve.points.windows(2).all(|p| p[0].1 <= p[1].1 && p[0].0 <= p[1].0));
        for (z, p) in [(-3.0, 0.182), (0.0, 0.5), (3.0, 0.818)] {
            assert!((curve.at(z) - p).abs() < 0.06, "{z}: {}", curve.at(z));
        }
        assert!(curve.at(-99.0) > 0.0 && curve.at(99.0) < 1.0);
    }

    #[test]
    fn nothing_known() {
        assert!((Curve::fit(&[]).at(1.0) - 0.5).abs() < 1e-12);
    }
}
