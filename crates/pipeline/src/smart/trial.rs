//! Looking at a medium before anything is taken from it: what lies on it, and what a mapping makes of it.

use std::path::Path;
use std::sync::Arc;

use ::smart::probe::Probe;
use ::smart::{DryRun, Mapping};
use model::SourceError;

use super::{mapping_fault, small};
use crate::error::JobError;
use crate::open::SourceOptions;
use crate::progress::{Phase, Progress};

/// What lies on a medium or in a package, with a mapping proposed.
///
/// # Errors
/// When it cannot be read.
pub fn probe(path: &Path, danish: bool, progress: Progress<'_>) -> Result<Probe, JobError> {
    progress.begin(Phase::Opening, None);
    let fail = |fault| JobError::source_at(path, fault);
    let tree = evidence::open_tree(path).map_err(fail)?;
    ::smart::probe::probe(&tree, danish).map_err(fail)
}

/// Tries a mapping, from a file or from the package, on a medium or package.
///
/// # Errors
/// When the medium or the mapping cannot be read; a mapping that does not fit is in the report.
pub fn dry_run(path: &Path, options: &SourceOptions, progress: Progress<'_>) -> Result<DryRun, JobError> {
    progress.begin(Phase::Reading, None);
    let fail = |fault| JobError::source_at(path, fault);
    let given = options.given()?;
    let tree = evidence::open_tree(path).map_err(fail)?;
    let file = options.mapping.clone().unwrap_or_else(|| path.join(::smart::package::name::MAPPING));
    if options.mapping.is_none() && !file.is_file() {
        let what = "no mapping: nothing says which columns are which fields";
        return Err(fail(SourceError::Undescribed { what }));
    }
    let bytes = small(&file, "reading the mapping")?;
    let mapping = Mapping::parse(&bytes).map_err(|e| mapping_fault(&file, &e))?;
    ::smart::dry_run(&tree, &Arc::new(mapping), &given).map_err(fail)
}
