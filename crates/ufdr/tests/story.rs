//! The report of the generator, in every form in which it may lie: each message as the truth has it.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use evidence::Given;
use model::{Direction, Event, Message, Stamp};
use support::{Got, at, bare};
use testkit::ufdr::{Spec, Truth, files, report, write, write_folder};

fn contents(message: &Message) -> Vec<(String, Option<Vec<u8>>)> {
    let content = |a: &model::Attachment| {
        a.content.as_ref().map(|c| {
            let mut all = vec![0; usize::try_from(c.len()).unwrap()];
            c.read_exact_at(0, &mut all).unwrap();
            assert_eq!(a.sha256, Some(evidence::digest(&all)));
            assert_eq!(a.size, Some(all.len() as u64));
            all
        })
    };
    let name = |a: &model::Attachment| a.name.as_ref().unwrap().expose().to_string();
    message.attachments.iter().map(|a| (name(a), content(a))).collect()
}

fn event(message: &Message) -> Option<&'static str> {
    Some(match message.event.as_ref()? {
        Event::ParticipantAdded { .. } => "participant_added",
        Event::Other { .. } => "other",
        _ => "another",
    })
}

fn shown(m: &Message) -> Truth {
    let text = |t: &Option<model::Text>| t.as_ref().map(|t| t.expose().to_string());
    let c = m.conversation.as_ref().unwrap();
    Truth {
        service: m.service.to_string(),
        conversation: c.id.expose().to_string(),
        is_group: c.is_group,
        id: text(&m.id),
        sender: text(&m.sender),
        sent_ms: m.sent_at.map(Stamp::millis),
        body: text(&m.body),
        deleted: m.deleted,
        files: contents(m),
        event: event(m),
        reply_to: text(&m.reply_to),
    }
}

#[track_caller]
fn agrees(got: &Got, truths: &[Truth], with_files: bool) {
    let mut truths = truths.to_vec();
    if !with_files {
        for (_, content) in truths.iter_mut().flat_map(|t| &mut t.files) {
            *content = None;
        }
    }
    let got: Vec<Truth> = got.messages.iter().map(shown).collect();
    for (i, (got, truth)) in got.iter().zip(&truths).enumerate() {
        assert_eq!(got, truth, "message {i}");
    }
    assert_eq!(got.len(), truths.len());
}

#[test]
fn packed_unpacked_and_bare() {
    let dir = tempfile::tempdir().unwrap();
    for spec in [
        Spec::small(),
        Spec { prefix: true, namespace: "http://pa.cellebrite.com/report/9.9", ..Spec::small() },
    ] {
        let ufdr = dir.path().join("telefon.ufdr");
        let written = write(&spec, &ufdr).unwrap();
        let packed = at(&ufdr, &Given::default()).unwrap().unwrap();
        agrees(&packed, &written.truths, true);
        assert_eq!((packed.tally.seen, packed.tally.folded), (written.records, written.folded));
        assert_eq!(packed.tally.unreadable, 0);
        let folder = dir.path().join(format!("mappe{}", spec.prefix)).join("Rapport");
        std::fs::create_dir_all(&folder).unwrap();
        write_folder(&spec, &folder).unwrap();
        // the folder, and one above it
        agrees(&at(&folder, &Given::default()).unwrap().unwrap(), &written.truths, true);
        agrees(&at(folder.parent().unwrap(), &Given::default()).unwrap().unwrap(), &written.truths, true);
        let mut text = Vec::new();
        report(&spec, &mut text).unwrap();
        agrees(&bare(&text).unwrap().unwrap(), &written.truths, false);
    }
}

#[test]
fn what_else_a_message_says() {
    let dir = tempfile::tempdir().unwrap();
    let ufdr = dir.path().join("t.ufdr");
    write(&Spec::small(), &ufdr).unwrap();
    let got = at(&ufdr, &Given::default()).unwrap().unwrap();
    let find = |body: &str| got.messages.iter().find(|m| support::body(m) == body).unwrap();
    let doubts = |body: &str| find(body).doubts.join(" ");
    assert_eq!(doubts("Slettet og fundet igen"), "deleted_state:Deleted decoding_confidence:Medium");
    assert_eq!(doubts("Du har ny post"), "deleted_state:Trash");
    assert_eq!(doubts("Uden tid"), "no_time");
    assert_eq!(doubts("Se bilag"), "attachment_hash_mismatch");
    assert_eq!(doubts("En sms"), "");
    assert_eq!(find("Et svar").direction, Direction::Out);
    let first = find("Kan vi mødes <i dag> & kl. 10?");
    assert_eq!(first.sender_name.as_ref().unwrap().expose().as_ref(), "Anna");
    assert_eq!(
        first.origin.evidence.expose().as_ref(),
        "report.xml < iPhone.zip/private/var/mobile/ChatStorage.sqlite"
    );
    let raw = |name: &str| {
        let raw = first.raw.iter().find(|r| r.name == name).unwrap();
        String::from_utf8(raw.bytes.expose().clone()).unwrap()
    };
    assert!(raw("source_nodes").contains("tableName=ZWAMESSAGE offset=4096"), "{}", raw("source_nodes"));
    assert!(raw("fields").contains("Status=Sent\n"), "{}", raw("fields"));
    let reaction = &find("Mødet er flyttet").reactions[0];
    assert_eq!(reaction.sender.as_ref().unwrap().expose().as_ref(), "+4540112233");
    assert_eq!(find("Over iMessage").edits.len(), 1);
    // the quoted message inside another is no message of its own
    assert!(!got.bodies().contains(&"Kan vi mødes".to_owned()));
    for code in [
        "unknown_model:Hologram:2",
        "unknown_field:InstantMessage.Telepathy:1",
        "calls_not_read:2",
        "duplicates:1",
        "recovered_deleted:2",
        "low_confidence:1",
        "attachment_hash_mismatch:1",
    ] {
        assert!(got.findings.contains(&code.to_owned()), "{code} in {:?}", got.findings);
    }
    // control: nothing is said of what is as it should be
    for code in
        ["unknown_model:Contact", "file_cut", "markup_damaged", "owner_not_stated", "times_without_zone"]
    {
        assert!(!got.has(code), "{code} in {:?}", got.findings);
    }
    assert_eq!(files().len(), 4);
}

#[test]
fn the_same_bytes_twice() {
    let lines = || {
        let mut text = Vec::new();
        report(&Spec { more: 50, ..Spec::small() }, &mut text).unwrap();
        let mut out = Vec::new();
        for message in bare(&text).unwrap().unwrap().messages {
            model::wire::write_line(&mut out, &message, None);
        }
        out
    };
    assert_eq!(lines(), lines());
}
