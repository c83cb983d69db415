//! The approval of a mapping: a text that names its hash and is signed by two persons. No signature is made
//! or checked here.

use model::wire::hex;

use crate::mapping::spec;

/// The text that is signed for a mapping with that hash.
pub fn text(mapping: &[u8; 32]) -> String {
    format!("beskedarkiv {}\nmapping {}\n", spec::VERSION, hex(mapping))
}

/// Whether a text has a signature behind its empty line; whose, and whether it holds, is not looked at.
pub fn is_signed(text: &str) -> bool {
    text.split_once("\n\n").is_some_and(|(_, signatures)| !signatures.trim().is_empty())
}
