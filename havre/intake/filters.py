"""Filters of the list of alerts: coded only, so that they may stand in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from havre.core import codelists
from havre.intake.models import Alert
from havre.intake.workflow import OPEN, AlertStatus

WAITING = "waiting"
LEVELS = ((0, _("Received")), (1, _("1 · Studied")), (2, _("2 · Interviewed")), (3, _("3 · Decided")))
SORTS = {
    "-received": ("-received_at", "-number"),
    "received": ("received_at", "number"),
    "status": ("status", "-received_at"),
    "urgency": ("urgency", "-received_at"),
    "charge": ("in_charge__display_name", "-received_at"),
}


class AlertFilter(django_filters.FilterSet):
    """Where they stand, when they came, from whom, how, and mine."""

    status = django_filters.ChoiceFilter(
        label=_("Where it stands"),
        empty_label=_("Anywhere"),
        choices=[(WAITING, _("Something to do")), *AlertStatus.choices],
        method="where",
    )
    year = django_filters.ChoiceFilter(label=_("Year"), empty_label=_("All years"))
    level = django_filters.ChoiceFilter(
        field_name="level_reached", label=_("Level reached"), empty_label=_("Any"), choices=LEVELS
    )
    source = django_filters.ChoiceFilter(field_name="source_family", label=_("Source"), empty_label=_("Any"))
    channel = django_filters.ChoiceFilter(label=_("Channel"), empty_label=_("Any"))
    urgency = django_filters.ChoiceFilter(label=_("Urgency"), empty_label=_("Any"))
    mine = django_filters.ChoiceFilter(
        label=_("In charge"),
        empty_label=_("Anyone"),
        choices=[("me", _("Me")), ("nobody", _("Nobody"))],
        method="whose",
    )

    class Meta:
        model = Alert
        fields: list[str] = []

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = codelists.get("source")
        choices: dict[str, Any] = {
            "year": [(year, year) for year in years],
            "source": [(code, sources.label(code)) for code in sources.roots],
            "channel": codelists.get("channel").choices(),
            "urgency": codelists.get("urgency").choices(),
        }
        for name, values in choices.items():
            self.filters[name].extra["choices"] = values
        # Unbound filters must not look answered, and the label stands above each.
        self.form.label_suffix = ""

    def where(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        """One status, or all those that wait for somebody."""
        if value == WAITING:
            return rows.filter(status__in=[*OPEN, AlertStatus.ACCEPTED])
        return rows.filter(status=value)

    def whose(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        """Mine, or nobody's."""
        return rows.filter(in_charge=self.request.user if value == "me" else None)


def sorted_rows(rows: QuerySet[Alert], sort: str) -> QuerySet[Alert]:
    """In the order asked for, newest first by default."""
    return rows.order_by(*SORTS.get(sort, SORTS["-received"]))
