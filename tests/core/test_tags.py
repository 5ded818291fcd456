"""How icons, labels and numbers read on every page."""

from __future__ import annotations

import pytest
from django.template import TemplateSyntaxError
from django.utils import translation
from django.utils.safestring import SafeString

from havre.core.templatetags import havre as tags


def test_icon_is_drawn_inline_hidden_and_without_style() -> None:
    svg = tags.icon("home")
    assert svg.startswith("<svg ")
    assert "<path" in svg
    assert 'aria-hidden="true"' in svg
    assert "style=" not in svg
    assert "xmlns" not in svg
    assert "M0 0h24v24H0z" not in svg


def test_icon_that_points_is_mirrored_in_arabic_pages_and_the_others_are_not() -> None:
    assert 'class="icon flip"' in tags.icon("chevron-right")
    assert 'class="icon"' in tags.icon("chevron-down")


def test_icon_class_is_escaped() -> None:
    assert "<script" not in tags.icon("home", '"><script>')


@pytest.mark.parametrize("name", ["no-such-icon", "../tablericons", "filled/no-such-icon"])
def test_icon_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        tags.icon(name)


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("reads", [tags.or_unknown, tags.num, tags.percent, tags.hours, tags.euros])
def test_nothing_reads_unknown_never_zero(reads, nothing) -> None:
    assert "unknown" in reads(nothing)


@pytest.mark.parametrize("reads", [tags.num, tags.percent, tags.hours, tags.euros])
def test_zero_is_a_value(reads) -> None:
    assert "unknown" not in str(reads(0))
    assert "0" in str(reads(0))


def test_what_is_known_is_escaped_as_any_text() -> None:
    assert not isinstance(tags.or_unknown("<b>"), SafeString)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(900, "15 h"), (450, "7 h 30"), (605, "10 h 05"), (20, "20 min"), (0, "0 h"), (6_000_000, "100,000 h")],
)
def test_hours(minutes: int, said: str) -> None:
    assert tags.hours(minutes) == said


@pytest.mark.parametrize(
    ("cents", "said"), [(90000, "€900"), (123450, "€1,234.50"), (5, "€0.05"), (123456789, "€1,234,567.89")]
)
def test_euros(cents: int, said: str) -> None:
    assert tags.euros(cents) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.59, "59 %"), (0.065, "6.5 %"), (0.04, "4 %"), (1, "100 %"), (0.001, "0.1 %")]
)
def test_percent(share: float, said: str) -> None:
    assert tags.percent(share).replace("\N{NO-BREAK SPACE}", " ") == said


def test_numbers_follow_the_language() -> None:
    assert tags.num(12345) == "12,345"
    with translation.override("fr"):
        assert tags.num(12345) == "12\N{NO-BREAK SPACE}345"


def test_label_of_one_code_and_of_several() -> None:
    assert tags.label("housework", "sector") == "Housework"
    assert tags.label(["housework", "cooking"], "sector") == "Housework, Cooking"
    assert "unknown" in tags.label("unknown", "sector")
    assert "unknown" in tags.label("", "sector")
