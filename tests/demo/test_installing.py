"""Loading in an installation: killed in the middle, started again, started once more; nothing in clear in the files."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from havre.demo import accounts
from havre.demo.plan import make_plan
from tests.demonstration import ROOT, caseload, environment, left_by_the_kill, manage

__all__ = ["caseload"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(caseload: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose first load was killed half-way, then loaded."""
    return Path(shutil.copytree(caseload, tmp_path_factory.mktemp("installing") / "data"))


def test_a_killed_load_leaves_nothing_behind(caseload: Path, data: Path) -> None:
    left = left_by_the_kill(caseload)
    assert [name for name in left if name.startswith("loading-")], "it was killed in the middle"
    assert not {"havre.sqlite3", accounts.FILE_NAME} & set(left)
    assert not list(data.glob("loading-*"))
    assert (data / "havre.sqlite3").exists()
    assert (data / "keystore.sqlite3").exists()


def test_loading_again_does_nothing(data: Path) -> None:
    before = (data / "havre.sqlite3").stat().st_size, (data / accounts.FILE_NAME).read_bytes()
    done = manage(data, "load_demo")
    assert done.returncode == 0, done.stderr
    assert "already" in done.stdout
    assert ((data / "havre.sqlite3").stat().st_size, (data / accounts.FILE_NAME).read_bytes()) == before


def test_passphrases_are_for_their_owner_and_are_new_each_time(data: Path) -> None:
    file = data / accounts.FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = accounts.read(data)
    assert len({a.passphrase for a in made}) == len(made)
    assert all(len(a.passphrase.split()) == 4 for a in made)
    assert accounts.draw_passphrase() != accounts.draw_passphrase()


def test_nothing_that_is_sealed_is_in_clear_in_the_files(data: Path) -> None:
    """Names, contacts, words of alerts, notes and tasks: nowhere in the databases and logs, in two encodings."""
    plan = make_plan()
    words: set[str] = set()
    for person in plan.people:
        words |= {person.names, person.address, person.main.place, person.main.account, person.safe_contact}
        words |= {child.name for child in person.dependants} | {note.text for note in person.notes}
    for alert in plan.alerts:
        words |= {alert.narrative, alert.reporter, alert.person_name, alert.person_contact}
        words |= {decision.reasons for decision in alert.decisions} | {i.account for i in alert.interviews}
    words |= {task.what for task in plan.tasks} | {exploiter.name for exploiter in plan.exploiters}
    words |= {a.passphrase for a in accounts.read(data)} | {a.code for a in accounts.read(data)}
    content = b"".join(file.read_bytes() for file in sorted([*data.glob("*.sqlite3*"), *data.glob("*.log")]))
    # Only what could be read: runs of ten letters or more, one byte or two bytes each (ciphertext has nearly none).
    readable = b"\n".join(re.findall(rb"[\x20-\x7e]{10,}", content)).decode()
    readable += b"\n".join(re.findall(rb"(?:[\x20-\x7e]\x00){10,}", content)).replace(b"\0", b"").decode()
    assert "A-2019-0380" in readable, "the scan reads what is in clear"
    pieces = {max(re.findall(r"[\x20-\x7e]+", word) or [""], key=len) for word in words}
    telling = [piece for piece in pieces if len(piece) >= 10]
    assert len(telling) > 2000
    assert not [piece for piece in telling if piece in readable], "a sealed text is in clear"


def test_the_demonstration_prints_its_figures_and_who_may_sign_in(data: Path, tmp_path: Path) -> None:
    """Then writes the report; started again, it makes nothing twice."""
    options = {"HAVRE_BUILD": str(tmp_path), "HAVRE_LANGUAGE": "en"}
    done = manage(data, "demo", **options)
    assert done.returncode == 0, done.stderr
    for account in accounts.read(data):
        assert re.search(rf"\b{account.username}\b.*{account.passphrase}", done.stdout), account.username
    assert re.search(r"Alerts 2019 +380 +380 +equal", done.stdout)
    assert "different" not in done.stdout
    report = [tmp_path / "report-2019.pdf", tmp_path / "report-2019.xlsx"]
    assert [file.read_bytes()[:4] for file in report] == [b"%PDF", b"PK\x03\x04"]
    before = [file.stat().st_mtime_ns for file in report], (data / "havre.sqlite3").stat().st_size
    again = manage(data, "demo", **options)
    assert again.stdout == done.stdout
    assert ([file.stat().st_mtime_ns for file in report], (data / "havre.sqlite3").stat().st_size) == before


def test_it_serves(data: Path, tmp_path: Path) -> None:
    """`make demo` ends with the sign-in page answering, on the port one asks for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = {"HAVRE_BUILD": str(tmp_path), "PORT": str(port), "SERVE": "1"}
    log = (tmp_path / "server.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment(data, **more), stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip
    try:
        page = ""
        while server.poll() is None and not page:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=10).read().decode()
            except OSError:
                time.sleep(0.2)
        assert 'name="password"' in page
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        log.close()


def test_it_prints_passphrases_only_in_the_demonstration(data: Path) -> None:
    done = manage(data, "demo", HAVRE_MODE="test")
    assert done.returncode != 0
    assert not any(account.passphrase in done.stdout + done.stderr for account in accounts.read(data))


def test_production_refuses_it(tmp_path: Path) -> None:
    from django.core.management import CommandError, call_command

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PRODUCTION", True)
        with pytest.raises(CommandError, match="production"):
            call_command("load_demo")
