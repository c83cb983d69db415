//! Records in a document of nested elements (JSON, XML): every element at one path is a record, what lies
//! in it are its columns, and what lies beside it in the elements around belongs to it too.
//!
//! Columns inside a record are named by their path below it, `afsender.navn`, `@id` for an attribute and
//! `.` for its own text; columns around it by their path from the root, `/traade/traad/@id`. A step `*`
//! stands for any name, which is then the column `@key` of that element.

use std::collections::BTreeMap;

use model::{Fault, Place};

use super::text::Encoding;
use super::{Columns, File, MOST_ROW, Row, Sink, Stop, Values};

/// Most values around records, of one file.
const MOST_AROUND: usize = 1 << 20;
/// Most paths that are counted.
const MOST_PATHS: usize = 10_000;

/// Where the records of a document are.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Encoding.
    pub(crate) encoding: Option<Encoding>,
    /// Path of the records: `/traade/traad/besked`, or the name of an element that has one path only.
    pub(crate) records: String,
    /// Whether several documents may follow one another: JSON Lines.
    pub(crate) many: bool,
}

/// One step through a document.
pub(super) enum Event<'a> {
    /// An element begins.
    Open { name: &'a str, line: u64 },
    /// Text in it.
    Text(&'a str),
    /// It ends.
    Close,
}

/// What is walked through.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub(super) file: &'a File,
    pub(super) encoding: Option<Encoding>,
}

type Walker = fn(Walk<'_>, &mut dyn FnMut(Event<'_>) -> Result<(), Stop>) -> Result<(), Stop>;

/// An element that is open.
struct Open {
    name: String,
    text: String,
    children: bool,
}

/// Where one is in a document.
#[derive(Default)]
struct Path(Vec<Open>);

impl Path {
    fn text(&self, from: usize) -> String {
        let names = self.0.iter().skip(from).map(|o| o.name.as_str()).filter(|n| !n.is_empty());
        names.collect::<Vec<_>>().join("/")
    }

    /// Takes a step; gives the element that ended, with its depth.
    fn step(&mut self, event: &Event<'_>) -> Option<Open> {
        match event {
            Event::Open { name, line: _ } => {
                if let Some(parent) = self.0.last_mut() {
                    // an attribute is no child that makes white space around it meaningless
                    parent.children |= !name.starts_with('@');
                }
                self.0.push(Open { name: (*name).to_owned(), text: String::new(), children: false });
                None
            }
            Event::Text(text) => {
                if let Some(open) = self.0.last_mut() {
                    open.text.push_str(text);
                }
                None
            }
            Event::Close => self.0.pop(),
        }
    }
}

/// The value that an ended element has of its own.
fn value(open: &Open) -> Option<&str> {
    let between = open.children && open.text.trim().is_empty();
    if open.text.is_empty() || between { None } else { Some(&open.text) }
}

/// The steps of a path; JSON's root has no name.
fn steps(path: &str, json: bool) -> Vec<String> {
    let root = json.then(String::new);
    root.into_iter().chain(path.split('/').filter(|s| !s.is_empty()).map(str::to_owned)).collect()
}

/// How many of the open elements lead to a record: the length of the common beginning.
fn on_path(path: &Path, steps: &[String]) -> usize {
    path.0.iter().zip(steps).take_while(|(open, step)| *step == "*" || open.name == **step).count()
}

fn is_json(walker: Walker) -> bool {
    std::ptr::fn_addr_eq(walker, super::json::walk as Walker)
}

/// The one path of the elements of that name.
fn path_of(file: &File, document: &Document, walker: Walker) -> Result<Vec<String>, Stop> {
    let json = is_json(walker);
    if document.records.starts_with('/') {
        return Ok(steps(&document.records, json));
    }
    let mut found: BTreeMap<String, ()> = BTreeMap::new();
    let mut path = Path::default();
    walker(Walk { file, encoding: document.encoding }, &mut |event| {
        path.step(&event);
        if let Event::Open { name, .. } = event
            && name == document.records
        {
            found.insert(path.text(0), ());
        }
        Ok(())
    })?;
    match (found.len(), found.into_keys().next()) {
        (1, Some(only)) => Ok(steps(&only, json)),
        (0, _) => Err(file.misfit(Place::File, Fault::Unexpected { expected: "records of that name" })),
        _ => Err(file
            .misfit(Place::File, Fault::Unexpected { expected: "records at one path: give the whole path" })),
    }
}

/// What the elements around records hold, for each depth and each element in order.
#[derive(Default)]
struct Around {
    values: Vec<Vec<Values>>,
    count: usize,
}

impl Around {
    fn opened(&mut self, depth: usize) {
        if self.values.len() <= depth {
            self.values.resize_with(depth + 1, Vec::new);
        }
        self.values[depth].push(Values::new());
    }

    fn note(&mut self, depth: usize, column: usize, text: &str) -> Result<(), Fault> {
        self.count += 1;
        if self.count > MOST_AROUND {
            return Err(Fault::TooMuch { what: "values around records", bound: MOST_AROUND as u64 });
        }
        if let Some(last) = self.values.get_mut(depth).and_then(|d| d.last_mut()) {
            last.push((column, text.to_owned()));
        }
        Ok(())
    }
}

pub(super) fn scan(file: &File, document: &Document, walker: Walker, sink: Sink<'_>) -> Result<(), Stop> {
    let steps = path_of(file, document, walker)?;
    let walk = Walk { file, encoding: document.encoding };
    let mut columns = Columns::default();
    let around = around(walk, walker, &steps, document.many, &mut columns)?;
    let name =
        steps.last().filter(|s| !s.is_empty() && *s != "*").cloned().unwrap_or_else(|| "record".to_owned());
    let (mut path, mut record) = (Path::default(), None::<(Place, Values, usize)>);
    let (mut index, mut counts) = (0_u64, vec![0_usize; steps.len()]);
    let mut beside = Vec::new();
    let mut fresh = false;
    walker(walk, &mut |event| {
        let ended = path.step(&event);
        let depth = path.0.len();
        match event {
            Event::Open { line, name: key } => {
                let led = on_path(&path, &steps);
                if record.is_none() && led == depth && depth < steps.len() {
                    counts[depth - 1] += 1;
                    fresh = false;
                }
                if record.is_none() && led == depth && depth == steps.len() {
                    index += 1;
                    let place = Place::Element { name: name.clone().into(), index, line };
                    let mut values = Values::new();
                    if steps.last().is_some_and(|s| s == "*") {
                        let column = columns.number("@key").map_err(|f| file.misfit(place.clone(), f))?;
                        values.push((column, key.to_owned()));
                    }
                    record = Some((place, values, 0));
                }
            }
            Event::Text(_) => {}
            Event::Close => {
                let (Some(ended), Some((place, values, size))) = (ended, &mut record) else { return Ok(()) };
                if let Some(text) = value(&ended) {
                    let mut below =
                        path.0.iter().skip(steps.len()).map(|o| o.name.as_str()).collect::<Vec<_>>();
                    if depth >= steps.len() {
                        below.push(&ended.name);
                    }
                    let column = if below.is_empty() { ".".to_owned() } else { below.join(".") };
                    let column = columns.number(&column).map_err(|f| file.misfit(place.clone(), f))?;
                    *size += text.len() + 64;
                    if *size > MOST_ROW {
                        let fault = Fault::TooMuch { what: "bytes in a record", bound: MOST_ROW as u64 };
                        return Err(file.misfit(place.clone(), fault));
                    }
                    values.push((column, text.to_owned()));
                }
                if depth + 1 == steps.len()
                    && let Some((place, values, _)) = record.take()
                {
                    if !fresh {
                        beside.clear();
                        for (depth, count) in counts.iter().enumerate().take(steps.len() - 1) {
                            let of = around.values.get(depth).and_then(|all| all.get(count.checked_sub(1)?));
                            beside.extend(of.into_iter().flatten().cloned());
                        }
                        fresh = true;
                    }
                    return sink(&columns, Row { place, values, around: &beside, files: Vec::new() });
                }
            }
        }
        Ok(())
    })
}

/// Walks through once for what lies around records.
fn around(
    walk: Walk<'_>,
    walker: Walker,
    steps: &[String],
    many: bool,
    columns: &mut Columns,
) -> Result<Around, Stop> {
    let (mut path, mut around, mut inside) = (Path::default(), Around::default(), false);
    let mut roots = 0_u64;
    walker(walk, &mut |event| {
        let ended = path.step(&event);
        let depth = path.0.len();
        match event {
            Event::Open { name: key, line } => {
                let at = Place::Element { name: "root".into(), index: roots, line };
                roots += u64::from(depth == 1);
                if is_json(walker) && !many && depth == 1 && roots > 1 && steps.len() > 1 {
                    let fault = Fault::Unexpected { expected: "one document: more than one is ndjson" };
                    return Err(walk.file.misfit(at, fault));
                }
                let led = on_path(&path, steps) == depth;
                inside |= led && depth == steps.len();
                if led && depth < steps.len() {
                    around.opened(depth - 1);
                    if steps[depth - 1] == "*" {
                        let column = columns.number(&format!("/{}/@key", starred(&path, steps)));
                        let noted = column.and_then(|column| around.note(depth - 1, column, key));
                        noted.map_err(|f| walk.file.misfit(at, f))?;
                    }
                }
            }
            Event::Text(_) => {}
            Event::Close => {
                let Some(ended) = ended else { return Ok(()) };
                if inside {
                    inside = depth + 1 != steps.len() || on_path(&path, steps) != depth;
                    return Ok(());
                }
                let Some(text) = value(&ended) else { return Ok(()) };
                let led = on_path(&path, steps);
                let tail = path.0.iter().skip(led).map(|o| o.name.as_str()).chain([ended.name.as_str()]);
                let lead = starred_to(&path, steps, led);
                let name = lead.into_iter().chain(tail.map(str::to_owned)).collect::<Vec<_>>().join("/");
                let column = columns.number(&format!("/{name}"));
                let noted = column.and_then(|column| around.note(led.saturating_sub(1), column, text));
                noted.map_err(|f| walk.file.misfit(Place::File, f))?;
            }
        }
        Ok(())
    })?;
    Ok(around)
}

/// The open elements that lead to a record, as the path of the records names them.
fn starred_to(path: &Path, steps: &[String], led: usize) -> Vec<String> {
    let both = path.0.iter().zip(steps).take(led);
    both.map(|(open, step)| if step == "*" { "*".to_owned() } else { open.name.clone() })
        .filter(|n| !n.is_empty())
        .collect()
}

fn starred(path: &Path, steps: &[String]) -> String {
    starred_to(path, steps, path.0.len()).join("/")
}

/// Every path of elements that have elements in them, with how often: what could be records.
pub(super) fn repeated(
    file: &File,
    walker: Walker,
    encoding: Option<Encoding>,
) -> Result<Vec<(String, u64)>, Stop> {
    let mut found: Vec<(String, u64)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut path = Path::default();
    walker(Walk { file, encoding }, &mut |event| {
        let ended = path.step(&event);
        if let (Event::Close, Some(ended)) = (event, ended)
            && (ended.children || has_attributes(&ended))
        {
            let mut at = path.text(0);
            if !ended.name.is_empty() {
                if !at.is_empty() {
                    at.push('/');
                }
                at.push_str(&ended.name);
            }
            let at = format!("/{at}");
            if let Some(slot) = known.get(&at) {
                found[*slot].1 += 1;
            } else if known.len() < MOST_PATHS {
                known.insert(at.clone(), found.len());
                found.push((at, 1));
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// An element with text of its own may be a record by its attributes alone.
fn has_attributes(open: &Open) -> bool {
    !open.name.starts_with('@') && !open.text.is_empty() && open.children
}
