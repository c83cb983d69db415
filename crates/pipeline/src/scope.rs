//! Scopes of grants: which custodians' buckets an operator may read. `*` is everybody; else ids, one a
//! line.

use policy::Bucket;

/// Everybody.
pub(crate) const ALL: &[u8] = b"*";

/// Whether a bucket's label is of a custodian.
pub(crate) fn of_custodian(label: &[u8], custodian: &str) -> bool {
    Bucket::decode_label(label).is_some_and(|(id, _)| id == custodian)
}

/// Whether a scope covers a bucket's label.
pub(crate) fn covers(scope: &[u8], label: &[u8]) -> bool {
    scope == ALL
        || Bucket::decode_label(label)
            .is_some_and(|(id, _)| scope.split(|b| *b == b'\n').any(|line| line == id.as_bytes()))
}

/// The scope of some custodians; of everybody when there are none.
pub(crate) fn of(custodians: &[String]) -> Vec<u8> {
    if custodians.is_empty() { ALL.to_vec() } else { custodians.join("\n").into_bytes() }
}
