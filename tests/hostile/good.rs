//! One good source of every kind that the program reads, each written by the generators with a mark in it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use testkit::android::{self, Spec as Sms};
use testkit::chat_export::{self, Phone};
use testkit::signal::{self, Era, FileSpec, FolderSpec};
use testkit::whatsapp::crypt;
use testkit::whatsapp::store::{self, Generation, StoreSpec};
use testkit::{Quirks, Shape, Spec};

use crate::support::files;
use crate::watch::{Case, MARK};

const PASSWORD: &str = "kode til kopien";

/// A kind of source.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Writes it and says where it lies, which file in it holds the messages, and with what it is opened.
    write: fn(&Path) -> Good,
}

/// A good source.
pub(crate) struct Good {
    /// Name of the source.
    pub(crate) source: &'static str,
    /// The file that holds the messages, below the source; empty for the source itself.
    pub(crate) main: String,
    /// Flags, the values being files written beside the source.
    pub(crate) words: Vec<String>,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "ios", write: |at| ios(at, Shape::Backup, false) },
    Kind { name: "ios-encrypted", write: |at| ios(at, Shape::Backup, true) },
    Kind { name: "ios-mbdb", write: |at| ios(at, Shape::OldBackup, false) },
    Kind { name: "ios-mbdb-encrypted", write: |at| ios(at, Shape::OldBackup, true) },
    Kind { name: "ios-files", write: |at| ios(at, Shape::Files, false) },
    Kind { name: "ios-alone", write: |at| ios(at, Shape::Alone, false) },
    Kind { name: "ios-zip", write: |at| packed(at, Shape::Backup, true) },
    Kind { name: "ios-files-zip", write: |at| packed(at, Shape::Files, true) },
    Kind { name: "ios-files-tar", write: |at| packed(at, Shape::Files, false) },
    Kind { name: "whatsapp-android", write: whatsapp },
    Kind { name: "crypt12", write: |at| crypted(at, crypt::Kind::Crypt12) },
    Kind { name: "crypt14", write: |at| crypted(at, crypt::Kind::Crypt14) },
    Kind { name: "crypt15", write: |at| crypted(at, crypt::Kind::Crypt15) },
    Kind { name: "chat-android", write: |at| chat(at, Phone::Android) },
    Kind { name: "chat-iphone", write: |at| chat(at, Phone::Iphone) },
    Kind { name: "signal-0", write: |at| signal_file(at, 0, Era::Merged) },
    Kind { name: "signal-1", write: |at| signal_file(at, 1, Era::Today) },
    Kind { name: "signal-folder", write: signal_folder },
    Kind { name: "signal-plain", write: signal_plain },
    Kind { name: "signal-desktop", write: signal_desktop },
    Kind { name: "sms-xml", write: |at| one(at, "s.xml", &android::xml(&sms()).0) },
    Kind { name: "sms-ie", write: |at| one(at, "s.ndjson", &android::lines(&sms()).0) },
    Kind { name: "sms-ie-zip", write: sms_ie_zip },
    Kind { name: "sms-ie-array", write: |at| one(at, "s.json", &android::array(&sms()).0) },
    Kind { name: "sms-ie-encrypted", write: sms_ie_encrypted },
    Kind { name: "ab", write: |at| one(at, "s.ab", &android::backup(&sms(), 5, true, None).0) },
    Kind { name: "ab-stored", write: |at| one(at, "s.ab", &android::backup(&sms(), 5, false, None).0) },
    Kind { name: "ab-encrypted", write: ab_encrypted },
    Kind { name: "mmssms", write: |at| one(at, "mmssms.db", &android::database(&sms()).bytes) },
    Kind { name: "bugle", write: |at| one(at, "bugle_db", &android::bugle()) },
    Kind { name: "ufdr-zip", write: |at| report(at, false) },
    Kind { name: "ufdr", write: |at| report(at, true) },
    Kind { name: "smart-csv", write: |at| smart(at, "csv", "beskeder.csv") },
    Kind { name: "smart-json-zip", write: |at| smart(at, "json", "smart-eksport.zip") },
    Kind { name: "smart-sqlite", write: |at| smart(at, "sqlite", "smart.db") },
];

/// Writes the good source of a kind into a folder of its own.
pub(crate) fn good(kind: &Kind) -> (Case, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let Good { source, main, words } = (kind.write)(dir.path());
    let source = dir.path().join(source);
    let main = if main.is_empty() { source.clone() } else { source.join(main) };
    (Case { name: kind.name.to_owned(), dir, source, words }, main)
}

pub(crate) fn kind(name: &str) -> &'static Kind {
    KINDS.iter().find(|k| k.name == name).unwrap()
}

fn sms() -> Sms {
    Sms { canary: Some(MARK.to_owned()), ..Sms::small(3) }
}

fn secret(at: &Path, text: &str) -> Vec<String> {
    fs::write(at.join("secret"), format!("{text}\n")).unwrap();
    vec!["--backup-passphrase-file".to_owned(), "secret".to_owned()]
}

fn one(at: &Path, name: &'static str, bytes: &[u8]) -> Good {
    fs::write(at.join(name), bytes).unwrap();
    Good { source: name, main: String::new(), words: Vec::new() }
}

fn phone(at: &Path, shape: Shape, encrypted: bool) {
    let quirks = Quirks { shape, odd_rows: true, ..Quirks::default() };
    let canary = Some(MARK.to_owned());
    let password = encrypted.then(|| PASSWORD.to_owned());
    let whatsapp = shape != Shape::Alone;
    let spec = Spec { quirks, canary, password, whatsapp, more: 200, rounds: 100, ..Spec::small(5, "") };
    testkit::write(&spec, at).unwrap();
}

const SMS_DB: &str = "3d0d7e5fb2ce288813306e4d4636395e047a3d28";

fn ios(at: &Path, shape: Shape, encrypted: bool) -> Good {
    phone(&at.join("s"), shape, encrypted);
    let main = match shape {
        Shape::Backup => format!("3d/{SMS_DB}"),
        Shape::OldBackup => SMS_DB.to_owned(),
        Shape::Files => "private/var/mobile/Library/SMS/sms.db".to_owned(),
        Shape::Alone => "sms.db".to_owned(),
    };
    let words = if encrypted { secret(at, PASSWORD) } else { Vec::new() };
    Good { source: "s", main, words }
}

fn packed(at: &Path, shape: Shape, zip: bool) -> Good {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("s");
    phone(&root, shape, false);
    if zip {
        zipped(&root, &at.join("s.zip"));
        return Good { source: "s.zip", main: String::new(), words: Vec::new() };
    }
    let mut tar = tar::Builder::new(File::create(at.join("s.tar")).unwrap());
    tar.append_dir_all(".", &root).unwrap();
    tar.finish().unwrap();
    Good { source: "s.tar", main: String::new(), words: Vec::new() }
}

/// A forensic report, packed or not.
fn report(at: &Path, folder: bool) -> Good {
    let spec =
        testkit::ufdr::Spec { more: 30, canary: Some(MARK.to_owned()), ..testkit::ufdr::Spec::small() };
    if folder {
        testkit::ufdr::write_folder(&spec, &at.join("s")).unwrap();
        return Good { source: "s", main: "report.xml".to_owned(), words: Vec::new() };
    }
    testkit::ufdr::write(&spec, &at.join("s.ufdr")).unwrap();
    Good { source: "s.ufdr", main: String::new(), words: Vec::new() }
}

/// A medium of SMART, read by the mapping that belongs to it.
fn smart(at: &Path, example: &str, main: &str) -> Good {
    let fixture = crate::support::root().join("fixtures/smart").join(example);
    let medium = fixture.join("medium");
    for file in files(&medium) {
        let to = at.join("s").join(file.strip_prefix(&medium).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, fs::read(&file).unwrap()).unwrap();
    }
    fs::write(at.join("mapping"), fs::read(fixture.join("mapping.toml")).unwrap()).unwrap();
    let words = vec!["--mapping".to_owned(), "mapping".to_owned()];
    Good { source: "s", main: main.to_owned(), words }
}

/// A folder as a zip, every second file deflated.
pub(crate) fn zipped(root: &Path, to: &Path) {
    let mut zip = zip::ZipWriter::new(File::create(to).unwrap());
    for (n, file) in files(root).into_iter().enumerate() {
        let method = [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored][n % 2];
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(file.strip_prefix(root).unwrap().to_str().unwrap(), options).unwrap();
        zip.write_all(&fs::read(&file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

fn store() -> store::Store {
    let spec = StoreSpec { canary: Some(MARK.to_owned()), ..StoreSpec::small(3, Generation::New) };
    store::write(&spec).unwrap()
}

fn whatsapp(at: &Path) -> Good {
    let store = store();
    let databases = at.join("s/data/data/com.whatsapp/databases");
    fs::create_dir_all(&databases).unwrap();
    fs::write(databases.join("msgstore.db"), &store.database).unwrap();
    fs::write(databases.join("wa.db"), &store.contacts).unwrap();
    let media = at.join("s/data/media/0/Android/media/com.whatsapp/WhatsApp");
    for (path, content) in &store.files {
        fs::create_dir_all(media.join(path).parent().unwrap()).unwrap();
        fs::write(media.join(path), content).unwrap();
    }
    let main = "data/data/com.whatsapp/databases/msgstore.db".to_owned();
    Good { source: "s", main, words: Vec::new() }
}

fn crypted(at: &Path, kind: crypt::Kind) -> Good {
    let made = crypt::encrypt(kind, &store().database, 2, false, 6).unwrap();
    fs::write(at.join("s.crypt"), made.file).unwrap();
    fs::write(at.join("key"), made.key_file).unwrap();
    let words = vec!["--backup-key-file".to_owned(), "key".to_owned()];
    Good { source: "s.crypt", main: String::new(), words }
}

fn chat(at: &Path, phone: Phone) -> Good {
    let spec = chat_export::Spec { seed: 2, phone, more: 40, canary: Some(MARK.to_owned()) };
    chat_export::write(&spec, &at.join("s.zip")).unwrap();
    Good { source: "s.zip", main: String::new(), words: Vec::new() }
}

fn signal_file(at: &Path, version: u8, era: Era) -> Good {
    let spec = FileSpec { mark: format!(" {MARK}"), ..FileSpec::small(3, version, era) };
    let mut bytes = Vec::new();
    signal::write_file(&spec, &mut bytes).unwrap();
    Good { words: secret(at, signal::PASSPHRASE), ..one(at, "s.backup", &bytes) }
}

fn signal_folder(at: &Path) -> Good {
    fs::create_dir(at.join("s")).unwrap();
    let spec = FolderSpec { mark: format!(" {MARK}"), ..FolderSpec::small(3) };
    signal::write_folder(&spec, &at.join("s")).unwrap();
    let main = "signal-backup-2026-01-31-12-34-56/main".to_owned();
    Good { source: "s", main, words: secret(at, signal::RECOVERY_KEY) }
}

fn signal_plain(at: &Path) -> Good {
    let mut lines = String::from(
        r#"{"version":"1","backupTimeMs":"1769862896000"}
{"account":{"givenName":"A"}}
{"recipient":{"id":"1","self":{}}}
{"recipient":{"id":"2","contact":{"aci":"ISEhISEhISEhISEhISEhIQ==","e164":"4520000101","systemGivenName":"Kanariefugl7731"}}}
{"chat":{"id":"1","recipientId":"2"}}
"#,
    );
    for n in 0..60 {
        let at = 1_769_862_896_000_i64 + n * 1000;
        lines += &format!(
            "{{\"chatItem\":{{\"chatId\":\"1\",\"authorId\":\"2\",\"dateSent\":\"{at}\",\"incoming\":{{\"dateReceived\":\
             \"{at}\"}},\"standardMessage\":{{\"text\":{{\"body\":\"nr. {n} {MARK}\"}}}}}}}}\n"
        );
    }
    one(at, "s.jsonl", lines.as_bytes())
}

fn signal_desktop(at: &Path) -> Good {
    signal::write_desktop(300, &format!(" {MARK}"), &at.join("s")).unwrap();
    Good { source: "s", main: "sql/db.sqlite".to_owned(), words: secret(at, signal::DESKTOP_KEY) }
}

fn sms_ie_zip(at: &Path) -> Good {
    let (lines, parts, _) = android::lines(&sms());
    let mut zip = zip::ZipWriter::new(File::create(at.join("s.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [("messages.ndjson".to_owned(), lines)].into_iter().chain(parts) {
        zip.start_file(name, options).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap();
    Good { source: "s.zip", main: String::new(), words: Vec::new() }
}

/// Encrypted by libsodium, which the generators do not have.
fn sms_ie_encrypted(at: &Path) -> Good {
    let digits: Vec<u8> = include_bytes!("../../crates/sms-ie/tests/sealed.hex")
        .iter()
        .copied()
        .filter(u8::is_ascii_hexdigit)
        .collect();
    let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let bytes: Vec<u8> = digits.chunks(2).map(hex).collect();
    Good { words: secret(at, "kode"), ..one(at, "s.bin", &bytes) }
}

fn ab_encrypted(at: &Path) -> Good {
    let bytes = android::backup(&sms(), 5, true, Some(PASSWORD)).0;
    Good { words: secret(at, PASSWORD), ..one(at, "s.ab", &bytes) }
}
