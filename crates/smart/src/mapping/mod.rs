//! What an operator says about a medium: which files, which columns are which fields, how times, words and
//! markings are written. Declarative and total: no expressions, no loops, no code.

mod binding;
mod convert;
pub(crate) mod glob;
mod lookup;
pub(crate) mod marking;
mod plan;
pub(crate) mod spec;
pub(crate) mod time;

pub(crate) use binding::Binding;
pub(crate) use convert::{Known, Surroundings, normal};
pub(crate) use lookup::Lookups;
pub use plan::{Mapping, MappingFault};
