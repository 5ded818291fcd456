"""Files people send, sealed as they stream: no byte of them is ever on the disk in clear, nor whole in memory.

While the form is read the case is not known yet: the pieces are sealed with a key that lives in this request only, in
a file without a name. The service then seals them again with the key of the document (`OpenVault.seal_stream`). A
process that dies in between leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import UnsupportedOperation
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from havre.core import filetypes
from havre.core.clamd import Scan, Scanner
from havre.vault import crypto, shelf, streams

NAME_LENGTH = 150


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """A file just sent: its bytes come back by `chunks()` only. `kind` is what its first bytes say it is."""

    def __init__(self, name: str) -> None:
        self._key, self._place = crypto.random_key(), crypto.pack(crypto.PROTOCOL, "upload")
        self._sealer = streams.Sealer(self._key, self._place)
        self._scanner = Scanner()
        self._head = b""
        self.kind: filetypes.FileType | None = None
        self.scan = Scan.NOT_SCANNED
        self.too_large = False
        self._kept = shelf.scratch()
        self._count = 0
        super().__init__(self._kept, last_part(name), size=0)

    def add(self, piece: bytes) -> None:
        """One more piece, sealed at once; what passes the limit is dropped, and said by `too_large`."""
        if self.too_large or self._count + len(piece) > settings.HAVRE_DOCUMENT_BYTES:
            self.too_large = True
            return
        self._count += len(piece)
        if len(self._head) < filetypes.WANTED:
            self._head += piece[: filetypes.WANTED - len(self._head)]
        self._scanner.feed(piece)
        self._kept.write(self._sealer.add(piece))

    def finish(self) -> SealedUpload:
        """The end: what it is, and whether it is harmful."""
        self._kept.write(self._sealer.end())
        self._kept.flush()
        self.size = self._count
        self.kind = filetypes.sniff(self._head)
        self.scan = Scan.NOT_SCANNED if self.too_large else self._scanner.verdict()
        self._scanner.close()
        self._head = b""
        return self

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The bytes that were sent, from the start, 64 KiB at a time whatever is asked."""
        self._kept.seek(0)
        return streams.unseal(self._key, self._place, iter(lambda: self._kept.read(streams.SEALED_CHUNK), b""))

    def read(self, *size: int) -> bytes:
        """Refused: what lies behind is sealed."""
        raise UnsupportedOperation("Read an upload by its chunks.")

    def __repr__(self) -> str:
        return "<SealedUpload>"  # the name of a file may name a person

    def close(self) -> None:
        """The file is gone, and the key with it."""
        self._scanner.close()
        self._key = b""
        super().close()


class SealingUploadHandler(FileUploadHandler):
    """The only upload handler of the installation: it takes a file from a member whose vault is open, and seals it."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._upload: SealedUpload | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins. Nobody's file is not kept: who is not signed in, or whose session is locked, sends nothing."""
        super().new_file(*args, **kwargs)
        vault = getattr(self.request, "vault", None)
        if vault is None or not vault.is_open:
            raise SkipFile
        self._upload = SealedUpload(str(self.file_name or ""))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal one piece; no other handler sees it."""
        if self._upload is not None:
            self._upload.add(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """The whole file was received."""
        upload, self._upload = self._upload, None
        return upload.finish() if upload is not None else None

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if self._upload is not None:
            self._upload.close()
            self._upload = None


def take(name: str, chunks: Iterable[bytes]) -> SealedUpload:
    """The same from bytes at hand: an import, the demonstration, a test."""
    upload = SealedUpload(name)
    for chunk in chunks:
        upload.add(chunk)
    return upload.finish()


def last_part(name: str) -> str:
    """The name of a file without its folders, whichever system it comes from."""
    bare = PureWindowsPath(PurePosixPath(name).name).name
    printable = "".join(c for c in bare if c.isprintable()).strip(" .")
    return printable[-NAME_LENGTH:] or "file"
