//! The backup's folder: key bag, encrypted files, manifest, property lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyInit, KeyIvInit};
use aes_kw::KwAes256;
use plist::{Date, Dictionary, Uid, Value};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rusqlite::Connection;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::quirks::Shape;
use crate::{Spec, list, sql};

/// When the backup was made: 2026-03-01T08:00:00Z.
pub(crate) const MADE_AT: u64 = 1_772_352_000;
/// Protection class of the files written.
const CLASS: u32 = 3;

/// A backup under construction.
pub(crate) struct Writer {
    dir: PathBuf,
    rng: ChaCha20Rng,
    serial: String,
    owner: String,
    bag: Option<(Vec<u8>, [u8; 32])>,
    shape: Shape,
    rows: Vec<(String, String, String, i64, Vec<u8>)>,
    /// Class and wrapped key by id, as the list of before iOS 10 keeps them.
    keys: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<(String, String)>,
}

fn file_id(domain: &str, path: &str) -> String {
    Sha1::digest(format!("{domain}-{path}")).iter().map(|b| format!("{b:02x}")).collect()
}

fn tlv(out: &mut Vec<u8>, tag: &[u8; 4], value: &[u8]) {
    out.extend(tag);
    out.extend(u32::try_from(value.len()).unwrap_or(0).to_be_bytes());
    out.extend(value);
}

fn wrap(key: &[u8; 32], secret: &[u8; 32]) -> Vec<u8> {
    let mut out = [0; 40];
    // 40 bytes hold a wrapped 32-byte key: RFC 3394
    if KwAes256::new(key.into()).wrap_key(secret, &mut out).is_err() {
        unreachable!("the buffer has the length that RFC 3394 gives")
    }
    out.to_vec()
}

fn encrypt(key: &[u8; 32], plain: &[u8]) -> Vec<u8> {
    let mut out = plain.to_vec();
    out.resize(plain.len() + 16, 0);
    let done = cbc::Encryptor::<Aes256>::new(key.into(), &[0; 16].into())
        .encrypt_padded::<Pkcs7>(&mut out, plain.len())
        .map(<[u8]>::len);
    match done {
        Ok(len) => out.truncate(len),
        Err(_) => unreachable!("16 bytes hold any padding"),
    }
    out
}

impl Writer {
    pub(crate) fn new(spec: &Spec, dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        if fs::read_dir(dir)?.next().is_some() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let mut writer = Self {
            dir: dir.to_owned(),
            rng: ChaCha20Rng::seed_from_u64(spec.seed),
            serial: spec.serial.clone(),
            owner: spec.canary.clone().unwrap_or_else(|| "Karen".to_owned()),
            bag: None,
            shape: spec.quirks.shape,
            rows: Vec::new(),
            keys: BTreeMap::new(),
            folders: BTreeSet::new(),
        };
        if let Some(password) = &spec.password {
            writer.bag = Some(writer.key_bag(password, spec.rounds));
        }
        Ok(writer)
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.rng.fill_bytes(&mut out);
        out
    }

    /// A guid as Apple writes them.
    pub(crate) fn guid(&mut self) -> String {
        let hex: String = self.random::<16>().iter().map(|b| format!("{b:02X}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.rng.next_u32() % n.max(1)
    }

    /// The bag with the key of the class used. Classes 9 to 11 are wrapped by the phone's own key too:
    /// what the password unwraps of them is of no use, and here not even that opens.
    fn key_bag(&mut self, password: &str, rounds: u32) -> (Vec<u8>, [u8; 32]) {
        let (dpsl, salt) = (self.random::<20>(), self.random::<20>());
        let iterations = 10_000_u32;
        let old = self.shape == Shape::OldBackup;
        let (mut k1, mut kek) = ([0; 32], [0; 32]);
        if old {
            pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), &salt, iterations, &mut kek);
        } else {
            pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &dpsl, rounds, &mut k1);
            pbkdf2::pbkdf2_hmac::<Sha1>(&k1, &salt, iterations, &mut kek);
        }
        let mut bag = Vec::new();
        tlv(&mut bag, b"VERS", &(if old { 3_u32 } else { 5 }).to_be_bytes());
        tlv(&mut bag, b"TYPE", &1_u32.to_be_bytes());
        tlv(&mut bag, b"UUID", &self.random::<16>());
        tlv(&mut bag, b"HMCK", &self.random::<40>());
        tlv(&mut bag, b"WRAP", &0_u32.to_be_bytes());
        tlv(&mut bag, b"SALT", &salt);
        tlv(&mut bag, b"ITER", &iterations.to_be_bytes());
        // before iOS 10.2 one derivation was all
        if !old {
            tlv(&mut bag, b"DPWT", &1_u32.to_be_bytes());
            tlv(&mut bag, b"DPIC", &rounds.to_be_bytes());
            tlv(&mut bag, b"DPSL", &dpsl);
        }
        let mut of_class = [0; 32];
        for class in 1..=11_u32 {
            let (key, device) = (self.random::<32>(), class >= 9);
            if class == CLASS {
                of_class = key;
            }
            let wrapped = if device { self.random::<40>().to_vec() } else { wrap(&kek, &key) };
            tlv(&mut bag, b"UUID", &self.random::<16>());
            tlv(&mut bag, b"CLAS", &class.to_be_bytes());
            tlv(&mut bag, b"WRAP", &(if device { 3_u32 } else { 2 }).to_be_bytes());
            tlv(&mut bag, b"KTYP", &0_u32.to_be_bytes());
            tlv(&mut bag, b"WPKY", &wrapped);
        }
        (bag, of_class)
    }

    /// A key for a file, as manifests keep it: class and wrapped key.
    fn file_key(&mut self) -> Option<([u8; 32], Vec<u8>)> {
        let class_key = self.bag.as_ref()?.1;
        let key = self.random::<32>();
        let mut wrapped = CLASS.to_le_bytes().to_vec();
        wrapped.extend(wrap(&class_key, &key));
        Some((key, wrapped))
    }

    /// Adds a file; `listed` false gives one that the manifest has and the disk has not. What the
    /// manifest says of its length is off by `wrong_size`.
    pub(crate) fn file(
        &mut self,
        domain: &str,
        path: &str,
        content: &[u8],
        there: bool,
        wrong_size: i64,
    ) -> io::Result<()> {
        self.folder(domain, path.rsplit_once('/').map_or("", |p| p.0))?;
        let id = file_id(domain, path);
        let key = if content.is_empty() { None } else { self.file_key() };
        if there {
            let stored = match &key {
                Some((key, _)) => encrypt(key, content),
                None => content.to_vec(),
            };
            let place = match self.shape {
                Shape::Backup => self.dir.join(&id[..2]).join(&id),
                Shape::OldBackup => self.dir.join(&id),
                Shape::Files => self.home(domain)?.join(path),
                Shape::Alone => {
                    match path.strip_prefix("Library/SMS/").filter(|name| name.starts_with("sms.db")) {
                        Some(name) => self.dir.join(name),
                        None => return Ok(()),
                    }
                }
            };
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(place, stored)?;
        }
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX).saturating_add(wrong_size);
        if let Some((_, wrapped)) = &key {
            self.keys.insert(id.clone(), wrapped.clone());
        }
        let record = mbfile(path, size, 0o100_644, key.map(|k| k.1))?;
        self.rows.push((id, domain.to_owned(), path.to_owned(), 1, record));
        Ok(())
    }

    /// Where the files of a domain lie on the phone itself. The folder of a group of apps has a name that says
    /// nothing, and a list in it that says whose it is.
    fn home(&self, domain: &str) -> io::Result<PathBuf> {
        let home = self.dir.join("private/var/mobile");
        let Some(group) = domain.strip_prefix("AppDomainGroup-") else { return Ok(home) };
        let folder = home.join("Containers/Shared/AppGroup").join(file_id(domain, ""));
        fs::create_dir_all(&folder)?;
        let whose = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict>\
             <key>MCMMetadataIdentifier</key><string>{group}</string></dict></plist>"
        );
        fs::write(folder.join(".com.apple.mobile_container_manager.metadata.plist"), whose)?;
        Ok(folder)
    }

    fn folder(&mut self, domain: &str, path: &str) -> io::Result<()> {
        if self.folders.insert((domain.to_owned(), path.to_owned())) {
            if let Some((parent, _)) = path.rsplit_once('/') {
                self.folder(domain, parent)?;
            }
            let record = mbfile(path, 0, 0o040_755, None)?;
            self.rows.push((file_id(domain, path), domain.to_owned(), path.to_owned(), 2, record));
        }
        Ok(())
    }

    /// Writes manifest and property lists.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        match self.shape {
            Shape::Backup | Shape::OldBackup => {}
            Shape::Files | Shape::Alone => return Ok(()),
        }
        let mut db = Connection::open_in_memory().map_err(sql)?;
        db.execute_batch(
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
             CREATE INDEX FilesDomainIdx ON Files(domain);
             CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);",
        )
        .map_err(sql)?;
        for row in &self.rows {
            db.execute("INSERT OR REPLACE INTO Files VALUES (?1, ?2, ?3, ?4, ?5)", row_params(row))
                .map_err(sql)?;
        }
        let mut manifest_db = image(&mut db)?;
        let old = self.shape == Shape::OldBackup;
        // the old list is never encrypted itself
        let key = if old { None } else { self.file_key() };
        let mut manifest = Dictionary::new();
        manifest.insert("Version".into(), (if old { "9.1" } else { "10.0" }).into());
        manifest.insert("Date".into(), date().into());
        manifest.insert("IsEncrypted".into(), self.bag.is_some().into());
        manifest.insert("WasPasscodeSet".into(), true.into());
        if let Some((key, wrapped)) = key {
            manifest_db = encrypt(&key, &manifest_db);
            manifest.insert("ManifestKey".into(), Value::Data(wrapped));
        }
        if let Some((bag, _)) = &self.bag {
            manifest.insert("BackupKeyBag".into(), Value::Data(bag.clone()));
        }
        let mut lockdown = Dictionary::new();
        for (key, value) in [
            ("DeviceName", format!("iPhone tilhørende {}", self.owner)),
            ("ProductType", "iPhone16,1".to_owned()),
            ("ProductVersion", "18.5".to_owned()),
            ("BuildVersion", "22F76".to_owned()),
            ("SerialNumber", self.serial.clone()),
            ("UniqueDeviceID", "00008130-000000000000DE30".to_owned()),
        ] {
            lockdown.insert(key.into(), value.into());
        }
        manifest.insert("Lockdown".into(), lockdown.into());
        manifest.insert("Applications".into(), Dictionary::new().into());
        if self.shape == Shape::OldBackup {
            fs::write(self.dir.join("Manifest.mbdb"), self.old_list())?;
        } else {
            fs::write(self.dir.join("Manifest.db"), manifest_db)?;
        }
        Value::from(manifest).to_file_binary(self.dir.join("Manifest.plist")).map_err(list)?;
        let mut status = Dictionary::new();
        status.insert("SnapshotState".into(), "finished".into());
        status.insert("IsFullBackup".into(), true.into());
        status.insert("Date".into(), date().into());
        Value::from(status).to_file_binary(self.dir.join("Status.plist")).map_err(list)?;
        let mut info = Dictionary::new();
        info.insert("Serial Number".into(), self.serial.clone().into());
        info.insert("Product Type".into(), "iPhone16,1".into());
        info.insert("Product Version".into(), "18.5".into());
        info.insert("Last Backup Date".into(), date().into());
        info.insert("Installed Applications".into(), Value::Array(vec!["dk.example.kalender".into()]));
        Value::from(info).to_file_xml(self.dir.join("Info.plist")).map_err(list)
    }
}

impl Writer {
    /// The list of files of before iOS 10.
    fn old_list(&self) -> Vec<u8> {
        let mut out = b"mbdb\x05\x00".to_vec();
        for (id, domain, path, flags, _) in &self.rows {
            let key = self.keys.get(id);
            for text in [domain, path] {
                put(&mut out, text.as_bytes());
            }
            // no target, no digest
            out.extend([0xff; 4]);
            match key {
                Some(key) => put(&mut out, key),
                None => out.extend([0xff; 2]),
            }
            out.extend((if *flags == 1 { 0o100_644_u16 } else { 0o040_755 }).to_be_bytes());
            // inode, owner, group, three times, length
            out.extend([0; 8 + 4 * 5 + 8]);
            // class, no properties
            out.push(if key.is_some() { CLASS.to_le_bytes()[0] } else { 0 });
            out.push(0);
        }
        out
    }
}

/// A string of the old list: two bytes of length before it.
fn put(out: &mut Vec<u8>, string: &[u8]) {
    out.extend(u16::try_from(string.len()).unwrap_or(0).to_be_bytes());
    out.extend(string);
}

type RowParams<'a> = (&'a str, &'a str, &'a str, i64, &'a [u8]);

fn row_params(row: &(String, String, String, i64, Vec<u8>)) -> RowParams<'_> {
    (&row.0, &row.1, &row.2, row.3, &row.4)
}

fn date() -> Date {
    (std::time::UNIX_EPOCH + std::time::Duration::from_secs(MADE_AT)).into()
}

/// The bytes of a database, with the header of write-ahead-log mode that real ones have.
pub(crate) fn image(db: &mut Connection) -> io::Result<Vec<u8>> {
    let data = db.serialize("main").map_err(sql)?;
    let mut bytes = data.to_vec();
    bytes[18] = 2;
    bytes[19] = 2;
    Ok(bytes)
}

/// A keyed archive of an `MBFile`.
fn mbfile(path: &str, size: i64, mode: u32, key: Option<Vec<u8>>) -> io::Result<Vec<u8>> {
    let uid = |n| Value::Uid(Uid::new(n));
    let class = |names: &[&str]| {
        let mut d = Dictionary::new();
        d.insert("$classname".into(), names[0].into());
        d.insert("$classes".into(), Value::Array(names.iter().map(|n| (*n).into()).collect()));
        Value::from(d)
    };
    let mut root = Dictionary::new();
    root.insert("Size".into(), Value::from(size));
    root.insert("Mode".into(), Value::from(mode));
    root.insert("LastModified".into(), Value::from(MADE_AT));
    root.insert("ProtectionClass".into(), Value::from(if key.is_some() { CLASS } else { 0 }));
    root.insert("RelativePath".into(), uid(2));
    root.insert("$class".into(), uid(3));
    let mut objects =
        vec!["$null".into(), Value::Boolean(false), path.into(), class(&["MBFile", "NSObject"])];
    if let Some(key) = key {
        root.insert("EncryptionKey".into(), uid(4));
        let mut data = Dictionary::new();
        data.insert("NS.data".into(), Value::Data(key));
        data.insert("$class".into(), uid(5));
        objects.push(data.into());
        objects.push(class(&["NSMutableData", "NSData", "NSObject"]));
    }
    objects[1] = root.into();
    let mut archive = Dictionary::new();
    archive.insert("$version".into(), Value::from(100_000));
    archive.insert("$archiver".into(), "NSKeyedArchiver".into());
    let mut top = Dictionary::new();
    top.insert("root".into(), uid(1));
    archive.insert("$top".into(), top.into());
    archive.insert("$objects".into(), Value::Array(objects));
    let mut out = Vec::new();
    Value::from(archive).to_writer_binary(&mut out).map_err(list)?;
    Ok(out)
}
