"""A name as 512 bits: keyed, so that without the compartment's key nobody can try names against it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from havre.vault.finding.contacts import Contact, contacts
from havre.vault.finding.spelling import Word, words

BITS = 512
SIGNATURE = BITS // 8  # bytes
LANES = BITS // 64
# One 9-bit number for each bit set, from two bytes of the digest.
_WIDE = 3
# Bits of each token of a number or an address: few enough to keep several apart, enough to meet by chance nowhere.
_OF_CONTACT = 6

Signature = NDArray[np.uint64]


class Signer:
    """Signs names under one key (32 bytes). The same key gives the same bits: a query meets the names it looks like."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._bits: dict[tuple[Word, bool], int] = {}

    def sign(self, names: Iterable[str]) -> bytes:
        """The signature of a person: all their names and aliases together. 64 bytes."""
        bits = 0
        for name in names:
            for word in words(name):
                bits |= self._of_word(word, with_sound=True)
        return bits.to_bytes(SIGNATURE, "little")

    def ask(self, query: str) -> Signature:
        """The signature of what is looked for. A word without short vowels asks by its consonants alone."""
        bits = 0
        for word in words(query):
            bits |= self._of_word(word, with_sound=not word.bare)
        return np.frombuffer(bits.to_bytes(SIGNATURE, "little"), dtype="<u8")

    def sign_contacts(self, texts: Iterable[str]) -> bytes:
        """The signature of every number and address in these texts; all zeros when there is none. 64 bytes."""
        return self._of_contacts(contacts("\n".join(texts))).to_bytes(SIGNATURE, "little")

    def ask_contacts(self, query: str) -> Signature:
        """The same, of what is looked for."""
        return np.frombuffer(self._of_contacts(contacts(query)).to_bytes(SIGNATURE, "little"), dtype="<u8")

    def _of_contacts(self, found: Iterable[Contact]) -> int:
        bits = 0
        for contact in found:
            for token in (f"w:{contact.whole}", f"t:{contact.tail}") if contact.tail else (f"w:{contact.whole}",):
                digest = hashlib.blake2b(token.encode(), digest_size=2 * _OF_CONTACT, key=self._key).digest()
                for i in range(_OF_CONTACT):
                    bits |= 1 << (int.from_bytes(digest[2 * i : 2 * i + 2], "little") % BITS)
        return bits

    def _of_word(self, word: Word, *, with_sound: bool) -> int:
        bits = self._bits.get((word, with_sound))
        if bits is None:
            bits = 0
            for token, count in _tokens(word, with_sound=with_sound):
                digest = hashlib.blake2b(token.encode(), digest_size=2 * _WIDE, key=self._key).digest()
                for i in range(count):
                    bits |= 1 << (int.from_bytes(digest[2 * i : 2 * i + 2], "little") % BITS)
            self._bits[word, with_sound] = bits
        return bits


def _tokens(word: Word, *, with_sound: bool) -> Iterator[tuple[str, int]]:
    """What a word is known by, and how many bits each weighs."""
    if with_sound:
        padded = f"^{word.sound}$"
        for i in range(len(padded) - 1):
            yield f"s:{padded[i : i + 2]}", 1
    padded = f"^{word.bones}$"
    for i in range(len(padded) - 1):
        yield f"b:{padded[i : i + 2]}", 1
    yield f"B:{word.bones}", 3
    yield f"C:{word.class_}", 3
    if len(word.class_) > 3:
        yield f"P:{word.class_[:3]}", 2
