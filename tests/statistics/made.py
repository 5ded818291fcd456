"""Results written by hand: what the charts, the report and the workbook are tried on."""

from __future__ import annotations

from havre.statistics.results import Breakdown, Cell, Result
from havre.statistics.shown import Shown

HOURS = (("h8_12", "8–12 h"), ("h12_15", "12–15 h"), ("h15", "15 h and more"))


def table(
    by: str, title: str, counts: dict[str, int], *, unknown: int = 0, multiple: bool = False, known: int = 0
) -> Breakdown:
    """A breakdown whose labels are its keys; the base is what is known."""
    base = known or sum(counts.values())
    return Breakdown(by, title, tuple(Cell(k, k, n, base) for k, n in counts.items()), base, unknown, multiple=multiple)


def hours(counts: tuple[int, int, int]) -> Breakdown:
    """Bands of hours a day."""
    base = sum(counts)
    cells = tuple(Cell(key, label, n, base) for (key, label), n in zip(HOURS, counts, strict=True))
    return Breakdown("hours_band", "Hours a day", cells, base, 45 - base)


def shown(result: Result, title: str, theme: str = "reception", *, measure: str = "") -> Shown:
    """A figure with its definition."""
    return Shown(
        code=result.code, title=title, why="Shows what it shows.", unit="alerts", theme=theme, theme_title="Theme",
        population="Alerts received in the year.", formula="Count of the population.", answers=("R14", "R32"),
        result=result, measure=measure,
    )  # fmt: skip


def figures() -> list[Shown]:
    """A small year: the funnel, a mean, bands by year, a map, and a title that looks like a formula."""
    before = Result("INT-01", 2018, 356, 356, 356)
    where = table("redirection", "Where to", {"labour_law": 122, "none": 65, "other": 61, "lawyer": 34})
    h2017 = Result("NEW-03", 2017, 42, 42, 42, breakdowns={"hours_band": hours((3, 13, 17))})
    h2018 = Result("NEW-03", 2018, 45, 45, 45, breakdowns={"hours_band": hours((2, 18, 16))}, before=h2017)
    departments = table("department", "Departments", {"75": 67, "93": 30, "974": 1}, unknown=28)
    return [
        shown(Result("INT-01", 2019, 380, 380, 380, breakdowns={"redirection": where}, before=before), "Alerts received"),
        shown(Result("INT-02", 2019, 226, 380, 380, share_base=380), "Studied in depth"),
        shown(Result("INT-05", 2019, 300, 380, 300, unknown=80, total=5100), "Days to the first action", measure="days"),
        shown(Result("NEW-03", 2019, 45, 45, 45, breakdowns={"hours_band": hours((5, 9, 22))}, before=h2018), "Hours worked", "new_victims"),
        shown(Result("EXP-01", 2019, 35, 200, 172, unknown=28, breakdowns={"department": departments}), "=SUM(A1:A9)", "exploitation"),
    ]  # fmt: skip
