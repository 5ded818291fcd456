"""The rows behind a figure: coded facts of the records counted, with the way to them for those who may open them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.casefiles.models import Exploitation, Person
from havre.core import codelists
from havre.intake.models import Alert
from havre.vault.queries import hidden_from


@dataclass(frozen=True)
class Row:
    """One record: its cells in words, and its page for those who may open it."""

    cells: tuple[str | None, ...]
    url: str = ""


@dataclass(frozen=True)
class Page:
    """Headings and rows of one page."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def coded_rows(user: User, unit: str, ids: Sequence[UUID], *, start: int) -> Page:
    """Records of one page, in the order of `ids`. `start` is the number of the first, for those who see no reference.

    Only records of the user's own organisation, in a constant number of queries; nothing sealed is read.
    """
    return (_alerts if unit == "alert" else _people)(user, ids, start)


def in_order(user: User, unit: str, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Oldest first for those who see the references; as they came (at random) for those who do not."""
    model: Any = Alert if unit == "alert" else Person
    if not user.can(P.ALERT_VIEW if unit == "alert" else P.FILE_VIEW):
        return ids
    wanted = set(ids)
    order = ("year", "number") if unit == "alert" else ("number",)
    every = model.objects.filter(organisation_id=user.organisation_id).order_by(*order).values_list("pk", flat=True)
    return [each for each in every.iterator() if each in wanted]


def _label(name: str, code: str) -> str | None:
    return None if code in ("", "unknown") else codelists.get(name).label(code)


def _alerts(user: User, ids: Sequence[UUID], start: int) -> Page:
    fields = (
        "id",
        "case_id",
        "reference",
        "received_at",
        "level_reached",
        "channel",
        "source_family",
        "urgency",
        "department",
        "person_gender",
    )
    found = {a.pk: a for a in Alert.objects.filter(organisation_id=user.organisation_id, pk__in=ids).only(*fields)}
    sees, hidden = user.can(P.ALERT_VIEW), _hidden(user)
    rows = []
    for number, alert in enumerate((found[i] for i in ids if i in found), start=start):
        cells = (
            alert.reference if sees else str(number),
            formats.date_format(alert.received_at, "SHORT_DATE_FORMAT") if sees else formats.date_format(alert.received_at, "YEAR_MONTH_FORMAT"),
            str(alert.level_reached),
            _label("channel", alert.channel),
            _label("source", alert.source_family),
            _label("urgency", alert.urgency),
            _label("department", alert.department),
            _label("gender", alert.person_gender),
        )  # fmt: skip
        rows.append(
            Row(cells, _address("intake:alert", alert.reference) if sees and alert.case_id not in hidden else "")
        )
    heads = (
        _("Alert"),
        _("Received"),
        _("Level"),
        _("Channel"),
        _("Source"),
        _("Urgency"),
        _("Department"),
        _("Gender"),
    )
    return Page(heads, tuple(rows))


def _people(user: User, ids: Sequence[UUID], start: int) -> Page:
    main = Exploitation.objects.filter(rank=1).only(
        "person_id", "setting", "department", "minutes_per_day", "pay_cents"
    )
    found = {
        p.pk: p
        for p in Person.objects.filter(organisation_id=user.organisation_id, pk__in=ids)
        .only("id", "case_id", "code", "gender", "birth_year", "country", "file__opened_on", "file__person_id")
        .select_related("file")
        .prefetch_related(Prefetch("exploitations", main, to_attr="main"))
    }
    sees, hidden = user.can(P.FILE_VIEW), _hidden(user)
    rows = []
    for number, person in enumerate((found[i] for i in ids if i in found), start=start):
        lived = person.main[0] if person.main else None
        file = getattr(person, "file", None)
        cells = (
            person.code if sees else str(number),
            str(file.opened_on.year) if file else None,
            _label("gender", person.gender),
            str(person.birth_year) if person.birth_year else None,
            _label("country", person.country),
            _of(lived, lambda e: _label("setting", e.setting)),
            _of(lived, lambda e: _label("department", e.department)),
        )
        rows.append(
            Row(cells, _address("casefiles:file", person.code) if sees and person.case_id not in hidden else "")
        )
    heads = (
        _("Person"),
        _("File opened"),
        _("Gender"),
        _("Born"),
        _("Origin"),
        _("Setting"),
        _("Department of exploitation"),
    )
    return Page(heads, tuple(rows))


def _hidden(user: User) -> set[UUID]:
    """What is restricted and not for this member: counted, and without a page for them."""
    return set(hidden_from(user).values_list("pk", flat=True))


def _of(lived: Any, read: Callable[[Any], str | None]) -> str | None:
    return None if lived is None else read(lived)


def _address(name: str, code: str) -> str:
    try:
        return reverse(name, args=[code])
    except NoReverseMatch:
        return ""
