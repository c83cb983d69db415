//! Messages that are journalised already are outside the guidelines (May 2024, section 1). An
//! authority exports a list of them from its journal; this crate reads the list and says whether a
//! message is on it.
//!
//! ```
//! use journal::{By, Facts, JournalList, Kind};
//!
//! let csv = "owner;time;counterpart;case\nminister-1;31-01-2026 12:34;40 11 22 33;2026-123\n";
//! let list = JournalList::parse(csv.as_bytes(), Kind::Csv)?;
//! let facts = Facts {
//!     owner: "minister-1",
//!     sent_at: Some(1_769_859_296_789), // 2026-01-31T11:34:56.789Z
//!     counterparts: &["+4540112233"],
//!     ..Facts::default()
//! };
//! let reference = list.matches(&facts).ok_or("not on the list")?;
//! assert_eq!((reference.case, reference.line, reference.by), (Some("2026-123"), 2, By::Time));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure: bytes come in, references go out. It decides nothing: whether a message on the list is left
//! out, and who looks at one that is there by its time alone, is the caller's. It holds no text, only
//! digests; faults name the line and what is wrong with it, never what stands there.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod csv;
mod fault;
mod json;
mod list;
mod row;
mod time;

pub use fault::{JournalFault, JournalFaults, Why};
pub use list::{By, Facts, JournalList, Kind, Reference};
pub use row::text_digest;
