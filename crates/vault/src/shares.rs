//! A secret in shares: any `threshold` of them give it, fewer say nothing of it (Shamir, over GF(256)
//! with x^8 + x^4 + x^3 + x + 1, each byte by itself, the shares at 1, 2, ...). What a share looks like
//! on paper, and for which secret, is not known here.

use zeroize::Zeroizing;

use crate::{Secret, VaultError, random_secret};

/// Most shares of one secret.
pub const MOST_SHARES: u8 = 16;

/// One share: where the polynomials were evaluated, and their values.
#[derive(Clone)]
pub struct Share {
    /// Where, from 1.
    pub x: u8,
    /// The values.
    pub y: Secret,
}

/// Multiplication in GF(256), without tables and without branches on its arguments.
fn times(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0_u8, |product, bit| {
        let reduced = product << 1 ^ (0x1b & (product >> 7).wrapping_neg());
        reduced ^ (a & (b >> bit & 1).wrapping_neg())
    })
}

/// The inverse: the 254th power; of 0 it is 0.
fn inverse(a: u8) -> u8 {
    let mut power = a;
    for _ in 0..6 {
        power = times(times(power, power), a);
    }
    times(power, power)
}

/// Splits a secret into `count` shares, any `threshold` of which give it.
///
/// # Errors
/// [`VaultError::BadCost`] unless `2 <= threshold <= count <= 16`; [`VaultError::NoRandomness`].
pub fn split(secret: &Secret, threshold: u8, count: u8) -> Result<Vec<Share>, VaultError> {
    if threshold < 2 || threshold > count || count > MOST_SHARES {
        return Err(VaultError::BadCost);
    }
    let coefficients: Result<Vec<Secret>, _> = (1..threshold).map(|_| random_secret()).collect();
    Ok(evaluate(secret, &coefficients?, count))
}

fn evaluate(secret: &Secret, coefficients: &[Secret], count: u8) -> Vec<Share> {
    let at = |x: u8| {
        let mut y = Secret::default();
        for (i, value) in y.iter_mut().enumerate() {
            *value = coefficients.iter().rev().fold(0, |sum, c| times(sum ^ c[i], x)) ^ secret[i];
        }
        Share { x, y }
    };
    (1..=count).map(at).collect()
}

/// The secret that shares give: that of the polynomials of lowest degree through all of them. Fewer than
/// the threshold, or shares that do not belong together, give another secret: whoever asks must check
/// what came out. `None` without shares, and where two stand at the same place.
pub fn combine(shares: &[Share]) -> Option<Secret> {
    let mut secret = Zeroizing::new([0; 32]);
    for (i, share) in shares.iter().enumerate() {
        let others = || shares.iter().enumerate().filter(move |(j, _)| *j != i).map(|(_, other)| other.x);
        if share.x == 0 || others().any(|x| x == share.x) {
            return None;
        }
        let weight = others().fold(1, |product, x| times(product, times(x, inverse(x ^ share.x))));
        for (byte, value) in secret.iter_mut().zip(share.y.iter()) {
            *byte ^= times(weight, *value);
        }
    }
    (!shares.is_empty()).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Secret {
        Zeroizing::new(std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()))
    }

    /// Every choice of `n` out of `all`.
    fn choices(all: &[Share], n: usize) -> Vec<Vec<Share>> {
        match (n, all.split_first()) {
            (0, _) => vec![Vec::new()],
            (_, None) => Vec::new(),
            (n, Some((first, rest))) => {
                let with = choices(rest, n - 1).into_iter().map(|mut c| {
                    c.push(first.clone());
                    c
                });
                with.chain(choices(rest, n)).collect()
            }
        }
    }

    #[test]
    fn shares_agree_with_the_other_implementation() {
        let mut checked = 0;
        for line in include_str!("../../../fixtures/vectors/seal/shares.txt").lines() {
            let mut words = line.split(' ');
            let mut number = || words.next().unwrap().parse::<u8>().unwrap();
            let (threshold, count) = (number(), number());
            let parts: Vec<Secret> = words.map(unhex).collect();
            let (secret, rest) = parts.split_first().unwrap();
            let (coefficients, expected) = rest.split_at(usize::from(threshold) - 1);
            let shares = evaluate(secret, coefficients, count);
            assert_eq!(shares.iter().map(|s| s.y.clone()).collect::<Vec<_>>(), expected);
            for some in choices(&shares, usize::from(threshold)) {
                assert_eq!(combine(&some).unwrap(), *secret);
            }
            for few in choices(&shares, usize::from(threshold) - 1) {
                assert_ne!(combine(&few).unwrap(), *secret);
            }
            assert_eq!(combine(&shares).unwrap(), *secret, "more than enough");
            checked += 1;
        }
        assert_eq!(checked, 4);
    }

    #[test]
    fn every_byte_has_its_inverse() {
        for a in 1..=255 {
            assert_eq!(times(a, inverse(a)), 1, "{a}");
        }
        // FIPS 197, 4.2
        assert_eq!(times(0x57, 0x13), 0xfe);
    }

    /// One share of two is as likely with any secret: all values of a byte occur.
    #[test]
    fn one_share_says_nothing() {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..4000 {
            seen.insert(split(&Zeroizing::new([7; 32]), 2, 2).unwrap()[0].y[0]);
        }
        assert!(seen.len() > 250, "{}", seen.len());
    }

    #[test]
    fn what_cannot_be_split_or_combined() {
        let secret = Zeroizing::new([7; 32]);
        for (threshold, count) in [(0, 3), (1, 3), (4, 3), (2, 17)] {
            assert!(split(&secret, threshold, count).is_err(), "{threshold} of {count}");
        }
        let shares = split(&secret, 2, 3).unwrap();
        assert!(combine(&[]).is_none());
        assert!(combine(&[shares[0].clone(), shares[0].clone()]).is_none());
        let zero = Share { x: 0, y: shares[0].y.clone() };
        assert!(combine(&[zero, shares[1].clone()]).is_none());
    }
}
