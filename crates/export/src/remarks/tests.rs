use super::*;

#[track_caller]
fn doubted(code: &str, da: &str, en: &str) {
    assert_eq!((doubt(code, Lang::Da), doubt(code, Lang::En)), (da.to_owned(), en.to_owned()));
}

#[track_caller]
fn found(codes: &[&str], da: &[&str], en: &[&str]) {
    let codes: Vec<String> = codes.iter().map(|c| (*c).to_owned()).collect();
    let said = |lang| findings(&codes, lang).into_iter().map(|s| s.text).collect::<Vec<_>>();
    assert_eq!(said(Lang::Da), da);
    assert_eq!(said(Lang::En), en);
}

#[test]
fn doubts_in_words() {
    doubted("no_time", "Kilden har intet tidspunkt.", "The source has no time.");
    doubted("unknown_type:66", "Besked af ukendt art (kode 66).", "Message of an unknown kind (code 66).");
    doubted("edits_undecoded:1", "1 tidligere tekst kunne ikke læses.", "1 earlier text could not be read.");
    doubted(
        "edits_undecoded:2",
        "2 tidligere tekster kunne ikke læses.",
        "2 earlier texts could not be read.",
    );
    doubted("not_sent:-3", "Beskeden blev ikke sendt (-3).", "The message was not sent (-3).");
    doubted("effect:heart", "Sendt med effekt: hjerte.", "Sent with effect: heart.");
    doubted(
        "deleted_at:2025-07-01T22:30:00.123Z",
        "Slettet på telefonen 2. juli 2025 kl. 00.30.",
        "Deleted on the phone 2 July 2025, 00:30.",
    );
}

#[test]
fn what_has_no_words_stands_as_it_is() {
    doubted("never_seen:7", "never_seen:7", "never_seen:7");
    // a name that is known, with details of another shape
    doubted("edits_undecoded:many", "edits_undecoded:many", "edits_undecoded:many");
    doubted("no_time:1", "no_time:1", "no_time:1");
    doubted("", "", "");
    found(&["never_seen:{1} (x)"], &["never_seen:{1} (x)"], &["never_seen:{1} (x)"]);
    found(&["tar_members_cut:"], &["tar_members_cut:"], &["tar_members_cut:"]);
}

#[test]
fn details_are_written_as_people_write_them() {
    found(
        &["attachments_missing:1204/35650000"],
        &["1.204 vedhæftninger er ikke i kilden (35,7 MB)."],
        &["1,204 attachments are not in the source (35.7 MB)."],
    );
    found(
        &["backup_truncated:900"],
        &["Sikkerhedskopien mangler de sidste 900 byte. Beskederne er der."],
        &["The backup lacks its last 900 bytes. The messages are there."],
    );
    found(
        &["messages_absent_app_installed:net.whatsapp.WhatsApp"],
        &["WhatsApp er på telefonen, og intet af det er i kopien."],
        &["WhatsApp is on the phone and nothing of it is in the copy."],
    );
    found(
        &["rows_absent_between:774-780:2025-01-01T11:23:12Z/?"],
        &["Hullet i rækken: 5 numre mangler mellem 1. januar 2025 kl. 12.23 og ukendt tid."],
        &["The hole in the sequence: 5 numbers are missing between 1 January 2025, 12:23 and unknown time."],
    );
    found(
        &["doubt_no_sender:1300"],
        &["1.300 beskeder har bemærkningen: Kilden nævner ingen afsender."],
        &["1,300 messages have the remark: The source names no sender."],
    );
}

#[test]
fn places_are_short() {
    found(
        &[
            "chat_empty (AppDomainGroup-group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite table ZWACHATSESSION row 3)",
        ],
        &[
            "En samtale har haft beskeder, men er tom i kopien (ChatStorage.sqlite, tabel ZWACHATSESSION, række 3).",
        ],
        &[
            "A conversation had messages and is empty in the copy (ChatStorage.sqlite, table ZWACHATSESSION, row 3).",
        ],
    );
    found(
        &["recipient_twice:3 (first in frame 7)"],
        &["3 modparter står to gange i sikkerhedskopien (først i blok 7)."],
        &["3 parties stand in the backup twice (first in frame 7)."],
    );
}

/// A file whose name could name a person is shown by its number and digest, which stands in brackets.
#[test]
fn a_place_may_have_brackets_of_its_own() {
    found(
        &["count_mismatch:16/17 (file 1 (03c77cf4).xml whole file)"],
        &["Filen siger, at den har 16 beskeder; den har 17 (fil 1 (03c77cf4).xml)."],
        &["The file says that it has 16 messages; it has 17 (file 1 (03c77cf4).xml)."],
    );
    found(
        &["damaged_records:2 (file 2 (0a0b0c0d).xml element sms 3 line 9)"],
        &["2 poster i filen er beskadiget (fil 2 (0a0b0c0d).xml, element sms 3, linje 9)."],
        &["2 records of the file are damaged (file 2 (0a0b0c0d).xml element sms 3, line 9)."],
    );
    for whole in ["a (b", "a b)", "a(b)", "a) (b))", ")", "()", "", "a (b) c"] {
        assert_eq!(split_place(whole), (whole, None));
    }
    assert_eq!(split_place("a (æ (ø) å) (b (c) (d))"), ("a (æ (ø) å)", Some("b (c) (d)")));
}

#[test]
fn many_of_a_kind_are_one_sentence() {
    let holes: Vec<String> = (1..=17)
        .map(|i| {
            let (before, after) = (i * 100, i * 100 + 1 + i);
            format!("rows_absent_between:{before}-{after}:2025-01-{i:02}T11:00:00Z/2025-01-{i:02}T12:00:00Z")
        })
        .collect();
    let said = findings(&holes, Lang::En);
    assert_eq!((said.len(), said[0].count), (1, 17));
    let text = &said[0].text;
    assert!(
        text.starts_with("17 holes in the sequence lie from 1 January 2025 to 17 January 2025. The largest")
    );
    let largest: Vec<usize> =
        (1..=17).filter(|n| text.contains(&format!(" {n} ({n} January 2025, 12:00–13:00)"))).collect();
    assert_eq!(largest, [13, 14, 15, 16, 17]);
    assert!(text.contains("the other 12 are in the report in JSON"), "{text}");

    found(
        &["app_not_read:ph.telegra.Telegraph", "app_not_read:com.viber", "app_not_read:com.viber"],
        &[
            "Disse apps er på telefonen, men kan ikke læses fra denne kilde: Telegram, Viber. Det betyder ikke, at der ingen beskeder er.",
        ],
        &[
            "These apps are on the phone and cannot be read from this source: Telegram, Viber. That does not mean that they have no messages.",
        ],
    );
    // one reason is enough
    found(
        &["app_not_read:net.whatsapp.WhatsApp", "messages_absent_app_installed:net.whatsapp.WhatsApp"],
        &["WhatsApp er på telefonen, og intet af det er i kopien."],
        &["WhatsApp is on the phone and nothing of it is in the copy."],
    );
    found(
        &["members_cut:1", "members_cut:2", "members_cut:3"],
        &["1 fil er afskåret. Og 2 mere af samme slags."],
        &["1 file is cut off. And 2 more of the same kind."],
    );
}

#[test]
fn what_can_be_helped_comes_first() {
    let codes = ["recently_deleted:1", "no_such_code", "keep_messages_days:30"].map(str::to_owned);
    let said = findings(&codes, Lang::Da);
    let shown: Vec<_> = said.iter().map(|s| (s.text.as_str(), s.advice.is_some())).collect();
    assert_eq!(
        shown,
        [
            ("Telefonen sletter selv beskeder efter 30 dage. Det bryder opbevaringsfristerne.", true),
            ("1 besked lå blandt de nyligt slettede; læst og mærket som slettet.", false),
            ("no_such_code", false),
        ]
    );
}

/// Placeholders of a sentence, without their nouns.
fn placeholders(sentence: &str) -> Vec<&str> {
    let inside = sentence.split('{').skip(1).map(|p| p.split('}').next().unwrap_or_default());
    let mut all: Vec<&str> = inside.map(|p| p.split(':').next().unwrap_or_default()).collect();
    all.sort_unstable();
    all
}

#[test]
fn tables_are_sound() {
    let doubts = doubts::DOUBTS.iter().map(|d| (d.0, d.1, d.2, "doubt"));
    let ones = findings::FINDINGS.iter().map(|f| (f.key, f.da, f.en, "finding"));
    let many = many::MANY.iter().map(|m| (m.0, m.1, m.2, "many"));
    let mut met = std::collections::BTreeSet::new();
    for (key, da, en, table) in doubts.chain(ones).chain(many) {
        assert!(met.insert((table, key)), "{table} {key} twice");
        assert_eq!(placeholders(da), placeholders(en), "{key}");
        let shape = key.split_once(':').map_or("", |s| s.1);
        let letters = shape.chars().filter(char::is_ascii_uppercase).count();
        for place in placeholders(da) {
            let number = place.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let at: usize = number.parse().unwrap_or(1);
            let needs_many = ["n", "sum", "list", "first", "last", "gaps"]
                .iter()
                .any(|p| place == *p || (place.starts_with(p) && place != "n"));
            assert!((1..=letters.max(1)).contains(&at), "{key}: {place}");
            assert!(!needs_many || table == "many", "{key}: {place} in a sentence about one");
        }
        for sentence in [da, en] {
            assert!(sentence.ends_with(['.', ')']), "{key}: {sentence}");
        }
    }
    for (key, ..) in many::MANY {
        assert!(findings::FINDINGS.iter().any(|f| f.key == *key), "{key} is no finding");
    }
}

#[test]
fn every_shape_takes_its_own_details() {
    for (key, sentence) in
        doubts::DOUBTS.iter().map(|d| (d.0, d.2)).chain(findings::FINDINGS.iter().map(|f| (f.key, f.en)))
    {
        let shape = key.split_once(':').map_or("", |s| s.1);
        let code: String = match key.split_once(':') {
            None => key.to_owned(),
            Some((name, _)) => {
                let details: String = shape
                    .chars()
                    .map(|c| match c {
                        'N' | 'B' => "12".to_owned(),
                        'T' => "2025-01-01T11:23:12Z".to_owned(),
                        'A' | 'W' => "word".to_owned(),
                        'R' => "some rest".to_owned(),
                        c => c.to_string(),
                    })
                    .collect();
                format!("{name}:{details}")
            }
        };
        assert!(Details::of(&code, key).is_some(), "{key} does not take {code}");
        assert!(!fill(sentence, &[Details::of(&code, key).unwrap()], Lang::En).contains(['{', '?']), "{key}");
    }
}
