"""The directory of names: found by who holds the compartment, bound to its place, whole after two writers and a rebuild."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.vault import directory
from havre.vault.errors import NotGranted, Tampered
from havre.vault.keystore.models import DirectorySegment
from havre.vault.opened import OpenVault
from tests.separate import Installation
from tests.vault.house import House, build
from tests.vault.test_stolen import _everything_kept, _forms

NAMES = ("Awa Traoré", "محمد بنعلي", "Oksana Shevchenko", "Maricel dela Cruz", "Fatoumata Diallo")


def fill(vault: OpenVault) -> dict[str, UUID]:
    """Each name indexed for a row of its own."""
    rows = {name: uuid4() for name in NAMES}
    for name, row in rows.items():
        directory.index(vault, "person", row, [name])
    return rows


def first(vault: OpenVault, query: str) -> UUID:
    """The best hit."""
    return directory.search(vault, query)[0].row


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Awa Traore", "Awa Traoré"), ("Mohamed Benali", "محمد بنعلي"), ("Оксана Шевченко", "Oksana Shevchenko"),
        ("DELACRUZ Maricel", "Maricel dela Cruz"), ("Fatou Jallow", "Fatoumata Diallo"),
    ],
)  # fmt: skip
def test_a_row_is_found_by_another_writing_of_its_name(house: House, query: str, name: str) -> None:
    rows = fill(house.vault(Role.COORDINATOR))
    assert first(house.vault(Role.RECEPTION), query) == rows[name]


def test_only_the_kinds_asked_for(house: House) -> None:
    vault, row = house.vault(Role.COORDINATOR), uuid4()
    fill(vault)
    directory.index(vault, "exploiter", row, ["Awa Traoré"])
    hits = directory.search(vault, "Awa Traoré", kinds=["exploiter"])
    assert [(hit.kind, hit.row) for hit in hits] == [("exploiter", row)]


def test_nothing_of_a_name_lies_in_the_segments(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    kept = _everything_kept()
    for name in NAMES:
        for word in name.split():
            for form in _forms(word):
                assert form not in kept


def test_segments_have_one_size_whatever_the_name(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    directory.index(vault, "person", uuid4(), ["Bo"])
    directory.index(vault, "person", uuid4(), ["Randriamampianina Rakotoarisoa Andrianjafy, Voahangy, Hanitra"])
    assert len({len(segment.sealed) for segment in DirectorySegment.objects.all()}) == 1


def test_without_the_compartment_nothing_is_searched_or_indexed(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    vault = house.vault(Role.COORDINATOR)
    vault._held().pop("identity")
    with pytest.raises(NotGranted):
        directory.search(vault, "Awa")
    with pytest.raises(NotGranted):
        directory.index(vault, "person", uuid4(), ["Awa"])


def test_another_organisation_finds_nothing(house: House, other: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    assert directory.search(other.vault(Role.COORDINATOR), "Awa Traoré") == []


@pytest.mark.parametrize("column", ["segment", "revision", "sealed"])
def test_a_segment_that_was_moved_or_changed_does_not_open(house: House, column: str) -> None:
    fill(house.vault(Role.COORDINATOR))
    segment = DirectorySegment.objects.order_by("id")[0]
    blob = bytes(segment.sealed)
    changed = {"segment": uuid4(), "revision": 2, "sealed": blob[:-1] + bytes([blob[-1] ^ 1])}
    DirectorySegment.objects.filter(pk=segment.pk).update(**{column: changed[column]})
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


def test_two_segments_do_not_change_places(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    one, two = DirectorySegment.objects.order_by("id")[:2]
    DirectorySegment.objects.filter(pk=one.pk).update(sealed=two.sealed)
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


def test_a_segment_given_to_another_organisation_does_not_open(house: House, other: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    directory.index(other.vault(Role.COORDINATOR), "person", uuid4(), ["Joy Eze"])
    theirs = DirectorySegment.objects.get(organisation_id=other.organisation.pk)
    mine = DirectorySegment.objects.filter(organisation_id=house.organisation.pk)[0]
    mine.organisation_id, mine.compartment_id = theirs.organisation_id, theirs.compartment_id
    mine.save()
    with pytest.raises(Tampered):
        directory.search(other.vault(Role.COORDINATOR), "Joy")


def test_many_segments_are_folded_and_everybody_is_still_found(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    rows = fill(vault)
    for i in range(directory.FOLD_AT):
        directory.index(vault, "person", uuid4(), [f"Koffi Mensah {i}"])
    assert DirectorySegment.objects.count() < directory.FOLD_AT
    assert first(house.vault(Role.LAWYER), "Awa Traore") == rows["Awa Traoré"]
    assert len(directory.search(vault, "Koffi Mensah", best=500)) == len(NAMES) + directory.FOLD_AT


def test_a_new_name_finds_and_the_one_before_still_does(house: House) -> None:
    vault, row = house.vault(Role.COORDINATOR), uuid4()
    directory.index(vault, "person", row, ["Awa Traoré"])
    directory.index(vault, "person", row, ["Mariam Coulibaly"])
    directory.fold(vault)
    assert first(vault, "Mariam Kulibali") == first(vault, "Awa Traore") == row
    assert len(directory.search(vault, "Mariam")) == 1


def test_a_bulk_load_makes_one_segment(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    with directory.gathering(vault):
        rows = fill(vault)
    assert DirectorySegment.objects.count() == 1
    assert first(vault, "Awa Traore") == rows["Awa Traoré"]


def test_a_bulk_load_that_fails_indexes_nothing(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)

    def load() -> None:
        with directory.gathering(vault):
            fill(vault)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load()
    assert directory.is_empty(vault)
    fill(vault)
    assert not directory.is_empty(vault)


def test_a_rebuild_holds_what_the_rows_say_and_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = house.vault(Role.COORDINATOR)
    gone = fill(vault)
    row = uuid4()
    monkeypatch.setattr(directory, "SOURCES", {"person": lambda _vault: [(row, ["Awa Traoré"]), (uuid4(), [""])]})
    assert directory.rebuild(vault) == 1
    hits = directory.search(house.vault(Role.RECEPTION), "Awa Traore")
    assert [hit.row for hit in hits] == [row]
    assert row not in gone.values()
    event = Event.objects.latest("number")
    assert (event.kind, event.detail) == ("vault.directory.rebuilt", {"rows": 1})


PREPARE = """
from uuid import uuid4
from tests.vault import house as h
from havre.accounts.models import Organisation, User
from havre.vault import directory
home = h.House(Organisation.objects.get(), {u.role: u for u in User.objects.all()})
vault = home.vault("coordinator")
"""
WRITE = """
for i in range(60):
    directory.index(vault, "person", uuid4(), [f"Koffi Mensah {i}"])
"""
READ = "print(len(directory.search(vault, 'Koffi Mensah', best=500)))"


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite files")
def test_two_processes_lose_nobody(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.run("from tests.vault import house as h\nh.build()")
    installation.at_once(PREPARE, WRITE, count=2)
    assert installation.run(PREPARE + READ) == "120"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_two_threads_lose_nobody() -> None:
    house = build()
    vaults = [house.vault(Role.LAWYER), house.vault(Role.COORDINATOR)]
    start = Barrier(2)

    def write(who: int) -> None:
        start.wait()
        try:
            for i in range(60):
                directory.index(vaults[who], "person", uuid4(), [f"Koffi Mensah {i}"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (0, 1)))
    assert len(directory.search(house.vault(Role.COORDINATOR), "Koffi Mensah", best=500)) == 120
