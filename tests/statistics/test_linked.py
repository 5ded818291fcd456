"""Two records of one human being are counted once, as long as they are linked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from havre.casefiles import services as casefiles
from havre.casefiles.models import Resemblance
from havre.core import clock
from havre.statistics import services, snapshot
from tests.factories import House, found_organisation
from tests.factories.casefiles import add_exploitation, open_file

SECRET = bytes(range(32))
COUNTED = ("ACT-01", "NEW-01", "EXP-09")


@pytest.fixture
def house(db: None) -> House:
    """An organisation."""
    return found_organisation()


def counts(house: House) -> dict[str, int]:
    """The figures of people of this year."""
    found = services.figures(house.organisation, clock.today().year, COUNTED, before=0)
    return {code: found[code].n for code in COUNTED}


def test_linked_people_are_one_in_every_figure_and_two_again_once_unlinked(house: House) -> None:
    by = house.user("coordinator")
    first, second, third = (open_file(house, units=(unit,)) for unit in ("social", "legal", "social"))
    for file in (first, second, third):
        add_exploitation(house, file)
    apart = counts(house)
    assert set(apart.values()) == {3}
    casefiles.link(second.person, first.person, by=by)
    row = casefiles.link(second.person, third.person, by=by)
    assert set(counts(house).values()) == {1}
    year = clock.today().year
    for unit in ("social", "legal"):
        behind = services.records_behind(house.organisation, "ACT-01", year, "unit", unit)[1]
        assert behind == [first.person_id], "every unit that follows any of the records follows the person"
    casefiles.unlink(row, by=by)
    assert set(counts(house).values()) == {2}
    casefiles.unlink(Resemblance.objects.get(undone_at=None), by=by)
    assert counts(house) == apart


def test_someone_new_who_was_there_before_is_not_new(house: House) -> None:
    before = open_file(house, opened_on=date(clock.today().year - 2, 5, 1))
    now = open_file(house)
    assert counts(house)["NEW-01"] == 1
    casefiles.link(now.person, before.person, by=house.user("coordinator"))
    assert counts(house)["NEW-01"] == 0
    assert counts(house)["ACT-01"] == 1


def test_the_first_record_says_who_they_are_and_the_periods_are_all_theirs(house: House, tmp_path: Path) -> None:
    first, second = open_file(house, units=("social",)), open_file(house, units=("legal", "psychology"))
    add_exploitation(house, second)
    casefiles.link(first.person, second.person, by=house.user("coordinator"))
    one_with = {second.person_id: first.person_id}
    files = snapshot.write(tmp_path / "s", house.organisation.pk, SECRET, one_with)
    rows = {
        name: files[name]["rows"] for name in ("person", "period", "nationality", "language", "exploitation", "abuse")
    }
    assert rows == {"person": 1, "period": 3, "nationality": 1, "language": 2, "exploitation": 0, "abuse": 0}
    key = snapshot.key_of(first.person_id, "person", SECRET)
    assert set(pq.read_table(tmp_path / "s" / "period.parquet").column("person").to_pylist()) == {key}


def test_without_links_the_files_are_the_same_byte_for_byte(house: House, tmp_path: Path) -> None:
    add_exploitation(house, open_file(house))
    one = snapshot.write(tmp_path / "one", house.organisation.pk, SECRET)
    other = snapshot.write(tmp_path / "other", house.organisation.pk, SECRET, {})
    assert one == other
