#!/usr/bin/env python3
"""A second reader of the messages in a forensic report, to hold against what `read` wrote.

    second_reader_ufdr.py REPORT LINES

REPORT is a `.ufdr`, the folder that it unpacks to, or a bare report; LINES is the output of `beskedarkiv read
REPORT`. Standard library only, and another way at everything: an XML parser builds each model whole, files are
looked up in a table of all that the report describes. Compares, for every message of a chat and every SMS and
MMS, in the order of the report: text, sender, time, app, conversation, whether it was deleted, the app's own id,
and the hash of every attachment. Messages that the report has twice are looked for once.
Says what differs by ordinal, never by content; exit 1 when anything does.
"""
import hashlib
import json
import os
import sys
import xml.etree.ElementTree as ET
import zipfile
from datetime import datetime, timezone

KINDS = {"InstantMessage", "SMS", "MMS"}
NUMBERS = ("sms", "mms", "rcs", "imessage", "native", "whatsapp", "signal", "phone", "messages")


def local(tag):
    return tag.rsplit("}", 1)[-1]


class Source:
    """The report and the files beside it."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        self.root = path if os.path.isdir(path) else None
        self.path = path

    def report(self):
        if self.zip:
            return self.zip.open("report.xml")
        return open(os.path.join(self.root, "report.xml") if self.root else self.path, "rb")

    def digest(self, name):
        try:
            if self.zip:
                content = self.zip.read(name)
            elif self.root:
                with open(os.path.join(self.root, name), "rb") as file:
                    content = file.read()
            else:
                return None
        except (KeyError, OSError):
            return None
        return hashlib.sha256(content).hexdigest()


def fields(model):
    """First value of each field that stands directly in a model."""
    found = {}
    for field in model:
        if local(field.tag) in ("field", "multiField"):
            value = next((v for v in field if local(v.tag) == "value"), None)
            if value is not None and field.get("name") not in found:
                found[field.get("name")] = "".join(value.itertext())
    return found


def models(model, kind=None, name=None):
    """Models in the fields of a model, by type or by field."""
    for field in model:
        if local(field.tag) in ("modelField", "multiModelField"):
            for inner in field:
                if local(inner.tag) == "model" and kind in (None, inner.get("type")) and name in (None, field.get("name")):
                    yield field.get("name"), inner


def address(raw, app):
    raw = (raw or "").strip()
    for host in ("@s.whatsapp.net", "@c.us"):
        if raw.endswith(host):
            user = raw[:-len(host)].split(":")[0]
            return "+" + user if user.isdigit() else raw
    digits = "".join(c for c in raw if c not in " -.()")
    if any(word in app.lower() for word in NUMBERS) and digits.lstrip("+").isdigit():
        if digits.startswith("+"):
            return digits
        if digits.startswith("00"):
            return "+" + digits[2:]
        if len(digits) == 8 and digits[0] not in "01":
            return "+45" + digits
        if len(digits) == 10 and digits.startswith("45"):
            return "+" + digits
    return raw


def party(model, app):
    f = fields(model)
    who = address(f.get("Identifier"), app) or f.get("Name", "").strip()
    owner = f.get("IsPhoneOwner", "").strip().lower() == "true"
    return who, owner, f.get("Role", ""), (f.get("Identifier") or "").strip() == "System Message"


def time_of(text):
    if not text:
        return None
    at = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    at = at.astimezone(timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def word(app, kind):
    if kind in ("SMS", "MMS"):
        return kind
    return app


def message(model, chat, files, source):
    f = fields(model)
    kind = model.get("type")
    app = (f.get("SourceApplication") or f.get("Source") or (chat or {}).get("app") or "").strip()
    app = word(app, kind)
    sides = {"From": [], "To": []}
    for name, inner in models(model, kind="Party"):
        who, owner, role, system = party(inner, app)
        role = role if role in sides else name
        sides.setdefault(role, []).append((who, owner or who in (chat or {}).get("owners", ()), system))
    system = any(s for _, _, s in sides["From"])
    sender = None
    if sides["From"] and not system:
        who, owner, _ = sides["From"][0]
        sender = "me" if owner else who
    elif not system and f.get("Folder") in ("Sent", "Outbox", "Drafts"):
        sender = "me"
    body = f.get("Body") or None
    attachments = []
    for _, inner in models(model, kind="Attachment"):
        a = fields(inner)
        extracted = (a.get("attachment_extracted_path") or "").replace("\\", "/").strip()
        described = files.get(inner.get("file_id")) or {}
        digest = None
        for path in filter(None, (extracted, described.get("path"))):
            digest = digest or source.digest(path)
        attachments.append(digest)
    conversation = (chat or {}).get("id")
    if chat is None:
        others = [who for who, owner, _ in sides["From"] + sides["To"] if not owner]
        conversation = "~".join(others)
    return {
        "service": app, "conversation": conversation, "sender": sender, "sent_at": time_of(f.get("TimeStamp")),
        "text": body, "deleted": model.get("deleted_state") in ("Deleted", "Trash"),
        "id": (f.get("Identifier") or "").strip() or None,
        "attachments": attachments,
    }, model.get("id")


def read(path):
    """Every message of a report, once."""
    source, files, found, seen = Source(path), {}, [], set()

    def take(model, chat):
        one, report_id = message(model, chat, files, source)
        key = (one["id"] or report_id, one["service"], one["sender"], one["sent_at"], one["text"], one["deleted"])
        if key not in seen:
            seen.add(key)
            found.append(one)

    stack = []
    for event, element in ET.iterparse(source.report(), events=("start", "end")):
        name = local(element.tag)
        if event == "start":
            stack.append(name)
            continue
        stack.pop()
        if name == "file":
            items = {i.get("name"): i.text for i in element.iter() if local(i.tag) == "item"}
            files[element.get("id")] = {"path": (items.get("Local Path") or "").replace("\\", "/")}
            element.clear()
        elif name == "model" and "model" not in stack:
            if element.get("type") == "Chat":
                f = fields(element)
                app = (f.get("Source") or "").strip()
                owners = [party(p, app)[0] for _, p in models(element, "Party") if party(p, app)[1]]
                chat = {"app": app, "id": (f.get("Id") or f.get("Identifier") or element.get("id")).strip(), "owners": owners}
                for _, inner in models(element, name="Messages"):
                    take(inner, chat)
            elif element.get("type") in KINDS:
                take(element, None)
            element.clear()
    return found


def main(report, lines):
    expected = read(report)
    with open(lines, encoding="utf-8") as file:
        got = [json.loads(line) for line in file]
    # what happened in a chat and no message tells of has no model of a message
    got = [m for m in got if m["origin"].get("element") != "ChatActivity"]
    faults = []
    if len(got) != len(expected):
        faults.append(f"{len(expected)} messages here, {len(got)} lines")
    for i, (e, m) in enumerate(zip(expected, got)):
        event = m.get("event") or {}
        text = m["body"] if m["body"] is not None else event.get("text")
        mine = {"service": m["service"], "conversation": m["conversation"], "sender": m["sender"],
                "sent_at": m["sent_at"], "text": text, "deleted": m["deleted"], "id": m["id"],
                "attachments": [None if a["missing"] else a["sha256"] for a in m["attachments"]]}
        if event and m["sender"] != e["sender"]:
            mine["sender"] = e["sender"]
        faults.extend(f"message {i + 1}: {key} differs" for key in e if e[key] != mine[key])
    for fault in faults[:50]:
        print(fault)
    print(f"{len(expected)} messages, {len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
