//! Two ways to fit a logistic regression: many sparse features by L-BFGS, few dense ones by Newton's
//! method. No randomness; the same examples in the same order give the same bits.

use crate::features::{BUCKETS, Feature};
use crate::math::sigmoid;

/// Sparse examples: features, one over their length, weight, and whether each label is the true one.
pub(crate) struct Sparse<'a> {
    pub(crate) features: &'a [Feature],
    pub(crate) weight: f64,
    pub(crate) truth: bool,
}

/// Pairs of steps that L-BFGS remembers.
const MEMORY: usize = 8;

/// Fits one label; weights and bias.
pub(crate) fn sparse(examples: &[Sparse<'_>], decay: f64, rounds: usize) -> (Vec<f64>, f64) {
    let norms: Vec<f64> = examples
        .iter()
        .map(|e| {
            1.0 / f64::from(e.features.iter().map(|(_, v)| i32::from(*v).pow(2)).sum::<i32>().max(1)).sqrt()
        })
        .collect();
    let mut w = vec![0.0; BUCKETS + 1];
    let (mut loss, mut gradient) = slope(examples, &norms, decay, &w);
    let mut past: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..rounds {
        let direction = direction(&gradient, &past);
        let down = dot(&direction, &gradient);
        if down > -1e-7 * loss.abs() {
            break;
        }
        let mut length = if past.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let mut moved = None;
        for _ in 0..25 {
            let next: Vec<f64> = w.iter().zip(&direction).map(|(w, d)| w + length * d).collect();
            let (l, g) = slope(examples, &norms, decay, &next);
            if l <= loss + 1e-4 * length * down {
                moved = Some((next, l, g));
                break;
            }
            length *= 0.5;
        }
        let Some((next, l, g)) = moved else { break };
        let step: Vec<f64> = next.iter().zip(&w).map(|(a, b)| a - b).collect();
        let bend: Vec<f64> = g.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &bend);
        if curvature > 1e-12 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            past.push((step, bend, 1.0 / curvature));
        }
        (w, loss, gradient) = (next, l, g);
    }
    let bias = w.pop().unwrap_or(0.0);
    (w, bias)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Loss and gradient; the last weight is the bias, which does not decay.
fn slope(examples: &[Sparse<'_>], norms: &[f64], decay: f64, w: &[f64]) -> (f64, Vec<f64>) {
    let mut gradient: Vec<f64> = w.iter().map(|w| w * decay).collect();
    let bias = w[BUCKETS];
    gradient[BUCKETS] = 0.0;
    let mut loss = decay / 2.0 * dot(&w[..BUCKETS], &w[..BUCKETS]);
    for (e, norm) in examples.iter().zip(norms) {
        let at = |f: &Feature| usize::try_from(f.0).unwrap_or(0);
        let sum: f64 = e.features.iter().map(|f| w[at(f)] * f64::from(f.1)).sum();
        let z = bias + sum * norm;
        let p = sigmoid(z);
        let right = if e.truth { p } else { 1.0 - p };
        loss -= e.weight * crate::math::ln(right.max(1e-300));
        let pull = e.weight * (p - f64::from(u8::from(e.truth)));
        gradient[BUCKETS] += pull;
        for f in e.features {
            gradient[at(f)] += pull * norm * f64::from(f.1);
        }
    }
    (loss, gradient)
}

/// The two-loop recursion.
fn direction(gradient: &[f64], past: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(past.len());
    for (step, bend, rho) in past.iter().rev() {
        let alpha = rho * dot(step, &q);
        q.iter_mut().zip(bend).for_each(|(q, y)| *q -= alpha * y);
        alphas.push(alpha);
    }
    if let Some((_, bend, rho)) = past.last() {
        let scale = 1.0 / (rho * dot(bend, bend));
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((step, bend, rho), alpha) in past.iter().zip(alphas.iter().rev()) {
        let beta = rho * dot(bend, &q);
        q.iter_mut().zip(step).for_each(|(q, s)| *q += (alpha - beta) * s);
    }
    q
}

/// Fits dense rows by Newton's method; `decay` holds for every feature but the first, the constant.
pub(crate) fn dense<const N: usize>(rows: &[([f64; N], f64, bool)], decay: f64) -> [f64; N] {
    let mut w = [0.0; N];
    for _ in 0..12 {
        let mut gradient: [f64; N] = std::array::from_fn(|i| if i == 0 { 1e-6 * w[i] } else { decay * w[i] });
        let mut hessian = vec![[0.0; N]; N];
        for (i, line) in hessian.iter_mut().enumerate() {
            line[i] = if i == 0 { 1e-6 } else { decay };
        }
        for (x, weight, truth) in rows {
            let p = sigmoid(dot(x, &w));
            let pull = weight * (p - f64::from(u8::from(*truth)));
            let bend = weight * (p * (1.0 - p)).max(1e-6);
            for i in (0..N).filter(|i| x[*i] != 0.0) {
                gradient[i] += pull * x[i];
                let xi = bend * x[i];
                hessian[i][..=i].iter_mut().zip(x).for_each(|(h, xj)| *h += xi * xj);
            }
        }
        let Some(step) = solve(hessian, gradient) else { break };
        // A step of more than a few units is cut: the loss is convex, the way back is short.
        let largest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        let cut = if largest > 4.0 { 4.0 / largest } else { 1.0 };
        w.iter_mut().zip(&step).for_each(|(w, s)| *w -= cut * s);
        if largest < 1e-9 {
            break;
        }
    }
    w
}

/// Solves a symmetric positive system given by its lower half (Cholesky).
fn solve<const N: usize>(mut a: Vec<[f64; N]>, b: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let rest = a[i][j] - sum;
            a[i][j] = if i == j { (rest > 0.0).then(|| rest.sqrt())? } else { rest / a[j][j] };
        }
    }
    let mut y = b;
    for i in 0..N {
        let sum: f64 = (0..i).map(|k| a[i][k] * y[k]).sum();
        y[i] = (y[i] - sum) / a[i][i];
    }
    for i in (0..N).rev() {
        let sum: f64 = (i + 1..N).map(|k| a[k][i] * y[k]).sum();
        y[i] = (y[i] - sum) / a[i][i];
    }
    Some(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newton_finds_the_line() {
        let rows: Vec<_> = (0..2000)
            .map(|i| {
                let x = f64::from(i % 200) / 50.0 - 2.0;
                ([1.0, x], 1.0, sigmoid(1.0 + 2.0 * x) > f64::from(i * 7919 % 2000) / 2000.0)
            })
            .collect();
        let [a, b] = dense(&rows, 1e-3);
        assert!((a - 1.0).abs() < 0.2 && (b - 2.0).abs() < 0.3, "{a} {b}");
    }

    #[test]
    fn sparse_separates() {
        let (work, private) = ([(1, 1), (5, 1)], [(2, 1), (5, 1)]);
        let examples: Vec<_> = (0..40)
            .map(|i| Sparse {
                features: if i % 2 == 0 { &work } else { &private },
                weight: 1.0,
                truth: i % 2 == 0,
            })
            .collect();
        let (w, _) = sparse(&examples, 0.1, 50);
        assert!(w[1] > 1.0 && w[2] < -1.0 && w[5].abs() < 0.2, "{} {} {}", w[1], w[2], w[5]);
    }
}
