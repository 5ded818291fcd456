"""`manage.py report`: both documents, in a language, from the facts of one organisation."""

from __future__ import annotations

from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pypdf
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from havre.accounts.models import Organisation
from havre.audit.models import Event
from havre.core import clock
from tests.factories import found_organisation, take_alert

pytestmark = pytest.mark.django_db


def run(folder: Path, *words: str) -> None:
    """The command, quietly."""
    call_command("report", str(clock.today().year), "--out", str(folder), *words, stdout=StringIO())


def test_it_writes_both_documents_with_what_was_counted(tmp_path: Path) -> None:
    house = found_organisation()
    for _ in range(3):
        take_alert(house, narrative="A marker that must not leave: zebra-quill")
    run(tmp_path, "--language", "en")
    year = clock.today().year
    pdf, book = (tmp_path / f"report-{year}.{kind}" for kind in ("pdf", "xlsx"))
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)
    assert "INT-01" in words
    assert "zebra-quill" not in words
    sheets = openpyxl.load_workbook(BytesIO(book.read_bytes()))
    figures = {row[0]: row for row in sheets["Figures"].iter_rows(min_row=2, values_only=True)}
    assert figures["INT-01"][2] == 3
    assert not any("zebra-quill" in str(c.value) for sheet in sheets for row in sheet for c in row)
    assert Event.objects.filter(kind="statistics.report.made", organisation_id=house.organisation.pk).count() == 2


def test_an_organisation_without_a_record_has_a_report_too(tmp_path: Path) -> None:
    found_organisation()
    for language in ("fr", "ar"):
        run(tmp_path / language, "--language", language)
        assert pypdf.PdfReader(tmp_path / language / f"report-{clock.today().year}.pdf").pages


def test_it_takes_the_organisation_one_names(tmp_path: Path) -> None:
    found_organisation()
    other = found_organisation("elsewhere", roles=("reception",))
    Organisation.objects.filter(pk=other.organisation.pk).update(kind=Organisation.Kind.PARTNER)
    run(tmp_path, "--language", "en", "--organisation", "havre")
    with pytest.raises(CommandError, match="no such organisation"):
        run(tmp_path, "--organisation", "nobody")
    assert Event.objects.filter(kind="statistics.report.made", organisation_id=other.organisation.pk).count() == 0
