//! `verify --proof`.

use std::path::Path;

use super::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::texts::shown;

pub(super) fn verify(proof: &Path, trusted: &Path, at: &Context<'_>) -> Result<u8, Failure> {
    let report = pipeline::proof::verify(proof, trusted).map_err(Failure::of_job)?;
    let texts = at.out.texts();
    match &report.why {
        Some(why) => at.out.line("proof-broken", &[("why", texts.word(why).into())])?,
        None => {
            at.out.line("proof-holds", &[])?;
            let mut table = Table::default();
            for (key, value) in [
                ("proof-archive", report.archive.clone()),
                ("proof-entry", report.entry.to_string()),
                ("proof-written", report.written_at.clone()),
                ("proof-size", report.size.to_string()),
                ("proof-root", report.root.clone()),
                ("proof-key", report.key.clone()),
            ] {
                table.row([texts.say(key, &[]), shown(&value)]);
            }
            at.out.table(&table)?;
            for message in &report.messages {
                at.out.plain(&shown(&message.to_string()))?;
            }
        }
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}
