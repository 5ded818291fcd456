"""Form fields of this work: hours as people say them, dates known to the month or the year, sums, codes of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havre.core import codelists
from havre.core.fields import Answer, Precision, YesNo

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_CLOCK = re.compile(r"^(\d{1,2})\s*(?:h|:)\s*(\d{0,2})$", re.IGNORECASE)


def _plain(text: str) -> str:
    """Without stray spaces, with Western digits: Arabic keyboards type others."""
    return " ".join(
        text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split()
    ).translate(_DIGITS)


def minutes_of(text: str) -> int:
    """“14.5”, “14,5”, “14:30”, “14 h 30” → 870 minutes. Raises `ValueError`."""
    text = _plain(text)
    if match := _CLOCK.match(text):
        hours, minutes = int(match[1]), int(match[2] or 0)
        if minutes > 59:
            raise ValueError("minutes")
        return hours * 60 + minutes
    try:
        return round(Decimal(text.removesuffix("h").strip().replace(",", ".")) * 60)
    except (InvalidOperation, OverflowError) as why:
        raise ValueError("hours") from why


def minutes_as_text(minutes: int) -> str:
    """870 → “14:30”: what a form shows again."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def partial_date_of(text: str) -> tuple[date, str]:
    """“2019-05-12”, “12/05/2019” (day), “2019-05”, “05/2019” (month), “2019” (year) → first day and precision.

    Raises `ValueError`.
    """
    parts = [int(part) for part in re.split(r"[-/.\s]+", _plain(text))]
    if len(str(parts[-1])) == 4 and len(parts) > 1:
        parts.reverse()
    if len(str(parts[0])) != 4 or parts[0] < 1900:
        raise ValueError("year")
    match parts:
        case [year]:
            return date(year, 1, 1), Precision.YEAR
        case [year, month]:
            return date(year, month, 1), Precision.MONTH
        case [year, month, day]:
            return date(year, month, day), Precision.DAY
    raise ValueError("date")


def partial_date_as_text(day: date | None, precision: str) -> str:
    """What a form shows again: as much of the date as is known."""
    if day is None:
        return ""
    return {
        Precision.YEAR: f"{day.year}",
        Precision.MONTH: f"{day.month:02d}/{day.year}",
    }.get(Precision(precision), f"{day.day:02d}/{day.month:02d}/{day.year}")


class HoursField(forms.CharField):
    """Hours a day, kept in minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("For instance 14.5 or 14:30."))
        super().__init__(max_length=10, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Minutes, or None."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            minutes = minutes_of(text)
        except ValueError:
            raise ValidationError(_("Write hours like 14.5 or 14:30.")) from None
        if not 0 <= minutes <= 1440:
            raise ValidationError(_("A day has 24 hours."))
        return minutes

    def prepare_value(self, value: Any) -> Any:
        """Minutes read 14:30; what was typed stays as typed."""
        return minutes_as_text(value) if isinstance(value, int) else value

    def run_validators(self, value: Any) -> None:
        """The length was one of text; it is a number now."""


class PartialDateField(forms.CharField):
    """A date known to the day, the month or the year; cleaned to (date or None, precision)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("A day, a month or a year: 12/05/2019, 05/2019 or 2019."))
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value: Any) -> tuple[date | None, str]:  # type: ignore[override]
        """The first day of what is known, and how exactly it is known."""
        text = super().to_python(value)
        if not text:
            return None, Precision.DAY
        try:
            return partial_date_of(text)
        except ValueError:
            raise ValidationError(_("Write a day, a month or a year: 12/05/2019, 05/2019 or 2019.")) from None

    def validate(self, value: Any) -> None:
        """Required means a date."""
        if self.required and value[0] is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """The length was one of text; it is a date now."""

    def prepare_value(self, value: Any) -> Any:
        """As much of the date as is known."""
        return partial_date_as_text(*value) if isinstance(value, tuple) else value


class EurosField(forms.CharField):
    """A sum in euros, kept in cents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=14, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Cents, or None."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            cents = Decimal(_plain(text).replace("€", "").replace(" ", "").replace(",", ".")) * 100
            if cents != cents.to_integral_value() or not 0 <= cents <= 2_000_000_000:
                raise ValidationError(_("Write a sum in euros, for instance 150 or 150.50."))
            return int(cents)
        except InvalidOperation:
            raise ValidationError(_("Write a sum in euros, for instance 150 or 150.50.")) from None

    def prepare_value(self, value: Any) -> Any:
        """Cents read as euros; what was typed stays as typed."""
        if not isinstance(value, int):
            return value
        return f"{value // 100}" if value % 100 == 0 else f"{value / 100:.2f}"

    def run_validators(self, value: Any) -> None:
        """The length was one of text; it is a number now."""


class YearField(forms.IntegerField):
    """A year of birth."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(min_value=1900, max_value=2100, **kwargs)
        self.widget.attrs.pop("min", None)
        self.widget.attrs.pop("max", None)


def why_not_known(name: str, *, not_applicable: bool = False) -> forms.ChoiceField:
    """The companion of a number: why it is not there. A number that is typed wins over it."""
    choices = [
        (a.value, a.label) for a in Answer if a != Answer.KNOWN and (not_applicable or a != Answer.NOT_APPLICABLE)
    ]
    return forms.ChoiceField(
        label=gettext_lazy("If it is not known"),
        choices=choices,
        initial=Answer.UNKNOWN,
        required=False,
        widget=forms.RadioSelect,
    )


class UnknownField(forms.ChoiceField):
    """A choice where “unknown” is an answer: nothing chosen means it, so nothing is required."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("initial", "unknown")
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        """The code, “unknown” when nothing is chosen."""
        return super().clean(value) or "unknown"


def yes_no_field(label: Any, **kwargs: Any) -> forms.ChoiceField:
    """Yes, no, unknown, does not wish to say."""
    return UnknownField(label=label, choices=YesNo.choices, widget=forms.RadioSelect, **kwargs)


def _choices(name: str, blank: Any, sort: bool) -> list[Any]:
    grouped = codelists.get(name).grouped_choices(alphabetical=sort)
    return [("", blank), *grouped] if blank is not None else grouped


def code_field(name: str, label: Any, *, blank: Any = None, sort: bool = False, **kwargs: Any) -> forms.ChoiceField:
    """One code of a list, in a `<select>`. `blank` is the words of no answer; `sort` orders by label as it is read.

    Where “unknown” is in the list, it is what nothing chosen means.
    """
    if blank is None and "unknown" in codelists.get(name):
        return UnknownField(label=label, choices=lambda: _choices(name, None, sort), **kwargs)
    kwargs.setdefault("required", blank is None)
    return forms.ChoiceField(label=label, choices=lambda: _choices(name, blank, sort), **kwargs)


def codes_field(name: str, label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    """Several codes of a short list, as chips."""
    kwargs.setdefault("required", False)
    return forms.MultipleChoiceField(
        label=label,
        choices=lambda: codelists.get(name).grouped_choices(),
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


_numbered = lazy(lambda label, number: f"{label} {number}", str)


class SeveralCodesWidget(forms.MultiWidget):
    """As many selects as there may be answers: a long list with boxes would not fit a page."""

    use_fieldset = True

    def __init__(self, name: str, count: int, label: Any) -> None:
        widgets = [forms.Select(attrs={"aria-label": _numbered(label, i + 1)}) for i in range(count)]
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[str]:
        """One code for each select."""
        codes = list(value or [])
        return codes + [""] * (len(self.widgets) - len(codes))


class SeveralCodesField(forms.MultiValueField):
    """Several codes of a long list (nationalities, languages), cleaned to a tuple."""

    def __init__(self, name: str, *, label: Any, count: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        fields = [forms.ChoiceField(choices=lambda: _choices(name, "—", True), required=False) for _i in range(count)]
        widget = SeveralCodesWidget(name, count, label)
        super().__init__(fields, widget=widget, label=label, require_all_fields=False, **kwargs)
        for sub, each in zip(self.fields, self.widget.widgets, strict=True):
            each.choices = sub.choices  # type: ignore[attr-defined]

    def compress(self, data_list: Sequence[str]) -> tuple[str, ...]:
        """The codes chosen, each once."""
        return tuple(dict.fromkeys(code for code in data_list or () if code))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Only the codes count, not their places."""
        return set(initial or ()) != {code for code in data or () if code}


def codes_of(rows: Iterable[Any], column: str) -> tuple[str, ...]:
    """The codes of the rows of a several-answers fact."""
    return tuple(getattr(row, column) for row in rows)
