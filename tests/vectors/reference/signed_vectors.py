"""What is signed: digests, keys, envelopes, parts."""
from reference.formats import *
from reference.writing import *


def digest_file():
    f = File("digest", "Digests and their text forms: FIPS 180-4, H(tag; x), hexadecimal, base32.")
    f.ok("sha256-empty", "sha256", bytes=b"", digest=bytes.fromhex(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    f.ok("sha256-abc", "sha256", bytes="abc", digest=bytes.fromhex(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    f.ok("sha256-million-a", "sha256", bytes=b"a" * 1000000, digest=bytes.fromhex(
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
    f.ok("tagged", "tagged-hash", tag="fairway/object", x="x", digest=h("fairway/object", b"x"))
    f.ok("tag-255-bytes", "tagged-hash", tag=b"t" * 255, x=b"", digest=h("t" * 255, b""))
    f.ok("hex", "unhex", text="00ff10", bytes=b"\x00\xff\x10")
    f.ok("digest-32-bytes", "digest", bytes=b"\x07" * 32)
    for text, bytes_ in (("", b""), ("MY", b"f"), ("MZXQ", b"fo"), ("MZXW6", b"foo"),
                         ("MZXW6YQ", b"foob"), ("MZXW6YTB", b"fooba"), ("MZXW6YTBOI", b"foobar")):
        f.ok(f"base32-rfc4648-{len(bytes_)}", "base32", bytes=bytes_, text=text)
    f.error("digest-31-bytes", "digest", INVALID, "31", bytes=b"\x07" * 31)
    f.error("digest-33-bytes", "digest", INVALID, "33", bytes=b"\x07" * 33)
    f.error("digest-empty", "digest", INVALID, bytes=b"")
    for name, text in (("odd", "abc"), ("upper-case", "AB"), ("space", "a b "), ("prefix", "0xab"),
                       ("after-z", "0g"), ("newline", "ab\n0")):
        f.error(f"hex-{name}", "unhex", INVALID, "hexadecimal", text=text, bytes=b"")
    f.write()
    example("tagged-hash", "tagged-hash", tag="fairway/object", x="x",
            digest=h("fairway/object", b"x"))


RFC8032 = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
     "6bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
     "594a7c15e9716ed28dc027beceea1ec40a"),
]


def ed25519_file():
    f = File("ed25519", "Ed25519: RFC 8032 §7.1 tests 1-3, and what a strict verifier refuses.")
    for i, (secret, key, message, signature) in enumerate(RFC8032, 1):
        secret, key, message, signature = map(bytes.fromhex, (secret, key, message, signature))
        assert public(secret) == key and sign(secret, message) == signature
        f.ok(f"rfc8032-test-{i}", "sign", seed=secret, key=key, message=message,
             signature=signature)
        f.ok(f"rfc8032-verify-{i}", "verify", key=key, message=message, signature=signature)
    key, message = public(seed(1)), b"message"
    good = sign(seed(1), message)
    s = int.from_bytes(good[32:], "little")
    a = scalar(seed(1))[0]
    f.ok("public-key", "public-key", key=key, key_id=key_id(key))

    def bad(name, key=key, message=message, signature=good):
        f.error(name, "verify", UNAUTH, key=key, message=message, signature=signature)

    bad("wrong-key", key=public(seed(2)))
    bad("wrong-message", message=b"massage")
    bad("message-truncated", message=message[:-1])
    bad("message-trailing-byte", message=message + b"\0")
    bad("signature-empty", signature=b"")
    bad("signature-truncated", signature=good[:-1])
    bad("signature-trailing-byte", signature=good + b"\0")
    bad("signature-zero", signature=bytes(64))
    bad("signature-r-flipped", signature=flip(good, 0))
    bad("signature-s-flipped", signature=flip(good, 32))
    bad("signature-halves-swapped", signature=good[32:] + good[:32])
    bad("s-plus-l", signature=good[:32] + (s + L).to_bytes(32, "little"))
    bad("s-equal-l", signature=good[:32] + L.to_bytes(32, "little"))
    bad("s-all-ones", signature=good[:32] + b"\xff" * 32)
    identity = enc(IDENTITY)
    bad("identity-key-identity-r-zero-s", key=identity, signature=identity + bytes(32))
    torsion = point_of_order_8()
    r = 12345
    big_r = enc(mul(r, BASE))
    for order in (2, 4, 8):
        small = enc(mul(8 // order, torsion))
        n = 0
        while sha512_int(big_r, small, b"%d" % n) % L % 8:
            n += 1
        bad(f"key-of-order-{order}", key=small, message=b"%d" % n,
            signature=big_r + r.to_bytes(32, "little"))
    k = sha512_int(identity, key, message) % L
    bad("identity-r", signature=identity + (k * a % L).to_bytes(32, "little"))
    mixed_r = enc(add(mul(r, BASE), torsion))
    k = sha512_int(mixed_r, key, message) % L
    bad("r-with-small-component", signature=mixed_r + ((r + k * a) % L).to_bytes(32, "little"))
    not_canonical = (P + 1).to_bytes(32, "little")
    bad("key-not-canonical-identity", key=not_canonical, signature=identity + bytes(32))
    bad("r-not-canonical", signature=not_canonical + good[32:])
    off_curve = next(y for y in range(2, 99) if x_of(y, 0) is None).to_bytes(32, "little")
    bad("key-off-curve", key=off_curve)

    def bad_key(name, key, says):
        f.error(name, "public-key", INVALID, says, key=key)

    bad_key("public-key-truncated", key[:-1], "31")
    bad_key("public-key-trailing-byte", key + b"\0", "33")
    bad_key("public-key-empty", b"", "0")
    bad_key("public-key-identity", identity, "main subgroup")
    for i in range(1, 8):
        bad_key(f"public-key-small-order-{i}", enc(mul(i, torsion)), "main subgroup")
    bad_key("public-key-not-canonical", not_canonical, "canonically")
    high = next(y for y in range(2, 19) if x_of(y, 0) is not None) + P
    bad_key("public-key-y-above-p", high.to_bytes(32, "little"), "canonically")
    bad_key("public-key-off-curve", off_curve, "main subgroup")
    bad_key("public-key-with-small-component", enc(add(mul(a, BASE), torsion)), "main subgroup")
    f.error("seed-truncated", "sign", INVALID, "31", seed=b"\1" * 31)
    f.error("seed-trailing-byte", "sign", INVALID, "33", seed=b"\1" * 33)
    f.write()
    example("key-id", "public-key", key=key, key_id=key_id(key))


ITEM = b"application/vnd.fairway.item.v1+pb"
RECALL = b"application/vnd.fairway.recall.v1+pb"


def envelope_file():
    f = File("envelope", "DSSE pre-authentication encoding and the binary form of a Signed.")
    f.ok("dsse-published", "pae", type="http://example.com/HelloWorld", body="hello world",
         pae="DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    f.ok("pae-of-nothing", "pae", type="", body="", pae="DSSEv1 0  0 ")
    body = b"hello"
    good = signed(seed(1), ITEM, body)
    one, two = sig_field(seed(1), ITEM, body), sig_field(seed(2), ITEM, body)
    start = field(1, body) + field(2, ITEM)
    f.ok("sealed", "seal", seed=seed(1), type=ITEM.decode(), body=body,
         key_id=key_id(public(seed(1))), bytes=good)
    f.ok("decoded", "decode-signed", bytes=good, body=body, type=ITEM.decode(), sigs=1)
    big = 320 * 1024
    f.ok("body-at-limit", "decode-signed", bytes=field(1, b"a" * big) + field(2, ITEM) + one)
    f.ok("type-at-limit", "decode-signed", bytes=field(1, body) + field(2, b"t" * 128) + one)
    f.ok("sigs-at-limit", "decode-signed", bytes=start + one * 32, sigs=32)

    def bad(name, data, says):
        f.error(name, "decode-signed", INVALID, says, bytes=data)

    bad("empty", b"", "body: is missing")
    bad("body-tag-only", b"\x0a", "ends inside its length")
    bad("body-length-cut", b"\x0a\x80", "ends inside its length")
    bad("truncated-in-body", good[:4], "announced")
    bad("truncated-after-body", field(1, body), "type: is missing")
    bad("truncated-in-type", good[:12], "announced")
    bad("no-signature", start, "sigs: is missing")
    bad("truncated-in-signature", good[:-1], "announced")
    bad("trailing-byte", good + b"\0", "sigs: tag")
    bad("trailing-empty-field", good + b"\x1a\0", "is empty")
    bad("missing-body", field(2, ITEM) + one, "body: tag")
    bad("missing-type", field(1, body) + one, "type: tag")
    bad("empty-body", field(1, b"") + field(2, ITEM) + one, "body: is empty")
    bad("empty-type", field(1, body) + field(2, b"") + one, "type: is empty")
    bad("duplicate-body", field(1, body) + good, "type: tag")
    bad("duplicate-type", start + field(2, ITEM) + one, "sigs: tag")
    bad("body-after-sigs", start + one + field(1, body), "sigs: tag")
    bad("fields-in-other-order", field(2, ITEM) + field(1, body) + one, "body: tag")
    bad("unknown-field-4", good + field(4, b"x"), "sigs: tag")
    bad("unknown-field-first", field(4, b"x") + good, "body: tag")
    bad("body-as-varint", b"\x08\x05" + good, "body: tag")
    bad("body-as-fixed64", b"\x09" + bytes(8) + good, "body: tag")
    bad("tag-of-two-bytes", b"\x8a\x00" + good[1:], "body: tag")
    bad("length-not-shortest", b"\x0a\x85\x00" + good[2:], "shortest")
    bad("length-of-four-bytes", b"\x0a\x85\x80\x80\x00" + good[2:], "too long")
    bad("length-overflows", b"\x0a" + b"\xff" * 9 + b"\x01" + good[2:], "too long")
    bad("length-beyond-end", b"\x0a\xff\x01" + good[2:], "announced")
    bad("body-over-limit", field(1, b"a" * (big + 1)) + field(2, ITEM) + one, "at most 327680")
    bad("type-over-limit", field(1, body) + field(2, b"t" * 129) + one, "at most 128")
    bad("sigs-over-limit", start + one * 33, "more than 32")
    for name, character in (("space", b" "), ("newline", b"\n"), ("zero", b"\0"),
                            ("not-ascii", b"\xc3\xa9"), ("delete", b"\x7f")):
        bad(f"type-with-{name}", field(1, body) + field(2, b"a" + character) + one, "visible")
    kid, sig = key_id(public(seed(1))), sign(seed(1), pae(ITEM, body))
    for name, inner, says in (
            ("sig-empty", b"", "is empty"),
            ("sig-without-key-id", field(2, sig), "must be 100"),
            ("sig-without-sig", field(1, kid), "must be 100"),
            ("sig-key-id-31-bytes", field(1, kid[:31]) + field(2, sig), "must be 100"),
            ("sig-63-bytes", field(1, kid) + field(2, sig[:63]), "must be 100"),
            ("sig-one-byte-moved", field(1, kid + b"\0") + field(2, sig[1:]), "at most 32"),
            ("sig-fields-swapped", field(2, sig) + field(1, kid), "key_id: tag"),
            ("sig-unknown-field", field(1, kid) + field(2, sig) + field(3, b"x"), "at most 100"),
            ("sig-trailing-byte", field(1, kid) + field(2, sig) + b"\0", "at most 100")):
        bad(name, start + field(3, inner), says)

    def opens(name, data, keys, type_=ITEM, **values):
        f.ok(name, "open", bytes=data, type=type_.decode(), key=keys, **values)

    def closed(name, data, keys, code=UNAUTH, type_=ITEM, says=""):
        f.error(name, "open", code, says, bytes=data, type=type_.decode(), key=keys)

    k1, k2 = public(seed(1)), public(seed(2))
    id_ = h("fairway/object", pae(ITEM, body))
    broken = field(3, field(1, kid) + field(2, flip(sig, 40)))
    opens("opened", good, [k1], body=body, object_id=id_, signer=k1)
    opens("opened-by-second-signature", start + broken + two, [k1, k2], signer=k2, object_id=id_)
    opens("opened-beside-unknown-signature", start + two + one, [k1], signer=k1)
    opens("opened-in-spite-of-wrong-hint",
          start + field(3, field(1, bytes(32)) + field(2, sig)), [k2, k1], signer=k1)
    closed("open-wrong-key", good, [k2])
    closed("open-no-key", good, [])
    closed("open-wrong-type", good, [k1], INVALID, RECALL, "wanted application")
    closed("open-type-prefix", good, [k1], INVALID, ITEM[:-1], "signed as")
    closed("open-body-changed", good.replace(b"hello", b"hallo"), [k1])
    closed("open-type-changed", good.replace(b".item.", b".itel."), [k1],
           type_=ITEM.replace(b".item.", b".itel."))
    closed("open-signature-flipped", start + broken, [k1])
    closed("open-key-id-of-other-key", start + field(3, field(1, key_id(k2)) + field(2, sig)),
           [k2])
    closed("open-signature-of-other-body",
           start + sig_field(seed(1), ITEM, b"hellp"), [k1])
    closed("open-signature-of-other-type", start + sig_field(seed(1), RECALL, body), [k1])
    closed("open-signature-of-body-alone",
           start + field(3, field(1, kid) + field(2, sign(seed(1), body))), [k1])
    closed("open-type-and-body-shifted", field(1, b"b") + field(2, b"t_1_a") +
           sig_field(seed(1), b"t", b"a_1_b"), [k1], type_=b"t_1_a")
    s_plus_l = (int.from_bytes(sig[32:], "little") + L).to_bytes(32, "little")
    closed("open-s-plus-l", start + field(3, field(1, kid) + field(2, sig[:32] + s_plus_l)), [k1])
    identity = enc(IDENTITY)
    closed("open-identity-key",
           start + field(3, field(1, key_id(identity)) + field(2, identity + bytes(32))),
           [identity])
    f.write()
    example("pae", "pae", type="http://example.com/HelloWorld", body="hello world",
            pae=pae(b"http://example.com/HelloWorld", b"hello world"))
    example("object-id", "pae", type=ITEM.decode(), body="hello", object_id=id_)
    example("signed", "seal", seed=seed(1), type=ITEM.decode(), body="hello", bytes=good)


def parts_file():
    f = File("parts", "Part digests and the padded list of them that a revision signs.")
    salt = bytes(range(16))
    f.ok("title", "part", label="title", salt=salt, bytes="Night crossing",
         digest=part(b"title", salt, b"Night crossing"))
    f.ok("empty-label-and-bytes", "part", label="", salt=salt, bytes="",
         digest=part(b"", salt, b""))
    f.ok("label-of-300-bytes", "part", label=b"l" * 300, salt=salt, bytes="x",
         digest=part(b"l" * 300, salt, b"x"))
    # A label that runs into the bytes gives another digest: the length prefix parts them.
    assert part(b"ab", salt, b"c") != part(b"a", salt, b"bc")
    f.error("another-salt", "part", "ABORTED", "digest", label="title", salt=flip(salt, 0),
            bytes="Night crossing", digest=part(b"title", salt, b"Night crossing"))
    f.error("another-label", "part", "ABORTED", "digest", label="titel", salt=salt,
            bytes="Night crossing", digest=part(b"title", salt, b"Night crossing"))
    f.error("another-byte", "part", "ABORTED", "digest", label="title", salt=salt,
            bytes="Night crossings", digest=part(b"title", salt, b"Night crossing"))
    d = [sha(b"%d" % i) for i in range(300)]

    def listed(digests):
        return b"".join(sorted(digests))

    f.ok("none-real", "commit", decoy=d[:16], list=listed(d[:16]))
    f.ok("sixteen-real", "commit", real=d[:16], decoy=d[16:17], list=listed(d[:16]))
    f.ok("seventeen-real", "commit", real=d[:17], decoy=d[17:32], list=listed(d[:32]))
    f.ok("thirty-three-real", "commit", real=d[:33], decoy=d[33:64], list=listed(d[:64]))
    f.ok("parts-at-limit", "commit", real=d[:256], decoy=d[:1], list=listed(d[:256]))
    f.error("parts-over-limit", "commit", INVALID, "257", real=d[:257], decoy=d[:1])
    f.error("same-digest-twice", "commit", INVALID, "twice", real=d[:3] + d[:1], decoy=d[9:30])
    f.error("decoys-repeat", "commit", "FAILED_PRECONDITION", "repeats", real=d[:3], decoy=d[9:10])
    f.error("decoys-are-the-parts", "commit", "FAILED_PRECONDITION", "repeats", real=d[:3],
            decoy=d[:3])
    f.ok("list-16", "check-committed", list=listed(d[:16]))
    f.ok("list-256", "check-committed", list=listed(d[:256]))
    good = sorted(d[:16])

    def bad(name, digests, says):
        f.error(name, "check-committed", INVALID, says, list=b"".join(digests))

    bad("list-empty", [], "0 part digests")
    bad("list-15", good[:15], "15 part digests")
    bad("list-17", sorted(d[:17]), "17 part digests")
    bad("list-48", sorted(d[:48]), "48 part digests")
    bad("list-512", sorted(sha(b"%d" % i) for i in range(512)), "512 part digests")
    bad("list-unsorted", good[:3] + [good[4], good[3]] + good[5:], "out of order")
    bad("list-first-two-swapped", [good[1], good[0]] + good[2:], "out of order")
    bad("list-last-two-swapped", good[:14] + [good[15], good[14]], "out of order")
    bad("list-reversed", good[::-1], "out of order")
    bad("list-duplicate", good[:8] + [good[7]] + good[9:], "twice")
    f.write()
    example("part", "part", label="title", salt=salt, bytes="Night crossing",
            digest=part(b"title", salt, b"Night crossing"))
    real = [part(b"title", salt, b"Night crossing"), part(b"body", salt[::-1], b"Two boats.")]
    decoys = [sha(b"decoy %d" % i) for i in range(14)]
    example("part-list", "commit", real=real, decoy=decoys, list=listed(real + decoys))
