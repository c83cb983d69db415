//! How far a job is: a bar on standard error, where a person sits at the terminal.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::{Phase, Step};

use crate::output::Output;

/// The bar of a job.
pub(crate) struct Bar {
    bar: Mutex<ProgressBar>,
    words: [String; 7],
}

impl Bar {
    /// A bar, drawn only where somebody sees it.
    pub(crate) fn new(out: &Output<'_>) -> Self {
        let bar = ProgressBar::no_length();
        bar.set_draw_target(if out.lively() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let words = [
            "phase-opening",
            "phase-reading",
            "phase-sorting",
            "phase-verifying",
            "phase-exporting",
            "phase-copying",
            "phase-generating",
        ];
        Self { bar: Mutex::new(bar), words: words.map(|key| out.texts().say(key, &[])) }
    }

    /// Takes a step of a job.
    pub(crate) fn step(&self, step: Step) {
        let Ok(bar) = self.bar.lock() else { return };
        match step {
            Step::Begin(phase, total) => {
                let [opening, reading, sorting, verifying, exporting, copying, generating] = &self.words;
                let words = match phase {
                    Phase::Opening => opening,
                    Phase::Reading => reading,
                    Phase::Sorting => sorting,
                    Phase::Verifying => verifying,
                    Phase::Exporting => exporting,
                    Phase::Copying => copying,
                    _ => generating,
                };
                bar.reset();
                let template = match total {
                    Some(total) => {
                        bar.set_length(total);
                        "{msg} {wide_bar} {human_pos}/{human_len} {eta}"
                    }
                    None => "{spinner} {msg} {human_pos}",
                };
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_message(words.clone());
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            Step::Done(n) => bar.inc(n),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Ok(bar) = self.bar.lock() {
            bar.finish_and_clear();
        }
    }
}
