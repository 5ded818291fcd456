"""Printed figures against counted ones: precision, verdicts, and the arithmetic of a report that contradicts itself."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.core import codelists
from havre.statistics import catalogue, published
from havre.statistics.comparison import (
    Doubt,
    Gives,
    Own,
    Printed,
    Reading,
    Verdict,
    judge,
    over_a_hundred,
    printed,
    read,
    two_values,
    unreachable,
)
from havre.statistics.dimensions import DIMENSIONS
from havre.statistics.results import Breakdown, Cell, Result, half_up


def figure(text: str) -> Printed:
    """A printed figure that is one."""
    found = printed(text)
    assert found is not None
    return found


def own(value: str | None, n: int = 0, base: int = 0) -> Own:
    """A counted value."""
    return Own(None if value is None else Fraction(value), n, base, 0)


@pytest.mark.parametrize("text", ["~60", ">200", "", "169bis bd Vincent Auriol", "1/0", "10 %", "1.2.3", "-4"])
def test_what_is_no_plain_number_is_not_read(text: str) -> None:
    assert printed(text) is None


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("380", "380", Verdict.EQUAL), ("380", "381", Verdict.DIFFERENT), ("59", "22600/380", Verdict.ROUNDED),
        ("11.65", "1200/103", Verdict.ROUNDED), ("11.65", "1165/100", Verdict.EQUAL), ("12", "1150/100", Verdict.ROUNDED),
        ("11", "1150/100", Verdict.DIFFERENT), ("10.5", "1900/181", Verdict.ROUNDED), ("1/3", "35/106", Verdict.ROUNDED),
        ("1/3", "1/3", Verdict.EQUAL), ("1/3", "29/106", Verdict.DIFFERENT), ("14.7", "147/10", Verdict.EQUAL),
    ],
)  # fmt: skip
def test_a_printed_figure_says_as_much_as_its_decimals(text: str, value: str, verdict: Verdict) -> None:
    assert figure(text).says(Fraction(value)) == verdict


@given(st.integers(1, 400).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))), st.integers(0, 2))
def test_a_share_that_was_counted_is_never_called_unreachable(share: tuple[int, int], places: int) -> None:
    n, base = share
    text = str(half_up(Fraction(100 * n, base), places))
    assert unreachable(figure(text), base) == ""
    assert judge(figure(text), own(f"{100 * n}/{base}"))[0] in (Verdict.EQUAL, Verdict.ROUNDED)


def test_a_share_no_count_can_give_is_shown_with_its_neighbours() -> None:
    assert unreachable(figure("28"), 45) == "no count of 45 gives 28 %: 12/45 = 26.7 % and 13/45 = 28.9 %"
    assert unreachable(figure("61"), 45)
    assert unreachable(figure("61"), 36) == ""
    assert unreachable(figure("28"), 0) == ""


def test_shares_that_add_up_to_more_than_rounding_allows() -> None:
    assert over_a_hundred([figure("41"), figure("41"), figure("33")]) == "41 + 41 + 33 = 115 %, over 100 %"
    assert over_a_hundred([figure("34"), figure("34"), figure("33")]) == ""  # 101: three roundings
    assert over_a_hundred([figure("60"), figure("13"), figure("23"), figure("4.6")]) == ""
    assert over_a_hundred([]) == ""


def test_two_values_for_one_thing() -> None:
    assert two_values(figure("164"), figure("185"), "F155") == "printed 164 here and 185 in F155"
    assert two_values(figure("164"), figure("164"), "F155") == ""
    assert two_values(figure("164"), None, "F155") == ""


def test_a_doubt_excuses_nothing_by_itself() -> None:
    """It is looked at only when the figures differ, and only its arithmetic makes a contradiction."""
    others = {"A": figure("41"), "B": figure("41"), "C": figure("33")}
    sums = Doubt(exclusive=("A", "B", "C"))
    assert judge(others["B"], own("14600/356"), sums, others) == (Verdict.ROUNDED, "")
    assert judge(others["A"], own("8500/356"), sums, others) == (
        Verdict.CONTRADICTION,
        "41 + 41 + 33 = 115 %, over 100 %",
    )
    assert judge(others["A"], own("8500/356"), sums, {**others, "B": figure("26")})[0] == Verdict.DIFFERENT
    assert judge(figure("27"), own("1300/45"), Doubt(base=45)) == (Verdict.DIFFERENT, "")
    assert judge(figure("27"), own(None)) == (Verdict.DIFFERENT, "")


def result() -> Result:
    """A result with one table."""
    table = Breakdown("gender", "Gender", (Cell("woman", "W", 30, 40), Cell("man", "M", 10, 40)), 40, 2, 1)
    before = Result("X", 2018, 40, 40, 40)
    return Result("X", 2019, 50, 50, 48, 1, 1, total=720, share_base=100, breakdowns={"gender": table}, before=before)


@pytest.mark.parametrize(
    ("reading", "unit", "value", "counts"),
    [
        (Reading("X"), "persons", 50, (50, 100, 2)),
        (Reading("X", Gives.SHARE), "%", 50, (50, 100, 2)),
        (Reading("X", Gives.SHARE), "share", Fraction(1, 2), (50, 100, 2)),
        (Reading("X", Gives.MEAN), "days", 15, (48, 50, 2)),
        (Reading("X", Gives.MEAN, divide=60), "hours/day", Fraction(1, 4), (48, 50, 2)),
        (Reading("X", Gives.CHANGE), "%", 25, (50, 40, 2)),
        (Reading("X", Gives.SHARE, "gender", ("man",)), "%", 25, (10, 40, 3)),
        (Reading("X", Gives.COUNT, "gender", ("man", "woman")), "persons", 40, (40, 40, 3)),
    ],
)
def test_reading_a_result(reading: Reading, unit: str, value: Fraction, counts: tuple[int, int, int]) -> None:
    found = read(result(), reading, unit)
    assert found.value == value
    assert (found.n, found.base, found.unknown) == counts


def test_the_text_of_a_value_is_short_and_exact_when_it_can_be() -> None:
    assert [own(v).text for v in ("380", "22600/380", "147/10", None, "100")] == [
        "380",
        "59.47",
        "14.7",
        "unknown",
        "100",
    ]


# --- the table of readings ---
LINES = published.load()


def test_the_reference_is_whole() -> None:
    assert len(LINES) == 230
    assert len({line.id for line in LINES}) == 230


@pytest.mark.parametrize("name", sorted(published.READINGS))
def test_a_reading_is_of_an_indicator_and_a_category_that_exist(name: str) -> None:
    reading = published.READINGS[name]
    line = next(line for line in LINES if line.id == name)
    assert printed(line.value) is not None
    indicator = catalogue.get(reading.code)
    if reading.by:
        assert reading.by in indicator.by
        dimension = DIMENSIONS[reading.by]
        assert set(reading.keys) <= set(dimension.categories())
    if reading.gives is Gives.MEAN:
        assert indicator.gives is catalogue.Gives.MEAN
    if reading.gives is Gives.SHARE and not reading.by:
        assert indicator.share_of or indicator.gives is catalogue.Gives.SHARE
    assert (line.unit in ("%", "share")) == (reading.gives in (Gives.SHARE, Gives.CHANGE))


def test_every_figure_of_the_sections_of_this_version_has_a_reading() -> None:
    wanted = [
        line for line in LINES if line.section.startswith(("3 Key figures: reception", "6 ", "7 ", "8 ", "9 ", "10 "))
    ]
    assert [line.id for line in wanted if line.id not in published.READINGS] == []
    assert len(wanted) == 99


def test_every_other_figure_has_its_reason() -> None:
    missing = [
        line.id
        for line in LINES
        if line.id not in published.READINGS and published.reason(line) == "no indicator counts it"
    ]
    assert missing == []


def test_bands_of_the_chart_are_those_of_the_engine() -> None:
    assert {"480-720", "720-900", "900+"} <= set(DIMENSIONS["hours_band"].categories())
    assert codelists.get("redirection").codes == DIMENSIONS["redirection"].categories()


def test_comparing_gives_a_line_for_each_figure() -> None:
    asked = []

    def figures(year: int, codes: object) -> dict[str, Result]:
        asked.append(year)
        return {code: Result(code, year, 380, 380, 380) for code in codes}  # type: ignore[attr-defined]

    lines = [line for line in LINES if line.id in ("F003", "F048", "F006", "F011")]
    found = {c.published.id: c.verdict for c in published.compare(lines, figures)}
    assert found == {
        "F003": Verdict.EQUAL, "F048": Verdict.DIFFERENT, "F006": Verdict.NOT_FROM_FILES, "F011": Verdict.NOT_FROM_FILES,
    }  # fmt: skip
    assert asked == [2018, 2019]


def test_a_file_with_other_columns_is_refused(tmp_path: object) -> None:
    path = tmp_path / "other.csv"  # type: ignore[operator]
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="must have the columns"):
        published.load(path)
