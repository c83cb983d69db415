use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// Keys with the arguments their sentences use.
fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
            key = name.to_owned();
            assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands twice");
        }
        for piece in line.split('$').skip(1) {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            found.get_mut(&key).unwrap().insert(name);
        }
    }
    found
}

#[test]
fn both_languages_say_the_same() {
    let (danish, english) = (keys(DANISH), keys(ENGLISH));
    for (key, arguments) in &danish {
        assert_eq!(Some(arguments), english.get(key), "{key} differs or is missing in en.ftl");
    }
    for key in english.keys() {
        assert!(danish.contains_key(key), "{key} is missing in da.ftl");
    }
    assert!(danish.len() > 50);
}

#[test]
fn a_difference_is_noticed() {
    assert_ne!(keys("a = { $x }\n"), keys("a = { $y }\n"));
    assert_ne!(keys("a = 1\nb = 2\n"), keys("a = 1\n"));
}

#[test]
fn both_parse() {
    for source in [DANISH, ENGLISH] {
        let parsed = FluentResource::try_new(source.to_owned());
        assert!(parsed.is_ok(), "{:?}", parsed.err().map(|(_, faults)| faults));
    }
    assert!(FluentResource::try_new("a = {\n".to_owned()).is_err());
}

#[test]
fn every_error_says_what_to_do_next() {
    let danish = keys(DANISH);
    for key in danish.keys().filter_map(|key| key.strip_prefix("error-")) {
        assert!(danish.contains_key(&format!("next-{key}")), "next-{key} is missing");
    }
}

/// Text literals of our own sources that are the first argument of something that says a sentence.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            literals(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let pieces = source.split('"').skip(1).step_by(2);
            found.extend(pieces.filter(|p| !p.is_empty()).map(str::to_owned));
        }
    }
}

#[test]
fn every_sentence_is_said_somewhere() {
    let mut used = BTreeSet::new();
    literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
    let computed = [
        "cmd-",
        "more-",
        "arg-",
        "error-",
        "next-",
        "word-",
        "route-",
        "ground-",
        "state-",
        "vanished-",
        "review-head-",
    ];
    for key in keys(DANISH).into_keys().filter(|key| !computed.iter().any(|p| key.starts_with(p))) {
        assert!(used.contains(&key), "{key} is never said");
    }
    for key in keys(DANISH).keys().filter_map(|key| key.strip_prefix("error-")) {
        assert!(used.contains(key), "error-{key} is never said");
    }
}

#[test]
fn numbers() {
    assert_eq!(grouped("7", '.'), "7");
    assert_eq!(grouped("123", '.'), "123");
    assert_eq!(grouped("1234", '.'), "1.234");
    assert_eq!(grouped("1234567", ','), "1,234,567");
}

#[test]
fn arguments_cannot_speak_to_the_terminal() {
    let texts = Texts::new(Lang::En);
    let said = texts.say("error-fact-encoding", &[("path", "a\u{1b}[2Jb\n".into())]);
    assert!(said.starts_with("a\\u{1b}[2Jb\\n:"), "{said}");
}

#[test]
fn a_key_without_a_sentence_is_shown_itself() {
    assert_eq!(Texts::new(Lang::Da).say("no-such-key", &[]), "no-such-key");
}
