#!/usr/bin/env python3
"""Writes the test vectors under fixtures/vectors, from docs/FORMAT.md alone.

Needs the package `cryptography` for AES-256-GCM; everything else is the standard library.
Run it from the top of the project; the files it writes are committed and read by the tests.
"""
import hashlib
import hmac
import os
import struct

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "vectors")


def tag(label):
    return label.encode().ljust(16, b"\0")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hkdf(key, info, n):
    prk = hmac.new(b"\0" * 32, key, hashlib.sha256).digest()
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def seal(key, context, plain):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    okm = hkdf(key, tag("BA1.seal") + context, 64)
    return okm[32:] + AESGCM(okm[:32]).encrypt(b"\0" * 12, plain, None)


def record(seed, groups, suite=1):
    fields = []
    for f, data in enumerate(groups, 1):
        salt = sha(tag("BA1.salt"), seed, bytes([f]))
        fields.append(bytes([f]) + sha(tag("BA1.field"), bytes([suite, f]), salt, struct.pack(">Q", len(data)), data))
    return sha(tag("BA1.record"), bytes([suite, len(fields)]), *fields)


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


def write(path, text):
    path = os.path.join(OUT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text + "\n")


def main():
    groups = [b"core", b"text", b"parties", b"", b"state", b"", b"provenance", b"verdict"]
    write("chain/record-1.hex", record(bytes(range(16)), groups).hex())
    lines = [mth([bytes([i]) * 32 for i in range(n)]).hex() for n in range(1, 20)]
    write("chain/tree.txt", "\n".join(lines))
    write("chain/tree-4096.hex", sha(*roots(4096)).hex())
    write("chain/body-1.hex", body(5, b"\5" * 32, b"clear", b"plain").hex())
    write("chain/prev-1.hex", sha(tag("BA1.prev"), b"\7" * 256).hex())
    write("chain/author-1.hex", sha(tag("BA1.author"), b"\7" * 32).hex())
    try:
        write("seal/seal-1.hex", seal(b"\7" * 32, b"context", b"Rigets tilstand").hex())
    except ImportError:
        print("the package cryptography is not there: seal vectors not written")


main()
