#!/usr/bin/env python3
"""Verifies an archive without keys, or a proof without the archive, as docs/FORMAT.md describes them.

    verify.py ARCHIVE [--checkpoint FILE]
    verify.py --proof FILE --trusted-keys FILE

A second opinion: it shares no code with the program and uses the standard library alone; what the format takes
from elsewhere stands in ed25519.py and notes.py beside it. Exit codes are
the program's: 0 holds, 5 does not hold, 4 cannot be read, 2 wrong use.
"""
import io, os, re, sqlite3, struct, sys, urllib.parse

# nothing is left beside the scripts
sys.dont_write_bytecode = True
from ed25519 import BASE, L, P, signed, times
from notes import Checkpoint, Fault, HASH, base, included, need, node, note_of, origin, root_of, sha, tag, trusted

# a day that may be null, and one that may not
U16, U32, U64, STAGE = (range(2**n) for n in (16, 32, 64, 1))
DAY, I32 = range(-2**31, 2**31), range(-2**31, 2**31)

def clear(data, *kinds):
    """The items of a clear body behind its version: a length of bytes, any `bytes`, or a range each."""
    bad, at = "malformed body", 0

    def head():
        nonlocal at
        need(at < len(data), bad)
        major, low = data[at] >> 5, data[at] & 31
        n = 0 if low < 24 else 1 << low - 24
        need(low < 28 and at + 1 + n <= len(data), bad)
        at += 1 + n
        return major, int.from_bytes(data[at - n:at], "big") if n else low

    items = []
    need(head() == (4, len(kinds) + 1), bad)
    for kind in (range(1, 2), *kinds):
        null = data[at:at + 1] == b"\xf6"
        major, n = head()
        if null:
            need(kind is DAY, bad)
            items.append(None)
        elif isinstance(kind, range):
            need(major < 2, bad)
            items.append(-1 - n if major else n)
            need(items[-1] in kind, bad)
        else:
            need(major == 2 and at + n <= len(data) and kind in (n, bytes), bad)
            items.append(data[at:at + n])
            at += n
    need(at == len(data), bad)
    return items[1:]

GENESIS, OPERATOR, GRANT, REVOKE, EPOCH, BUCKET, SEGMENT, BLOB = 1, 2, 3, 4, 8, 9, 10, 11
RESTAMP, TRANSFER, RESEAL, ERASE, DISPOSE, DISPOSED, SUITE = 13, 14, 15, 16, 19, 20, 25
HANDOVER, HANDED, TAKEN = 31, 32, 33
INGEST, REVIEW, EXPORT, DELETE, HOLD, ADMIN = 1, 4, 8, 16, 32, 128
# the right that a type needs, where it is not admin; types that the job may write; types that two must sign
NEEDED = {9: INGEST, 10: INGEST, 11: INGEST, 12: INGEST, 16: DELETE, 17: HOLD, 18: HOLD, 19: DELETE, 20: DELETE,
          21: EXPORT, 22: REVIEW, 23: INGEST, 35: DELETE}
JOB, TWO, BEFOREHAND = {6, 9, 10, 11, 12, 23, 0, 30, 34, *range(36, 256)}, {14, 16, 18, 19, 29, 31}, {13, 14, 16, 19, 31}

class Header:
    def __init__(self, raw):
        need(isinstance(raw, bytes) and len(raw) == 256, "header of another length")
        (magic, self.type, self.suite, other, zero, self.index, self.prev, self.archive, self.run, self.written,
         self.bucket, self.content, self.digest, self.length, self.author, self.refers,
         rest) = struct.unpack(">4sBBBBQ32s16s16sQ16s32s32sQ32sQ40s", raw)
        need(magic == b"BAH1", "not a header")
        earlier = other in HASH and other < self.suite and self.type in (SEGMENT, BLOB)
        need(self.suite in HASH and (other == 0 or earlier), "unknown suite")
        # what the content is hashed with
        self.under = other or self.suite
        need(zero == 0 and rest == bytes(40), "reserved bytes are not zero")
        self.raw = raw

def author_of(key):
    return sha(tag("BA1.author"), key)

class Authority:
    """Who may do what, replayed from the log: FORMAT.md, "Operators and rights"."""

    def __init__(self):
        self.keys, self.grants, self.operators = {}, {}, set()
        self.founder = self.job = self.epoch = None

    def authors(self, archive, header, block, body):
        """The authors of a block of signatures, every one of them checked."""
        need(block and 1 <= block[0] <= 8 and len(block) == 1 + 96 * block[0], "malformed signatures")
        authors = []
        for at in range(1, len(block), 96):
            author, signature = block[at:at + 32], block[at + 32:at + 96]
            need(author in self.keys, "signature by an unknown author")
            key = self.keys[author][0]
            message = tag("BA1.sig") + archive + header.raw
            if authors and header.type in BEFOREHAND:
                message = tag("BA1.approve") + archive + sha(body, by=header.suite)
            need(signed(key, message, signature), "signature does not match")
            need(author not in authors, "malformed signatures")
            authors.append(author)
        need(authors[0] == header.author, "the header names another author")
        return authors

    def allows(self, operator, kind, written):
        right = NEEDED.get(kind, ADMIN)
        if operator not in self.grants:
            return operator == self.founder and right == ADMIN
        rights, first, last = self.grants[operator]
        day = min(written // 86_400_000, 2**31 - 1)
        return rights & right == right and (first is None or first <= day) and (last is None or day <= last)

    def apply(self, archive, header, block, body):
        kind = header.type
        need((header.index == 0) == (kind == GENESIS), "genesis out of place")
        if kind == GENESIS:
            operator, key, _, job = clear(body, 16, 32, bytes, 32)
            self.keys = {author_of(key): (key, operator)}
            # checked before the job's key counts: genesis is signed by its own operator
            need(self.authors(archive, header, block, body) == [author_of(key)], "the header names another author")
            self.keys[author_of(job)] = (job, None)
            self.founder, self.job, self.operators = operator, job, {operator}
            return
        authors = self.authors(archive, header, block, body)
        persons = {self.keys[author][1] for author in authors}
        for operator in persons:
            may = kind in JOB if operator is None else self.allows(operator, kind, header.written)
            need(may, "the author lacked the right")
        two = kind in TWO or kind == RESTAMP and clear(body, 32, bytes, bytes)[2]
        need(not two or len(persons - {None}) >= 2, "a second signature is missing")
        if kind == OPERATOR:
            operator, key, _ = clear(body, 16, 32, bytes)
            need(self.keys.get(author_of(key), [key])[0] == key, "body of a rights entry is malformed")
            self.keys[author_of(key)] = (key, operator)
            self.operators.add(operator)
        elif kind == GRANT:
            operator, rights, _, _, first, last = clear(body, 16, U16, U32, bytes, DAY, DAY)
            need(operator in self.operators, "body of a rights entry is malformed")
            self.grants[operator] = (rights, first, last)
        elif kind == REVOKE:
            self.grants[clear(body, 16)[0]] = (0, None, None)
        elif kind == EPOCH:
            number, _ = clear(body, U32, bytes)
            need(self.epoch is None or number == self.epoch + 1, "body of a rights entry is malformed")
            self.epoch = number

def digests(file, suites):
    """The digests of what a file holds, by suite, and its length."""
    found, length = {suite: HASH[suite]() for suite in suites}, 0
    while chunk := file.read(1 << 20):
        length += len(chunk)
        for each in found.values():
            each.update(chunk)
    return {suite: each.digest() for suite, each in found.items()}, length

def same(found, digest, length, suite):
    need(found, "body is missing")
    need(found[1] == length, "body has another length")
    need(found[0].get(suite) == digest, "body does not match its digest")

def pieces(data, size, key):
    """Pieces of one size, ascending and distinct by their first bytes."""
    found = [data[i:i + size] for i in range(0, len(data), size)]
    ascending = all(a[:key] < b[:key] for a, b in zip(found, found[1:]))
    need(len(data) % size == 0 and ascending, "malformed body")
    return found

def rows(folder):
    """Yields the database's two pragmas, its checkpoint and then every entry, in one transaction."""
    path = urllib.parse.quote(os.path.abspath(os.path.join(folder, "archive.db")))
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    try:
        db.text_factory = bytes
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("PRAGMA cell_size_check=ON")
        db.execute("PRAGMA mmap_size=0")
        db.execute("BEGIN")
        yield [db.execute("PRAGMA " + name).fetchone()[0] for name in ("application_id", "user_version")]
        kept = db.execute("SELECT value FROM state WHERE name = 'checkpoint' AND typeof(value) = 'blob'")
        yield (kept.fetchone() or (None,))[0]
        lists = 0
        for index, *row in db.execute("SELECT idx, run, bucket, delta FROM dedup"):
            values = [sha(v if isinstance(v, bytes) else b"") for v in row]
            lists ^= int.from_bytes(sha(tag("BA1.lists"), struct.pack(">q", index), *values), "big")
        kept = db.execute("SELECT value FROM state WHERE name = 'lists'").fetchone() or [bytes(32)]
        yield kept[0] == lists.to_bytes(32, "big")
        yield from db.execute("SELECT idx, CASE typeof(header) WHEN 'blob' THEN header END,"
                              " CASE typeof(signatures) WHEN 'blob' THEN signatures END,"
                              " CASE WHEN typeof(body) IN ('blob', 'null') THEN body ELSE 0 END"
                              " FROM entries ORDER BY idx")
    finally:
        db.close()

class Archive:
    """What a walk through the log finds."""

    def __init__(self, folder):
        # leaves by suite; of what is before the newest suite, what a renewal covers but bodies, and their digests
        self.folder, self.broken, self.leaves, self.outside, self.others = folder, [], {1: [], 2: []}, [], {}
        self.id = self.kept = self.suite = self.open = self.second = None
        self.suites, self.renewed = range(1, 2), {}
        # by bucket: the entry that disposed of it; by entry: whether it is closed; by bucket and entry: the rest
        self.authority, self.bodies = Authority(), []
        self.buckets, self.acts, self.erased, self.resealed, self.handovers = {}, {}, {}, {}, set()
        # what a segment or blob may have come by: a transfer, something taken over, nothing
        self.brought = {0}

    def fault(self, entry, what):
        self.broken.append((entry, what))

    def walk(self):
        before, last = b"", 0
        try:
            found = rows(self.folder)
            need(next(found) == [0x42415231, 1], "another kind of database")
            self.kept, lists = next(found), next(found)
            self.suites = range(1, 3 if b"/sha3-256\n" in (self.kept or b"") else 2)
            if not lists:
                self.fault(0, "the lists of known messages are damaged")
            for expected, (index, raw, signatures, body) in enumerate(found):
                try:
                    header = Header(raw)
                except Fault as e:
                    self.fault(index, str(e))
                    [leaves.append(bytes(32)) for leaves in (*self.leaves.values(), self.outside)]
                    continue
                self.id = header.archive if expected == 0 else self.id
                [leaves.append(sha(b"\0", raw, by=suite)) for suite, leaves in self.leaves.items()]
                self.outside.append(sha(raw, signatures or b"", by=2))
                try:
                    need(index == expected == header.index, "is not the next entry")
                    prev = sha(tag("BA1.prev"), before, by=header.suite) if before else bytes(32)
                    need(header.prev == prev, "does not carry the hash of the entry before it")
                    need(header.archive == self.id, "belongs to another archive")
                    need(header.written >= last, "is older than the entry before it")
                    self.entry(header, signatures, body)
                except Fault as e:
                    self.fault(index, str(e))
                last, before = header.written, header.raw
        except (sqlite3.Error, OverflowError):
            self.fault(len(self.outside), "the database is damaged here")
        except Fault as e:
            self.fault(0, str(e))
        if self.open:
            self.fault(len(self.outside), "the renewal does not cover the log")
        self.remains()

    def entry(self, header, signatures, body):
        suites, found, open_part = range(header.suite, self.suites.stop), None, b""
        if isinstance(body, bytes):
            found = digests(io.BytesIO(body), suites)
        elif body is None and header.type == BLOB:
            try:
                with open(os.path.join(self.folder, "blobs", "%016x" % header.index), "rb") as file:
                    found = digests(file, suites)
            except OSError:
                pass
        if header.type in (SEGMENT, BLOB):
            self.bodies.append((header, found))
        else:
            same(found, header.digest, header.length, header.suite)
            self.others[header.index] = found[0].get(2)
            n = int.from_bytes(body[:4], "big")
            need(len(body) >= 4 + n, "malformed body")
            open_part = body[4:4 + n]
        self.authority.apply(self.id, header, signatures, open_part)
        self.renewal(header, open_part)
        self.act(header, open_part)

    def renewal(self, header, part):
        """Suites only rise, by entries that hash again all there is before them: FORMAT.md, "Renewal"."""
        self.suite = self.suite or header.suite
        need(header.suite >= self.suite, "is of an earlier suite than the entry before it")
        if header.suite > self.suite:
            need(header.type == SUITE, "is of a later suite, and the log was not renewed")
            self.suite, self.second, self.open = header.suite, header.index, (0, header.index)
        need((header.type == SUITE) == bool(self.open), "is no part of a renewal, or stands inside one")
        if self.open:
            size, root, start, again = clear(part, U64, 32, U64, bytes)
            again, end = [again[i:i + 32] for i in range(0, len(again), 32)], start + len(again) // 32
            need(again and len(again[-1]) == 32 and end <= size, "malformed body")
            need((start, size) == self.open and root == root_of(self.leaves[1][:size], 1), "renews another log")
            leaves = [sha(b"\0", *pair, by=2) for pair in zip(self.outside[start:end], again)]
            need(root_of(leaves, 2) == header.content, "renews other entries")
            self.renewed.update((at, (header.index, digest)) for at, digest in enumerate(again, start))
            self.open = (end, size) if end < size else None

    def there(self, bucket):
        need(bucket in self.buckets, "names a bucket that no entry made")
        need(self.buckets[bucket] is None, "names a bucket that was disposed of")

    def act(self, header, part):
        """What an entry does to what is there: FORMAT.md, "Holds, disposal, erasure"."""
        kind, bucket = header.type, header.bucket
        if kind in (SEGMENT, BLOB, TRANSFER, RESEAL, ERASE):
            self.there(bucket)
        if kind == BUCKET:
            need(self.buckets.setdefault(bucket) is None, "names a bucket that was disposed of")
        elif kind in (SEGMENT, BLOB):
            need(header.refers in self.brought, "refers to no transfer")
        elif kind == DISPOSE:
            buckets = pieces(clear(part, I32, 32, bytes)[2], 16, 16)
            need(buckets, "malformed body")
            [self.there(each) for each in buckets]
            self.buckets.update(dict.fromkeys(buckets, header.index))
            self.acts[header.index] = False
        elif kind in (ERASE, TRANSFER):
            records, blobs = map(pieces, clear(part, 32, bytes, bytes)[1:], (12, 8), (12, 8))
            need(records, "malformed body")
            self.erased.update({(bucket, int.from_bytes(b, "big")): header.index for b in blobs})
            self.acts[header.index] = False
            self.brought |= {header.index * (kind == TRANSFER)}
        elif kind == RESEAL:
            bodies, _ = map(pieces, clear(part, bytes, bytes, bytes)[1:], (48, 1176), (8, 8))
            self.resealed.update({(bucket, int.from_bytes(b[:8], "big")): (b[8:], header) for b in bodies})
        elif kind == RESTAMP:
            longer, shorter = (pieces(b, 16, 16) for b in clear(part, 32, bytes, bytes)[1:])
            need((longer or shorter) and not {*longer} & {*shorter}, "malformed body")
            [self.there(each) for each in longer + shorter]
        elif kind == DISPOSED:
            stage, = clear(part, STAGE)
            need(header.refers in self.acts, "refers to no disposal")
            self.acts[header.refers] |= stage == 0
        elif kind == HANDOVER:
            clear(part, 32)
            self.handovers.add(header.index)
        elif kind == HANDED:
            clear(part, STAGE, 32)
            need(header.refers in self.handovers, "refers to no hand-over")
        elif kind == TAKEN:
            clear(part, 32)
            self.brought.add(header.index)

    def remains(self):
        """Bodies of segments and blobs, against what became of them."""
        for header, found in self.bodies:
            key = header.bucket, header.index
            act = self.buckets.get(header.bucket) or self.erased.get(key)
            anew, by = self.resealed.get(key, (header.digest + header.length.to_bytes(8, "big"), header))
            renewal, again = self.renewed.get(header.index, (0, b""))
            try:
                need(not act or not self.acts[act] or not found, "was disposed of, and its body is still here")
                if not act:
                    same(found, *struct.unpack(">32sQ", anew), by.suite)
                    need(renewal <= by.index or found[0].get(2) == again, "body is not the one that was renewed")
            except Fault as e:
                self.fault(header.index, str(e))
        for index, digest in self.others.items():
            if digest != self.renewed.get(index, (0, digest))[1]:
                self.fault(index, "body is not the one that was renewed")

    def against(self, text, whole):
        """A checkpoint against the log: the newest must be of all of it, another of its beginning."""
        try:
            note = Checkpoint(text)
            need(self.id is not None and self.authority.job is not None, "no genesis")
            suite, have = note.suite(self.id), len(self.outside)
            need(suite, "the checkpoint is of another archive")
            name = origin(self.id) + "/job"
            need(note.signed_by(name, self.authority.job), "the checkpoint is not signed by the job")
            need(0 < note.size <= have, "the checkpoint is newer than the archive")
            need(not whole or note.size == have, "the checkpoint is of another state of the log")
            then = self.suite if self.second is None or note.size > self.second else 1
            grew = suite == then and root_of(self.leaves[suite][:note.size], suite) == note.root
            need(grew, "the log did not grow from the checkpoint")
        except Fault as e:
            self.fault(len(self.outside), str(e))

def read(path, most=65536):
    """The text of a file; what is no text or longer is nothing that holds."""
    with open(path, "rb") as f:
        data = f.read(most + 1)
    return data.decode(errors="replace") if len(data) <= most else ""

def verify(folder, older=None):
    """What does not hold: a list of entry and fault. FileNotFoundError without an archive."""
    if not os.path.isfile(os.path.join(folder, "archive.db")):
        raise FileNotFoundError(folder)
    # the file follows the log: read before it, it is never newer
    beside = os.path.join(folder, "checkpoint")
    file = read(beside) if os.path.exists(beside) else None
    archive = Archive(folder)
    archive.walk()
    archive.against((archive.kept or b"").decode(errors="replace"), True)
    if file is not None:
        archive.against(file, False)
    if older is not None:
        archive.against(older, False)
    return sorted(set(archive.broken))

GROUPS = ["core", "text", "parties", "attachments", "state", "raw", "provenance", "verdict"]

def pruned(take, records, by, depth=0):
    """The root of a cut-back tree, by a suite; notes the groups that are shown of each record."""
    kind = take(1)[0]
    need(kind < 3 and depth <= 40, "not a proof")
    if kind == 0:
        return take(32)
    if kind == 2:
        left = pruned(take, records, by, depth + 1)
        return node(left, pruned(take, records, by, depth + 1), by)
    fields, shown = b"", {}
    for f, name in enumerate(GROUPS, 1):
        here = take(1)[0]
        need(here < 2, "not a proof")
        commitment = salt = take(32)
        if here:
            length = take(4)
            shown[name] = take(int.from_bytes(length, "big"))
            commitment = sha(tag("BA1.field"), bytes([by, f]), salt, bytes(4), length, shown[name], by=by)
        fields += bytes([f]) + commitment
    records.append(shown)
    return sha(b"\0", sha(tag("BA1.record"), bytes([by, 8]), fields, by=by), by=by)

def prove(text, keys):
    """The shown groups of each record, once everything holds; `keys` are pairs of name and key."""
    before, blank, note = text.partition("\n\n")
    lines = before.split("\n")
    need(blank and len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1", "not a proof")
    need(lines[1].startswith("extra ") and re.fullmatch("index (0|[1-9][0-9]{0,19})", lines[2]), "not a proof")
    index, path, inner = int(lines[2][6:]), [base(line) for line in lines[3:]], io.BytesIO(base(lines[1][6:]))
    need(len(path) <= 64 and all(len(p) == 32 for p in path), "not a proof")
    checkpoint = Checkpoint(note)

    def take(n):
        data = inner.read(n)
        need(len(data) == n, "not a proof")
        return data
    need(take(4) == b"BAP1", "not a proof")
    header, records = Header(take(256)), []
    suite = checkpoint.suite(header.archive)
    ours = header.type == SEGMENT and header.index == index and suite and suite >= header.suite
    need(ours, "the header is not of a segment of this archive")
    need(pruned(take, records, header.under) == header.content and records, "the records are not those of the header")
    need(not inner.read(), "not a proof")
    included(sha(b"\0", header.raw, by=suite), index, checkpoint.size, path, checkpoint.root, suite)
    name = origin(header.archive) + "/job"
    need(any(checkpoint.signed_by(name, key) for by, key in keys if by == name), "no trusted key signed it")
    return records

def main(words):
    try:
        if len(words) == 4 and words[0] == "--proof" and words[2] == "--trusted-keys":
            try:
                keys = trusted(read(words[3], 1 << 20))
            except Fault as e:
                print(e, file=sys.stderr)
                return 2
            for shown in prove(read(words[1], 1 << 28), keys):
                print("shown: " + ", ".join(f"{name} {data.hex()}" for name, data in shown.items()))
        elif len(words) == 1 or len(words) == 3 and words[1] == "--checkpoint":
            older = read(words[2]) if len(words) == 3 else None
            broken = verify(words[0], older and (note_of(older) or older))
            for entry, what in broken:
                print(f"entry {entry}: {what}")
            need(not broken, f"{len(broken)} faults")
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except OSError as e:
        print(f"cannot be read: {e.strerror}", file=sys.stderr)
        return 4
    except Fault as e:
        print(f"DOES NOT HOLD: {e}")
        return 5
    print("holds")
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
