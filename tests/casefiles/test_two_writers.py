"""Two people open files at the same moment: the codes follow each other, on both engines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connections

from havre.casefiles import services
from havre.casefiles.models import File, Period, Person
from havre.core import clock
from havre.core.errors import Conflict
from tests.factories import House, found_organisation
from tests.factories.casefiles import open_file

ROOT = Path(__file__).resolve().parent.parent.parent

WRITER = """
import django; django.setup()
from tests.factories.accounts import House
from tests.factories.casefiles import open_file
from havre.accounts.models import Organisation, User
organisation = Organisation.objects.get()
house = House(organisation, {u.role: u for u in User.objects.all()})
for _ in range(8):
    open_file(house)
"""
FOUNDER = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0); call_command("migrate", database="keystore", verbosity=0)
from tests.factories import found_organisation
found_organisation(roles=("social_worker", "lawyer", "psychologist"))
"""
COUNT = """
import django; django.setup()
from havre.casefiles.models import Person
from havre.audit.queries import check_chain
print(sorted(Person.objects.values_list("number", flat=True)), check_chain().sound)
"""


@pytest.mark.slow
def test_two_processes_on_one_sqlite_file(tmp_path: Path) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "KEYSTORE_URL", "HAVRE_OFFICER_KEYS_FILE"}},
        "HAVRE_MODE": "test",
        "HAVRE_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }

    def start(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE
        )

    assert start(FOUNDER).wait() == 0
    writers = [start(WRITER), start(WRITER)]
    assert [w.wait() for w in writers] == [0, 0]
    said, _nothing = start(COUNT).communicate()
    assert said.strip() == f"{list(range(1, 17))} True"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_connections_on_postgresql() -> None:
    house = found_organisation()
    vaults = [house.fresh_vault("coordinator") for _ in range(2)]
    barrier, failures = Barrier(2), []

    def write(vault: object) -> None:
        try:
            mine = House(house.organisation, house.members, {"coordinator": vault})  # type: ignore[dict-item]
            barrier.wait()
            for _ in range(8):
                open_file(mine)
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [Thread(target=write, args=(vault,)) for vault in vaults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(Person.objects.values_list("number", flat=True)) == list(range(1, 17))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_assignments_at_the_same_moment_leave_one_winner() -> None:
    house = found_organisation()
    file: File = open_file(house, units=("social",))
    period = Period.objects.get(file=file)
    barrier, said = Barrier(2), []

    def assign() -> None:
        try:
            barrier.wait()
            services.close_period(
                period, closed_on=clock.today(), reason="moved", by=house.user("coordinator"), revision=1
            )
            said.append("done")
        except Conflict:
            said.append("conflict")
        finally:
            connections.close_all()

    threads = [Thread(target=assign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["conflict", "done"]
