"""Asks clamd, when one is configured, whether what passes is known to be harmful. Its protocol is INSTREAM.

clamd sees the document in clear, and may write it to its `TemporaryDirectory` while it looks: it must run on the same
machine, with that folder in memory (docs/how-to/run-your-own.md). Without clamd nothing is asked: "not scanned".
"""

from __future__ import annotations

import socket
from contextlib import suppress

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

PATIENCE = 60  # seconds without an answer


class Scan(TextChoices):
    """What is known of a document."""

    CLEAN = "clean", _("Scanned, nothing found")
    INFECTED = "infected", _("Harmful: locked away")
    NOT_SCANNED = "not_scanned", _("Not scanned")


class Scanner:
    """One look at one document: `feed` its pieces as they come, then read the `verdict`. Never raises."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        with suppress(OSError):
            self._line = _connect()
            if self._line is not None:
                self._line.sendall(b"zINSTREAM\0")

    def feed(self, piece: bytes) -> None:
        """One more piece. When clamd hangs up, the document stays unscanned."""
        if self._line is None or not piece:
            return
        try:
            self._line.sendall(len(piece).to_bytes(4, "big") + piece)
        except OSError:
            self.close()

    def verdict(self) -> Scan:
        """What clamd says of the whole; `NOT_SCANNED` when there is none, or when it could not tell."""
        if self._line is None:
            return Scan.NOT_SCANNED
        try:
            self._line.sendall(bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 1000 and (more := self._line.recv(200)):
                answer += more
        except OSError:
            return Scan.NOT_SCANNED
        finally:
            self.close()
        said = answer.rstrip(b"\0\n").strip()
        if said.endswith(b" FOUND"):
            return Scan.INFECTED
        return Scan.CLEAN if said == b"stream: OK" else Scan.NOT_SCANNED

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _connect() -> socket.socket | None:
    line: socket.socket | None = None
    if settings.HAVRE_CLAMD_SOCKET:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        try:
            line.connect(settings.HAVRE_CLAMD_SOCKET)
        except OSError:
            line.close()
            raise
    elif settings.HAVRE_CLAMD_HOST:
        host, _colon, port = settings.HAVRE_CLAMD_HOST.partition(":")
        line = socket.create_connection((host, int(port or 3310)), timeout=PATIENCE)
    return line
