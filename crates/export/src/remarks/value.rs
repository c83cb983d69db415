//! Details as people write them: numbers, sizes, times, apps, places.

use jiff::Timestamp;

use crate::show::{day, zone};
use crate::words::Lang;

/// Apps by their ids.
const APPS: &[(&str, &str)] = &[
    ("net.whatsapp.WhatsApp", "WhatsApp"),
    ("net.whatsapp.WhatsAppSMB", "WhatsApp Business"),
    ("org.whispersystems.signal", "Signal"),
    ("com.facebook.Messenger", "Messenger"),
    ("com.burbn.instagram", "Instagram"),
    ("ph.telegra.Telegraph", "Telegram"),
    ("com.microsoft.skype.teams", "Microsoft Teams"),
    ("com.tinyspeck.chatlyio", "Slack"),
    ("com.toyopagroup.picaboo", "Snapchat"),
    ("com.viber", "Viber"),
    ("ch.threema.iapp", "Threema"),
    ("com.wire", "Wire"),
    ("com.skype.skype", "Skype"),
    ("com.google.Messages", "Google Messages"),
    ("im.vector.app", "Element"),
    ("com.android.providers.telephony", "sms og mms (Android)"),
    ("com.apple.messages.URLBalloonProvider", "Link"),
    ("com.apple.messages.Polls", "Polls"),
    ("com.apple.DigitalTouchBalloonProvider", "Digital Touch"),
    ("com.apple.Handwriting.HandwritingProvider", "Handwriting"),
];

/// Words that stand in codes: as they stand, Danish, English.
const WORDS: &[(&str, &str, &str)] = &[
    // members of a container
    ("encrypted", "krypteret", "encrypted"),
    ("method", "pakket på en måde, der ikke kendes", "packed in a way that is not known"),
    ("doubled", "samme navn to gange, den første tæller", "the same name twice, the first counts"),
    ("replaced", "samme navn to gange, den sidste tæller", "the same name twice, the last counts"),
    ("folder", "har indhold, men hedder som en mappe", "has content and is named as a folder"),
    ("uncounted", "ikke talt med i indholdsfortegnelsen", "not counted in the list of contents"),
    ("name", "navnet kan ikke bruges", "the name cannot be used"),
    ("header", "begyndelsen er ikke en logs", "its beginning is not that of a log"),
    ("unfinished", "den sidste ændring er ikke gjort færdig", "the last change was not finished"),
    ("outside", "navnet fører ud af kilden", "the name leads out of the source"),
    ("link", "en henvisning til en anden fil", "a reference to another file"),
    ("unreadable", "kan ikke læses", "unreadable"),
    ("sparse", "lagret med huller", "stored with holes"),
    ("above", "flere end programmet tager", "more than the program takes"),
    ("cut", "afskåret", "cut off"),
    ("checksum", "kontrolsummen passer ikke", "the checksum does not fit"),
    ("longer_than_stated", "længere end oplyst", "longer than stated"),
    // what a phone counts of itself
    ("deleted_messages", "slettede beskeder", "deleted messages"),
    ("deleted_chats", "slettede samtaler", "deleted conversations"),
    ("deleted_attachments", "slettede vedhæftninger", "deleted attachments"),
    ("deleted_recoverable", "slettede, der kan hentes tilbage", "deleted that can be taken back"),
    ("recoverable", "der kan hentes tilbage", "that can be taken back"),
    // what WhatsApp leaves out of an export
    ("media", "mediefil", "media file"),
    ("image", "billede", "picture"),
    ("video", "video", "video"),
    ("audio", "lyd", "sound"),
    ("gif", "GIF", "GIF"),
    ("sticker", "klistermærke", "sticker"),
    ("contact", "kontaktkort", "contact card"),
    ("document", "dokument", "document"),
    ("view_once", "kan kun ses én gang", "can be seen once only"),
    // why a message was not sent
    ("outbox", "lå i udbakken", "was in the outbox"),
    ("failed", "mislykkedes", "failed"),
    ("queued", "ventede på at blive sendt", "was waiting to be sent"),
    // states in reports
    ("Deleted", "slettet og genskabt", "deleted and recovered"),
    ("Trash", "i papirkurven", "in the trash"),
    ("Unknown", "ukendt", "unknown"),
    ("Low", "lav", "low"),
    ("Medium", "middel", "medium"),
    // effects and drawings of iMessage
    ("gentle", "svagt", "gentle"),
    ("slam", "brag", "slam"),
    ("invisible_ink", "usynligt blæk", "invisible ink"),
    ("loud", "højt", "loud"),
    ("confetti", "konfetti", "confetti"),
    ("echo", "ekko", "echo"),
    ("fireworks", "fyrværkeri", "fireworks"),
    ("balloons", "balloner", "balloons"),
    ("heart", "hjerte", "heart"),
    ("lasers", "lasere", "lasers"),
    ("shooting_star", "stjerneskud", "shooting star"),
    ("sparkles", "glimmer", "sparkles"),
    ("spotlight", "spotlys", "spotlight"),
    ("unknown", "ukendt", "unknown"),
    ("tap", "tryk", "tap"),
    ("heartbeat", "hjerteslag", "heartbeat"),
    ("sketch", "tegning", "sketch"),
    ("kiss", "kys", "kiss"),
    ("fireball", "ildkugle", "fireball"),
    // formats
    ("ios-backup", "sikkerhedskopi af iPhone", "backup of an iPhone"),
    ("ios-files", "filer fra en iPhone", "files of an iPhone"),
    ("messages-database", "iPhones database med beskeder", "database of messages of an iPhone"),
    ("android-backup", "sikkerhedskopi af Android (adb)", "backup of an Android phone (adb)"),
    ("android-telephony", "Androids egen database med beskeder", "Android's own database of messages"),
    ("signal-android-backup", "Signals sikkerhedskopi", "backup of Signal"),
    ("signal-android-local-backup", "Signals sikkerhedskopi (mappe)", "backup of Signal (folder)"),
    ("signal-desktop", "Signal på computer", "Signal on a computer"),
    ("signal-plaintext-export", "eksport fra Signal", "export of Signal"),
    ("whatsapp-export", "chat eksporteret fra WhatsApp", "chat exported from WhatsApp"),
    ("whatsapp-android", "WhatsApps sikkerhedskopi", "backup of WhatsApp"),
    ("sms-backup-restore", "fil fra SMS Backup & Restore", "file of SMS Backup & Restore"),
    ("sms-ie", "eksport fra SMS Import / Export", "export of SMS Import / Export"),
    ("smart", "udlæsning af SMART", "read-out of SMART"),
    ("ufdr", "teknisk rapport (UFDR)", "forensic report (UFDR)"),
    // tables
    ("sync_deleted_messages", "slettede beskeder, der synkroniseres", "deleted messages being synchronised"),
    (
        "sync_deleted_chats",
        "slettede samtaler, der synkroniseres",
        "deleted conversations being synchronised",
    ),
    (
        "sync_deleted_attachments",
        "slettede vedhæftninger, der synkroniseres",
        "deleted attachments being synchronised",
    ),
    (
        "unsynced_removed_recoverable_messages",
        "fjernet for altid, endnu ikke synkroniseret",
        "removed for good, not yet synchronised",
    ),
    (
        "scheduled_messages_pending_cloudkit_delete",
        "planlagte beskeder, der skal slettes",
        "scheduled messages to be deleted",
    ),
    ("chat_message_join", "samtalernes beskeder", "messages of conversations"),
    ("chat_recoverable_message_join", "nyligt slettede beskeder", "recently deleted messages"),
    ("message_attachment_join", "beskedernes vedhæftninger", "attachments of messages"),
    ("sms", "sms", "SMS"),
    ("pdu", "mms", "MMS"),
    ("spam_sms", "uønskede sms'er", "spam"),
    ("messages", "beskeder", "messages"),
    ("message", "beskeder", "messages"),
    ("end", "slutningen", "the end"),
    ("none", "ingen", "none"),
    ("sentence", "sætning", "sentence"),
];

/// The name of an app, or its id where the name is not known.
#[must_use]
pub fn app_name(id: &str) -> &str {
    APPS.iter().find(|a| a.0 == id).map_or(id, |a| a.1)
}

/// The kind of a source in words, or as it stands.
#[must_use]
pub fn source_name(kind: &str, lang: Lang) -> String {
    detail('W', kind, lang)
}

/// A detail by its letter.
pub(super) fn detail(letter: char, text: &str, lang: Lang) -> String {
    match letter {
        'N' => match (text.strip_prefix('-'), text.parse::<u64>()) {
            (None, Ok(n)) => number(n, lang),
            _ => text.to_owned(),
        },
        'B' => text.parse().map_or_else(|_| text.to_owned(), |n| size(n, lang)),
        'T' => time(text, lang),
        'A' => app_name(text).to_owned(),
        'W' => match (WORDS.iter().find(|w| w.0 == text), lang) {
            (Some(word), Lang::Da) => word.1.to_owned(),
            (Some(word), Lang::En) => word.2.to_owned(),
            (None, _) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// A number with its thousands apart: `12.345`, in English `12,345`.
pub(super) fn number(n: u64, lang: Lang) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(if lang == Lang::Da { '.' } else { ',' });
        }
        out.push(digit);
    }
    out
}

/// A number of bytes: `812 byte`, `34 kB`, `1,2 MB`; thousands, as disks are sold.
fn size(bytes: u64, lang: Lang) -> String {
    let tenths = |unit: u64| {
        let tenths = (bytes / (unit / 10)) + u64::from(bytes % (unit / 10) >= unit / 20);
        let (whole, tenth) = (number(tenths / 10, lang), tenths % 10);
        match (tenth, lang) {
            (0, _) => whole,
            (_, Lang::Da) => format!("{whole},{tenth}"),
            (_, Lang::En) => format!("{whole}.{tenth}"),
        }
    };
    match bytes {
        0..1_000 => format!("{bytes} {}", if lang == Lang::Da { "byte" } else { "bytes" }),
        1_000..100_000 => format!("{} kB", tenths(1_000)),
        100_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// Whether a detail is a time, and not the sign of none.
pub(super) fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok()
}

/// A time in Copenhagen as day and hour: `1. februar 2025`, `12.23`; in English `1 February 2025`, `12:23`.
fn day_and_hour(text: &str, lang: Lang) -> Option<(String, String)> {
    let at = zone().to_datetime(text.parse().ok()?);
    let (hour, minute) = (at.hour(), at.minute());
    let hour = match lang {
        Lang::Da => format!("{hour:02}.{minute:02}"),
        Lang::En => format!("{hour:02}:{minute:02}"),
    };
    Some((day(&at.date().to_string(), lang), hour))
}

/// The day of a time.
pub(super) fn day_of(text: &str, lang: Lang) -> String {
    day_and_hour(text, lang).map_or_else(|| unknown(lang), |at| at.0)
}

/// `1. februar 2025 kl. 12.23`, in English `1 February 2025, 12:23`.
fn time(text: &str, lang: Lang) -> String {
    match (day_and_hour(text, lang), lang) {
        (Some((day, hour)), Lang::Da) => format!("{day} kl. {hour}"),
        (Some((day, hour)), Lang::En) => format!("{day}, {hour}"),
        (None, _) => unknown(lang),
    }
}

fn unknown(lang: Lang) -> String {
    if lang == Lang::Da { "ukendt tid" } else { "unknown time" }.to_owned()
}

/// A stretch of time: hours where it lies within a day, else days.
fn stretch(from: &str, to: &str, lang: Lang) -> String {
    match (day_and_hour(from, lang), day_and_hour(to, lang)) {
        (Some(from), Some(to)) if from == to => match lang {
            Lang::Da => format!("{} kl. {}", from.0, from.1),
            Lang::En => format!("{}, {}", from.0, from.1),
        },
        (Some(from), Some(to)) if from.0 == to.0 => match lang {
            Lang::Da => format!("{} kl. {}–{}", from.0, from.1, to.1),
            Lang::En => format!("{}, {}–{}", from.0, from.1, to.1),
        },
        _ => format!("{} – {}", day_of(from, lang), day_of(to, lang)),
    }
}

/// Most details that a list names.
const MOST_NAMED: usize = 8;

/// Details in a row, the rest counted.
pub(super) fn list(all: &[String], lang: Lang) -> String {
    let shown = all.get(..MOST_NAMED).unwrap_or(all).join(", ");
    match (all.len().saturating_sub(MOST_NAMED) as u64, lang) {
        (0, _) => shown,
        (more, Lang::Da) => format!("{shown} og {} til", number(more, lang)),
        (more, Lang::En) => format!("{shown} and {} more", number(more, lang)),
    }
}

/// Most holes that are named.
const MOST_GAPS: usize = 5;

/// A hole: rows, and what lies before and behind it.
pub(super) type Gap<'a> = (u64, Option<(char, &'a str)>, Option<(char, &'a str)>);

/// The largest holes with what lies around them, in order of time.
pub(super) fn gaps(mut all: Vec<Gap<'_>>, lang: Lang) -> String {
    all.sort_by_key(|g| (std::cmp::Reverse(g.0), g.1));
    let left = all.len().saturating_sub(MOST_GAPS) as u64;
    all.truncate(MOST_GAPS);
    all.sort_by_key(|g| g.1.map(|d| d.1));
    let raw = |d: &Option<(char, &str)>| d.map_or("", |d| d.1).to_owned();
    let named: Vec<String> = all
        .iter()
        .map(|(rows, from, to)| format!("{} ({})", number(*rows, lang), stretch(&raw(from), &raw(to), lang)))
        .collect();
    let named = named.join("; ");
    match (left, lang) {
        (0, _) => named,
        (1.., Lang::Da) => format!("{named}; de øvrige {} står i rapporten i JSON", number(left, lang)),
        (1.., Lang::En) => format!("{named}; the other {} are in the report in JSON", number(left, lang)),
    }
}

/// A place inside a source; none for a whole file whose name says nothing.
pub(super) fn place(text: &str, lang: Lang) -> Option<String> {
    let at = [" table ", " element ", " offset ", " frame ", " whole file"];
    let begins = at.iter().filter_map(|a| text.find(a)).min().unwrap_or(text.len());
    let (file, inside) = text.split_at(begins);
    // the file's own name is enough for a person
    let file = file.rsplit('/').next().unwrap_or(file);
    let inside = inside.strip_suffix(" whole file").unwrap_or(inside);
    let inside = match lang {
        Lang::Da => inside
            .replace(" table ", ", tabel ")
            .replace(" row ", ", række ")
            .replace(" column ", ", kolonne ")
            .replace(" element ", ", element ")
            .replace(" line ", ", linje ")
            .replace(" offset ", ", byte ")
            .replace(" frame ", ", blok "),
        Lang::En => inside
            .replace(" table ", ", table ")
            .replace(" row ", ", row ")
            .replace(" offset ", ", byte ")
            .replace(" line ", ", line "),
    };
    let text = match (file, lang) {
        ("first in", Lang::Da) => format!("først i{}", inside.trim_start_matches(',')),
        (_, Lang::Da) if file.starts_with("file ") => format!("fil{}{inside}", &file["file".len()..]),
        _ => format!("{file}{inside}"),
    };
    (!text.is_empty()).then_some(text)
}
