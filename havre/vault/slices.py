"""A large segment of the directory, laid out so that a search reads a small part of it.

Beside the segment lie its parts, each sealed in its own place: for each of the 512 bits of a signature, that bit of
everybody; how many bits each has; who is of which kind; the rows' ids, by pages. A search reads the parts of the bits it
asks for, then the pages of the rows it keeps. All parts of one sort have one size: what lies there tells the number of
entries and nothing else. Whoever watches the database while it answers sees which parts are read, hence that two searches
look alike, never for whom (docs/reference/vault-format.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import psycopg
from django.db import connections
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from havre.vault import crypto
from havre.vault.errors import Tampered
from havre.vault.finding.scanning import asked_slices, choose, count, lanes, sliced, unpacked, weigh
from havre.vault.keystore.models import DirectoryPart, DirectorySegment

# Numbers of parts: stored. Slices are 0 to 511.
HEAD, WEIGHTS, KIND, PAGE = 512, 513, 520, 1024
# Kinds that have their slice, whether they are in use or not.
KINDS = 32
# Rows of a page: with one byte of padding they fill 4,096 bytes.
ROWS = 240
ROW = 17
# Entries from which a segment is laid out: below, it is read whole in a millisecond.
SLICE_AT = 8192
_BATCH = 64

Ranked = list[tuple[float, int, int]]  # score, which segment, which of its rows


class Incomplete(Tampered):
    """A part is not there: a colleague has just written the segment anew, or somebody has taken it away."""


def lay(segment: DirectorySegment, key: bytes, entries: NDArray[np.void]) -> None:
    """Write the parts of a segment, as it is now; those of before go. Nothing for a small one. In its transaction."""
    segment.parts.all().delete()
    if len(entries) < SLICE_AT:
        return
    parts: list[DirectoryPart] = []
    for number, content in _contents(entries):
        part = DirectoryPart(segment=segment, revision=segment.revision, number=number)
        part.sealed = crypto.seal(key, content, place(segment, number), block=crypto.LONG)
        parts.append(part)
        if len(parts) == _BATCH:
            DirectoryPart.objects.bulk_create(parts)
            parts = []
    DirectoryPart.objects.bulk_create(parts)


def _contents(entries: NDArray[np.void]) -> Iterator[tuple[int, bytes]]:
    bits = np.ascontiguousarray(entries["bits"])
    yield HEAD, len(entries).to_bytes(4, "big")
    yield WEIGHTS, weigh(bits).tobytes()
    width = lanes(len(entries)) * 8
    for kind in range(KINDS):
        yield KIND + kind, np.packbits(entries["kind"] == kind, bitorder="little").tobytes().ljust(width, b"\0")
    yield from enumerate(sliced(bits))
    rows = np.frombuffer(entries.tobytes(), dtype=np.uint8).reshape(len(entries), -1)[:, :ROW]
    for page, start in enumerate(range(0, len(entries), ROWS)):
        yield PAGE + page, rows[start : start + ROWS].tobytes()


def search(
    segments: Sequence[DirectorySegment], key: bytes, query: NDArray[np.uint64], kinds: Iterable[int], *, best: int
) -> dict[tuple[int, bytes], float]:
    """(kind, row id) of those whose signatures look most like the query, with their scores: at most `best`.

    Raises `Incomplete`, and `Tampered` when a part does not open in its place.
    """
    asked, wanted = asked_slices(query), sorted({KIND + kind for kind in kinds})
    if not (segments and asked and wanted):
        return {}
    parts = _read(segments, [(segment, (HEAD, WEIGHTS, *wanted, *asked)) for segment in segments], key)
    ranked: Ranked = []
    for which, segment in enumerate(segments):
        mine = {number: parts.pop((segment.pk, number)) for number in (HEAD, WEIGHTS, *wanted, *asked)}
        total = int.from_bytes(mine[HEAD], "big")
        shared = count([_lane(mine[number], total) for number in asked], total)
        of_kind = np.bitwise_or.reduce([_lane(mine[number], total) for number in wanted])
        weights = np.frombuffer(mine[WEIGHTS], dtype=np.uint8)
        among = unpacked(of_kind)[:total].view(np.bool_)
        # A row may have several writings: twice as many are looked at.
        rows, scores = choose(shared, weights, len(asked), best=2 * best, among=among)
        ranked += [(score, which, row) for score, row in zip(scores.tolist(), rows.tolist(), strict=True)]
    ranked.sort(key=lambda each: (-each[0], each[1], each[2]))
    found: dict[tuple[int, bytes], float] = {}
    for some in (ranked[:best], ranked[best : 2 * best]):
        if len(found) < best and some:
            for who, score in _named(segments, some, key):
                found.setdefault(who, score)
    return found


def _named(
    segments: Sequence[DirectorySegment], ranked: Ranked, key: bytes
) -> Iterator[tuple[tuple[int, bytes], float]]:
    """Who these rows are, from the pages that hold them."""
    pages: dict[int, set[int]] = {}
    for _score, which, row in ranked:
        pages.setdefault(which, set()).add(PAGE + row // ROWS)
    parts = _read(segments, [(segments[which], tuple(numbers)) for which, numbers in pages.items()], key)
    for score, which, row in ranked:
        page = parts[segments[which].pk, PAGE + row // ROWS]
        entry = page[row % ROWS * ROW : (row % ROWS + 1) * ROW]
        yield (entry[0], entry[1:]), score


def _read(
    segments: Sequence[DirectorySegment], wanted: list[tuple[DirectorySegment, tuple[int, ...]]], key: bytes
) -> dict[tuple[int, int], bytes]:
    """These parts of these segments, opened: one query."""
    at = {segment.pk: _place(segment) for segment in segments}
    where = Q()
    for segment, numbers in wanted:
        where |= Q(segment_id=segment.pk, revision=segment.revision, number__in=numbers)
    rows = DirectoryPart.objects.filter(where).values_list("segment_id", "number", "sealed")
    parts = {
        (pk, number): crypto.unseal(key, bytes(blob), at[pk] + crypto.pack(number), block=crypto.LONG)
        for pk, number, blob in _fetched(rows)
    }
    if len(parts) < sum(len(numbers) for _segment, numbers in wanted):
        raise Incomplete("A part of a segment is missing.")
    return parts


def _fetched(rows: QuerySet[Any, Any]) -> list[tuple[int, int, bytes]]:
    """The rows. PostgreSQL sends megabytes of bytes three times as fast when not asked to write them as text."""
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return list(rows)
    sql, words = rows.query.get_compiler(rows.db).as_sql()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, words, prepare=False, binary=True).fetchall()


def _lane(content: bytes, total: int) -> NDArray[np.uint64]:
    lane = np.frombuffer(content, dtype="<u8")
    if len(lane) != lanes(total):
        raise Tampered("A part of a segment has another length.")
    return lane


def place(segment: DirectorySegment, number: int) -> bytes:
    """The associated data of a part: its segment's, and its number."""
    return _place(segment) + crypto.pack(number)


def _place(segment: DirectorySegment) -> bytes:
    """What the places of all parts of a segment begin with."""
    return crypto.pack(
        crypto.PROTOCOL, "directory", segment.organisation_id, segment.compartment_id, segment.segment, segment.revision,
        "part",
    )  # fmt: skip
