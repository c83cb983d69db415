//! The normalised message: what every reader produces and everything after it understands.
//!
//! One message is a [`Message`]; what a reader hands over is a [`Record`]; the one trait between
//! readers and the rest is [`MessageSource`]. Content, names and numbers are wrapped in
//! [`Sensitive`], which has no `Display` and no `Serialize`: they can only leave through
//! [`wire`] (JSON Lines, asked for by an operator) and [`canonical`] (bytes that get sealed).
//!
//! This crate knows no platform, no archive, no clock, and reads no file.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod address;
pub mod bytes;
pub mod canonical;
pub mod message;
pub mod place;
pub mod sensitive;
pub mod source;
pub mod stamp;
pub mod wire;

pub use address::Address;
pub use bytes::ReadAt;
pub use message::{
    Action, Attachment, Conversation, Direction, Edit, Event, ME, Message, Origin, Raw, Reaction,
    ReactionKind, Text,
};
pub use place::{Fault, Location, Place, Unreadable};
pub use sensitive::Sensitive;
pub use source::{Device, Finding, MessageSource, Record, SourceDescription, SourceError, Tally};
pub use stamp::{Stamp, Unit};
