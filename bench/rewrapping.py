"""Case halves wrapped again after a member leaves, database included, beside the same rows written without any key."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench._measure import Goal, application, load, shown

if TYPE_CHECKING:
    from havre.accounts.models import User
    from tests.vault.house import House

SECONDS = 5


def furnish(rows: int) -> House:
    """An organisation whose psychology compartment has `rows` cases with a key."""
    from django.db import transaction

    from havre.accounts.permissions import Role
    from havre.vault import services
    from tests.vault.house import build

    house = build("bench")
    stays = house.vault(Role.PSYCHOLOGIST)
    with transaction.atomic():
        for case in services.new_cases(house.organisation, rows):
            stays.cases.writing(case.pk, "psychology")
    return house


def leaver(house: House, number: int) -> User:
    """One more psychologist, about to leave."""
    from havre.accounts.models import User
    from havre.accounts.permissions import Role
    from havre.vault import ceremonies

    name = f"leaver{number}"
    user = User.objects.create(
        username=name, display_name=name, organisation=house.organisation, role=Role.PSYCHOLOGIST
    )
    ceremonies.enrol(user, "four quiet herons at noon", officer=house.vault(Role.COORDINATOR))
    ceremonies.grant("psychology", user, by=house.vault(Role.PSYCHOLOGIST))
    return user


def rewrapped(house: House, number: int, rows: int) -> float:
    """Seconds to wrap every case half again, database included."""
    from havre.accounts.permissions import Role
    from havre.vault import rotation

    rotation.leave(leaver(house, number), by=house.vault(Role.COORDINATOR))
    vault = house.vault(Role.PSYCHOLOGIST)
    begin = perf_counter()
    done = rotation.resume(vault)
    took = perf_counter() - begin
    assert done == rows, (done, rows)
    return took


def in_clear() -> float:
    """Seconds to write the same columns of the same rows in the same batches, without cryptography."""
    from django.db import connection, transaction

    from havre.vault import rotation
    from havre.vault.models import CaseKey, CompartmentKey

    current: Any = CompartmentKey.objects.get(kind="psychology", retired_at=None)
    begin, last = perf_counter(), 0
    while True:
        with transaction.atomic():
            batch = list(CaseKey.objects.filter(compartment=current, pk__gt=last).order_by("pk")[: rotation.BATCH])
            with connection.cursor() as cursor:
                values = [(bytes(row.wrapped), row.pk) for row in batch]
                cursor.executemany("UPDATE vault_casekey SET wrapped = %s WHERE id = %s", values)
            CaseKey.objects.filter(pk__in=[row.pk for row in batch]).update(compartment=current)
        if not batch:
            return perf_counter() - begin
        last = batch[-1].pk


def run(database: str, rows: int, repeats: int) -> list[Goal]:
    """Alternate the two on one database."""
    with application(database):
        house = furnish(rows)
        ours, clear = [], []
        for number in range(repeats):
            ours.append(rewrapped(house, number, rows))
            clear.append(in_clear())
    one, other = median(ours), median(clear)
    shown(
        f"\n{rows:,} case halves wrapped again on {database} · {repeats} repeats · {load()}\n"
        f"  wrapped again {one:.2f} s (slowest {max(ours):.2f})   written in clear {other:.2f} s   × {one / other:.2f}"
    )
    return [Goal(f"{rows:,} case keys wrapped again, {database}", f"< {SECONDS} s", f"{one:.2f} s", one < SECONDS)]
