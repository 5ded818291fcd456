"""Which records are linked with which, as far as the reader may see them: a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.casefiles.linking import Record, groups
from havre.casefiles.models import ExploiterLink, Kind, Person, Resemblance
from havre.casefiles.queries import exploiters_visible_to, files_visible_to
from havre.intake.known import Answer
from havre.intake.queries import alerts_visible_to


@dataclass(frozen=True)
class Side:
    """One record of a pair: what it is, its code, its page ("" when it has none)."""

    kind: str
    code: str
    url: str

    @property
    def label(self) -> Any:
        """What it is, in words."""
        return Kind(self.kind).label


@dataclass(frozen=True)
class Linked:
    """A record said to be the same as another, or to check: by which answer, or through other links."""

    row: Resemblance | None
    other: Side
    through: bool = False


def resemblances_visible_to(user: User) -> QuerySet[Resemblance]:
    """The answers that stand in one's organisation; those about alerts, for who sees alerts."""
    rows = Resemblance.objects.filter(organisation_id=user.organisation_id, undone_at=None).select_related("by")
    if not user.can(P.FILE_VIEW):
        return rows.none()
    if not user.can(P.ALERT_VIEW):
        about = [Kind.ALERT, Kind.EMPLOYER]
        rows = rows.exclude(Q(one_kind__in=about) | Q(other_kind__in=about))
    return rows


def same_groups(organisation_id: UUID) -> dict[Record, frozenset[Record]]:
    """Each linked record of an organisation with everyone it is one with: one query."""
    rows = Resemblance.objects.filter(organisation_id=organisation_id, undone_at=None, answer=Answer.SAME)
    pairs = rows.order_by().values_list("one_kind", "one_id", "other_kind", "other_id")
    return groups(((one_kind, one_id), (other_kind, other_id)) for one_kind, one_id, other_kind, other_id in pairs)


def counted_as(organisation_id: UUID) -> dict[UUID, UUID]:
    """Of people linked with one another, each but the first, with the first: figures count one human being once."""
    together = {
        group for group in same_groups(organisation_id).values() if sum(k == Kind.PERSON for k, _pk in group) > 1
    }
    everyone = {pk for group in together for kind, pk in group if kind == Kind.PERSON}
    numbers = dict(Person.objects.filter(pk__in=everyone).values_list("pk", "number")) if everyone else {}
    found: dict[UUID, UUID] = {}
    for group in together:
        first, *others = sorted(
            (pk for kind, pk in group if kind == Kind.PERSON and pk in numbers), key=numbers.__getitem__
        )
        found |= dict.fromkeys(others, first)
    return found


def linked_to(records: set[Record], user: User) -> list[Linked]:
    """Who is linked with any of `records`, directly first, then through others; and who is to check."""
    mine = Q()
    for kind, pk in records:
        mine |= Q(one_kind=kind, one_id=pk) | Q(other_kind=kind, other_id=pk)
    rows = [(row, _other(row, records)) for row in resemblances_visible_to(user).filter(mine)]
    rows = [(row, other) for row, other in rows if row.answer != Answer.DIFFERENT]
    if not rows:
        return []
    together = same_groups(user.organisation_id)
    direct = {other for _row, other in rows}
    further = {each for record in records for each in together.get(record, frozenset())} - direct - records
    shown = sides(direct | further, user)
    found = [Linked(row, shown[other]) for row, other in rows if other in shown]
    found += [
        Linked(None, shown[other], through=True)
        for other in sorted(further, key=lambda each: (each[0], each[1].hex))
        if other in shown
    ]
    return found


def _other(row: Resemblance, records: set[Record]) -> Record:
    one, other = row.records
    return other if one in records else one


def sides(records: Iterable[Record], user: User) -> dict[Record, Side]:
    """The records the reader may see, with their codes and pages: at most four queries."""
    wanted = set(records)
    found: dict[Record, Side] = {}
    people = {pk for kind, pk in wanted if kind == Kind.PERSON}
    if people:
        for file in (
            files_visible_to(user)
            .filter(person_id__in=people)
            .select_related(None)
            .select_related("person")
            .only("id", "person__code")
        ):
            found[Kind.PERSON, file.person_id] = Side(Kind.PERSON, file.person.code, file.get_absolute_url())
    alerts = {pk for kind, pk in wanted if kind in {Kind.ALERT, Kind.EMPLOYER}}
    if alerts:
        for alert in alerts_visible_to(user).filter(pk__in=alerts).only("id", "reference"):
            for kind in (Kind.ALERT, Kind.EMPLOYER):
                found[kind, alert.pk] = Side(kind, alert.reference, alert.get_absolute_url())
    exploiters = {pk for kind, pk in wanted if kind == Kind.EXPLOITER}
    if exploiters:
        first = {
            link.exploiter_id: link.exploitation.person
            for link in ExploiterLink.objects.filter(exploiter_id__in=exploiters)
            .select_related("exploitation__person")
            .order_by("-exploitation__person__number")
        }
        for exploiter in exploiters_visible_to(user).filter(pk__in=exploiters).only("id", "code"):
            person = first.get(exploiter.pk)
            found[Kind.EXPLOITER, exploiter.pk] = Side(Kind.EXPLOITER, exploiter.code, _page_of(person))
    return {record: side for record, side in found.items() if record in wanted}


def _page_of(person: Any) -> str:
    from django.urls import reverse

    return reverse("casefiles:file-exploitation", args=[person.code]) if person is not None else ""
