"""Writing a snapshot: coded facts only, to Parquet, in one pass over each table with flat memory.

Sealed and identifying columns cannot enter (see `facts`); keys become BLAKE2b hashes keyed by the snapshot's secret.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from havre.statistics.facts import TABLES, Column, FactTable

BATCH = 5_000


def key_of(record: UUID, table: str, secret: bytes) -> int:
    """The key of a record in the snapshot of this secret: 63 bits that say nothing without it."""
    digest = hashlib.blake2b(record.bytes, key=secret, person=table.encode()[:16], digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _converter(column: Column, secret: bytes, one_with: Mapping[UUID, UUID]) -> Callable[[Any], Any] | None:
    """How a value of the database becomes a fact; None when it is one already."""
    if column.key_of == "person" and one_with:
        return lambda value: None if value is None else key_of(one_with.get(value, value), "person", secret)
    if column.key_of:
        table = column.key_of
        return lambda value: None if value is None else key_of(value, table, secret)
    if column.local_day:
        return lambda value: None if value is None else timezone.localtime(value).date()
    return None


def _batches(
    table: FactTable, organisation_id: UUID, secret: bytes, one_with: Mapping[UUID, UUID]
) -> Iterator[pa.RecordBatch]:
    """The rows of one organisation, always in the same order.

    Of records linked as one human being, the first says who they are and what they lived; the periods of all are theirs.
    """
    # Rows without a key of their own (a nationality, a kind of abuse) are written anew when a form is saved: their number
    # says nothing, their content orders them.
    keyed = any(column.path == table.model._meta.pk.name for column in table.columns)
    order = ["pk"] if keyed else [column.path for column in table.columns]
    rows = table.model._default_manager.filter(**{table.owner: organisation_id}).order_by(*order)
    if one_with and table.person_path and table.name != "period":
        rows = rows.exclude(**{f"{table.person_path}__in": list(one_with)})
    values = rows.values_list(*[column.path for column in table.columns]).iterator(chunk_size=BATCH)
    converters = [_converter(column, secret, one_with) for column in table.columns]
    batch: list[tuple[Any, ...]] = []

    def made() -> pa.RecordBatch:
        arrays = []
        for column, convert, cells in zip(table.columns, converters, zip(*batch, strict=True), strict=True):
            arrays.append(pa.array(cells if convert is None else [convert(cell) for cell in cells], column.type))
        return pa.RecordBatch.from_arrays(arrays, schema=table.schema)

    for row in values:
        batch.append(row)
        if len(batch) == BATCH:
            yield made()
            batch.clear()
    if batch:
        yield made()


def write(
    folder: Path, organisation_id: UUID, secret: bytes, one_with: Mapping[UUID, UUID] | None = None
) -> dict[str, dict[str, Any]]:
    """Write every fact table of an organisation; returns rows and SHA-256 of each file.

    `one_with`: people counted as another, whose record they are linked with (casefiles).

    The folder appears whole or not at all: it is written under another name, then renamed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    coming = folder.with_name(f".{folder.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(mode=0o700)
    try:
        files = {
            name: _write_table(coming / f"{name}.parquet", table, organisation_id, secret, one_with or {})
            for name, table in TABLES.items()
        }
        os.replace(coming, folder)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return files


def _write_table(
    path: Path, table: FactTable, organisation_id: UUID, secret: bytes, one_with: Mapping[UUID, UUID]
) -> dict[str, Any]:
    rows = 0
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for batch in _batches(table, organisation_id, secret, one_with):
            writer.write_batch(batch)
            rows += batch.num_rows
    path.chmod(0o600)
    return {"rows": rows, "sha256": sha256(path)}


def sha256(path: Path) -> str:
    """Of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def schema_hash() -> str:
    """Changes when a column enters or leaves the fact tables: older snapshots are then taken again."""
    text = repr([(name, [(c.name, str(c.type)) for c in table.columns]) for name, table in TABLES.items()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def altered(folder: Path, files: dict[str, dict[str, Any]]) -> list[str]:
    """The files of a snapshot that are missing or are not those of its manifest."""
    return [
        name
        for name, file in sorted(files.items())
        if not (folder / f"{name}.parquet").is_file() or sha256(folder / f"{name}.parquet") != file["sha256"]
    ]


def remove(folder: Path) -> None:
    """Delete the files of a snapshot."""
    shutil.rmtree(folder, ignore_errors=True)
