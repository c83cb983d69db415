//! Frames against the format owner's own cases, where they lie on this machine: every valid one is read
//! without a finding about its fields, every invalid one is refused or its fault named; keys and
//! encrypted files against published vectors. And damage of every sort.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use model::{Message, MessageSource, ReadAt, Record, Tally};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::Value;

use super::feed::Stored;
use super::keys;
use super::node::{Item, Met, Node};
use super::plain::NoFiles;
use super::reader::Reader;
use super::schema;
use super::sealed::Sealed;
use crate::draft::Source;
use crate::people::{from_hex, hex, text};

fn samples() -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let folder = std::env::var_os("BESKEDARKIV_SAMPLES").map_or(default, PathBuf::from).join("android");
    if !folder.is_dir() {
        // a line in the test's output, so that nobody takes silence for success
        use std::io::Write;
        drop(writeln!(std::io::stderr(), "samples of libsignal are not on this machine: not compared"));
        return None;
    }
    Some(folder)
}

/// JSON without comments and trailing commas.
fn strict(loose: &str) -> String {
    let mut out = String::new();
    let mut chars = loose.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            '/' if !quoted && chars.peek() == Some(&'/') => {
                chars.by_ref().take_while(|c| *c != '\n').for_each(drop);
                continue;
            }
            ']' | '}' if !quoted => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// The lines of the plaintext export that a case stands for.
fn lines(case: &str) -> Vec<u8> {
    let frames: Vec<Value> = serde_json::from_str(&strict(case)).unwrap();
    frames.iter().flat_map(|f| format!("{f}\n").into_bytes()).collect()
}

struct Got {
    messages: Vec<Message>,
    findings: Vec<String>,
    tally: Tally,
}

fn read(stored: Stored) -> Result<Got, model::SourceError> {
    let source = Source { name: "signal-android", evidence: text("main"), sha256: [0; 32] };
    let mut reader = Reader::new(stored, "main", source, Box::new(NoFiles), true, None, Vec::new())?;
    let mut messages = Vec::new();
    let tally = reader.read(&mut |record| {
        if let Record::Message(m) = record {
            messages.push(*m);
        }
        ControlFlow::Continue(())
    })?;
    assert!(tally.balances());
    let findings = reader.findings().iter().map(ToString::to_string).collect();
    Ok(Got { messages, findings, tally })
}

fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(u8::try_from(n & 0x7f).unwrap() | 0x80);
        n >>= 7;
    }
    out.push(u8::try_from(n).unwrap());
}

fn encode(node: &Node) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, item) in &node.0 {
        let (wire, bytes) = match item {
            Item::Int(n) => {
                varint(u64::from(number << 3), &mut out);
                varint(*n, &mut out);
                continue;
            }
            Item::Bytes(b) => (2, b.clone()),
            Item::Node(inner) => (2, encode(inner)),
        };
        varint(u64::from(number << 3 | wire), &mut out);
        varint(bytes.len() as u64, &mut out);
        out.extend(bytes);
    }
    out
}

/// The wire form of lines, as far as their trees go.
fn wire(lines: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, line) in lines.split(|b| *b == b'\n').filter(|l| !l.is_empty()).enumerate() {
        let value: Value = serde_json::from_slice(line).unwrap();
        let schema = if i == 0 { &schema::BackupInfo } else { &schema::Frame };
        let bytes = encode(&Node::from_json(&value, schema, &mut Met::default()).unwrap());
        varint(bytes.len() as u64, &mut out);
        out.extend(bytes);
    }
    out
}

/// A short form of what was read.
fn shown(m: &Message) -> String {
    let text = |t: &Option<model::Text>| t.as_ref().map_or("-".to_owned(), |t| t.expose().to_string());
    let edits: Vec<String> = m.edits.iter().map(|e| text(&e.text)).collect();
    format!(
        "{} {} {} {:?} {edits:?} {:?}",
        text(&m.id),
        text(&m.sender),
        text(&m.body),
        m.event.is_some(),
        m.doubts
    )
}

#[test]
fn every_valid_case_is_read() {
    let Some(folder) = samples() else { return };
    let folder = folder.join("libsignal-message-backup/test-cases/valid");
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = std::fs::read_to_string(&path).unwrap();
        let lines = lines(&case);
        let json = read(Stored::Json(Arc::new(lines.clone()))).unwrap();
        assert_eq!(json.findings, Vec::<String>::new(), "{}", path.display());
        assert_eq!(json.tally.unreadable, 0);
        assert_eq!(json.tally.messages, case.matches("\"chatItem\"").count() as u64);
        let odd = |d: &str| {
            d.starts_with("unknown")
                || d.starts_with("no_sender")
                || d.starts_with("no_chat")
                || d.starts_with("bad")
        };
        for m in &json.messages {
            assert!(!m.doubts.iter().any(|d| odd(d)), "{}: {}", path.display(), shown(m));
        }
        // the wire says the same; secrets are not in the tree, so they are not in it either
        let wire = read(Stored::Wire(Arc::new(wire(&lines)))).unwrap();
        let show = |got: &Got| got.messages.iter().map(shown).collect::<Vec<_>>();
        assert_eq!(show(&json), show(&wire), "{}", path.display());
        cases += 1;
    }
    assert_eq!(cases, 13);
}

#[test]
fn every_invalid_case_is_named() {
    let Some(folder) = samples() else { return };
    let folder = folder.join("libsignal-message-backup/test-cases/invalid");
    // where libsignal says that the theme of the app is missing, this reader, which has no use for
    // it, says what the case is called after
    for (case, cause) in [
        ("chat-pinned-order-conflict", "pinned_order_twice"),
        ("group-update-invalid-aci", "bad_service_id"),
        ("missing-account-data", "account_missing"),
        ("missing-recipient", "chat_without_recipient"),
        ("multiple-account-data", "account_several:2"),
        ("sticker-pack-id", "sticker_pack_id_invalid"),
    ] {
        let text = std::fs::read_to_string(folder.join(format!("{case}.jsonproto"))).unwrap();
        let got = read(Stored::Json(Arc::new(lines(&text)))).unwrap();
        let doubts = got.messages.iter().flat_map(|m| m.doubts.iter().map(ToString::to_string));
        let said: Vec<String> = got.findings.iter().cloned().chain(doubts).collect();
        assert!(said.iter().any(|s| s.starts_with(cause)), "{case}: {said:?}");
    }
}

#[test]
fn edits_of_a_valid_case() {
    let Some(folder) = samples() else { return };
    let path = folder.join("libsignal-message-backup/test-cases/valid/outgoing-message-with-edits.jsonproto");
    let got = read(Stored::Json(Arc::new(lines(&std::fs::read_to_string(path).unwrap())))).unwrap();
    let edited = got.messages.iter().find(|m| m.edits.len() == 3).unwrap();
    assert_eq!(edited.id.as_ref().unwrap().expose().as_ref(), "1000");
    assert_eq!(edited.body.as_ref().unwrap().expose().as_ref(), "Latest revision");
    assert!(edited.reactions.len() >= 2);
    assert_eq!(edited.sender.as_ref().unwrap().expose().as_ref(), "me");
}

#[test]
fn keys_and_encrypted_files() {
    let Some(folder) = samples() else { return };
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected-signal-v2.json")).unwrap()).unwrap();
    let bytes = |v: &Value| from_hex(v.as_str().unwrap()).unwrap();
    let secret = |v: &Value| SecretString::from(v.as_str().unwrap().to_owned());
    let v = &expected["vectors"];
    let backup = keys::backup_key(&keys::recovery_key(&secret(&v["aep"])).unwrap());
    assert_eq!(hex(backup.as_slice()), v["backup_key_hex"]);
    assert_eq!(hex(keys::metadata_key(&backup).as_slice()), v["local_metadata_key_hex"]);
    let id = keys::backup_id(&backup, &bytes(&v["aci_hex"]));
    assert_eq!(hex(id.as_slice()), v["backup_id_hex"]);
    for (token, pair) in [(None, &v["no_token"]), (Some(bytes(&v["token_hex"])), &v["with_token"])] {
        let keys = keys::main_keys(&backup, id.as_slice(), token.as_deref());
        assert_eq!(hex(keys.mac.as_slice()), pair["hmac"]);
        assert_eq!(hex(keys.aes.as_slice()), pair["aes"]);
    }
    for (name, file) in expected["files"].as_object().unwrap() {
        let path = folder.join("libsignal-message-backup/test-cases/valid-encrypted").join(name);
        let stored: Arc<dyn ReadAt> = Arc::new(std::fs::read(path).unwrap());
        let backup = keys::backup_key(&keys::recovery_key(&secret(&file["aep"])).unwrap());
        let id = keys::backup_id(&backup, &bytes(&file["aci_hex"]));
        let token = file["forward_secrecy_token_hex"].as_str().map(|t| from_hex(t).unwrap());
        let pair = keys::main_keys(&backup, id.as_slice(), token.as_deref());
        let sealed = Sealed::at(stored, file["encrypted_offset"].as_u64().unwrap()).unwrap();
        assert!(sealed.verifies(&pair.mac).unwrap(), "{name}");
        let mut plain = Vec::new();
        let mut gzip =
            flate2::bufread::GzDecoder::new(std::io::BufReader::new(sealed.read(&pair.aes).unwrap()));
        gzip.read_to_end(&mut plain).unwrap();
        assert_eq!(hex(&evidence::digest(&plain)), file["plain_sha256"].as_str().unwrap(), "{name}");
        let got = read(Stored::Sealed(sealed, Arc::new(pair.aes))).unwrap();
        assert_eq!(got.findings, Vec::<String>::new(), "{name}");
    }
}

/// Frames with a bit of everything, in the wire form.
fn some_frames() -> Vec<u8> {
    let lines = br#"{"version":"1","backupTimeMs":"1769862896000"}
{"account":{"givenName":"A"}}
{"recipient":{"id":"1","self":{}}}
{"recipient":{"id":"2","contact":{"aci":"ISEhISEhISEhISEhISEhIQ==","e164":"4520000101","systemGivenName":"Anna"}}}
{"chat":{"id":"1","recipientId":"2"}}
{"chatItem":{"chatId":"1","authorId":"2","dateSent":"1769862896000","incoming":{"dateReceived":"1769862897000"},"standardMessage":{"text":{"body":"hej","bodyRanges":[{"start":0,"length":1,"mentionAci":"ISEhISEhISEhISEhISEhIQ=="}]},"reactions":[{"emoji":"x","authorId":"1","sentTimestamp":"5"}],"quote":{"targetSentTimestamp":"7"},"attachments":[{"pointer":{"contentType":"a/b","locatorInfo":{"size":5,"localKey":"AAAA","plaintextHash":"AAAA"}}}]}}}
{"chatItem":{"chatId":"1","authorId":"1","dateSent":"1769862898000","outgoing":{},"poll":{"question":"?","options":[{"option":"ja","votes":[{"voterId":"2"}]}]}}}
{"chatItem":{"chatId":"1","authorId":"1","dateSent":"1769862898000","directionless":{},"updateMessage":{"groupChange":{"updates":[{"groupMemberAddedUpdate":{"newMemberAci":"ISEhISEhISEhISEhISEhIQ=="}}]}}}}
"#;
    wire(lines)
}

#[test]
fn cut_anywhere() {
    let whole = some_frames();
    let all = read(Stored::Wire(Arc::new(whole.clone()))).unwrap();
    assert_eq!(all.tally.messages, 3);
    for cut in 0..whole.len() {
        if let Ok(got) = read(Stored::Wire(Arc::new(whole[..cut].to_vec()))) {
            assert_eq!(got.messages[..], all.messages[..got.messages.len()], "{cut}");
        }
    }
}

#[test]
fn flipped_anywhere() {
    let whole = some_frames();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            drop(read(Stored::Wire(Arc::new(damaged))));
        }
    }
}

#[test]
fn unknown_fields_are_named() {
    let mut frames = some_frames();
    // a frame whose chat item has field 99 and no kind that is known
    let frame = [0x22, 0x07, 0x08, 0x01, 0x18, 0x05, 0x9a, 0x06, 0x00];
    frames.push(u8::try_from(frame.len()).unwrap());
    frames.extend(frame);
    let got = read(Stored::Wire(Arc::new(frames))).unwrap();
    assert!(got.findings.iter().any(|f| f == "unknown_field:ChatItem.99:1"), "{:?}", got.findings);
    let last = got.messages.last().unwrap();
    assert!(last.doubts.iter().any(|d| d == "unknown_kind") && last.event.is_some());
}

#[test]
fn bounds_hold() {
    // a frame that claims four gigabytes, one nested too deep, one of half a million numbers
    let mut huge = some_frames();
    huge.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert_eq!(read(Stored::Wire(Arc::new(huge))).unwrap().tally.unreadable, 1);
    let mut deep = Vec::new();
    for _ in 0..40 {
        let mut outer = vec![0x32];
        varint(deep.len() as u64, &mut outer);
        outer.extend(&deep);
        deep = outer;
    }
    assert!(Node::decode(&deep, &schema::ChatItem, &mut Met::default()).is_err());
    let many = [0x08, 0x01].repeat(600_000);
    assert!(Node::decode(&many, &schema::ChatItem, &mut Met::default()).is_err());
}

proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..400)) {
        crate::fuzz_frames(&data);
        crate::fuzz_backup(&data);
        crate::fuzz_desktop(&data);
    }

    /// Rows of Desktop with fields of every kind where others are expected.
    #[test]
    fn any_json(
        name in proptest::sample::select(vec!["type", "sent_at", "body", "editHistory", "reactions", "attachments", "quote",
            "groupV2Change", "expirationTimerUpdate", "poll", "contact", "preview", "sticker", "bodyRanges", "expireTimer"]),
        value in proptest::sample::select(vec!["null", "-1", "1e300", "\"incoming\"", "\"group-v2-change\"", "[]", "[1,null,{}]",
            "{\"details\":[{\"type\":\"title\"},7]}", "[{\"size\":-5,\"path\":\"../x\",\"localKey\":\"AA\"}]",
            "{\"id\":-1,\"question\":\"?\",\"options\":[1]}", "9223372036854775807", "true"]),
    ) {
        crate::fuzz_desktop(format!("{{\"type\":\"incoming\",\"body\":\"\u{fffc}\",\"{name}\":{value}}}").as_bytes());
    }
}
