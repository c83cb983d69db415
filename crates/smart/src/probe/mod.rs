//! Looking at a medium that nobody has described: which files lie on it, how they are written, which tables
//! and columns they have, and a mapping as complete as can be inferred. Values are looked at and not shown,
//! but for a few words that a mapping must name: directions, markings, the owner's own address.

mod infer;
mod kind;
mod skeleton;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evidence::{Evidence, Tree, shown};
use model::SourceError;
use serde::Serialize;

use crate::mapping::Binding;
use crate::mapping::spec::Field;
use crate::medium::{Chosen, Medium, packed};
use crate::package;
use crate::reader::Reader;
use crate::scan::text::Encoding;
use crate::scan::{BLOB, Columns, Document, File, Layout, Rows, Stop, TableFacts, repeated, scan, tables};
use infer::{ColumnStat, Proposal};
use kind::{FileKind, Seen};

/// Rows of a file that are looked at.
const ROWS: u64 = 20_000;
/// Files that are looked at, and files with messages among them whose columns are.
const FILES: usize = 20_000;
const CLOSELY: usize = 64;

/// A file on the medium.
#[derive(Clone, Debug, Serialize)]
pub struct FileFacts {
    /// Name as fit to be shown.
    pub name: String,
    /// The zip or tar that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// What it is.
    pub kind: &'static str,
    /// Its encoding, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// Tables, of a database.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableShown>,
}

/// A table of a database.
#[derive(Clone, Debug, Serialize)]
pub struct TableShown {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Names of its columns.
    pub columns: Vec<String>,
}

/// A column of what looks like messages.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnShown {
    /// Its name.
    pub name: String,
    /// Rows in which it has a value.
    pub filled: u64,
    /// The field it is proposed for.
    pub field: Option<&'static str>,
    /// How its values look, masked.
    pub looks: Vec<String>,
}

/// What lies on a medium.
#[derive(Clone, Debug, Serialize)]
pub struct Probe {
    /// Every file.
    pub files: Vec<FileFacts>,
    /// Files of each kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Columns of what looks like messages.
    pub columns: Vec<ColumnShown>,
    /// Rows of it that were looked at.
    pub rows: u64,
    /// A mapping to start from; empty when nothing looks like messages.
    pub mapping: String,
    /// Fields without which the mapping is not complete.
    pub missing: Vec<&'static str>,
}

/// A file that was looked at, and where it lies.
struct Found {
    /// Name in its home.
    name: String,
    evidence: Evidence,
    /// The archive that it lies in: its name on the medium.
    archive: Option<String>,
    seen: Seen,
}

/// Rows of some files that could be messages.
pub(crate) struct Candidate {
    files: Vec<usize>,
    kind: FileKind,
    layout: Layout,
    /// Path of records, name or number of a table.
    at: String,
    columns: Vec<ColumnStat>,
    rows: u64,
    proposals: Vec<Proposal>,
    /// Addresses of those rows that are first: to find whose they are.
    owner: Option<String>,
}

/// Looks at a medium or package; `danish` is the language of the remarks in the proposed mapping.
///
/// # Errors
/// When the medium cannot be read.
pub fn probe(tree: &Arc<dyn Tree>, danish: bool) -> Result<Probe, SourceError> {
    let is_package = package::is_package(tree.as_ref())?;
    let medium = Arc::new(Medium::new(tree.clone(), is_package)?);
    let found = look(&medium)?;
    let mut files = Vec::new();
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut databases: BTreeMap<usize, Vec<TableFacts>> = BTreeMap::new();
    for (number, one) in found.iter().enumerate() {
        *kinds.entry(one.seen.kind.word()).or_default() += 1;
        let mut shown_tables = Vec::new();
        if one.seen.kind == FileKind::Sqlite
            && let Ok(facts) = tables(&file(one, &found))
        {
            let of = |t: &TableFacts| TableShown {
                name: t.name.clone(),
                rows: t.rows,
                columns: t.columns.clone(),
            };
            shown_tables = facts.iter().map(of).collect();
            databases.insert(number, facts);
        }
        files.push(FileFacts {
            name: shown(&one.evidence.name),
            inside: one.archive.as_deref().map(shown),
            bytes: one.evidence.bytes.len(),
            kind: one.seen.kind.word(),
            encoding: one.seen.encoding.map(Encoding::word),
            tables: shown_tables,
        });
    }
    let best = candidates(&found, &databases)
        .into_iter()
        .max_by_key(|c| (infer::worth(&c.proposals, &c.columns), c.rows));
    let best = best.filter(|c| infer::worth(&c.proposals, &c.columns) >= 8);
    let Some(best) = best else {
        return Ok(Probe {
            files,
            kinds,
            columns: Vec::new(),
            rows: 0,
            mapping: String::new(),
            missing: Vec::new(),
        });
    };
    let (mapping, missing) = skeleton::write(&best, &found, &databases, is_package, danish);
    let field = |n: usize| best.proposals.iter().find(|p| p.columns.contains(&n)).map(|p| p.field.name());
    let columns = best.columns.iter().enumerate().map(|(n, c)| ColumnShown {
        name: c.name.clone(),
        filled: c.filled,
        field: field(n),
        looks: c.samples.iter().take(2).map(|s| crate::dry::mask(s)).collect(),
    });
    Ok(Probe { files, kinds, columns: columns.collect(), rows: best.rows, mapping, missing })
}

/// Every file of a medium and of the archives on it.
fn look(medium: &Arc<Medium>) -> Result<Vec<Found>, SourceError> {
    let mut found = Vec::new();
    for name in medium.files.iter().take(FILES) {
        let evidence = medium.evidence(name)?;
        let seen = kind::look(&evidence);
        if matches!(seen.kind, FileKind::Zip | FileKind::Tar)
            && let Ok(inner) = packed(&evidence)
        {
            for (inner_name, evidence) in inner.into_iter().take(FILES) {
                let seen = kind::look(&evidence);
                found.push(Found { name: inner_name, evidence, archive: Some(name.clone()), seen });
            }
        }
        found.push(Found { name: name.clone(), evidence, archive: None, seen });
    }
    Ok(found)
}

fn file(one: &Found, all: &[Found]) -> File {
    let log = format!("{}-wal", one.name);
    let log = all.iter().find(|f| f.archive == one.archive && f.name == log).map(|f| f.evidence.clone());
    File { evidence: one.evidence.clone(), log, shown: shown(&one.evidence.name) }
}

/// Everything that could be messages.
fn candidates(found: &[Found], databases: &BTreeMap<usize, Vec<TableFacts>>) -> Vec<Candidate> {
    let mut groups: BTreeMap<(FileKind, Option<String>, String), Vec<usize>> = BTreeMap::new();
    for (number, one) in found.iter().enumerate() {
        let data =
            !matches!(one.seen.kind, FileKind::Zip | FileKind::Tar | FileKind::Binary | FileKind::Empty);
        if data {
            let encoding = one.seen.encoding.map(Encoding::word).unwrap_or_default().to_owned();
            // mails and pages of one medium may differ in their encoding
            let encoding = if one.seen.kind == FileKind::Eml { String::new() } else { encoding };
            groups.entry((one.seen.kind.clone(), one.archive.clone(), encoding)).or_default().push(number);
        }
    }
    let mut all = Vec::new();
    for ((kind, _, _), members) in groups {
        let mut layouts: Vec<(usize, Layout, String)> = Vec::new();
        for number in members.iter().copied().take(CLOSELY) {
            layouts.extend(
                layouts_of(&found[number], found, databases.get(&number))
                    .into_iter()
                    .map(|(l, at)| (number, l, at)),
            );
        }
        // files that are written alike are one candidate
        let mut alike: Vec<Candidate> = Vec::new();
        for (number, layout, at) in layouts {
            let Some((columns, rows)) = columns(&file(&found[number], found), &layout) else { continue };
            let names = |c: &[ColumnStat]| c.iter().map(|c| c.name.clone()).collect::<BTreeSet<_>>();
            let same = alike.iter_mut().find(|c| {
                let both = (names(&c.columns), names(&columns));
                let document = matches!(layout, Layout::Json(_) | Layout::Xml(_) | Layout::Eml);
                c.at == at
                    && (both.0 == both.1
                        || (document && both.0.intersection(&both.1).count() * 2 >= both.1.len()))
            });
            match same {
                Some(known) => {
                    known.files.push(number);
                    known.rows += rows;
                    merge(&mut known.columns, columns);
                }
                None => alike.push(Candidate {
                    files: vec![number],
                    kind: kind.clone(),
                    layout,
                    at,
                    columns,
                    rows,
                    proposals: Vec::new(),
                    owner: None,
                }),
            }
        }
        for mut one in alike {
            one.proposals = infer::propose(&one.columns, one.rows);
            one.owner = owner(&one, found);
            if members.len() > CLOSELY && one.files.len() == CLOSELY {
                one.files.extend(members.iter().copied().skip(CLOSELY));
            }
            all.push(one);
        }
    }
    all
}

fn merge(known: &mut Vec<ColumnStat>, more: Vec<ColumnStat>) {
    for column in more {
        match known.iter_mut().find(|c| c.name == column.name) {
            Some(same) => {
                same.filled += column.filled;
                same.several |= column.several;
                same.samples.extend(column.samples.into_iter().take(20));
                same.distinct.extend(column.distinct);
            }
            None => known.push(column),
        }
    }
}

/// How a file could be read.
fn layouts_of(one: &Found, all: &[Found], tables: Option<&Vec<TableFacts>>) -> Vec<(Layout, String)> {
    let encoding = one.seen.encoding;
    match one.seen.kind {
        FileKind::Csv => {
            one.seen.table.clone().map(|t| (Layout::Csv(t), String::new())).into_iter().collect()
        }
        FileKind::Eml => vec![(Layout::Eml, String::new())],
        FileKind::Ndjson => {
            let document = Document { encoding, records: "/".to_owned(), many: true };
            vec![(Layout::Json(document), "/".to_owned())]
        }
        FileKind::Json | FileKind::Xml => {
            let xml = one.seen.kind == FileKind::Xml;
            let Ok(mut paths) = repeated(&file(one, all), xml, encoding) else { return Vec::new() };
            paths.sort_by_key(|p| std::cmp::Reverse(p.1));
            let of = |(records, _): (String, u64)| {
                let document = Document { encoding, records: records.clone(), many: false };
                (if xml { Layout::Xml(document) } else { Layout::Json(document) }, records)
            };
            paths.into_iter().take(8).map(of).collect()
        }
        FileKind::Html => kind::html(&file(one, all), encoding)
            .map(|(table, head)| (Layout::Html { table, head, encoding }, table.to_string()))
            .into_iter()
            .collect(),
        FileKind::Sqlite => {
            let of = |t: &TableFacts| (Layout::Sqlite(Rows { table: t.name.clone() }), t.name.clone());
            tables.into_iter().flatten().filter(|t| t.rows > 0).map(of).collect()
        }
        FileKind::Text => skeleton::patterns(&one.evidence, encoding),
        FileKind::Zip | FileKind::Tar | FileKind::Binary | FileKind::Empty => Vec::new(),
    }
}

/// What stands in the columns of a file.
fn columns(file: &File, layout: &Layout) -> Option<(Vec<ColumnStat>, u64)> {
    let (mut stats, mut rows): (Vec<ColumnStat>, u64) = (Vec::new(), 0);
    let outcome = scan(file, layout, &mut |columns, row| {
        rows += 1;
        for name in columns.names().iter().skip(stats.len()) {
            stats.push(ColumnStat { name: name.clone(), ..ColumnStat::default() });
        }
        let mut last = None;
        for (column, text) in row.values.iter().chain(row.around) {
            let Some(stat) = stats.get_mut(*column) else { continue };
            stat.several |= last == Some(*column);
            last = Some(*column);
            if text != BLOB {
                stat.note(text);
            }
        }
        if rows >= ROWS { Err(Stop::Enough) } else { Ok(()) }
    });
    match outcome {
        Ok(()) | Err(Stop::Enough) if rows > 0 => Some((stats, rows)),
        _ => None,
    }
}

/// The address that has a part in every row, where no column tells directions.
fn owner(one: &Candidate, found: &[Found]) -> Option<String> {
    let of = |field| one.proposals.iter().find(|p| p.field == field).map(|p| p.columns.clone());
    if of(Field::Direction).is_some() {
        return None;
    }
    let (sender, others) = (of(Field::Sender)?, of(Field::Participants)?);
    let first = *one.files.first()?;
    let mut common: Option<BTreeSet<String>> = None;
    let mut count = 0;
    let _ = scan(&file(&found[first], found), &one.layout, &mut |_, row| {
        let parties =
            sender.iter().chain(&others).flat_map(|c| row.all(*c).map(str::to_owned).collect::<Vec<_>>());
        let parties: BTreeSet<String> = parties
            .flat_map(|p| p.split([',', ';', '|']).map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|p| crate::mapping::normal(&p))
            .collect();
        common = Some(match common.take() {
            None => parties,
            Some(before) => before.intersection(&parties).cloned().collect(),
        });
        count += 1;
        if count >= 2000 { Err(Stop::Enough) } else { Ok(()) }
    });
    let common = common?;
    (common.len() == 1 && count >= 2).then(|| common.into_iter().next()).flatten()
}

/// Names of the columns that a mapping neither maps nor leaves out, where reading stops before they are known.
pub(crate) fn unmapped(reader: &Reader) -> Vec<String> {
    let Ok(chosen) = Chosen::by(&reader.mapping, &reader.medium) else { return Vec::new() };
    let mut names = BTreeSet::new();
    for (file, _) in chosen.files.iter().take(CLOSELY) {
        let mut binding = Binding::default();
        let _ = scan(file, &reader.mapping.layout, &mut |columns: &Columns, _| {
            if reader.mapping.bind(&mut binding, columns).is_err() {
                return Err(Stop::Enough);
            }
            names.extend(reader.mapping.unmapped(&binding, columns).into_iter().map(str::to_owned));
            Ok(())
        });
    }
    names.into_iter().collect()
}
