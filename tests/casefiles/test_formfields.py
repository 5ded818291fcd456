"""What people type, and what is kept of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from havre.casefiles.formfields import (
    EurosField,
    HoursField,
    PartialDateField,
    SeveralCodesField,
    UnknownField,
    code_field,
    yes_no_field,
)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("14.5", 870), ("14,5", 870), ("14:30", 870), ("14h30", 870), ("14 h 30", 870), ("14 h", 840), ("14", 840),
        ("٧", 420), ("0", 0), ("24", 1440), ("", None), (" 8 ", 480),
    ],
)  # fmt: skip
def test_hours(typed: str, minutes: int | None) -> None:
    assert HoursField(required=False).clean(typed) == minutes


@pytest.mark.parametrize("typed", ["25", "14:75", "all day", "-1", "NaN", "1e9"])
def test_hours_that_are_not(typed: str) -> None:
    with pytest.raises(ValidationError):
        HoursField(required=False).clean(typed)


def test_hours_are_shown_as_they_can_be_typed_again() -> None:
    field = HoursField(required=False)
    assert field.prepare_value(870) == "14:30"
    assert field.prepare_value("14,5x") == "14,5x"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2019", (date(2019, 1, 1), "year")), ("2019-05", (date(2019, 5, 1), "month")),
        ("05/2019", (date(2019, 5, 1), "month")), ("5/2019", (date(2019, 5, 1), "month")),
        ("12/05/2019", (date(2019, 5, 12), "day")), ("2019-05-12", (date(2019, 5, 12), "day")),
        ("12.05.2019", (date(2019, 5, 12), "day")), ("", (None, "day")), ("٢٠١٩", (date(2019, 1, 1), "year")),
    ],
)  # fmt: skip
def test_dates_as_far_as_they_are_known(typed: str, kept: tuple) -> None:
    field = PartialDateField(required=False)
    assert field.clean(typed) == kept
    if kept[0]:
        assert field.clean(field.prepare_value(kept)) == kept


@pytest.mark.parametrize("typed", ["last spring", "13/2019", "31/02/2019", "19", "05/19", "1/2/3/4", "1700", "2019-"])
def test_dates_that_are_not(typed: str) -> None:
    with pytest.raises(ValidationError):
        PartialDateField(required=False).clean(typed)


@pytest.mark.parametrize(
    ("typed", "cents"), [("150", 15000), ("150,50", 15050), ("1 200", 120000), ("€0", 0), ("0", 0), ("", None)]
)
def test_euros(typed: str, cents: int | None) -> None:
    field = EurosField(required=False)
    assert field.clean(typed) == cents
    assert field.clean(str(field.prepare_value(cents) if cents is not None else "")) == cents


@pytest.mark.parametrize("typed", ["12.345", "-5", "a lot", "1e400"])
def test_euros_that_are_not(typed: str) -> None:
    with pytest.raises(ValidationError):
        EurosField(required=False).clean(typed)


def test_nothing_chosen_means_unknown() -> None:
    assert yes_no_field("?").clean("") == "unknown"
    assert code_field("visa", "?").clean("") == "unknown"
    assert isinstance(code_field("visa", "?"), UnknownField)
    assert code_field("unit", "?").required


def test_several_codes_of_a_long_list() -> None:
    field = SeveralCodesField("country", label="Nationalities")
    assert field.clean(["MA", "", "MA"]) == ("MA",)
    assert field.clean(["", "", ""]) == ()
    with pytest.raises(ValidationError):
        field.clean(["XX", "", ""])
    assert "Morocco" in field.widget.render("n", ["MA"])
