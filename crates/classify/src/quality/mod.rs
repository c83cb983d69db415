//! Quality control of a sorting that has been done: what samples say about the piles (bounds), which
//! messages are drawn (reproducibly), how far two reviewers agree (kappa), whether this month's
//! messages still look like those the model learnt from (drift).
//!
//! Pure arithmetic over counts and scores. It knows no text, no file and no clock, and it draws no
//! random number: a seed comes from the caller, who records it.

mod bounds;
mod draw;
mod drift;
mod kappa;

pub use bounds::{Pile, recall_at_least, sample_size};
pub use draw::{DRAW, Draw};
pub use drift::{BINS, Drift, Observed, Profile, Reading, Spread};
pub use kappa::{Agreement, agreement};

/// One-sided risk of every bound given alone: 5 %.
pub const RISK: f64 = 0.05;
