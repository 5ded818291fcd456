"""The workbook and the CSV: numbers are numbers, words are words, whatever they look like."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.utils import translation

from havre.statistics.export import to_csv, to_workbook
from havre.statistics.report import compose
from tests.statistics.made import figures, shown, table
from tests.statistics.test_report import SOURCE, a_report


def reread(language: str = "en") -> openpyxl.Workbook:
    """The workbook of the small year, read back."""
    with translation.override(language):
        return openpyxl.load_workbook(BytesIO(to_workbook(a_report(language))))


def test_one_sheet_a_table_with_numbers_as_numbers() -> None:
    book = reread()
    assert book.sheetnames == [
        "Read me",
        "Figures",
        "INT-01 redirection",
        "NEW-03 hours_band",
        "EXP-01 department",
        "Definitions",
        "Snapshot",
    ]
    rows = {row[0]: row for row in book["Figures"].iter_rows(min_row=2, values_only=True)}
    assert rows["INT-01"][2:4] == (380, 380)
    assert rows["INT-02"][4] == pytest.approx(226 / 380)
    assert rows["INT-02"][5] == 380
    assert rows["INT-05"][2] == 17
    assert rows["INT-01"][9] == 356
    lines = {row[0]: row for row in book["NEW-03 hours_band"].iter_rows(values_only=True) if row[0]}
    assert lines["15 h and more"][1:5] == (22, pytest.approx(22 / 36), 36, "h15")
    assert lines["Known"][1] == 36
    assert lines["Unknown"][1] == 9
    assert book["Snapshot"]["B2"].value == "2020-01-31"


def test_every_sheet_says_for_whom_it_is() -> None:
    book = reread()
    assert any("Internal" in str(cell.value) for row in book["Read me"] for cell in row)
    for sheet in book:
        assert "Internal" in (sheet.oddFooter.left.text or "")


def test_nothing_in_the_workbook_is_a_formula_or_a_link() -> None:
    for sheet in reread():
        for row in sheet:
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    titles = [row[1] for row in reread()["Figures"].iter_rows(values_only=True)]
    assert "=SUM(A1:A9)" in titles, "the words are kept as they are"


def test_names_of_sheets_are_short_unique_and_allowed() -> None:
    made = shown(figures()[0].result, "T")
    for by in ("a[very]:long*name?of/a\\table that never ends", "a[very]:long*name?of/a\\table that never stops"):
        made.result.breakdowns[by] = table(by, "T", {"x": 1})
    names = openpyxl.load_workbook(
        BytesIO(to_workbook(compose([made], organisation="x", year=2019, source=SOURCE)))
    ).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 for name in names)


def test_the_workbook_is_read_from_the_right_in_arabic() -> None:
    assert all(sheet.sheet_view.rightToLeft for sheet in reread("ar"))
    assert not any(sheet.sheet_view.rightToLeft for sheet in reread("fr"))


def test_the_same_figures_give_the_same_workbook() -> None:
    assert to_workbook(a_report()) == to_workbook(a_report())


def test_csv_carries_counts_and_cannot_run() -> None:
    evil = table("x", "X", {"=1+1": 3, "@cmd": 1, "-2": 1, "plain, with a comma": 4}, unknown=2)
    rows = list(csv.DictReader(StringIO(to_csv(figures()[0], evil))))
    assert [row["label"] for row in rows] == ["'=1+1", "'@cmd", "'-2", "plain, with a comma"]
    assert rows[0]["count"] == "3"
    assert rows[3] | {"known": "9", "unknown": "2", "percent_of_base": "44.44", "year": "2019"} == rows[3]
