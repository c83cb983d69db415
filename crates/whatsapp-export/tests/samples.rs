//! Public samples, where they are: counts as their publishers state them.
#![allow(clippy::unwrap_used, missing_docs, clippy::print_stderr)]

mod support;

use std::path::PathBuf;

use evidence::Given;
use model::Message;
use support::{Read, read, shown};

fn samples() -> Option<PathBuf> {
    let path = std::env::var_os("BESKEDARKIV_SAMPLES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples"),
        PathBuf::from,
    );
    let path = path.join("android");
    if !path.is_dir() {
        eprintln!("the public samples are not here: not compared");
        return None;
    }
    Some(path)
}

fn is_place(m: &Message) -> bool {
    let body = shown(m.body.as_ref());
    body.contains("https://maps.google.com/") || body.contains("https://foursquare.com/")
}

/// Messages, texts, places, files, and the rest: withdrawn messages, files left out, sentences, `null`.
fn counts(read: &Read) -> [usize; 5] {
    let mut counts = [read.messages.len(), 0, 0, 0, 0];
    for m in &read.messages {
        let at = if is_place(m) {
            2
        } else if m
            .attachments
            .iter()
            .any(|a| a.name.is_some() && !m.doubts.iter().any(|d| d.starts_with("left_out")))
        {
            3
        } else if m.unsent
            || m.event.is_some()
            || !m.attachments.is_empty()
            || shown(m.body.as_ref()) == "null"
        {
            4
        } else {
            1
        };
        counts[at] += 1;
    }
    counts
}

#[test]
fn languages_of_whats_json() {
    let Some(samples) = samples() else { return };
    let mut compared = 0;
    for entry in std::fs::read_dir(samples.join("whats_json/languages")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let read = read(&path, &Given::default());
        // what the publisher counts: text, location, file, system
        let expected = if name.ends_with("_ios.txt") {
            [23, 4, 2, 0, 17]
        } else if name == "deutch_android_media.txt" {
            // Dutch, and not counted by its publisher: by hand
            [41, 6, 3, 9, 23]
        } else if name.ends_with("_android.txt") {
            [60, 15, 3, 2, 40]
        } else if name.ends_with("_android_media.txt") {
            [60, 15, 3, 11, 31]
        } else {
            continue;
        };
        assert_eq!(counts(&read), expected, "{name} {:?}", support::lines(&read));
        let senders: std::collections::BTreeSet<&str> =
            read.messages.iter().filter_map(|m| Some(m.sender.as_ref()?.expose().as_ref())).collect();
        assert_eq!(senders.len(), 2, "{name} {senders:?}");
        assert!(read.messages.iter().all(|m| !m.conversation.as_ref().unwrap().is_group), "{name}");
        assert!(!read.findings.iter().any(|f| f.starts_with("lines_") || f.starts_with("quoted")), "{name}");
        compared += 1;
    }
    assert!(compared >= 12, "{compared}");
}

#[test]
fn chats_of_whatstk() {
    let Some(samples) = samples() else { return };
    let of = |name: &str| read(&samples.join("whatstk").join(name), &Given::default());
    let pokemon = of("pokemon.txt");
    assert_eq!(pokemon.messages.len(), 20);
    assert_eq!(pokemon.messages.iter().filter(|m| m.sender.is_some()).count(), 19);
    assert_eq!(pokemon.messages.iter().filter(|m| m.event.is_some()).count(), 2);
    assert!(pokemon.messages[2].conversation.as_ref().unwrap().is_group);
    for (name, count) in [("lorem.txt", 500), ("lorem-merge-part1.txt", 300), ("lorem-merge-part2.txt", 300)]
    {
        let read = of(name);
        assert_eq!(read.messages.len(), count, "{name}");
        assert!(read.messages.iter().all(|m| m.sender.is_some() && m.body.is_some()), "{name}");
    }
}
