"""The declarations: each indicator says enough to be read, and no two say the same thing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.functional import Promise

from havre.statistics import catalogue, comparison
from havre.statistics.catalogue import FUNNEL, KEY, THEMES, Gives, Unit, indicator
from havre.statistics.dimensions import DIMENSIONS, NOT_KNOWN
from havre.statistics.facts import TABLES, Facts

EVERY = catalogue.indicators()


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) >= 40
    assert {i.theme for i in EVERY} == set(THEMES)


@pytest.mark.parametrize("each", EVERY, ids=lambda i: i.code)
def test_an_indicator_says_what_it_counts_of_whom_and_why(each: catalogue.Indicator) -> None:
    for text in (each.title, each.why, each.population):
        assert isinstance(text, Promise), "not translated"
        assert str(text).strip()
    assert str(each.population).endswith(".")
    assert str(each.why).endswith(".")
    assert each.definition.endswith((".", "?"))
    assert each.answers
    assert all(name.startswith("R") and 1 <= int(name[1:]) <= 155 for name in each.answers)
    assert each.unit in Unit
    assert each.author
    assert isinstance(each.reviewed_on, date)
    assert each.formula
    assert each.theme_title
    assert bool(each.measure) == (each.gives is Gives.MEAN)
    assert set(each.by) <= set(DIMENSIONS)
    assert each.gives is not Gives.TABLE or each.by, "a table without a breakdown tells nothing"


@pytest.mark.parametrize("code", [i.code for i in EVERY if i.share_of])
def test_a_share_is_of_what_has_the_same_unit(code: str) -> None:
    each = catalogue.get(code)
    assert each.gives is Gives.COUNT
    assert catalogue.get(each.share_of).unit == each.unit
    assert catalogue.get(each.share_of).gives is Gives.COUNT


def test_codes_and_titles_are_not_shared() -> None:
    assert len({i.code for i in EVERY}) == len(EVERY)
    assert len({(str(i.title), i.theme) for i in EVERY}) == len(EVERY)
    assert len({i.function for i in EVERY}) == len(EVERY)
    with pytest.raises(ValueError, match="INT-01 is declared twice"):
        indicator(code="INT-01", title="x", why="x", population="x", answers=("R1",), unit=Unit.ALERT)(lambda facts: 0)


def test_what_pages_name_exists() -> None:
    assert {*KEY, *FUNNEL} <= {i.code for i in EVERY}


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
def test_a_breakdown_is_used_and_its_categories_have_labels(name: str) -> None:
    dimension = DIMENSIONS[name]
    assert any(name in i.by for i in EVERY), "nothing is broken down by it"
    categories = dimension.categories()
    assert categories
    assert len(set(categories)) == len(categories)
    assert not set(categories) & set(dimension.apart)
    assert all(dimension.label(key) != key or key.isupper() for key in categories)
    assert isinstance(dimension.title, Promise)
    if dimension.of:
        parents = {dimension.parent(key) for key in DIMENSIONS[dimension.of].categories()}
        assert parents <= set(categories)
        assert [dimension.parent(key) for key in NOT_KNOWN] == list(NOT_KNOWN)


@pytest.mark.parametrize("name", [n for n, d in DIMENSIONS.items() if d.labels and "-" in d.labels[0][0]])
def test_bands_leave_no_gap_and_do_not_overlap(name: str) -> None:
    keys = [key for key, _label in DIMENSIONS[name].labels]
    edges = [key.rstrip("+").split("-") for key in keys]
    assert keys[-1].endswith("+")
    assert [pair[1] for pair in edges[:-1]] == [pair[0] for pair in edges[1:]]
    assert int(edges[0][0]) == 0


@pytest.mark.parametrize(
    ("name", "table", "column", "expected"),
    [
        ("pay_band", "exploitation", "pay_cents", {0: "0-1", 1: "1-15000", 14_999: "1-15000", 15_000: "15000-50000",
                                                   49_999: "15000-50000", 50_000: "50000+"}),
        ("hours_band", "exploitation", "minutes_per_day", {479: "0-480", 480: "480-720", 719: "480-720", 720: "720-900",
                                                           899: "720-900", 900: "900+"}),
    ],
)  # fmt: skip
def test_bands_are_half_open(name: str, table: str, column: str, expected: dict[int, str]) -> None:
    rows = [{"id": number, column: number, f"{column}_answer": "known"} for number in expected]
    facts = Facts.of_rows({table: rows}, [2019])
    counted = facts[table]
    found = facts.engine.to_pyarrow(counted.select("id", key=DIMENSIONS[name].key(counted))).to_pylist()
    assert {row["id"]: row["key"] for row in found} == expected


def test_the_engine_only_counts() -> None:
    """Engines count, Python divides: what differs between engines is not asked of them."""
    folder = Path(catalogue.__file__).parent
    named = ("engine.py", "populations.py", "dimensions.py")
    files = [*(folder / name for name in named), *folder.glob("indicators/*.py")]
    for file in files:
        text = file.read_text()
        for word in (".mean(", ".round(", ".median(", ".std(", ".lower(", ".quantile(", ".sql(", "raw_sql"):
            assert word not in text, f"{file.name} asks the engine for {word}"


def test_comparing_knows_nothing_of_the_database() -> None:
    text = Path(comparison.__file__).read_text()
    assert "django" not in text.replace("no database, no engine", "")
    assert "ibis" not in text


def test_the_facts_are_the_tables_said() -> None:
    wanted = {"alert", "study", "interview", "redirection", "decision", "person", "nationality", "period", "arrival",
              "exploitation", "abuse", "sector", "control"}  # fmt: skip
    assert wanted <= set(TABLES)
    assert settings.CODELISTS_DIR.is_dir()
