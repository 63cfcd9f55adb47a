#!/usr/bin/env python3
"""Writes tests/vectors/crypto/*.txt and the worked examples of crypto/FORMATS.md.

What it writes is committed; run it only when a format changes, and read the difference.
"""
import sys

sys.dont_write_bytecode = True

from reference import key_vectors, log_vectors, signed_vectors, writing

if __name__ == "__main__":
    signed_vectors.digest_file()
    signed_vectors.ed25519_file()
    signed_vectors.envelope_file()
    signed_vectors.parts_file()
    log_vectors.merkle_file()
    log_vectors.checkpoint_file()
    key_vectors.key_file_file()
    key_vectors.spki_file()
    key_vectors.check_words_file()
    key_vectors.mac_file()
    writing.write_examples()
