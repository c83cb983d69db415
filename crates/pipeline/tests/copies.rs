//! Two copies of one phone: what is gone from the second is told once, with its month and likely reason.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};

use pipeline::ingest::{Ingest, IngestReport, ingest};
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions, operators};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;

const NOW: i64 = 1_790_000_000_000;
/// `sms.db` in a backup: SHA-1 of its domain and path.
const SMS: &str = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28";

fn founded(dir: &Path) -> Places {
    let places = Places::new(dir.join("archive"), dir.join("keys"));
    let passphrase = SecretString::from("kode".to_owned());
    operators::init(&places, &passphrase, "Arkivar", &Policy::default(), NOW).unwrap();
    let by = places.unlock(&passphrase).unwrap();
    let custodian = NewCustodian {
        id: "x".to_owned(),
        name: Sensitive::new("Nina Navn".to_owned()),
        role: Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None },
        from: jiff::civil::date(2015, 1, 1),
        to: None,
        numbers: Vec::new(),
        devices: Vec::new(),
        reference: None,
    };
    register::add(&places, &by, &custodian, NOW).unwrap();
    places
}

fn copy(places: &Places, source: PathBuf, mode: Mode) -> IngestReport {
    let job = Ingest {
        places: places.clone(),
        custodian: "x".to_owned(),
        sources: vec![source],
        options: SourceOptions::default(),
        copy_date: None,
        mode: Some(mode),
        contacts: None,
        journal: None,
        attest_device: false,
        now: NOW,
    };
    ingest(&job, Progress::none()).unwrap()
}

fn gone(report: &IngestReport) -> u64 {
    report.runs[0].vanished.iter().map(|v| v.messages).sum()
}

#[test]
fn what_is_gone_is_told_once() {
    for mode in [Mode::Off, Mode::Sort] {
        let dir = tempfile::tempdir().unwrap();
        let places = founded(dir.path());
        let backup = dir.path().join("backup");
        let spec = testkit::Spec { password: None, ..testkit::Spec::small(5, "") };
        testkit::write(&spec, &backup).unwrap();
        let first = copy(&places, backup.clone(), mode);
        assert_eq!((gone(&first), first.runs[0].reappeared), (0, 0));
        let whole = std::fs::read(backup.join(SMS)).unwrap();
        // a conversation with several messages loses its first two; another loses all, and is not looked for
        let database = rusqlite::Connection::open(backup.join(SMS)).unwrap();
        let (chat, _): (i64, i64) = database
            .query_row(
                "SELECT j.chat_id, count(*) FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id \
                 WHERE m.associated_message_type = 0 AND m.item_type = 0 GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        let rows: Vec<i64> = database
            .prepare(
                "SELECT m.ROWID FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id \
                 WHERE j.chat_id = ?1 AND m.associated_message_type = 0 AND m.item_type = 0 AND NOT EXISTS \
                 (SELECT 1 FROM message t WHERE t.associated_message_guid LIKE '%' || m.guid) ORDER BY 1 LIMIT 2",
            )
            .unwrap()
            .query_map([chat], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(rows.len(), 2);
        for row in &rows {
            database.execute("DELETE FROM message WHERE ROWID = ?1", [row]).unwrap();
            database.execute("DELETE FROM chat_message_join WHERE message_id = ?1", [row]).unwrap();
        }
        drop(database);
        let second = copy(&places, backup.clone(), mode);
        assert_eq!(gone(&second), 2, "{:?}", second.runs[0]);
        assert_eq!((second.runs[0].new, second.runs[0].reappeared), (0, 0));
        assert!(second.runs[0].findings.iter().any(|f| f == "vanished_since_last_copy:2"));
        assert!(second.receipt.contains("Forsvundet siden sidste kopi"));
        let again = copy(&places, backup.clone(), mode);
        assert_eq!((gone(&again), again.runs[0].entries_added), (0, 0), "told once");
        std::fs::write(backup.join(SMS), whole).unwrap();
        let back = copy(&places, backup, mode);
        assert_eq!((gone(&back), back.runs[0].reappeared, back.runs[0].new), (0, 2, 0));
    }
}
