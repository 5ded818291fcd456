"""Two people take alerts at the same moment: the numbers follow each other, on both engines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connections

from havre.intake.models import Alert
from tests.factories import House, found_organisation, take_alert

ROOT = Path(__file__).resolve().parent.parent.parent
EACH = 8
FOUNDER = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0); call_command("migrate", database="keystore", verbosity=0)
from tests.factories import found_organisation
found_organisation(roles=("reception",))
"""
WRITER = f"""
import django; django.setup()
from havre.accounts.models import Organisation, User
from tests.factories import House, take_alert
house = House(Organisation.objects.get(), {{user.role: user for user in User.objects.all()}})
for _ in range({EACH}):
    take_alert(house)
"""
COUNT = """
import django; django.setup()
from havre.audit.queries import check_chain
from havre.intake.models import Alert
print(sorted(Alert.objects.values_list("number", flat=True)), check_chain().sound)
"""


@pytest.mark.slow
def test_two_processes_on_one_sqlite_file(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "KEYSTORE_URL", "HAVRE_OFFICER_KEYS_FILE"}}
    environment = {
        **kept, "HAVRE_MODE": "test", "HAVRE_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip

    def start(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE
        )

    assert start(FOUNDER).wait() == 0
    writers = [start(WRITER), start(WRITER)]
    assert [writer.wait() for writer in writers] == [0, 0]
    said, _nothing = start(COUNT).communicate()
    assert said.strip() == f"{list(range(1, 2 * EACH + 1))} True"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_connections_on_postgresql() -> None:
    house = found_organisation(roles=("reception",))
    vaults = [house.fresh_vault("reception") for _ in range(2)]
    barrier, failures = Barrier(2), []

    def write(vault: object) -> None:
        try:
            mine = House(house.organisation, house.members, {"reception": vault})  # type: ignore[dict-item]
            barrier.wait()
            for _ in range(EACH):
                take_alert(mine)
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
    assert sorted(Alert.objects.values_list("number", flat=True)) == list(range(1, 2 * EACH + 1))
