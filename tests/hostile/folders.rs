//! Folders and paths made to do harm: links, pipes, devices, names, rights, folders where files should be. What
//! is beside the messages costs no message.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::good::{Kind, good};
use crate::watch::{Case, watch_as};
use crate::{Keeps, Report, base};

/// What is done to a folder of a good source; gives whether the program must run without a superuser's rights.
type Harm = fn(&Path, &Path) -> bool;

const HARMS: &[(&str, Keeps, Harm)] = &[
    ("link out", Keeps::All, |root, _| link("/etc/passwd", &root.join("link"))),
    ("link to itself", Keeps::All, |root, _| link("itself", &root.join("itself"))),
    ("link to the folder", Keeps::All, |root, _| link(".", &root.join("again"))),
    ("link to a device", Keeps::All, |root, _| link("/dev/zero", &root.join("zero.db"))),
    ("link that leads nowhere", Keeps::All, |root, _| link("nowhere", &root.join("msgstore.db.crypt15"))),
    ("pipe", Keeps::All, |root, _| pipe(&root.join("pipe.xml"))),
    ("socket", Keeps::All, |root, _| {
        drop(std::os::unix::net::UnixListener::bind(root.join("socket.db")).unwrap());
        false
    }),
    ("names", Keeps::All, |root, _| {
        use std::os::unix::ffi::OsStrExt;
        for name in [&b"a\nb.db"[..], b"\x1b[31mred", b"\xff\xfe", b"..;x", b" ", b"-rf", b"a\\b", b"CON"] {
            fs::write(root.join(std::ffi::OsStr::from_bytes(name)), b"x").unwrap();
        }
        false
    }),
    ("deep folders", Keeps::All, |root, _| {
        let mut deep = root.to_owned();
        for _ in 0..200 {
            deep.push("a");
        }
        fs::create_dir_all(&deep).unwrap();
        false
    }),
    ("many files", Keeps::All, |root, _| {
        fs::create_dir(root.join("many")).unwrap();
        for i in 0..2000 {
            fs::write(root.join(format!("many/{i}")), b"").unwrap();
        }
        false
    }),
    ("empty files of every name", Keeps::All, |root, _| {
        for name in ["x.zip", "x.db", "x.xml", "x.json", "x.ab", "x.backup", "x.crypt15", "chat.txt", "main"]
        {
            fs::write(root.join(name), b"").unwrap();
        }
        false
    }),
    ("a file nobody may read", Keeps::All, |root, _| {
        fs::write(root.join("closed.xml"), b"<smses").unwrap();
        fs::set_permissions(root.join("closed.xml"), Permissions::from_mode(0o000)).unwrap();
        true
    }),
    ("a folder nobody may open", Keeps::All, |root, _| {
        fs::create_dir(root.join("closed")).unwrap();
        fs::set_permissions(root.join("closed"), Permissions::from_mode(0o000)).unwrap();
        true
    }),
    ("messages nobody may read", Keeps::Nothing, |_, main| {
        fs::set_permissions(main, Permissions::from_mode(0o000)).unwrap();
        true
    }),
    ("messages are a folder", Keeps::Nothing, |_, main| {
        fs::remove_file(main).unwrap();
        fs::create_dir(main).unwrap();
        fs::write(main.join("x"), b"x").unwrap();
        false
    }),
    ("messages are a pipe", Keeps::Nothing, |_, main| {
        fs::remove_file(main).unwrap();
        pipe(main)
    }),
    ("messages are a link to a device", Keeps::Nothing, |_, main| {
        fs::remove_file(main).unwrap();
        link("/dev/zero", main)
    }),
    ("log of noise", Keeps::All, |_, main| {
        fs::write(beside(main, "-wal"), [0x37, 0x7f, 0x06, 0x82].repeat(5000)).unwrap();
        false
    }),
    ("log is a folder", Keeps::All, |_, main| {
        fs::create_dir(beside(main, "-wal")).unwrap();
        false
    }),
    ("journal and shared memory", Keeps::All, |_, main| {
        fs::write(beside(main, "-journal"), [0xd9; 4096]).unwrap();
        fs::write(beside(main, "-shm"), [0; 32_768]).unwrap();
        false
    }),
];

fn link(to: &str, at: &Path) -> bool {
    symlink(to, at).unwrap();
    false
}

fn pipe(at: &Path) -> bool {
    assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
    false
}

fn beside(main: &Path, ending: &str) -> PathBuf {
    let mut name = main.file_name().unwrap().to_os_string();
    name.push(ending);
    main.with_file_name(name)
}

/// Tries every harm on a source that is a folder.
pub(crate) fn harm(kind: &Kind, report: &Report) {
    let base = base(kind);
    for (name, keeps, harm) in HARMS {
        let (mut case, main) = good(kind);
        let closed = harm(&case.source, &main);
        case.name = format!("{}: {name}", kind.name);
        let seen = watch_as(&case, closed);
        if closed {
            open_again(&case);
        }
        report.take(&case, &base, *keeps, seen);
    }
}

/// So that the folder can be removed by whoever is no superuser.
fn open_again(case: &Case) {
    drop(Command::new("chmod").args(["-R", "u+rwX"]).arg(case.dir.path()).status());
}

/// Paths that are no source at all.
pub(crate) fn nothing(report: &Report) {
    type Make = fn(&Path) -> &'static str;
    let cases: [(&str, Make); 9] = [
        ("nothing there", |_| "none"),
        ("an empty folder", |at| {
            fs::create_dir(at.join("s")).unwrap();
            "s"
        }),
        ("an empty file", |at| {
            fs::write(at.join("s"), b"").unwrap();
            "s"
        }),
        ("a pipe", |at| {
            pipe(&at.join("s"));
            "s"
        }),
        ("a device without end", |_| "/dev/zero"),
        ("a device without beginning", |_| "/dev/null"),
        ("a link to a device", |at| {
            link("/dev/zero", &at.join("s"));
            "s"
        }),
        ("a link that leads nowhere", |at| {
            link("none", &at.join("s"));
            "s"
        }),
        ("a name that is no text", |at| {
            fs::write(at.join("\u{1b}[2J\u{202e}"), b"x").unwrap();
            "\u{1b}[2J\u{202e}"
        }),
    ];
    for (name, make) in cases {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join(make(dir.path()));
        let case = Case { name: name.to_owned(), dir, source, words: Vec::new() };
        report.refused(&case);
    }
}
