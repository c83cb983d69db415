//! What happened, out of the update frames of a local backup.

use model::Text;

use super::node::Node;
use crate::changes::Change;
use crate::draft::Doubt;
use crate::people::{some, text};

/// Gives the address for the bytes of a service id.
pub(crate) type Who<'a> = &'a dyn Fn(&[u8]) -> Option<Text>;

/// The changes of an update.
pub(crate) fn changes(update: &Node, who: Who<'_>, doubts: &mut Vec<Doubt>) -> Vec<Change> {
    let Some((kind, inner)) = update.one_of(|_| true) else {
        doubts.push("unknown_update".into());
        return vec![Change::Other("unknown", None)];
    };
    let number = |n: u64| text(&format!("+{n}"));
    vec![match kind {
        1 => simple(inner.int(1).unwrap_or(0), doubts),
        2 => return group(inner, who, doubts),
        3 => Change::Timer(inner.int(1).unwrap_or(0).div_ceil(1000)),
        4 => Change::Other("profile_changed", some(inner.text(2).as_deref())),
        5 => Change::Other("thread_merged", inner.int(1).map(number)),
        6 => Change::Other("session_switched", inner.int(1).map(number)),
        7 => call(inner),
        8 => match inner.int(2) {
            Some(6 | 7) => Change::MissedCall,
            _ => Change::Other("group_call", None),
        },
        9 => Change::Other(
            "profile_learned",
            inner.int(1).map(number).or_else(|| some(inner.text(2).as_deref())),
        ),
        10 => Change::Other("poll_ended", some(inner.text(2).as_deref())),
        _ => Change::Other("message_pinned", inner.int(1).map(|t| text(&t.to_string()))),
    }]
}

fn simple(kind: u64, doubts: &mut Vec<Doubt>) -> Change {
    let code = match kind {
        1 => "contact_joined_signal",
        2..=4 => return Change::Encryption,
        5 => return Change::Number,
        6 => "donation_request",
        7 => "session_ended",
        8 => "session_refreshed",
        9 => "bad_decrypt",
        10 => "payments_activated",
        11 => "payments_asked_for",
        12 => "unsupported_message",
        13 => "reported_as_spam",
        14 => "blocked",
        15 => "unblocked",
        16 => "request_accepted",
        other => {
            doubts.push(format!("unknown_type:{other}").into());
            "unknown"
        }
    };
    Change::Other(code, None)
}

fn call(call: &Node) -> Change {
    let video = call.int(2) == Some(2);
    match (call.int(4), call.int(3)) {
        (Some(3 | 4), _) => Change::MissedCall,
        (_, Some(2)) if video => Change::Other("video_call_outgoing", None),
        (_, Some(2)) => Change::Other("call_outgoing", None),
        _ if video => Change::Other("video_call_incoming", None),
        _ => Change::Other("call_incoming", None),
    }
}

/// The changes of a group.
pub(crate) fn group(change: &Node, who: Who<'_>, doubts: &mut Vec<Doubt>) -> Vec<Change> {
    let mut out: Vec<Change> = change.nodes(1).map(|update| one(update, who, doubts)).collect();
    if out.is_empty() {
        out.push(Change::Other("group_changed", None));
    }
    out
}

fn one(update: &Node, who: Who<'_>, doubts: &mut Vec<Doubt>) -> Change {
    let Some((kind, inner)) = update.one_of(|_| true) else {
        doubts.push("unknown_group_change".into());
        return Change::Other("group_changed", None);
    };
    // a service id of the wrong length is no id
    let mut id = |number| match inner.bytes(number) {
        Some(bytes) if !matches!(bytes.len(), 16 | 17) => {
            doubts.push("bad_service_id".into());
            None
        }
        Some(bytes) => who(bytes),
        None => None,
    };
    let (first, second) = (id(1), id(2).filter(|_| !matches!(kind, 3 | 5)));
    match kind {
        2 => Change::Other("group_created", first),
        3 => Change::Renamed(some(inner.text(2).as_deref())),
        4 => Change::Photo,
        5 => Change::Other("description_changed", some(inner.text(2).as_deref())),
        6 => Change::Other("access_to_members_changed", None),
        7 => Change::Other("access_to_attributes_changed", None),
        8 => Change::Other("announcements_only_changed", None),
        9 => Change::Other("member_role_changed", second),
        10 => Change::Left(first),
        11 if first.is_some() && first == second => Change::Left(second),
        11 => Change::Removed(second),
        12..=14 => Change::Other("invited", if kind == 13 { first } else { None }),
        15 | 18 => Change::Added(second),
        16 => Change::Other("invitation_declined", second),
        17 | 28 => Change::Added(first),
        19 | 20 => Change::Other("invitation_withdrawn", None),
        21 => Change::Other("join_requested", first),
        22 if inner.int(3) == Some(1) => Change::Added(first),
        22 | 23 | 33 => Change::Other("join_request_ended", first),
        24..=27 => Change::Other("invite_link_changed", None),
        29..=32 => Change::Other("group_migrated", None),
        34 => Change::Timer(inner.int(1).unwrap_or(0).div_ceil(1000)),
        35 => Change::Other("access_to_labels_changed", None),
        36 => Change::Other("group_ended", None),
        _ => Change::Other("group_changed", None),
    }
}

/// The last name that an update gives the group, if it gives one.
pub(crate) fn renamed(item: &Node) -> Option<Option<Text>> {
    let updates = item.node(15)?.node(2)?;
    updates.nodes(1).rev().find_map(|u| u.node(3)).map(|name| some(name.text(2).as_deref()))
}
