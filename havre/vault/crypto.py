"""The formats, final and frozen (tests/vault/test_vectors.py). Pure functions on bytes; no Django, no database.

Authenticated encryption is XChaCha20-Poly1305, sealed boxes are X25519, signatures are Ed25519, hashes are BLAKE2b,
passphrases go through Argon2id: all libsodium's or the standard library's, nothing of our own invention.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

from nacl import bindings
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.signing import SigningKey, VerifyKey

from havre.vault.errors import Tampered

VERSION = 1
PROTOCOL = b"havre-1"
KEY = 32
HEADER = 1 + 8 + 24
SHORT, LONG = 64, 4096


def pack(*parts: bytes | str | int | UUID) -> bytes:
    """Join parts so that no two different lists give the same bytes: each is prefixed by its length (8 bytes)."""
    out = bytearray()
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        out += len(raw).to_bytes(8, "big") + raw
    return bytes(out)


def mix(key: bytes, person: str, *parts: bytes | str | int | UUID) -> bytes:
    """A sub-key: BLAKE2b keyed by `key`, personalised, over length-prefixed parts. 32 bytes."""
    return hashlib.blake2b(pack(*parts), digest_size=KEY, key=key, person=person.encode()).digest()


def random_key() -> bytes:
    """32 bytes nobody can guess."""
    return os.urandom(KEY)


# --- passphrases --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretched:
    """What one Argon2id gives: a verifier to store and a key to open the private key with."""

    verifier: bytes = field(repr=False)
    kek: bytes = field(repr=False)


def stretch(passphrase: str, salt: bytes, pepper: bytes, *, passes: int, memory: int) -> Stretched:
    """Argon2id once (`memory` in bytes), then the pepper, then two independent keys."""
    raw = unicodedata.normalize("NFKC", passphrase).encode()
    stretched = argon2id.kdf(KEY, raw, salt, opslimit=passes, memlimit=memory)
    peppered = hashlib.blake2b(stretched, digest_size=KEY, key=pepper).digest()
    return Stretched(verifier=mix(peppered, "auth"), kek=mix(peppered, "kek"))


def same(one: bytes, other: bytes) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(one, other)


# --- sealed values --------------------------------------------------------------------------------------------------


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key without telling it."""
    return mix(key, "key-id")[:8]


def name_in(blob: bytes) -> bytes:
    """The name of the key that a sealed value says it was sealed with. Nothing vouches for it but its opening."""
    return blob[1:9]


def seal(key: bytes, text: bytes, place: bytes, *, block: int = SHORT) -> bytes:
    """`version(1) | key_id(8) | nonce(24) | ciphertext`, padded to `block`, bound to `place` (see `pack`)."""
    nonce = os.urandom(24)
    header = bytes([VERSION]) + key_id(key) + nonce
    padded = bindings.sodium_pad(text, block)
    return header + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, header[:9] + place, nonce, key)


def unseal(key: bytes, blob: bytes, place: bytes, *, block: int = SHORT) -> bytes:
    """The bytes sealed in `place`. Raises `Tampered` for anything else: another place, key, version, or a changed bit."""
    if len(blob) < HEADER + 16 or blob[0] != VERSION or not same(blob[1:9], key_id(key)):
        raise Tampered("A sealed value does not belong to this key.")
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            blob[HEADER:], blob[:9] + place, blob[9:HEADER], key
        )
        return bytes(bindings.sodium_unpad(padded, block))
    except (CryptoError, ValueError):
        # The cause is dropped on purpose: it could carry bytes.
        raise Tampered("A sealed value does not open in its place.") from None


# --- streams (documents; `streams.py` cuts them in chunks) -----------------------------------------------------------

STREAM_HEADER, STREAM_TAG = 24, 17


def unpad(padded: bytes, block: int) -> bytes:
    """Without the padding of `block`. Raises `Tampered`."""
    try:
        return bytes(bindings.sodium_unpad(padded, block))
    except (CryptoError, ValueError):
        raise Tampered("A sealed stream is not padded as it should.") from None


class StreamSealer:
    """libsodium's secretstream, writing: each chunk depends on those before it, and on `place`."""

    def __init__(self, key: bytes, place: bytes) -> None:
        self._state, self._place = bindings.crypto_secretstream_xchacha20poly1305_state(), place
        self.header: bytes = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)

    def seal(self, chunk: bytes, *, final: bool = False) -> bytes:
        """The next chunk, 17 bytes longer; the last one says that it is the last."""
        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if final
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        return bindings.crypto_secretstream_xchacha20poly1305_push(self._state, chunk, self._place, tag)


class StreamOpener:
    """libsodium's secretstream, reading."""

    def __init__(self, key: bytes, place: bytes, header: bytes) -> None:
        self._state, self._place = bindings.crypto_secretstream_xchacha20poly1305_state(), place
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def open(self, sealed: bytes) -> tuple[bytes, bool]:
        """The next chunk, and whether it is the last. Raises `Tampered`."""
        try:
            chunk, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, self._place)
        except (CryptoError, ValueError, RuntimeError):
            raise Tampered("A sealed stream does not open in its place.") from None
        return chunk, tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


# --- key pairs ------------------------------------------------------------------------------------------------------


def new_private() -> bytes:
    """An X25519 private key."""
    return bytes(PrivateKey.generate())


def public_of(private: bytes) -> bytes:
    """The public half."""
    return bytes(PrivateKey(private).public_key)


def private_from(seed: bytes) -> bytes:
    """A private key from 32 bytes of derived seed (inboxes)."""
    return bytes(PrivateKey.from_seed(seed))


def box(public: bytes, content: bytes) -> bytes:
    """Seal to a public key; nobody else opens it, the sender included."""
    return bytes(SealedBox(PublicKey(public)).encrypt(content))


def unbox(private: bytes, blob: bytes) -> bytes:
    """Open what was sealed to us. Raises `Tampered`."""
    try:
        return bytes(SealedBox(PrivateKey(private)).decrypt(blob))
    except (CryptoError, ValueError):
        raise Tampered("A sealed box does not open with this key.") from None


def box_from(private: bytes, public: bytes, content: bytes) -> bytes:
    """Seal to a public key, from a private one: who opens it knows that nobody else made it."""
    return bytes(Box(PrivateKey(private), PublicKey(public)).encrypt(content))


def unbox_from(private: bytes, public: bytes, blob: bytes) -> bytes:
    """Open what the owner of `public` sealed to us. Raises `Tampered`."""
    try:
        return bytes(Box(PrivateKey(private), PublicKey(public)).decrypt(blob))
    except (CryptoError, ValueError):
        raise Tampered("A sealed box does not come from this sender.") from None


def new_signing() -> bytes:
    """An Ed25519 seed: an officer's."""
    return bytes(SigningKey.generate())


def verify_key_of(signing: bytes) -> bytes:
    """The public half of a signing seed."""
    return bytes(SigningKey(signing).verify_key)


def sign(signing: bytes, statement: bytes) -> bytes:
    """A detached signature (64 bytes)."""
    return bytes(SigningKey(signing).sign(statement).signature)


def signed(verify_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Does the signature hold?"""
    try:
        VerifyKey(verify_key).verify(statement, signature)
    except (BadSignatureError, ValueError):
        return False
    return True
