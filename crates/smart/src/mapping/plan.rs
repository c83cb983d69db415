//! A mapping, checked as a whole before any file is opened: everything that can be wrong with it by itself
//! is found here, with its line where the syntax shows it.

use std::collections::BTreeMap;

use evidence::digest;
use model::wire::hex;
use regex::RegexBuilder;

use super::marking::Marking;
use super::spec::{
    Container, Field, FieldSpec, FormatKind, FormatSpec, Full, NamePart, Spec, TableName, VERSION,
};
use super::time::TimeForm;
use crate::scan::text::Encoding;
use crate::scan::{Document, Head, Layout, Lines, Rows, Table};

/// Most bytes of a mapping.
const MOST_BYTES: usize = 1 << 20;
/// What stands in a proposal where somebody must write.
const PLACEHOLDER: &str = "\"UDFYLD\"";
/// Most bytes that a pattern may take when compiled.
const MOST_PATTERN: usize = 4 << 20;

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct MappingFault {
    /// Line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

fn fault(why: impl Into<String>) -> MappingFault {
    MappingFault { line: 0, why: why.into() }
}

/// A column as a mapping names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnRef {
    /// By its name.
    Name(String),
    /// By its ordinal, from 0: written `#1` for the first.
    Number(usize),
}

/// Where a field comes from.
#[derive(Clone, Debug)]
pub(super) struct FieldPlan {
    pub(super) columns: Vec<ColumnRef>,
    pub(super) separator: Option<String>,
    pub(super) value: Option<String>,
    pub(super) from: Option<NamePart>,
    /// Lookups in turn, each with the column taken from it.
    pub(super) lookup: Vec<(String, String)>,
}

/// A mapping, ready for use.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) spec: Spec,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Reader and version with the hash of the mapping, as each message carries it.
    pub version: String,
    pub(crate) layout: Layout,
    pub(super) fields: BTreeMap<Field, FieldPlan>,
    pub(super) times: BTreeMap<Field, TimeForm>,
    pub(super) decimal: char,
    pub(crate) required: Vec<Field>,
    pub(super) markings: BTreeMap<String, Marking>,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`MappingFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, MappingFault> {
        if bytes.len() > MOST_BYTES {
            return Err(fault(format!("more than {MOST_BYTES} bytes")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| fault("not UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // what a proposal leaves open must not pass for an address or a word
        let open =
            text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(PLACEHOLDER));
        if let Some(line) = open {
            return Err(MappingFault { line: line + 1, why: "UDFYLD must be filled in".to_owned() });
        }
        let spec: Spec = toml::from_str(text).map_err(|e| MappingFault {
            line: e.span().map_or(0, |s| text[..s.start.min(text.len())].matches('\n').count() + 1),
            why: e.message().lines().next().unwrap_or_default().to_owned(),
        })?;
        if spec.mapping != VERSION {
            return Err(fault(format!("mapping must be \"{VERSION}\"")));
        }
        let layout = layout(&spec.format)?;
        container(&spec)?;
        let mut fields = BTreeMap::new();
        for (field, source) in &spec.fields {
            let plan = field_plan(*field, source, &spec)?;
            fields.insert(*field, plan);
        }
        of_their_own(&layout, &fields)?;
        let times = times(&spec)?;
        words(&spec, &fields)?;
        let markings = markings(&spec)?;
        let decimal = match spec.format.decimal.as_deref() {
            None | Some(".") => '.',
            Some(",") => ',',
            Some(_) => return Err(fault("decimal must be \",\" or \".\"")),
        };
        let standard = || vec![Field::Conversation, Field::SentAt, Field::Direction];
        let required = spec.required.clone().unwrap_or_else(standard);
        for field in [Field::Conversation, Field::SentAt] {
            if !fields.contains_key(&field) {
                return Err(fault(format!("fields.{} is missing", field.name())));
            }
        }
        for field in &required {
            let derived = *field == Field::Direction || *field == Field::Classification;
            if !fields.contains_key(field) && !derived {
                return Err(fault(format!("{} is required and not in [fields]", field.name())));
            }
        }
        let sha256 = digest(bytes);
        let version = format!("{} mapping:{}", crate::VERSION, hex(&sha256));
        Ok(Self { spec, sha256, version, layout, fields, times, decimal, required, markings })
    }

    /// Whether the mapping says whose a message is without the owner being given.
    pub(crate) fn tells_direction(&self) -> bool {
        self.fields.contains_key(&Field::Direction) || !self.spec.owner.is_empty()
    }

    /// Whether the mapping says how a message is classified.
    pub(crate) fn tells_classification(&self) -> bool {
        self.fields.contains_key(&Field::Classification)
    }

    /// The fields that are mapped, in a fixed order.
    pub(crate) fn mapped(&self) -> impl Iterator<Item = Field> + '_ {
        self.fields.keys().copied()
    }
}

fn encoding(format: &FormatSpec) -> Result<Option<Encoding>, MappingFault> {
    match format.encoding.as_deref() {
        None => Ok(None),
        // the byte order mark says which of the two
        Some(word) if word.eq_ignore_ascii_case("utf-16") => Ok(None),
        Some(word) => Encoding::of_word(word).map(Some).ok_or_else(|| {
            let known: Vec<_> = crate::scan::text::WORDS.iter().map(|w| w.0).collect();
            fault(format!("format.encoding must be one of {}", known.join(", ")))
        }),
    }
}

/// Options that mean nothing for a format are slips, and refused.
fn only(format: &FormatSpec, allowed: &[&str]) -> Result<(), MappingFault> {
    let FormatSpec {
        kind: _,
        encoding,
        delimiter,
        quote,
        decimal: _,
        skip,
        header,
        records,
        table,
        line,
        continues,
    } = format;
    let given = [
        ("encoding", encoding.is_some()),
        ("delimiter", delimiter.is_some()),
        ("quote", quote.is_some()),
        ("skip", *skip > 0),
        ("header", header.is_some()),
        ("records", records.is_some()),
        ("table", table.is_some()),
        ("line", line.is_some()),
        ("continues", continues.is_some()),
    ];
    match given.iter().find(|(name, given)| *given && !allowed.contains(name)) {
        Some((name, _)) => Err(fault(format!("format.{name} means nothing for this kind"))),
        None => Ok(()),
    }
}

fn one_byte(text: &str, what: &str) -> Result<u8, MappingFault> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n') => Ok(*byte),
        _ => Err(fault(format!("format.{what} must be one character"))),
    }
}

fn layout(format: &FormatSpec) -> Result<Layout, MappingFault> {
    let head = Head { skip: format.skip, rows: format.header.unwrap_or(1) };
    if head.rows > 5 || head.skip > 10_000 {
        return Err(fault("format.header must be 0 to 5, format.skip at most 10000"));
    }
    let records = |standard: Option<&str>| match format.records.as_deref().or(standard) {
        Some(path) if !path.is_empty() => Ok(path.to_owned()),
        _ => Err(fault("format.records is missing: the path of the records")),
    };
    Ok(match format.kind {
        FormatKind::Csv => {
            only(format, &["encoding", "delimiter", "quote", "skip", "header"])?;
            let delimiter = one_byte(format.delimiter.as_deref().unwrap_or(","), "delimiter")?;
            let quote = match format.quote.as_deref() {
                None => Some(b'"'),
                Some("") => None,
                Some(quote) => Some(one_byte(quote, "quote")?),
            };
            Layout::Csv(Table { encoding: encoding(format)?, delimiter, quote, head })
        }
        FormatKind::Json => {
            only(format, &["encoding", "records"])?;
            let records = records(None)?;
            Layout::Json(Document { encoding: encoding(format)?, records, many: false })
        }
        FormatKind::Ndjson => {
            only(format, &["encoding", "records"])?;
            let records = records(Some("/"))?;
            Layout::Json(Document { encoding: encoding(format)?, records, many: true })
        }
        FormatKind::Xml => {
            only(format, &["encoding", "records"])?;
            Layout::Xml(Document { encoding: encoding(format)?, records: records(None)?, many: false })
        }
        FormatKind::Html => {
            only(format, &["encoding", "skip", "header", "table"])?;
            let table = match format.table {
                None => 1,
                Some(TableName::Number(n)) if n > 0 => n,
                Some(_) => {
                    return Err(fault("format.table must be the number of the table on the page, from 1"));
                }
            };
            Layout::Html { table, head, encoding: encoding(format)? }
        }
        FormatKind::Eml => {
            only(format, &[])?;
            Layout::Eml
        }
        FormatKind::Sqlite => {
            only(format, &["table"])?;
            let Some(TableName::Name(table)) = &format.table else {
                return Err(fault("format.table is missing: the name of the table with messages"));
            };
            Layout::Sqlite(Rows { table: table.clone() })
        }
        FormatKind::Text => {
            only(format, &["encoding", "skip", "line", "continues"])?;
            let line = format.line.as_deref().ok_or_else(|| fault("format.line is missing: the pattern"))?;
            let whole = format!("^(?:{line})$");
            let line = RegexBuilder::new(&whole).size_limit(MOST_PATTERN).build();
            let line = line.map_err(|_| fault("format.line is no pattern that can be used"))?;
            let continues = format.continues.clone();
            if continues.as_deref().is_some_and(|name| !line.capture_names().flatten().any(|n| n == name)) {
                return Err(fault("format.continues must name a group of format.line"));
            }
            Layout::Text(Lines { encoding: encoding(format)?, line, continues, skip: format.skip })
        }
    })
}

fn container(spec: &Spec) -> Result<(), MappingFault> {
    let packed = matches!(spec.container, Container::Zip | Container::Tar);
    if packed != spec.archive.is_some() {
        return Err(fault("archive names the zip or tar files, and belongs to container \"zip\" or \"tar\""));
    }
    if (spec.container == Container::Sqlite) && spec.format.kind != FormatKind::Sqlite {
        return Err(fault("container \"sqlite\" goes with format.kind \"sqlite\""));
    }
    Ok(())
}

fn column_ref(name: &str) -> Result<ColumnRef, MappingFault> {
    match name.strip_prefix('#') {
        Some(number) => match number.parse::<usize>() {
            Ok(n) if n > 0 => Ok(ColumnRef::Number(n - 1)),
            _ => Err(fault("a column by number is written #1, #2 ...")),
        },
        None => Ok(ColumnRef::Name(name.to_owned())),
    }
}

fn field_plan(field: Field, source: &FieldSpec, spec: &Spec) -> Result<FieldPlan, MappingFault> {
    let full = match source {
        FieldSpec::Columns(columns) => Full { column: Some(columns.clone()), ..Full::default() },
        FieldSpec::Full(full) => full.clone(),
    };
    let Full { column, separator, value, from, lookup } = full;
    let name = field.name();
    if usize::from(column.is_some()) + usize::from(value.is_some()) + usize::from(from.is_some()) != 1 {
        return Err(fault(format!("fields.{name} needs one of column, value, from")));
    }
    if separator.is_some() && !field.is_list() {
        return Err(fault(format!("fields.{name} has one value: separator means nothing")));
    }
    if separator.as_deref() == Some("") {
        return Err(fault(format!("fields.{name}: the separator is empty")));
    }
    if field.is_time() && column.is_none() {
        return Err(fault(format!("fields.{name} is a time and comes from a column")));
    }
    let columns = column.map(|c| c.list()).unwrap_or_default();
    let columns = columns.iter().map(|c| column_ref(c)).collect::<Result<Vec<_>, _>>()?;
    let mut steps = Vec::new();
    for step in lookup.map(|l| l.list()).unwrap_or_default() {
        let Some((table, taken)) = step.split_once('.') else {
            return Err(fault(format!("fields.{name}: a lookup is written NAME.column")));
        };
        if !spec.lookups.contains_key(table) {
            return Err(fault(format!("fields.{name}: no [lookups.{table}]")));
        }
        steps.push((table.to_owned(), taken.to_owned()));
    }
    for (table, lookup) in &spec.lookups {
        let of_database = spec.format.kind == FormatKind::Sqlite;
        if lookup.file.is_some() == lookup.table.is_some() || lookup.table.is_some() != of_database {
            return Err(fault(format!("lookups.{table} needs table (in a database) or file (elsewhere)")));
        }
    }
    Ok(FieldPlan { columns, separator, value, from, lookup: steps })
}

/// What a message must have of its own cannot come from around it: records taken too deep would lose those
/// messages that lack what is deep.
fn of_their_own(layout: &Layout, fields: &BTreeMap<Field, FieldPlan>) -> Result<(), MappingFault> {
    if !matches!(layout, Layout::Json(_) | Layout::Xml(_)) {
        return Ok(());
    }
    for field in [Field::Id, Field::SentAt, Field::Body] {
        let around = |c: &ColumnRef| matches!(c, ColumnRef::Name(name) if name.starts_with('/'));
        if fields.get(&field).is_some_and(|plan| plan.columns.iter().any(around)) {
            return Err(fault(format!(
                "fields.{} lies around the records: format.records is too deep",
                field.name()
            )));
        }
    }
    Ok(())
}

fn times(spec: &Spec) -> Result<BTreeMap<Field, TimeForm>, MappingFault> {
    let mut times = BTreeMap::new();
    for field in spec.times.keys() {
        if !field.is_time() || !spec.fields.contains_key(field) {
            return Err(fault(format!("times.{} is of no time in [fields]", field.name())));
        }
    }
    for field in spec.fields.keys().filter(|f| f.is_time()) {
        let form = spec.times.get(field).or(spec.time.as_ref());
        let form = form.ok_or_else(|| fault(format!("[time] or [times.{}] is missing", field.name())))?;
        let ready = TimeForm::of(form).map_err(|why| fault(format!("time of {}: {why}", field.name())))?;
        times.insert(*field, ready);
    }
    Ok(times)
}

fn words(spec: &Spec, fields: &BTreeMap<Field, FieldPlan>) -> Result<(), MappingFault> {
    let column = |field| fields.get(&field).is_some_and(|plan| plan.value.is_none());
    let constant = |field| fields.get(&field).and_then(|plan| plan.value.as_deref());
    if column(Field::Direction) && spec.direction.is_empty() {
        return Err(fault("[direction] is missing: which words mean \"in\" and \"out\""));
    }
    if !column(Field::Direction) && !spec.direction.is_empty() {
        return Err(fault("[direction] without a column in fields.direction"));
    }
    if constant(Field::Direction).is_some_and(|word| !matches!(word, "in" | "out")) {
        return Err(fault("fields.direction: the value must be \"in\" or \"out\""));
    }
    if column(Field::Event) == spec.event.is_empty() {
        return Err(fault("[event] and fields.event belong together"));
    }
    if constant(Field::Classification).is_some_and(|words| Marking::of(words).is_none()) {
        return Err(fault("fields.classification: the value is no marking that is known"));
    }
    Ok(())
}

fn markings(spec: &Spec) -> Result<BTreeMap<String, Marking>, MappingFault> {
    let one = |(word, means): (&String, &String)| {
        let marking = Marking::of(means);
        let marking = marking.ok_or_else(|| fault("[classification] has a marking that is not known"))?;
        Ok((word.clone(), marking))
    };
    spec.classification.iter().map(one).collect()
}
