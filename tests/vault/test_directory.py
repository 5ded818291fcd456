"""The directory of names: found by who holds the compartment, bound to its place, whole after two writers and a rebuild."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.vault import crypto, directory, slices
from havre.vault.errors import NotGranted, Tampered
from havre.vault.keystore.models import DirectoryPart, DirectorySegment
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


@pytest.mark.promise("T1")
def test_nothing_of_a_name_lies_in_the_segments(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    kept = _everything_kept()
    for name in NAMES:
        for word in name.split():
            for form in _forms(word):
                assert form not in kept


@pytest.mark.promise("T14")
def test_segments_have_one_size_whatever_the_name(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    directory.index(vault, "person", uuid4(), ["Bo"])
    directory.index(vault, "person", uuid4(), ["Randriamampianina Rakotoarisoa Andrianjafy, Voahangy, Hanitra"])
    assert len({len(segment.sealed) for segment in DirectorySegment.objects.all()}) == 1


@pytest.mark.promise("T5")
def test_without_the_compartment_nothing_is_searched_or_indexed(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    vault = house.vault(Role.COORDINATOR)
    vault._held().pop("identity")
    with pytest.raises(NotGranted):
        directory.search(vault, "Awa")
    with pytest.raises(NotGranted):
        directory.index(vault, "person", uuid4(), ["Awa"])


@pytest.mark.promise("T5")
def test_another_organisation_finds_nothing(house: House, other: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    assert directory.search(other.vault(Role.COORDINATOR), "Awa Traoré") == []


@pytest.mark.promise("T4")
@pytest.mark.parametrize("column", ["segment", "revision", "sealed"])
def test_a_segment_that_was_moved_or_changed_does_not_open(house: House, column: str) -> None:
    fill(house.vault(Role.COORDINATOR))
    segment = DirectorySegment.objects.order_by("id")[0]
    blob = bytes(segment.sealed)
    changed = {"segment": uuid4(), "revision": 2, "sealed": blob[:-1] + bytes([blob[-1] ^ 1])}
    DirectorySegment.objects.filter(pk=segment.pk).update(**{column: changed[column]})
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


@pytest.mark.promise("T4")
def test_two_segments_do_not_change_places(house: House) -> None:
    fill(house.vault(Role.COORDINATOR))
    one, two = DirectorySegment.objects.order_by("id")[:2]
    DirectorySegment.objects.filter(pk=one.pk).update(sealed=two.sealed)
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


@pytest.mark.promise("T4")
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


MANY = tuple(f"{given} {family}" for given in ("Awa", "Karim", "Oksana", "Joy", "محمد", "Felipe", "Amina", "Yao", "Sira", "Ama", "Driss", "Salma") for family in (
    "Traoré", "Haddad", "Shevchenko", "Osagie", "Benali", "Kouassi", "Reyes", "Touré", "Diallo", "Mensah",
))  # fmt: skip
QUERIES = ("Awa Traore", "Mohamed Benali", "Шевченко Оксана", "Jallow", "Kwasi", "Joy", "")


@pytest.fixture
def laid(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, UUID]:
    """Many people in a segment that is laid out, and one in a small one."""
    monkeypatch.setattr(slices, "SLICE_AT", len(MANY))
    monkeypatch.setattr(slices, "ROWS", 7)
    vault = house.vault(Role.COORDINATOR)
    rows = {name: uuid4() for name in MANY}
    with directory.gathering(vault):
        for number, (name, row) in enumerate(rows.items()):
            directory.index(vault, "exploiter" if number % 9 == 0 else "person", row, [name])
    rows["Sènami Afi"] = uuid4()
    directory.index(vault, "person", rows["Sènami Afi"], ["Sènami Afi"])
    assert DirectoryPart.objects.filter(number=slices.HEAD).count() == 1
    return rows


@pytest.mark.parametrize(
    "kinds", [("person", "person"), ("exploiter",), ("person", "exploiter", "alert"), ("alert",), ()]
)
def test_a_segment_laid_out_gives_the_same_hits_as_whole(
    house: House, laid: dict[str, UUID], kinds: tuple[str, ...]
) -> None:
    vault = house.vault(Role.RECEPTION)
    quick = [directory.search(vault, query, kinds=kinds, best=150) for query in QUERIES]
    DirectoryPart.objects.all().delete()
    assert quick == [directory.search(vault, query, kinds=kinds, best=150) for query in QUERIES]
    assert any(quick) == bool(set(kinds) - {"alert"})


def test_a_search_does_not_read_the_segment_that_is_laid_out(house: House, laid: dict[str, UUID]) -> None:
    largest = DirectorySegment.objects.order_by("id")[0]
    DirectorySegment.objects.filter(pk=largest.pk).update(sealed=b"nothing")
    assert first(house.vault(Role.COORDINATOR), "Oksana Mensah") == laid["Oksana Mensah"]
    assert first(house.vault(Role.COORDINATOR), "Senami") == laid["Sènami Afi"]


def test_parts_of_one_sort_have_one_size(laid: dict[str, UUID]) -> None:
    lengths = {number: len(sealed) for number, sealed in DirectoryPart.objects.values_list("number", "sealed")}
    assert set(range(512)) <= set(lengths)
    assert len({lengths[number] for number in range(512)}) == 1
    assert len({size for number, size in lengths.items() if number >= slices.PAGE}) == 1


def test_a_part_that_is_missing_is_told(house: House, laid: dict[str, UUID]) -> None:
    DirectoryPart.objects.filter(number__in=range(512)).delete()
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


def test_a_page_that_is_missing_is_told(house: House, laid: dict[str, UUID]) -> None:
    DirectoryPart.objects.filter(number__gte=slices.PAGE).delete()
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa")


@pytest.mark.parametrize("column", ["sealed", "moved", "swapped"])
def test_a_part_that_was_moved_or_changed_does_not_open(house: House, laid: dict[str, UUID], column: str) -> None:
    vault = house.vault(Role.COORDINATOR)
    compartment, key = vault.compartment_key("identity")
    asked = slices.asked_slices(directory._signer(vault, compartment, key).ask("Awa Traore"))
    one = DirectoryPart.objects.get(number=asked[0])
    other = DirectoryPart.objects.get(number=next(n for n in range(512) if n not in asked))
    if column == "sealed":
        one.sealed = bytes(one.sealed)[:-1] + bytes([bytes(one.sealed)[-1] ^ 1])
        one.save()
    elif column == "moved":
        number, other_number = one.number, other.number
        one.delete()
        other.number = number
        other.save()
        assert other_number != number
    else:
        DirectoryPart.objects.filter(pk=one.pk).update(sealed=other.sealed)
    with pytest.raises(Tampered):
        directory.search(house.vault(Role.COORDINATOR), "Awa Traore")


def test_parts_of_another_revision_count_for_nothing(house: House, laid: dict[str, UUID]) -> None:
    """Whoever writes a segment anew and forgets its parts slows the search down, and hides nobody."""
    vault = house.vault(Role.COORDINATOR)
    _compartment, key = vault.compartment_key("identity")
    segment = DirectorySegment.objects.order_by("id")[0]
    kept = directory._opened(segment, key)[1:]
    segment.revision += 1
    segment.sealed = crypto.seal(directory._sealing(key), kept.tobytes(), directory._place(segment), block=crypto.LONG)
    segment.save()
    assert laid[MANY[0]] not in {hit.row for hit in directory.search(vault, MANY[0])}
    assert first(vault, MANY[-1]) == laid[MANY[-1]]


def test_folding_leaves_a_large_segment_alone_until_as_much_has_come(house: House, laid: dict[str, UUID]) -> None:
    vault = house.vault(Role.COORDINATOR)
    large = DirectorySegment.objects.order_by("id")[0]
    before = bytes(large.sealed)
    directory.index(vault, "person", uuid4(), ["Femi Sunday"])
    directory.fold(vault)
    assert DirectorySegment.objects.count() == 2
    large.refresh_from_db()
    assert bytes(large.sealed) == before
    with directory.gathering(vault):
        rows = {f"Kossi {name}": uuid4() for name in MANY}
        for name, row in rows.items():
            directory.index(vault, "person", row, [name])
    directory.fold(vault)
    assert DirectorySegment.objects.count() == 1
    assert set(DirectoryPart.objects.values_list("segment_id", "revision")) == {(large.pk, large.revision + 1)}
    fresh = house.vault(Role.RECEPTION)
    for name, row in {**laid, **rows}.items():
        assert row in {hit.row for hit in directory.search(fresh, name)[:10]}


def test_a_rebuild_takes_the_parts_with_it(
    house: House, laid: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = house.vault(Role.COORDINATOR)
    monkeypatch.setattr(directory, "SOURCES", {"person": lambda _vault: [(uuid4(), ["Awa Traoré"])]})
    directory.rebuild(vault)
    assert not DirectoryPart.objects.exists()
    assert len(directory.search(vault, "Awa")) == 1


def test_a_colleague_folding_in_the_middle_of_a_search_hides_nobody(
    house: House, laid: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = house.vault(Role.COORDINATOR)
    done: list[Any] = []
    real = slices.search

    def meanwhile(*words: object, **options: object) -> object:
        if not done:
            done.append(True)
            _compartment, key = vault.compartment_key("identity")
            segment = DirectorySegment.objects.order_by("id")[0]
            directory._rewrite(segment, key, directory._opened(segment, key))
        return real(*words, **options)

    monkeypatch.setattr(slices, "search", meanwhile)
    assert first(vault, "Oksana Mensah") == laid["Oksana Mensah"]
    assert done


PREPARE = """
from uuid import uuid4
from tests.vault import house as h
from havre.accounts.models import Organisation, User
from havre.vault import crypto, directory, slices
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
