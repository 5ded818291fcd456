"""Where sealed documents lie: one file each, kept apart by organisation, written whole or not at all.

`DATA/documents/<organisation>/<two letters>/<document>`: 0700 folders, 0600 files, identifiers only. Nothing here opens.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings

from havre.vault.errors import Tampered
from havre.vault.streams import SEALED_CHUNK


def root() -> Path:
    """The folder of all documents."""
    return _folder(Path(settings.DATA) / "documents")


def path_of(organisation: UUID, document: UUID) -> Path:
    """Where a document lies, or would lie."""
    return Path(settings.DATA) / "documents" / str(organisation) / str(document)[:2] / str(document)


def put(organisation: UUID, document: UUID, sealed: Iterable[bytes]) -> None:
    """Write a sealed document under its name once it is whole and on the disk.

    Raises `FileExistsError` rather than write over another. What was begun and not finished is taken away.
    """
    path = path_of(organisation, document)
    _folder(_folder(root() / str(organisation)) / path.parent.name)
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in sealed:
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, path)  # a rename would write over
    finally:
        part.unlink(missing_ok=True)
    _flush(path.parent)


def get(organisation: UUID, document: UUID) -> Iterator[bytes]:
    """The sealed bytes of a document. Raises `Tampered` when the file is not there."""
    try:
        source = path_of(organisation, document).open("rb")
    except FileNotFoundError:
        raise Tampered("A sealed document is missing.") from None
    return _chunks(source)


def remove(organisation: UUID, documents: Iterable[UUID]) -> None:
    """Take sealed documents away: once their key is destroyed, or when their row was not kept after all."""
    for document in documents:
        with suppress(FileNotFoundError):
            path_of(organisation, document).unlink()


def scratch() -> IO[bytes]:
    """A file without a name, gone when it is closed or the process dies. Only sealed bytes go there."""
    return TemporaryFile(dir=root())


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while chunk := source.read(SEALED_CHUNK):
            yield chunk


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
