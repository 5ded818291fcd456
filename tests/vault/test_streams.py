"""Documents as streams: whole, in order, in their place, or not at all (T11); memory stays flat."""

from __future__ import annotations

import resource
import tracemalloc
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.accounts.permissions import Role
from havre.vault import crypto, streams
from havre.vault.errors import NotGranted, Shredded, Tampered
from havre.vault.keystore.models import ShredSalt
from tests.vault.house import House, note, person

KEY = bytes(range(32))
PLACE = streams.place_of(UUID(int=1), "identity", UUID(int=3), UUID(int=4))
START = 9 + crypto.STREAM_HEADER
LENGTHS = [
    0, 1, 4094, 4095, 4096, 4097, streams.CHUNK - 4097, streams.CHUNK - 4096, streams.CHUNK - 1, streams.CHUNK,
    streams.CHUNK + 1, 3 * streams.CHUNK - 1, 3 * streams.CHUNK,
]  # fmt: skip


def sealed(content: bytes, place: bytes = PLACE, key: bytes = KEY) -> bytes:
    """A whole sealed document."""
    return b"".join(streams.seal(key, place, [content]))


def opened(blob: bytes, place: bytes = PLACE, key: bytes = KEY) -> bytes:
    """A whole document."""
    return b"".join(streams.unseal(key, place, [blob]))


def pieces(blob: bytes) -> list[bytes]:
    """The header and the chunks of a sealed document."""
    size = streams.SEALED_CHUNK
    return [blob[:START], *(blob[at : at + size] for at in range(START, len(blob), size))]


CONTENT = bytes(range(256)) * 1024  # four chunks and the padding's
BLOB = sealed(CONTENT)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_document_opens_as_it_was(length: int) -> None:
    content = (b"0123456789abcdef" * (length // 16 + 1))[:length]
    assert opened(sealed(content)) == content


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=3000), max_size=30), st.integers(1, 5000))
def test_however_it_comes_and_goes(chunks: list[bytes], size: int) -> None:
    blob = b"".join(streams.seal(KEY, PLACE, chunks))
    fed = [blob[at : at + size] for at in range(0, len(blob), size)]
    assert b"".join(streams.unseal(KEY, PLACE, fed)) == b"".join(chunks)


@pytest.mark.promise("T14")
def test_a_length_tells_only_its_block() -> None:
    assert len(sealed(b"x")) == len(sealed(b"x" * 4095)) < len(sealed(b"x" * 4096))


def test_the_same_document_twice_is_not_the_same_bytes() -> None:
    assert sealed(b"same") != sealed(b"same")


# --- T11 --------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T11")
def test_cut_anywhere_it_is_refused() -> None:
    parts = pieces(BLOB)
    for cut in [0, 1, 8, START - 1, START, START + 1, len(BLOB) - 1, len(BLOB) - 16, len(BLOB) - 17]:
        with pytest.raises(Tampered):
            opened(BLOB[:cut])
    for kept in range(len(parts)):
        with pytest.raises(Tampered):
            opened(b"".join(parts[:kept]))


@pytest.mark.promise("T11")
def test_reordered_repeated_or_missing_chunks_are_refused() -> None:
    parts = pieces(BLOB)
    assert len(parts) > 5
    for wrong in (
        [parts[0], parts[2], parts[1], *parts[3:]],
        [parts[0], *parts[2:]],
        [*parts[:2], parts[1], *parts[2:]],
        [parts[0], parts[-1]],
        [*parts[:-2], parts[-1], parts[-2]],
    ):
        with pytest.raises(Tampered):
            opened(b"".join(wrong))


@pytest.mark.promise("T11")
@pytest.mark.parametrize("more", [b"\0", b"x" * 17, b"x" * streams.SEALED_CHUNK, BLOB[START:], BLOB])
def test_extended_it_is_refused(more: bytes) -> None:
    with pytest.raises(Tampered):
        opened(BLOB + more)
    with pytest.raises(Tampered):
        opened(sealed(b"x" * (streams.CHUNK - 1)) + more)  # its last chunk is full: more is another chunk


@pytest.mark.promise("T11")
@pytest.mark.parametrize(
    "harm", [lambda blob: blob[:-1], lambda blob: blob + b"x", lambda blob: blob[: -streams.PAD - 17]]
)
def test_a_document_whose_end_is_damaged_is_never_given_whole(harm: Callable[[bytes], bytes]) -> None:
    """Even when its bytes fill their chunks and the last chunk is padding alone: a browser counts bytes."""
    content = b"x" * 3 * streams.CHUNK
    blob = b"".join(streams.seal(KEY, PLACE, [content]))
    given: list[bytes] = []
    with pytest.raises(Tampered):
        given.extend(streams.unseal(KEY, PLACE, [harm(blob)]))
    assert sum(map(len, given)) < len(content)


@pytest.mark.promise("T11")
def test_an_end_put_in_the_middle_is_refused() -> None:
    """Two documents of one key, end to end: the end of the first is the end."""
    with pytest.raises(Tampered):
        opened(sealed(b"first") + sealed(b"second")[START:])


@pytest.mark.promise("T11")
@pytest.mark.parametrize(
    "place",
    [
        streams.place_of(UUID(int=2), "identity", UUID(int=3), UUID(int=4)),
        streams.place_of(UUID(int=1), "legal", UUID(int=3), UUID(int=4)),
        streams.place_of(UUID(int=1), "identity", UUID(int=5), UUID(int=4)),
        streams.place_of(UUID(int=1), "identity", UUID(int=3), UUID(int=5)),
        b"",
    ],
)
def test_in_another_place_it_is_refused_even_with_the_key(place: bytes) -> None:
    with pytest.raises(Tampered):
        opened(BLOB, place)


@pytest.mark.promise("T11")
def test_with_another_key_it_is_refused() -> None:
    with pytest.raises(Tampered):
        opened(BLOB, key=bytes(32))
    # The key's name written over: still not its stream.
    with pytest.raises(Tampered):
        opened(BLOB[:1] + crypto.key_id(bytes(32)) + BLOB[9:], key=bytes(32))


@pytest.mark.promise("T11")
def test_every_changed_bit_is_refused() -> None:
    blob = sealed(b"short")
    steps = [*range(START + 40), *range(START + 40, len(blob), 331), len(blob) - 1]
    for at in steps:
        for bit in (1, 128):
            changed = bytearray(blob)
            changed[at] ^= bit
            with pytest.raises(Tampered):
                opened(bytes(changed))


@pytest.mark.promise("T11")
def test_a_stream_without_a_final_tag_is_refused() -> None:
    """Written by a program that forgets the end: all the bytes are there, and it does not open."""
    names = bytes([crypto.VERSION]) + crypto.key_id(KEY)
    writer = crypto.StreamSealer(KEY, names + PLACE)
    blob = names + writer.header + writer.seal(b"whole\x80".ljust(4096, b"\0"))
    with pytest.raises(Tampered):
        opened(blob)


@pytest.mark.promise("T11")
def test_the_header_is_checked_before_anything_is_read() -> None:
    with pytest.raises(Tampered):
        streams.unseal(bytes(32), PLACE, [BLOB])


# --- through the vault ------------------------------------------------------------------------------------------------


def test_a_document_opens_for_its_compartment_only(house: House) -> None:
    about = person(house, names="x")
    psychologist = house.vault(Role.PSYCHOLOGIST)
    row = note(about, "psychology", "beside", psychologist)
    blob = b"".join(psychologist.seal_stream(row, "psychology", [CONTENT]))
    assert b"".join(house.vault(Role.PSYCHOLOGIST).open_stream(row, "psychology", [blob])) == CONTENT
    for role in (Role.COORDINATOR, Role.LAWYER):
        with pytest.raises(NotGranted):
            house.vault(role).open_stream(row, "psychology", [blob])
        with pytest.raises(Tampered):
            house.vault(role).open_stream(row, "identity", [blob])


@pytest.mark.promise("T11")
def test_swapped_between_two_documents_it_is_refused(house: House) -> None:
    vault = house.vault(Role.SOCIAL_WORKER)
    about, another = person(house, names="x"), person(house, names="y")
    rows = [note(p, "social", "beside", vault) for p in (about, about, another)]
    blobs = [b"".join(vault.seal_stream(row, "social", [CONTENT])) for row in rows]
    for row in rows:
        for other, blob in zip(rows, blobs, strict=True):
            if row is other:
                assert b"".join(vault.open_stream(row, "social", [blob])) == CONTENT
            else:
                with pytest.raises(Tampered):
                    b"".join(vault.open_stream(row, "social", [blob]))


@pytest.mark.promise("T6")
def test_erased_with_its_case(house: House) -> None:
    vault = house.vault(Role.SOCIAL_WORKER)
    row = note(person(house, names="x"), "social", "beside", vault)
    blob = b"".join(vault.seal_stream(row, "social", [CONTENT]))
    ShredSalt.objects.filter(case_id=row.sealed_case_id).delete()
    with pytest.raises(Shredded):
        house.vault(Role.SOCIAL_WORKER).open_stream(row, "social", [blob])


# --- memory -----------------------------------------------------------------------------------------------------------


def _long(megabytes: int) -> Iterator[bytes]:
    piece = uuid4().bytes * 4096  # 64 KiB
    for _ in range(megabytes * 16):
        yield piece


@pytest.mark.slow
def test_memory_stays_flat_on_200_megabytes() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    try:
        count = sum(map(len, streams.unseal(KEY, PLACE, streams.seal(KEY, PLACE, _long(200)))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 200 * 2**20
    assert peak < 2 * 2**20, "what Python holds"
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < 40 * 2**20, "what the process takes, libsodium's buffers included"
