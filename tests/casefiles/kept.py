"""Files closed long ago, asked to be erased, confirmed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from havre.casefiles import due, services
from havre.casefiles.models import File
from havre.core import clock
from havre.vault.models import Erasure
from tests.factories import House
from tests.factories.casefiles import open_file


def close(house: House, file: File, on: date) -> File:
    """End the work of every unit, so many days ago; nothing else happened since."""
    for period in file.periods.filter(closed_on=None):
        period.opened_on = min(period.opened_on, on)
        period.save(update_fields=["opened_on"])
        services.close_period(period, closed_on=on, reason="autonomous", by=house.user("coordinator"))
    File.objects.filter(pk=file.pk).update(opened_on=on, last_contact_on=None)
    return File.objects.select_related("person").get(pk=file.pk)


def closed_file(house: House, *, years: int, **facts: Any) -> File:
    """A file closed so many years ago, and a day."""
    return close(house, open_file(house, **facts), clock.today() - timedelta(days=366 * years + 1))


def ask(house: House, *files: File, reason: str = "asked") -> list[Erasure]:
    """Asked by the coordinator."""
    codes = [file.person.code for file in files]
    return services.ask_erasure(codes, reason, by=house.user("coordinator"), vault=house.fresh_vault("coordinator"))


def confirm(house: House, asked: list[Erasure], role: str = "social_worker") -> Any:
    """Confirmed by the second person."""
    return services.confirm_erasure(asked, by=house.user(role), vault=house.fresh_vault(role))


def due_codes(house: House) -> tuple[set[str], set[str]]:
    """The codes to archive, and to end."""
    found = due.due(house.organisation.pk)
    return {line.code for line in found.to_archive}, {line.code for line in found.to_end}
