//! `custodian` and `operator`: the registers of persons, their devices and roles, and of who may do
//! what.

use pipeline::operators::Grant;
use pipeline::register::{self as custodians, NewCustodian};
use pipeline::{Sensitive, personal};
use policy::{Change, Handle, Personal, Role};

use super::Context;
use super::jobs::{now, operator, places};
use crate::args::{self, Custodian, Happening, Operator, fact};
use crate::failure::{Failure, LOOK};
use crate::person::Terminal;
use crate::secret::{self, Asked};
use crate::table::Table;

fn sensitive(fact: &args::Fact) -> Result<Sensitive<String>, Failure> {
    fact.one().map(Sensitive::new)
}

fn role(flags: &args::RoleFlags) -> Role {
    Role { post: flags.post, authority: flags.authority_kind, pay_grade: flags.pay_grade }
}

fn done(at: &Context<'_>, id: &str, entry: u64) -> Result<u8, Failure> {
    at.out.line("register-done", &[("id", id.to_owned().into()), ("entry", entry.into())])?;
    at.out.object(&serde_json::json!({ "custodian": id, "entry": entry }))?;
    Ok(0)
}

pub(super) fn custodian(command: Custodian, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Custodian::Add(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let many = |facts: &[args::Fact]| -> Result<Vec<Sensitive<String>>, Failure> {
                Ok(fact::all(facts)?.into_iter().map(Sensitive::new).collect())
            };
            let new = NewCustodian {
                id: a.id.clone(),
                name: sensitive(&a.name)?,
                role: role(&a.role),
                from: a.role.from,
                to: a.role.to,
                numbers: many(&a.numbers)?,
                devices: many(&a.devices)?,
                reference: a.reference.as_ref().map(sensitive).transpose()?,
            };
            let entry = custodians::add(&places, &by, &new, now()).map_err(Failure::of_job)?;
            done(at, &a.id, entry)
        }
        Custodian::List(a) => list(at, &a.at, None, a.show_names),
        Custodian::Show(a) => list(at, &a.at, Some(&a.id), a.show_names),
        Custodian::Role(a) => {
            let change = Change::RoleAdded { role: role(&a.role), from: a.role.from, to: a.role.to };
            record(at, &a.acting, &a.id, change, a.reference.as_ref())
        }
        Custodian::Device(a) => {
            let handle = match (&a.serial, &a.number) {
                (Some(serial), _) => Handle::Serial(Personal::new(serial.one()?)),
                (None, Some(number)) => Handle::Number(Personal::new(number.one()?)),
                (None, None) => return Err(Failure::usage("place-needed").with("flag", "--serial")),
            };
            let change = Change::DeviceRegistered { handle, from: a.from, to: a.to };
            record(at, &a.acting, &a.id, change, a.reference.as_ref())
        }
        Custodian::Event(a) => {
            let change = match (a.event, &a.why) {
                (Happening::Event(event), _) => Change::EventRecorded(event),
                (Happening::NoCopy(month), Some(why)) => {
                    Change::NoCopy { month, reason: Personal::new(why.one()?) }
                }
                (Happening::NoCopy(_), None) => {
                    return Err(Failure::usage("place-needed").with("flag", "--why"));
                }
            };
            record(at, &a.acting, &a.id, change, a.reference.as_ref())
        }
        Custodian::End(a) => {
            let places_at = places(at, &a.acting.at)?;
            let change = custodians::ending(&places_at, &a.id, a.fact, a.to).map_err(Failure::of_job)?;
            record(at, &a.acting, &a.id, change, a.reference.as_ref())
        }
        Custodian::Withdraw(a) => {
            let change = Change::Corrected { of: a.fact, with: None };
            record(at, &a.acting, &a.id, change, a.reference.as_ref())
        }
    }
}

fn record(
    at: &Context<'_>,
    acting: &args::Acting,
    id: &str,
    change: Change,
    reference: Option<&args::Fact>,
) -> Result<u8, Failure> {
    let (places, by) = operator(at, acting)?;
    let reference = reference.map(sensitive).transpose()?;
    let entry =
        custodians::record(&places, &by, id, change, reference.as_ref(), now()).map_err(Failure::of_job)?;
    let otherwise = pipeline::restamp::unsettled(&places, id).map_err(Failure::of_job)?;
    at.out.line("register-done", &[("id", id.to_owned().into()), ("entry", entry.into())])?;
    if otherwise > 0 {
        at.out.line("register-restamp", &[("n", otherwise.into())])?;
    }
    let report = serde_json::json!({ "custodian": id, "entry": entry, "stamped_otherwise": otherwise });
    at.out.object(&report)?;
    Ok(0)
}

fn list(at: &Context<'_>, given: &args::Where, only: Option<&str>, show_names: bool) -> Result<u8, Failure> {
    let names = at.out.names(show_names);
    let listed = custodians::list(&places(at, given)?, only, names).map_err(Failure::of_job)?;
    let mut table = Table::default();
    for c in &listed {
        let role = c.roles.last();
        table.row([
            c.id.clone(),
            c.name.clone().unwrap_or_default(),
            role.map(|r| r.post.clone()).unwrap_or_default(),
            role.map(|r| r.authority_kind.clone()).unwrap_or_default(),
            role.map(|r| format!("{} – {}", r.from, r.to.as_deref().unwrap_or(""))).unwrap_or_default(),
            c.device_count.to_string(),
        ]);
    }
    at.out.table(&table)?;
    if only.is_some() {
        for c in &listed {
            facts(c, at)?;
        }
    }
    at.out.object(&listed)?;
    Ok(0)
}

/// Every fact of a person with its number in the register.
fn facts(c: &custodians::Listed, at: &Context<'_>) -> Result<(), Failure> {
    let days = |from: &str, to: &Option<String>| format!("{from} – {}", to.as_deref().unwrap_or(""));
    let mut table = Table::default();
    for r in &c.roles {
        let grade = r.pay_grade.map(|g| format!("lr. {g}")).unwrap_or_default();
        table.row([
            format!("[{}]", r.fact),
            format!("{} {} {grade}", r.post, r.authority_kind),
            days(&r.from, &r.to),
        ]);
    }
    for d in &c.devices {
        table.row([format!("[{}]", d.fact), d.handle.clone().unwrap_or_default(), days(&d.from, &d.to)]);
    }
    for e in c.events.iter().chain(&c.no_copies) {
        table.row([format!("[{}]", e.fact), e.kind.clone(), e.date.clone()]);
    }
    at.out.table(&table)
}

pub(super) fn operators(command: Operator, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Operator::Add(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let name = a.name.one()?;
            let id = if let Some(given) = &a.recipient {
                personal::recipients(given, Terminal::person())
                    .and_then(|to| pipeline::operators::add_with_key(&places, &by, &name, &to, now()))
            } else {
                let file = a.new_passphrase_file.as_deref();
                let passphrase = secret::get(file, Asked::New, &at.out, &at.stop)?;
                pipeline::operators::add(&places, &by, &name, &passphrase, now())
            };
            let id = id.map_err(Failure::of_job)?;
            at.out.line("operator-added", &[("id", id.clone().into())])?;
            at.out.object(&serde_json::json!({ "operator": id }))?;
        }
        Operator::Grant(a) => {
            Failure::of_period(a.messages_from, a.messages_to)?;
            Failure::of_period(a.from, a.to)?;
            let (places, by) = operator(at, &a.acting)?;
            if !a.shares.is_empty() {
                pipeline::custody::give(&places, &by, &a.shares).map_err(Failure::of_job)?;
            }
            let grant = Grant {
                operator: a.operator,
                rights: a.rights,
                custodians: a.custodians,
                months: (a.messages_from, a.messages_to),
                from: a.from,
                to: a.to,
            };
            pipeline::operators::grant(&places, &by, &grant, now()).map_err(Failure::of_job)?;
            at.out.line("operator-granted", &[("id", grant.operator.clone().into())])?;
            at.out.object(&serde_json::json!({ "operator": grant.operator, "rights": grant.rights }))?;
        }
        Operator::Revoke(a) => {
            let (places, by) = operator(at, &a.acting)?;
            pipeline::operators::revoke(&places, &by, &a.operator, now()).map_err(Failure::of_job)?;
            at.out.line("operator-revoked", &[("id", a.operator.clone().into())])?;
            at.out.object(&serde_json::json!({ "operator": a.operator, "rights": [] }))?;
        }
        Operator::Review(a) => return review(&a, at),
        Operator::List(a) => {
            let names = at.out.names(a.show_names);
            let listed = pipeline::operators::list(&places(at, &a.at)?, names).map_err(Failure::of_job)?;
            let mut table = Table::default();
            for o in &listed {
                let id = o.id.get(..8).unwrap_or_default().to_owned();
                table.row([id, o.name.clone().unwrap_or_default(), o.rights.join(","), o.scope.join(",")]);
            }
            at.out.table(&table)?;
            at.out.object(&listed)?;
        }
    }
    Ok(0)
}

fn review(a: &args::CustodianList, at: &Context<'_>) -> Result<u8, Failure> {
    let names = at.out.names(a.show_names);
    let reviewed = pipeline::rights::review(&places(at, &a.at)?, names, now()).map_err(Failure::of_job)?;
    let texts = at.out.texts();
    for o in &reviewed {
        let name = o.name.as_deref().unwrap_or_default();
        let granted = o.granted.as_deref().unwrap_or_default();
        let until = o.to.as_deref().unwrap_or_default();
        at.out.plain(&format!("{} {name} {granted} – {until} [{}]", o.id, o.scope.join(",")))?;
        let mut table = Table::default();
        for right in &o.rights {
            let used = match (&right.last_used, right.recorded) {
                (Some(day), _) => day.clone(),
                (None, true) => texts.say("review-never", &[]),
                (None, false) => texts.say("review-unrecorded", &[]),
            };
            let mark =
                if o.unused.contains(&right.right) { texts.say("review-unused", &[]) } else { String::new() };
            table.row([right.right.to_owned(), used, mark]);
        }
        at.out.table(&table)?;
    }
    at.out.object(&reviewed)?;
    Ok(if reviewed.iter().any(|o| !o.unused.is_empty()) { LOOK } else { 0 })
}

pub(super) fn policy(command: &args::Policy, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        args::Policy::Show(a) => {
            let history = pipeline::policies::history(&places(at, &a.at)?).map_err(Failure::of_job)?;
            let mut table = Table::default();
            for p in &history {
                let id = p.id.get(..16).unwrap_or_default();
                table.row([
                    p.entry.to_string(),
                    p.since.clone(),
                    format!("unlisted_chiefs = \"{}\"", p.unlisted_chiefs),
                    format!("earliest_plausible = \"{}\"", p.earliest_plausible),
                    id.to_owned(),
                ]);
            }
            at.out.table(&table)?;
            // all that the newest says, as it stands in a policy file
            if let Some(newest) = history.last() {
                at.out.plain(&format!("\n  allow_key_destruction = {}", newest.allow_key_destruction))?;
                at.out.plain("  [sorting]")?;
                let sorting = serde_json::to_value(newest.sorting).unwrap_or_default();
                for (key, value) in sorting.as_object().into_iter().flatten() {
                    at.out.plain(&format!("  {key} = {value}"))?;
                }
            }
            at.out.object(&history)?;
        }
        args::Policy::Set(a) => {
            // a file that cannot be used is said before a passphrase is asked for
            let policy = pipeline::policies::read_file(&a.file).map_err(Failure::of_job)?;
            let (places, by) = operator(at, &a.acting)?;
            let entry = pipeline::policies::set(&places, &by, &policy, now()).map_err(Failure::of_job)?;
            at.out.line("policy-set", &[("entry", entry.into())])?;
            at.out.object(&serde_json::json!({ "entry": entry }))?;
        }
        args::Policy::Ceiling(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let reference = a.reference.as_ref().map(sensitive).transpose()?;
            let entry = pipeline::markings::set_ceiling(&places, &by, a.level, reference.as_ref(), now())
                .map_err(Failure::of_job)?;
            at.out.line("marking-ceiling", &[("level", a.level.danish().into())])?;
            at.out.line("marking-not-approved", &[])?;
            at.out.object(&serde_json::json!({ "entry": entry, "ceiling": a.level.danish() }))?;
        }
        args::Policy::Declassify(a) => {
            Failure::of_period(a.from, a.to)?;
            let (places, by) = operator(at, &a.acting)?;
            let what = pipeline::markings::Declassification {
                custodian: a.custodian.clone(),
                from: a.level,
                to: a.to_level,
                first: a.from,
                last: a.to,
                issuer: sensitive(&a.issuer)?,
                reference: a.reference.as_ref().map(sensitive).transpose()?,
            };
            let entry =
                pipeline::markings::declassify(&places, &by, &what, now()).map_err(Failure::of_job)?;
            at.out.line("marking-declassified", &[("entry", entry.into())])?;
            at.out.object(&serde_json::json!({ "entry": entry }))?;
        }
        args::Policy::Markings(a) => markings(a, at)?,
    }
    Ok(0)
}

fn markings(a: &args::CustodianList, at: &Context<'_>) -> Result<(), Failure> {
    let names = at.out.names(a.show_names);
    let shown = pipeline::markings::show(&places(at, &a.at)?, names).map_err(Failure::of_job)?;
    at.out.line("marking-ceiling", &[("level", shown.ceiling.into())])?;
    at.out.line("marking-held", &[("level", shown.held.into())])?;
    let mut table = Table::default();
    for d in &shown.decisions {
        let days = [&d.first, &d.last].map(|day| day.clone().unwrap_or_default());
        table.row([
            d.entry.to_string(),
            d.custodian.clone().unwrap_or_default(),
            d.from.map_or_else(|| d.to.to_owned(), |from| format!("{from} → {}", d.to)),
            d.custodian.as_ref().map(|_| days.join(" – ")).unwrap_or_default(),
            d.issuer.clone().unwrap_or_default(),
        ]);
    }
    at.out.table(&table)?;
    at.out.object(&shown)
}
