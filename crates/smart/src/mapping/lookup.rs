//! Tables that a value is looked up in: persons by their number, files by their message. Read once, held
//! in memory, bounded.

use std::collections::{BTreeMap, HashMap};

use model::{Fault, Place};

use super::plan::Mapping;
use crate::scan::{File, Layout, Rows, Stop, scan};

/// Most rows of all lookups together.
const MOST_ROWS: usize = 2_000_000;

/// A looked-up table: key to rows, each row the texts of the columns that are taken.
#[derive(Default)]
struct One {
    columns: Vec<String>,
    rows: HashMap<String, Vec<Vec<Option<String>>>>,
}

/// Every lookup of a mapping.
#[derive(Default)]
pub(crate) struct Lookups(BTreeMap<String, One>);

impl Lookups {
    /// Reads every lookup; `file_of` gives the file of a name, or the database for a table.
    pub(crate) fn read(
        mapping: &Mapping,
        file_of: &mut dyn FnMut(Option<&str>) -> Result<File, Stop>,
    ) -> Result<Self, Stop> {
        let mut all = BTreeMap::new();
        let mut count = 0;
        for (name, spec) in &mapping.spec.lookups {
            let taken = mapping.fields.values().flat_map(|f| &f.lookup).filter(|l| l.0 == *name);
            let mut one = One { columns: taken.map(|l| l.1.clone()).collect(), rows: HashMap::new() };
            one.columns.sort();
            one.columns.dedup();
            let file = file_of(spec.file.as_deref())?;
            let layout = match &spec.table {
                Some(table) => Layout::Sqlite(Rows { table: table.clone() }),
                None => mapping.layout.clone(),
            };
            let missing = Fault::Unexpected { expected: "the columns that the lookup names" };
            scan(&file, &layout, &mut |columns, row| {
                let find = |name: &str| columns.names().iter().position(|n| n == name);
                let Some(key) = find(&spec.key) else { return Err(file.misfit(row.place, missing.clone())) };
                if one.columns.iter().any(|c| find(c).is_none()) {
                    return Err(file.misfit(row.place, missing.clone()));
                }
                count += 1;
                if count > MOST_ROWS {
                    let fault = Fault::TooMuch { what: "rows in lookups", bound: MOST_ROWS as u64 };
                    return Err(file.misfit(Place::File, fault));
                }
                let Some(value) = row.all(key).next() else { return Ok(()) };
                let texts =
                    one.columns.iter().map(|c| find(c).and_then(|n| row.all(n).next()).map(str::to_owned));
                one.rows.entry(value.trim().to_owned()).or_default().push(texts.collect());
                Ok(())
            })?;
            all.insert(name.clone(), one);
        }
        Ok(Self(all))
    }

    /// What stands in `column` of every row of `table` with that key, empty where that is nothing; `None`
    /// where there is no such row.
    pub(super) fn find(&self, table: &str, key: &str, column: &str) -> Option<Vec<String>> {
        let one = self.0.get(table)?;
        let at = one.columns.iter().position(|c| c == column)?;
        Some(
            one.rows.get(key)?.iter().map(|row| row.get(at).cloned().flatten().unwrap_or_default()).collect(),
        )
    }
}
