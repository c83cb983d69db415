//! A source as it lies on disk, read and never written: a [`Tree`] of named byte streams (folder,
//! zip, tar, single file), [`Evidence`] taken from it with its hash, and SQLite databases served
//! page by page from those bytes through a read-only VFS ([`Database`]).
//!
//! This crate knows no phone, no messages, no archive. It is the only one with `unsafe` code, all of
//! it in the module `vfs`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod damage;
mod database;
mod file;
mod hash;
mod opening;
pub mod property_list;
mod schema;
mod scratch;
mod set;
mod tree;
#[allow(unsafe_code, reason = "the SQLite VFS is a C interface")]
mod vfs;
mod wal;
mod zip_tree;

#[doc(hidden)]
pub use database::fuzz_one as fuzz_database;
pub use database::{Column, Database, column};
pub use file::DiskFile;
pub use hash::{digest, hash, hash_and_count};
pub use opening::{DateOrder, Given, Opening};
pub use scratch::{Scratch, ScratchWriter};
pub use set::{Evidence, EvidenceSet, FolderSet, Opened, shown};
pub use tree::{Tree, open_tree, tree_over};
pub use wal::Overlay;
#[doc(hidden)]
pub use wal::fuzz_one as fuzz_wal;
