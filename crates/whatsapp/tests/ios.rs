//! `ChatStorage.sqlite` out of a folder of files, held against what the generator put in; and what is said
//! when it is not there.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use common::{codes, read, same};
use evidence::{EvidenceSet, FolderSet, open_tree};
use rusqlite::Connection;
use whatsapp::ios::Copied;

const DOMAIN: &str = testkit::whatsapp::ios::DOMAIN;

/// A backup's WhatsApp files as a folder: the plain backup names each by the hash of domain and path.
fn unpacked(seed: u64) -> (tempfile::TempDir, Vec<testkit::whatsapp::Told>) {
    let dir = tempfile::tempdir().unwrap();
    let spec = testkit::Spec { password: None, whatsapp: true, ..testkit::Spec::small(seed, "") };
    let truth = testkit::write(&spec, &dir.path().join("backup")).unwrap();
    let manifest = Connection::open(dir.path().join("backup/Manifest.db")).unwrap();
    let mut statement =
        manifest.prepare("SELECT fileID, relativePath FROM Files WHERE domain = ?1 AND flags = 1").unwrap();
    let files = statement.query_map([DOMAIN], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for file in files {
        let (id, path): (String, String) = file.unwrap();
        let from = dir.path().join("backup").join(&id[..2]).join(&id);
        let to = dir.path().join("set").join(DOMAIN).join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        drop(fs::copy(from, to));
    }
    (dir, truth.whatsapp)
}

fn set(dir: &Path) -> Arc<dyn EvidenceSet> {
    Arc::new(FolderSet::new(open_tree(dir).unwrap()))
}

#[test]
fn every_message_is_as_the_generator_says() {
    for seed in 1..=6 {
        let (dir, truth) = unpacked(seed);
        let mut reader = whatsapp::ios::open(set(&dir.path().join("set"))).unwrap().unwrap();
        let (messages, tally) = read(reader.as_mut());
        assert_eq!((tally.seen, tally.folded, tally.unreadable), (39, 0, 0));
        same(&messages, &truth);
        let found = codes(reader.as_ref());
        // the one message that is gone is found by its number, and in its chat
        assert!(found.contains(&"rows_absent:1/1".to_owned()), "{found:?}");
        let chats = found.iter().filter(|c| c.starts_with("chat_rows_absent:1/1:")).count();
        assert_eq!(chats, 1, "{found:?}");
        assert!(messages.iter().filter(|m| m.sender_name.is_some()).count() > 3);
        for m in &messages {
            let chat = m.conversation.as_ref().unwrap();
            assert!(chat.participants.iter().all(|p| &**p.expose() != "+4520000100"));
        }
    }
}

#[test]
fn what_is_not_there_is_said() {
    let (dir, _) = unpacked(1);
    let root = dir.path().join("set");
    let installed = ["net.whatsapp.WhatsApp".to_owned()];
    let absent = |apps: &[String]| -> Vec<String> {
        whatsapp::ios::absent(set(&root).as_ref(), apps, Copied::Backup).into_iter().map(|f| f.code).collect()
    };
    // the positive control
    assert_eq!(absent(&installed), Vec::<String>::new());
    fs::remove_file(root.join(DOMAIN).join("ChatStorage.sqlite")).unwrap();
    assert_eq!(absent(&installed), ["messages_absent_encrypted_backup_on:net.whatsapp.WhatsApp"]);
    assert_eq!(absent(&[]), ["messages_absent_encrypted_backup_on:net.whatsapp.WhatsApp"]);
    // an app cannot keep its files out of an extraction
    let files = whatsapp::ios::absent(set(&root).as_ref(), &[], Copied::Files);
    assert_eq!(files[0].code, "messages_absent_app_installed:net.whatsapp.WhatsApp");
    assert!(whatsapp::ios::open(set(&root)).unwrap().is_none());
    fs::remove_dir_all(root.join(DOMAIN)).unwrap();
    assert_eq!(absent(&installed), ["messages_absent_app_installed:net.whatsapp.WhatsApp"]);
    assert_eq!(absent(&[]), Vec::<String>::new());
}

#[test]
fn business_is_read_and_said_to_be_alone() {
    let (dir, truth) = unpacked(2);
    let root = dir.path().join("set");
    let business = DOMAIN.replace("WhatsApp.shared", "WhatsAppSMB.shared");
    fs::rename(root.join(DOMAIN), root.join(business)).unwrap();
    assert!(whatsapp::ios::open(set(&root)).unwrap().is_none());
    let mut reader = whatsapp::ios::open_business(set(&root)).unwrap().unwrap();
    assert_eq!(read(reader.as_mut()).0.len(), truth.len());
    let codes: Vec<_> =
        whatsapp::ios::absent(set(&root).as_ref(), &[], Copied::Backup).into_iter().map(|f| f.code).collect();
    assert_eq!(codes, ["business_only:net.whatsapp.WhatsAppSMB"]);
}

#[test]
fn other_schemas_are_read() {
    for statement in [
        "DROP TABLE ZWACHATSESSION",
        "DROP TABLE ZWAMEDIAITEM",
        "DROP TABLE ZWAMESSAGEINFO",
        "DROP TABLE ZWAGROUPMEMBER",
        "DROP TABLE Z_PRIMARYKEY",
        "ALTER TABLE ZWAMESSAGE DROP COLUMN ZTEXT",
        "ALTER TABLE ZWAMESSAGE DROP COLUMN ZSTANZAID",
        "ALTER TABLE ZWAMESSAGE DROP COLUMN ZSORT",
        "UPDATE ZWAMESSAGE SET ZTEXT = x'fffe', ZMESSAGEDATE = 'x', ZISFROMME = 'ja', ZMESSAGETYPE = 2.5",
        "UPDATE ZWAMESSAGE SET ZMESSAGEDATE = 1e300, ZSORT = -9223372036854775807",
        "UPDATE ZWAMESSAGE SET ZCHATSESSION = 77, ZGROUPMEMBER = 77, ZMEDIAITEM = 77, ZPARENTMESSAGE = 77",
        "UPDATE ZWAMESSAGEINFO SET ZRECEIPTINFO = x'3a7f0a'",
        "UPDATE ZWAMEDIAITEM SET ZMETADATA = x'ffffffffffffffffffff', ZMEDIALOCALPATH = '../../../etc/passwd'",
        "UPDATE ZWACHATSESSION SET ZMESSAGECOUNTER = 9223372036854775807, ZLASTMESSAGEDATE = 1e308",
        "UPDATE Z_PRIMARYKEY SET Z_MAX = 9223372036854775807",
    ] {
        let (dir, truth) = unpacked(3);
        let root = dir.path().join("set");
        let path = root.join(DOMAIN).join("ChatStorage.sqlite");
        Connection::open(&path).unwrap().execute_batch(statement).unwrap();
        for suffix in ["-wal", "-shm"] {
            drop(fs::remove_file(root.join(DOMAIN).join(format!("ChatStorage.sqlite{suffix}"))));
        }
        let mut reader = whatsapp::ios::open(set(&root)).unwrap().unwrap();
        let (messages, tally) = read(reader.as_mut());
        assert_eq!((messages.len(), tally.unreadable), (truth.len(), 0), "{statement}");
    }
}

#[test]
fn damaged_databases_balance() {
    let (dir, _) = unpacked(4);
    let root = dir.path().join("set");
    let path = root.join(DOMAIN).join("ChatStorage.sqlite");
    let whole = fs::read(&path).unwrap();
    let mut read_some = 0;
    for i in 0..80_usize {
        let mut bytes = whole.clone();
        if i % 3 == 0 {
            bytes.truncate(bytes.len() * (i + 1) / 82);
        }
        for n in 0..1 + i % 5 {
            let at = (i * 7919 + n * 104_729) % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (i % 8);
            }
        }
        fs::write(&path, &bytes).unwrap();
        if let Ok(Some(mut reader)) = whatsapp::ios::open(set(&root))
            && let Ok(tally) = reader.read(&mut |_| std::ops::ControlFlow::Continue(()))
        {
            assert!(tally.balances(), "{tally:?}");
            read_some += tally.messages;
        }
    }
    assert!(read_some > 1000, "{read_some}");
}

/// A small database made by others: three messages in two chats, one of them known by an opaque id.
#[test]
fn public_sample() {
    let Some(samples) = common::samples("ios/mvt-ios_backup") else { return };
    let dir = tempfile::tempdir().unwrap();
    let domain = dir.path().join(DOMAIN);
    fs::create_dir_all(&domain).unwrap();
    for (id, name) in [
        ("7c7fba66680ef796b916b067077cc246adacf01d", "ChatStorage.sqlite"),
        ("b8548dc30aa1030df0ce18ef08b882cf7ab5212f", "ContactsV2.sqlite"),
        ("e794f6ffcc3c222535f47684a63d5178da3c4500", "LID.sqlite"),
    ] {
        fs::copy(samples.join(&id[..2]).join(id), domain.join(name)).unwrap();
    }
    let mut reader = whatsapp::ios::open(set(dir.path())).unwrap().unwrap();
    let (messages, tally) = read(reader.as_mut());
    assert_eq!((tally.seen, messages.len()), (3, 3));
    let told: Vec<_> = messages.iter().map(common::told).collect();
    assert_eq!(told[0].conversation, "100000000000001@lid");
    assert_eq!(told[0].conversation_name.as_deref(), Some("Alice Example"));
    assert_eq!(told[0].sender.as_deref(), Some("+14155550100"));
    assert_eq!(told[1].sender.as_deref(), Some("me"));
    assert_eq!(told[2].conversation, "120000000000000001@g.us");
    assert_eq!(told[2].sender.as_deref(), Some("+14155550101"));
    assert_eq!(
        messages[0].sender_name.as_ref().map(|n| n.expose().to_string()).as_deref(),
        Some("Alice Example")
    );
    let participants = &messages[0].conversation.as_ref().unwrap().participants;
    assert_eq!(participants.iter().map(|p| p.expose().to_string()).collect::<Vec<_>>(), ["+14155550100"]);
    assert!(codes(reader.as_ref()).contains(&"disappearing_messages_default:1".to_owned()));
}
