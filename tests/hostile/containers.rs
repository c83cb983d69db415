//! Zips, tars and compressed files made to do harm: bombs, names that lead out, headers that lie.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use zip::write::SimpleFileOptions;

use crate::good::{good, kind, zipped};
use crate::support::files;
use crate::watch::{Case, watch};
use crate::{Keeps, Report, base};

/// A phone's backup as a folder, to be packed.
fn phone() -> (tempfile::TempDir, Vec<String>) {
    let (case, _) = good(kind("ios"));
    (case.dir, base(kind("ios")))
}

fn case(name: &str, file: &str, write: impl FnOnce(&Path)) -> Case {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join(file));
    let source = dir.path().join(file);
    Case { name: name.to_owned(), dir, source, words: Vec::new() }
}

type First<'a> = &'a dyn Fn(&mut zip::ZipWriter<File>);

/// The phone as a zip with members before its own.
fn with(root: &Path, to: &Path, first: First<'_>) {
    let mut zip = zip::ZipWriter::new(File::create(to).unwrap());
    first(&mut zip);
    for file in files(root) {
        let name = file.strip_prefix(root).unwrap().to_str().unwrap();
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(&file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

fn member(zip: &mut zip::ZipWriter<File>, name: &str, content: &[u8]) {
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file(name, options).unwrap();
    zip.write_all(content).unwrap();
}

const SIZE_OF_BOMB: usize = 300 << 20;

/// Zips with members that must cost nothing.
fn members(report: &Report) {
    let (dir, base) = phone();
    let root = dir.path().join("s");
    let firsts: [(&str, First<'_>); 8] = [
        ("outside", &|zip| {
            for name in ["../outside", "/etc/outside", "a/../../outside", "a\\..\\b", "./.", "C:\\x", "a//b"]
            {
                member(zip, name, b"x");
            }
        }),
        ("odd names", &|zip| {
            for name in ["\u{1b}[31m", "a\nb", "\u{202e}gnp.exe", "", " ", &"n".repeat(60_000)] {
                member(zip, name, b"x");
            }
        }),
        ("a bomb beside", &|zip| member(zip, "bombe.bin", &vec![0; SIZE_OF_BOMB])),
        ("a bomb as a database", &|zip| member(zip, "msgstore.db", &vec![0; SIZE_OF_BOMB])),
        ("a bomb as text", &|zip| member(zip, "_chat.txt", &vec![b'a'; SIZE_OF_BOMB])),
        ("a bomb as XML", &|zip| member(zip, "sms.xml", &b"<smses>".repeat(SIZE_OF_BOMB / 7))),
        ("a link", &|zip| zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap()),
        ("many members", &|zip| {
            for i in 0..20_000 {
                zip.start_file(format!("d/{i}"), SimpleFileOptions::default()).unwrap();
            }
        }),
    ];
    for (name, first) in firsts {
        let case = case(&format!("zip: {name}"), "s.zip", |to| with(&root, to, first));
        report.take(&case, &base, Keeps::All, watch(&case));
    }
}

/// Bytes of a zip changed at places that the format fixes.
fn lies(report: &Report) {
    let (dir, base) = phone();
    let whole = {
        let to = dir.path().join("s.zip");
        zipped(&dir.path().join("s"), &to);
        fs::read(to).unwrap()
    };
    let end = whole.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    type Lie = fn(&mut Vec<u8>, usize, usize);
    let all: [(&str, Keeps, Lie); 11] = [
        ("directory cut off", Keeps::All, |b, _, at| b.truncate(at)),
        ("end cut off", Keeps::All, |b, end, _| b.truncate(end)),
        ("counts too many", Keeps::All, |b, end, _| b[end + 8..end + 12].fill(0xff)),
        ("counts none", Keeps::All, |b, end, _| b[end + 8..end + 12].fill(0)),
        ("directory begins nowhere", Keeps::All, |b, end, _| b[end + 16..end + 20].fill(0xf0)),
        ("directory is endless", Keeps::All, |b, end, _| b[end + 12..end + 16].fill(0xff)),
        ("comment longer than the file", Keeps::All, |b, end, _| b[end + 20..end + 22].fill(0xff)),
        ("sizes that cannot be", Keeps::Nothing, |b, _, at| b[at + 20..at + 28].fill(0xfe)),
        ("sizes in a field that is not there", Keeps::Nothing, |b, _, at| b[at + 20..at + 28].fill(0xff)),
        ("header somewhere else", Keeps::Nothing, |b, _, at| b[at + 42..at + 46].fill(0x7f)),
        ("something before", Keeps::All, |b, _, _| drop(b.splice(..0, *b"PK\x03\x04 noise in front of it"))),
    ];
    for (name, keeps, lie) in all {
        let mut bytes = whole.clone();
        lie(&mut bytes, end, directory);
        let case = case(&format!("zip: {name}"), "s.zip", |to| fs::write(to, &bytes).unwrap());
        report.take(&case, &base, keeps, watch(&case));
    }
}

/// Every member's sizes are lies of the 64-bit form: pebibytes.
fn zip64(report: &Report) {
    let mut zip = Vec::new();
    let name = b"sms.db";
    let extra = [&[1, 0, 16, 0][..], &(1_u64 << 50).to_le_bytes(), &(1_u64 << 50).to_le_bytes()].concat();
    let sizes = [[0xff; 4], [0xff; 4]].concat();
    zip.extend(b"PK\x03\x04\x2d\0\0\0\x08\0\0\0\0\0\0\0\0\0");
    zip.extend(&sizes);
    zip.extend([6, 0, 20, 0]);
    zip.extend(name);
    zip.extend(&extra);
    zip.extend([0x63, 0x60, 0x60]);
    let directory = zip.len();
    zip.extend(b"PK\x01\x02\x2d\0\x2d\0\0\0\x08\0\0\0\0\0\0\0\0\0");
    zip.extend(&sizes);
    zip.extend([6, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    zip.extend(name);
    zip.extend(&extra);
    let len = zip.len() - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(u32::try_from(len).unwrap().to_le_bytes());
    zip.extend(u32::try_from(directory).unwrap().to_le_bytes());
    zip.extend([0, 0]);
    for (name, bytes) in [("with its directory", zip.clone()), ("without", zip[..directory].to_vec())] {
        let case = case(&format!("zip64 lies, {name}"), "s.zip", |to| fs::write(to, bytes).unwrap());
        report.refused(&case);
    }
}

fn tar_header(name: &str, size: &[u8; 12], kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000600\0");
    header[124..136].copy_from_slice(size);
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// Tars that lie, the phone's own members behind the lie.
fn tars(report: &Report) {
    let (case_of, _) = good(kind("ios-files-tar"));
    let base = base(kind("ios-files-tar"));
    let whole = fs::read(&case_of.source).unwrap();
    let huge: [u8; 12] = [0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let firsts: [(&str, Keeps, Vec<[u8; 512]>); 8] = [
        ("a size without end", Keeps::All, vec![tar_header("a", b"77777777777\0", b'0')]),
        ("a size beyond numbers", Keeps::All, vec![tar_header("a", &huge, b'0')]),
        ("a name without end", Keeps::All, vec![tar_header("a", b"77777777777\0", b'L')]),
        ("a head without end", Keeps::All, vec![tar_header("a", b"77777777777\0", b'x')]),
        ("a link", Keeps::All, vec![tar_header("a", b"00000000000\0", b'2')]),
        ("a device", Keeps::All, vec![tar_header("a", b"00000000000\0", b'3')]),
        (
            "names that lead out",
            Keeps::All,
            vec![
                tar_header("../outside", b"00000000000\0", b'0'),
                tar_header("/etc/outside", b"00000000000\0", b'0'),
            ],
        ),
        ("noise", Keeps::All, vec![tar_header("a", b"00000000000\0", b'0'), [0x5a; 512]]),
    ];
    for (name, keeps, first) in firsts {
        let bytes = [first.concat(), whole.clone()].concat();
        let case = case(&format!("tar: {name}"), "s.tar", |to| fs::write(to, bytes).unwrap());
        report.take(&case, &base, keeps, watch(&case));
    }
    // the headers of every third member are damaged, but not those of the messages and of what says whose a folder
    // is: the others are found
    let mut bytes = whole.clone();
    let heads: Vec<usize> =
        (0..whole.len()).step_by(512).filter(|i| &whole[i + 257..i + 262] == b"ustar").collect();
    // a long name stands in a block of its own, behind a header of its own and before the member's
    let named = |head: usize, name: &[u8]| {
        let around = head.saturating_sub(512)..whole.len().min(head + 1024);
        whole[around].windows(name.len()).any(|w| w == name)
    };
    let kept = |head: usize| {
        [&b"sms.db"[..], b"ChatStorage", b"metadata.plist"].iter().any(|name| named(head, name))
    };
    assert!(heads.iter().any(|head| kept(*head)));
    for (n, head) in heads.iter().enumerate() {
        if n % 3 == 1 && !kept(*head) {
            bytes[head + 20] ^= 0xff;
        }
    }
    let case = case("tar: damaged headers", "s.tar", |to| fs::write(to, bytes).unwrap());
    report.take(&case, &base, Keeps::All, watch(&case));
}

/// Compressed streams that are mostly nothing.
fn streams(report: &Report) {
    let gzip = |n: usize| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&vec![0; n]).unwrap();
        gzip.finish().unwrap()
    };
    report.refused(&case("gzip of nothing", "s.tar.gz", |to| fs::write(to, gzip(SIZE_OF_BOMB)).unwrap()));
    // an adb backup whose tar is one long run of zeros
    let mut zlib = flate2::write::ZlibEncoder::new(
        b"ANDROID BACKUP\n5\n1\nnone\n".to_vec(),
        flate2::Compression::fast(),
    );
    for _ in 0..4 {
        zlib.write_all(&vec![0; SIZE_OF_BOMB]).unwrap();
    }
    let bytes = zlib.finish().unwrap();
    let case = case("adb backup of nothing", "s.ab", |to| fs::write(to, bytes).unwrap());
    report.take(&case, &[], Keeps::Nothing, watch(&case));
}

pub(crate) fn all(report: &Report) {
    members(report);
    lies(report);
    zip64(report);
    tars(report);
    streams(report);
}
