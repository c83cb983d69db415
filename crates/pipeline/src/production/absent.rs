//! What was in the archive within the scope of a production and is not any more: never silently missing.

use export::Disposed;

use super::Export;
use super::months::in_scope;
use crate::disposal;
use crate::error::JobError;

/// What was erased or moved away within the scope: a placeholder for each message.
pub(super) fn erased(job: &Export) -> Result<Vec<export::Withheld>, JobError> {
    let mut all = Vec::new();
    for certificate in disposal::certificates(&job.places)? {
        let Some(why) = certificate.why else { continue };
        for bucket in certificate.buckets.iter().filter(|b| b.custodian == job.custodian) {
            if !bucket.month.parse().is_ok_and(|month| in_scope(job, month)) {
                continue;
            }
            let erased = export::Erased {
                decision: why.decision.clone(),
                day: certificate.written.chars().take(10).collect(),
            };
            let placeholder = export::Withheld {
                month: bucket.month.chars().take(7).collect(),
                ground: Some(why.ground.clone()).filter(|ground| !ground.is_empty()),
                standing: if why.to.is_some() { export::Standing::Moved } else { export::Standing::Erased },
                entry: certificate.entry,
                erased: Some(erased),
            };
            let messages = usize::try_from(why.messages).unwrap_or(usize::MAX);
            all.extend(std::iter::repeat_n(placeholder, messages));
        }
    }
    Ok(all)
}

/// What was disposed of within the scope.
pub(super) fn disposed(job: &Export) -> Result<Vec<Disposed>, JobError> {
    let mut all = Vec::new();
    let all_acts = disposal::certificates(&job.places)?;
    for certificate in all_acts.into_iter().filter(|c| c.kind == disposal::Kind::Disposal) {
        for bucket in certificate.buckets.iter().filter(|b| b.custodian == job.custodian) {
            let Ok(month) = bucket.month.parse() else { continue };
            if in_scope(job, month) {
                all.push(Disposed {
                    month: bucket.month.chars().take(7).collect(),
                    retention_class: bucket.class.clone(),
                    records: bucket.records,
                    entry: certificate.entry,
                    day: certificate.day.clone(),
                });
            }
        }
    }
    all.sort_by(|a, b| (&a.month, &a.retention_class, a.entry).cmp(&(&b.month, &b.retention_class, b.entry)));
    Ok(all)
}
