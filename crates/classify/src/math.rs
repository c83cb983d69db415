//! The few functions that a platform's mathematics library may round differently, from additions and
//! multiplications alone: the same bits on every machine. Knows no text and no model.

/// ln 2 in two parts; the first has zeros enough that `k * LN2_HI` is exact for the `k` used here.
const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// The steps of the Taylor series; the remainder is below one unit in the last place.
const STEPS: i32 = 14;

/// e to the power `x`; 0 below -700, and no more than e^700.
pub(crate) fn exp(x: f64) -> f64 {
    if x.is_nan() || x < -700.0 {
        return 0.0;
    }
    let x = x.min(700.0);
    let k = (x * std::f64::consts::LOG2_E + 0.5).floor();
    let r = x - k * LN2_HI - k * LN2_LO;
    let mut sum = 1.0;
    for n in (1..STEPS).rev() {
        sum = 1.0 + sum * r / f64::from(n);
    }
    sum * two_to(k)
}

/// 2 to the whole power `k`, from -1022 to 1023.
fn two_to(k: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "between -1022 and 1023")]
    let k = k.clamp(-1022.0, 1023.0) as i64;
    f64::from_bits(u64::try_from(k + 1023).unwrap_or(0) << 52)
}

/// The natural logarithm of a positive, normal number.
pub(crate) fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let exponent = i32::try_from(bits >> 52).unwrap_or(0) - 1023;
    let m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let (m, exponent) = if m > std::f64::consts::SQRT_2 { (m / 2.0, exponent + 1) } else { (m, exponent) };
    let t = (m - 1.0) / (m + 1.0);
    let (t2, mut sum) = (t * t, 0.0);
    for n in (0..20).rev() {
        sum = sum * t2 + 1.0 / f64::from(2 * n + 1);
    }
    let e = f64::from(exponent);
    2.0 * t * sum + e * LN2_LO + e * LN2_HI
}

/// The logistic function.
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// The probability of at most `k` events in `n` draws with probability `p` each.
fn at_most(k: u64, n: u64, p: f64) -> f64 {
    let (lp, lq) = (ln(p), ln(1.0 - p));
    let mut log_term = lq * count(n);
    let mut sum = exp(log_term);
    for i in 1..=k.min(n) {
        log_term += ln(count(n - i + 1)) - ln(count(i)) + lp - lq;
        sum += exp(log_term);
    }
    sum.min(1.0)
}

/// A count as a number; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of messages stay far below 2^53")]
pub(crate) fn count(n: u64) -> f64 {
    n as f64
}

/// The one-sided 95 % Clopper-Pearson upper bound for `found` of `drawn`.
pub fn upper_bound(found: u64, drawn: u64) -> f64 {
    if found >= drawn {
        return 1.0;
    }
    let (mut low, mut high) = (count(found) / count(drawn), 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(found, drawn, middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_platform() {
        for i in -6000..6000 {
            let x = f64::from(i) * 0.0117;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "{x}");
            let y = x.exp();
            assert!((ln(y) - x).abs() < 1e-13 * (1.0 + x.abs()), "{x}");
        }
        assert_eq!(exp(-1e9).to_bits(), 0);
        assert!((sigmoid(0.0) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn pinned_bits() {
        assert_eq!(exp(1.0).to_bits(), 0x4005_bf0a_8b14_576a);
        assert_eq!(ln(10.0).to_bits(), 0x4002_6bb1_bbb5_5516);
    }

    #[track_caller]
    fn check(found: u64, drawn: u64, percent: f64) {
        assert!((upper_bound(found, drawn) * 100.0 - percent).abs() < 0.006, "{}", upper_bound(found, drawn));
    }

    #[test]
    fn clopper_pearson() {
        check(0, 59, 4.95);
        check(0, 100, 2.95);
        check(0, 299, 1.00);
        check(1, 299, 1.58);
        check(0, 473, 0.63);
        check(3, 600, 1.29);
        check(0, 1000, 0.30);
        check(5, 5, 100.0);
    }
}
