"""What leaves the operational database, and what must not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from havre.audit.models import Event
from havre.casefiles import services as casefiles
from havre.casefiles.facts import PersonFacts
from havre.casefiles.models import Exploitation, File
from havre.core import clock
from havre.statistics import facts, services, snapshot
from havre.statistics.catalogue import Unit
from havre.statistics.facts import TABLES, FactTable
from havre.statistics.models import Snapshot
from tests.factories import House, accepted_alert, found_organisation, studied_alert, take_alert
from tests.factories.casefiles import ACCOUNT, NAME, PLACE, add_exploitation, open_file

NARRATIVE = "Marker-narrative of what she told"
SECRET = bytes(range(32))


@pytest.fixture
def house(db: None) -> House:
    """An organisation."""
    return found_organisation()


def whole_case(house: House) -> File:
    """From the alert to the file, with every text filled."""
    alert = accepted_alert(house, narrative=NARRATIVE, person_name=NAME, reporter="Marker-reporter")
    file = open_file(house, alert=alert)
    add_exploitation(house, file)
    return file


def values(folder: Path) -> set[str]:
    """Every value of every file, as text."""
    found = set()
    for name in TABLES:
        for row in pq.read_table(folder / f"{name}.parquet").to_pylist():
            found |= {str(value) for value in row.values()}
    return found


# --- the allow-list ---
@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_only_plain_coded_columns_enter(table: FactTable) -> None:
    assert table.columns
    for column in table.columns:
        assert str(column.type) in {"int64", "string", "date32[day]", "bool"}
        field = facts._plain_field(table.model, column.path)
        assert (
            field.get_internal_type() not in {"BinaryField", "TextField", "JSONField", "DateTimeField"}
            or column.local_day
        )
        assert str(column.type) != "string" or column.codelist or column.choices, "free text"
        if field.related_model is not None:
            assert column.key_of in TABLES, "a key to what is no fact"
    assert not {"revision", "case", "by", "taken_by", "in_charge", "organisation"} & {c.name for c in table.columns}


@pytest.mark.parametrize("path", ["names", "code", "file__person__names", "exploitations"])
def test_a_column_that_is_not_plain_is_refused(path: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        _ = FactTable("person", "casefiles.Person", "organisation", {"x": path}).columns


# --- what is written ---
def test_no_sealed_nor_identifying_value_enters(house: House) -> None:
    file = whole_case(house)
    taken = services.take_snapshot(by=house.user("coordinator"))
    said = values(taken.folder)
    raw = b"".join(path.read_bytes() for path in taken.folder.iterdir())
    alert = file.alert
    assert alert is not None
    ids = [file.pk, file.person_id, alert.pk, alert.case_id, house.organisation.pk, house.user("lawyer").pk]
    hidden = [
        NAME,
        PLACE,
        ACCOUNT,
        NARRATIVE,
        "Marker",
        alert.reference,
        file.person.code,
        house.user("lawyer").username,
    ]
    for text in [*hidden, *(str(i) for i in ids), *(i.hex for i in ids)]:
        assert text.encode() not in raw
        assert not any(text in value for value in said)
    assert not any(i.bytes in raw for i in ids)
    assert taken.secret not in raw
    assert taken.manifest["files"]["exploitation"]["rows"] == 1
    assert "MA" in said


def test_correcting_a_name_changes_no_byte_and_no_figure(house: House, tmp_path: Path) -> None:
    file = whole_case(house)
    one, other = tmp_path / "one", tmp_path / "other"
    snapshot.write(one, house.organisation.pk, SECRET)
    before = services.figures(house.organisation, clock.today().year)
    person = file.person
    person.refresh_from_db()
    casefiles.change_person(
        person,
        PersonFacts(gender="woman", birth_year=1990, birth_year_answer="known", country="MA", nationalities=("MA",),
                    languages=("ar", "fr"), names="Another Name"),
        revision=person.revision, by=house.user("social_worker"), vault=house.vault("social_worker"),
    )  # fmt: skip
    snapshot.write(other, house.organisation.pk, SECRET)
    assert [p.name for p in sorted(one.iterdir())] == [f"{name}.parquet" for name in sorted(TABLES)]
    for path in one.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name
    assert services.figures(house.organisation, clock.today().year) == before


def test_only_the_rows_of_one_organisation(house: House, tmp_path: Path) -> None:
    whole_case(house)
    other = found_organisation("other")
    take_alert(other)
    files = snapshot.write(tmp_path / "other", other.organisation.pk, SECRET)
    assert {name: f["rows"] for name, f in files.items() if f["rows"]} == {"alert": 1, "ask": 1, "organisation": 1}


def test_batches_change_nothing_but_their_size(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        take_alert(house)
    snapshot.write(tmp_path / "whole", house.organisation.pk, SECRET)
    monkeypatch.setattr(snapshot, "BATCH", 2)
    snapshot.write(tmp_path / "parts", house.organisation.pk, SECRET)
    whole, parts = (pq.read_table(tmp_path / name / "alert.parquet").to_pylist() for name in ("whole", "parts"))
    assert whole == parts
    assert len(whole) == 3


def test_an_instant_becomes_the_local_day(house: House, tmp_path: Path) -> None:
    """Half past midnight in Paris on New Year's Day is still last year in UTC."""
    take_alert(house, received_at=datetime(2019, 1, 1, 0, 30, tzinfo=ZoneInfo("Europe/Paris")))
    snapshot.write(tmp_path / "s", house.organisation.pk, SECRET)
    assert pq.read_table(tmp_path / "s" / "alert.parquet").column("received_on").to_pylist() == [date(2019, 1, 1)]


def test_a_snapshot_is_whole_or_absent(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(snapshot, "sha256", broken)
    with pytest.raises(OSError, match="disk full"):
        snapshot.write(tmp_path / "s", house.organisation.pk, SECRET)
    assert list(tmp_path.iterdir()) == []


def test_keys_say_nothing_without_the_secret_nor_the_table() -> None:
    record = uuid4()
    key = snapshot.key_of(record, "alert", SECRET)
    assert key == snapshot.key_of(UUID(str(record)), "alert", SECRET)
    assert len({key, snapshot.key_of(record, "person", SECRET), snapshot.key_of(record, "alert", bytes(32))}) == 3
    assert 0 <= key < 2**63


def test_files_are_for_the_owner_only_and_match_their_manifest(house: House) -> None:
    take_alert(house)
    taken = services.take_snapshot(by=house.user("data_officer"))
    assert {oct(path.stat().st_mode & 0o777) for path in taken.folder.iterdir()} == {"0o600"}
    assert taken.folder.stat().st_mode & 0o077 == 0
    assert snapshot.altered(taken.folder, taken.manifest["files"]) == []
    (taken.folder / "alert.parquet").write_bytes(b"other")
    (taken.folder / "ask.parquet").unlink()
    assert snapshot.altered(taken.folder, taken.manifest["files"]) == ["alert", "ask"]
    with pytest.raises(CommandError, match="alert"):
        call_command("snapshot", "--verify", "--organisation", "havre")


def test_queries_do_not_grow_with_the_caseload(house: House, tmp_path: Path) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            snapshot.write(tmp_path / name, house.organisation.pk, SECRET)
        return len(caught)

    take_alert(house)
    few = queries("few")
    for _ in range(4):
        take_alert(house)
    assert queries("many") == few == len(TABLES)


# --- taking one ---
def test_only_those_who_may_take_a_snapshot_of_their_own_organisation(house: House) -> None:
    other = found_organisation("other")
    for role in ("reception", "lawyer", "administrator"):
        with pytest.raises(PermissionDenied):
            services.take_snapshot(by=house.user(role))
    with pytest.raises(PermissionDenied):
        services.take_snapshot(other.organisation, by=house.user("coordinator"))
    assert not Snapshot.objects.exists()
    taken = services.take_snapshot(by=house.user("coordinator"))
    event = Event.objects.get(kind="statistics.snapshot.taken")
    assert (event.target, event.actor_id) == (str(taken.pk), house.user("coordinator").pk)
    assert set(taken.manifest) == {"as_of", "catalogue", "files", "last_event", "schema", "software"}


def test_it_is_taken_again_only_when_a_fact_changed(house: House) -> None:
    take_alert(house)
    first = services.ensure_current(house.organisation)
    house.client("coordinator").get("/")
    assert services.ensure_current(house.organisation) == first
    take_alert(found_organisation("other"))
    assert services.ensure_current(house.organisation) == first
    take_alert(house)
    second = services.ensure_current(house.organisation)
    assert second != first
    assert second.manifest["files"]["alert"]["rows"] == 2
    with clock.travel(datetime(2031, 5, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))):
        assert services.ensure_current(house.organisation).as_of == date(2031, 5, 1)
    assert Snapshot.objects.filter(organisation=house.organisation, current=True).count() == 1


def test_a_lost_file_or_another_catalogue_makes_a_new_one(house: House) -> None:
    first = services.ensure_current(house.organisation)
    (first.folder / "alert.parquet").unlink()
    second = services.ensure_current(house.organisation)
    assert second != first
    second.manifest["catalogue"] = "older"
    second.save()
    assert services.ensure_current(house.organisation) != second


def test_those_of_the_same_day_are_replaced(house: House, django_capture_on_commit_callbacks: Any) -> None:
    by = house.user("coordinator")
    taken = []
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            taken.append(services.take_snapshot(by=by))
    kept = set(Snapshot.objects.values_list("pk", flat=True))
    assert kept == {taken[1].pk, taken[2].pk}, "the one before stays for whoever is reading it"
    assert [t.folder.exists() for t in taken] == [False, True, True]


def test_what_fails_leaves_no_folder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = services.ensure_current(house.organisation)

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(services, "record", broken)
    with pytest.raises(RuntimeError):
        services.take_snapshot(by=house.user("coordinator"))
    assert Snapshot.objects.get(current=True) == first
    assert [folder.name for folder in first.folder.parent.iterdir()] == [str(first.pk)]


# --- figures out of it ---
def test_one_alert_moves_the_figures_it_should_and_no_other(house: House) -> None:
    whole_case(house)
    year = clock.today().year
    before = services.figures(house.organisation, year)
    take_alert(
        house, source_kind="neighbour", channel="phone", urgency="none", agreement="yes", complaint_filed="unknown"
    )
    after = services.figures(house.organisation, year)
    moved = {code for code in after if after[code].n != before[code].n}
    assert moved == {"INT-01", "INT-05", "INT-10", "INT-14", "INT-15"}
    assert after["INT-01"].n == before["INT-01"].n + 1 == 2
    # The others of the chapter have one more in their base, unknown or not; people are not touched at all.
    assert {code for code in after if after[code] != before[code]} <= {c for c in after if c.startswith("INT")}
    assert after["NEW-01"] == before["NEW-01"]


def test_studying_interviewing_deciding_and_opening_move_the_funnel(house: House) -> None:
    year = clock.today().year
    funnel = ("INT-01", "INT-02", "INT-03", "INT-04", "NEW-01", "ACT-01")

    def counts() -> tuple[int, ...]:
        found = services.figures(house.organisation, year, funnel, before=0)
        return tuple(found[code].n for code in funnel)

    assert counts() == (0, 0, 0, 0, 0, 0)
    take_alert(house)
    assert counts() == (1, 0, 0, 0, 0, 0)
    studied_alert(house)
    assert counts() == (2, 1, 0, 0, 0, 0)
    alert = accepted_alert(house)
    assert counts() == (3, 2, 1, 1, 0, 0)
    open_file(house, alert=alert)
    assert counts() == (3, 2, 1, 1, 1, 1)


def test_the_rows_behind_a_figure_are_the_records(house: House) -> None:
    year = clock.today().year
    alert, _other = take_alert(house, source_kind="neighbour"), take_alert(house, source_kind="ofii")
    file = whole_case(house)
    organisation = house.organisation
    assert services.records_behind(organisation, "INT-05", year, "source_kind", "ofii") == (Unit.ALERT, [_other.pk])
    unit, behind = services.records_behind(organisation, "INT-05", year, "source_family", "third_party")
    assert (unit, set(behind)) == (Unit.ALERT, {alert.pk, file.alert_id})
    assert services.records_behind(organisation, "ACT-01", year, "unit", "legal") == (Unit.PERSON, [file.person_id])
    assert services.records_behind(organisation, "ACT-01", year, "unit", "psychology") == (Unit.PERSON, [])
    assert services.records_behind(organisation, "ORG-01", year) == (Unit.ORGANISATION, [])
    assert services.records_behind(found_organisation("other").organisation, "INT-01", year)[1] == []


def test_labels_follow_the_language_of_the_reader(house: House) -> None:
    take_alert(house)
    said = set()
    for language in ("en", "fr", "ar"):
        with translation.override(language):
            table = services.figures(house.organisation, clock.today().year, ["INT-05"])["INT-05"].breakdowns[
                "source_family"
            ]
            said.add(table.cell("third_party").label)
    assert len(said) == 3


def test_the_command_exits_in_error_on_a_difference(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="F017"):
        call_command("figures", "2019", "--against", "reference", "--organisation", "havre")
    printed = capsys.readouterr().out
    assert "F017" in printed
    assert "different" in printed
    call_command("figures", "2019", "--organisation", "havre")
    assert "INT-01" in capsys.readouterr().out


def test_the_main_exploitation_is_the_first(house: House) -> None:
    file = whole_case(house)
    add_exploitation(house, file, setting="business")
    first = Exploitation.objects.get(person=file.person, rank=1)
    year = clock.today().year
    table = services.figures(house.organisation, year, ["EXP-09"], before=0)["EXP-09"].breakdowns["setting"]
    assert table.cell(first.setting).n == table.known == 1
