use super::*;

/// What a time-stamping authority run by OpenSSL answered (`scripts/timestamp-fixtures`).
struct Sample {
    answer: &'static [u8],
    own: &'static [u8],
    above: &'static [u8],
}

macro_rules! sample {
    ($name:literal) => {
        Sample {
            answer: include_bytes!(concat!("../../../fixtures/timestamp/", $name, ".tsr")),
            own: include_bytes!(concat!("../../../fixtures/timestamp/", $name, ".pem")),
            above: include_bytes!(concat!("../../../fixtures/timestamp/", $name, "-ca.pem")),
        }
    };
}

const SAMPLES: [Sample; 3] = [sample!("rsa"), sample!("p256"), sample!("p384")];
const DIGEST: [u8; 32] = [7; 32];

#[test]
fn answers_hold_for_what_was_asked() {
    for sample in SAMPLES {
        let stamp = Stamp::parse(sample.answer).unwrap();
        for trusted in [sample.own, sample.above] {
            assert_eq!(stamp.verify(&DIGEST, trusted), Ok(stamp.time));
        }
        assert!((1_700_000_000..4_000_000_000).contains(&stamp.time));
        assert_eq!(stamp.verify(&[8; 32], sample.own), Err(StampFault::OtherDigest));
        let token = Stamp::parse(stamp.token).unwrap();
        assert_eq!(token.verify(&DIGEST, sample.above), Ok(stamp.time), "the token alone");
    }
}

#[test]
fn only_who_is_trusted_vouches() {
    for (i, sample) in SAMPLES.iter().enumerate() {
        let stamp = Stamp::parse(sample.answer).unwrap();
        for (j, other) in SAMPLES.iter().enumerate() {
            let expected = if i == j { Ok(stamp.time) } else { Err(StampFault::Untrusted) };
            assert_eq!(stamp.verify(&DIGEST, other.above), expected, "{i} {j}");
        }
        for nothing in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(stamp.verify(&DIGEST, nothing), Err(StampFault::Untrusted));
        }
    }
}

#[test]
fn a_certificate_counts_while_it_is_valid_and_for_what_it_is() {
    let sample = sample!("expired");
    let stamp = Stamp::parse(sample.answer).unwrap();
    for trusted in [sample.own, sample.above] {
        assert_eq!(stamp.verify(&DIGEST, trusted), Err(StampFault::Certificate));
    }
    let usage = |pem: &[u8]| {
        let all = certificates(pem);
        let c = Certificate::parse(&all[0]).unwrap();
        (c.stamps_times, c.is_ca)
    };
    assert_eq!((usage(SAMPLES[0].own), usage(SAMPLES[0].above)), ((true, false), (false, true)));
}

/// Every bit of the token is covered by something; of the answer around it, its status is.
#[test]
fn no_change_passes() {
    for sample in SAMPLES {
        let whole = Stamp::parse(sample.answer).unwrap();
        let (token, certificates) = (whole.token, whole.certificates);
        let start = certificates.as_ptr() as usize - token.as_ptr() as usize;
        let mut passed = Vec::new();
        for at in 0..token.len() {
            let mut bad = token.to_vec();
            bad[at] ^= 1 << (at % 8);
            if Stamp::parse(&bad).is_ok_and(|s| s.verify(&DIGEST, sample.above).is_ok()) {
                passed.push(at);
            }
        }
        // a version number, the list of digest algorithms and unsigned parameters say nothing
        let inside = |at: usize| (start..start + certificates.len()).contains(&at);
        assert!(passed.len() < 40, "{passed:?}");
        assert!(!passed.iter().any(|at| inside(*at)), "certificates: {passed:?}");
        for cut in 0..sample.answer.len() {
            assert!(Stamp::parse(&sample.answer[..cut]).is_err(), "{cut}");
        }
    }
}

#[test]
fn refusals_are_said() {
    assert_eq!(
        Stamp::parse(&put(SEQUENCE, &[&put(SEQUENCE, &[&put(INTEGER, &[&[2]])])])).err(),
        Some(StampFault::Refused(2))
    );
    for bad in [&b""[..], b"x", &[0x30, 0], &[0x30, 0x80, 0, 0]] {
        assert_eq!(Stamp::parse(bad).err(), Some(StampFault::Malformed));
    }
}

#[test]
fn a_query_is_what_openssl_writes() {
    // openssl ts -query -digest 0707... -sha256 -cert, but for the nonce
    let expected = include_bytes!("../../../fixtures/timestamp/query.tsq");
    let nonce = u64::from_be_bytes(*expected[expected.len() - 11..].first_chunk().unwrap());
    assert_eq!(query(&DIGEST, nonce), expected);
}
