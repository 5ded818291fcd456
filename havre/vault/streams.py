"""Documents: sealed as they come, opened as they go, never whole in memory.

`version(1) | key_id(8) | header(24) | chunks`, each chunk 64 KiB of the document, sealed. The document is padded to
4 KiB first, so that its exact length does not show. The last chunk alone carries the final tag: a stream that stops
before it, or goes on after it, does not open. Format and vectors: docs/reference/vault-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from havre.vault import crypto
from havre.vault.errors import Tampered

CHUNK = 64 * 2**10
PAD = crypto.LONG
SEALED_CHUNK = CHUNK + crypto.STREAM_TAG


def place_of(organisation: Any, compartment: str, case: Any, document: Any) -> bytes:
    """The associated data of every chunk: where the document stands."""
    return crypto.pack(crypto.PROTOCOL, "document", organisation, compartment, case, document)


class Sealer:
    """A document that comes in pieces of any size: gives its sealed bytes as they are ready, two chunks held at most."""

    def __init__(self, key: bytes, place: bytes) -> None:
        names = bytes([crypto.VERSION]) + crypto.key_id(key)
        self._stream = crypto.StreamSealer(key, names + place)
        self._held = bytearray()
        self._count = 0
        self._ready = names + self._stream.header

    def add(self, piece: bytes) -> bytes:
        """One more piece; what is ready of the stream."""
        self._count += len(piece)
        self._held += piece
        return self._full()

    def end(self) -> bytes:
        """The end of the stream: padded to 4 KiB (ISO/IEC 7816-4) as every sealed value is, with the final tag."""
        self._held += b"\x80" + b"\0" * (-(self._count + 1) % PAD)
        return self._full() + self._stream.seal(bytes(self._held), final=True)

    def _full(self) -> bytes:
        ready, self._ready = [self._ready], b""
        while len(self._held) > CHUNK:
            ready.append(self._stream.seal(bytes(self._held[:CHUNK])))
            del self._held[:CHUNK]
        return b"".join(ready)


def seal(key: bytes, place: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed bytes of a document."""
    sealer = Sealer(key, place)
    for chunk in chunks:
        if ready := sealer.add(chunk):
            yield ready
    yield sealer.end()


def unseal(key: bytes, place: bytes, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The document, chunk by chunk. The header is checked at once: another key or version raises before any reading.

    Raises `Tampered` for another key, place or version, a changed bit, chunks missing, moved or added. A document is
    whole only when the iterator ends by itself: what was given before a `Tampered` must not be kept as it.
    """
    length = 9 + crypto.STREAM_HEADER
    pieces = iter(sealed)
    start = b""
    while len(start) < length and (piece := next(pieces, None)) is not None:
        start += piece
    names = bytes([crypto.VERSION]) + crypto.key_id(key)
    if len(start) < length or not crypto.same(start[:9], names):
        raise Tampered("A sealed stream does not belong to this key.")
    stream = crypto.StreamOpener(key, names + place, start[9:length])
    return _opened(stream, cut(chain([start[length:]], pieces), SEALED_CHUNK))


def _opened(stream: crypto.StreamOpener, pieces: Iterator[bytes]) -> Iterator[bytes]:
    # One chunk is kept back until the next one opens: what was given never adds up to a document whose end is wrong.
    held = b""
    for piece in pieces:
        chunk, final = stream.open(piece)
        if not final:
            if len(piece) != SEALED_CHUNK:
                raise Tampered("A sealed stream was cut.")
            if held:
                yield held
            held = chunk
            continue
        if next(pieces, None) is not None:
            raise Tampered("A sealed stream goes on after its end.")
        last = crypto.unpad(chunk, PAD)
        if held:
            yield held
        yield last
        return
    raise Tampered("A sealed stream has no end.")


def cut(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of exactly `size`, the last one shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
