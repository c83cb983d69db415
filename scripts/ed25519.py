"""Ed25519 (RFC 8032), verification alone, strict: canonical s and R, no point of small order. Standard library only."""
import functools
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)

def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    u, v, w, z = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = v - u, z - w, z + w, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P

def point(data):
    """The point of 32 bytes, or None."""
    n = int.from_bytes(data, "little")
    sign, y = n >> 255, n & (2**255 - 1)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y % P, 1, x * y % P

def small(p):
    for _ in range(3):
        p = add(p, p)
    return p[0] == 0 and (p[1] - p[2]) % P == 0

@functools.lru_cache(64)
def table(p):
    """The multiples 0 to 15 of p, 16p, 256p ..."""
    rows = []
    for _ in range(64):
        rows.append([ZERO])
        for _ in range(15):
            rows[-1].append(add(rows[-1][-1], p))
        p = add(rows[-1][-1], p)
    return rows

def times(p, n):
    out = ZERO
    for i, row in enumerate(table(p)):
        out = add(out, row[n >> 4 * i & 15])
    return out

BASE = point(bytes.fromhex("58" + "66" * 31))

@functools.lru_cache(4096)
def signed(key, message, signature):
    """Whether the signature over message is by key."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    a, p = point(key), point(r)
    if len(signature) != 64 or a is None or p is None or s >= L or small(a) or small(p):
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    x, y, z, _ = add(times(BASE, s), times((P - a[0], a[1], 1, P - a[3]), k))
    z = pow(z, P - 2, P)
    x, y = x * z % P, y * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == r
