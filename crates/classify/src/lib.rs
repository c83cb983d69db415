//! Sorts text messages: what has any work content is kept, what is solely personnel, private or sent
//! by obvious error may be left out, what is uncertain goes to a person. `docs/CLASSIFIER.md`.
//!
//! Two passes. [`Classifier::look`] judges a message by itself: rules, hashed features, word lists.
//! [`Classifier::decide`] puts the messages of a conversation beside each other and weighs the
//! probability of work against what an error costs ([`Sorting`]).
//!
//! Pure: no file, no clock, no randomness, no function of a platform's mathematics library. It knows
//! nothing of a person beyond the message, its conversation, the counterpart's relation and the
//! owner's post.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod calibrate;
mod context;
pub mod corpus;
mod decide;
pub mod evaluate;
mod features;
mod fit;
mod fold;
mod lexicon;
mod limits;
mod math;
mod message;
mod model;
pub mod quality;
mod rules;
mod token;
pub mod train;
mod weights;

pub use context::Frame;
pub use decide::{Classifier, Ground, Room, Route, Verdict};
pub use features::FEATURE_VERSION;
pub use limits::Limits;
pub use math::upper_bound;
pub use message::{Item, LABELS, Label, Relation, Role, Sender};
pub use model::{Figures, Model, ModelFault, SLOT};
pub use policy::{Mode, Sorting};
pub use rules::{RULES, Rule};
pub use weights::Seen;
