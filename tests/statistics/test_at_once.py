"""Figures are counted while colleagues work: neither waits for the other, nor breaks it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import connections

from havre.audit.queries import check_chain
from havre.audit.services import record
from havre.statistics import services, snapshot
from tests.factories import found_organisation, take_alert


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_taken_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are of one instant; the log, which everybody appends to meanwhile, is not."""
    house = found_organisation()
    take_alert(house)
    reading, written = Signal(), Signal()
    write = snapshot.write

    def slowly(*args: object) -> object:
        reading.set()
        assert written.wait(20)
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "write", slowly)

    def count() -> int:
        try:
            return int(services.take_snapshot(by=house.user("data_officer")).manifest["files"]["alert"]["rows"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(count)
        assert reading.wait(20)
        record("intake.alert.changed", by=house.user("lawyer"))
        written.set()
        assert counted.result(20) == 1
    assert check_chain().sound
