"""A marker typed into every text of every form lies nowhere in clear: databases, files, logs, snapshot, report (T1)."""

from __future__ import annotations

import logging
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.test import Client
from django.urls import resolve
from pypdf import PdfReader

from havre.casefiles.models import Document
from havre.core import clock
from havre.core.logs import PlaceOnlyFormatter
from havre.statistics import desk, report, services
from havre.statistics.export import to_workbook
from havre.vault import shelf
from havre.vault.fields import SealedRow
from havre.vault.opened import OpenVault
from tests.factories import found_organisation
from tests.guards.forms import Typed, forms_in, joined, questions, refused
from tests.guards.test_access import CASES, address, may
from tests.guards.world import POST_ONLY, World, furnish
from tests.vault.test_stolen import _everything_kept, _forms

MARK = "Zqx7Ndèye"
ELSEWHERE = {
    "accounts:preferences",
    "accounts:lock",
    "account_logout",
    "accounts:unlock",
    "accounts:code-check",
    "accounts:recover",
    "accounts:invite",
    # The code of a record that exists, or nothing: no words of anybody's go there.
    "casefiles:linked-add",
    "casefiles:emergency-ask",  # its one text is the code of a file, and nothing else is taken
    # Codes and fingerprints, which no marker replaces.
    "accounts:paper-check",
    "accounts:paper-recover",
    "accounts:paper-sign",
}
ROLE_ORDER = ("coordinator", "lawyer", "psychologist", "social_worker", "reception")


@pytest.fixture
def world(db: None) -> World:
    """An organisation with one of each record."""
    return furnish(found_organisation())


def _send(client: Client, page: str, form: Typed) -> bool:
    """Send a form; what it refuses is answered otherwise, then left out, and sent again. Whether it was taken."""
    values, more = dict(form.values), dict(form.more)
    for _ in range(5):
        response = client.post(form.action or page, {**values, **joined(form, MARK)})
        wrong = refused(response) & {*values, *more}
        if response.status_code == 422 and (asked := questions(response)):
            # Someone bears a name like the marker already: they are not the same.
            values.update({name: ["different"] for name in asked})
        elif not wrong:
            return response.status_code in {200, 204, 302}
        for name in wrong:
            values[name] = more.pop(name, [])
    return False


def _fill_everything(world: World) -> tuple[set[str], set[str]]:
    """Open every page and send its forms; the addresses that took one, and those that have a text.

    Each form has its own number after the marker: two partners of the directory may not bear the same name.
    """
    taken: set[str] = set()
    tried: set[str] = set()
    browsers = {role: world.house.client(role) for role in ROLE_ORDER}
    for name, variant in CASES:
        role = next((role for role in ROLE_ORDER if role in may(name, variant)), None)
        if role is None or name in POST_ONLY or name.startswith("statistics:"):
            continue
        page = address(name, variant, world)
        shown = browsers[role].get(page)
        for form in (
            forms_in(shown.getvalue().decode(errors="replace"), f"{MARK} {len(tried)}")
            if shown.status_code == 200
            else ()
        ):
            target = resolve((form.action or page).split("?")[0]).view_name
            if target in ELSEWHERE or not form.texts:
                continue
            tried.add(target)
            if _send(browsers[role], page, form):
                taken.add(target)
    return taken, tried


def _opened(vaults: list[OpenVault], row: SealedRow, name: str) -> str:
    """A sealed text, by whoever holds its compartment."""
    kind = row.sealed_fields()[name].compartment_of(row)
    return next(vault.open(row, name) for vault in vaults if vault.can_open(kind, row.sealed_case_id))


def _documents(vaults: list[OpenVault]) -> list[bytes]:
    """Every document, opened by whoever holds its compartment; `_everything_kept` scans the sealed ones."""
    opened = []
    for row in Document.objects.select_related("file__person"):
        vault = next(vault for vault in vaults if vault.can_open(row.compartment, row.file.person.case_id))
        sealed = shelf.get(row.file.person.organisation_id, row.pk)
        opened.append(b"".join(vault.open_stream(row, row.compartment, sealed)))
    return opened


def _published(world: World) -> bytes:
    """The words of the annual report, as PDF and as a workbook."""
    made = desk.annual_report(world.house.organisation, clock.today().year)
    pages = "\n".join(page.extract_text() for page in PdfReader(BytesIO(report.to_pdf(made))).pages)
    with ZipFile(BytesIO(to_workbook(made))) as book:
        sheets = b"\n".join(book.read(name) for name in book.namelist())
    assert len(pages) > 1000
    return pages.encode() + sheets


@pytest.mark.promise("T1")
@pytest.mark.slow
def test_a_marker_typed_everywhere_lies_nowhere_in_clear(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    taken, tried = _fill_everything(world)
    assert tried - taken == set(), "a form that nobody managed to send"
    assert len(taken) > 15
    wanted = {
        (model, name) for model in apps.get_models() if issubclass(model, SealedRow) for name in model.sealed_fields()
    }
    vaults = [world.house.fresh_vault(role) for role in ROLE_ORDER]
    reached = {(m, n) for m, n in wanted for row in m._default_manager.all() if MARK in _opened(vaults, row, n)}
    assert wanted - reached == set(), "a sealed column that no form reaches"
    assert MARK.encode() in b"".join(_documents(vaults)), "no document holds the marker"
    services.take_snapshot(by=world.house.user("data_officer"))
    formatter = PlaceOnlyFormatter("{levelname} {name} {message}", style="{")
    kept = _everything_kept() + "\n".join(map(formatter.format, caplog.records)).encode() + _published(world)
    for form in _forms(MARK):
        assert form not in kept
