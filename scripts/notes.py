"""Signed notes, checkpoints and Merkle trees, as C2SP (signed-note, tlog-checkpoint) and RFC 6962 describe them:
what docs/FORMAT.md takes from elsewhere, for verify.py. Standard library alone.
"""
import base64, hashlib, re
from ed25519 import signed

# suites, by what they hash with
HASH = {1: hashlib.sha256, 2: hashlib.sha3_256}

def sha(*parts, by=1):
    return HASH[by](b"".join(parts)).digest()

def tag(label):
    return label.encode().ljust(16, b"\0")

def node(left, right, by):
    return sha(b"\1", left, right, by=by)

class Fault(Exception):
    """Something does not hold; carries what."""

def need(holds, what):
    if not holds:
        raise Fault(what)

def base(text):
    """Strict Base64: what encodes to this very text."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Fault("malformed Base64") from None
    need(base64.b64encode(data).decode() == text, "malformed Base64")
    return data

def origin(archive):
    return "beskedarkiv/" + archive.hex()

class Checkpoint:
    def __init__(self, text):
        bad = "not a checkpoint"
        body, blank, lines = text.partition("\n\n")
        need(blank and len(text.encode()) <= 65536, bad)
        self.body = body + "\n"
        parts = body.split("\n")
        need(len(parts) == 3 and parts[0] and re.fullmatch("0|[1-9][0-9]{0,19}", parts[1]), bad)
        self.origin, self.size, self.root = parts[0], int(parts[1]), base(parts[2])
        need(self.size < 2**64 and len(self.root) == 32 and lines.endswith("\n"), bad)
        self.signatures = []
        for line in lines[:-1].split("\n"):
            match = re.fullmatch("\u2014 ([^ ]*) ([^\n]+)", line)
            need(match, bad)
            blob = base(match[2])
            need(len(blob) >= 4 and len(self.signatures) < 64, bad)
            self.signatures.append((match[1], blob[:4], blob[4:]))

    def suite(self, archive):
        """What the root is hashed with, where it is of that archive."""
        return {origin(archive): 1, origin(archive) + "/sha3-256": 2}.get(self.origin)

    def signed_by(self, name, key):
        """True, False, or None where that key did not sign at all."""
        mine = sha(name.encode(), b"\n\1", key)[:4]
        for by, key_id, signature in self.signatures:
            if (by, key_id) == (name, mine):
                return signed(key, self.body.encode(), signature)
        return None

def root_of(leaves, by):
    """RFC 6962, 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(by=by)
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:k], by), root_of(leaves[k:], by), by)

def included(h, index, size, path, root, by):
    """RFC 9162, 2.1.3.2."""
    last = size - 1
    need(0 <= index <= last, "the header is not in the log")
    for p in path:
        need(last, "the header is not in the log")
        if index & 1 or index == last:
            h = node(p, h, by)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            h = node(h, p, by)
        index, last = index >> 1, last >> 1
    need(last == 0 and h == root, "the header is not in the log")

def note_of(text):
    """The checkpoint in what `checkpoint show` prints: a signed note, a blank line, its key."""
    at = text.find("\n\n\u2014 ")
    return text[:text.find("\n\n", at + 2) + 1] if at >= 0 else ""

def trusted(text):
    """The keys of a trusted-keys file; the output of `checkpoint show` will do as well."""
    keys = []
    for line in text[len(note_of(text)):].split("\n"):
        line = line.strip()
        if line and not line.startswith("#"):
            name, _, rest = line.partition("+")
            key_id, _, typed = rest.partition("+")
            typed = base(typed)
            need(len(typed) == 33 and typed[0] in (1, 4), "no verifier key")
            need(sha(name.encode(), b"\n", typed)[:4].hex() == key_id, "no verifier key")
            keys += [(name, typed[1:])] * (typed[0] == 1)
    need(keys, "no verifier key")
    return keys
