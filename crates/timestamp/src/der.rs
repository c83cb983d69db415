//! As much of DER (X.690) as a time stamp needs: definite lengths, low tag numbers, bounded depth by the
//! shape of whoever reads. Nothing is copied.

/// Tags.
pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// `[n]`, constructed.
pub(crate) const fn context(n: u8) -> u8 {
    0xa0 | n
}

/// A value with its tag; `whole` are its bytes with the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Values one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next value, whatever it is.
    pub(crate) fn any(&mut self) -> Option<Value<'a>> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let many = usize::from(first & 0x7f);
        let (len, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(many)?;
                let len = bytes.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b));
                // the shortest spelling is the only one
                (len >= 0x80 && bytes[0] != 0).then_some((len, rest))?
            }
            _ => return None,
        };
        // numbers of 31 and more take further bytes; nothing here has one
        (tag & 0x1f != 0x1f).then_some(())?;
        let (content, rest) = rest.split_at_checked(len)?;
        let whole = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        Some(Value { tag, content, whole })
    }

    /// The next value, which has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<Value<'a>> {
        let mut ahead = *self;
        let value = ahead.any().filter(|v| v.tag == tag)?;
        *self = ahead;
        Some(value)
    }

    /// What is inside the next value, which has this tag.
    pub(crate) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(|v| Self::new(v.content))
    }

    /// The next object identifier.
    pub(crate) fn oid(&mut self) -> Option<&'a [u8]> {
        self.take(OID).map(|v| v.content)
    }

    /// The identifier of the next AlgorithmIdentifier; parameters are left aside.
    pub(crate) fn algorithm(&mut self) -> Option<&'a [u8]> {
        self.inside(SEQUENCE)?.oid()
    }
}

/// A value from its parts.
pub(crate) fn put(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = vec![tag];
    match u8::try_from(len) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let bytes = len.to_be_bytes();
            let at = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len() - 1);
            out.push(0x80 | u8::try_from(bytes.len() - at).unwrap_or_default());
            out.extend_from_slice(&bytes[at..]);
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// Seconds since 1970 of a GeneralizedTime or UTCTime in UTC; fractions are dropped.
pub(crate) fn time(value: Value<'_>) -> Option<i64> {
    let text = std::str::from_utf8(value.content).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction)).then_some(())?;
    let (year, rest) = match value.tag {
        GENERALIZED_TIME => whole.split_at_checked(4)?,
        UTC_TIME => whole.split_at_checked(2)?,
        _ => return None,
    };
    let mut year: i64 = year.parse().ok()?;
    if value.tag == UTC_TIME {
        year += if year < 50 { 2000 } else { 1900 };
    }
    (rest.len() == 10).then_some(())?;
    let part = |at: usize| rest.get(at..at + 2).and_then(|p| p.parse::<i64>().ok());
    let (month, day, hour, minute, second) = (part(0)?, part(2)?, part(4)?, part(6)?, part(8)?);
    let legal = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    legal.then_some(())?;
    // days from the civil date, proleptic Gregorian
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_longer_spellings_do_not() {
        for len in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; len];
            let bytes = put(OCTET_STRING, &[&content]);
            let value = Reader::new(&bytes).any().unwrap();
            assert_eq!((value.content, value.whole), (content.as_slice(), bytes.as_slice()));
            for cut in 0..bytes.len().min(20) {
                assert_eq!(Reader::new(&bytes[..cut]).any(), None);
            }
        }
        for bad in [
            &[4, 0x81, 1, 0][..],
            &[4, 0x82, 0, 200],
            &[4, 0x80, 0, 0],
            &[4, 0x85, 0, 0, 0, 0, 1],
            &[0x1f, 0],
        ] {
            assert_eq!(Reader::new(bad).any(), None, "{bad:?}");
        }
    }

    #[test]
    fn times() {
        let at = |tag, text: &str| time(Value { tag, content: text.as_bytes(), whole: &[] });
        assert_eq!(at(GENERALIZED_TIME, "19700101000000Z"), Some(0));
        assert_eq!(at(GENERALIZED_TIME, "20261126000000Z"), Some(1_795_651_200));
        assert_eq!(at(GENERALIZED_TIME, "20240229235959.123Z"), Some(1_709_251_199));
        assert_eq!(at(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(at(UTC_TIME, "700101000000Z"), Some(0));
        for bad in
            ["20261126000000", "20261326000000Z", "2026112600000Z", "20261126000000+0100", "x0261126000000Z"]
        {
            assert_eq!(at(GENERALIZED_TIME, bad), None, "{bad}");
        }
    }
}
