"""Filters of the list of files: coded facts only, so that they may stand in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.casefiles import queries
from havre.casefiles.models import File, Period
from havre.core import codelists
from havre.vault import archive, erasure

STATES = (("active", _("Active")), ("closed", _("Closed")), ("archived", _("Archived")))


def _codes(name: str, *, sort: bool = False) -> Any:
    return lambda: codelists.get(name).grouped_choices(alphabetical=sort)


class FileFilter(django_filters.FilterSet):
    """State, unit and person in charge are about one and the same period."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=STATES,
        empty_label=_("All"),
        method="keep",
    )
    unit = django_filters.ChoiceFilter(label=_("Unit"), choices=_codes("unit"), empty_label=_("Any"), method="keep")
    in_charge = django_filters.ChoiceFilter(label=_("Person in charge"), empty_label=_("Anyone"), method="keep")
    gender = django_filters.ChoiceFilter(
        label=_("Gender"), field_name="person__gender", choices=_codes("gender"), empty_label=_("Any")
    )
    country = django_filters.ChoiceFilter(
        label=_("Country of origin"),
        field_name="person__country",
        choices=_codes("country", sort=True),
        empty_label=_("Any"),
    )
    active_in = django_filters.NumberFilter(label=_("Active in year"), method="keep", min_value=1990, max_value=2100)
    opened = django_filters.NumberFilter(
        label=_("Opened in year"), field_name="opened_on__year", min_value=1990, max_value=2100
    )

    class Meta:
        model = File
        fields: list[str] = []

    def __init__(self, data: Any, *, user: User) -> None:
        people = [("none", _("Nobody")), *((str(pk), name) for pk, name in _in_charge(user))]
        self.base_filters["in_charge"].extra["choices"] = people
        super().__init__(data, queryset=queries.files_visible_to(user))
        if not user.can(P.FILE_ARCHIVE_VIEW):
            self.filters["state"].extra["choices"] = STATES[:2]

    def keep(self, queryset: QuerySet[File], name: str, value: Any) -> QuerySet[File]:
        """Done together in `filter_queryset`: these filters meet on one period."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[File]) -> QuerySet[File]:
        """Files that have a period as asked."""
        files = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        open_period = Period.objects.filter(file=OuterRef("pk"), closed_on=None)
        if chosen.get("state") == "closed":
            files = files.filter(~Exists(open_period))
        if year := chosen.get("active_in"):
            files = queries.active_in(files, int(year))
        # The archive and what was erased stand apart from the work.
        if chosen.get("state") == "archived":
            files = files.filter(archive.shut("person__case"))
        else:
            files = files.exclude(archive.shut("person__case")).exclude(erasure.gone("person__case"))
        wanted = Q()
        if chosen.get("state") == "active":
            wanted &= Q(closed_on=None)
        if unit := chosen.get("unit"):
            wanted &= Q(unit=unit)
        if who := chosen.get("in_charge"):
            wanted &= Q(in_charge=None if who == "none" else who)
        return files.filter(Exists(Period.objects.filter(wanted, file=OuterRef("pk")))) if wanted else files


def _in_charge(user: User) -> list[tuple[Any, str]]:
    """The colleagues who are in charge of something, those who left included."""
    return list(
        User.objects.filter(
            Exists(Period.objects.filter(in_charge=OuterRef("pk"), file__person__organisation_id=user.organisation_id))
        )
        .order_by("display_name")
        .values_list("pk", "display_name")
    )


# Column → what it sorts by. The code breaks ties, so that pages do not overlap.
SORTS: dict[str, tuple[Any, ...]] = {
    "code": ("person__number",),
    "-code": ("-person__number",),
    "since": ("opened_on", "person__number"),
    "-since": ("-opened_on", "-person__number"),
    "contact": (F("last_contact_on").asc(nulls_first=True), "person__number"),
    "-contact": (F("last_contact_on").desc(nulls_last=True), "-person__number"),
}
DEFAULT_SORT = "-since"
