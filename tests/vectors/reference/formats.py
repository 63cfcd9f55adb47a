"""Every format of crypto/FORMATS.md a second time, from its text alone.

Hashes from Python's library, Ed25519 in plain integers, Argon2id and XChaCha20-Poly1305 from
libsodium. Slow and plain on purpose: it checks the C++, nobody runs on it.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac

# --- Ed25519 (RFC 8032 §5.1), slow and plain --------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P
    return x, y


def mul(n, point):
    total = IDENTITY
    while n:
        if n & 1:
            total = add(total, point)
        point = add(point, point)
        n >>= 1
    return total


def x_of(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - xx) % P:
        return None
    return P - x if x & 1 != sign else x


BASE = (x_of(4 * pow(5, P - 2, P) % P, 0), 4 * pow(5, P - 2, P) % P)


def enc(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def sha512_int(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def scalar(seed):
    h = hashlib.sha512(seed).digest()
    return int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254, h[32:]


def public(seed):
    return enc(mul(scalar(seed)[0], BASE))


def sign(seed, message):
    a, prefix = scalar(seed)
    r = sha512_int(prefix, message) % L
    big_r = enc(mul(r, BASE))
    k = sha512_int(big_r, public(seed), message) % L
    return big_r + ((r + k * a) % L).to_bytes(32, "little")


def point_of_order_8():
    y = 2
    while True:
        x = x_of(y, 0)
        if x is not None:
            torsion = mul(L, (x, y))
            if mul(4, torsion) != IDENTITY:
                return torsion
        y += 1


# --- the formats ------------------------------------------------------------------------------


def h(tag, x):
    tag = tag.encode()
    return hashlib.sha256(bytes([len(tag)]) + tag + x).digest()


def sha(x):
    return hashlib.sha256(x).digest()


def key_id(key):
    return h("fairway/key", b"\x01" + key)


def pae(type_, body):
    return b"DSSEv1 %d %s %d %s" % (len(type_), type_, len(body), body)


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def sig_field(seed, type_, body):
    signature = field(1, key_id(public(seed))) + field(2, sign(seed, pae(type_, body)))
    return field(3, signature)


def signed(seed, type_, body):
    return field(1, body) + field(2, type_) + sig_field(seed, type_, body)


def part(label, salt, data):
    return h("fairway/part/v1", len(label).to_bytes(2, "big") + label + salt + data)


def leaf_hash(data):
    return sha(b"\0" + data)


def node_hash(left, right):
    return sha(b"\1" + left + right)


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(hashes):
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(root(hashes[:k]), root(hashes[k:]))


def path(m, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return path(m, hashes[:k]) + [root(hashes[k:])]
    return path(m - k, hashes[k:]) + [root(hashes[:k])]


def subproof(m, hashes, whole=True):
    if m == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if m <= k:
        return subproof(m, hashes[:k], whole) + [root(hashes[k:])]
    return subproof(m - k, hashes[k:], False) + [root(hashes[:k])]


def frontier(hashes):
    out, at = len(hashes).to_bytes(8, "big"), 0
    for bit in reversed(range(64)):
        if len(hashes) >> bit & 1:
            out += root(hashes[at:at + (1 << bit)])
            at += 1 << bit
    return out


def chunk_root(content):
    return root([leaf_hash(content[i:i + 65536]) for i in range(0, len(content), 65536)])


def b64(data):
    return base64.b64encode(data).decode()


def checkpoint_body(origin, size, root_text):
    return f"{origin}\n{size}\n{root_text}\n"


def note_line(name, key, signature, algorithm=1):
    key_hash = sha(name.encode() + b"\n" + bytes([algorithm]) + key)[:4]
    return f"\u2014 {name} {b64(key_hash + signature)}\n"


def note(seed, origin, body):
    return body + "\n" + note_line(origin, public(seed), sign(seed, body.encode()))


SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
SODIUM.sodium_init()


def argon2id(passphrase, salt, memory, passes):
    out = ctypes.create_string_buffer(32)
    size = ctypes.c_ulonglong
    if SODIUM.crypto_pwhash(out, size(32), passphrase, size(len(passphrase)), salt, size(passes),
                            ctypes.c_size_t(memory), 2):
        raise MemoryError
    return out.raw


def hkdf(ikm, salt, info, n):
    prk = hmac.new(salt or bytes(32), ikm, "sha256").digest()
    out = block = b""
    counter = 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([counter]), "sha256").digest()
        out += block
        counter += 1
    return out[:n]


def xchacha(key, nonce, aad, plain):
    out = ctypes.create_string_buffer(len(plain) + 16)
    size = ctypes.c_ulonglong
    SODIUM.crypto_aead_xchacha20poly1305_ietf_encrypt(out, None, plain, size(len(plain)), aad,
                                                      size(len(aad)), None, nonce, key)
    return out.raw


def keyfile_header(context, magic=b"fwkey.v1", suite=1):
    return magic + bytes([suite, len(context)]) + context


def slot(header, kind, memory, passes, salt, nonce, opener, secret, key=None):
    slot_header = bytes([kind]) + memory.to_bytes(8, "big") + passes.to_bytes(8, "big")
    slot_header += salt + nonce
    if key is None:
        key = (argon2id(opener, salt, memory, passes) if kind == 1 else
               hkdf(opener, salt, b"fairway/keyfile/key-slot/v1", 32))
    return slot_header + xchacha(key, nonce, header + slot_header, secret)


def check_word(i):
    return ("bdfklmst"[i >> 8 & 7] + "aiou"[i >> 6 & 3] + "bdfklmst"[i >> 3 & 7] +
            "aiou"[i >> 1 & 3] + "nr"[i & 1])


def check_words(transcript):
    n = int.from_bytes(transcript, "big") >> (256 - 66)
    words = " ".join(check_word(n >> (11 * i) & 2047) for i in reversed(range(6)))
    digits = f"{n:020d}"
    return words, " ".join(digits[i:i + 5] for i in range(0, 20, 5))
