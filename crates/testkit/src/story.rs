//! A small story: three weeks on a permanent secretary's phone. Everybody and everything in it is
//! invented; the numbers are from a range that is not in use.

/// Who writes: the owner, or somebody by place in [`PEOPLE`].
pub(crate) enum Who {
    Me,
    They(usize),
}

/// Persons: name in the address book, number as the book has it, and as messages have it.
pub(crate) const PEOPLE: [(&str, &str, &str); 5] = [
    ("Anna Holm", "20 00 01 01", "+4520000101"),
    ("Jens Bro", "+4520000102", "+4520000102"),
    ("Mette Lund", "20000103", "+4520000103"),
    ("Far", "20 00 01 04", "+4520000104"),
    ("", "", "Borger.dk"),
];

/// Conversations: name, persons, service.
pub(crate) const CHATS: [(Option<&str>, &[usize], &str); 5] = [
    (None, &[0], "iMessage"),
    (Some("Høring om havneloven"), &[0, 1, 2], "iMessage"),
    (None, &[1], "SMS"),
    (None, &[3], "iMessage"),
    (None, &[4], "SMS"),
];

/// What is special about a message.
pub(crate) enum Kind {
    Plain,
    /// Earlier texts, oldest first; the line's own text is the last.
    Edited(&'static [&'static str]),
    /// Withdrawn; the line's own text was it.
    Unsent,
    /// With a file of that name.
    File(&'static str),
    /// With a file that is not in the backup.
    Missing(&'static str),
    /// Somebody reacted with a heart.
    Loved(Who),
    /// An answer to the line this many before.
    Reply(usize),
    /// The conversation got this name.
    Rename,
}

/// Chat, minutes after the line before, who, text, kind. The first line is at 2026-01-05T07:40:00Z.
pub(crate) const LINES: &[(usize, i64, Who, &str, Kind)] = &[
    (
        0,
        0,
        Who::They(0),
        "Godmorgen. Ministeren vil gerne se notatet om havneloven inden kl. 10.",
        Kind::Plain,
    ),
    (0, 4, Who::Me, "Det ligger hos Jens. Jeg rykker ham nu.", Kind::Loved(Who::They(0))),
    (2, 2, Who::Me, "Har du notatet til ministeren klar?", Kind::Plain),
    (2, 9, Who::They(1), "Ja, mangler kun tallene fra Søfartsstyrelsen. 20 min.", Kind::Plain),
    (2, 31, Who::They(1), "Sendt.", Kind::Plain),
    (0, 3, Who::Me, "Notatet er på vej op til jer.", Kind::File("Notat om havneloven.txt")),
    (0, 12, Who::They(0), "Tak! Han spørger, om § 7 kan vente til efter høringen.", Kind::Plain),
    (0, 6, Who::Me, "Ja, men så skal det fremgå af brevet til Folketinget.", Kind::Reply(1)),
    (3, 240, Who::They(3), "Husk, at vi spiser kl. 18 på søndag 🙂", Kind::Plain),
    (3, 15, Who::Me, "Det gør vi. Jeg tager kage med.", Kind::Loved(Who::They(3))),
    (1, 1_380, Who::They(0), "Høring om havneloven", Kind::Rename),
    (1, 1, Who::They(0), "Her samler vi alt om høringen. Frist for svar er den 30. januar.", Kind::Plain),
    (1, 22, Who::They(2), "Vi har fået 14 svar indtil nu. Tre er kritiske over for § 7.", Kind::Plain),
    (1, 5, Who::Me, "Hvem er de tre?", Kind::Plain),
    (
        1,
        7,
        Who::They(2),
        "Havnene, en kommune og en forening. Oversigten er vedhæftet.",
        Kind::File("Oversigt.png"),
    ),
    (1, 40, Who::They(1), "Kommunen har misforstået stk. 2. Jeg ringer til dem.", Kind::Plain),
    (1, 9, Who::Me, "Godt. Skriv det ned bagefter, så det kommer på sagen.", Kind::Plain),
    (4, 3_000, Who::They(4), "Du har ny post i Digital Post fra Sundhedsstyrelsen.", Kind::Plain),
    (0, 2_700, Who::They(0), "Kan vi sige, at lovforslaget fremsættes i uge 9?", Kind::Plain),
    (
        0,
        11,
        Who::Me,
        "Ja, uge 9. Men kun hvis finansministeriet siger god for de 48 mio. kr.",
        Kind::Edited(&["Ja, uge 8.", "Ja, uge 9."]),
    ),
    (0, 2, Who::They(0), "Forstået. Jeg siger det videre.", Kind::Plain),
    (1, 5_900, Who::They(1), "Jeg glemte at sige: kommunen trækker sit svar tilbage.", Kind::Unsent),
    (1, 6, Who::They(1), "Kommunen sender et nyt svar på mandag.", Kind::Plain),
    (1, 3, Who::They(2), "Så venter vi med at lukke oversigten 👍", Kind::Loved(Who::Me)),
    (
        2,
        2_800,
        Who::They(1),
        "Er syg i dag, men har aftalt med Mette, at hun tager mødet om § 7.",
        Kind::Plain,
    ),
    (2, 14, Who::Me, "God bedring. Mette har materialet.", Kind::Plain),
    (3, 4_000, Who::They(3), "Billedet fra i søndags", Kind::Missing("IMG_0412.HEIC")),
    (
        0,
        3_500,
        Who::They(0),
        "Ministeren er glad for høringsnotatet. Fremsættes tirsdag kl. 13.",
        Kind::Plain,
    ),
    (0, 4, Who::Me, "Tak for hjælpen begge to. Vi ses i Folketinget.", Kind::Loved(Who::They(0))),
    (
        1,
        60,
        Who::Me,
        "Lovforslaget fremsættes tirsdag kl. 13. Svar på § 20-spørgsmål S 512 ligger klar.",
        Kind::Plain,
    ),
    (1, 9, Who::They(2), "Perfekt. Jeg lukker høringsportalen i aften.", Kind::Plain),
    (4, 1_000, Who::They(4), "Din tid hos tandlægen er flyttet til onsdag kl. 8.30.", Kind::Plain),
    (0, 5_000, Who::They(0), "Kommissionen har bedt om sagen. Vi skal finde alt frem om § 7.", Kind::Plain),
    (0, 3, Who::Me, "Alt er gemt, også beskederne.", Kind::Plain),
];

/// Sentences for benchmarks and larger tests.
pub(crate) const MORE: [&str; 16] = [
    "Kan du se på udkastet inden mødet kl. 14?",
    "Ja, jeg vender tilbage i eftermiddag.",
    "Styrelsen holder fast i deres tal. Vi må tage den med dem på torsdag.",
    "Ok",
    "Hvem tager referat?",
    "Det gør jeg 👍",
    "Sag 2026-1142 mangler stadig en underskrift fra kontorchefen.",
    "Pressen spørger til bevillingen. Henvis til afdelingschefen.",
    "Vi har brug for et svar på S 731 senest fredag kl. 12, og det skal forbi juristerne først.",
    "Jeg er forsinket, toget holder stille i Roskilde.",
    "Fint notat, men skær det ned til to sider, og få tidsplanen med på første side.",
    "Tak!",
    "Er der styr på tallene fra Danmarks Statistik?",
    "Ja, de er opdateret i bilag 3 pr. 1. februar.",
    "Ministeren er landet. Vi kører direkte til Christiansborg.",
    "God weekend til jer begge 🙂",
];
