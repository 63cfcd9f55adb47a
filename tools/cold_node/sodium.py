"""The few functions of libsodium that are needed here."""
import ctypes

_LIBRARY_NAMES = ("libsodium.so.23", "libsodium.so.26", "libsodium.so")
_ARGON2ID_1_3 = 2


class Missing(ImportError):
    """A library of the system is not there."""


def load(names, package):
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise Missing(f"{names[0]} cannot be loaded: apt-get install {package}")


_sodium = load(_LIBRARY_NAMES, "libsodium23")
if _sodium.sodium_init() < 0:
    raise Missing("libsodium does not start")


def verify(key, message, signature):
    """Ed25519: did `key` sign `message`?"""
    return len(key) == 32 and len(signature) == 64 and _sodium.crypto_sign_verify_detached(
        signature, message, ctypes.c_ulonglong(len(message)), key) == 0


def public_key(seed):
    """The Ed25519 public key of a 32-byte seed."""
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    _sodium.crypto_sign_seed_keypair(public, secret, seed)
    _sodium.sodium_memzero(secret, ctypes.c_size_t(64))
    return public.raw


def argon2id(passphrase, salt, memory_bytes, passes):
    """32 bytes; None if that much memory is not to be had."""
    key = ctypes.create_string_buffer(32)
    done = _sodium.crypto_pwhash(
        key, ctypes.c_ulonglong(32), passphrase, ctypes.c_ulonglong(len(passphrase)), salt,
        ctypes.c_ulonglong(passes), ctypes.c_size_t(memory_bytes), ctypes.c_int(_ARGON2ID_1_3))
    return key.raw if done == 0 else None


def open_xchacha20_poly1305(key, nonce, bound, sealed):
    """The text, or None if it does not authenticate."""
    text = ctypes.create_string_buffer(max(len(sealed) - 16, 1))
    size = ctypes.c_ulonglong()
    done = _sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        text, ctypes.byref(size), None, sealed, ctypes.c_ulonglong(len(sealed)), bound,
        ctypes.c_ulonglong(len(bound)), nonce, key)
    return text.raw[:size.value] if done == 0 else None
