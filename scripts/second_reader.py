#!/usr/bin/env python3
"""A second reader of the messages in a plain iPhone backup, to hold against what `read` wrote.

    second_reader.py BACKUP LINES

LINES is the output of `beskedarkiv read BACKUP`. Standard library only, and another way at everything:
whole tables into memory, joins by hand, texts found in the rich text by searching for the class name of
the string instead of decoding the archive. Compares, for every row of `message` that is no reaction,
whether there is one line for it, and its text, sender, time, conversation, direction, service and
whether it was deleted; and that every reaction is folded into the line of its message.
Says what differs by row number, never by content; exit 1 when anything does.
"""
import hashlib
import json
import os
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

EPOCH = datetime(2001, 1, 1, tzinfo=timezone.utc)
REACTIONS = {1000, *range(2000, 2008), *range(3000, 3008)}


def find(backup, domain, path):
    name = hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
    for place in (os.path.join(backup, name[:2], name), os.path.join(backup, name),
                  os.path.join(backup, "private/var/mobile", path)):
        if os.path.isfile(place):
            return place
    return None


def table(db, name):
    """Every row of a table as a dictionary, by row number; nothing where there is no such table."""
    try:
        rows = db.execute(f'SELECT ROWID AS "*row", * FROM "{name}"')
    except sqlite3.OperationalError:
        return {}
    names = [c[0] for c in rows.description]
    return {row[0]: dict(zip(names, row)) for row in rows}


def time_of(raw):
    """Milliseconds, rounded down; None where the value is no time."""
    if not raw or not isinstance(raw, int) or abs(raw) == 2 ** 63 - 1:
        return None
    # seconds before iOS 11, nanoseconds since
    nanos = raw if abs(raw) > 10 ** 12 else raw * 10 ** 9
    try:
        at = EPOCH + timedelta(milliseconds=nanos // 10 ** 6)
    except OverflowError:
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def text_of(blob):
    """The first string of a rich text: behind `NSString`, some class bytes, `+`, a length."""
    at = blob.find(b"NSString")
    plus = blob.find(b"+", at) if at >= 0 else -1
    if plus < 0 or plus + 1 >= len(blob):
        return None
    head, start = blob[plus + 1], plus + 2
    size = {0x81: 2, 0x82: 4, 0x87: 8}.get(head)
    if size:
        head, start = int.from_bytes(blob[start:start + size], "little"), start + size
    return blob[start:start + head].decode("utf-8", "ignore")


def address_of(handle):
    """As an address is shown: digits with their country, everything else as it is."""
    bare = "".join(c for c in handle if c not in " ()-.")
    if bare.isdigit() and len(bare) == 8:
        return "+45" + bare
    return "+" + bare[2:] if bare.startswith("00") and bare.isdigit() else handle if "@" in handle or not bare.lstrip("+").isdigit() else bare


def own_text(row):
    rich = row.get("attributedBody")
    text = text_of(rich) if isinstance(rich, bytes) and rich else None
    plain = row.get("text")
    if text is None:
        text = plain if isinstance(plain, str) else None
    if text is None:
        return ""
    drop = "\ufffc\ufffd" if row.get("balloon_bundle_id") else "\ufffc"
    return "".join(c for c in text if c not in drop)


def main(backup, lines):
    db = sqlite3.connect(f"file:{find(backup, 'HomeDomain', 'Library/SMS/sms.db')}?mode=ro&immutable=1", uri=True)
    messages, handles, chats = (table(db, t) for t in ("message", "handle", "chat"))
    in_chat, deleted = {}, {}
    for name, into in (("chat_message_join", in_chat), ("chat_recoverable_message_join", deleted)):
        for row in table(db, name).values():
            into.setdefault(row["message_id"], []).append(row["chat_id"])
    guids = {row["guid"]: row for row in messages.values()}
    with open(lines, encoding="utf-8") as file:
        given = [json.loads(line) for line in file if line.strip()]
    by_row = {}
    for line in given:
        by_row.setdefault((line["origin"]["table"], line["origin"]["row"]), []).append(line)
    wrong = []

    def same(row, what, expected, found):
        if expected != found:
            wrong.append(f"row {row}: {what} differs")

    reactions, compared = {}, 0
    for number, row in messages.items():
        kind = row.get("associated_message_type") or 0
        about = (row.get("associated_message_guid") or "").rsplit("/", 1)[-1].removeprefix("bp:")
        if kind in REACTIONS and (guids.get(about, {}).get("associated_message_type") or 0) not in REACTIONS \
                and about in guids:
            reactions[about] = reactions.get(about, 0) + 1
            if ("message", number) in by_row:
                wrong.append(f"row {number}: a reaction has a line of its own")
            continue
        found = by_row.pop(("message", number), [])
        if len(found) != 1:
            wrong.append(f"row {number}: {len(found)} lines")
            continue
        (line,) = found
        compared += 1
        text, body = own_text(row), line["body"] or ""
        # behind the own text there may be lines that the phone showed with it, as many as it says
        added = sum(int(d.split(":")[1]) for d in line["doubts"] if d.startswith("added_lines:"))
        own = "\n".join(body.split("\n")[:-added]) if added else body
        edited = line["edits"] and not text
        if not edited:
            same(number, "text", text, own)
        if row.get("is_from_me"):
            same(number, "sender", "me", line["sender"])
        else:
            handle = handles.get(row.get("handle_id"))
            same(number, "sender", address_of(handle["id"]) if handle else None, line["sender"])
        same(number, "direction", "out" if row.get("is_from_me") else "in", line["direction"])
        same(number, "time", time_of(row.get("date")), line["sent_at"])
        same(number, "read", time_of(row.get("date_read")), line["read_at"])
        same(number, "delivered", time_of(row.get("date_delivered")), line["delivered_at"])
        same(number, "id", row["guid"], line["id"])
        same(number, "service", row.get("service"), line["service"])
        here = sorted(c for c in in_chat.get(number, []) if c in chats)
        gone = sorted(c for c in deleted.get(number, []) if c in chats)
        chat = chats[(here or gone)[0]]["guid"] if here or gone else None
        same(number, "conversation", chat, line["conversation"])
        same(number, "deleted", not here and bool(gone), line["deleted"])
    for number in table(db, "recoverable_message_part"):
        if len(by_row.pop(("recoverable_message_part", number), [])) != 1:
            wrong.append(f"deleted part {number}: not one line")
    wrong += [f"{t} {n}: a line for no row" for t, n in by_row]
    for line in given:
        if line["origin"]["table"] == "message":
            same(line["origin"]["row"], "reactions", reactions.get(line["id"], 0), len(line["reactions"]))
    print("\n".join(wrong[:50]))
    print(f"{compared} rows compared, {sum(reactions.values())} reactions, {len(wrong)} differences")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
