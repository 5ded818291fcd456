"""Field shapes shared by every app: coded values, answers that may be unknown, dates known to the month."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from havre.core import codelists


class YesNo(models.TextChoices):
    """An answer to a yes-or-no question. “Unknown” is an answer; a blank is not."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Unknown")
    REFUSED = "refused", _("Does not wish to say")


class Answer(models.TextChoices):
    """What stands beside a number: is it known, and if not, why."""

    KNOWN = "known", _("Known")
    UNKNOWN = "unknown", _("Unknown")
    REFUSED = "refused", _("Does not wish to say")
    NOT_APPLICABLE = "not_applicable", _("Does not apply")


class Precision(models.TextChoices):
    """How exactly a date is known; the date itself is then the first day of the month or year."""

    DAY = "day", _("to the day")
    MONTH = "month", _("to the month")
    YEAR = "year", _("to the year")


class CodeField(models.CharField):  # type: ignore[type-arg]
    """A code of one list of `codelists/`. An unknown code never reaches the database."""

    def __init__(self, codelist: str = "", **kwargs: Any) -> None:
        self.codelist = codelist
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs  # the list is a rule of Python, not of the column

    def get_prep_value(self, value: Any) -> Any:
        if value not in (None, "") and self.codelist and value not in codelists.get(self.codelist).codes:
            raise ValidationError(f"{value!r} is not a code of the list {self.codelist!r}.")
        return super().get_prep_value(value)


def number_answer(**kwargs: Any) -> models.CharField[str, str]:
    """The companion of a number: known, unknown, refused, not applicable."""
    return models.CharField(max_length=16, choices=Answer, default=Answer.UNKNOWN, **kwargs)


def answered(model: str, number: str) -> models.CheckConstraint:
    """A number is there exactly when its companion `<number>_answer` says it is known."""
    known = Q(**{f"{number}_answer": Answer.KNOWN})
    there = Q(**{f"{number}__isnull": False})
    return models.CheckConstraint(
        name=f"{model}_{number}_is_known_or_not", condition=(known & there) | (~known & ~there)
    )


def yes_no(**kwargs: Any) -> models.CharField[str, str]:
    """A yes-or-no question, unknown until asked."""
    return models.CharField(max_length=8, choices=YesNo, default=YesNo.UNKNOWN, **kwargs)


def precision(**kwargs: Any) -> models.CharField[str, str]:
    """How exactly the date beside it is known."""
    return models.CharField(max_length=5, choices=Precision, default=Precision.DAY, **kwargs)
