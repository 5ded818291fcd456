"""The server people use, in processes of its own, and how much memory it took."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the first answer. Raises `RuntimeError` with the server's log if it stops or takes a minute."""
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return  # it answers, if only to refuse
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


class Server:
    """A running server."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self._process = port, process

    def _processes(self) -> Iterator[Path]:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):  # it ended meanwhile
                if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[2]) == self._process.pid:
                    yield folder

    def peak(self) -> int:
        """The most memory each of its processes took since `from_now_on`, in bytes, added up."""
        found = [re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text()) for folder in self._processes()]
        assert found, "no process of this server"
        return sum(int(each[1]) * 1024 for each in found if each)

    def from_now_on(self) -> int:
        """Forget the memory taken before. Returns what is taken now."""
        for folder in self._processes():
            (folder / "clear_refs").write_text("5")  # Linux: the peak is what is resident now
        return self.peak()


@contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[Server]:
    """granian as `make run` and `make demo` start it, on a port of this machine."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--workers", "1", "--no-access-log", "config.wsgi:application"],
            cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_up(f"http://127.0.0.1:{port}/", process, log)
        yield Server(port, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


class Browser:
    """Just enough of one: cookies, forms, one connection. Bodies are read by the caller, as slowly as they like."""

    def __init__(self, port: int) -> None:
        self.cookies: dict[str, str] = {}
        self._line = HTTPConnection("127.0.0.1", port, timeout=180)

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> HTTPResponse:
        """One request; what cookies it brings are kept."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._line.request(method, path, body, {**(headers or {}), "Cookie": cookies})  # type: ignore[arg-type]
        answer = self._line.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str) -> tuple[int, str]:
        """A page: its status and its text."""
        answer = self.ask("GET", path)
        return answer.status, answer.read().decode()

    def token(self, path: str) -> str:
        """The hidden token of the form of a page."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path)[1])
        assert found, path
        return found[1]

    def post(self, path: str, **values: str) -> tuple[int, str, str]:
        """A form sent from its page: status, where it leads, text."""
        body = urlencode({"csrfmiddlewaretoken": self.token(path), **values})
        answer = self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()
