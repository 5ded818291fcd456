"""A copy of everything the server keeps, without a passphrase, gives no name and no key (T1, T2, T15, T16)."""

from __future__ import annotations

import ast
import base64
import json
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config.urls import urlpatterns as real
from havre.accounts.permissions import Role
from havre.core.logs import PlaceOnlyFormatter
from havre.vault import crypto, services
from havre.vault.errors import VaultError
from tests.vault.house import PROFESSIONS, House, alert, note, person

MARK = "Zqx-Marker-Ndèye"
HAVRE = Path(__file__).resolve().parent.parent.parent


def _everything_kept() -> bytes:
    """Every value of every table of both databases, and every file of the installation."""
    out = bytearray()
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    for value in row:
                        out += bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                        out += b"\n"
    for file in settings.DATA.rglob("*"):
        if file.is_file():
            out += file.read_bytes()
    return bytes(out)


def _forms(text: str | bytes) -> list[bytes]:
    """The ways a text may lie about: UTF-8, UTF-16, base64, hexadecimal, escaped as Python, JSON or an address does."""
    raw = text.encode() if isinstance(text, str) else text
    forms = [
        raw,
        raw.hex().encode(),
        base64.b64encode(raw).rstrip(b"=")[:-1],
        base64.urlsafe_b64encode(raw).rstrip(b"=")[:-1],
    ]
    if isinstance(text, str):
        forms += [text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("unicode_escape")]
        forms += [json.dumps(text)[1:-1].encode(), quote(text).encode(), repr(raw)[2:-1].encode()]
    return forms


def _write_everywhere(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    row = alert(house, person_name=MARK, person_contact=MARK, reporter=MARK, narrative=f"{MARK} " * 50)
    about = person(house, names=MARK, address=MARK, phones=MARK)
    for role, kind in (
        (Role.PSYCHOLOGIST, "psychology"),
        (Role.COORDINATOR, "legal"),
        (Role.COORDINATOR, "governance"),
    ):
        note(about, kind, MARK, house.vault(role))
    services.send_to_inbox("psychology", MARK, by=vault.user, subject=about.code)
    services.save_draft(vault.user, "/alerts/new/", f"narrative={MARK}")
    assert vault.read(row, "person_name", "narrative")["person_name"] == MARK


@pytest.mark.promise("T1")
def test_what_was_typed_lies_nowhere_in_clear(house: House) -> None:
    _write_everywhere(house)
    kept = _everything_kept()
    assert len(kept) > 20_000
    for form in _forms(MARK):
        assert form not in kept


@pytest.mark.promise("T1")
def test_the_scan_would_find_it(house: House) -> None:
    """The test above can fail: the marker in a clear column is found."""
    house.organisation.name = MARK
    house.organisation.save()
    assert MARK.encode() in _everything_kept()


@pytest.mark.promise("T2")
def test_no_key_lies_in_what_is_kept(house: House) -> None:
    _write_everywhere(house)
    kept = _everything_kept()
    for role in PROFESSIONS:
        vault = house.vault(role)
        keys = [vault._private, *(vault.compartment_key(kind)[1] for kind in vault.compartments)]
        for secret in [*keys, house.passphrase(role), house.codes[role], house.codes[role].replace("-", "")]:
            for form in _forms(secret):
                assert form not in kept


@pytest.mark.promise("T2")
def test_nothing_kept_opens_a_sealed_value(house: House) -> None:
    """Every 32 bytes that a thief of the databases and of the pepper has, tried as keys of the keys."""
    row = alert(house, person_name=MARK)
    key = house.vault(Role.LAWYER).cases.writing(row.case_id, "identity")
    loose = {settings.HAVRE_PEPPER}
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                for found in cursor.fetchall():
                    values = [bytes(v) for v in found if isinstance(v, bytes | memoryview)]
                    loose |= {v[i : i + 32] for v in values for i in range(max(1, min(len(v), 200) - 31))}
    assert key not in loose
    assert crypto.key_id(key) == bytes(row.person_name)[1:9]
    assert not any(len(k) == 32 and crypto.key_id(k) == bytes(row.person_name)[1:9] for k in loose)


# --- one importer of nacl (T15) -----------------------------------------------------------------------------------


@pytest.mark.promise("T15")
def test_only_the_formats_import_nacl() -> None:
    importers = set()
    for file in [*HAVRE.glob("havre/**/*.py"), *HAVRE.glob("config/**/*.py"), *HAVRE.glob("scripts/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "nacl" for name in names):
                importers.add(str(file.relative_to(HAVRE)))
    assert importers == {"havre/vault/crypto.py"}


# --- logs and errors (T16) ---------------------------------------------------------------------------------------------


def _formatted(**record: Any) -> str:
    made = logging.LogRecord("havre", logging.ERROR, __file__, 1, "it failed", None, record.get("exc_info"))
    return PlaceOnlyFormatter("{levelname} {message}", style="{").format(made)


def _fail(text: str) -> None:
    typed = {"narrative": text}
    try:
        raise KeyError(typed["narrative"])
    except KeyError as error:
        raise ValueError(f"cannot write {text}") from error


@pytest.mark.promise("T16")
def test_a_log_line_names_the_error_and_its_place_and_repeats_no_word() -> None:
    try:
        _fail(MARK)
    except ValueError:
        line = _formatted(exc_info=sys.exc_info())
    assert "ValueError" in line
    assert "test_stolen.py" in line
    assert MARK not in line


@pytest.mark.promise("T16")
def test_a_line_formatted_before_by_another_handler_is_formatted_anew() -> None:
    try:
        _fail(MARK)
    except ValueError:
        made = logging.LogRecord("havre", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    logging.Formatter().format(made)
    assert MARK in (made.exc_text or "")
    assert MARK not in PlaceOnlyFormatter("{message}", style="{").format(made)


def test_exc_info_outside_an_exception_does_not_break_the_log() -> None:
    assert "it failed" in _formatted(exc_info=(None, None, None))


@pytest.mark.promise("T16")
def test_every_log_handler_of_the_installation_forgets_words() -> None:
    logging_: Any = settings.LOGGING
    for handler in logging_["handlers"].values():
        assert logging_["formatters"][handler["formatter"]]["()"] == "havre.core.logs.PlaceOnlyFormatter"


def _broken_page(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("narrative", "")
    raise RuntimeError(f"not written: {typed}")


urlpatterns = [*real, path("broken/", _broken_page, name="health-broken")]


@pytest.mark.promise("T16")
def test_a_page_that_fails_shows_and_logs_no_word(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The 500 page, its log line and what a locked or broken form held."""
    client.raise_request_exception = False
    client.post("/sign-in/", {"login": "havre.lawyer", "password": house.passphrase(Role.LAWYER)})
    with override_settings(ROOT_URLCONF=__name__):
        response = client.post("/broken/", {"narrative": MARK})
    assert response.status_code == 500
    assert MARK not in response.content.decode()
    failures = [r for r in caplog.records if r.exc_info]
    assert failures, "the failure is logged"
    for made in failures:
        assert MARK not in PlaceOnlyFormatter("{levelname} {name} {message}", style="{").format(made)


@pytest.mark.promise("T16")
def test_errors_of_the_vault_repeat_nothing(house: House) -> None:
    row = alert(house, person_name=MARK, narrative=MARK)
    row.person_name, row.person_name_rev = row.narrative, row.narrative_rev
    with pytest.raises(VaultError) as failure:
        house.vault(Role.LAWYER).open(row, "person_name")
    assert failure.value.__suppress_context__
    assert MARK not in repr(failure.value) + repr(failure.value.__cause__)
    with pytest.raises(Exception, match="characters") as refusal:
        house.vault(Role.LAWYER).seal(row, person_name=MARK * 50)
    assert MARK not in str(refusal.value)


@pytest.mark.promise("T16")
def test_no_str_of_a_record_tells_a_name(house: House) -> None:
    row, about = alert(house, person_name=MARK), person(house, names=MARK)
    written = note(about, "psychology", MARK, house.vault(Role.PSYCHOLOGIST))
    for record in (row, about, about.file, written):
        said = f"{record} {record!r} {getattr(record, 'audit_target', '')}"
        assert MARK not in said
