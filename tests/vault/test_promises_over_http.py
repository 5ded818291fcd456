"""With the server people use and the passphrases' real cost: twenty sign in at once; a film of 200 MB comes and goes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import islice
from threading import Barrier
from time import perf_counter

import pytest

from tests.separate import Installation
from tests.server import Browser, Server, running

MEGABYTE = 2**20
ONE_PASSPHRASE = 128 * MEGABYTE
PEOPLE, AT_ONCE = 20, 2
PASSPHRASE = "nine slow barges at dawn"
# The demonstration's mode: the real Argon2id, the real limits of tries, no second factor, plain HTTP on this machine.
FOUND = f"""
from tests.vault import house as h
from havre.accounts.models import User
from havre.vault import ceremonies
home = h.build(roles=("social_worker",))
officer = home.vault("coordinator")
for n in range({PEOPLE}):
    user = User.objects.create(username=f"worker{{n}}", display_name=f"Worker {{n}}", organisation=home.organisation,
                               role="social_worker", language="en")
    ceremonies.enrol(user, {PASSPHRASE!r}, officer=officer)
    ceremonies.grant("identity", user, by=officer)
about = h.person(home, officer, names="Fatou")
print(about.code)
"""
EDGE = "havre-edge-of-a-part"
WORDS = b"A film as long as the afternoon. "


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    """An organisation of twenty social workers, with one file; and the code of the file."""
    folder = tmp_path_factory.mktemp("served")
    installation = Installation(folder / "data", mode="demo", kdf_at_once=str(AT_ONCE))
    yield installation, installation.run(FOUND, within=300)
    installation.remove()


@pytest.fixture
def server(place: tuple[Installation, str]) -> Iterator[Server]:
    """A server just started: its memory is its own."""
    with running(place[0].environment, place[0].folder / "server.log") as started:
        yield started


def sign_in(port: int, username: str, passphrase: str = PASSPHRASE) -> tuple[Browser, int, str]:
    """A browser that types the passphrase: where it was led."""
    browser = Browser(port)
    status, where, _text = browser.post("/sign-in/", login=username, password=passphrase)
    return browser, status, where


@pytest.mark.slow
@pytest.mark.promise("T17")
def test_twenty_people_sign_in_at_once(server: Server) -> None:
    """Nobody is refused, nor told to wait; and no more than two passphrases are being stretched at any moment."""
    Browser(server.port).get("/sign-in/")
    idle = server.from_now_on()
    together = Barrier(PEOPLE)

    def come_in(number: int) -> tuple[int, str, int]:
        browser = Browser(server.port)
        token = browser.token("/sign-in/")
        body = f"csrfmiddlewaretoken={token}&login=worker{number}&password={PASSPHRASE.replace(' ', '+')}"
        together.wait(60)
        answer = browser.ask("POST", "/sign-in/", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer.read()
        where = answer.headers.get("Location", "")
        return answer.status, where, browser.get("/files/")[0]

    begun = perf_counter()
    with ThreadPoolExecutor(PEOPLE) as pool:
        got = list(pool.map(come_in, range(PEOPLE)))
    took = perf_counter() - begun
    assert got == [(302, "/", 200)] * PEOPLE, "each is led inside, and the vault is open there"
    grown = server.peak() - idle
    print(f"{PEOPLE} signed in within {took:.1f} s; {idle // MEGABYTE} MiB idle, {grown // MEGABYTE} MiB more at most")
    assert grown > ONE_PASSPHRASE * 0.9, "these are the real passphrases"
    assert grown < AT_ONCE * ONE_PASSPHRASE + 100 * MEGABYTE, "a third at the same moment would not fit in this"


# --- a large file -----------------------------------------------------------------------------------------------------


def film(megabytes: int) -> Iterator[bytes]:
    """Text, all of it different, never whole anywhere."""
    for number in range(megabytes * 16):
        head = WORDS + f"{number:08}".encode()
        yield head + (hashlib.sha256(head).hexdigest().encode() * 1024)[: 2**16 - len(head)]


def send(browser: Browser, code: str, megabytes: int) -> int:
    """Upload a film by the page of the file, from a generator. Returns the status."""
    page = f"/files/{code}/documents/add/"
    text = browser.get(page)[1]
    values = {"category": "letter", "compartment": "identity", "description": "", "element": ""}
    for name in ("csrfmiddlewaretoken", "submission"):
        found = re.search(rf'name="{name}" value="([^"]+)"', text)
        assert found, name
        values[name] = found[1]
    head = "".join(
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    head += f'--{EDGE}\r\nContent-Disposition: form-data; name="upload"; filename="film.txt"\r\n'
    first, last = (head + "Content-Type: text/plain\r\n\r\n").encode(), f"\r\n--{EDGE}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield first
        yield from film(megabytes)
        yield last

    length = len(first) + megabytes * MEGABYTE + len(last)
    headers = {"Content-Type": f"multipart/form-data; boundary={EDGE}", "Content-Length": str(length)}
    answer = browser.ask("POST", page, body(), headers)
    answer.read()
    return answer.status


def address(browser: Browser, code: str, place: int = 0) -> str:
    """Where a document of the list is downloaded, the newest first."""
    found = re.findall(
        rf'href="(/files/{code}/documents/[0-9a-f-]{{36}}/)"', browser.get(f"/files/{code}/documents/")[1]
    )
    return str(found[place]) + "download/"


@pytest.mark.slow
@pytest.mark.promise("T11")
def test_200_megabytes_come_and_go_in_flat_memory(server: Server, place: tuple[Installation, str]) -> None:
    code, megabytes = place[1], 200
    browser, status, _where = sign_in(server.port, "worker0")
    assert status == 302
    assert send(browser, code, 1) == 302  # everything is loaded
    before, begun = server.from_now_on(), perf_counter()
    assert send(browser, code, megabytes) == 302
    sent = server.peak()
    answer = browser.ask("GET", address(browser, code))
    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(megabytes * MEGABYTE)
    got, count = hashlib.sha256(), 0
    while piece := answer.read(2**16):
        got.update(piece)
        count += len(piece)
    read, took = server.peak(), perf_counter() - begun
    wanted = hashlib.sha256()
    for piece in film(megabytes):
        wanted.update(piece)
    assert (count, got.digest()) == (megabytes * MEGABYTE, wanted.digest())
    print(
        f"{megabytes} MB up and down in {took:.1f} s; {before // MEGABYTE} MiB before, "
        f"{(sent - before) // MEGABYTE} MiB more to receive it, {(read - before) // MEGABYTE} MiB more after sending it"
    )
    assert read - before < 64 * MEGABYTE
    for path in place[0].folder.rglob("*"):
        if path.is_file() and path.parts[-4:-3] == ("documents",):
            with path.open("rb") as sealed:
                assert not any(WORDS in piece for piece in iter(lambda f=sealed: f.read(MEGABYTE), b""))


@pytest.mark.slow
@pytest.mark.promise("T11")
def test_a_damaged_document_is_never_downloaded_whole(server: Server, place: tuple[Installation, str]) -> None:
    """Cut, reordered, exchanged, extended on the disk: an error, or an answer that breaks off; never a whole document."""
    installation, code = place
    browser, _status, _where = sign_in(server.port, "worker1")
    assert (send(browser, code, 1), send(browser, code, 1)) == (302, 302)
    one, two = address(browser, code), address(browser, code, 1)
    shelf = installation.folder / "documents"
    paths = [next(shelf.rglob(where.split("/")[-3])) for where in (one, two)]
    good, other = (path.read_bytes() for path in paths)
    start, step = 33, 2**16 + 17
    pieces = [good[start + n * step :][:step] for n in range(16)]
    swapped = [*pieces[:3], pieces[4], pieces[3], *pieces[5:]]
    wrong = {
        "cut after a chunk": good[: start + 8 * step],
        "cut in a chunk": good[: len(good) // 2],
        "its end cut off": good[:-1],
        "two chunks exchanged": good[:start] + b"".join(swapped) + good[start + 16 * step :],
        "a chunk of another document": good[: start + 5 * step] + other[start + 5 * step :],
        "another document": other,
        "extended": good + good[start : start + step],
        "a bit changed": good[:100_000] + bytes([good[100_000] ^ 1]) + good[100_001:],
        "emptied": b"",
    }
    whole = b"".join(film(1))
    assert downloaded(server.port, browser, one) == whole
    for name, bytes_ in wrong.items():
        os.chmod(paths[0], 0o600)
        paths[0].write_bytes(bytes_)
        assert downloaded(server.port, browser, one) is None, name
    paths[0].write_bytes(good)
    assert downloaded(server.port, browser, one) == whole, "it was the files, not the server"


def downloaded(port: int, browser: Browser, where: str) -> bytes | None:
    """A whole answer of a document; None when it is an error, or breaks off."""
    again = Browser(port)
    again.cookies = browser.cookies
    try:
        answer = again.ask("GET", where)
        content = b"".join(islice(iter(lambda: answer.read(2**16), b""), 10_000))
    except (HTTPException, OSError):
        return None
    if answer.status != 200 or len(content) != int(answer.headers["Content-Length"]):
        return None
    return content
