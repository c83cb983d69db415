//! `classify`, `classify train`, `classify evaluate`: verdicts and models, without any archive.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use pipeline::JobError;
use pipeline::classify::{self, Ask, Mode, Sorter, Without};
use serde_json::json;

use super::Context;
use super::jobs::{Pipe, with_progress};
use crate::args::{self, ClassifyCommand};
use crate::failure::{Failure, LOOK};

pub(super) fn classify(a: &args::Classify, at: &Context<'_>) -> Result<u8, Failure> {
    match &a.command {
        Some(ClassifyCommand::Train(a)) => train(a, at),
        Some(ClassifyCommand::Evaluate(a)) => evaluate(a, at),
        None => verdicts(a, at),
    }
}

fn ask(by: &args::Deciding, contacts: Option<&PathBuf>) -> Ask {
    Ask {
        model: by.model.clone(),
        policy: by.policy.clone(),
        contacts: contacts.cloned(),
        role: by.role.clone(),
        mode: by.mode.as_deref().and_then(Mode::of),
    }
}

fn verdicts(a: &args::Classify, at: &Context<'_>) -> Result<u8, Failure> {
    let mut broken = None;
    let report = with_progress(at, |p| {
        let sorter = Sorter::open(&ask(&a.by, a.contacts.as_ref()))?;
        let out = std::io::stdout().lock();
        let mut out = Pipe { inner: BufWriter::with_capacity(1 << 18, out), broken: &mut broken };
        match a.messages.as_deref().filter(|file| *file != Path::new("-")) {
            None => classify::classify(Path::new("-"), &mut std::io::stdin().lock(), &sorter, &mut out, p),
            Some(path) => {
                let file = File::open(path).map_err(|e| JobError::InputFile {
                    path: path.to_owned(),
                    line: 0,
                    why: e.kind().to_string(),
                })?;
                let mut from = BufReader::with_capacity(1 << 18, file);
                classify::classify(path, &mut from, &sorter, &mut out, p)
            }
        }
    });
    if broken == Some(std::io::ErrorKind::BrokenPipe) {
        return Err(Failure::enough());
    }
    let report = report?;
    if let Some(path) = &a.summary {
        let text = serde_json::to_vec_pretty(&report).unwrap_or_default();
        std::fs::write(path, text).map_err(|e| {
            Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
        })?;
    }
    at.out.note(
        "classify-done",
        &[
            ("messages", report.messages.into()),
            ("keep", report.keep.into()),
            ("review", report.review.into()),
            ("exclude", report.exclude.into()),
            ("proposals", report.proposals.into()),
        ],
    );
    for listed in &report.listed {
        at.out.note(
            "read-unreadable",
            &[("at", listed.at.clone().into()), ("why", listed.fault.clone().into())],
        );
    }
    Ok(if report.clean() { 0 } else { LOOK })
}

fn train(a: &args::ClassifyTrain, at: &Context<'_>) -> Result<u8, Failure> {
    let left_out = |word: &str| a.without.iter().any(|w| w == word);
    let without =
        Without { context: left_out("context"), priors: left_out("priors"), lexicon: left_out("lexicon") };
    let trained = classify::train(&a.labelled, without, a.share, &a.out).map_err(Failure::of_job)?;
    at.out.object(&trained)?;
    at.out.line(
        "classify-trained",
        &[
            ("model", trained.model.clone().into()),
            ("messages", trained.messages.into()),
            ("conversations", trained.conversations.into()),
        ],
    )?;
    for (name, f) in [("relations", trained.given), ("bare", trained.bare)] {
        at.out.plain(&format!(
            "{name:10}recall {:.4}  bound {:.4}  excluded {:.4}  review {:.4}  calibration {:.4}  auc {:.4}",
            f.recall, f.bound, f.excluded, f.review, f.calibration, f.auc
        ))?;
    }
    Ok(0)
}

fn evaluate(a: &args::ClassifyEvaluate, at: &Context<'_>) -> Result<u8, Failure> {
    let e = classify::evaluate(&a.labelled, &ask(&a.by, None), a.bare).map_err(Failure::of_job)?;
    let r = &e.report;
    let part =
        |p: classify::Part| json!({ "share": p.share(), "some": p.some, "of": p.of, "bound": p.bound() });
    let curve: Vec<_> = r
        .curve
        .iter()
        .map(|p| json!({ "below": p.below, "recall": p.recall.share(), "excluded": p.excluded.share() }))
        .collect();
    at.out.object(&json!({
        "messages": e.messages, "model": e.model, "policy": e.policy,
        "recall": part(r.recall), "mixed": part(r.mixed), "needs_context": part(r.context),
        "excluded": part(r.excluded), "review": part(r.review), "kept_others": part(r.kept_others),
        "precision": part(r.precision), "ground": part(r.ground),
        "calibration": r.calibration, "auc": r.auc, "routes": r.routes, "curve": curve,
    }))?;
    at.out.plain(&r.text())?;
    Ok(0)
}
