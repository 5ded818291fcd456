"""Two colleagues answer for the same pair at the same moment: one answer stands, the other is told, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from havre.audit.queries import check_chain
from havre.casefiles import services
from havre.casefiles.models import Person, Resemblance, Task
from havre.core.errors import Refusal
from tests.factories import found_organisation
from tests.factories.casefiles import left_to_check, open_file
from tests.separate import Installation

PAIRS = 16
FOUND = f"""
from tests.factories import found_organisation
from tests.factories.casefiles import left_to_check, open_file
house = found_organisation()
for _ in range({2 * PAIRS}):
    open_file(house)
left_to_check(house, open_file(house))
"""
PREPARE = """
from havre.accounts.models import User
from havre.casefiles import services
from havre.casefiles.models import Person, Resemblance
from havre.core.errors import Refusal
by = User.objects.get(role=("lawyer", "social_worker")[who])
people = list(Person.objects.order_by("number"))
row = Resemblance.objects.get()
def tried(act):
    try:
        act()
    except Refusal:
        return "told"
    return "done"
"""
ACT = f"""
print(tried(lambda: services.answer_check(row, ("same", "different")[who], by=by)),
      *(tried(lambda i=i: services.link(*(people[i], people[i + {PAIRS}])[::(1, -1)[who]], by=by)) for i in range({PAIRS})))
"""
COUNT = """
from havre.audit.queries import check_chain
from havre.casefiles.models import Resemblance
print(Resemblance.objects.filter(undone_at=None).count(), check_chain().sound)
"""


@pytest.mark.slow
def test_two_processes(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    here.run(FOUND)
    said = [line.split() for line in here.at_once(PREPARE, ACT, count=2)]
    assert [sorted(both) for both in zip(*said, strict=True)] == [["done", "told"]] * (PAIRS + 1)
    assert here.run(COUNT) == f"{PAIRS + 1} True"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_connections_on_postgresql() -> None:
    house = found_organisation()
    for _ in range(2 * PAIRS):
        open_file(house)
    people = list(Person.objects.order_by("number"))
    row = left_to_check(house, open_file(house))
    barrier = Barrier(2)

    def tried(act: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            act()
        except Refusal:
            return "told"
        return "done"

    def answer(who: int) -> list[str]:
        by = house.user(("lawyer", "social_worker")[who])
        try:
            said = [tried(lambda: services.answer_check(row, ("same", "different")[who], by=by))]
            for i in range(PAIRS):
                one, other = (people[i], people[i + PAIRS])[:: (1, -1)[who]]
                said.append(tried(lambda one=one, other=other: services.link(one, other, by=by)))  # type: ignore[misc]
            return said
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        said = list(two.map(answer, range(2)))
    assert [sorted(both) for both in zip(*said, strict=True)] == [["done", "told"]] * (PAIRS + 1)
    assert Resemblance.objects.filter(undone_at=None).count() == PAIRS + 1
    assert Task.objects.get(cause__startswith="casefiles.known").done_by is not None
    assert check_chain().sound
