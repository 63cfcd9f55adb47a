"""What keeps and names keys: key files, pins, check words, MACs."""
import base64
import hmac

from reference.formats import *
from reference.writing import *


MIB = 1 << 20


def key_file_file():
    f = File("key_file", "keyfile.v1: Argon2id at 8 MiB and 1 pass, except where it says otherwise.")
    context, secret, pass_, key = b"node.db", bytes(range(32)), b"correct horse", b"\x0b" * 32
    random = bytes(range(100, 180))
    header = keyfile_header(context)
    one = slot(header, 1, 8 * MIB, 1, random[:16], random[16:40], pass_, secret)
    two = slot(header, 2, 0, 0, random[40:56], random[56:80], key, secret)
    good = header + b"\x02" + one + two
    values = dict(context=context.decode(), secret=secret, random=random,
                  passphrase=pass_.decode(), memory=8 * MIB, passes=1, key=key, bytes=good)
    f.ok("made", "make-keyfile", **values)

    def opens(name, data, opener, context=context):
        f.ok(name, "open-keyfile", bytes=data, context=context.decode(), secret=secret, **opener)

    def bad(name, data, says, code=INVALID, opener=None, context=context):
        f.error(name, "open-keyfile", code, says, bytes=data, context=context.decode(),
                **(opener or {"passphrase": "correct horse"}))

    by_pass, by_key = {"passphrase": "correct horse"}, {"key": key}
    opens("by-passphrase", good, by_pass)
    opens("by-key", good, by_key)
    opens("slots-in-other-order", header + b"\x02" + two + one, by_pass)
    opens("second-passphrase", header + b"\x02" + slot(
        header, 1, 8 * MIB, 1, bytes(16), bytes(24), b"other", secret) + one, by_pass)
    opens("slots-at-limit", header + b"\x08" + two * 7 + one, by_key)
    costly = slot(header, 1, 64 * MIB, 2, bytes(16), bytes(24), pass_, secret)
    opens("another-cost", header + b"\x01" + costly, by_pass)
    long_context = b"c" * 255
    long_header = keyfile_header(long_context)
    opens("context-at-limit", long_header + b"\x01" + slot(
        long_header, 2, 0, 0, bytes(16), bytes(24), key, secret), by_key, long_context)
    long_pass = "p" * 1024
    opens("passphrase-at-limit", header + b"\x01" + slot(
        header, 1, 8 * MIB, 1, bytes(16), bytes(24), long_pass.encode(), secret),
        {"passphrase": long_pass})

    bad("empty", b"", "does not start")
    bad("magic-cut", good[:7], "does not start")
    bad("magic-other", b"fwkey.v2" + good[8:], "does not start")
    bad("suite-missing", good[:8], "ends inside its header")
    bad("suite-other", flip(good, 8, 3), "unknown suite")
    bad("context-cut", good[:12], "ends inside its header")
    bad("count-missing", good[:len(header)], "ends inside its header")
    bad("wrong-context", good, "another purpose than root.key", context=b"root.key")
    bad("context-prefix", good, "another purpose", context=b"node.d")
    bad("context-none-wanted", good, "another purpose", context=b"")
    none = keyfile_header(b"")
    bad("context-empty-as-wanted", none + b"\x01" + slot(
        none, 2, 0, 0, bytes(16), bytes(24), key, secret), "another purpose", opener=by_key,
        context=b"")
    bad("context-empty", keyfile_header(b"") + good[len(header):], "another purpose")
    bad("no-slots", header + b"\0", "0 slots")
    bad("slots-over-limit", header + b"\x09" + two * 9, "9 slots")
    bad("truncated", good[:-1], "2 slots take")
    bad("trailing-byte", good + b"\0", "2 slots take")
    bad("slot-missing", good[:-len(two)], "2 slots take")
    bad("slot-not-counted", header + b"\x01" + one + two, "1 slots take")
    bad("oversized", good + bytes(4097 - len(good)), "at most 4096")
    bad("slot-kind-0", header + b"\x01" + b"\0" + one[1:], "unknown kind 0")
    bad("slot-kind-3", header + b"\x01" + b"\3" + one[1:], "unknown kind 3")

    def cost(memory, passes):
        altered = one[:1] + memory.to_bytes(8, "big") + passes.to_bytes(8, "big") + one[17:]
        return header + b"\x01" + altered

    bad("memory-below-limit", cost(8 * MIB - 1024, 1), "Argon2id memory")
    bad("memory-over-limit", cost(4096 * MIB + 1024, 1), "Argon2id memory")
    bad("memory-not-whole-kib", cost(8 * MIB + 1, 1), "Argon2id memory")
    bad("memory-64-bits", cost(2**64 - 1024, 1), "Argon2id memory")
    bad("passes-0", cost(8 * MIB, 0), "0 Argon2id passes")
    bad("passes-over-limit", cost(8 * MIB, 17), "17 Argon2id passes")
    bad("key-slot-with-cost", header + b"\x01" + two[:16] + b"\1" + two[17:], "no Argon2id cost",
        opener=by_key)
    bad("cost-changed", cost(9 * MIB, 1), "wrong passphrase", UNAUTH)
    bad("passes-changed", cost(8 * MIB, 2), "wrong passphrase", UNAUTH)
    bad("wrong-passphrase", good, "wrong passphrase", UNAUTH, {"passphrase": "correct hors"})
    bad("passphrase-with-newline", good, "wrong passphrase", UNAUTH,
        {"passphrase": "correct horse\n"})
    bad("wrong-key", good, "wrong key", UNAUTH, {"key": flip(key, 31)})
    bad("passphrase-empty", good, "empty", opener={"passphrase": ""})
    bad("passphrase-over-limit", good, "at most 1024", opener={"passphrase": "p" * 1025})
    bad("key-31-bytes", good, "31", opener={"key": key[:31]})
    bad("key-33-bytes", good, "33", opener={"key": key + b"\0"})
    bad("no-passphrase-slot", header + b"\x01" + two, "no passphrase opens it", "NOT_FOUND")
    bad("no-key-slot", header + b"\x01" + one, "no key opens it", "NOT_FOUND", by_key)
    for name, at in (("salt", 17), ("nonce", 33), ("ciphertext", 57), ("tag", 104)):
        bad(f"{name}-flipped", header + b"\x02" + flip(one, at) + two, "was changed", UNAUTH)
        bad(f"{name}-of-key-slot-flipped", header + b"\x02" + one + flip(two, at), "was changed",
            UNAUTH, by_key)
    bad("swapped-slots", header + b"\x02" + one[:57] + two[57:] + two[:57] + one[57:],
        "was changed", UNAUTH)
    bad("slot-of-other-context", keyfile_header(b"root.key") + b"\x01" + one, "was changed",
        UNAUTH, context=b"root.key")
    bad("key-as-passphrase", header + b"\x01" + two, "no passphrase", "NOT_FOUND",
        {"passphrase": key.hex()})
    bad("bound-to-nothing", header + b"\x01" + slot(b"", 2, 0, 0, bytes(16), bytes(24), key,
        secret), "was changed", UNAUTH, by_key)
    bad("secret-wrapped-under-key-itself", header + b"\x01" + slot(
        header, 2, 0, 0, bytes(16), bytes(24), key, secret, key=key), "was changed", UNAUTH,
        by_key)
    f.write()
    example("keyfile", "make-keyfile", **values)


def spki_file():
    f = File("spki", "SubjectPublicKeyInfo of Ed25519 keys (RFC 8410) and the pins of them.")
    start = bytes.fromhex("302a300506032b6570032100")
    # The public key of RFC 8410 §10.1.
    published = base64.b64decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
    assert published[:12] == start
    for name, key in (("rfc8410", published[12:]), ("seed-1", public(seed(1)))):
        f.ok(name, "spki", key=key, spki=start + key, pin=sha(start + key))
    key = public(seed(1))
    f.error("key-truncated", "spki", INVALID, "31", key=key[:-1])
    f.error("key-trailing-byte", "spki", INVALID, "33", key=key + b"\0")
    f.error("key-identity", "spki", INVALID, "main subgroup", key=enc(IDENTITY))
    f.error("pin-of-other-key", "spki", "ABORTED", "pin", key=key, spki=start + key,
            pin=sha(start + public(seed(2))))
    f.error("pin-of-bare-key", "spki", "ABORTED", "pin", key=key, spki=start + key, pin=sha(key))
    f.error("spki-of-x25519", "spki", "ABORTED", "spki", key=key,
            spki=start.replace(b"\x65\x70", b"\x65\x6e") + key, pin=sha(start + key))
    f.write()
    example("spki-pin", "spki", key=key, spki=start + key, pin=sha(start + key))


def check_words_file():
    f = File("check_words", "66 bits as six words and as twenty digits.")
    for name, transcript in (("zeros", bytes(32)), ("ones", b"\xff" * 32), ("abc", sha(b"abc")),
                             ("beyond-64-bits", b"\xff" * 8 + bytes(24)),
                             ("last-bit-that-counts", bytes(8) + b"\x40" + bytes(23)),
                             ("first-bit-that-does-not", bytes(8) + b"\x20" + bytes(23))):
        words, digits = check_words(transcript)
        f.ok(name, "check-words", transcript=transcript, words=words, digits=digits)
    words, digits = check_words(sha(b"abc"))

    def bad(name, code, says, transcript, words=words, digits=digits):
        f.error(name, "check-words", code, says, transcript=transcript, words=words,
                digits=digits)

    bad("transcript-truncated", INVALID, "31", sha(b"abc")[:31])
    bad("transcript-trailing-byte", INVALID, "33", sha(b"abc") + b"\0")
    bad("transcript-empty", INVALID, "0", b"")
    bad("first-bit-flipped", "ABORTED", "words", flip(sha(b"abc"), 0, 0x80))
    bad("bit-66-flipped", "ABORTED", "words", flip(sha(b"abc"), 8, 0x40))
    bad("words-swapped", "ABORTED", "words", sha(b"abc"), " ".join(words.split()[::-1]))
    bad("digits-of-other", "ABORTED", "digits", sha(b"abc"), digits=check_words(bytes(32))[1])
    f.write()
    example("check-words", "check-words", transcript=sha(b"abc"), words=words, digits=digits)


def mac_file():
    f = File("mac", "HMAC-SHA-256 (RFC 4231) and HKDF-SHA-256 (RFC 5869).")
    cases = [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (b"\xaa" * 20, b"\xdd" * 50,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    ]
    for i, (key, message, mac) in enumerate(cases, 1):
        assert hmac.new(key, message, "sha256").hexdigest() == mac
        f.ok(f"rfc4231-{i}", "hmac", key=key, message=message, mac=bytes.fromhex(mac))
    key, message = b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First"
    mac = hmac.new(key, message, "sha256").digest()
    assert mac.hex() == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    f.ok("rfc4231-6", "hmac", key=key, message=message, mac=mac)
    f.error("mac-flipped", "hmac", UNAUTH, key=key, message=message, mac=flip(mac, 31))
    f.error("mac-truncated", "hmac", UNAUTH, key=key, message=message, mac=mac[:16])
    f.error("mac-trailing-byte", "hmac", UNAUTH, key=key, message=message, mac=mac + b"\0")
    f.error("mac-empty", "hmac", UNAUTH, key=key, message=message, mac=b"")
    f.error("wrong-key", "hmac", UNAUTH, key=key[1:], message=message, mac=mac)
    f.error("wrong-message", "hmac", UNAUTH, key=key, message=message[1:], mac=mac)
    f.error("key-and-message-shifted", "hmac", UNAUTH, key=b"Jef", message=b"ewhat do ya want",
            mac=hmac.new(b"Jefe", b"what do ya want", "sha256").digest())
    okm = bytes.fromhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                        "34007208d5b887185865")
    ikm, salt, info = b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA))
    assert hkdf(ikm, salt, info, 42) == okm
    f.ok("rfc5869-1", "hkdf", ikm=ikm, salt=salt, info=info, okm=okm)
    long = (bytes(range(80)), bytes(range(0x60, 0xB0)), bytes(range(0xB0, 0x100)))
    f.ok("rfc5869-2", "hkdf", ikm=long[0], salt=long[1], info=long[2], okm=hkdf(*long, 82))
    f.ok("rfc5869-3", "hkdf", ikm=ikm, salt=b"", info=b"", okm=hkdf(ikm, b"", b"", 42))
    f.ok("hkdf-at-limit", "hkdf", ikm=ikm, salt=salt, info=info, okm=hkdf(ikm, salt, info, 8160))
    f.error("hkdf-other-info", "hkdf", "ABORTED", "okm", ikm=ikm, salt=salt, info=info[1:],
            okm=okm)
    f.error("hkdf-other-salt", "hkdf", "ABORTED", "okm", ikm=ikm, salt=salt[1:], info=info,
            okm=okm)
    f.error("hkdf-other-key", "hkdf", "ABORTED", "okm", ikm=ikm[1:], salt=salt, info=info, okm=okm)
    f.write()
