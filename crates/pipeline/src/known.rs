//! A message as an archive will know it under an owner and a phone: its identity, and the keyed hashes of how it is. For
//! messages that come with their records, from another person of the archive or from another archive.

use archive::{Aspect, Sighting};
use model::{Message, canonical};

use crate::batch::whole;
use crate::identity;

/// Appends the number of an identity among its like.
pub(crate) type Number<'a> = &'a mut dyn FnMut(&[u8], &mut Vec<u8>);
/// Keys identity, version and how a message was seen.
pub(crate) type Keyed<'a> = &'a mut dyn FnMut(&[u8], &[u8], &Aspect<'_>) -> Sighting;

/// The identity of a message behind a prefix, and its sighting.
pub(crate) fn known_as(
    message: &Message,
    groups: [&[u8]; 7],
    prefix: &[u8],
    number: Number<'_>,
    keyed: Keyed<'_>,
) -> (Vec<u8>, Sighting) {
    let mut identity = prefix.to_vec();
    let mut base = Vec::new();
    identity::into(message, groups[1], &mut base);
    identity.extend_from_slice(&base);
    if !identity::is_own(&base) {
        number(&base, &mut identity);
    }
    let mut version = Vec::new();
    canonical::version_into(message, &groups.map(<[u8]>::to_vec), &mut version);
    let whole = whole(message);
    let scope = if whole.is_empty() { whole } else { [prefix, &whole].concat() };
    let said = [groups[1], groups[3]].concat();
    let aspect = Aspect {
        scope: &scope,
        text: &said,
        deleted: message.deleted,
        unsent: message.unsent,
        expiring: message.expires_after_s.is_some_and(|s| s > 0),
    };
    let sighting = keyed(&identity, &version, &aspect);
    (identity, sighting)
}
