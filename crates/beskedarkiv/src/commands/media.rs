//! `media`: the register of media and devices, its receipts and records of destruction.

use jiff::civil::Date;
use pipeline::Sensitive;
use pipeline::media::{self, Entered, ListedMedium, NewMedium, Recorded, Which};

use super::Context;
use super::jobs::{now, operator, places};
use crate::args::{self, Media};
use crate::failure::Failure;
use crate::table::Table;

/// Something a person must look at.
const LOOK: u8 = 3;

fn given(fact: &args::Fact) -> Result<Sensitive<String>, Failure> {
    fact.one().map(Sensitive::new)
}

fn today() -> Result<Date, Failure> {
    policy::civil_date(now()).ok_or_else(|| Failure::new(1, "internal").with("what", "clock".to_owned()))
}

pub(super) fn media(command: &Media, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Media::Add(a) => {
            let new = NewMedium {
                kind: a.kind,
                serial: given(&a.serial)?,
                level: a.level,
                place: given(&a.place)?,
                holder: given(&a.holder)?,
                custodian: a.custodian.clone(),
                read_out_months: a.read_out_months,
            };
            record(at, &a.of, &Recorded::Added(new))
        }
        Media::Move(a) => {
            let moved =
                Recorded::Moved { place: given(&a.place)?, holder: given(&a.holder)?, by: given(&a.by)? };
            record(at, &a.of, &moved)
        }
        Media::ReadOut(a) => record(at, &a.of, &Recorded::ReadOut { by: given(&a.by)? }),
        Media::Destroy(a) => {
            let destroyed = Recorded::Destroyed {
                method: given(&a.method)?,
                by: given(&a.by)?,
                witness: given(&a.witness)?,
            };
            record(at, &a.of, &destroyed)
        }
        Media::Receipt(a) => match (&a.signed_by, a.movement) {
            (Some(by), Some(movement)) => {
                record(at, &a.of, &Recorded::ReceiptSigned { movement, by: given(by)? })
            }
            _ => {
                let places = places(at, &a.of.acting.at)?;
                let paper = media::receipt(&places, &a.of.number, a.movement).map_err(Failure::of_job)?;
                at.out.plain(&paper)?;
                at.out.object(&serde_json::json!({ "number": a.of.number, "paper": paper }))?;
                Ok(0)
            }
        },
        Media::List(a) => {
            let which = Which { overdue: a.overdue, destroyed: a.destroyed };
            let names = at.out.names(a.show_names);
            let listed = media::list(&places(at, &a.at)?, None, which, names, today()?);
            list(at, &listed.map_err(Failure::of_job)?)
        }
        Media::Show(a) => {
            let names = at.out.names(a.show_names);
            let one = Some(a.number.as_str());
            let listed = media::list(&places(at, &a.at)?, one, Which::default(), names, today()?);
            let listed = listed.map_err(Failure::of_job)?;
            let code = list(at, &listed)?;
            movements(at, &listed)?;
            Ok(code)
        }
    }
}

fn record(at: &Context<'_>, of: &args::Entered, what: &Recorded) -> Result<u8, Failure> {
    let reference = of.reference.as_ref().map(given).transpose()?;
    let date = of.date.map_or_else(today, Ok)?;
    let (places, by) = operator(at, &of.acting)?;
    let entered = media::record(&places, &by, &of.number, date, what, reference.as_ref(), now())
        .map_err(Failure::of_job)?;
    let Entered { number, entry, movement: _, paper } = &entered;
    at.out.line("media-done", &[("number", number.clone().into()), ("entry", (*entry).into())])?;
    if let Some(paper) = paper {
        at.out.plain(paper)?;
    }
    at.out.object(&entered)?;
    Ok(0)
}

fn list(at: &Context<'_>, listed: &[ListedMedium]) -> Result<u8, Failure> {
    let mut table = Table::default();
    for m in listed {
        let due = m.read_out_due.clone().unwrap_or_default();
        let state = match (&m.destroyed, m.overdue) {
            (Some(date), _) => format!("{} {date}", at.out.texts().say("media-destroyed", &[])),
            (None, true) => format!("{} {due}", at.out.texts().say("media-overdue", &[])),
            (None, false) => due,
        };
        table.row([
            m.number.clone(),
            m.kind.to_owned(),
            m.level.to_owned(),
            m.serial.clone().unwrap_or_default(),
            m.place.clone().unwrap_or_default(),
            m.holder.clone().unwrap_or_default(),
            m.custodian.clone().unwrap_or_default(),
            state,
        ]);
    }
    at.out.table(&table)?;
    let missing: usize = listed.iter().map(|m| m.receipts_missing).sum();
    if missing > 0 {
        at.out.line("media-receipts-missing", &[("n", (missing as u64).into())])?;
    }
    at.out.object(&listed)?;
    Ok(if listed.iter().any(|m| m.overdue) { LOOK } else { 0 })
}

fn movements(at: &Context<'_>, listed: &[ListedMedium]) -> Result<(), Failure> {
    let mut table = Table::default();
    for m in listed.iter().flat_map(|m| &m.movements) {
        let way = m.way.clone().unwrap_or_default();
        let [from, to, from_holder, to_holder] = way;
        table.row([
            m.number.to_string(),
            m.date.clone(),
            format!("{from} – {to}"),
            format!("{from_holder} – {to_holder}"),
            m.receipt.clone().unwrap_or_default(),
        ]);
    }
    at.out.table(&table)
}
