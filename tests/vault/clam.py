"""A clamd that knows one thing: the EICAR string."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# In two parts: this file is not to be quarantined.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Seen(list[bytes]):
    """What was asked, in order, and where."""

    address = ""


def _exactly(line: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = line.recv(count - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def _answer(line: socket.socket, seen: Seen, says: bytes | None) -> None:
    assert _exactly(line, 10) == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(_exactly(line, 4), "big"):
        content += _exactly(line, length)
    seen.append(content)
    found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
    line.sendall(found if says is None else says)


@contextmanager
def clamd(path: str = "", *, says: bytes | None = None) -> Iterator[Seen]:
    """A server on a Unix socket, or on a free port of this machine (`seen.address`); `says`: whatever it is asked."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
    server.bind(path or ("127.0.0.1", 0))
    server.listen()
    seen = Seen()
    if not path:
        seen.address = f"127.0.0.1:{server.getsockname()[1]}"

    def serve() -> None:
        while True:
            try:
                line, _peer = server.accept()
            except OSError:
                return
            with line:
                try:
                    _answer(line, seen, says)
                except (EOFError, OSError):
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
