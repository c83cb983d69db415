//! Held against public blobs where they are at hand, and against bytes written out here.

use super::*;

/// The smallest body: "Hej", one run, part 0; bytes after the description in `docs/readers/ios.md`.
fn hej() -> Vec<u8> {
    let mut b = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92".to_vec();
    b.extend(b"\x84\x84\x84\x08NSString\x01\x94\x84\x01+\x03Hej\x86");
    b.extend(b"\x84\x02iI\x01\x03");
    b.extend(b"\x92\x84\x84\x84\x0cNSDictionary\x00\x94\x84\x01i\x01");
    b.extend(b"\x92\x84\x96\x96\x1d__kIMMessagePartAttributeName\x86");
    b.extend(
        b"\x92\x84\x84\x84\x08NSNumber\x00\x84\x84\x07NSValue\x00\x94\x84\x01*\x84\x99\x99\x00\x86\x86\x86",
    );
    b
}

#[test]
fn a_body_written_by_hand() {
    let bytes = hej();
    let body = decode(&bytes).unwrap();
    assert_eq!((&*body.text, body.fault.clone(), body.at_end()), ("Hej", None, true));
    assert_eq!(body.runs.len(), 1);
    assert_eq!((body.runs[0].start, body.runs[0].len), (0, 3));
    assert_eq!(body.part(&body.runs[0]), Some(0));
    assert_eq!(body.file(&body.runs[0]), None);
}

#[test]
fn a_body_cut_short_keeps_its_text() {
    let bytes = hej();
    let text = bytes.windows(3).position(|w| w == b"Hej").unwrap();
    for cut in 0..bytes.len() {
        match decode(&bytes[..cut]) {
            Ok(body) => {
                assert!("Hej".starts_with(&*body.text), "{cut}");
                assert!(body.fault.is_some() || cut >= bytes.len() - 1, "{cut}");
            }
            Err(_) => assert!(cut <= text, "{cut}"),
        }
    }
}

#[test]
fn millions_of_empty_structures_are_not_built() {
    // an array of arrays of structures that take no byte, declared in few
    let bytes = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x18[4444444[5095675(()())]]\x01\x02";
    let bound = 8 * bytes.len() as u64;
    assert_eq!(decode(bytes).err(), Some(Fault::TooMuch { what: "values of a typedstream", bound }),);
    // as many as there are bytes for are read
    let few =
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x09[3[4(i)]]\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";
    assert_eq!(decode(few).err(), Some(Fault::Unexpected { expected: "an attributed string" }),);
}

fn expected(name: &str) -> Option<(std::path::PathBuf, serde_json::Value)> {
    let samples = crate::samples::ios("")?;
    let text = std::fs::read(samples.join(name)).unwrap();
    Some((samples, serde_json::from_slice(&text).unwrap()))
}

#[test]
fn public_blobs_have_their_known_texts() {
    let Some((samples, expected)) = expected("expected-typedstream.json") else { return };
    let mut compared = 0;
    for (name, blob) in expected.as_object().unwrap() {
        let class = blob["class"].as_str().unwrap_or_default();
        // not every public blob is at hand
        let Ok(bytes) = std::fs::read(samples.join(name)) else { continue };
        match class {
            "NSAttributedString" | "NSMutableAttributedString" => {
                let body = decode(&bytes).unwrap();
                assert_eq!(&*body.text, blob["text"].as_str().unwrap(), "{name}");
                assert_eq!(body.fault, None, "{name}");
                compared += 1;
            }
            // other classes must at least be read to their end
            "" => {}
            _ => {
                let mut archive = Archive::new(&bytes).unwrap();
                while !archive.at_end() {
                    archive.group(&mut Vec::new()).unwrap_or_else(|e| panic!("{name}: {e}"));
                }
            }
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn public_blobs_have_their_known_runs() {
    let Some((samples, expected)) = expected("expected-attributed-runs.json") else { return };
    let mut compared = 0;
    for (name, blob) in expected.as_object().unwrap() {
        let Ok(bytes) = std::fs::read(samples.join(name)) else { continue };
        compared += 1;
        let body = decode(&bytes).unwrap();
        assert_eq!(&*body.text, blob["text"].as_str().unwrap(), "{name}");
        let runs: Vec<_> = body
            .runs
            .iter()
            .map(|r| {
                serde_json::json!({"start_utf16": r.start, "len_utf16": r.len, "part": body.part(r),
                    "file_guid": body.file(r), "keys": body.keys(r)})
            })
            .collect();
        assert_eq!(serde_json::Value::Array(runs), blob["runs"], "{name}");
    }
    assert!(compared > 10, "{compared}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(at in 0_usize..400, with in 0_u8..=255, more in proptest::collection::vec(0_u8..=255, 0..8)) {
        let mut bytes = hej();
        let at = at % bytes.len();
        bytes[at] = with;
        let at = (at * 7 + 3) % bytes.len();
        bytes.splice(at..at, more);
        fuzz_one(&bytes);
    }
}
