"""“Possibly known?”: who may be the one being written about, and what the writer answered. Nothing is merged, ever.

Who looks is registered by the apps above (`hooks.LOOK`): they know the files and the exploiters; so is who keeps the
answers (`hooks.ANSWERED`), in the transaction that writes the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havre.core.errors import RuleBroken
from havre.intake import hooks


class Answer(models.TextChoices):
    """What a person says of two records that look alike."""

    SAME = "same", gettext_lazy("The same")
    DIFFERENT = "different", gettext_lazy("Not the same")
    TO_CHECK = "to_check", gettext_lazy("To check")


# Why two records look alike, the strongest first.
WHY = {
    "phone": gettext_lazy("same telephone number"),
    "email": gettext_lazy("same e-mail address"),
    "phone_end": gettext_lazy("same end of telephone number"),
    "name": gettext_lazy("same name"),
    "sound": gettext_lazy("a name that sounds the same"),
    "spelling": gettext_lazy("a name spelt nearly the same"),
}


@dataclass(frozen=True)
class Typed:
    """What somebody wrote that may name someone known: one search each."""

    names: tuple[str, ...] = field(default=(), repr=False)
    contacts: str = field(default="", repr=False)
    exploiters: tuple[str, ...] = field(default=(), repr=False)
    # The file named by its code: it is not asked about.
    former_code: str = ""


@dataclass(frozen=True)
class Candidate:
    """Someone who may be the one: what they are, their code, how alike (0 to 1) and why, where to look."""

    kind: str
    row: UUID
    code: str
    score: float
    why: tuple[str, ...]
    year: int | None
    page: str
    names: tuple[str, ...] = field(repr=False)
    # The file that opens again if it is the same person.
    former_code: str = ""

    @property
    def key(self) -> str:
        """The name of the question about them."""
        return f"known-{self.kind}-{self.row.hex}"

    @property
    def percent(self) -> int:
        """How alike, as people read it."""
        return round(100 * self.score)

    @property
    def reasons(self) -> list[Any]:
        """Why they look alike, in words."""
        return [WHY[code] for code in self.why]


@dataclass(frozen=True)
class Known:
    """Who was put before the writer, with the answers by `Candidate.key`."""

    candidates: tuple[Candidate, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, candidate: Candidate) -> str:
        """What was answered; "" when nothing was, or nothing that is an answer."""
        given = self.answers.get(candidate.key, "")
        return given if given in Answer.values else ""

    def answered(self, answer: str) -> list[Candidate]:
        """The candidates that were given this answer."""
        return [each for each in self.candidates if self.answer(each) == answer]

    @property
    def former_code(self) -> str:
        """The file to open again, from who is said to be the same person, the likest first."""
        return next((each.former_code for each in self.answered(Answer.SAME) if each.former_code), "")


# For what is loaded in bulk: nobody is there to answer.
UNASKED = Known()


def look(typed: Typed, *, by: Any, vault: Any, about: Any = None) -> tuple[Candidate, ...]:
    """Who may be known among the records, the likest first; `about` is the record being corrected, or opened from."""
    return tuple(each for look in hooks.LOOK for each in look(typed, by=by, vault=vault, about=about))


def settled(known: Known | None, typed: Typed, *, by: Any, vault: Any, about: Any = None) -> Known:
    """The answers, once each candidate has one. Looks by itself when nobody did; raises `RuleBroken` otherwise."""
    if known is None:
        known = Known(look(typed, by=by, vault=vault, about=about))
    if any(not known.answer(each) for each in known.candidates):
        raise RuleBroken(
            _("This may be someone already known: answer for each, then send again. Nothing is saved yet.")
        )
    former = {each.former_code for each in known.answered(Answer.SAME) if each.former_code}
    if typed.former_code and former and typed.former_code not in former:
        raise RuleBroken(
            _("You wrote the code of one file and said the same person as another: keep one of the two."),
            field="former_code",
        )
    return known


def keep(known: Known, record: Any, *, by: Any, vault: Any, **more: Any) -> None:
    """Remember the answers about a record just written."""
    if known.candidates:
        for each in hooks.ANSWERED:
            each(known, record, by=by, vault=vault, **more)
