//! Round trips of every field, and the field table held against the JSON form.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::message::*;
use crate::place::Place;
use crate::sensitive::Sensitive;
use crate::stamp::{Stamp, Unit};

fn text(s: &str) -> Text {
    Sensitive::new(Arc::from(s))
}

/// A message with something in every field.
pub(crate) fn full() -> Message {
    let at = Stamp::unix_millis(1_769_862_896_789);
    Message {
        source: Cow::Borrowed("ios"),
        service: Cow::Borrowed("iMessage"),
        conversation: Some(Arc::new(Conversation {
            id: text("iMessage;+;chat1"),
            name: Some(text("Gruppen")),
            is_group: true,
            participants: vec![text("+4520000001"), text("+4520000002")],
        })),
        id: Some(text("GUID-1")),
        sender: Some(text("+4520000001")),
        sender_name: Some(text("Anna Holm")),
        direction: Direction::In,
        sent_at: Some(Stamp { raw: 770_000_000_123_456_789, unit: Unit::AppleNanos }),
        received_at: Some(at),
        delivered_at: Some(Stamp { raw: 5, unit: Unit::UnixSeconds }),
        read_at: Some(Stamp { raw: 6, unit: Unit::AppleSeconds }),
        remote_at: Some(Stamp::apple_double(1.5)),
        subject: Some(text("Emne")),
        body: Some(text("Sagen er klar 📎")),
        attachments: vec![
            Attachment {
                name: Some(text("a.pdf")),
                mime: Some(Arc::from("application/pdf")),
                size: Some(3),
                sha256: Some([7; 32]),
                missing: false,
                content: None,
            },
            Attachment { name: None, mime: None, size: None, sha256: None, missing: true, content: None },
        ],
        edits: vec![Edit { at: Some(at), text: Some(text("før")) }, Edit { at: None, text: None }],
        unsent: true,
        unsent_parts: vec![0, 3],
        reactions: vec![
            Reaction {
                at: Some(at),
                sender: Some(text(ME)),
                kind: ReactionKind::Emoji,
                emoji: Some(text("👍🏽")),
                action: Action::Add,
            },
            Reaction {
                at: None,
                sender: None,
                kind: ReactionKind::Love,
                emoji: None,
                action: Action::Remove,
            },
        ],
        reply_to: Some(text("GUID-0")),
        deleted: true,
        expires_after_s: Some(604_800),
        event: Some(Event::Other { code: "99".into(), text: Some(text("noget")) }),
        classification: Some(text("TIL TJENESTEBRUG")),
        doubts: vec![Cow::Borrowed("unknown_type:66")],
        origin: Origin {
            evidence: text("HomeDomain/Library/SMS/sms.db"),
            evidence_sha256: [9; 32],
            place: Place::Row { table: Cow::Borrowed("message"), rowid: 4711, column: None },
            reader_version: Cow::Borrowed("imessage 1"),
        },
        raw: vec![Raw { name: Cow::Borrowed("attributedBody"), bytes: Sensitive::new(vec![4, 11]) }],
    }
}

fn encoded(m: &Message) -> Encoded {
    let mut groups = Encoded::default();
    encode_into(m, &mut groups);
    groups
}

fn slices(groups: &Encoded) -> [&[u8]; 7] {
    std::array::from_fn(|i| groups[i].as_slice())
}

#[test]
fn every_field_comes_back() {
    let mut messages = vec![full()];
    for event in [
        Event::GroupRenamed { title: Some(text("Ny")) },
        Event::GroupRenamed { title: None },
        Event::ParticipantAdded { who: Some(text("+4520000003")) },
        Event::ParticipantRemoved { who: None },
        Event::ParticipantLeft { who: Some(text(ME)) },
        Event::GroupPhotoChanged,
        Event::TimerChanged { seconds: Some(0) },
        Event::TimerChanged { seconds: None },
        Event::NumberChanged,
        Event::CallMissed,
        Event::EncryptionNotice,
    ] {
        messages.push(Message { event: Some(event), ..full() });
    }
    for place in [
        Place::Offset(7),
        Place::Frame { index: 3 },
        Place::Element { name: Cow::Borrowed("sms"), index: 2, line: 9 },
        Place::File,
    ] {
        messages.push(Message { origin: Origin { place, ..full().origin }, conversation: None, ..full() });
    }
    for m in messages {
        assert_eq!(decode(slices(&encoded(&m))).unwrap(), m);
    }
}

#[test]
fn buffers_are_reused_without_residue() {
    let mut groups = encoded(&full());
    let plain =
        Message { reactions: vec![], edits: vec![], raw: vec![], attachments: vec![], event: None, ..full() };
    encode_into(&plain, &mut groups);
    assert_eq!(groups, encoded(&plain));
}

#[test]
fn receipts_alone_make_no_new_version() {
    let version = |m: &Message| {
        let mut out = Vec::new();
        version_into(m, &encoded(m), &mut out);
        out
    };
    let base = full();
    assert_eq!(version(&base), version(&Message { read_at: None, delivered_at: None, ..full() }));
    for other in [
        Message { body: None, ..full() },
        Message { edits: vec![], ..full() },
        Message { unsent: false, ..full() },
        Message { deleted: false, ..full() },
        Message { attachments: vec![], ..full() },
        Message { reactions: vec![], ..full() },
    ] {
        assert_ne!(version(&base), version(&other));
    }
}

/// Setting one field of the JSON form must change exactly the groups that the table names.
#[test]
fn the_table_names_the_groups_that_change() {
    let base = Message {
        source: Cow::Borrowed(""),
        service: Cow::Borrowed(""),
        conversation: Some(Arc::new(Conversation {
            id: text("c"),
            name: None,
            is_group: false,
            participants: vec![],
        })),
        id: None,
        sender: None,
        sender_name: None,
        direction: Direction::Out,
        sent_at: None,
        received_at: None,
        delivered_at: None,
        read_at: None,
        remote_at: None,
        subject: None,
        body: None,
        attachments: vec![],
        edits: vec![],
        unsent: false,
        unsent_parts: vec![],
        reactions: vec![],
        reply_to: None,
        deleted: false,
        expires_after_s: None,
        event: None,
        classification: None,
        doubts: vec![],
        origin: Origin { evidence_sha256: [0; 32], ..full().origin },
        raw: vec![],
    };
    type Set = fn(&mut Message, Message);
    let with = |change: fn(&mut Conversation)| {
        let mut c = (**base.conversation.as_ref().unwrap()).clone();
        change(&mut c);
        Some(Arc::new(c))
    };
    let conversation = [
        ("conversation", with(|c| c.id = text("d"))),
        ("conversation_name", with(|c| c.name = Some(text("n")))),
        ("is_group", with(|c| c.is_group = true)),
        ("participants", with(|c| c.participants.push(text("p")))),
    ];
    let fields: &[(&str, Set)] = &[
        ("source", |m, f| m.source = f.source),
        ("service", |m, f| m.service = f.service),
        ("id", |m, f| m.id = f.id),
        ("sender", |m, f| m.sender = f.sender),
        ("sender_name", |m, f| m.sender_name = f.sender_name),
        ("direction", |m, f| m.direction = f.direction),
        ("sent_at", |m, f| m.sent_at = f.sent_at),
        ("received_at", |m, f| m.received_at = f.received_at),
        ("delivered_at", |m, f| m.delivered_at = f.delivered_at),
        ("read_at", |m, f| m.read_at = f.read_at),
        ("remote_at", |m, f| m.remote_at = f.remote_at),
        ("subject", |m, f| m.subject = f.subject),
        ("body", |m, f| m.body = f.body),
        ("attachments", |m, f| m.attachments = f.attachments),
        ("edits", |m, f| m.edits = f.edits),
        ("unsent", |m, f| m.unsent = f.unsent),
        ("unsent_parts", |m, f| m.unsent_parts = f.unsent_parts),
        ("reactions", |m, f| m.reactions = f.reactions),
        ("reply_to", |m, f| m.reply_to = f.reply_to),
        ("deleted", |m, f| m.deleted = f.deleted),
        ("expires_after_s", |m, f| m.expires_after_s = f.expires_after_s),
        ("classification", |m, f| m.classification = f.classification),
        ("doubts", |m, f| m.doubts = f.doubts),
        ("origin", |m, f| m.origin = f.origin),
    ];
    let mut seen = BTreeSet::new();
    let mut check = |name: &str, changed: &[Message]| {
        let mut groups = BTreeSet::new();
        for m in changed {
            for (group, (a, b)) in GROUPS.iter().zip(encoded(&base).iter().zip(encoded(m).iter())) {
                if a != b {
                    groups.insert(*group);
                }
            }
        }
        let table: BTreeSet<_> = FIELDS.iter().filter(|f| f.0 == name).map(|f| f.1).collect();
        assert_eq!(groups, table, "{name}");
        seen.insert(name.to_owned());
    };
    for (name, set) in fields {
        let mut m = base.clone();
        set(&mut m, full());
        check(name, &[m]);
    }
    for (name, conversation) in conversation {
        check(name, &[Message { conversation, ..base.clone() }]);
    }
    let event = |event| Message { event: Some(event), ..base.clone() };
    check(
        "event",
        &[
            event(Event::Other { code: "1".into(), text: Some(text("t")) }),
            event(Event::ParticipantLeft { who: Some(text("w")) }),
        ],
    );
    // ... and every field that JSON shows was checked: the table is complete
    let mut line = Vec::new();
    crate::wire::write_line(&mut line, &full(), None);
    let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
    let shown: BTreeSet<String> = json.as_object().unwrap().keys().cloned().collect();
    assert_eq!(seen, shown);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(flip in 0usize..4000, with in 0u8..=255, cut in 0usize..4000) {
        let mut groups = encoded(&full());
        let total: usize = groups.iter().map(Vec::len).sum();
        let mut at = flip % total;
        for g in &mut groups {
            if at < g.len() { g[at] = with; let n = g.len(); g.truncate(n - cut % (n + 1) / 8); break; }
            at -= g.len();
        }
        let _ = decode(slices(&groups));
    }
}
