"""Four writers at once, one chain (T10)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, connections

from havre.audit.models import Event
from havre.audit.queries import check_chain
from havre.audit.services import record
from tests.separate import Installation

WRITE = """
from havre.audit.services import record
for n in range(25): record("intake.alert.taken", by=None, target=f"W{who}-{n}")
"""
CHECK = """
from havre.audit.queries import check_chain
from havre.audit.models import Event
print(check_chain(), len(set(Event.objects.values_list("target", flat=True))))
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite files")
def test_four_processes_write_one_chain(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.at_once("", WRITE, count=4)
    assert installation.run(CHECK) == "Check(length=100, sound=True, broken_at=None, why='') 100"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_threads_write_one_chain() -> None:
    start = Barrier(4)

    def write(who: int) -> None:
        start.wait()
        try:
            for n in range(25):
                record("intake.alert.taken", by=None, target=f"W{who}-{n}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert check_chain().sound
    assert Event.objects.count() == 100
