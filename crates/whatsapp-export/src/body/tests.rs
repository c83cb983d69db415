use super::*;

#[track_caller]
fn check_in(marked: bool, text: &str, expected: &str) {
    let around = Around { marked, iphone: marked, has: &|name| name == "her.bin" };
    let body = take_apart(text, &around);
    let mut shown = body.text.clone().unwrap_or("-".to_owned());
    for file in &body.files {
        let name = file.name.as_deref().unwrap_or("");
        shown += &format!(" [{}{name}]", file.left_out.map_or(String::new(), |k| format!("{k}?")));
    }
    let flags = [
        (body.deleted, " deleted"),
        (body.by_owner, " by owner"),
        (body.edited, " edited"),
        (body.unknown, " unknown"),
    ];
    shown.extend(flags.iter().filter(|f| f.0).map(|f| f.1));
    shown.extend(body.doubts.iter().map(|d| format!(" {d}")));
    assert_eq!(shown, expected, "{text:?}");
}

#[track_caller]
fn android(text: &str, expected: &str) {
    check_in(false, text, expected);
}

#[track_caller]
fn iphone(text: &str, expected: &str) {
    check_in(true, text, expected);
}

#[test]
fn plain_texts() {
    for text in ["hej", "a\n\nb ", "se (her)", "x < y > z", "<3", "(fil vedhæftet)", "5 > 3", "<a: b>"] {
        android(text, text);
        iphone(text, text);
    }
    android("", "-");
    android("null", "null null_text");
}

#[test]
fn withdrawn_messages() {
    android("Denne besked blev slettet", "- deleted");
    android("Denne besked blev slettet.", "- deleted");
    android("Du slettede denne besked", "- deleted by owner");
    android("Denne besked blev slettet af administratoren Mette.", "- deleted deleted_by_admin");
    android("Denne besked blev slettet igår", "Denne besked blev slettet igår");
    android("Denne besked blev slettet\nsagde hun", "Denne besked blev slettet\nsagde hun");
    iphone("\u{200e}Du slettede denne besked.", "- deleted by owner");
    iphone("Du slettede denne besked.", "Du slettede denne besked.");
    iphone("\u{200e}Tato zpráva byla smazána.", "- deleted");
}

#[test]
fn edits() {
    android("nyt <Denne besked blev redigeret>", "nyt edited");
    android("nyt <This message was edited>", "nyt edited");
    iphone("nyt \u{200e}<Denne besked er redigeret>", "nyt edited");
    iphone("a\nb \u{200e}<Diese Nachricht wurde bearbeitet.>", "a\nb edited");
    iphone("nyt \u{200e}<Skilaboð breytt>", "nyt edited edit_mark_guessed");
    android("nyt <Skilaboð breytt>", "nyt <Skilaboð breytt>");
    iphone("\u{200e}<vedhæftet: 1.jpg> \u{200e}<Denne besked er redigeret>", "- [1.jpg] edited");
}

#[test]
fn attached_files() {
    android("IMG-20211122-WA0001.jpg (fil vedhæftet)", "- [IMG-20211122-WA0001.jpg]");
    android("\u{200e}IMG-1.jpg (fil vedhæftet)\nHer er det\nto", "Her er det\nto [IMG-1.jpg]");
    android("a (b).pdf (file attached)", "- [a (b).pdf]");
    android("her.bin (ukendt ord)", "- [her.bin]");
    android("der.bin (ukendt ord)", "der.bin (ukendt ord)");
    iphone("\u{200e}<vedhæftet: 00000001-PHOTO.jpg>", "- [00000001-PHOTO.jpg]");
    iphone("Se her \u{200e}<vedhæftet: 00000001-PHOTO.jpg>", "Se her [00000001-PHOTO.jpg]");
    iphone("Some.txt \u{200e}<attached: 00000001-Some.txt>", "- [00000001-Some.txt]");
    iphone("Some.pdf • \u{200e}2 sider \u{200e}<vedhæftet: 00000002-Some.pdf>", "- [00000002-Some.pdf]");
    iphone("<vedhæftet: løgn.jpg>", "<vedhæftet: løgn.jpg>");
    iphone("\u{200e}<ukendt: her.bin>", "- [her.bin]");
}

#[test]
fn files_left_out() {
    android("<Medier udeladt>", "- [media?]");
    android("<Mediefil udeladt>\nTekst", "Tekst [media?]");
    android("< Média vynechána >", "- [media?]");
    iphone("\u{200e}billede udeladt", "- [image?]");
    iphone("billede udeladt", "billede udeladt");
    iphone("Some file.txt \u{200e}document omitted", "- [document?Some file.txt]");
    iphone("Resume.pdf • \u{200e}2 pages \u{200e}document omitted", "- [document?Resume.pdf]");
    iphone("\u{200e}Kontaktkort udeladt", "- [contact?]");
    android("<View once voice message omitted>", "- [view_once?]");
}

#[test]
fn other_things() {
    iphone(
        "\u{200e}POLL:\nHvornår?\n\u{200e}OPTION: I dag (\u{200e}2 votes)",
        "POLL:\nHvornår?\nOPTION: I dag (2 votes) poll",
    );
    iphone(
        "\u{200e}Location: https://maps.google.com/?q=51.5,-0.1",
        "Location: https://maps.google.com/?q=51.5,-0.1",
    );
    android("placering: https://maps.google.com/?q=1,2", "placering: https://maps.google.com/?q=1,2");
    android("live placering delt", "live placering delt live_location");
    iphone("\u{200e}@\u{2068}Lars\u{2069} kom", "@\u{2068}Lars\u{2069} kom");
    iphone("\u{200e}Noget nyt fra WhatsApp", "Noget nyt fra WhatsApp unknown");
}

#[test]
fn markers() {
    for text in
        ["<Medier udeladt>", "Denne besked blev slettet", "\u{200e}billede udeladt", "a.jpg (fil vedhæftet)"]
    {
        assert!(is_marker(text), "{text}");
    }
    for text in ["", "hej", "a.jpg (fil)", "x <y>"] {
        assert!(!is_marker(text), "{text}");
    }
}
