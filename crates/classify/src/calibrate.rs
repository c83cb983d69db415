//! From log odds to a probability that means what it says: pooled adjacent violators on messages the
//! weights never saw, smoothed, joined by straight lines.

/// The fewest messages of a step.
const FEWEST: f64 = 60.0;

/// A rising line from log odds to probability.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    /// Log odds and probability, both rising.
    pub(crate) points: Vec<(f64, f64)>,
}

impl Curve {
    /// Fits to pairs of log odds and truth.
    pub(crate) fn fit(mut pairs: Vec<(f64, bool)>) -> Self {
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // Blocks: count, positives, sum of log odds.
        let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
        for (z, truth) in pairs {
            let one = f64::from(u8::from(truth));
            match blocks.last_mut() {
                Some(last) if last.0 < FEWEST => *last = (last.0 + 1.0, last.1 + one, last.2 + z),
                _ => blocks.push((1.0, one, z)),
            }
        }
        let mut rising: Vec<(f64, f64, f64)> = Vec::new();
        for block in blocks {
            rising.push(block);
            while let [.., a, b] = rising.as_slice() {
                if a.1 * b.0 <= b.1 * a.0 && b.0 >= FEWEST {
                    break;
                }
                let joined = (a.0 + b.0, a.1 + b.1, a.2 + b.2);
                rising.truncate(rising.len() - 2);
                rising.push(joined);
            }
        }
        let mut points: Vec<(f64, f64)> =
            rising.iter().map(|(n, k, z)| (z / n, (k + 0.3) / (n + 0.6))).collect();
        for i in 1..points.len() {
            points[i].1 = points[i].1.max(points[i - 1].1);
        }
        if points.is_empty() {
            points.push((0.0, 0.5));
        }
        Self { points }
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
        let pairs = (0..4000).map(|i| (f64::from(i) / 500.0 - 4.0, i * 7919 % 4000 < i)).collect();
        let curve = Curve::fit(pairs);
        assert!(curve.points.windows(2).all(|p| p[0].1 <= p[1].1 && p[0].0 <= p[1].0));
        for (z, p) in [(-3.0, 0.125), (0.0, 0.5), (3.0, 0.875)] {
            assert!((curve.at(z) - p).abs() < 0.06, "{z}: {}", curve.at(z));
        }
        assert!(curve.at(-99.0) > 0.0 && curve.at(99.0) < 1.0);
    }

    #[test]
    fn nothing_known() {
        assert!((Curve::fit(Vec::new()).at(1.0) - 0.5).abs() < 1e-12);
    }
}
