//! The JSON form, held against hand-written lines.

use crate::canonical;
use crate::message::{Event, Message};

#[test]
fn a_full_message() {
    let mut out = Vec::new();
    super::write_line(&mut out, &canonical::tests_full(), Some(&serde_json::json!({"number": 1})));
    let expected = concat!(
        r#"{"source":"ios","service":"iMessage","conversation":"iMessage;+;chat1","conversation_name":"Gruppen","#,
        r#""is_group":true,"participants":["+4520000001","+4520000002"],"id":"GUID-1","sender":"+4520000001","#,
        r#""sender_name":"Anna Holm","direction":"in","sent_at":"2025-05-27T00:53:20.123Z","#,
        r#""received_at":"2026-01-31T12:34:56.789Z","delivered_at":"1970-01-01T00:00:05.000Z","#,
        r#""read_at":"2001-01-01T00:00:06.000Z","remote_at":"2001-01-01T00:00:01.500Z","subject":"Emne","#,
        r#""body":"Sagen er klar 📎","attachments":[{"name":"a.pdf","mime":"application/pdf","size":3,"sha256":"#,
        r#""0707070707070707070707070707070707070707070707070707070707070707","missing":false},"#,
        r#"{"name":null,"mime":null,"size":null,"sha256":null,"missing":true}],"#,
        r#""edits":[{"at":"2026-01-31T12:34:56.789Z","text":"før"},{"at":null,"text":null}],"unsent":true,"#,
        r#""unsent_parts":[0,3],"reactions":[{"at":"2026-01-31T12:34:56.789Z","sender":"me","kind":"emoji","#,
        r#""emoji":"👍🏽","action":"add"},{"at":null,"sender":null,"kind":"love","emoji":null,"action":"remove"}],"#,
        r#""reply_to":"GUID-0","deleted":true,"expires_after_s":604800,"#,
        r#""event":{"type":"other","code":"99","text":"noget"},"classification":"TIL TJENESTEBRUG","#,
        r#""doubts":["unknown_type:66"],"origin":{"evidence":"HomeDomain/Library/SMS/sms.db","evidence_sha256":"#,
        r#""0909090909090909090909090909090909090909090909090909090909090909","table":"message","row":4711,"#,
        r#""reader_version":"imessage 1"},"archive":{"number":1}}"#,
        "\n"
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn absent_values() {
    let mut out = Vec::new();
    let m = Message {
        conversation: None,
        event: Some(Event::GroupRenamed { title: None }),
        ..canonical::tests_full()
    };
    super::write_line(&mut out, &m, None);
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["conversation"], serde_json::Value::Null);
    assert_eq!(json["participants"], serde_json::json!([]));
    assert_eq!(json["event"], serde_json::json!({"type": "group_renamed", "title": null}));
    assert!(json.get("archive").is_none());
}
