#!/usr/bin/env python3
"""Writes the test vectors under fixtures/vectors, from docs/FORMAT.md alone.

Needs the package `cryptography` (48 or newer) for AES-256-GCM, Ed25519, X25519, ML-KEM-768 and Argon2id;
everything else is the standard library. The files it writes are committed and read by the tests. Wraps
are random: one that is there already is not made anew but opened, by the X-Wing and HPKE written here.
"""
import base64
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "vectors")


def tag(label):
    return label.encode().ljust(16, b"\0")


HASH = {1: hashlib.sha256, 2: hashlib.sha3_256}


def sha(*parts, by=1):
    return HASH[by](b"".join(parts)).digest()


def extract(salt, key):
    return hmac.new(salt, key, hashlib.sha256).digest()


def hkdf(key, info, n):
    return expand(extract(b"\0" * 32, key), info, n)


def expand(prk, info, n):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def seal(key, context, plain):
    okm = hkdf(key, tag("BA1.seal") + context, 64)
    return okm[32:] + AESGCM(okm[:32]).encrypt(b"\0" * 12, plain, None)


def record(seed, groups, suite=1):
    fields = []
    for f, data in enumerate(groups, 1):
        salt = sha(tag("BA1.salt"), seed, bytes([f]), by=suite)
        fields.append(bytes([f]) + field(f, salt, data, suite))
    return sha(tag("BA1.record"), bytes([suite, len(fields)]), *fields, by=suite)


def mth(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def roots(most):
    """The roots of all trees of 0 to `most` leaves; leaf i is i in 4 bytes."""
    known = {}

    def sub(a, b):
        if (a, b) not in known:
            if b - a == 1:
                known[a, b] = sha(b"\0", struct.pack(">I", a))
            else:
                k = 1 << (b - a - 1).bit_length() - 1
                known[a, b] = sha(b"\1", sub(a, a + k), sub(a + k, b))
        return known[a, b]
    return [sha()] + [sub(0, n) for n in range(1, most + 1)]


def body(kind, salt, clear, plain, suite=1):
    return sha(tag("BA1.body"), bytes([suite, kind]), salt, struct.pack(">Q", len(clear)), clear,
               struct.pack(">Q", len(plain)), plain)


def field(group, salt, data, suite=1):
    return sha(tag("BA1.field"), bytes([suite, group]), salt, struct.pack(">Q", len(data)), data, by=suite)


def header(kind, index, archive, content, prev=b"\1" * 32, author=b"\7" * 32, suite=1, other=0):
    parts = [b"BAH1", bytes([kind, suite, other, 0]), struct.pack(">Q", index), prev, archive, b"\3" * 16,
             struct.pack(">Q", 1_764_000_000_123), b"\5" * 16, content, b"\6" * 32, struct.pack(">Q", 4096), author,
             struct.pack(">Q", 2), bytes(40)]
    return b"".join(parts)


def signatures(archive, head, seeds):
    out = bytes([len(seeds)])
    for seed in seeds:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        out += sha(tag("BA1.author"), key.public_key().public_bytes_raw()) + key.sign(tag("BA1.sig") + archive + head)
    return out


def verifier_key(name, public):
    key_id = sha(name.encode(), b"\n\1", public)[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def checkpoint(archive, size, root, seed, suite=1):
    origin = "beskedarkiv/" + archive.hex()
    key = Ed25519PrivateKey.from_private_bytes(seed)
    text = f"{origin}{'/sha3-256' if suite == 2 else ''}\n{size}\n{base64.b64encode(root).decode()}\n"
    key_id = sha(f"{origin}/job\n".encode(), b"\1", key.public_key().public_bytes_raw())[:4]
    signed = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n\u2014 {origin}/job {signed}\n"


def cosigned(note, name, seed, time):
    """C2SP tlog-cosignature v1, Ed25519, at the end of a note."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    body = note.split("\n\n")[0] + "\n"
    signature = key.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
    key_id = sha(f"{name}\n".encode(), b"\4", key.public_key().public_bytes_raw())[:4]
    return f"{note}\u2014 {name} {base64.b64encode(key_id + struct.pack('>Q', time) + signature).decode()}\n"


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def gf(a, b, bits, modulus):
    """The product in GF(2^bits)."""
    out = 0
    for i in range(bits):
        if b >> i & 1:
            out ^= a << i
    for i in range(2 * bits - 2, bits - 1, -1):
        if out >> i & 1:
            out ^= modulus << i - bits
    return out


def in_groups(data):
    n = -(-len(data) * 8 // 20)
    number = int.from_bytes(data, "big") << n * 20 - len(data) * 8
    out = []
    for place in range(n):
        bits = number >> 20 * (n - 1 - place) & 0xFFFFF
        symbols = [bits >> 15, bits >> 10 & 31, bits >> 5 & 31, bits & 31]
        check = gf(place % 32, 5, 5, 0b100101)
        for symbol, weight in zip(symbols, [2, 4, 8, 16]):
            check ^= gf(symbol, weight, 5, 0b100101)
        out.append("".join(CROCKFORD[s] for s in [*symbols, check]))
    return " ".join(out)


def shares(secret, coefficients, count):
    """Shamir over GF(256), byte by byte: the value of the polynomial at 1, 2, ..."""
    out = []
    for x in range(1, count + 1):
        values = []
        for i, constant in enumerate(secret):
            value = 0
            for polynomial in reversed(coefficients):
                value = gf(value ^ polynomial[i], x, 8, 0x11B)
            values.append(value ^ constant)
        out.append(bytes(values))
    return out


def path(leaves, i, suite=1):
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if i < k:
        return path(leaves[:k], i, suite) + [top(leaves[k:], suite)]
    return path(leaves[k:], i - k, suite) + [top(leaves[:k], suite)]


def top(leaves, suite=1):
    """Tree hash over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", top(leaves[:k], suite), top(leaves[k:], suite), by=suite)


def proof(archive, seed, content=1, suite=1, log_suite=1):
    """The second of three records, without parties and raw; the log has seven entries, this is the fifth."""
    records = [(bytes([i]) * 16, [f"record {i} group {g}".encode() for g in range(1, 9)]) for i in range(3)]
    leaves = [sha(b"\0", record(*r, content), by=content) for r in records]
    head = header(10, 4, archive, top(leaves, content), suite=suite, other=content if content != suite else 0)
    fields = b""
    for f, data in enumerate(records[1][1], 1):
        salt = sha(tag("BA1.salt"), records[1][0], bytes([f]), by=content)
        if f in (3, 6):
            fields += b"\0" + field(f, salt, data, content)
        else:
            fields += b"\1" + salt + struct.pack(">I", len(data)) + data
    tree = b"\2" + b"\2" + (b"\0" + leaves[0]) + (b"\1" + fields) + (b"\0" + leaves[2])
    log = [sha(b"\0", head, by=log_suite) if i == 4 else bytes([i]) * 32 for i in range(7)]
    extra = base64.b64encode(b"BAP1" + head + tree).decode()
    hashes = "".join(base64.b64encode(h).decode() + "\n" for h in path(log, 4, log_suite))
    note = checkpoint(archive, 7, top(log, log_suite), seed, log_suite)
    return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 4\n{hashes}\n{note}"


def under(key, random, context, plain):
    return random + seal(extract(random, key), context, plain)


def padme(n):
    if n < 2:
        return n
    e = n.bit_length() - 1
    mask = (1 << e - e.bit_length()) - 1
    return n + mask & ~mask


def stream(key, context, content):
    okm = hkdf(key, tag("BA1.stream") + context, 64)
    plain = struct.pack(">Q", len(content)) + content
    plain += bytes(padme(len(plain)) - len(plain))
    chunks = [plain[i:i + 65536] for i in range(0, len(plain), 65536)]
    out = okm[32:]
    for i, chunk in enumerate(chunks):
        nonce = bytes(3) + struct.pack(">Q", i) + bytes([i == len(chunks) - 1])
        out += AESGCM(okm[:32]).encrypt(nonce, chunk, None)
    return out


# X-Wing (draft-connolly-cfrg-xwing-kem) from its parts, HPKE base mode (RFC 9180) with KEM 0x647a

def x_wing_keys(seed):
    wide = hashlib.shake_256(seed).digest(96)
    lattice = MLKEM768PrivateKey.from_seed_bytes(wide[:64])
    curve = X25519PrivateKey.from_private_bytes(wide[64:])
    public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return lattice, curve, public


def x_wing_secret(lattice, curve, to, at):
    return hashlib.sha3_256(lattice + curve + at + to + rb"\.//^\ "[:6]).digest()


def x_wing_encapsulate(public):
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
    shared, at_lattice = MLKEM768PublicKey.from_public_bytes(public[:1184]).encapsulate()
    mine = X25519PrivateKey.generate()
    at_curve = mine.public_key().public_bytes_raw()
    other = mine.exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    return x_wing_secret(shared, other, public[1184:], at_curve), at_lattice + at_curve


def x_wing_decapsulate(seed, at):
    lattice, curve, public = x_wing_keys(seed)
    shared = lattice.decapsulate(at[:1088])
    other = curve.exchange(X25519PublicKey.from_public_bytes(at[1088:]))
    return x_wing_secret(shared, other, public[1184:], at[1088:])


def hpke(secret, info):
    """Key and nonce of the one message: RFC 9180, 5.1, mode 0."""
    suite = b"HPKE" + struct.pack(">HHH", 0x647A, 1, 2)

    def labelled_extract(salt, label, ikm):
        return extract(salt, b"HPKE-v1" + suite + label + ikm)

    def labelled_expand(prk, label, info, n):
        return expand(prk, struct.pack(">H", n) + b"HPKE-v1" + suite + label + info, n)
    context = b"\0" + labelled_extract(b"", b"psk_id_hash", b"") + labelled_extract(b"", b"info_hash", info)
    prk = labelled_extract(secret, b"secret", b"")
    return labelled_expand(prk, b"key", context, 32), labelled_expand(prk, b"base_nonce", context, 12)


def wrap(public, purpose, context, secret):
    shared, at = x_wing_encapsulate(public)
    key, nonce = hpke(shared, tag("BA1.hpke") + tag(purpose))
    return at + AESGCM(key).encrypt(nonce, secret, context)


def unwrap(seed, purpose, context, wrapped):
    key, nonce = hpke(x_wing_decapsulate(seed, wrapped[:1120]), tag("BA1.hpke") + tag(purpose))
    return AESGCM(key).decrypt(nonce, wrapped[1120:], context)


def cbor(item):
    """Deterministic CBOR of integers, byte and text strings, null and arrays."""
    def head(kind, n):
        for i, bound in enumerate([24, 2**8, 2**16, 2**32, 2**64]):
            if n < bound:
                return bytes([kind << 5 | (n if i == 0 else 23 + i)]) + (n.to_bytes(2**(i - 1), "big") if i else b"")
    if item is None:
        return b"\xf6"
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    return head(4, len(item)) + b"".join(cbor(x) for x in item)


def identity(passphrase, operator, archive, signing, sealing):
    memory, passes, lanes, salt = 8192, 1, 1, b"\x0b" * 32
    key = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(passphrase)
    head = b"BAI1" + struct.pack(">III", memory, passes, lanes) + salt
    return head + seal(key, b"identity" + operator + archive, signing + sealing)


def keyed(key, label, data, n):
    out = bytearray(hmac.new(key, bytes([label]) + data, hashlib.sha256).digest()[:n])
    if label in (1, 5, 6):
        out[-1] |= 1
    elif label == 2:
        out[-1] &= 0x7F
    return bytes(out)


def known(path, text=None):
    path = os.path.join(OUT, path)
    if text is None:
        with open(path, encoding="utf-8") as f:
            return f.read()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return text


def write(path, text):
    known(path, text + "\n")


ARCHIVE, JOB = b"\xab" * 16, b"\1" * 32


def chain():
    groups = [b"core", b"text", b"parties", b"", b"state", b"", b"provenance", b"verdict"]
    write("chain/record-1.hex", record(bytes(range(16)), groups).hex())
    lines = [mth([bytes([i]) * 32 for i in range(n)]).hex() for n in range(1, 20)]
    write("chain/tree.txt", "\n".join(lines))
    write("chain/tree-4096.hex", sha(*roots(4096)).hex())
    write("chain/body-1.hex", body(5, b"\5" * 32, b"clear", b"plain").hex())
    write("chain/prev-1.hex", sha(tag("BA1.prev"), b"\7" * 256).hex())
    write("chain/author-1.hex", sha(tag("BA1.author"), b"\7" * 32).hex())
    head = header(12, 0x0102030405060708, ARCHIVE, b"\2" * 32)
    write("chain/header-1.hex", head.hex())
    write("chain/signatures-1.hex", signatures(ARCHIVE, head, [JOB, b"\2" * 32]).hex())
    known("chain/checkpoint-1.txt", checkpoint(ARCHIVE, 42, b"\7" * 32, JOB))
    public = Ed25519PrivateKey.from_private_bytes(JOB).public_key().public_bytes_raw()
    write("chain/trusted-keys-1.txt", verifier_key(f"beskedarkiv/{ARCHIVE.hex()}/job", public))
    known("chain/proof-1.proof", proof(ARCHIVE, JOB))
    # of a record from before a renewal, of one that waited for it, of one from behind it; all behind it
    known("chain/proof-2.proof", proof(ARCHIVE, JOB, 1, 1, 2))
    known("chain/proof-3.proof", proof(ARCHIVE, JOB, 1, 2, 2))
    known("chain/proof-4.proof", proof(ARCHIVE, JOB, 2, 2, 2))
    witness, name = b"\x09" * 32, "vidne.example/rigsarkivet"
    known("chain/cosigned-1.txt", cosigned(checkpoint(ARCHIVE, 42, b"\7" * 32, JOB), name, witness, 1_790_000_000))
    public = Ed25519PrivateKey.from_private_bytes(witness).public_key().public_bytes_raw()
    key_id = sha(f"{name}\n".encode(), b"\4", public)[:4].hex()
    write("chain/cosigner-1.txt", f"{name}+{key_id}+{base64.b64encode(bytes([4]) + public).decode()}")
    samples = [sha(bytes([n]))[:n] for n in [1, 2, 3, 5, 10, 16, 20, 31, 32]] + [bytes(35), b"\xff" * 35]
    samples.append(b"".join(sha(bytes([i])) for i in range(40))[:1250])
    write("chain/groups.txt", "\n".join(f"{data.hex()} {in_groups(data)}" for data in samples))


def seals():
    write("seal/seal-1.hex", seal(b"\7" * 32, b"context", b"Rigets tilstand").hex())
    write("seal/under-1.hex", under(b"\7" * 32, b"\x09" * 32, b"context", b"Rigets tilstand").hex())
    write("seal/padme.txt", "\n".join(f"{n} {padme(n)}" for n in [*range(70), 1000, 65536, 65545, 10**6 + 1]))
    lines = []
    for n in [0, 1, 8, 100, 65528, 65529, 200_000]:
        content = bytes(i * 7 % 251 for i in range(n))
        lines.append(f"{n} {sha(stream(bytes([3]) * 32, b'context', content)).hex()}")
    write("seal/stream.txt", "\n".join(lines))
    lines = []
    for threshold, count in [(2, 3), (3, 5), (2, 2), (5, 8)]:
        secret = sha(b"secret", bytes([threshold, count]))
        coefficients = [sha(b"coefficient", bytes([threshold, count, i])) for i in range(1, threshold)]
        parts = [secret, *coefficients, *shares(secret, coefficients, count)]
        lines.append(f"{threshold} {count} " + " ".join(p.hex() for p in parts))
    write("seal/shares.txt", "\n".join(lines))
    seed, secret = bytes(range(32)), b"\5" * 32
    public = x_wing_keys(seed)[2]
    write("seal/public-1.hex", public.hex())
    try:
        wrapped = bytes.fromhex(known("seal/wrap-1.hex"))
    except FileNotFoundError:
        wrapped = wrap(public, "bucket", b"context", secret)
        write("seal/wrap-1.hex", wrapped.hex())
    assert unwrap(seed, "bucket", b"context", wrapped) == secret, "the wrap does not open"


def access():
    operator, signing, sealing = b"\x0a" * 16, b"\x0c" * 32, bytes(range(32))
    write("access/identity-1.hex", identity("adgangssætning".encode(), operator, ARCHIVE, signing, sealing).hex())
    lines = [
        ("genesis", [1, operator, signing, b"seal", b"\x0d" * 32]),
        ("operator", [1, operator, signing, b"seal"]),
        ("grant", [1, operator, 255, 1, b"seal", None, 20_000]),
        ("grant-2", [1, operator, 10, 70_000, b"", -3, None]),
        ("revoke", [1, operator]),
        ("epoch", [1, 1, b"seal"]),
    ]
    head = b"\1" + ARCHIVE[:4] + struct.pack(">IBBB", 3, 2, 3, 2) + b"\1\2\3\4" + bytes(range(32))
    write("access/share-1.txt", in_groups(head + sha(tag("BA1.share"), ARCHIVE, head)[:4]))
    write("access/bodies.txt", "\n".join(f"{name} {cbor(item).hex()}" for name, item in lines))


def store():
    key = b"\7" * 32
    # scope, text, then one flag each for deleted, withdrawn and expiring; the last is never looked for
    mark = lambda i: keyed(key, 3, b"scope %d" % (i % 3), 4) + keyed(key, 4, b"text %d" % i, 2) + bytes([i & 7, 0])
    marks = [mark(i) for i in range(8)] + [bytes(8)]
    identities = [
        keyed(key, 1, b"message %d" % i, 12) + keyed(key, 2, b"version %d" % i, 8) + marks[i] for i in range(9)
    ]
    write("store/sightings.txt", "\n".join(i.hex() for i in identities))
    plain = struct.pack(">I", len(identities)) + b"".join(identities)
    write("store/list.hex", (plain + bytes(padme(len(plain)) - len(plain))).hex())
    # what marks a message for several kinds of source: told by the kind i; nothing is known of what the last says
    said = lambda i: bytes(4) if i == 2 else keyed(key, 6, b"said %d" % i, 4)
    likenesses = [
        keyed(key, 5, b"likeness %d" % i + bytes(2), 12) + identities[i][:8] + said(i) + struct.pack(">HB", 300 * i, 1 << i) + b"\x80"
        for i in range(3)
    ]
    write("store/likenesses.txt", "\n".join(i.hex() for i in likenesses))
    # custodian, class M25, January 2026, device of entry 8, tenure 2; and without a device
    write("store/labels.txt", "\n".join(cbor(x).hex() for x in [["min", 4, 20_454, 8, 2], ["æ", 1, -31, None, 0]]))


if __name__ == "__main__":
    chain()
    seals()
    access()
    store()
