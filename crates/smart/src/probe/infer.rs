//! Which column could be which field: by its name in Danish and English and by what its values look like.
//! A proposal; whoever uses it looks at it, and a second person does.

use std::collections::BTreeSet;

use model::Address;

use crate::mapping::marking::Marking;
use crate::mapping::spec::Field;
use crate::mapping::time::{Form, TimeForm, TimeSpec};

/// Values of a column that are kept for looking at.
const SAMPLES: usize = 300;
/// Different values that are told apart.
const DISTINCT: usize = 12;

/// What is known of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnStat {
    pub(super) name: String,
    pub(super) filled: u64,
    pub(super) samples: Vec<String>,
    pub(super) distinct: BTreeSet<String>,
    pub(super) several: bool,
}

impl ColumnStat {
    pub(super) fn note(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.filled += 1;
        if self.samples.len() < SAMPLES {
            self.samples.push(value.to_owned());
        }
        if self.distinct.len() <= DISTINCT {
            self.distinct.insert(value.to_owned());
        }
    }

    /// The different values, where they are few.
    pub(super) fn words(&self) -> Option<Vec<&str>> {
        let few = self.distinct.len() <= 6 && self.distinct.iter().all(|v| v.len() <= 40);
        (few && !self.distinct.is_empty()).then(|| self.distinct.iter().map(String::as_str).collect())
    }

    fn share(&self, is: impl Fn(&str) -> bool) -> f64 {
        if self.samples.is_empty() {
            return 0.0;
        }
        let n = self.samples.iter().filter(|s| is(s)).count();
        #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
        let share = n as f64 / self.samples.len() as f64;
        share
    }
}

/// A name reduced to letters and digits, Danish letters written out.
pub(super) fn folded(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'æ' => out.push_str("ae"),
            'ø' => out.push_str("oe"),
            'å' => out.push_str("aa"),
            c if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Names of each field, the best first.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "beskedid",
            "messageid",
            "msgid",
            "meddelelsesid",
            "meddelelseid",
            "beskednr",
            "besked nummer",
            "guid",
            "uuid",
            "id",
            "nr",
            "loebenr",
            "loebenummer",
            "nummer",
            "no",
        ],
    ),
    (
        Field::Conversation,
        &[
            "traadid",
            "threadid",
            "conversationid",
            "samtaleid",
            "chatid",
            "traad",
            "thread",
            "conversation",
            "samtale",
            "chat",
            "traadnr",
            "samtalenr",
            "rum",
            "room",
            "roomid",
            "kanal",
            "channel",
            "gruppeid",
            "groupid",
            "dialog",
            "conv",
            "convid",
            "xthreadid",
            "traade id",
            "samtaler id",
            "threads id",
            "conversations id",
            "chats id",
            "traad id",
            "samtale id",
            "thread id",
            "conversation id",
            "chat id",
        ],
    ),
    (
        Field::ConversationName,
        &[
            "traadnavn",
            "samtalenavn",
            "gruppenavn",
            "groupname",
            "threadname",
            "chatname",
            "conversationname",
            "traadtitel",
            "titel",
            "title",
            "threadtopic",
            "traade titel",
            "samtaler titel",
            "traade navn",
            "samtaler navn",
            "threads title",
            "threads name",
            "traad titel",
            "samtale titel",
            "traad navn",
            "samtale navn",
            "thread title",
            "thread name",
        ],
    ),
    (
        Field::SenderName,
        &[
            "afsendernavn",
            "navnafsender",
            "franavn",
            "sendername",
            "fromname",
            "afsender navn",
            "fra navn",
            "sender name",
            "from name",
            "authorname",
            "navn",
            "name",
        ],
    ),
    (
        Field::Sender,
        &[
            "afsendernummer",
            "afsendernr",
            "afsender nummer",
            "from phone",
            "from address",
            "sender address",
            "contact phone",
            "afsender tlf",
            "afsender telefon",
            "fra nummer",
            "fra tlf",
            "sender number",
            "sender phone",
            "from number",
            "franummer",
            "fromnumber",
            "sendernumber",
            "afsender",
            "fra",
            "from",
            "sender",
            "author",
            "forfatter",
            "afsender id",
            "senderid",
            "afsenderid",
            "personid",
            "kontaktid",
            "contactid",
            "userid",
            "brugerid",
            "handleid",
            "person",
        ],
    ),
    (
        Field::Participants,
        &[
            "modtagere",
            "recipients",
            "modtagernummer",
            "modtagernr",
            "modtager nummer",
            "modtager",
            "recipient",
            "tilnummer",
            "til nummer",
            "til",
            "to",
            "receiver",
            "deltagere",
            "participants",
            "members",
            "deltagere nummer",
            "to phone",
            "to number",
            "to address",
            "til tlf",
            "modtagere tlf",
            "modtager tlf",
            "recipients phone",
            "participants phone",
            "modtagere nummer",
            "participants number",
            "recipients number",
        ],
    ),
    (
        Field::Direction,
        &[
            "retning",
            "direction",
            "udgaaende",
            "indgaaende",
            "isfromme",
            "fromme",
            "outgoing",
            "incoming",
            "sendtmodtaget",
            "indud",
            "ud",
            "ind",
            "type",
            "art",
            "mappe",
            "folder",
            "boks",
            "box",
        ],
    ),
    (
        Field::SentAt,
        &[
            "sendttidspunkt",
            "afsendttidspunkt",
            "sentat",
            "sendtidspunkt",
            "sendttid",
            "sendtdato",
            "afsendt",
            "sendt",
            "sent",
            "sentdate",
            "senttime",
            "tidspunkt",
            "tidsstempel",
            "timestamp",
            "datotid",
            "datetime",
            "dato",
            "date",
            "tid",
            "time",
            "oprettet",
            "created",
            "createdat",
            "ts",
        ],
    ),
    (
        Field::ReceivedAt,
        &["modtagettidspunkt", "modtagettid", "modtagetdato", "receivedat", "modtaget", "received"],
    ),
    (Field::DeliveredAt, &["leverettidspunkt", "deliveredat", "leveret", "delivered", "afleveret"]),
    (Field::ReadAt, &["laesttidspunkt", "laesttid", "readat", "laest", "read"]),
    (Field::EditedAt, &["redigerettidspunkt", "editedat", "redigeret", "rettet", "edited"]),
    (
        Field::Body,
        &[
            "beskedtekst",
            "messagetext",
            "tekst",
            "text",
            "besked",
            "message",
            "indhold",
            "content",
            "body",
            "meddelelse",
            "broedtekst",
        ],
    ),
    (Field::Subject, &["emne", "subject", "overskrift"]),
    (
        Field::Attachments,
        &[
            "vedhaeftninger",
            "vedhaeftning",
            "vedhaeftet",
            "vedhaeftedefiler",
            "vedhaeftetfil",
            "bilag",
            "attachments",
            "attachment",
            "filer",
            "files",
            "fil",
            "file",
            "filnavn",
            "filename",
            "bilagsti",
        ],
    ),
    (
        Field::Classification,
        &[
            "klassifikation",
            "klassificering",
            "klassifikationsgrad",
            "sikkerhedsklassifikation",
            "classification",
            "maerkning",
            "marking",
            "sikkerhedsgrad",
            "sikkerhedsniveau",
            "niveau",
            "level",
            "xclassification",
            "xklassifikation",
            "grad",
        ],
    ),
    (Field::ReplyTo, &["svarpaa", "svartil", "replyto", "replytoid", "inreplyto", "quotedid"]),
    (Field::Deleted, &["slettet", "deleted", "isdeleted", "erslettet"]),
    (Field::Unsent, &["tilbagekaldt", "unsent", "recalled", "trukkettilbage"]),
];

/// How well a name fits a field: 0 not at all.
fn fits(field: Field, name: &str) -> u32 {
    // attributes and steps of a path count as words of their own
    let whole = folded(name);
    let words: Vec<String> =
        name.split(['.', '/', ' ', '_', '-', '@']).map(folded).filter(|w| !w.is_empty()).collect();
    let last_two = words.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join(" ");
    let list = NAMES.iter().find(|n| n.0 == field).map(|n| n.1).unwrap_or_default();
    let mut best = 0;
    for (rank, known) in list.iter().enumerate() {
        let behind = u32::try_from(rank).unwrap_or(u32::MAX).min(40);
        let pair = known.contains(' ');
        let score = if whole == folded(known) {
            200
        } else if pair && last_two == *known {
            180
        } else if !pair && words.last().is_some_and(|w| w == known) {
            120
        } else if !pair && known.len() >= 4 && whole.starts_with(known) {
            60
        } else if !pair && known.len() >= 4 && whole.ends_with(known) {
            50
        } else {
            0
        };
        best = best.max(if score == 0 { 0 } else { score - behind });
    }
    best
}

/// What a column is proposed for.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) field: Field,
    /// Numbers of the columns, in order.
    pub(super) columns: Vec<usize>,
    pub(super) time: Option<TimeGuess>,
}

/// How a time seems to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimeGuess {
    pub(super) form: Form,
    pub(super) pattern: Option<String>,
    /// Whether the values need the mapping's zone.
    pub(super) zone: bool,
    /// The order of day and month fits both ways.
    pub(super) two_ways: bool,
    /// The decimal sign of a number with a fraction.
    pub(super) comma: bool,
}

const DATES: &[&str] = &[
    "dd-MM-yyyy",
    "d-M-yyyy",
    "dd.MM.yyyy",
    "d.M.yyyy",
    "dd/MM/yyyy",
    "d/M/yyyy",
    "yyyy-MM-dd",
    "yyyy/MM/dd",
    "yyyy.MM.dd",
    "yyyyMMdd",
    "dd-MM-yy",
    "d-M-yy",
    "dd.MM.yy",
    "d.M.yy",
    "dd/MM/yy",
    "d/M/yy",
    "d. MMMM yyyy",
    "d MMM yyyy",
    "EEEE 'den' d. MMMM yyyy",
    "EEEE d. MMMM yyyy",
    "EEE d. MMM yyyy",
    "MM/dd/yyyy",
    "M/d/yyyy",
    "MM/dd/yy",
    "M/d/yy",
    "MM-dd-yyyy",
    "MMM d, yyyy",
];
const TIMES: &[&str] = &[
    "HH:mm:ss",
    "HH:mm",
    "H:mm:ss",
    "H:mm",
    "HH.mm.ss",
    "HH.mm",
    "H.mm.ss",
    "H.mm",
    "HH:mm:ss.SSS",
    "HH:mm:ss,SSS",
    "HHmmss",
    "HHmm",
    "h:mm:ss a",
    "h:mm a",
    "HH:mm:ssXXX",
    "HH:mm:ss XXX",
    "'kl.' H.mm",
    "'kl.' HH:mm",
    "'kl.' HH.mm.ss",
    "'kl.' H:mm:ss",
];
const JOINTS: &[&str] = &[" ", "'T'", ", ", " 'kl.' ", " - ", "' kl. '"];

fn all(samples: &[String], form: Form, pattern: Option<&str>, comma: bool) -> bool {
    let zoned = matches!(form, Form::EpochS | Form::EpochMs | Form::AppleS | Form::AppleNs | Form::Rfc2822);
    let zone = (!zoned).then(|| "Europe/Copenhagen".to_owned());
    let spec = TimeSpec { form, pattern: pattern.map(str::to_owned), zone };
    let Ok(form) = TimeForm::of(&spec) else { return false };
    let decimal = if comma { ',' } else { '.' };
    samples.iter().all(|s| form.read(s, decimal).is_ok_and(|r| r.stamp.is_plausible()))
}

/// Whether numbers read this way are of the years in which such an app can have been used.
fn recent(samples: &[String], form: Form, comma: bool) -> bool {
    let spec = TimeSpec {
        form,
        pattern: None,
        zone: (form == Form::ExcelDays).then(|| "Europe/Copenhagen".to_owned()),
    };
    let Ok(form) = TimeForm::of(&spec) else { return false };
    let range = 1_262_304_000_000..2_524_608_000_000_i64;
    let decimal = if comma { ',' } else { '.' };
    samples.iter().all(|s| form.read(s, decimal).is_ok_and(|r| range.contains(&r.stamp.millis())))
}

/// How the values of a column are written, if they are times.
pub(super) fn time(samples: &[String]) -> Option<TimeGuess> {
    if samples.is_empty() {
        return None;
    }
    let guess = |form, pattern: Option<&str>, zone, two_ways, comma| TimeGuess {
        form,
        pattern: pattern.map(str::to_owned),
        zone,
        two_ways,
        comma,
    };
    let comma = samples.iter().any(|s| s.contains(','));
    for form in [Form::EpochMs, Form::EpochS, Form::AppleNs, Form::AppleS, Form::ExcelDays] {
        if recent(samples, form, comma) {
            return Some(guess(form, None, form == Form::ExcelDays, false, comma));
        }
    }
    if all(samples, Form::Rfc2822, None, false) {
        return Some(guess(Form::Rfc2822, None, false, false, false));
    }
    if all(samples, Form::Iso8601, None, false) {
        let own = samples.iter().all(|s| {
            let behind = s.get(11..).unwrap_or_default();
            behind.ends_with(['Z', 'z']) || behind.contains(['+', '-'])
        });
        return Some(guess(Form::Iso8601, None, !own, false, false));
    }
    // the first value tells most patterns away before the rest are tried
    let first = &samples[..1];
    for date in DATES {
        for joint in JOINTS {
            for hour in TIMES {
                let pattern = format!("{date}{joint}{hour}");
                if all(first, Form::Pattern, Some(&pattern), false)
                    && all(samples, Form::Pattern, Some(&pattern), false)
                {
                    let zone = !pattern.contains('X');
                    return Some(guess(
                        Form::Pattern,
                        Some(&pattern),
                        zone,
                        both_ways(samples, date, joint, hour),
                        false,
                    ));
                }
            }
        }
    }
    None
}

fn both_ways(samples: &[String], date: &str, joint: &str, hour: &str) -> bool {
    let swapped = date.replace('d', "\u{1}").replace('M', "d").replace('\u{1}', "M");
    let swapped = format!("{swapped}{joint}{hour}");
    !date.contains("MMM") && !date.starts_with('y') && all(samples, Form::Pattern, Some(&swapped), false)
}

/// A day in one column and an hour in another.
fn split_time(day: &ColumnStat, hour: &ColumnStat) -> Option<TimeGuess> {
    let both: Vec<String> = day.samples.iter().zip(&hour.samples).map(|(d, h)| format!("{d} {h}")).collect();
    (day.filled == hour.filled && !both.is_empty()).then(|| time(&both)).flatten()
}

fn is_phone(text: &str) -> bool {
    matches!(Address::parse(text), Some(Address::Phone(_)))
}

fn is_address(text: &str) -> bool {
    matches!(Address::parse(text), Some(Address::Phone(_) | Address::Email(_) | Address::ServiceId(_)))
}

/// Words of directions.
const WAYS: &[(&str, bool)] = &[
    ("ind", true),
    ("indgaaende", true),
    ("indgaaet", true),
    ("modtaget", true),
    ("in", true),
    ("incoming", true),
    ("received", true),
    ("inbound", true),
    ("indbakke", true),
    ("inbox", true),
    ("i", true),
    ("fra", true),
    ("modt", true),
    ("mt", true),
    ("indkommende", true),
    ("ud", false),
    ("udgaaende", false),
    ("sendt", false),
    ("out", false),
    ("outgoing", false),
    ("sent", false),
    ("outbound", false),
    ("udbakke", false),
    ("outbox", false),
    ("o", false),
    ("til", false),
    ("afsendt", false),
    ("u", false),
    ("mo", false),
    ("sendtpost", false),
];

/// What the words of a column mean as directions: each with whether it is in; `None` when one means nothing.
pub(super) fn ways(column: &ColumnStat) -> Option<Vec<(String, bool)>> {
    let name = folded(column.name.rsplit(['.', '/', '@']).next().unwrap_or_default());
    let outward =
        ["udgaaende", "ud", "outgoing", "isfromme", "fromme", "sendt", "afsendt", "isoutgoing", "ersendt"];
    let inward = ["indgaaende", "ind", "incoming", "modtaget", "isincoming", "received"];
    let yes = |w: &str| match w {
        "1" | "true" | "ja" | "yes" | "j" | "y" => Some(true),
        "0" | "false" | "nej" | "no" | "n" => Some(false),
        _ => None,
    };
    let mut found = Vec::new();
    for word in column.words()? {
        let known = folded(word);
        let way = WAYS.iter().find(|w| w.0 == known).map(|w| w.1);
        let flag = yes(&known).and_then(|yes| {
            if outward.contains(&name.as_str()) {
                Some(!yes)
            } else {
                inward.contains(&name.as_str()).then_some(yes)
            }
        });
        found.push((word.to_owned(), way.or(flag)?));
    }
    Some(found)
}

/// Whether a field can have what stands in a column.
fn can_be(field: Field, column: &ColumnStat) -> bool {
    match field {
        f if f.is_time() => time(&column.samples).is_some(),
        Field::Direction => ways(column).is_some(),
        Field::Classification => {
            column.share(|v| Marking::of(v).is_some()) > 0.99
                || (column.distinct.len() <= 6 && column.share(|v| v.len() < 30) > 0.99)
        }
        Field::Sender => !column.several && column.share(|v| v.len() < 80) > 0.99,
        // numbers of rows, not of telephones
        Field::Id => {
            !column.several && column.share(is_phone) < 0.5 && column.share(|v| v.len() < 200) > 0.99
        }
        Field::SenderName => column.share(is_address) < 0.5 && column.share(|v| v.len() < 100) > 0.99,
        Field::Deleted | Field::Unsent => {
            column.share(|v| {
                matches!(
                    v.to_lowercase().as_str(),
                    "0" | "1" | "true" | "false" | "ja" | "nej" | "yes" | "no" | "x"
                )
            }) > 0.99
        }
        Field::Body => time(&column.samples).is_none(),
        _ => true,
    }
}

/// Which columns could be which fields.
pub(super) fn propose(columns: &[ColumnStat], rows: u64) -> Vec<Proposal> {
    let mut scores: Vec<(u32, Field, usize)> = Vec::new();
    for (field, _) in NAMES {
        for (number, column) in columns.iter().enumerate() {
            if column.filled == 0 {
                continue;
            }
            let mut score = fits(*field, &column.name);
            let marked = *field == Field::Classification && column.share(|v| Marking::of(v).is_some()) > 0.99;
            if marked {
                score += 150;
            }
            if *field == Field::Direction
                && score == 0
                && ways(column).is_some_and(|w| w.len() == 2 && w[0].1 != w[1].1)
            {
                score = 40;
            }
            if *field == Field::Id && score > 0 {
                // an id is there in every row, and never twice
                let unique: BTreeSet<_> = column.samples.iter().collect();
                if unique.len() != column.samples.len() || column.filled != rows {
                    score = 0;
                }
            }
            if score > 0 && can_be(*field, column) {
                scores.push((score, *field, number));
            }
        }
    }
    scores.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut proposals, mut used): (Vec<Proposal>, BTreeSet<usize>) = (Vec::new(), BTreeSet::new());
    for (_, field, number) in scores {
        if used.contains(&number) || proposals.iter().any(|p| p.field == field) {
            continue;
        }
        used.insert(number);
        let time = field.is_time().then(|| time(&columns[number].samples)).flatten();
        proposals.push(Proposal { field, columns: vec![number], time });
    }
    if !proposals.iter().any(|p| p.field == Field::SentAt) {
        proposals.extend(sent_in_two(columns, &used));
    }
    fallbacks(columns, rows, &mut proposals);
    proposals.sort_by_key(|p| p.field);
    proposals
}

/// The time of sending in two columns, a day and an hour.
fn sent_in_two(columns: &[ColumnStat], used: &BTreeSet<usize>) -> Option<Proposal> {
    for (d, day) in columns.iter().enumerate().filter(|(d, _)| !used.contains(d)) {
        for (h, hour) in columns.iter().enumerate().filter(|(h, _)| *h != d && !used.contains(h)) {
            if let Some(guess) = split_time(day, hour) {
                return Some(Proposal { field: Field::SentAt, columns: vec![d, h], time: Some(guess) });
            }
        }
    }
    None
}

/// What has no name that is known, and looks like nothing else.
fn fallbacks(columns: &[ColumnStat], rows: u64, proposals: &mut Vec<Proposal>) {
    let has = |proposals: &[Proposal], field| proposals.iter().any(|p| p.field == field);
    let free = |proposals: &[Proposal], n: usize| !proposals.iter().any(|p| p.columns.contains(&n));
    if !has(proposals, Field::SentAt) {
        let found = columns.iter().enumerate().find_map(|(n, c)| {
            let whole = free(proposals, n) && c.filled == rows;
            whole.then(|| time(&c.samples)).flatten().map(|guess| (n, guess))
        });
        if let Some((n, guess)) = found {
            proposals.push(Proposal { field: Field::SentAt, columns: vec![n], time: Some(guess) });
        }
    }
    if !has(proposals, Field::Body) {
        let long = |c: &ColumnStat| c.samples.iter().map(String::len).sum::<usize>() / c.samples.len().max(1);
        let found = columns.iter().enumerate().filter(|(n, c)| free(proposals, *n) && long(c) >= 12);
        if let Some((n, _)) = found.max_by_key(|(_, c)| long(c)) {
            proposals.push(Proposal { field: Field::Body, columns: vec![n], time: None });
        }
    }
    if !has(proposals, Field::Sender) {
        let found =
            columns.iter().enumerate().find(|(n, c)| free(proposals, *n) && c.share(is_address) > 0.9);
        if let Some((n, _)) = found {
            proposals.push(Proposal { field: Field::Sender, columns: vec![n], time: None });
        }
    }
}

/// How much of a message the proposals make. What a message must have of its own and lies around the records
/// instead shows that the records are taken too deep.
pub(super) fn worth(proposals: &[Proposal], columns: &[ColumnStat]) -> u32 {
    let own = [Field::SentAt, Field::Body, Field::Id];
    let around = |p: &Proposal| p.columns.iter().any(|c| columns[*c].name.starts_with('/'));
    if proposals.iter().any(|p| own.contains(&p.field) && around(p)) {
        return 0;
    }
    let one = |p: &Proposal| match p.field {
        Field::SentAt => 8,
        Field::Body => 6,
        Field::Sender | Field::Direction | Field::Conversation => 3,
        Field::Classification | Field::Participants => 2,
        _ => 1,
    };
    proposals.iter().map(one).sum()
}

#[cfg(test)]
mod tests;
