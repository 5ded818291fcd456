"""The report as PDF: what it says, in three languages, accessible, the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.utils import translation

from havre.statistics.report import Report, Source, compose, to_pdf
from tests.statistics.made import figures

SOURCE = Source(
    "Snapshot of 31 January 2020", (("Taken on", "2020-01-31"), ("Rows of alerts", "380"), ("Hash", "ab" * 32))
)


def a_report(language: str = "en") -> Report:
    """The report of the small year, in a language."""
    with translation.override(language):
        return compose(
            figures(), organisation="Maison de l’aube", year=2019, source=SOURCE, funnel=("INT-01", "INT-02")
        )


def text_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def test_the_pdf_says_the_figures_their_definitions_and_where_they_come_from() -> None:
    pages = text_of(to_pdf(a_report()))
    whole = " ".join(" ".join(pages).split())
    for words in (
        "380",
        "226",
        "59 % of 380",
        "+6.7 % on 356 in 2018",
        "36 of 45 known, 9 unknown",
        "Departments",
        "R14, R32",
        "Alerts received in the year.",
    ):
        assert words in whole
    assert "Rows of alerts" in pages[-1]
    assert "2020-01-31" in pages[-1]
    for page in pages:
        assert "Internal: exact counts, not for publication" in page


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_pdf_is_accessible_in_every_language(language: str) -> None:
    with translation.override(language):
        pdf = to_pdf(a_report(language))
    reader = pypdf.PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    about: Any = reader.metadata
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert "Maison de l’aube" in about["/Title"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    alternatives = [text for text in _alternatives(root["/StructTreeRoot"]) if text]
    assert any("36" in text for text in alternatives), "the drawing of hours has its text"
    assert any("380" in text for text in alternatives), "the funnel has its text"


def _alternatives(node: pypdf.generic.PdfObject) -> list[str]:
    found: list[str] = []
    todo, seen = [node.get_object()], set()
    while todo:
        here = todo.pop()
        if isinstance(here, pypdf.generic.ArrayObject):
            todo += [child.get_object() for child in here]
        elif isinstance(here, pypdf.generic.DictionaryObject) and id(here) not in seen:
            seen.add(id(here))
            found.append(str(here.get("/Alt", "")))
            if "/K" in here:
                todo.append(here["/K"].get_object())
    return found


def test_arabic_letters_with_dots_are_set_and_read_back() -> None:
    arabic = replace(figures()[0], title="قطاع التشغيل")
    with translation.override("ar"):
        pdf = to_pdf(compose([arabic], organisation="هيئة", year=2019, source=SOURCE))
    assert "380" in " ".join(text_of(pdf))


def test_the_same_figures_give_the_same_bytes() -> None:
    assert to_pdf(a_report()) == to_pdf(a_report())


def test_words_are_not_markup_for_typst() -> None:
    trap = replace(figures()[0], title='#panic("x") *bold* $x^2$ <label> @ref')
    pages = text_of(to_pdf(compose([trap], organisation="#import", year=2019, source=SOURCE)))
    assert '#panic("x") *bold* $x^2$ <label> @ref' in " ".join(" ".join(pages).split())


def test_chapters_are_in_order_and_an_unknown_theme_comes_last() -> None:
    mixed = [replace(f, theme="zoo", theme_title="Zoo") if f.code == "INT-05" else f for f in reversed(figures())]
    assert [s.key for s in compose(mixed, organisation="x", year=2019, source=SOURCE).sections] == [
        "reception",
        "new_victims",
        "exploitation",
        "zoo",
    ]
