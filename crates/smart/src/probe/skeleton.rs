//! The proposed mapping as text, with remarks for whoever completes it. What is not certain stands there with
//! the reason for looking again.

use std::collections::{BTreeMap, BTreeSet};

use evidence::Evidence;
use regex::Regex;

use super::infer::{ColumnStat, Proposal, TimeGuess, ways};
use super::kind::{FileKind, lines};
use super::{Candidate, Found};
use crate::mapping::glob;
use crate::mapping::marking::Marking;
use crate::mapping::spec::{Field, VERSION};
use crate::mapping::time::Form;
use crate::scan::text::{Encoding, UTF_8};
use crate::scan::{Layout, Lines, TableFacts};

/// Lines that messages begin with in text files, as such files usually are.
const PATTERNS: &[&str] = &[
    r"\[(?<tid>[^\]]{10,40})\] (?<fra>[^:]{1,80}): (?<tekst>.*)",
    r"(?<tid>\d{1,4}[-./]\d{1,2}[-./]\d{2,4},? (?:kl\. )?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?) ?[-–] (?<fra>[^:]{1,80}): (?<tekst>.*)",
    r"(?<tid>\d{4}-\d{2}-\d{2}T[0-9:.+Z-]+) (?<fra>\S+) (?<tekst>.*)",
    r"(?<tid>\d{1,4}[-./]\d{1,2}[-./]\d{2,4},? (?:kl\. )?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)[;\t |]+(?<fra>[^;\t|:]{1,80})[;\t|:]+ ?(?<tekst>.*)",
];

/// Patterns that describe most lines of a text.
pub(super) fn patterns(evidence: &Evidence, encoding: Option<Encoding>) -> Vec<(Layout, String)> {
    let lines = lines(evidence.bytes.as_ref(), encoding.unwrap_or(UTF_8), 200);
    let mut found = Vec::new();
    for pattern in PATTERNS {
        let Ok(line) = Regex::new(&format!("^(?:{pattern})$")) else { continue };
        let Some(skip) = lines.iter().position(|l| line.is_match(l)) else { continue };
        let hits = lines.iter().filter(|l| line.is_match(l)).count();
        if hits < 2 && lines.len() > 2 || skip > 20 {
            continue;
        }
        let continues = Some("tekst".to_owned());
        found.push((
            Layout::Text(Lines { encoding, line, continues, skip: skip as u64 }),
            (*pattern).to_owned(),
        ));
    }
    found
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|t| quoted(t)).collect();
    format!("[{}]", all.join(", "))
}

struct Writer {
    out: String,
    danish: bool,
}

impl Writer {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn note(&mut self, danish: &str, english: &str) {
        let text = if self.danish { danish } else { english };
        self.out.push_str(&format!("# {text}\n"));
    }

    fn set(&mut self, key: &str, value: &str) {
        self.out.push_str(&format!("{key} = {value}\n"));
    }
}

/// Patterns that select some names and no other of `all`: by ending where that is enough.
fn select(chosen: &[String], all: &[String]) -> Vec<String> {
    let chosen_set: BTreeSet<&String> = chosen.iter().collect();
    let exactly =
        |pattern: &str| all.iter().filter(|n| glob::fits(pattern, n)).all(|n| chosen_set.contains(n));
    let ending = |n: &String| n.rsplit('/').next().and_then(|l| l.rsplit_once('.')).map(|e| e.1.to_owned());
    let endings: BTreeSet<Option<String>> = chosen.iter().map(ending).collect();
    if let (1, Some(Some(ending))) = (endings.len(), endings.iter().next())
        && !ending.contains(['*', '?'])
    {
        for pattern in [format!("*.{ending}"), format!("**/*.{ending}")] {
            if exactly(&pattern) && chosen.iter().all(|n| glob::fits(&pattern, n)) {
                return vec![pattern];
            }
        }
        let folder = chosen.first().and_then(|n| n.rsplit_once('/')).map(|f| f.0.to_owned());
        if let Some(pattern) = folder.map(|f| format!("{f}/*.{ending}"))
            && exactly(&pattern)
            && chosen.iter().all(|n| glob::fits(&pattern, n))
        {
            return vec![pattern];
        }
    }
    chosen.to_vec()
}

/// The folder that references to files start from, and the files in it that are meant.
fn attachments(
    column: Option<&ColumnStat>,
    names: &[String],
) -> (Option<String>, Option<char>, BTreeSet<String>) {
    let Some(column) = column else { return (None, None, BTreeSet::new()) };
    let mut separator = None;
    let mut meant = BTreeSet::new();
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for sample in &column.samples {
        let ends = |reference: &str, name: &str| {
            let reference = reference.trim().replace('\\', "/").to_lowercase();
            let name = name.to_lowercase();
            !reference.is_empty() && (name == reference || name.ends_with(&format!("/{reference}")))
        };
        let parts: Vec<&str> = match [';', '|', ',', '\n'].iter().find(|s| sample.contains(**s)) {
            Some(s) if !names.iter().any(|n| ends(sample, n)) => {
                separator = separator.or(Some(*s));
                sample.split(*s).collect()
            }
            _ => vec![sample],
        };
        for part in parts {
            let Some(name) = names.iter().find(|n| ends(part, n)) else { continue };
            let reference = part.trim().replace('\\', "/");
            let folder = name.get(..name.len().saturating_sub(reference.len())).unwrap_or_default();
            *folders.entry(folder.trim_end_matches('/').to_owned()).or_default() += 1;
            meant.insert(name.clone());
        }
    }
    let folder = folders.into_iter().max_by_key(|f| f.1).map(|f| f.0).filter(|f| !f.is_empty());
    (folder, separator, meant)
}

/// A lookup of a database that seems to be meant: the table and columns for it.
struct Join {
    table: String,
    key: String,
    value: String,
}

/// The table that a column of numbers points into, by its name: `person_id` into `person`.
fn join(column: &ColumnStat, tables: &[TableFacts], own: &str, wanted: &[&str]) -> Option<Join> {
    let name = super::infer::folded(&column.name);
    let base =
        ["nummer", "id", "nr", "no"].iter().find_map(|e| name.strip_suffix(e)).unwrap_or(&name).to_owned();
    let numbers = column.samples.iter().all(|s| s.bytes().all(|b| b.is_ascii_digit()) && s.len() < 10);
    if !numbers || base.is_empty() {
        return None;
    }
    let persons =
        ["person", "kontakt", "contact", "bruger", "user", "deltager", "participant", "people", "personer"];
    let role =
        ["afsender", "sender", "fra", "from", "author", "person", "kontakt", "bruger", "user", "contact"];
    for table in tables.iter().filter(|t| t.name != own) {
        let folded = super::infer::folded(&table.name);
        let named = folded.starts_with(&base) || base.starts_with(&folded);
        let person = role.contains(&base.as_str()) && persons.iter().any(|p| folded.starts_with(p));
        if !named && !person {
            continue;
        }
        let key =
            table.columns.iter().find(|c| matches!(super::infer::folded(c).as_str(), "id" | "nr" | "rowid"));
        let key = key.or_else(|| table.columns.iter().find(|c| super::infer::folded(c) == name));
        let value =
            wanted.iter().find_map(|w| table.columns.iter().find(|c| super::infer::folded(c).contains(w)));
        if let (Some(key), Some(value)) = (key, value)
            && key != value
        {
            return Some(Join { table: table.name.clone(), key: key.clone(), value: value.clone() });
        }
    }
    None
}

/// A table that names files of messages: it has a column called after the table of messages, and a path.
fn child(tables: &[TableFacts], own: &str) -> Option<Join> {
    let own = super::infer::folded(own);
    for table in tables.iter().filter(|t| super::infer::folded(&t.name) != own) {
        let paths = ["sti", "path", "filnavn", "filename", "fil", "file", "navn", "name"];
        let folded: Vec<String> = table.columns.iter().map(|c| super::infer::folded(c)).collect();
        let key = folded.iter().position(|c| {
            let base = ["id", "nr"].iter().find_map(|e| c.strip_suffix(e)).unwrap_or_default();
            base.len() >= 3
                && (own.starts_with(base) || base.starts_with(&own) || base == "message" || base == "besked")
        });
        let value = paths.iter().find_map(|p| folded.iter().position(|c| c == p));
        if let (Some(key), Some(value)) = (key, value) {
            let name = |n: usize| table.columns[n].clone();
            return Some(Join { table: table.name.clone(), key: name(key), value: name(value) });
        }
    }
    None
}

fn time_lines(w: &mut Writer, guess: &TimeGuess) {
    let form = match guess.form {
        Form::EpochS => "epoch_s",
        Form::EpochMs => "epoch_ms",
        Form::AppleS => "apple_s",
        Form::AppleNs => "apple_ns",
        Form::ExcelDays => "excel_days",
        Form::Iso8601 => "iso8601",
        Form::Rfc2822 => "rfc2822",
        Form::Pattern => "pattern",
    };
    if guess.two_ways {
        w.note(
            "SE EFTER: dag og måned kan byttes om i alle de rækker, der er set på",
            "CHECK: day and month can be swapped in every row that was looked at",
        );
    }
    w.set("form", &quoted(form));
    if let Some(pattern) = &guess.pattern {
        w.set("pattern", &quoted(pattern));
    }
    if guess.zone {
        w.note(
            "SE EFTER: filen siger ikke selv, hvilken tidszone den bruger",
            "CHECK: the file itself does not say which zone it uses",
        );
        w.set("zone", "\"Europe/Copenhagen\"");
    }
}

fn format_lines(w: &mut Writer, best: &Candidate, comma: bool) {
    w.line("");
    w.line("[format]");
    w.set("kind", &quoted(best.kind.word()));
    let encoding = match &best.layout {
        Layout::Csv(t) => t.encoding,
        Layout::Json(d) | Layout::Xml(d) => d.encoding,
        Layout::Html { encoding, .. } => *encoding,
        Layout::Text(l) => l.encoding,
        Layout::Eml | Layout::Sqlite(_) => None,
    };
    if let Some(encoding) = encoding {
        w.set("encoding", &quoted(encoding.word()));
    }
    match &best.layout {
        Layout::Csv(table) => {
            w.set("delimiter", &quoted(&char::from(table.delimiter).to_string()));
            if table.head.skip > 0 {
                w.set("skip", &table.head.skip.to_string());
            }
            w.set("header", &table.head.rows.to_string());
        }
        Layout::Html { table, head, .. } => {
            w.set("table", &table.to_string());
            if head.skip > 0 {
                w.set("skip", &head.skip.to_string());
            }
            w.set("header", &head.rows.to_string());
        }
        Layout::Json(_) | Layout::Xml(_) => w.set("records", &quoted(&best.at)),
        Layout::Sqlite(rows) => w.set("table", &quoted(&rows.table)),
        Layout::Text(lines) => {
            w.set("line", &format!("'{}'", best.at));
            w.set("continues", "\"tekst\"");
            if lines.skip > 0 {
                w.set("skip", &lines.skip.to_string());
            }
        }
        Layout::Eml => {}
    }
    if comma {
        w.set("decimal", "\",\"");
    }
}

/// A column as the mapping names it: by number where its name is empty or not its own.
fn named(columns: &[ColumnStat], n: usize) -> String {
    let name = &columns[n].name;
    let own = columns.iter().filter(|c| c.name == *name).count() == 1;
    if own && !name.is_empty() && !name.starts_with('#') { name.clone() } else { format!("#{}", n + 1) }
}

/// The mapping, and the fields that it lacks.
pub(super) fn write(
    best: &Candidate,
    found: &[Found],
    databases: &BTreeMap<usize, Vec<TableFacts>>,
    package: bool,
    danish: bool,
) -> (String, Vec<&'static str>) {
    let mut w = Writer { out: String::new(), danish };
    let mut missing = Vec::new();
    let of = |field: Field| best.proposals.iter().find(|p| p.field == field);
    let archive = best.files.first().and_then(|f| found[*f].archive.clone());
    let here: Vec<&Found> = found.iter().filter(|f| f.archive == archive).collect();
    let names: Vec<String> = here.iter().map(|f| f.name.clone()).collect();
    let chosen: Vec<String> = best.files.iter().map(|f| found[*f].name.clone()).collect();
    let attached = of(Field::Attachments).and_then(|p| p.columns.first()).map(|n| &best.columns[*n]);
    let tables = best.files.first().and_then(|f| databases.get(f)).map(Vec::as_slice).unwrap_or_default();

    w.note(
        "Forslag fra smart probe. Se hver linje efter, og prøv med smart dry-run.",
        "Proposed by smart probe. Look at every line, and try it with smart dry-run.",
    );
    w.set("mapping", &quoted(VERSION));
    let container = match (&archive, &best.kind) {
        (Some(name), _) => {
            let outer = found.iter().find(|f| f.archive.is_none() && f.name == *name);
            if outer.is_some_and(|o| o.seen.kind == FileKind::Tar) { "tar" } else { "zip" }
        }
        (None, FileKind::Sqlite) => "sqlite",
        (None, _) => "dir",
    };
    w.set("container", &quoted(container));
    if let Some(archive) = &archive {
        let outer: Vec<String> =
            found.iter().filter(|f| f.archive.is_none()).map(|f| f.name.clone()).collect();
        w.set("archive", &list(&select(std::slice::from_ref(archive), &outer)));
    }
    let patterns = select(&chosen, &names);
    w.set("select", &if patterns.len() == 1 { quoted(&patterns[0]) } else { list(&patterns) });
    let (folder, separator, meant) = attachments(attached, &names);
    let sidecar = |n: &String| best.kind == FileKind::Sqlite && (n.ends_with("-wal") || n.ends_with("-shm"));
    let in_folder = |n: &String| folder.as_ref().is_some_and(|f| n.starts_with(&format!("{f}/")));
    let mut left: Vec<String> = names
        .iter()
        .filter(|n| !chosen.contains(n) && !meant.contains(*n) && !in_folder(n) && !sidecar(n))
        .cloned()
        .collect();
    if archive.is_some() {
        left.extend(
            found
                .iter()
                .filter(|f| f.archive.is_none() && Some(&f.name) != archive.as_ref())
                .map(|f| f.name.clone()),
        );
    }
    if !left.is_empty() {
        w.note("SE EFTER: disse filer læses ikke", "CHECK: these files are not read");
        w.set("ignore_files", &list(&left));
    }
    if let Some(owner) = &best.owner {
        w.note(
            "SE EFTER: ejerens egen adresse; den er part i hver række",
            "CHECK: the owner's own address; it has a part in every row",
        );
        w.set("owner", &list(std::slice::from_ref(owner)));
    } else if of(Field::Direction).is_none() {
        missing.push("direction");
        w.note(
            "UDFYLD: ejerens nummer eller navn, da ingen kolonne siger ind eller ud",
            "FILL IN: the owner's number or name, since no column says in or out",
        );
        w.set("owner", "[\"UDFYLD\"]");
    }
    let used: BTreeSet<usize> = best.proposals.iter().flat_map(|p| p.columns.clone()).collect();
    let dates: Vec<&Proposal> = best.proposals.iter().filter(|p| p.time.is_some()).collect();
    let ignored: Vec<String> = (0..best.columns.len())
        .filter(|n| !used.contains(n) && !best.columns[*n].name.is_empty())
        .map(|n| named(&best.columns, n))
        .collect();
    if !ignored.is_empty() {
        w.note(
            "SE EFTER: disse kolonner udelades; flyt dem til [fields], hvis de hører til beskeden",
            "CHECK: these columns are left out; move them to [fields] if they belong to the message",
        );
        w.set("ignore", &list(&ignored));
    }
    let comma = dates.iter().any(|p| p.time.as_ref().is_some_and(|t| t.comma));
    format_lines(&mut w, best, comma);

    w.line("");
    w.line("[fields]");
    let mut lookups: BTreeMap<String, (String, String)> = BTreeMap::new();
    for Proposal { field, columns, time: _ } in &best.proposals {
        let refs: Vec<String> = columns.iter().map(|n| named(&best.columns, *n)).collect();
        let column = &best.columns[columns[0]];
        let plain = if refs.len() == 1 { quoted(&refs[0]) } else { list(&refs) };
        let own = &best.at;
        let value = match field {
            Field::Participants => {
                let split = [';', '|', ','].iter().find(|s| column.samples.iter().any(|v| v.contains(**s)));
                match split {
                    Some(s) => format!("{{ column = {plain}, separator = {} }}", quoted(&s.to_string())),
                    None => plain,
                }
            }
            Field::Attachments => match separator {
                Some(s) => format!("{{ column = {plain}, separator = {} }}", quoted(&s.to_string())),
                None => plain,
            },
            Field::Sender => match join(
                column,
                tables,
                own,
                &[
                    "nummer", "telefon", "tlf", "number", "phone", "adresse", "address", "mail", "navn",
                    "name",
                ],
            ) {
                Some(Join { table, key, value }) => {
                    let line =
                        format!("{{ column = {plain}, lookup = {} }}", quoted(&format!("{table}.{value}")));
                    lookups.insert(table, ("table".to_owned(), key));
                    line
                }
                None => plain,
            },
            _ => plain,
        };
        w.set(field.name(), &value);
    }
    if of(Field::Attachments).is_none()
        && let Some(id) = of(Field::Id).and_then(|p| p.columns.first())
        && let Some(Join { table, key, value }) = child(tables, &best.at)
    {
        w.note(
            "SE EFTER: en anden tabel ser ud til at nævne filer",
            "CHECK: another table seems to name files",
        );
        let column = quoted(&named(&best.columns, *id));
        w.set(
            "attachments",
            &format!("{{ column = {column}, lookup = {} }}", quoted(&format!("{table}.{value}"))),
        );
        lookups.insert(table, ("table".to_owned(), key));
    }
    if of(Field::Conversation).is_none() {
        w.note(
            "SE EFTER: ingen kolonne siger, hvilken samtale; her er det filens navn",
            "CHECK: no column says which conversation; here it is the file's name",
        );
        w.set("conversation", "{ from = \"file_name\" }");
    }
    if of(Field::Classification).is_none() {
        if package {
            w.note(
                "Ingen kolonne siger klassifikationen; pakkens egen bruges",
                "No column says the marking; the package's own is used",
            );
        } else {
            missing.push("classification");
            w.note(
                "UDFYLD: klassifikationen, da ingen kolonne siger den",
                "FILL IN: the marking, since no column says it",
            );
            w.set("classification", "{ value = \"UDFYLD\" }");
        }
    }
    if of(Field::SentAt).is_none() {
        missing.push("sent_at");
        w.note("UDFYLD: kolonnen med tidspunktet", "FILL IN: the column with the time");
        w.set("sent_at", "\"UDFYLD\"");
    }
    for (table, (key, column)) in &lookups {
        w.line("");
        w.line(&format!(
            "[lookups.{}]",
            if table.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                table.clone()
            } else {
                quoted(table)
            }
        ));
        w.set(key, &quoted(table));
        w.set("key", &quoted(column));
    }
    let main = of(Field::SentAt).and_then(|p| p.time.clone());
    if let Some(main) = &main {
        w.line("");
        w.line("[time]");
        time_lines(&mut w, main);
    }
    for p in dates.iter().filter(|p| p.field != Field::SentAt) {
        if let Some(guess) = p.time.as_ref().filter(|t| Some(*t) != main.as_ref()) {
            w.line("");
            w.line(&format!("[times.{}]", p.field.name()));
            time_lines(&mut w, guess);
        }
    }
    if let Some(words) = of(Field::Direction).and_then(|p| ways(&best.columns[p.columns[0]])) {
        w.line("");
        w.line("[direction]");
        for (word, inward) in words {
            w.set(&quoted(&word), if inward { "\"in\"" } else { "\"out\"" });
        }
    }
    if let Some(p) = of(Field::Classification) {
        let column = &best.columns[p.columns[0]];
        let words = column.words().unwrap_or_default();
        let unknown: Vec<&str> = words.into_iter().filter(|w| Marking::of(w).is_none()).collect();
        let blank = column.filled < best.rows;
        if !unknown.is_empty() || blank {
            w.line("");
            w.line("[classification]");
            w.note("UDFYLD: hvad hvert ord betyder", "FILL IN: what each word means");
            for word in unknown {
                w.set(&quoted(word), "\"UDFYLD\"");
            }
            if blank {
                w.set("\"\"", "\"UDFYLD\"");
            }
            missing.push("classification");
        }
    }
    if let Some(folder) = &folder {
        w.line("");
        w.line("[attachments]");
        w.set("folder", &quoted(folder));
    }
    (w.out, missing)
}
