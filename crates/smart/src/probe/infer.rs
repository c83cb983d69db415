//! Which column could be which field: by its name in Danish and English and by what its values look like.
//! A proposal; whoever uses it looks at it, and a second person does.

mod names;
mod times;

use std::collections::BTreeSet;

use model::Address;

use crate::mapping::marking::Marking;
use crate::mapping::spec::Field;
pub(super) use names::folded;
use names::{NAMES, fits};
use times::split_time;
pub(super) use times::{TimeGuess, time};

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

/// What a column is proposed for.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) field: Field,
    /// Numbers of the columns, in order.
    pub(super) columns: Vec<usize>,
    pub(super) time: Option<TimeGuess>,
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
