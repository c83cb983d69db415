//! What changed in a group, out of the blob that the phone keeps with the row. The blob itself holds
//! the group's master key and members' profile keys and is never handed on.

use model::{Fault, Text};

use crate::changes::Change;
use crate::draft::Doubt;
use crate::people::{self, some};
use crate::proto::{Fields, Value, all, last, text};

/// A change of a group, decoded.
#[derive(Default)]
pub(crate) struct GroupChange {
    pub(crate) changes: Vec<Change>,
    /// Name before and after, when the change is about it.
    pub(crate) renamed: Option<(Option<String>, Option<String>)>,
    /// Timer that the group has after the change, in seconds, when the change is about it.
    pub(crate) timer: Option<u64>,
    pub(crate) doubts: Vec<Doubt>,
}

/// Decodes a `DecryptedGroupV2Context`: 2 change, 3 state after, 4 state before. `who` gives the
/// address for the bytes of a service id.
pub(crate) fn v2(context: &[u8], who: &dyn Fn(&[u8]) -> Option<Text>) -> Result<GroupChange, Fault> {
    let mut out = GroupChange::default();
    for field in Fields::of(context) {
        field?;
    }
    let change = last(context, 2).map(Value::bytes);
    let state = last(context, 3).map_or(&[][..], Value::bytes);
    let before = last(context, 4).map(Value::bytes);
    let Some(change) = change.filter(|c| !c.is_empty()) else {
        let code = if before.is_none() { "group_created" } else { "group_changed" };
        out.changes.push(Change::Other(code, some(text(state, 2).as_deref())));
        return Ok(out);
    };
    let editor = last(change, 1).map_or(&[][..], Value::bytes);
    let uuid = |member: Value<'_>| last(member.bytes(), 1).map_or(&[][..], Value::bytes).to_vec();
    let value = |string: Value<'_>| text(string.bytes(), 1);
    for field in Fields::of(change) {
        let (number, field) = field?;
        out.changes.push(match number {
            1 | 2 | 25 => continue,
            3 | 9 | 24 => Change::Added(who(&uuid(field))),
            4 if !editor.is_empty() && field.bytes() == editor => Change::Left(who(editor)),
            4 => Change::Removed(who(field.bytes())),
            5 => Change::Other("member_role_changed", who(&uuid(field))),
            6 => continue,
            7 => Change::Other("invited", who(&uuid(field))),
            8 => Change::Other("invitation_withdrawn", who(&uuid(field))),
            10 => {
                let title = value(field);
                out.renamed = Some((before.and_then(|b| text(b, 2)), title.clone()));
                Change::Renamed(some(title.as_deref()))
            }
            11 => Change::Photo,
            12 => {
                let seconds = last(field.bytes(), 1).map_or(0, Value::int);
                out.timer = Some(seconds);
                Change::Timer(seconds)
            }
            13 => Change::Other("access_to_attributes_changed", None),
            14 => Change::Other("access_to_members_changed", None),
            15 => Change::Other("access_by_link_changed", None),
            16 => Change::Other("join_requested", who(&uuid(field))),
            17 => Change::Other("join_request_ended", who(field.bytes())),
            18 => Change::Added(who(&uuid(field))),
            19 => Change::Other("invite_link_changed", None),
            20 => Change::Other("description_changed", some(value(field).as_deref())),
            21 => Change::Other("announcements_only_changed", None),
            22 => Change::Other("member_banned", who(&uuid(field))),
            23 => Change::Other("member_unbanned", who(&uuid(field))),
            26 => Change::Other("member_label_changed", who(&uuid(field))),
            27 => Change::Other("access_to_labels_changed", None),
            28 => Change::Other("group_ended", None),
            other => {
                out.doubts.push(format!("unknown_group_change:{other}").into());
                Change::Other("group_changed", None)
            }
        });
    }
    if out.changes.is_empty() {
        let created = before.is_none() && last(change, 2).map_or(0, Value::int) == 0;
        out.changes.push(Change::Other(
            if created { "group_created" } else { "group_changed" },
            some(text(state, 2).as_deref()),
        ));
    }
    Ok(out)
}

/// Decodes a `GroupContext` of old groups: 3 name, 4 numbers of the members. It does not say what
/// changed.
pub(crate) fn v1(context: &[u8]) -> Change {
    let mut shown = text(context, 3).unwrap_or_default();
    for member in all(context, 4) {
        shown.push_str(if shown.is_empty() { "" } else { ", " });
        shown.push_str(&String::from_utf8_lossy(member.bytes()));
    }
    Change::Other("group_changed", some(Some(&shown)))
}

/// Service ids of the members in a `DecryptedGroup`.
pub(crate) fn members(state: &[u8]) -> impl Iterator<Item = String> {
    all(state, 7).filter_map(|m| people::service_id(last(m.bytes(), 1)?.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap()];
        out.extend(bytes);
        out
    }

    fn long(number: u16, bytes: &[u8]) -> Vec<u8> {
        let key = number << 3 | 2;
        let mut out = vec![u8::try_from(key & 0x7f).unwrap() | 0x80, u8::try_from(key >> 7).unwrap()];
        out.push(u8::try_from(bytes.len()).unwrap());
        out.extend(bytes);
        out
    }

    #[track_caller]
    fn check(change: &[Vec<u8>], expected: &str) {
        let mut all = field(1, &[1; 16]);
        change.iter().for_each(|c| all.extend(c));
        let mut context = field(1, b"master key");
        context.extend(field(2, &all));
        context.extend(field(4, &field(2, b"before")));
        let got = v2(&context, &|id| id.first().map(|b| people::text(&format!("p{b}")))).unwrap();
        let shown: Vec<String> = got
            .changes
            .iter()
            .map(|c| match c {
                Change::Added(w) => format!("added {}", w.as_ref().map_or("?", |t| t.expose())),
                Change::Removed(w) => format!("removed {}", w.as_ref().map_or("?", |t| t.expose())),
                Change::Left(w) => format!("left {}", w.as_ref().map_or("?", |t| t.expose())),
                Change::Renamed(w) => format!("renamed {}", w.as_ref().map_or("?", |t| t.expose())),
                Change::Timer(s) => format!("timer {s}"),
                Change::Other(code, _) => (*code).to_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(shown.join(", "), expected);
    }

    #[test]
    fn changes() {
        check(&[field(3, &field(1, &[2; 16])), field(3, &field(1, &[3; 16]))], "added p2, added p3");
        check(&[field(4, &[1; 16])], "left p1");
        check(&[field(4, &[2; 16])], "removed p2");
        check(&[field(10, &field(1, b"after")), field(11, &[])], "renamed after, Photo");
        check(&[field(12, &[8, 60])], "timer 60");
        check(&[], "group_changed");
        check(&[long(29, b"")], "group_changed");
        assert!(v2(&[0x12, 9], &|_| None).is_err());
    }
}
