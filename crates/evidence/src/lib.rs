//! A source as it lies on disk, read and never written: a [`Tree`] of named byte streams (folder,
//! zip, tar, single file), [`Evidence`] taken from it with its hash, and SQLite databases served
//! page by page from those bytes through a read-only VFS ([`Database`]).
//!
//! This crate knows no phone, no messages, no archive. It is the only one with `unsafe` code, all of
//! it in the module `vfs`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod beside;
mod damage;
mod database;
mod file;
mod hash;
mod opening;
pub mod property_list;
mod rescue;
mod schema;
mod scratch;
mod set;
pub mod tar_members;
mod tree;
#[allow(unsafe_code, reason = "the SQLite VFS is a C interface")]
mod vfs;
mod wal;
mod zip_salvage;
mod zip_tree;

pub use beside::{is_database, is_hot_journal};
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

/// Any bytes as a zip or tar: whatever is listed can be asked for, in bounded memory.
#[doc(hidden)]
pub fn fuzz_tree(data: &[u8]) {
    let Ok(Some(tree)) = tree_over(std::sync::Arc::new(data.to_vec())) else { return };
    let mut folders = vec![String::new()];
    let mut looked = 0;
    while let Some(folder) = folders.pop()
        && looked < 200
    {
        for name in tree.list(&folder).unwrap_or_default() {
            looked += 1;
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let mut head = [0; 64];
            drop(tree.head(&name, &mut head));
            // what is small is taken whole
            if let Ok(Some(bytes)) = tree.get(&name) {
                let n = bytes.read_at(bytes.len() / 2, &mut head);
                assert!(n.is_err() || n.is_ok_and(|n| n <= head.len()));
            }
            folders.push(name);
        }
    }
    drop(tree.notes());
}

/// Any bytes as a property list and as a keyed archive.
#[doc(hidden)]
pub fn fuzz_property_list(data: &[u8]) {
    if let Ok(archive) = property_list::KeyedArchive::parse(data)
        && let Some(root) = archive.root()
    {
        let _: Option<&[u8]> = archive.data(root);
    }
}
