//! `retention explain`: the rule for one message, without any archive.

use policy::{Answer, Policy, Question, Role};

use super::Context;
use crate::args::{self, fact};
use crate::failure::Failure;
use crate::table::Table;

/// Size limit of a policy file, bytes.
const LIMIT: u64 = 64 * 1024;

/// Answers with the object of interface section 6, or a table.
pub(super) fn explain(a: &args::Explain, at: &Context<'_>) -> Result<u8, Failure> {
    let policy = match &a.policy {
        None => Policy::default(),
        Some(path) => {
            let fault = |why: String| {
                Failure::usage("policy-file").with("path", path.display().to_string()).with("why", why)
            };
            let text = fact::bounded(path, LIMIT).map_err(fault)?;
            let text = String::from_utf8(text).map_err(|_| fault("UTF-8".into()))?;
            Policy::from_toml(&text).map_err(|e| fault(e.to_string()))?
        }
    };
    let question = Question {
        role: Role { post: a.post, authority: a.authority_kind, pay_grade: a.pay_grade },
        sent: a.sent_at,
        received: a.received_at,
        events: a.events.clone(),
    };
    let answer = Answer::of(&policy, &question)
        .map_err(|e| Failure::usage("bad-value").with("what", "--sent-at").with("why", e.to_string()))?;
    let texts = at.out.texts();
    let yes = |is: bool| texts.say(if is { "yes" } else { "no" }, &[]);
    let label = |key| texts.say(key, &[]);
    let mut table = Table::default();
    table.row([label("explain-class"), answer.class.to_string()]);
    table.row([label("explain-years"), answer.years.to_string()]);
    table.row([label("explain-monthly-copy"), yes(answer.monthly_copy)]);
    table.row([label("explain-ends-on-departure"), yes(answer.ends_on_departure)]);
    table.row([label("explain-retain-until"), answer.retain_until.to_string()]);
    table.row([label("explain-disposal-from"), answer.disposal_from.to_string()]);
    for (i, rule) in answer.rules.iter().enumerate() {
        table.row([if i == 0 { label("explain-rules") } else { String::new() }, rule.clone()]);
    }
    at.out.table(&table)?;
    at.out.object(&answer)?;
    Ok(0)
}
