//! Padme: a length that tells little (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files
//! and Communication with PURBs", 2019, section 4): at most 12 % longer, O(log log n) bits told.

/// The padded length of `len` bytes.
pub fn padme(len: usize) -> usize {
    if len < 2 {
        return len;
    }
    let exponent = usize::BITS - 1 - len.leading_zeros();
    let bits = u32::BITS - exponent.leading_zeros();
    let mask = (1_usize << exponent.saturating_sub(bits)) - 1;
    (len + mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        // 9 bytes: 4 significant bits of exponent 3, mask 1 (example of the paper)
        for (len, padded) in
            [(0, 0), (1, 1), (2, 2), (8, 8), (9, 10), (100, 104), (1000, 1024), (1_000_001, 1_015_808)]
        {
            assert_eq!(padme(len), padded, "{len}");
        }
        for len in (1..3_000_000).step_by(997) {
            let padded = padme(len);
            assert!(padded >= len && (padded - len) * 100 <= len * 12, "{len}");
            assert_eq!(padme(padded), padded, "{len}");
        }
    }
}
