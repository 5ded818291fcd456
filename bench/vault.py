"""Case halves wrapped again after a member leaves: seconds for 10,000, beside the same rows written without any key.

    HAVRE_MODE=test python bench/vault.py [rows] [repeats]

Prints a ratio, not only seconds: the machine changes, the ratio hardly does. Databases are in memory; nothing is kept.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from havre.accounts.models import User  # noqa: E402
from havre.accounts.permissions import Role  # noqa: E402
from havre.core import clock  # noqa: E402
from havre.vault import ceremonies, rotation, services  # noqa: E402
from havre.vault.models import CaseKey, CompartmentKey  # noqa: E402
from tests.vault.house import House, build  # noqa: E402


def furnish(rows: int) -> House:
    """An organisation whose psychology compartment has `rows` cases with a key."""
    house = build("bench")
    stays = house.vault(Role.PSYCHOLOGIST)
    with transaction.atomic():
        for case in services.new_cases(house.organisation, rows):
            stays._make_case_key(case.pk, "psychology")
    return house


def leaver(house: House, number: int) -> User:
    """One more psychologist, about to leave."""
    name = f"leaver{number}"
    user = User.objects.create(
        username=name, display_name=name, organisation=house.organisation, role=Role.PSYCHOLOGIST
    )
    ceremonies.enrol(user, "four quiet herons at noon", officer=house.vault(Role.COORDINATOR))
    ceremonies.grant("psychology", user, by=house.vault(Role.PSYCHOLOGIST))
    return user


def rewrapped(house: House, number: int, rows: int) -> float:
    """Seconds to wrap every case half again, database included."""
    rotation.leave(leaver(house, number), by=house.vault(Role.COORDINATOR))
    vault = house.vault(Role.PSYCHOLOGIST)
    begin = perf_counter()
    done = rotation.resume(vault)
    took = perf_counter() - begin
    assert done == rows, (done, rows)
    return took


def in_clear() -> float:
    """Seconds to write the same columns of the same rows in the same batches, without cryptography."""
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


def main(rows: int = 10_000, repeats: int = 5) -> None:
    """Alternate the two, print medians and the load."""
    settings.HAVRE_OFFICER_KEYS_FILE = Path(tempfile.mkdtemp()) / "officer_keys"
    old = setup_databases(verbosity=0, interactive=False)
    try:
        house, ours, clear = furnish(rows), [], []
        for number in range(repeats):
            ours.append(rewrapped(house, number, rows))
            clear.append(in_clear())
        one, other = median(ours), median(clear)
        print(f"{clock.today()} · {rows} case halves · {repeats} repeats · load {os.getloadavg()[0]:.1f}")
        print(f"wrapped again {one:.2f} s · written in clear {other:.2f} s · ratio {one / other:.2f}")
    finally:
        teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
