"""How each figure of the 2019 report is read from the catalogue: a table, one line a figure, and why some cannot be."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from havre.statistics.comparison import Doubt, Gives, Own, Reading, Verdict, judge, printed, read
from havre.statistics.results import Result

REFERENCE = Path(__file__).parent / "reference" / "figures_2019.csv"
COLUMNS = ("id", "section", "label", "value", "unit", "year", "denominator_or_population", "note")


@dataclass(frozen=True)
class Published:
    """One line of the reference file."""

    id: str
    section: str
    label: str
    value: str
    unit: str
    year: int
    population: str
    note: str


@dataclass(frozen=True)
class Compared:
    """A published figure beside one's own."""

    published: Published
    verdict: Verdict
    code: str = ""
    own: Own | None = None
    why: str = ""


def load(path: Path = REFERENCE) -> list[Published]:
    """Read a reference file. Raises `ValueError` when its columns are others."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} must have the columns {', '.join(COLUMNS)}.")
        return [
            Published(
                row["id"], row["section"], row["label"], row["value"], row["unit"],
                int(row["year"]) if row["year"].isdigit() else 0, row["denominator_or_population"], row["note"],
            )
            for row in reader
        ]  # fmt: skip


def _count(code: str, by: str = "", *keys: str) -> Reading:
    return Reading(code, Gives.COUNT, by, keys)


def _share(code: str, by: str = "", *keys: str) -> Reading:
    return Reading(code, Gives.SHARE, by, keys)


def _mean(code: str, divide: int = 1) -> Reading:
    return Reading(code, Gives.MEAN, divide=divide)


#: The hours of the chart, for three years.
_HOURS = {
    f"F{86 + 3 * at + band:03}": _share("NEW-05", "hours_band", key)
    for at in range(3)
    for band, key in enumerate(("480-720", "720-900", "900+"))
}

READINGS: dict[str, Reading] = {
    "F002": _mean("ORG-01"),
    "F003": _count("INT-01"),
    "F004": _count("ACT-01"),
    "F005": _count("NEW-01"),
    "F012": _count("ACT-01", "unit", "social"),
    "F017": _count("INT-01"),
    "F018": _count("INT-02"),
    "F019": _count("INT-03"),
    "F020": _count("ACT-01"),
    "F021": _count("NEW-01"),
    "F026": _count("ACT-01", "unit", "legal"),
    "F027": _share("ACT-09"),
    "F045": _count("INT-09"),
    "F046": _mean("ORG-01"),
    "F047": _count("INT-01"),
    "F048": _count("INT-01"),
    "F049": _share("INT-02"),
    "F050": _share("INT-02"),
    "F051": _share("INT-03"),
    "F052": _share("INT-03"),
    "F053": _share("INT-06"),
    "F054": _share("INT-05", "source_family", "professional"),
    "F055": _share("INT-05", "source_family", "professional"),
    "F056": _share("INT-05", "source_family", "third_party"),
    "F057": _share("INT-05", "source_family", "third_party"),
    "F058": _share("INT-05", "source_family", "self"),
    "F059": _share("INT-05", "source_family", "self"),
    "F060": _mean("INT-07"),
    "F061": _share("INT-08", "redirection", "labour_law"),
    "F062": _share("INT-08", "redirection", "none"),
    "F063": _share("INT-08", "redirection", "other"),
    "F064": _share("INT-08", "redirection", "social_service"),
    "F065": _share("INT-08", "redirection", "lawyer"),
    "F066": _share("INT-08", "redirection", "violence_against_women"),
    "F067": _share("INT-08", "redirection", "immigration_law"),
    "F068": _share("INT-08", "redirection", "police"),
    "F069": _share("INT-04"),
    "F070": _share("INT-04"),
    "F071": _share("NEW-01", "source_family", "authority"),
    "F072": _share("NEW-01", "source_family", "third_party"),
    "F073": _share("NEW-01", "source_family", "third_party"),
    "F074": _share("NEW-01", "source_family", "specialised"),
    "F075": _share("NEW-01", "source_family", "specialised"),
    "F076": _count("NEW-02"),
    "F077": _count("NEW-02"),
    "F078": _share("NEW-03", "age_at_start", "0-18"),
    "F079": _share("NEW-03", "age_at_start", "18-36"),
    "F080": _share("NEW-03", "age_at_start", "36-61"),
    "F081": _count("NEW-04"),
    "F082": _share("NEW-04", "country", "CI"),
    "F083": _share("NEW-05", "hours_band", "900+"),
    "F084": _share("NEW-05", "hours_band", "900+"),
    "F085": _share("NEW-06", "pay", "0-1"),
    **_HOURS,
    "F095": _share("NEW-06", "pay", "0-1"),
    "F096": _share("NEW-06", "pay", "1-15100"),
    "F097": _share("NEW-06", "pay", "15100-50000"),
    "F098": _share("NEW-06", "pay", "50000+"),
    "F099": _count("ACT-01"),
    "F100": Reading("ACT-01", Gives.CHANGE),
    "F101": _share("ACT-01", "gender", "man"),
    "F102": _share("ACT-01", "gender", "man"),
    "F103": _mean("ACT-02"),
    "F104": _share("ACT-02", "age_band", "25-40"),
    "F105": _share("ACT-02", "age_band", "40-60"),
    "F106": _share("ACT-02", "age_band", "60+"),
    "F107": _share("ACT-02", "age_band", "0-25"),
    "F108": _share("ACT-03"),
    "F109": _share("ACT-04"),
    "F110": _share("ACT-05"),
    "F111": _share("ACT-06", "gender", "woman"),
    "F112": _share("ACT-06", "gender", "man"),
    "F113": _share("ACT-07"),
    "F114": _count("EXP-01"),
    "F115": _share("EXP-03"),
    "F116": _share("EXP-04"),
    "F117": _mean("EXP-05", 60),
    "F118": _mean("EXP-06"),
    "F119": _share("EXP-07", "pay_band", "0-1"),
    "F120": _share("EXP-07", "pay_band", "1-15000"),
    "F121": _share("EXP-07", "pay_band", "15000-50000"),
    "F122": _share("EXP-07", "pay_band", "50000+"),
    "F123": _count("EXP-08"),
    "F124": _share("EXP-09", "setting", "domestic"),
    "F125": _share("EXP-09", "setting", "business"),
    "F126": _share("EXP-10", "sector", "catering_food"),
    "F127": _share("EXP-10", "sector", "construction"),
    "F128": _share("EXP-10", "sector", "agriculture"),
    "F129": _share("EXP-09", "setting", "domestic_and_business"),
    "F130": _count("EXP-12"),
    "F131": _count("EXP-13"),
    "F132": _share("EXP-14", "abuse", "psychological"),
    "F133": _share("EXP-14", "abuse", "physical"),
    "F134": _share("EXP-14", "abuse", "sexual"),
    "F135": _count("ACT-11"),
    "F136": _share("ACT-11", "country", "MA"),
    "F137": _share("ACT-11", "country", "CI"),
    "F138": _share("ACT-11", "country", "PH"),
    "F139": _count("ACT-01", "unit", "social"),
}

#: Where the report may contradict itself; checked again each time from its own figures.
DOUBTS: dict[str, Doubt] = {
    **{name: Doubt(exclusive=("F055", "F057", "F059")) for name in ("F055", "F057", "F059")},
    "F026": Doubt(same_as="F155"),
    "F072": Doubt(base=45),
    "F083": Doubt(base=45),
    "F085": Doubt(base=45),
    "F108": Doubt(base=200),
    "F122": Doubt(base=200),
}

#: Why the other figures are not read from files here, by section number. "The records" exist in a later version.
REASONS: dict[str, str] = {
    "1": "not a count of files: the staff, or an event outside them",
    "2": "not a count of files: premises and tools",
    "3": "its records come with the social, outreach and legal units",
    "4": "an event, not a count of files",
    "5": "an event, not a count of files",
    "11": "its records come with the social unit",
    "12": "its records come with the social unit",
    "13": "its records come with the psychology unit",
    "14": "its records come with the legal unit",
    "15": "its records come with group cases",
    "16": "its records come with the legal unit",
    "17": "its records come with the legal unit",
    "18": "a fact about a network, not a count of files",
    "19": "its records come with trainings",
    "20": "its records come with trainings",
    "21": "its records come with the accounts",
    "22": "a plan, not a count of files",
    "23": "the story of one person, not a figure",
}

Figures = Callable[[int, Iterable[str]], dict[str, Result]]


def reason(line: Published) -> str:
    """Why a figure has no reading."""
    return REASONS.get(line.section.partition(" ")[0], "no indicator counts it")


def compare(lines: list[Published], figures: Figures) -> list[Compared]:
    """Compare published figures with one's own. `figures` gives results of some codes for a year, with the year before."""
    others = {line.id: printed(line.value) for line in lines}
    wanted: dict[int, set[str]] = {}
    for line in lines:
        if line.id in READINGS:
            wanted.setdefault(line.year, set()).add(READINGS[line.id].code)
    counted = {year: figures(year, sorted(codes)) for year, codes in sorted(wanted.items())}
    found = []
    for line in lines:
        reading, figure = READINGS.get(line.id), others[line.id]
        if reading is None or figure is None:
            found.append(Compared(line, Verdict.NOT_FROM_FILES, why=reason(line)))
            continue
        own = read(counted[line.year][reading.code], reading, line.unit)
        verdict, why = judge(figure, own, DOUBTS.get(line.id), others)
        found.append(Compared(line, verdict, reading.code, own, why))
    return found
