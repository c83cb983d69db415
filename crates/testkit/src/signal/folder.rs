//! The folder of local backups: a snapshot with `metadata`, `main` and `files`, and the media beside it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use flate2::Compression;
use flate2::write::GzEncoder;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::story::{
    Chat, FileOf, GROUP, Kind, Line, OTHERS, OWNER, SECRET_MARK, TITLES, Truth, expected, group, hex,
    master_key, recipient, story,
};
use super::wire::{bytes, int, message, varint};

/// What to write.
#[derive(Clone, Debug)]
pub struct FolderSpec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// Messages.
    pub messages: u32,
    /// Most bytes of a file.
    pub file_size: usize,
    /// A mark in every text and file name.
    pub mark: String,
}

impl FolderSpec {
    /// A small backup with a message of every kind.
    pub fn small(seed: u64) -> Self {
        Self { seed, messages: 120, file_size: 5000, mark: String::new() }
    }
}

fn derive<const N: usize>(key: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(None, key).expand(info, &mut out).expect("short");
    out
}

/// Vector, ciphertext, MAC.
fn seal(aes: &[u8; 32], mac: &[u8; 32], iv: [u8; 16], plain: &[u8]) -> Vec<u8> {
    let mut sealed = plain.to_vec();
    sealed.resize(plain.len() + 16, 0);
    let cipher = cbc::Encryptor::<Aes256>::new(aes.into(), &iv.into());
    let sealed = cipher.encrypt_padded::<Pkcs7>(&mut sealed, plain.len()).expect("room for the padding");
    let mut out = iv.to_vec();
    out.extend(sealed);
    let tag = <Hmac<Sha256> as KeyInit>::new_from_slice(mac).expect("any key").chain_update(&out).finalize();
    out.extend(tag.into_bytes());
    out
}

/// Length that a media file is padded to: a power of 1.05, rounded down, at least 541.
fn padded(size: usize) -> usize {
    let mut length = 541.0_f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small positive numbers")]
    while (length.floor() as usize) < size {
        length *= 1.05;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small positive numbers")]
    let length = length.floor() as usize;
    length
}

struct Writer<'d> {
    rng: ChaCha8Rng,
    dir: &'d Path,
    plain: Vec<u8>,
    names: Vec<String>,
}

impl Writer<'_> {
    fn frame(&mut self, frame: &[u8]) {
        self.plain.extend(varint(frame.len() as u64));
        self.plain.extend(frame);
    }

    /// Writes a media file and gives its pointer.
    fn file(&mut self, file: &FileOf) -> io::Result<Vec<u8>> {
        let FileOf { name, mime, content, there } = file;
        let mut local = [0; 64];
        local[..SECRET_MARK.len()].copy_from_slice(SECRET_MARK.as_bytes());
        self.rng.fill_bytes(&mut local[SECRET_MARK.len()..]);
        let hash = Sha256::digest(content);
        let stored = hex(&Sha256::new().chain_update(hash).chain_update(local).finalize());
        if *there {
            let (aes, mac) = local.split_at(32);
            let mut iv = [0; 16];
            self.rng.fill_bytes(&mut iv);
            let mut plain = content.clone();
            plain.resize(padded(content.len()), 0);
            let sealed = seal(aes.try_into().expect("32"), mac.try_into().expect("32"), iv, &plain);
            let folder = self.dir.join("files").join(&stored[..2]);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(&stored), sealed)?;
            self.names.push(stored);
        }
        let locator = [
            bytes(1, SECRET_MARK.as_bytes()),
            int(3, content.len() as u64),
            bytes(4, SECRET_MARK.as_bytes()),
            bytes(9, &local),
            bytes(10, &hash),
        ];
        let mut pointer = vec![bytes(4, mime.as_bytes())];
        pointer.extend(name.as_ref().map(|n| bytes(7, n.as_bytes())));
        pointer.push(message(13, &locator));
        Ok(pointer.concat())
    }

    fn people(&mut self) {
        let secret = SECRET_MARK.as_bytes();
        self.frame(&message(
            1,
            &[bytes(1, secret), bytes(4, b"Mig"), bytes(11, secret), message(9, &[int(1, 1)])],
        ));
        self.frame(&message(2, &[int(1, OWNER.0), message(5, &[])]));
        for (i, (number, name, id)) in OTHERS.iter().enumerate() {
            let mut contact = vec![bytes(1, id), message(7, &[]), bytes(9, secret), bytes(14, secret)];
            contact.extend(number.map(|n| int(4, n[1..].parse().expect("a number"))));
            contact.push(bytes(if i % 2 == 0 { 18 } else { 11 }, name.as_bytes()));
            self.frame(&message(2, &[int(1, recipient(i)), message(2, &contact)]));
        }
        let members = GROUP.1.iter().map(|m| OTHERS[*m].2).chain([OWNER.2]);
        let mut snapshot = vec![bytes(2, &bytes(1, TITLES[1].as_bytes())), bytes(10, secret)];
        snapshot.extend(members.map(|m| message(7, &[bytes(1, &m), int(2, 1)])));
        let group = [bytes(1, &master_key()), message(5, &snapshot)];
        self.frame(&message(2, &[int(1, GROUP.0), message(3, &group)]));
        for chat in (0..OTHERS.len()).map(recipient).chain([GROUP.0, OWNER.0]) {
            self.frame(&message(3, &[int(1, 100 + chat), int(2, chat)]));
        }
    }

    fn item(&mut self, line: &Line) -> io::Result<Vec<u8>> {
        let at = line.at.cast_unsigned();
        let base = |at: u64| {
            let mut parts = vec![int(1, 100 + line.chat_recipient()), int(2, line.author()), int(3, at)];
            let update =
                matches!(line.kind, Kind::Timer(_) | Kind::Renamed | Kind::Added(_) | Kind::MissedCall);
            parts.push(match line.from {
                _ if update => message(10, &[]),
                Some(_) => message(8, &[int(1, at + 700), int(2, at + 300)]),
                None => message(
                    9,
                    &[message(1, &[int(1, line.chat_recipient()), int(2, at + 900), message(4, &[])])],
                ),
            });
            parts
        };
        let words = |text: &str| bytes(1, text.as_bytes());
        let plain = |text: &str| message(11, &[message(2, &[words(text)])]);
        let editor = line.from.map_or(OWNER.2, |f| OTHERS[f].2);
        let mut parts = base(at);
        let content = match &line.kind {
            Kind::Plain => plain(&line.text),
            Kind::Edited(earlier) => {
                let mut revisions = Vec::new();
                for (n, text) in earlier.iter().enumerate() {
                    let mut revision = base(at + 30_000 * n as u64);
                    revision.push(plain(text));
                    revisions.push(message(6, &revision));
                }
                parts = base(at + 30_000 * earlier.len() as u64);
                parts.extend(revisions);
                plain(&line.text)
            }
            Kind::Deleted => message(14, &[]),
            Kind::File(file) => {
                let pointer = self.file(file)?;
                message(11, &[message(2, &[words(&line.text)]), message(3, &[bytes(1, &pointer)])])
            }
            Kind::Sticker(file) => {
                let pointer = self.file(file)?;
                message(
                    13,
                    &[message(
                        1,
                        &[
                            bytes(1, &[7; 16]),
                            bytes(2, SECRET_MARK.as_bytes()),
                            int(3, 3),
                            bytes(5, &pointer),
                        ],
                    )],
                )
            }
            Kind::Long => {
                let content = line.text.as_bytes().to_vec();
                let pointer =
                    self.file(&FileOf { name: None, mime: "text/x-signal-plain", content, there: true })?;
                let short: String = line.text.chars().take(500).collect();
                message(11, &[message(2, &[words(&short)]), bytes(5, &pointer)])
            }
            Kind::Mention(other) => {
                let range = message(2, &[int(2, 1), bytes(3, &OTHERS[*other].2)]);
                message(11, &[message(2, &[words(&format!("\u{fffc} {}", line.text)), range])])
            }
            Kind::Reacted(who, emoji) => {
                let reaction = [
                    bytes(1, emoji.as_bytes()),
                    int(2, who.map_or(OWNER.0, recipient)),
                    int(3, at + 8000),
                    int(4, 1),
                ];
                message(11, &[message(2, &[words(&line.text)]), message(6, &reaction)])
            }
            Kind::Quote(quoted, author) => {
                let quote = [
                    int(1, quoted.cast_unsigned()),
                    int(2, *author),
                    message(3, &[words("citat")]),
                    int(5, 1),
                ];
                message(11, &[message(1, &quote), message(2, &[words(&line.text)])])
            }
            Kind::Timer(seconds) => message(15, &[message(3, &[int(1, seconds * 1000)])]),
            Kind::Renamed => {
                let update = message(3, &[bytes(1, &editor), bytes(2, TITLES[1].as_bytes())]);
                message(15, &[message(2, &[bytes(1, &update)])])
            }
            Kind::Added(other) => {
                let update = message(18, &[bytes(1, &editor), bytes(2, &OTHERS[*other].2)]);
                message(15, &[message(2, &[bytes(1, &update)])])
            }
            Kind::Poll(options) => {
                let mut poll = vec![words(&line.text)];
                poll.extend(
                    options
                        .iter()
                        .map(|o| message(3, &[words(o), message(2, &[int(1, OWNER.0), int(2, 1)])])),
                );
                message(20, &poll)
            }
            Kind::MissedCall => message(15, &[message(7, &[int(2, 1), int(3, 1), int(4, 3), int(5, at)])]),
        };
        parts.push(content);
        Ok(message(4, &parts))
    }
}

/// Writes a folder of local backups into `dir`; its recovery key is [`super::RECOVERY_KEY`].
///
/// # Errors
/// When writing fails.
pub fn write_folder(spec: &FolderSpec, dir: &Path) -> io::Result<Truth> {
    let mut w = Writer {
        rng: ChaCha8Rng::seed_from_u64(spec.seed ^ 0xf01d),
        dir,
        plain: Vec::new(),
        names: Vec::new(),
    };
    let lines = story(spec.seed, spec.messages, spec.file_size, &spec.mark);
    let info = [int(1, 1), int(2, 1_769_862_896_000), bytes(3, SECRET_MARK.as_bytes()), bytes(4, b"8.22.2")]
        .concat();
    w.frame(&info);
    w.people();
    for line in &lines {
        let item = w.item(line)?;
        w.frame(&item);
    }
    let snapshot = dir.join("signal-backup-2026-01-31-12-34-56");
    fs::create_dir_all(&snapshot)?;
    fs::write(dir.join(".nomedia"), b"")?;

    let recovery = super::RECOVERY_KEY.replace(' ', "").to_lowercase();
    let backup = derive::<32>(recovery.as_bytes(), b"20240801_SIGNAL_BACKUP_KEY");
    let id = [0x42; 16];
    let mut label = b"20241007_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:".to_vec();
    label.extend(id);
    let keys = derive::<64>(&backup, &label);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(&w.plain)?;
    let mut packed = gzip.finish()?;
    packed.resize(padded(packed.len()), 0);
    let mut iv = [0; 16];
    w.rng.fill_bytes(&mut iv);
    let (mac, aes) = keys.split_at(32);
    fs::write(
        snapshot.join("main"),
        seal(aes.try_into().expect("32"), mac.try_into().expect("32"), iv, &packed),
    )?;

    let mut vector = [0; 16];
    w.rng.fill_bytes(&mut vector[..12]);
    let mut sealed_id = id;
    let key = derive::<32>(&backup, b"20241011_SIGNAL_LOCAL_BACKUP_METADATA_KEY");
    Ctr128BE::<Aes256>::new(&key.into(), &vector.into()).apply_keystream(&mut sealed_id);
    let metadata = [int(1, 1), message(2, &[bytes(1, &vector[..12]), bytes(2, &sealed_id)])].concat();
    fs::write(snapshot.join("metadata"), metadata)?;
    let mut list = Vec::new();
    for name in &w.names {
        let frame = bytes(1, name.as_bytes());
        list.extend(varint(frame.len() as u64));
        list.extend(frame);
    }
    fs::write(snapshot.join("files"), list)?;
    let mut messages = expected(&lines, &group());
    // frames say what a group is called now and what it got called, not what it was before
    let renamed = lines.iter().find(|l| matches!(l.kind, Kind::Renamed)).map(|l| l.at);
    for (line, expected) in lines.iter().zip(&mut messages) {
        if line.chat == Chat::Group && renamed.is_some_and(|at| line.at < at) {
            expected.conversation_name = None;
        }
        // and the owner's number nowhere
        if line.chat == Chat::Self_ {
            expected.conversation = "me".to_owned();
        }
    }
    Ok(Truth { messages, folded: 0, frames: Vec::new() })
}
