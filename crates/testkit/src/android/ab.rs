//! A backup as `adb backup` writes it: a head of text lines, then a tar, deflated and encrypted as asked.

use std::io::Write;

use aes::Aes256Enc;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha1::Sha1;

use super::json::quoted;
use super::story::{Item, items};
use super::xml::addresses;
use super::{Spec, Truth, truth};

/// Rounds of the key derivation; phones use 10,000.
const ROUNDS: u32 = 1000;

/// Messages in one file; phones write 1000.
const PER_FILE: usize = 20;

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(","))
}

fn row(item: &Item, i: usize) -> String {
    let recipients = list(item.others.iter().map(|o| quoted(o)));
    if !item.mms {
        let sent = if item.out { 0 } else { item.ms - 1500 };
        return format!(
            "{{\"self_phone\":\"+4520000999\",\"address\":{},\"body\":{},\"date\":\"{}\",\"date_sent\":\"{sent}\",\
             \"status\":\"-1\",\"type\":\"{}\",\"recipients\":{recipients},\"read\":\"1\"}}",
            quoted(&item.others[0]),
            quoted(item.body.as_deref().unwrap_or_default()),
            item.ms,
            item.kind
        );
    }
    let address =
        |(kind, a): (i64, String)| format!("{{\"type\":{kind},\"address\":{},\"charset\":106}}", quoted(&a));
    let mut out = format!(
        "{{\"self_phone\":\"+4520000999\",\"date\":\"{}\",\"date_sent\":\"{}\",\"m_type\":\"{}\",\"v\":\"18\",\
         \"msg_box\":\"{}\",\"tr_id\":{},\"recipients\":{recipients},\"read\":\"1\",\"mms_addresses\":{}",
        item.ms / 1000,
        if item.out { 0 } else { item.ms / 1000 },
        if item.out { 128 } else { 132 },
        item.kind,
        quoted(&item.transaction(i)),
        list(addresses(item).into_iter().map(address))
    );
    if let Some(subject) = &item.subject {
        out += &format!(",\"sub\":{},\"sub_cs\":\"106\"", quoted(&super::story::folded(subject)));
    }
    if let Some(body) = &item.body {
        out += &format!(",\"mms_body\":{},\"mms_charset\":106", quoted(body));
    }
    if let Some((name, _)) = &item.file {
        out += &format!(",\"attachments\":[{{\"mime_type\":\"image/jpeg\",\"filename\":{}}}]", quoted(name));
    }
    out + "}"
}

/// The files of the provider's backup, by path, and what must be found in them, in order.
fn files(spec: &Spec) -> (Vec<(String, Vec<u8>)>, Vec<Truth>) {
    let items: Vec<(usize, Item)> = items(spec).into_iter().enumerate().collect();
    let (mms, sms): (Vec<_>, Vec<_>) = items.iter().partition(|(_, item)| item.mms);
    let (mut files, mut truths) = (Vec::new(), Vec::new());
    for (kind, rows) in [("sms", sms), ("mms", mms)] {
        for chunk in rows.chunks(PER_FILE) {
            let path = format!("apps/com.android.providers.telephony/d_f/{:06}_{kind}_backup", files.len());
            files.push((path, deflated(list(chunk.iter().map(|(i, item)| row(item, *i))).as_bytes())));
            truths.extend(chunk.iter().map(|(_, item)| truth(item, false)));
        }
    }
    (files, truths)
}

fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, content) in files {
        let mut header = [0_u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..108].copy_from_slice(b"0000600\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

fn encrypted(key: &[u8], iv: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut out = plain.to_vec();
    out.resize(plain.len() + 16, 0);
    let mode = cbc::Encryptor::<Aes256Enc>::new_from_slices(key, iv).expect("a key of 32 bytes, 16 of IV");
    let n = mode.encrypt_padded::<Pkcs7>(&mut out, plain.len()).expect("room for the padding").len();
    out.truncate(n);
    out
}

/// A backup with these files in its tar.
pub fn backup_of(
    files: &[(String, Vec<u8>)],
    seed: u64,
    version: u32,
    compressed: bool,
    password: Option<&str>,
) -> Vec<u8> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed ^ 0xab);
    let mut random = |n: usize| {
        let mut bytes = vec![0; n];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let mut payload = tar(files);
    if compressed {
        payload = deflated(&payload);
    }
    let kind = if password.is_some() { "AES-256" } else { "none" };
    let mut out = format!("ANDROID BACKUP\n{version}\n{}\n{kind}\n", u8::from(compressed)).into_bytes();
    let Some(password) = password else {
        out.extend(payload);
        return out;
    };
    let (user_salt, check_salt, user_iv, iv, master) =
        (random(64), random(64), random(16), random(16), random(32));
    let derive = |password: &[u8], salt: &[u8]| {
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, ROUNDS, &mut key);
        key
    };
    // version 1 hashed the bytes themselves; later ones characters, in which high bytes are negative
    let characters: String = master
        .iter()
        .map(|b| char::from_u32(if *b < 128 { (*b).into() } else { 0xff00 | u32::from(*b) }).unwrap_or(' '))
        .collect();
    let checked = if version == 1 { master.clone() } else { characters.into_bytes() };
    let checksum = derive(&checked, &check_salt);
    let blob = [&[16][..], &iv, &[32], &master, &[32], &checksum].concat();
    let blob = encrypted(&derive(password.as_bytes(), &user_salt), &user_iv, &blob);
    for line in [hex(&user_salt), hex(&check_salt), ROUNDS.to_string(), hex(&user_iv), hex(&blob)] {
        out.extend(line.as_bytes());
        out.push(b'\n');
    }
    out.extend(encrypted(&master, &iv, &payload));
    out
}

/// A backup of the provider, and what must be found in it.
pub fn backup(spec: &Spec, version: u32, compressed: bool, password: Option<&str>) -> (Vec<u8>, Vec<Truth>) {
    let (mut files, truths) = files(spec);
    let manifest = (
        "apps/com.android.providers.telephony/_manifest".to_owned(),
        b"1\ncom.android.providers.telephony\n".to_vec(),
    );
    files.insert(0, manifest);
    (backup_of(&files, spec.seed, version, compressed, password), truths)
}
