"""Who is in the house, by what names: sealed signatures in the key store, scanned by whoever holds the identity compartment.

A segment holds entries of 81 bytes: what the row is (1), its id (16), the signature of its names (64). Writing appends a
segment; many are folded into one from time to time; beside a large one lies what makes it quick to search (slices.py).
What is missing or too much is put right by `rebuild`: the directory says where to look, the rows themselves say who is
there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.db import transaction
from django.db.models import BinaryField, Case, Exists, F, OuterRef, Value, When
from django.db.models.functions import Length

from havre.audit.services import record
from havre.vault import crypto, slices
from havre.vault.errors import NotGranted, Tampered
from havre.vault.fields import Compartment
from havre.vault.finding import CANDIDATES, SIGNATURE, Signature, Signer, scan
from havre.vault.keystore.models import DirectoryPart, DirectorySegment
from havre.vault.models import CompartmentKey
from havre.vault.opened import OpenVault

# What a row is, in one byte. Never renumbered: stored.
KINDS = {"person": 1, "exploiter": 2, "alert": 3, "person_contact": 4, "alert_contact": 5, "employer": 6}
# Those whose entries are signatures of numbers and addresses (`finding.contacts`), not of names.
CONTACTS = {"person_contact", "alert_contact"}
NAMED = tuple(kind for kind in KINDS if kind not in CONTACTS)
ENTRY = np.dtype([("kind", "u1"), ("row", "V16"), ("bits", "<u8", (SIGNATURE // 8,))])
# Segments of one key before they are folded into one.
FOLD_AT = 32
# Writings of one row that are kept until the directory is rebuilt: a change that was undone must not lose the one before.
WRITINGS = 3

Named = Iterable[tuple[UUID, list[str]]]
# For each kind, who gives every row with its names: registered by the apps above, used by `rebuild`.
SOURCES: dict[str, Callable[[OpenVault], Named]] = {}


@dataclass(frozen=True)
class Hit:
    """A row that may be the one: what it is, its id, how much of the query its signature has (0 to 1)."""

    kind: str
    row: UUID
    score: float


def index(vault: OpenVault, kind: str, row: UUID, names: Iterable[str]) -> None:
    """Make a row findable by these names, from now on. To be called in the transaction that writes the row.

    For a kind of `CONTACTS`, by the numbers and addresses in these texts. The segment is kept even if that transaction is undone: it then leads to nobody, or to former names.
    """
    written = [name for name in names if name]
    if not written:
        return
    compartment, key = vault.compartment_key(Compartment.IDENTITY)
    signature = _sign(_signer(vault, compartment, key), kind, written)
    if not any(signature):  # no number in these words
        return
    entry = _entry(kind, row, signature)
    if vault.gathered is not None:
        vault.gathered.append(entry)
        return
    _append(compartment, key, entry)
    if DirectorySegment.objects.filter(compartment_id=compartment.id).count() >= FOLD_AT:
        fold(vault)


@contextmanager
def gathering(vault: OpenVault) -> Iterator[None]:
    """What is indexed inside, by this vault, makes one segment at the end: for bulk loads."""
    vault.gathered = []
    try:
        yield
        if vault.gathered:
            _append(*vault.compartment_key(Compartment.IDENTITY), b"".join(vault.gathered))
    finally:
        vault.gathered = None


def search(vault: OpenVault, query: str, *, kinds: Iterable[str] = NAMED, best: int = CANDIDATES) -> list[Hit]:
    """The rows whose names look most like the query, best first; at most `best`. Leaves no trace: the caller tells.

    By the kinds of `CONTACTS`, the rows that share a number or an address with it; the two are not asked together.

    Raises `NotGranted` without the identity compartment, `Tampered` when a segment does not open in its place.
    """
    vault.compartment_key(Compartment.IDENTITY)
    asked = set(kinds)
    for left in (2, 1, 0):
        try:
            found = _found(vault, query, asked, best)
            break
        except slices.Incomplete:
            if not left:  # it was not a colleague who folded
                raise
    names = {number: kind for kind, number in KINDS.items()}
    hits = [Hit(names[kind], UUID(bytes=row), score) for (kind, row), score in found.items()]
    return sorted(hits, key=lambda hit: (-hit.score, hit.row.bytes))[:best]


def _found(vault: OpenVault, query: str, kinds: set[str], best: int) -> dict[tuple[int, bytes], float]:
    """(what the row is, its id) with the best of its scores, under every key this member holds."""
    wanted = [KINDS[kind] for kind in kinds]
    found: dict[tuple[int, bytes], float] = {}
    for compartment, key, segments in _by_epoch(vault):
        asked = _ask(_signer(vault, compartment, key), kinds, query)
        whole = [_entries(segment, key, segment.whole) for segment in segments if not segment.laid]
        if whole:
            entries = np.concatenate(whole)
            chosen = entries[np.isin(entries["kind"], wanted)]
            # A row may have several writings: twice as many are looked at.
            rows, scores = scan(np.ascontiguousarray(chosen["bits"]), asked, best=2 * best)
            for position, score in zip(rows, scores, strict=True):
                who = int(chosen["kind"][position]), chosen["row"][position].tobytes()
                found[who] = max(found.get(who, 0.0), float(score))
        laid = [segment for segment in segments if segment.laid]
        for who, score in slices.search(laid, _sealing(key), asked, wanted, best=best).items():
            found[who] = max(found.get(who, 0.0), score)
    return found


def is_empty(vault: OpenVault) -> bool:
    """Was nothing ever indexed here?"""
    return not DirectorySegment.objects.filter(organisation_id=vault.user.organisation_id).exists()


def fold(vault: OpenVault) -> None:
    """Put the segments of the current key together in the oldest one. Two at once: the second finds less to do.

    Large ones stay apart until what is folded is as large: a writing in a directory of a million moves few of them.
    """
    compartment, key = vault.compartment_key(Compartment.IDENTITY)
    with transaction.atomic(using="keystore"):
        mine = DirectorySegment.objects.select_for_update().filter(compartment_id=compartment.id)
        sizes = mine.order_by("id").annotate(size=Length("sealed")).values_list("pk", "size")
        chosen = _to_fold(dict(sizes))
        if not chosen:
            return
        segments = list(mine.filter(pk__in=chosen).order_by("id"))
        _rewrite(segments[0], key, _latest(np.concatenate([_opened(segment, key) for segment in segments])))
        DirectorySegment.objects.filter(pk__in=chosen).exclude(pk=segments[0].pk).delete()


def _to_fold(sizes: dict[int, int]) -> list[int]:
    """As many as possible, the smallest first, so that the largest of them is small or no larger than the others together."""
    order = sorted(sizes, key=lambda pk: sizes[pk])
    for many in range(len(order), 1, -1):
        largest, others = sizes[order[many - 1]], sum(sizes[pk] for pk in order[: many - 1])
        if largest <= max(others, slices.SLICE_AT * ENTRY.itemsize):
            return order[:many]
    return []


def _rewrite(segment: DirectorySegment, key: bytes, entries: np.ndarray) -> None:
    """Put other entries in a segment, and lay its parts again. In a transaction of the key store."""
    segment.revision += 1
    segment.sealed = crypto.seal(_sealing(key), entries.tobytes(), _place(segment), block=crypto.LONG)
    segment.save(update_fields=["sealed", "revision"])
    slices.lay(segment, _sealing(key), entries)


def drop(vault: OpenVault, rows: Collection[UUID]) -> None:
    """Take rows out of the directory for good: those that were erased. A segment this member cannot open (of an epoch
    before they came, or damaged) may name them too: the whole directory is then written anew. Raises `NotGranted` without the identity key."""
    vault.compartment_key(Compartment.IDENTITY)
    gone = {row.bytes for row in rows}
    if not gone:
        return
    mine = DirectorySegment.objects.filter(organisation_id=vault.user.organisation_id)
    with transaction.atomic(using="keystore"):
        for segment in mine.select_for_update().order_by("id"):
            try:
                key = vault.epoch_key(segment.compartment_id)
                entries = _opened(segment, key)
            except (NotGranted, Tampered):
                break
            kept = entries[[entry.tobytes() not in gone for entry in entries["row"]]]
            if not len(kept) and len(entries):
                segment.delete()
            elif len(kept) < len(entries):
                _rewrite(segment, key, kept)
        else:
            return
    rebuild(vault)


@transaction.atomic
def rebuild(vault: OpenVault) -> int:
    """Write the directory anew from the rows themselves, under the current key. Returns how many rows it names.

    For a directory that was lost, for rows erased since, after a change of key or of the rules of spelling.
    """
    compartment, key = vault.compartment_key(Compartment.IDENTITY)
    signer = _signer(vault, compartment, key)
    # Who takes an alert or opens a file holds the organisation's row until they are done: none is half-way now.
    type(vault.user.organisation).objects.select_for_update().get(pk=vault.user.organisation_id)
    mine = DirectorySegment.objects.filter(organisation_id=vault.user.organisation_id)
    before = list(mine.values_list("pk", "revision"))
    entries = [
        _entry(kind, row, signature)
        for kind, source in SOURCES.items()
        for row, names in source(vault)
        if any(names) and any(signature := _sign(signer, kind, names))
    ]
    with transaction.atomic(using="keystore"):
        # What a colleague appends or folds meanwhile stays.
        for pk, revision in before:
            mine.filter(pk=pk, revision=revision).delete()
        _append(compartment, key, b"".join(entries))
    record("vault.directory.rebuilt", by=vault.user, rows=len(entries))
    return len(entries)


def _sign(signer: Signer, kind: str, texts: Iterable[str]) -> bytes:
    return signer.sign_contacts(texts) if kind in CONTACTS else signer.sign(texts)


def _ask(signer: Signer, kinds: set[str], query: str) -> Signature:
    if kinds & CONTACTS and kinds - CONTACTS:
        raise ValueError("Names and contacts are asked one after the other: their signatures are not alike.")
    return signer.ask_contacts(query) if kinds & CONTACTS else signer.ask(query)


def _entry(kind: str, row: UUID, signature: bytes) -> bytes:
    return bytes([KINDS[kind]]) + row.bytes + signature


def _append(compartment: CompartmentKey, key: bytes, entries: bytes) -> None:
    segment = DirectorySegment(
        segment=uuid4(), organisation_id=compartment.organisation_id, compartment_id=compartment.id, revision=1
    )
    segment.sealed = crypto.seal(_sealing(key), entries, _place(segment), block=crypto.LONG)
    with transaction.atomic(using="keystore"):
        segment.save(force_insert=True)
        slices.lay(segment, _sealing(key), np.frombuffer(entries, dtype=ENTRY))


def _by_epoch(vault: OpenVault) -> Iterator[tuple[CompartmentKey, bytes, list[Any]]]:
    """The segments under each key this member holds, oldest first; `whole` is what is sealed in those not `laid` out."""
    laid = DirectoryPart.objects.filter(segment=OuterRef("pk"), revision=OuterRef("revision"), number=slices.HEAD)
    rows = DirectorySegment.objects.filter(organisation_id=vault.user.organisation_id).order_by("id").defer("sealed")
    whole = Case(When(laid=True, then=Value(None)), default=F("sealed"), output_field=BinaryField())
    segments: dict[UUID, list[Any]] = {}
    for segment in rows.annotate(laid=Exists(laid)).annotate(whole=whole):
        segments.setdefault(segment.compartment_id, []).append(segment)
    for compartment in CompartmentKey.objects.filter(
        pk__in=segments, organisation_id=vault.user.organisation_id, kind=Compartment.IDENTITY
    ):
        try:
            key = vault.epoch_key(compartment.id)
        except NotGranted:
            continue  # an epoch of before this member came
        yield compartment, key, segments[compartment.id]


def _opened(segment: DirectorySegment, key: bytes) -> np.ndarray:
    return _entries(segment, key, segment.sealed)


def _entries(segment: DirectorySegment, key: bytes, sealed: Any) -> np.ndarray:
    content = crypto.unseal(_sealing(key), bytes(sealed), _place(segment), block=crypto.LONG)
    return np.frombuffer(content, dtype=ENTRY)


def _latest(entries: np.ndarray) -> np.ndarray:
    """The last writings of each row, each once, in the order they came."""
    kept: dict[tuple[int, bytes], dict[bytes, int]] = {}
    for position, entry in enumerate(entries):
        writings = kept.setdefault((int(entry["kind"]), entry["row"].tobytes()), {})
        writings.pop(entry["bits"].tobytes(), None)
        writings[entry["bits"].tobytes()] = position
    return entries[sorted(p for writings in kept.values() for p in list(writings.values())[-WRITINGS:])]


def _sealing(key: bytes) -> bytes:
    return crypto.mix(key, "directory")


def _signer(vault: OpenVault, compartment: CompartmentKey, key: bytes) -> Signer:
    if compartment.id not in vault.signers:
        vault.signers[compartment.id] = Signer(crypto.mix(_sealing(key), "signature"))
    return vault.signers[compartment.id]


def _place(segment: DirectorySegment) -> bytes:
    return crypto.pack(
        crypto.PROTOCOL, "directory", segment.organisation_id, segment.compartment_id, segment.segment, segment.revision
    )
