"""What the audit log proves: trees and checkpoints."""
from reference.formats import *
from reference.writing import *


LEAVES = [b"", b"\0", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
          bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70))]


def merkle_file():
    f = File("merkle", "RFC 6962 trees over the leaves that Certificate Transparency tests with.")
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    for n, (start, end) in {1: ("6e340b9c", "a01d"), 2: ("fac54203", "c125"),
                            3: ("aeb6bcfe", "6e77"), 5: ("4e3bbb1f", "64d4"),
                            8: ("5dc9da79", "4328")}.items():
        assert root(hashes[:n]).hex().startswith(start) and root(hashes[:n]).hex().endswith(end)
    for n in range(9):
        f.ok(f"root-{n}", "root", leaf=LEAVES[:n], root=root(hashes[:n]),
             frontier=frontier(hashes[:n]))
        f.ok(f"frontier-{n}", "frontier", bytes=frontier(hashes[:n]), size=n,
             root=root(hashes[:n]))
    f.error("leaf-flipped", "root", "ABORTED", "root", leaf=LEAVES[:2] + [b"\x11"],
            root=root(hashes[:3]))
    f.error("leaves-swapped", "root", "ABORTED", "root", leaf=[LEAVES[1], LEAVES[0]],
            root=root(hashes[:2]))
    f.error("node-passed-as-leaf", "root", "ABORTED", "root", leaf=[hashes[0] + hashes[1]],
            root=root(hashes[:2]))
    good = frontier(hashes[:5])

    def bad(name, data, says):
        f.error(name, "frontier", INVALID, says, bytes=data)

    bad("frontier-nothing", b"", "ends inside its size")
    bad("frontier-7-bytes", bytes(7), "ends inside its size")
    bad("frontier-truncated", good[:-1], "is 72 bytes, these are 71")
    bad("frontier-trailing-byte", good + b"\0", "is 72 bytes, these are 73")
    bad("frontier-digest-missing", good[:-32], "is 72 bytes, these are 40")
    bad("frontier-digest-too-many", good + bytes(32), "is 72 bytes, these are 104")
    bad("frontier-empty-with-digest", bytes(8) + bytes(32), "is 8 bytes")
    bad("frontier-size-of-other-shape", (7).to_bytes(8, "big") + good[8:], "is 104 bytes")
    bad("frontier-over-limit", (1 << 63).to_bytes(8, "big") + bytes(32), "above")
    f.ok("frontier-at-limit", "frontier", size=2**63 - 1,
         bytes=(2**63 - 1).to_bytes(8, "big") + bytes(range(32)) * 63)
    proofs(f, hashes)
    chunk = 65536
    for name, size in (("empty", 0), ("one-byte", 1), ("one-chunk", chunk),
                       ("one-chunk-and-a-byte", chunk + 1), ("three-chunks", 3 * chunk)):
        f.ok(f"chunks-{name}", "chunk-root", content=b"a" * size, root=chunk_root(b"a" * size))
    f.error("chunks-byte-more", "chunk-root", "ABORTED", "root", content=b"a" * (chunk + 1),
            root=chunk_root(b"a" * chunk))
    f.error("chunks-plain-hash", "chunk-root", "ABORTED", "root", content="abc", root=sha(b"abc"))
    f.write()
    example("merkle-node", "node", left=b"\0", right=b"\x10", left_hash=hashes[1],
            right_hash=hashes[2], node_hash=node_hash(hashes[1], hashes[2]))
    example("frontier", "frontier", bytes=good, size=5, root=root(hashes[:5]))
    content = b"a" * chunk + b"b"
    example("chunk-root", "chunk-root", content=content, root=chunk_root(content))


def proofs(f, hashes):
    for size, index in ((1, 0), (2, 1), (5, 4), (7, 3), (8, 0), (8, 5)):
        f.ok(f"inclusion-{index}-of-{size}", "inclusion", index=index, size=size,
             leaf_hash=hashes[index], proof=path(index, hashes[:size]), root=root(hashes[:size]))
    for old, new in ((0, 0), (0, 5), (1, 8), (3, 7), (4, 8), (6, 8), (8, 8)):
        f.ok(f"consistency-{old}-to-{new}", "consistency", old_size=old, new_size=new,
             old_root=root(hashes[:old]), new_root=root(hashes[:new]),
             proof=subproof(old, hashes[:new]) if old else [])

    def inclusion(name, code, says, index=5, size=8, leaf=hashes[5], proof=None, to=root(hashes)):
        f.error(f"inclusion-{name}", "inclusion", code, says, index=index, size=size,
                leaf_hash=leaf, proof=path(5, hashes) if proof is None else proof, root=to)

    p = path(5, hashes)
    inclusion("index-is-size", INVALID, "not in a tree", index=8)
    inclusion("size-zero", INVALID, "not in a tree", index=0, size=0)
    inclusion("size-over-limit", INVALID, "above", size=2**63)
    inclusion("index-off-by-one", LOSS, "another root", index=4)
    inclusion("other-leaf", LOSS, "another root", leaf=hashes[4])
    inclusion("other-root", LOSS, "another root", to=root(hashes[:7]))
    inclusion("proof-empty", INVALID, "length", proof=[])
    inclusion("proof-truncated", INVALID, "length", proof=p[:-1])
    inclusion("proof-too-long", INVALID, "length", proof=p + [p[-1]])
    inclusion("proof-swapped", LOSS, "another root", proof=[p[1], p[0], p[2]])
    inclusion("proof-flipped", LOSS, "another root", proof=[p[0], flip(p[1], 31), p[2]])
    inclusion("proof-of-other-leaf", LOSS, "another root", proof=path(4, hashes))
    inclusion("node-as-leaf", INVALID, "length", index=2, leaf=node_hash(hashes[4], hashes[5]),
              proof=p[1:])
    inclusion("proof-of-64-digests", INVALID, "length", proof=[p[0]] * 64)

    def consistency(name, code, says, old=6, new=8, proof=None, old_root=root(hashes[:6]),
                    new_root=root(hashes)):
        f.error(f"consistency-{name}", "consistency", code, says, old_size=old, new_size=new,
                old_root=old_root, new_root=new_root,
                proof=subproof(6, hashes) if proof is None else proof)

    p = subproof(6, hashes)
    consistency("shrinks", INVALID, "cannot grow", old=8, new=6)
    consistency("size-over-limit", INVALID, "above", new=2**63)
    consistency("old-root-other", LOSS, "old root", old_root=root(hashes[:5]))
    consistency("new-root-other", LOSS, "new root", new_root=root(hashes[:7]))
    consistency("roots-swapped", LOSS, "", old_root=root(hashes), new_root=root(hashes[:6]))
    consistency("proof-empty", INVALID, "length", proof=[])
    consistency("proof-truncated", INVALID, "length", proof=p[:-1])
    consistency("proof-too-long", INVALID, "length", proof=p + [p[0]])
    consistency("proof-swapped", LOSS, "", proof=[p[1], p[0], p[2]])
    consistency("proof-flipped", LOSS, "", proof=[flip(p[0], 0)] + p[1:])
    consistency("same-size-two-roots", LOSS, "two roots", old=8, proof=[])
    consistency("same-size-with-proof", INVALID, "length", old=8, old_root=root(hashes))
    consistency("from-nothing-with-proof", INVALID, "length", old=0, old_root=root([]))
    consistency("from-nothing-wrong-root", LOSS, "two roots", old=0, proof=[])
    consistency("nothing-to-nothing-not-empty", LOSS, "two roots", old=0, new=0, proof=[],
                old_root=root(hashes))
    forged = root([leaf_hash(b"x")] + hashes[1:])
    consistency("history-rewritten", LOSS, "new root", new_root=forged)


ORIGIN = "fairway/mombasa/node-1"


def checkpoint_file():
    f = File("checkpoint", "C2SP tlog-checkpoint bodies in signed notes.")
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    r = b64(root(hashes))
    key = public(seed(4))
    body = checkpoint_body(ORIGIN, 8, r)
    good = note(seed(4), ORIGIN, body)
    mine = good[len(body) + 1:]
    f.ok("signed", "sign-checkpoint", seed=seed(4), origin=ORIGIN, size=8, root=root(hashes),
         note=good)

    def opens(name, text, origin=ORIGIN, **values):
        f.ok(name, "open-checkpoint", note=text, origin=origin, key=key, **values)

    def bad(name, text, says, code=INVALID, origin=ORIGIN, key=key):
        f.error(name, "open-checkpoint", code, says, note=text, origin=origin, key=key)

    witness = note_line("witness.example/w1", public(seed(5)), bytes(8) + b"\1" * 64, 4)
    long_origin = "o" * 256
    opens("opened", good, size=8, root=root(hashes))
    opens("empty-log", note(seed(4), ORIGIN, checkpoint_body(ORIGIN, 0, b64(root([])))), size=0)
    opens("size-at-limit", note(seed(4), ORIGIN, checkpoint_body(ORIGIN, 2**63 - 1, r)),
          size=2**63 - 1)
    opens("cosigned", good + witness)
    opens("cosigned-first", body + "\n" + witness + mine)
    opens("signatures-at-limit", good + witness * 15)
    opens("origin-at-limit", note(seed(4), long_origin, checkpoint_body(long_origin, 8, r)),
          origin=long_origin)

    def resigned(changed):
        return note(seed(4), ORIGIN, changed)

    bad("empty", "", "no empty line")
    bad("truncated", good[:-2], "does not end with a newline")
    bad("missing-final-newline", good[:-1], "does not end with a newline")
    bad("no-signature-block", body, "no empty line")
    bad("empty-signature-block", body + "\n", "no signature line")
    bad("no-empty-line", body + mine, "no empty line")
    bad("two-empty-lines", body + "\n\n" + mine, "more than three lines")
    bad("trailing-line", good + "x\n", "dash")
    bad("trailing-empty-line", good + "\n", "more than three lines")
    bad("carriage-returns", good.replace("\n", "\r\n"), "no empty line")
    bad("carriage-returns-in-body", resigned(body.replace("\n", "\r\n")), "of another log")
    bad("two-lines", resigned(f"{ORIGIN}\n8\n"), "fewer than three")
    bad("extension-line", resigned(body + "more\n"), "more than three lines")
    bad("wrong-origin", good, "of another log than fairway/other", origin="fairway/other/node-1")
    bad("origin-prefix", good, "of another log", origin=ORIGIN[:-1])
    bad("origin-empty", good, "visible ASCII", origin="")
    bad("origin-with-space", good, "visible ASCII", origin="a b")
    bad("origin-with-plus", good, "visible ASCII", origin="a+b")
    bad("origin-over-limit", good, "visible ASCII", origin="o" * 257)
    for name, size in (("leading-zero", "08"), ("with-sign", "+8"), ("negative", "-8"),
                       ("with-space", " 8"), ("hexadecimal", "0x8"), ("empty", ""),
                       ("over-limit", 2**63), ("over-64-bits", 2**64 + 8)):
        bad(f"size-{name}", resigned(checkpoint_body(ORIGIN, size, r)), "plain decimal")
    stray = r[:-2] + chr(ord(r[-2]) + 1) + "="
    for name, text in (("not-base64", "!" * 44), ("31-bytes", b64(root(hashes)[:31])),
                       ("33-bytes", b64(root(hashes) + b"\0")), ("without-padding", r[:-1]),
                       ("stray-bits", stray), ("url-alphabet", b64(b"\xff" * 32).replace("/", "_")),
                       ("with-space", " " + r), ("hexadecimal", root(hashes).hex())):
        bad(f"root-{name}", resigned(checkpoint_body(ORIGIN, 8, text)), "root is not")
    sig = sign(seed(4), body.encode())
    start = body + "\n"
    bad("hyphen-for-dash", start + mine.replace("\u2014", "-"), "dash")
    bad("no-space-after-dash", start + mine.replace("\u2014 ", "\u2014"), "dash")
    bad("signature-without-name", start + "\u2014 " + mine.split(" ")[2], "key name")
    bad("signature-name-with-plus", good + note_line("a+b", key, sig), "key name")
    bad("signature-not-base64", start + f"\u2014 {ORIGIN} !!!!\n", "base64")
    bad("signature-without-padding", start + mine.replace("=", ""), "base64")
    bad("signature-key-hash-only", start + f"\u2014 {ORIGIN} {b64(b'1234')}\n", "base64")
    bad("signatures-over-limit", good + witness * 16, "more than 16")
    bad("note-over-limit", good + "\u2014 w " + b64(bytes(6144)) + "\n", "at most 8192")
    bad("wrong-key", good, "no signature by its log key", UNAUTH, key=public(seed(5)))
    bad("signed-by-other-key", note(seed(5), ORIGIN, body), "no signature by", UNAUTH)
    bad("only-a-witness", start + witness, "no signature by", UNAUTH)
    bad("signature-flipped", start + note_line(ORIGIN, key, flip(sig, 0)), "not verify", UNAUTH)
    bad("signature-63-bytes", start + note_line(ORIGIN, key, sig[:63]), "not verify", UNAUTH)
    bad("signature-65-bytes", start + note_line(ORIGIN, key, sig + b"\0"), "not verify", UNAUTH)
    bad("one-good-one-bad", good + note_line(ORIGIN, key, flip(sig, 0)), "not verify", UNAUTH)
    bad("other-algorithm-byte", start + note_line(ORIGIN, key, sig, 4), "no signature by", UNAUTH)
    bad("other-key-name", start + note_line("fairway/x", key, sig), "no signature by", UNAUTH)
    bad("size-changed", good.replace("\n8\n", "\n7\n"), "not verify", UNAUTH)
    bad("root-changed", good.replace(r, b64(root(hashes[:7]))), "not verify", UNAUTH)
    bad("signature-of-other-checkpoint",
        start + resigned(checkpoint_body(ORIGIN, 7, r)).split("\n\n")[1], "not verify", UNAUTH)
    bad("signature-over-empty-line-too", start + note_line(ORIGIN, key, sign(
        seed(4), (body + "\n").encode())), "not verify", UNAUTH)
    f.write()
    example("checkpoint", "sign-checkpoint", seed=seed(4), origin=ORIGIN, size=8,
            root=root(hashes), note=good)
