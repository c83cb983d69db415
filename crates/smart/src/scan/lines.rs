//! Text in which a pattern describes the line that a message begins with; further lines belong to it.
//! No line is passed over: one that nothing describes is an error with its number.

use model::{Fault, Place};
use regex::Regex;

use super::text::{Encoding, Utf8};
use super::{Columns, File, MOST_VALUE, Row, Sink, Stop, Values};

/// How the text is written.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// Encoding.
    pub(crate) encoding: Option<Encoding>,
    /// What the first line of a message is, whole; its named groups are the columns.
    pub(crate) line: Regex,
    /// The group that further lines belong to; without one every line is a message.
    pub(crate) continues: Option<String>,
    /// Lines above the first message.
    pub(crate) skip: u64,
}

pub(super) fn scan(file: &File, lines: &Lines, sink: Sink<'_>) -> Result<(), Stop> {
    let mut text = Utf8::new(file.bytes(), lines.encoding).map_err(|f| file.misfit(Place::File, f))?;
    let mut columns = Columns::default();
    let mut groups = Vec::new();
    for name in lines.line.capture_names().flatten() {
        groups.push((columns.add(name).map_err(|f| file.misfit(Place::File, f))?, name));
    }
    let continues = lines.continues.as_deref();
    let continues = continues.and_then(|name| groups.iter().find(|g| g.1 == name)).map(|g| g.0);
    let (mut number, mut index) = (0_u64, 0_u64);
    let mut open: Option<(Place, Values)> = None;
    let mut blank_lines = 0_usize;
    let at = |line, index| Place::Element { name: "line".into(), index, line };
    while let Some(line) = text.line().map_err(|f| file.misfit(at(number + 1, index + 1), f))? {
        number += 1;
        if number <= lines.skip {
            continue;
        }
        if let Some(found) = lines.line.captures(&line) {
            if let Some((place, values)) = open.take() {
                sink(&columns, Row { place, values, around: &[], files: Vec::new() })?;
            }
            index += 1;
            blank_lines = 0;
            let values = groups
                .iter()
                .filter_map(|(column, name)| found.name(name).map(|m| (*column, m.as_str().to_owned())));
            open = Some((at(number, index), values.collect()));
        } else if line.trim().is_empty() {
            // between messages it is nothing; inside one it is a line of its text
            blank_lines += 1;
        } else if let (Some((_, values)), Some(column)) = (&mut open, continues) {
            let slot = match values.iter().position(|v| v.0 == column) {
                Some(slot) => slot,
                None => {
                    values.push((column, String::new()));
                    values.len() - 1
                }
            };
            let body = &mut values[slot].1;
            body.extend(std::iter::repeat_n('\n', blank_lines + 1));
            blank_lines = 0;
            body.push_str(&line);
            if body.len() > MOST_VALUE {
                let fault = Fault::TooMuch { what: "bytes in a value", bound: MOST_VALUE as u64 };
                return Err(file.misfit(at(number, index), fault));
            }
        } else {
            let fault = Fault::Unexpected { expected: "a line that the pattern describes" };
            return Err(file.misfit(at(number, index + 1), fault));
        }
    }
    if let Some((place, values)) = open {
        sink(&columns, Row { place, values, around: &[], files: Vec::new() })?;
    }
    Ok(())
}
