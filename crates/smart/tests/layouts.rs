//! Layouts that no example has, each read by a mapping of a few lines; and media that do not fit theirs:
//! nothing is handed over, and the place is named, never what stands there.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;

use support::{medium, read};

const HEAD: &str = "mapping = \"smart-mapping/1\"\n";
const COPENHAGEN: &str =
    "[time]\nform = \"pattern\"\npattern = \"dd-MM-yyyy HH:mm\"\nzone = \"Europe/Copenhagen\"\n";

/// Bytes of windows-1252.
fn cp1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let mut out = if little { vec![0xff, 0xfe] } else { vec![0xfe, 0xff] };
    for unit in text.encode_utf16() {
        out.extend(if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
    }
    out
}

/// Some fields of each message, one line a message.
fn shown(lines: Vec<serde_json::Value>) -> String {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or("-").to_owned();
    let one = |m: &serde_json::Value| {
        format!(
            "{} {} {} {} {} {}",
            text(&m["conversation"]),
            text(&m["sender"]),
            text(&m["direction"]),
            text(&m["sent_at"]),
            text(&m["classification"]),
            text(&m["body"]),
        )
    };
    lines.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(files: &[(&str, &[u8])], mapping: &str, expected: &str) {
    let dir = medium(files);
    match read(dir.path(), Some(&format!("{HEAD}{mapping}"))) {
        Ok(got) => assert_eq!(shown(got.values()), expected.trim_end()),
        Err(fault) => assert_eq!(fault, expected),
    }
}

#[test]
fn windows_1252_with_two_rows_of_names() {
    let text = "Udtræk fra SMART;;;;;;\r\n\r\n;Afsender;;Besked;;;\r\nTråd;Navn;Nummer;Sendt;Retning;Tekst;Grad\r\n\
                S1;Åse Ø;20 00 01 01;05-01-2026 08:40;I;Rødgrød til 5 €;TTJ\r\nS1;Ejer;40112233;05-01-2026 08:41;U;Ja;TTJ\r\n";
    let mapping = format!(
        "container = \"dir\"\nselect = \"*.txt\"\n[format]\nkind = \"csv\"\nencoding = \"windows-1252\"\ndelimiter = \";\"\nskip = 1\nheader = 2\n\
         [fields]\nconversation = \"Tråd\"\nsender_name = \"Afsender Navn\"\nsender = \"Afsender Nummer\"\nsent_at = \"Besked Sendt\"\n\
         direction = \"Besked Retning\"\nbody = \"Besked Tekst\"\nclassification = \"Besked Grad\"\n{COPENHAGEN}[direction]\nI = \"in\"\nU = \"out\"\n"
    );
    check(
        &[("udtræk.txt", &cp1252(text))],
        &mapping,
        "S1 +4520000101 in 2026-01-05T07:40:00.000Z TTJ Rødgrød til 5 €\nS1 me out 2026-01-05T07:41:00.000Z TTJ Ja",
    );
}

#[test]
fn a_table_of_a_page_in_utf_16() {
    let page = "<html><body><table><tr><td>menu</td></tr></table>\n<table><tr><th>Samtale</th><th>Fra</th><th>Dato</th><th>Tekst</th><th>Bilag</th></tr>\n\
                <tr><td>K&oslash;</td><td>+45 20000101</td><td>3. marts 2026 kl. 9.05</td><td>Hej<br>du</td><td><a href=\"b%20x.txt\">x</a></td></tr></table></body></html>";
    for little in [true, false] {
        check(
            &[("side.html", &utf16(page, little)), ("b%20x.txt", b"1")],
            "container = \"single\"\nselect = \"side.html\"\nowner = [\"+4540112233\"]\nignore = [\"Bilag\"]\n[format]\nkind = \"html\"\nencoding = \"utf-16\"\ntable = 2\n\
             [fields]\nconversation = \"Samtale\"\nsender = \"Fra\"\nsent_at = \"Dato\"\nbody = \"Tekst\"\nattachments = \"Bilag@href\"\nclassification = { value = \"FORTROLIGT\" }\n\
             [time]\nform = \"pattern\"\npattern = \"d. MMMM yyyy 'kl.' H.mm\"\nzone = \"Europe/Copenhagen\"\n",
            "Kø +4520000101 in 2026-03-03T08:05:00.000Z FORTROLIGT Hej\ndu",
        );
    }
}

#[test]
fn xml_with_attributes_and_threads_around() {
    let xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<udtr\u{e6}k><samtale nr='7'><titel>Nød &amp; ø</titel>\
               <besked id='1' ud='nej'><fra>20000101</fra><tid>2026-01-31T12:34:56+01:00</tid><tekst><![CDATA[a < b]]> &#x2713;</tekst><grad>HEM</grad></besked>\
               <slut>ja</slut></samtale></udtr\u{e6}k>";
    check(
        &[("a.xml", &cp1252(xml))],
        "container = \"dir\"\nselect = \"*.xml\"\nignore = [\"/udtræk/samtale/slut\"]\n[format]\nkind = \"xml\"\nrecords = \"besked\"\n[fields]\nid = \"@id\"\nconversation = \"/udtræk/samtale/@nr\"\n\
         conversation_name = \"/udtræk/samtale/titel\"\nsender = \"fra\"\nsent_at = \"tid\"\nbody = \"tekst\"\ndirection = \"@ud\"\nclassification = \"grad\"\n[time]\nform = \"iso8601\"\n[direction]\nja = \"out\"\nnej = \"in\"\n",
        "7 +4520000101 in 2026-01-31T11:34:56.000Z HEM a < b ✓",
    );
}

#[test]
fn nested_lines_of_json() {
    let lines = "{\"b\":{\"tekst\":\"Hej\",\"t\":1769862896.5},\"fra\":{\"nr\":\"20000101\"},\"til\":[{\"nr\":\"40112233\"}],\"traad\":9007199254740993,\"ud\":0,\"m\":\"NATO SECRET\"}\n\
                 {\"b\":{\"tekst\":\"\\ud83d\\udc4d\",\"t\":1769862897},\"fra\":{\"nr\":\"40112233\"},\"til\":[{\"nr\":\"20000101\"}],\"traad\":9007199254740993,\"ud\":1,\"m\":\"NATO SECRET\"}\n";
    check(
        &[("x/beskeder.jsonl", lines.as_bytes())],
        "container = \"dir\"\nselect = \"x/*.jsonl\"\n[format]\nkind = \"ndjson\"\n[fields]\nconversation = \"traad\"\nsender = \"fra.nr\"\nparticipants = \"til.nr\"\nsent_at = \"b.t\"\nbody = \"b.tekst\"\n\
         direction = \"ud\"\nclassification = \"m\"\n[time]\nform = \"epoch_s\"\n[direction]\n0 = \"in\"\n1 = \"out\"\n",
        "9007199254740993 +4520000101 in 2026-01-31T12:34:56.500Z NATO SECRET Hej\n9007199254740993 me out 2026-01-31T12:34:57.000Z NATO SECRET 👍",
    );
}

/// A thread whose messages have another name, and records taken too deep: nothing is lost quietly.
#[test]
fn messages_beside_the_path_are_seen() {
    let map = |records: &str, body: &str, ignore: &str| {
        format!(
            "container = \"dir\"\nselect = \"a.json\"\nowner = [\"x\"]\nignore = [{ignore}]\n[format]\nkind = \"json\"\nrecords = \"{records}\"\n[fields]\nconversation = \"/t/id\"\nsender = \"f\"\nsent_at = \"s\"\nbody = \"{body}\"\nclassification = {{ value = \"TTJ\" }}\n[time]\nform = \"epoch_s\"\n"
        )
    };
    let one = r#"{"id":1,"m":[{"f":"20000101","s":1769862896,"b":"Hej"}]}"#;
    let other = r#"{"id":2,"n":[{"f":"20000101","s":1769862896,"b":"Tabt"}]}"#;
    let whole = format!("{{\"t\":[{one},{other}]}}");
    let file = evidence::shown("a.json");
    check(
        &[("a.json", whole.as_bytes())],
        &map("/t/m", "b", ""),
        &format!(
            "{file} element m 1 line 1: column 2: lies around the records and is neither mapped nor in ignore"
        ),
    );
    check(
        &[("a.json", whole.as_bytes())],
        &map("/t/m", "b", "\"/t/n/*\""),
        "1 +4520000101 in 2026-01-31T12:34:56.000Z TTJ Hej",
    );
    check(
        &[("a.json", whole.as_bytes())],
        &map("/t/m/f", "/t/m/b", ""),
        "mapping line 0: fields.body lies around the records: format.records is too deep",
    );
}

#[test]
fn mails_with_files_in_them() {
    let mail = "From: Anna Holm <anna@um.dk>\r\nTo: ejer@um.dk\r\nDate: Sat, 31 Jan 2026 13:34:56 +0100\r\nSubject: =?utf-8?Q?R=C3=B8d?=\r\nMessage-ID: <1@um.dk>\r\nX-Thread: t1\r\nX-Grad: FTR\r\nMIME-Version: 1.0\r\n\
                Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=F8d\r\n--x\r\nContent-Type: text/plain; name=\"n.txt\"\r\nContent-Disposition: attachment; filename=\"n.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVq\r\n--x--\r\n";
    let mapping = "container = \"dir\"\nselect = \"**/*.eml\"\nowner = [\"ejer@um.dk\"]\nignore = [\"from.name\", \"to.name\"]\n[format]\nkind = \"eml\"\n[fields]\nid = \"message-id\"\nconversation = \"x-thread\"\nsender = \"from\"\n\
         sent_at = \"date\"\nsubject = \"subject\"\nbody = \"body\"\nattachments = \"attachment\"\nparticipants = \"to\"\nclassification = \"x-grad\"\n[time]\nform = \"rfc2822\"\n";
    check(&[("ind/1.eml", mail.as_bytes())], mapping, "t1 anna@um.dk in 2026-01-31T12:34:56.000Z FTR Grød");
    let dir = medium(&[("1.eml", mail.as_bytes())]);
    let got = read(dir.path(), Some(&format!("{HEAD}{mapping}"))).unwrap().values();
    assert_eq!(got[0]["subject"], "Rød");
    assert_eq!(got[0]["id"], "1@um.dk");
    assert_eq!(got[0]["attachments"][0]["size"], 3);
    assert_eq!(got[0]["attachments"][0]["name"], "n.txt");
}

#[test]
fn lines_of_text() {
    let text = "SMART 2.1\n[05-01-2026 08:40] Anna: Hej\nanden linje\n\nfjerde\n[05-01-2026 08:41] Mig: Ja\n";
    check(
        &[("samtale-3.txt", text.as_bytes())],
        &format!(
            "container = \"dir\"\nselect = \"*.txt\"\nowner = [\"Mig\"]\n[format]\nkind = \"text\"\nskip = 1\nline = '\\[(?<tid>[^\\]]+)\\] (?<fra>[^:]+): (?<tekst>.*)'\ncontinues = \"tekst\"\n\
             [fields]\nconversation = {{ from = \"file_name\" }}\nsender = \"fra\"\nsent_at = \"tid\"\nbody = \"tekst\"\nclassification = {{ value = \"TIL TJENESTEBRUG\" }}\n{COPENHAGEN}"
        ),
        "samtale-3 Anna in 2026-01-05T07:40:00.000Z TIL TJENESTEBRUG Hej\nanden linje\n\nfjerde\nsamtale-3 me out 2026-01-05T07:41:00.000Z TIL TJENESTEBRUG Ja",
    );
}

/// A small table and its mapping; each case below changes one thing.
const ROWS: &str = "id;traad;ud;fra;dato;tekst;grad\n1;a;0;20000101;05-01-2026 08:40;Hemmelig besked;FTR\n2;a;1;40112233;05-01-2026 08:41;Svar;FTR\n";

fn plain() -> String {
    format!(
        "container = \"dir\"\nselect = \"a.csv\"\n[format]\nkind = \"csv\"\ndelimiter = \";\"\n[fields]\nid = \"id\"\nconversation = \"traad\"\ndirection = \"ud\"\nsender = \"fra\"\nsent_at = \"dato\"\nbody = \"tekst\"\nclassification = \"grad\"\n\
         {COPENHAGEN}[direction]\n0 = \"in\"\n1 = \"out\"\n"
    )
}

/// Rows or mapping with one thing replaced, and what is said.
#[track_caller]
fn refused(rows: (&str, &str), mapping: (&str, &str), expected: &str) {
    let changed = ROWS.replace(rows.0, rows.1);
    let map = plain().replacen(mapping.0, mapping.1, 1);
    let dir = medium(&[("a.csv", changed.as_bytes())]);
    let said = read(dir.path(), Some(&format!("{HEAD}{map}"))).map(|_| ()).unwrap_err();
    assert!(!said.contains("Hemmelig") && !said.contains("20000101") && !said.contains("Svar"), "{said}");
    let place = said.replace(&evidence::shown("a.csv"), "FILE");
    // what the library for TOML says further is its own
    match expected.strip_suffix('*') {
        Some(begins) => assert!(place.starts_with(begins), "{place}"),
        None => assert_eq!(place, expected),
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let same = ("\u{1}", "");
    // the control: unchanged, it is read
    let dir = medium(&[("a.csv", ROWS.as_bytes())]);
    assert_eq!(read(dir.path(), Some(&format!("{HEAD}{}", plain()))).unwrap().tally.messages, 2);

    refused(
        ("05-01-2026 08:41", ""),
        same,
        "FILE element row 2 line 3: sent_at, column 5: is required and empty",
    );
    refused(
        ("05-01-2026 08:41", "2026-01-05"),
        same,
        "FILE element row 2 line 3: sent_at, column 5: does not fit the pattern",
    );
    refused(
        ("2;a;1", "2;a;2"),
        same,
        "FILE element row 2 line 3: direction, column 3: has a value that [direction] lacks",
    );
    refused(("2;a;1", "1;a;1"), same, "FILE element row 2 line 3: id: was seen before: ids must be unique");
    refused(
        ("Svar;FTR", "Svar;HEMMELIGT/FTR"),
        same,
        "FILE element row 2 line 3: classification, column 7: has a marking that is not known, or several",
    );
    refused(
        ("Svar;FTR", "Svar;"),
        same,
        "FILE element row 2 line 3: classification, column 7: is empty: give \"\" in [classification] if that has a meaning",
    );
    refused(("Svar;FTR", "Svar"), same, "FILE element row 2 line 3: expected 7 columns, found 6");
    refused(("Svar;FTR", "\"Svar;FTR"), same, "FILE element row 2 line 3: expected a closing quote");
    refused(
        ("tekst;grad", "tekst;ny"),
        same,
        "FILE element row 1 line 2: column 7: is neither mapped nor in ignore",
    );
    refused(
        same,
        ("container", "expect_count = 3\ncontainer"),
        "mapping whole file: expected 3 messages, found 2",
    );
    refused(
        same,
        ("container", "expect_files = 2\ncontainer"),
        "medium whole file: expected 2 files, found 1",
    );
    refused(
        same,
        ("container", "owner = [\"UDFYLD\"]\ncontainer"),
        "mapping line 2: UDFYLD must be filled in",
    );
    refused(same, ("a.csv", "b.csv"), "medium whole file: expected a file that the mapping selects");
    refused(
        same,
        ("zone = \"Europe/Copenhagen\"\n", ""),
        "mapping line 0: time of sent_at: the zone is missing: give zone = \"Europe/Copenhagen\", \"UTC\" or an offset",
    );
    refused(
        same,
        ("zone = \"Europe/Copenhagen\"", "zone = \"Danmark\""),
        "mapping line 0: time of sent_at: the zone is not in the zone database",
    );
    refused(
        same,
        ("sender = \"fra\"", "sender = \"fra\"\nafsender = \"fra\""),
        "mapping line 12: unknown variant `afsender`*",
    );
    refused(
        same,
        ("delimiter = \";\"", "delimiter = \";\"\nencoding = \"utf-7\""),
        "mapping line 0: format.encoding must be one of utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1, iso-8859-15, macintosh, windows-1250, windows-1251, windows-1257",
    );
    refused(
        same,
        ("body = \"tekst\"", "body = \"txt\""),
        "FILE element row 1 line 2: column 6: is neither mapped nor in ignore",
    );
    refused(
        same,
        ("[direction]", "[attachments]\nfolder = \"x\"\n[retning]"),
        "mapping line 21: unknown field `retning`*",
    );
}

#[test]
fn a_file_that_nothing_names_stops_the_whole() {
    let dir = medium(&[("a.csv", ROWS.as_bytes()), ("b.csv", ROWS.as_bytes()), ("Thumbs.db", b"x")]);
    let said = read(dir.path(), Some(&format!("{HEAD}{}", plain()))).map(|_| ()).unwrap_err();
    assert_eq!(
        said,
        format!(
            "{} whole file: expected a mapping that reads the file or has it in ignore_files",
            evidence::shown("b.csv")
        )
    );
    let with = format!("{HEAD}ignore_files = [\"b*\"]\n{}", plain());
    assert_eq!(read(dir.path(), Some(&with)).unwrap().tally.messages, 2);
}

#[test]
fn references_do_not_leave_the_medium() {
    let rows = ROWS
        .replace("grad\n", "grad;bilag\n")
        .replace("besked;FTR", "besked;FTR;../../etc/passwd")
        .replace("Svar;FTR", "Svar;FTR;B\\X.TXT");
    let map = plain().replace("body =", "attachments = \"bilag\"\nbody =");
    let dir = medium(&[("a.csv", rows.as_bytes()), ("b/x.txt", b"1")]);
    let got = read(dir.path(), Some(&format!("{HEAD}{map}"))).unwrap().values();
    assert_eq!(got[0]["attachments"][0]["missing"], true);
    assert_eq!(got[0]["doubts"][0], "attachment_reference_outside");
    assert_eq!(got[1]["attachments"][0]["missing"], false);
}

/// A zip whose member claims more than a deflate stream can hold, and one that is cut.
#[test]
fn hostile_archives_end() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("a.csv", options).unwrap();
    zip.write_all(ROWS.as_bytes()).unwrap();
    zip.start_file("../b.csv", options).unwrap();
    zip.write_all(ROWS.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let map = plain().replace("container = \"dir\"", "container = \"zip\"\narchive = \"*.zip\"");
    let map = format!("{HEAD}{map}");
    let dir = medium(&[("x.zip", &bytes)]);
    assert_eq!(read(dir.path(), Some(&map)).unwrap().tally.messages, 2);
    for cut in (0..bytes.len()).step_by(7) {
        let dir = medium(&[("x.zip", &bytes[..cut])]);
        assert!(read(dir.path(), Some(&map)).is_err(), "{cut}");
    }
    for at in (0..bytes.len()).step_by(3) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x41;
        let dir = medium(&[("x.zip", &flipped)]);
        // read as it was, or refused: never a part
        if let Ok(got) = read(dir.path(), Some(&map)) {
            assert_eq!(got.tally.messages, 2, "{at}");
        }
    }
}
