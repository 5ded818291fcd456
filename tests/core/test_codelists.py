"""Every code list is sound, and a code keeps its meaning whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation
from pytest_django.fixtures import Settings

from havre.core import clock, codelists

HEADER = "code,parent,en,fr,ar,source,retired_on\n"
ANSWERED = {
    "transport",
    "visa",
    "organised_by",
    "paid_by",
    "setting",
    "lodging",
    "food",
    "recruitment",
    "promise",
    "yes_no",
    "country",
}
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, settings: Settings) -> Write:
    """Writes a list in a directory of its own, which is then the one Havre reads."""
    settings.CODELISTS_DIR = tmp_path

    def write_list(name: str, rows: str) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return path

    return write_list


def shipped() -> list[str]:
    return codelists.names()


def test_the_lists_of_the_domain_are_there() -> None:
    assert len(shipped()) >= 34
    assert {"source", "country", "department", "sector", "language", "legal_hint"} <= set(shipped())
    assert "department_tiles" not in shipped()


def test_every_shipped_list_is_sound() -> None:
    assert {name: faults for name in shipped() if (faults := codelists.validate(name))} == {}


def test_labels_of_siblings_differ_in_every_language() -> None:
    """Two choices of one list that read the same cannot be chosen between."""
    for name in shipped():
        codelist = codelists.get(name)
        for parent in ("", *codelist.roots):
            for language in ("en", "fr", "ar"):
                labels = [codelist.label(code, language) for code in codelist.children(parent)]
                assert len(labels) == len(set(labels)), (name, parent, language)


def test_arabic_labels_are_in_arabic_script() -> None:
    for name in shipped():
        codelist = codelists.get(name)
        for code in codelist:
            assert any("\u0600" <= letter <= "\u06ff" for letter in codelist.label(code, "ar")), (name, code)


def test_unknown_and_refused_say_the_same_everywhere_and_come_last() -> None:
    for name in shipped():
        codelist = codelists.get(name)
        for code in {"unknown", "refused"} & set(codelist):
            assert codelist[code].labels == codelists.get("yes_no")[code].labels, name
        universal = [code for code in codelist if code in ("unknown", "refused")]
        assert list(codelist)[len(codelist) - len(universal) :] == universal, name


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_question_put_to_a_person_may_be_unknown_or_refused(name: str) -> None:
    assert codelists.get(name).codes[-2:] == ("unknown", "refused")


def test_countries_are_all_under_a_continent() -> None:
    country = codelists.get("country")
    continents = ("africa", "asia", "europe", "north_america", "south_america", "oceania")
    assert country.roots == (*continents, "stateless", "unknown", "refused")
    countries = [code for continent in continents for code in country.children(continent)]
    assert len(countries) == 249
    assert all(len(code) == 2 and code.isupper() for code in countries)
    assert country.parent("PH") == "asia"
    assert country.parent("MA") == "africa"
    assert country.parent("FR") == "europe"


def test_france_has_101_departments_in_18_regions_each_with_its_own_square() -> None:
    department = codelists.get("department")
    regions = [root for root in department.roots if root != "unknown"]
    departments = {code for region in regions for code in department.children(region)}
    assert (len(regions), len(departments)) == (18, 101)
    assert department.parent("93") == "idf"
    assert department.parent("2A") == "cor"
    assert department.parent("974") == "reu"
    tiles = codelists.department_tiles()
    assert set(tiles) == departments
    assert len(set(tiles.values())) == 101
    assert min(min(place) for place in tiles.values()) == 1


def test_the_tile_map_keeps_the_compass() -> None:
    tiles = codelists.department_tiles()
    west, east, north, south = (tiles[code] for code in ("29", "67", "59", "66"))
    assert west[0] < tiles["75"][0] < east[0]
    assert north[1] < tiles["75"][1] < south[1]
    for neighbour in ("92", "93", "94"):  # the inner suburbs touch Paris
        assert max(abs(a - b) for a, b in zip(tiles["75"], tiles[neighbour], strict=True)) == 1


def test_label_follows_the_language_and_falls_back_to_english() -> None:
    sector = codelists.get("sector")
    with translation.override("fr"):
        assert sector.label("childcare") == "Garde d’enfants"
        assert sector.label("childcare", "en") == "Childcare"
    with translation.override("ar"):
        assert sector.label("childcare") == "رعاية أطفال"
    with translation.override("de"):
        assert sector.label("childcare") == "Childcare"
    with translation.override(None):
        assert sector.label("childcare") == "Childcare"
    assert sector.label("childcare", "fr-CA") == "Garde d’enfants"


def test_choices_are_said_in_the_language_of_the_reader_not_of_the_import() -> None:
    with translation.override("en"):
        choices = dict(codelists.get("gender").choices())
    with translation.override("fr"):
        assert str(choices["woman"]) == "Femme"


def test_choices_put_each_parent_just_before_its_children(write: Write) -> None:
    write("job", "a,,A,A,ا,x,\nb,,B,B,ب,x,\nb1,b,B1,B1,ب,x,\na1,a,A1,A1,ا,x,\nunknown,,U,U,غ,x,\n")
    job = codelists.get("job")
    assert [code for code, _ in job.choices()] == ["a", "a1", "b", "b1", "unknown"]
    groups = [
        (str(first), [code for code, _ in rest]) if isinstance(rest, list) else first
        for first, rest in job.grouped_choices()
    ]
    assert groups == [("A", ["a1"]), ("B", ["b1"]), "unknown"]
    assert job.children("b") == ("b1",)
    assert job.parent("b1") == "b"
    assert job.parent("b") == ""


def test_alphabetical_order_ignores_accents_and_leaves_unknown_last() -> None:
    with translation.override("fr"):
        labels = [str(label) for _, label in codelists.get("language").choices(alphabetical=True)]
    assert labels.index("Espagnol") < labels.index("Éwé") < labels.index("Fon")
    assert labels[-1] == "Inconnu"


def test_a_retired_code_leaves_the_choices_and_keeps_its_label(write: Write) -> None:
    write("job", "old,,Old,Vieux,قديم,x,2026-03-01\nnew,,New,Neuf,جديد,x,\n")
    job = codelists.get("job")
    paris = ZoneInfo("Europe/Paris")
    with clock.travel(datetime(2026, 2, 28, 12, tzinfo=paris)):
        assert job.active() == ("old", "new")
    with clock.travel(datetime(2026, 3, 1, 0, 30, tzinfo=paris)):
        assert job.active() == ("new",)
        assert [code for code, _ in job.choices()] == ["new"]
    assert job.codes == ("old", "new")
    assert job.label("old", "fr") == "Vieux"
    assert "old" in job


def test_a_retired_parent_takes_its_children_out_of_the_choices(write: Write) -> None:
    write("job", "old,,Old,Vieux,قديم,x,2019-01-01\na,old,A,A,ا,x,\nnew,,New,Neuf,جديد,x,\n")
    job = codelists.get("job")
    assert job.active() == ("new",)
    assert [code for code, _ in job.grouped_choices()] == ["new"]
    assert job.codes == ("old", "a", "new")


@pytest.mark.parametrize("name", ["nowhere", "../settings", "department_tiles", ""])
def test_an_unknown_list_is_refused(name: str) -> None:
    with pytest.raises(codelists.UnknownCodeList, match="There is no code list"):
        codelists.get(name)


def test_an_unknown_code_is_refused() -> None:
    gender = codelists.get("gender")
    for ask in (gender.label, gender.parent, gender.children):
        with pytest.raises(codelists.UnknownCode, match="'robot' is not a code of the list 'gender'"):
            ask("robot")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("", "empty"),
        ("a,,A,A,ا,x,\na,,B,B,ب,x,\n", "twice"),
        ("a,b,A,A,ا,x,\n", "parent 'b'"),
        ("a,,A,A,ا,x,\nb,a,B,B,ب,x,\nc,b,C,C,ج,x,\n", "parent 'b'"),
        ("a,a,A,A,ا,x,\n", "parent 'a'"),
        ("a,,A,,ا,x,\n", "label in 'fr'"),
        ("a,,A,A, ,x,\n", "label in 'ar'"),
        ("a,,A,A,ا,,\n", "no source"),
        ("a,,A,A,ا,x,01/03/2026\n", "not a date"),
        ("a,,A,A,ا,x,20260301\n", "not a date"),
        (",,A,A,ا,x,\n", "not a code"),
        (f"{'a' * 41},,A,A,ا,x,\n", "not a code"),
    ],
)
def test_a_faulty_list_is_described_and_never_loaded(write: Write, rows: str, fault: str) -> None:
    write("job", rows)
    assert any(fault in each for each in codelists.validate("job"))
    with pytest.raises(codelists.InvalidCodeList, match=r"job\.csv"):
        codelists.get("job")


def test_a_row_with_a_comma_too_many_is_refused(write: Write) -> None:
    write("job", "a,,A,B,A,ا,x,\n")
    with pytest.raises(codelists.InvalidCodeList, match="line 2 has 8 cells"):
        codelists.get("job")


def test_a_column_missing_is_described(write: Write) -> None:
    write("job", "").write_text("code,en\na,A\n", encoding="utf-8")
    assert "Columns are" in codelists.validate("job")[0]


def test_the_files_are_where_the_settings_say() -> None:
    assert (Path(settings.CODELISTS_DIR) / "sector.csv").is_file()
