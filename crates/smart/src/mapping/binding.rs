//! Which columns of a file are which fields of a mapping.

use std::collections::{BTreeMap, BTreeSet};

use model::Fault;

use super::glob;
use super::plan::{ColumnRef, Mapping};
use super::spec::Field;
use crate::scan::Columns;

/// What one column is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Mapped,
    Ignored,
    Unmapped,
}

/// Which columns of a file are which fields.
#[derive(Default)]
pub(crate) struct Binding {
    pub(super) fields: BTreeMap<Field, Vec<usize>>,
    pub(super) uses: Vec<Use>,
    known: usize,
}

impl Mapping {
    /// Finds the columns of the fields among those of a file.
    pub(crate) fn bind(&self, binding: &mut Binding, columns: &Columns) -> Result<(), Fault> {
        let names = columns.names();
        if binding.known == names.len() {
            return Ok(());
        }
        binding.known = names.len();
        binding.fields.clear();
        let mut used = BTreeSet::new();
        for (field, plan) in &self.fields {
            let mut numbers = Vec::new();
            for column in &plan.columns {
                match column {
                    ColumnRef::Number(n) if *n < names.len() => numbers.push(*n),
                    ColumnRef::Number(_) => {}
                    ColumnRef::Name(name) => {
                        let mut found = names.iter().enumerate().filter(|(_, n)| *n == name).map(|(i, _)| i);
                        numbers.extend(found.next());
                        if let Some(second) = found.next() {
                            let why = "two columns have the mapped name: give it by number, #N";
                            return Err(Fault::Field { field: field.name(), column: second as u64 + 1, why });
                        }
                    }
                }
            }
            used.extend(numbers.iter().copied());
            binding.fields.insert(*field, numbers);
        }
        let of = |(i, name): (usize, &String)| {
            if used.contains(&i) {
                Use::Mapped
            } else if glob::any(&self.spec.ignore, name) || self.spec.ignore.contains(&format!("#{}", i + 1))
            {
                Use::Ignored
            } else {
                Use::Unmapped
            }
        };
        binding.uses = names.iter().enumerate().map(of).collect();
        Ok(())
    }

    /// Fields of which no column was found in anything that was read.
    pub(crate) fn unbound(&self, binding: &Binding) -> Option<Field> {
        let whole =
            |f: &Field| binding.fields.get(f).is_some_and(|n| n.len() == self.fields[f].columns.len());
        self.fields.keys().find(|f| !whole(f)).copied()
    }

    /// Names of the columns that are neither mapped nor left out.
    pub(crate) fn unmapped<'a>(&self, binding: &Binding, columns: &'a Columns) -> Vec<&'a str> {
        let both = columns.names().iter().zip(&binding.uses);
        both.filter(|(_, u)| **u == Use::Unmapped).map(|(name, _)| name.as_str()).collect()
    }
}
