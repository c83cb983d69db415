//! A row of a message table and what belongs to it, as a draft of the message.

use model::Edit;

use super::groups;
use super::index::{Table, group_context, key};
use super::kinds::{self, Group};
use super::parts::{Found, attachments, long_text, poll};
use super::people::Who;
use super::reader::Reader;
use super::tables::{Cells, MessageColumns};
use crate::body::{Mention, shown};
use crate::changes::Change;
use crate::draft::{Draft, raw, reaction, stamp};
use crate::people::{Person, service_id, some, text};
use crate::proto::{self, Value as Wire};

/// The draft of a row.
pub(crate) fn draft(
    reader: &mut Reader,
    c: &MessageColumns,
    cells: Cells<'_, '_>,
    id: i64,
    sms: bool,
) -> Draft {
    let MessageColumns {
        id: _,
        thread,
        from,
        to,
        sent,
        received,
        server,
        kind,
        body: _,
        subject,
        expires,
        quote_id,
        quote_body,
        remote_deleted,
        deleted_by,
        view_once,
        latest: _,
        revision: _,
        ranges,
        reactions,
        previews,
        contacts,
        extras: _,
        story,
        scheduled,
    } = c;
    let this = key(id, sms);
    let kind = kinds::of(cells.int(*kind).unwrap_or(0));
    let mut out = Draft { doubts: kind.doubts.clone(), outgoing: kind.outgoing, ..Draft::default() };
    let thread = cells.int(*thread).unwrap_or(0);
    out.conversation = reader.conversation(thread, id);
    let from = Who::of(cells, *from);
    // since version 185 of the database a row says who wrote it; before, who is at the other end
    out.sender = match kind.outgoing {
        true => Person::me(),
        false => reader.index.people.person(from.as_ref()),
    };
    if to.is_none() && !kind.outgoing && out.sender.address.is_none() {
        out.doubts.push("unknown_recipient".into());
    }
    out.sent = cells.int(*sent);
    out.received = cells.int(*received);
    out.server = cells.int(*server);
    out.subject = some(cells.text(*subject).as_deref());
    out.expires_ms = cells.int(*expires);
    out.unsent = cells.flag(*remote_deleted);
    if cells.flag(*deleted_by) {
        out.unsent = true;
        let deleter = reader.index.people.person(Who::of(cells, *deleted_by).as_ref());
        if deleter.address != out.sender.address {
            out.doubts.push("deleted_by_admin".into());
        }
    }
    for (flag, doubt) in [(*view_once, "view_once"), (*story, "story")] {
        if cells.flag(flag) {
            out.doubts.push(doubt.into());
        }
    }
    if cells.int(*scheduled).is_some_and(|at| at > 0) {
        out.doubts.push("scheduled".into());
    }
    if reader.index.is_orphaned_revision(this) {
        out.doubts.push("latest_revision_missing".into());
    }
    out.reply_to = cells.int(*quote_id);
    out.raw.extend(cells.bytes(*quote_body).map(|b| raw("quote_body", b)));
    out.raw.extend(cells.bytes(*previews).filter(|p| *p != b"[]").map(|b| raw("link_previews", b)));
    out.raw.extend(cells.bytes(*contacts).filter(|p| *p != b"[]").map(|b| raw("shared_contacts", b)));
    out.raw.extend(cells.bytes(*ranges).map(|b| raw("message_ranges", b)));

    let mut found = attachments(reader, this, &mut out);
    let mut shown_text = None;
    if kind.has_text {
        shown_text = whole_text(reader, c, cells, this, &mut found, &mut out);
    }
    change(reader, c, cells, &kind, &mut out);
    out.body = shown_text;
    poll(reader, this, &mut out);
    out.reactions = early_reactions(reader, cells, *reactions);
    let mut keys = vec![this];
    keys.extend(revisions(reader, this, &mut found, &mut out));
    out.reactions.extend(reader.reactions(&keys));
    if kind.network {
        out.service = Some(if sms || (found.is_empty() && out.subject.is_none() && !is_group(&out)) {
            "SMS"
        } else {
            "MMS"
        });
    }
    if out.reactions.iter().any(|r| r.sender.is_none()) {
        out.doubts.push("unknown_reactor".into());
    }
    found.sort_by_key(|f| f.order);
    if found.iter().any(|f| f.damaged) {
        out.doubts.push("attachment_damaged".into());
    }
    reader.missing += found.iter().filter(|f| f.attachment.missing).count() as u64;
    out.attachments = found.into_iter().map(|f| f.attachment).collect();
    out
}

fn is_group(out: &Draft) -> bool {
    out.conversation.as_ref().is_some_and(|c| c.is_group)
}

/// The text of a row, whole: a long one lies in an attachment, and the row has its beginning.
fn whole_text(
    reader: &mut Reader,
    c: &MessageColumns,
    cells: Cells<'_, '_>,
    this: i64,
    found: &mut Vec<Found>,
    out: &mut Draft,
) -> Option<model::Text> {
    let mut body = cells.text(c.body).map(|b| b.into_owned()).unwrap_or_default();
    if matches!(cells.value(c.body), super::statement::Value::Text(b) if std::str::from_utf8(b).is_err()) {
        out.doubts.push("text_not_utf8".into());
    }
    if let Some(at) = found.iter().position(|f| f.long_text) {
        match long_text(&found[at].attachment) {
            Some(long) => {
                body = long;
                found.remove(at);
            }
            None => out.doubts.push("long_text_missing".into()),
        }
    }
    let mut mentions = mentions(reader, this);
    if mentions.is_empty() {
        mentions = ranges(reader, cells.bytes(c.ranges).unwrap_or_default());
    }
    shown(&body, mentions)
}

fn mentions(reader: &mut Reader, this: i64) -> Vec<Mention> {
    let at = reader.index.mentions.take(this);
    reader.rows(&at, |reader, table, cells| {
        let Table::Mentions(c) = table else { return None };
        let person = reader.index.people.person(Who::of(cells, c.recipient).as_ref());
        let (start, length) = (cells.int(c.start)?, cells.int(c.length)?);
        Some(Mention { start, length, shown: person.mention() })
    })
}

/// Mentions in a `BodyRangeList`: start 1, length 2, service id 3.
fn ranges(reader: &Reader, list: &[u8]) -> Vec<Mention> {
    let ranges = proto::all(list, 1).take(10_000).filter_map(|range| {
        let id = proto::text(range.bytes(), 3)?;
        let number = |n| proto::last(range.bytes(), n).map_or(0, Wire::int).cast_signed();
        Some(Mention {
            start: number(1),
            length: number(2),
            shown: reader.index.people.by_service_id(&id).mention(),
        })
    });
    ranges.collect()
}

/// What happened, for a row that is no message.
fn change(reader: &Reader, c: &MessageColumns, cells: Cells<'_, '_>, kind: &kinds::Kind, out: &mut Draft) {
    let people = &reader.index.people;
    let who = |id: &[u8]| people.by_service_id(&service_id(id)?).address;
    if let Some(change) = kind.change.clone() {
        out.changes.push(match change {
            Change::Other("profile_changed", _) => Change::Other("profile_changed", profile(c, cells)),
            Change::Other("poll_ended", _) => {
                let extras = cells.bytes(c.extras).and_then(|e| proto::last(e, 5));
                Change::Other("poll_ended", extras.and_then(|p| proto::text(p.bytes(), 1)).map(|q| text(&q)))
            }
            other => other,
        });
    }
    if kind.timer {
        out.changes
            .push(Change::Timer(u64::try_from(out.expires_ms.unwrap_or(0)).unwrap_or(0).div_ceil(1000)));
    }
    match kind.group {
        None => {}
        Some(Group::V1Leave) => out.changes.push(Change::Left(out.sender.address.clone())),
        Some(Group::V1Update) => match group_context_v1(c, cells) {
            Some(context) => out.changes.push(groups::v1(&context)),
            None => out.changes.push(Change::Other("group_changed", None)),
        },
        Some(Group::V2) => match group_context(c, cells).map(|context| groups::v2(&context, &who)) {
            Some(Ok(change)) => {
                let groups::GroupChange { changes, renamed: _, timer: _, doubts } = change;
                out.changes.extend(changes);
                out.doubts.extend(doubts);
            }
            Some(Err(_)) | None => {
                let update = cells
                    .bytes(c.extras)
                    .and_then(|e| proto::last(e, 1))
                    .and_then(|d| proto::last(d.bytes(), 2));
                let changes = update.and_then(|u| crate::v2::group_change(u.bytes(), &who, &mut out.doubts));
                if let Some(changes) = changes {
                    out.changes.extend(changes);
                    return;
                }
                out.doubts.push("group_change_unreadable".into());
                out.changes.push(Change::Other("group_changed", None));
            }
        },
    }
}

fn group_context_v1(c: &MessageColumns, cells: Cells<'_, '_>) -> Option<Vec<u8>> {
    match cells.bytes(c.extras).and_then(|e| proto::last(e, 2)) {
        Some(context) => Some(context.bytes().to_vec()),
        None => group_context(c, cells),
    }
}

/// The new name in `ProfileChangeDetails`: field 1, in it 2.
fn profile(c: &MessageColumns, cells: Cells<'_, '_>) -> Option<model::Text> {
    let details = match cells.bytes(c.extras).and_then(|e| proto::last(e, 3)) {
        Some(details) => details.bytes().to_vec(),
        None => group_context(c, cells)?,
    };
    let change = proto::last(&details, 1)?;
    some(proto::text(change.bytes(), 2).as_deref())
}

/// Reactions that the earliest era keeps in the row: a `ReactionList` of emoji 1, author 2, sent 3.
fn early_reactions(reader: &Reader, cells: Cells<'_, '_>, column: Option<usize>) -> Vec<model::Reaction> {
    let list = cells.bytes(column).unwrap_or_default();
    let reactions = proto::all(list, 1).take(100_000).filter_map(|r| {
        let number = |n| proto::last(r.bytes(), n).map_or(0, Wire::int).cast_signed();
        let author = reader.index.people.person(Some(&Who::Id(number(2))));
        Some(reaction(Some(number(3)), &author, &proto::text(r.bytes(), 1)?))
    });
    reactions.collect()
}

/// Earlier revisions, oldest first, put into the draft; gives their keys. The message keeps the time of
/// the first.
fn revisions(reader: &mut Reader, this: i64, found: &mut Vec<Found>, out: &mut Draft) -> Vec<i64> {
    let at = reader.index.revisions.take(this);
    if at.is_empty() {
        return Vec::new();
    }
    struct Earlier {
        key: i64,
        order: (i64, i64),
        sent: Option<i64>,
        received: Option<i64>,
        server: Option<i64>,
        body: Option<String>,
        ranges: Vec<u8>,
        quote: Option<i64>,
    }
    let mut earlier = reader.rows(&at, |_, table, cells| {
        let Table::Messages(c, sms, _) = table else { return None };
        let id = cells.int(c.id)?;
        Some(Earlier {
            key: key(id, *sms),
            order: (cells.int(c.revision).unwrap_or(0), id),
            sent: cells.int(c.sent),
            received: cells.int(c.received),
            server: cells.int(c.server),
            body: cells.text(c.body).map(|b| b.into_owned()),
            ranges: cells.bytes(c.ranges).unwrap_or_default().to_vec(),
            quote: cells.int(c.quote_id).filter(|q| *q > 0),
        })
    });
    earlier.sort_by_key(|e| e.order);
    let last = Edit { at: stamp(out.sent), text: out.body.clone() };
    if let Some(first) = earlier.first() {
        (out.sent, out.received, out.server) = (first.sent, first.received, first.server);
    }
    let mut keys = Vec::new();
    for Earlier { key, order: _, sent, received: _, server: _, body, ranges: list, quote } in earlier {
        keys.push(key);
        out.reply_to = out.reply_to.filter(|q| *q > 0).or(quote);
        let mut of_revision = attachments(reader, key, out);
        let mut body = body.unwrap_or_default();
        if let Some(at) = of_revision.iter().position(|f| f.long_text)
            && let Some(long) = long_text(&of_revision[at].attachment)
        {
            body = long;
            of_revision.remove(at);
        }
        let mut mentioned = mentions(reader, key);
        if mentioned.is_empty() {
            mentioned = ranges(reader, &list);
        }
        out.edits.push(Edit { at: stamp(sent), text: shown(&body, mentioned) });
        for one in of_revision {
            // the phone gives each revision its own row for the same file
            if !found.iter().any(|f| f.attachment == one.attachment) {
                out.doubts.push("attachment_of_earlier_revision".into());
                found.push(one);
            }
        }
    }
    out.edits.push(last);
    keys
}
