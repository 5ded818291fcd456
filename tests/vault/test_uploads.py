"""Files people send: sealed as they stream, flat memory, nothing in clear on the disk; then their place on the shelf."""

from __future__ import annotations

import os
import resource
import stat
import tempfile
import tracemalloc
from collections.abc import Iterator
from io import UnsupportedOperation
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from havre.core import filetypes
from havre.core.clamd import Scan
from havre.vault import shelf, uploads
from havre.vault.errors import Tampered
from havre.vault.opened import ClosedVault
from tests.vault.clam import EICAR, clamd

MARK = b"Zqx-Marker-upload"


class _Vault:
    is_open = True


@pytest.fixture
def data(settings: LazySettings, tmp_path: Path) -> Path:
    """A data folder of its own."""
    settings.DATA = tmp_path / "data"
    return settings.DATA


def sent(name: str, content: bytes, vault: Any = None) -> HttpRequest:
    """A request with a file, before anyone has read it."""
    request = RequestFactory().post("/", {"words": "here", "file": SimpleUploadedFile(name, content)})
    request.vault = vault or _Vault()
    return request


def test_a_file_comes_back_by_its_chunks_only(data: Path) -> None:
    upload: Any = sent("a.txt", MARK * 10_000).FILES["file"]
    assert isinstance(upload, uploads.SealedUpload)
    assert b"".join(upload.chunks()) == MARK * 10_000
    assert b"".join(upload.chunks()) == MARK * 10_000, "and again"
    assert (upload.size, upload.name, upload.scan) == (len(MARK) * 10_000, "a.txt", Scan.NOT_SCANNED)
    assert upload.kind == filetypes.TYPES["txt"]
    with pytest.raises(UnsupportedOperation):
        upload.read()
    assert "a.txt" not in repr(upload)


@pytest.mark.promise("T1")
def test_nothing_of_it_is_on_the_disk_in_clear(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small and large: neither Django's temporary files nor ours hold a word, and ours have no name."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for content in (MARK, MARK * 400_000):
        upload: Any = sent("a.txt", content).FILES["file"]
        upload.file.seek(0)
        kept = upload.file.read()
        assert len(kept) >= len(content)
        assert MARK not in kept
        assert not [p for folder in (temporary, data) for p in folder.rglob("*") if p.is_file()]
    assert os.fstat(upload.file.fileno()).st_nlink == 0


def test_a_locked_session_sends_nothing(data: Path) -> None:
    request = sent("a.txt", MARK, ClosedVault())
    assert not request.FILES
    assert request.POST["words"] == "here"
    assert not data.exists()


def test_what_is_too_large_is_dropped_and_said(data: Path, settings: LazySettings) -> None:
    settings.HAVRE_DOCUMENT_BYTES = 100_000
    upload: Any = sent("a.txt", b"x" * 300_000).FILES["file"]
    assert upload.too_large
    assert upload.size <= 100_000
    assert not sent("a.txt", b"x" * 100_000).FILES["file"].too_large


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\Users\\me\\a b.pdf", "a b.pdf"), ("é\x00\n.txt", "é.txt"), ("..", "file"),
     ("", "file"), ("x" * 300 + ".pdf", "x" * 146 + ".pdf")],
)  # fmt: skip
def test_a_name_keeps_no_folder(given: str, kept: str) -> None:
    assert uploads.last_part(given) == kept


# --- clamd ------------------------------------------------------------------------------------------------------------


def test_clamd_tells(data: Path, settings: LazySettings, tmp_path: Path) -> None:
    settings.HAVRE_CLAMD_SOCKET = str(tmp_path / "clamd")
    with clamd(settings.HAVRE_CLAMD_SOCKET) as seen:
        assert uploads.take("a.txt", [b"calm ", b"words"]).scan == Scan.CLEAN
        assert uploads.take("a.txt", [EICAR[:20], EICAR[20:]]).scan == Scan.INFECTED
    assert seen == [b"calm words", EICAR]


def test_clamd_over_a_port(data: Path, settings: LazySettings) -> None:
    with clamd() as seen:
        settings.HAVRE_CLAMD_HOST = seen.address
        assert uploads.take("a.txt", [EICAR]).scan == Scan.INFECTED


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0"])
def test_an_answer_that_is_none_is_not_a_clean_one(
    data: Path, settings: LazySettings, tmp_path: Path, says: bytes
) -> None:
    settings.HAVRE_CLAMD_SOCKET = str(tmp_path / "clamd")
    with clamd(settings.HAVRE_CLAMD_SOCKET, says=says):
        assert uploads.take("a.txt", [b"words"]).scan == Scan.NOT_SCANNED


def test_without_clamd_or_with_a_dead_one_it_is_not_scanned(data: Path, settings: LazySettings, tmp_path: Path) -> None:
    assert uploads.take("a.txt", [EICAR]).scan == Scan.NOT_SCANNED
    settings.HAVRE_CLAMD_SOCKET = str(tmp_path / "nobody")
    assert uploads.take("a.txt", [EICAR]).scan == Scan.NOT_SCANNED


# --- the shelf --------------------------------------------------------------------------------------------------------


def test_a_document_lies_under_its_organisation_for_its_owner_only(data: Path) -> None:
    organisation, document = uuid4(), uuid4()
    shelf.put(organisation, document, [b"ab", b"cd"])
    path = data / "documents" / str(organisation) / str(document)[:2] / str(document)
    assert path.read_bytes() == b"abcd"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in list(path.parents)[:3]} == {0o700}
    assert b"".join(shelf.get(organisation, document)) == b"abcd"
    shelf.remove(organisation, [document, uuid4()])
    assert not path.exists()
    with pytest.raises(Tampered):
        shelf.get(organisation, document)


def test_what_was_not_finished_leaves_nothing_and_nothing_is_written_over(data: Path) -> None:
    organisation, document = uuid4(), uuid4()

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        shelf.put(organisation, document, broken())
    assert not [p for p in data.rglob("*") if p.is_file()]
    shelf.put(organisation, document, [b"first"])
    with pytest.raises(FileExistsError):
        shelf.put(organisation, document, [b"second"])
    assert b"".join(shelf.get(organisation, document)) == b"first"
    assert len([p for p in data.rglob("*") if p.is_file()]) == 1


# --- kinds of files ---------------------------------------------------------------------------------------------------

ODT = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.textPK"
DOCX = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml....PK\x03\x04...word/document.xml"


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"%PDF-1.7\n", "pdf"), (b"\x89PNG\r\n\x1a\n\0", "png"), (b"\xff\xd8\xff\xe0", "jpg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"), (b"\0\0\0\x18ftypheic", "heic"), (b"\0\0\0\x18ftypM4A ", "m4a"),
        (b"\0\0\0\x18ftypisom", "mp4"), (b"ID3\x03", "mp3"), (b"\xff\xfb\x90", "mp3"), (b"OggS\0", "ogg"),
        (ODT, "odt"), (DOCX, "docx"), ("Été, عربي\n".encode(), "txt"), (EICAR, "txt"),
        ("é".encode() * 40_000, "txt"),
        (b"a" + ("é".encode() * 40_000)[: filetypes.WANTED - 1], "txt"),
    ],
)  # fmt: skip
def test_what_is_taken(head: bytes, extension: str) -> None:
    found = filetypes.sniff(head[: filetypes.WANTED])
    assert found is not None
    assert found.extension == extension


@pytest.mark.parametrize(
    "head",
    [b"", b"MZ\x90\0", b"\x7fELF", b"<html><script>", b" \n<svg", b"#!/bin/sh", b"PK\x03\x04 anything", b"GIF89a\x01\0",
     b"\xd0\xcf\x11\xe0", DOCX + b"word/vbaProject.bin", "é".encode("latin-1"), b"a\0b", b"RIFF\0\0\0\0WAVE",
     b"\0\0\0\x18ftypqqqq", b"Rar!\x1a\x07"],
)  # fmt: skip
def test_what_is_refused(head: bytes) -> None:
    assert filetypes.sniff(head) is None


# --- memory -----------------------------------------------------------------------------------------------------------


class _Body:
    """A multipart body of many megabytes that is never whole anywhere."""

    edge = "havreedge"

    def __init__(self, megabytes: int) -> None:
        head = f'--{self.edge}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'.encode()
        tail = f"\r\n--{self.edge}--\r\n".encode()
        self._pieces = [head, *[b"x" * 2**16] * (megabytes * 16), tail]  # one piece, many times
        self.length = sum(map(len, self._pieces))
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "asked for everything at once"
        if not self._left and self._pieces:
            self._left = self._pieces.pop(0)
        given, self._left = self._left[:size], self._left[size:]
        return given

    def readline(self, size: int = -1) -> bytes:
        return self.read(2**16)


@pytest.mark.slow
def test_memory_stays_flat_on_200_megabytes(data: Path) -> None:
    body: Any = _Body(200)
    request = RequestFactory().generic("POST", "/", b"x", content_type=f"multipart/form-data; boundary={body.edge}")
    request.META["CONTENT_LENGTH"] = str(body.length)
    request._stream = body
    request.vault = _Vault()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    try:
        upload: Any = request.FILES["file"]
        organisation, document = uuid4(), uuid4()
        shelf.put(organisation, document, upload.chunks())
        count = sum(map(len, shelf.get(organisation, document)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == upload.size == 200 * 2**20
    assert peak < 4 * 2**20
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < 40 * 2**20
