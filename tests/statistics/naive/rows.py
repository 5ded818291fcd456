"""Who is counted and what is read of each: plain loops over plain rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from havre.core import codelists

Row = dict[str, Any]
APART = ("unknown", "refused", "not_applicable")
ACCOMPANY = ("accompany_social", "accompany_legal", "accompany_both")


@dataclass
class Naive:
    """What the twin finds of one indicator."""

    n: int
    population: int
    known: int
    unknown: int = 0
    refused: int = 0
    not_applicable: int = 0
    total: int | None = None
    # by → (cells {key: (n, base)}, known, unknown, refused, not_applicable)
    tables: dict[str, tuple[dict[str, tuple[int, int]], int, int, int, int]] = field(default_factory=dict)


@dataclass
class Counted:
    """One row that is counted, in a year."""

    row: Row
    answer: str = "known"
    value: int | None = None


class Twin:
    """All the twins, over one caseload and one year."""

    def __init__(self, rows: dict[str, list[Row]], year: int) -> None:
        self.rows, self.year = rows, year

    # --- populations ---
    def of(self, table: str, key: str, value: Any) -> list[Row]:
        return [row for row in self.rows[table] if row[key] == value]

    def received(self) -> list[Row]:
        return [a for a in self.rows["alert"] if a["received_on"].year == self.year]

    def standing(self, alert: Row) -> Row | None:
        for decision in self.of("decision", "alert", alert["id"]):
            if decision["outcome"] != "adjourn" and decision["overtaken_on"] is None:
                return decision
        return None

    def accompanied(self, alert: Row) -> bool:
        decision = self.standing(alert)
        return decision is not None and decision["outcome"] in ACCOMPANY

    def redirection(self, alert: Row) -> str | None:
        for row in self.of("redirection", "alert", alert["id"]):
            if row["main"]:
                return str(row["category"])
        return None

    def people(self) -> list[Row]:
        return [p for p in self.rows["person"] if p["opened_on"] is not None]

    def new(self) -> list[Row]:
        return [p for p in self.people() if p["opened_on"].year == self.year]

    def periods(self, person: Row) -> list[Row]:
        met = []
        for period in self.of("period", "person", person["id"]):
            if period["opened_on"].year <= self.year and (
                period["closed_on"] is None or period["closed_on"].year >= self.year
            ):
                met.append(period)
        return met

    def active(self) -> list[Row]:
        return [p for p in self.people() if self.periods(p)]

    def ended(self, person: Row) -> list[Row]:
        return [
            p for p in self.of("period", "person", person["id"]) if p["closed_on"] and p["closed_on"].year == self.year
        ]

    # --- facts about a person ---
    def arrival(self, person: Row, name: str) -> Any:
        for row in self.of("arrival", "person", person["id"]):
            return row[name]
        return None if name == "debt_cents" else "unknown"

    def main(self, person: Row) -> Row | None:
        for row in self.of("exploitation", "person", person["id"]):
            if row["rank"] == 1:
                return row
        return None

    def lived(self, person: Row, name: str, missing: Any = "unknown") -> Any:
        main = self.main(person)
        return missing if main is None else main[name] or (missing if isinstance(main[name], str) else main[name])

    def alert_of(self, person: Row, name: str) -> Any:
        for row in self.rows["alert"]:
            if row["id"] == person["alert"]:
                return row[name]
        return None if name == "received_on" else "unknown"

    def department(self, person: Row) -> str:
        country = self.lived(person, "country")
        if country not in ("FR", "unknown", "refused", "not_applicable"):
            return "not_applicable"
        return str(self.lived(person, "department"))

    def region_yes(self, person: Row) -> bool:
        department = self.department(person)
        return department not in APART and codelists.get("department").parent(department) == "idf"

    def start_age(self, person: Row) -> int | None:
        main = self.main(person)
        if main is None or main["began_on"] is None or person["birth_year"] is None:
            return None
        return int(main["began_on"].year - person["birth_year"])

    def main_sector(self, person: Row) -> str:
        main = self.main(person)
        for row in self.rows["sector"]:
            if main is not None and row["exploitation"] == main["id"] and row["main"]:
                return str(row["sector"])
        return "unknown"

    def suffered(self, person: Row, abuse: str) -> str:
        main = self.main(person)
        asked = self.lived(person, "abuse_asked")
        if asked != "yes" or main is None:
            return "refused" if asked == "refused" else "unknown"
        return "yes" if any(r["abuse"] == abuse for r in self.of("abuse", "exploitation", main["id"])) else "no"

    # --- shapes ---
    def ask(self, rows: list[Row], question: Callable[[Row], str]) -> list[Counted]:
        return [Counted(row, question(row)) for row in rows]

    def number(
        self, rows: list[Row], value: Callable[[Row], int | None], why: Callable[[Row], str] | None = None
    ) -> list[Counted]:
        found = []
        for row in rows:
            read = value(row)
            reason = "known" if read is not None else (why(row) if why else "unknown")
            found.append(Counted(row, "unknown" if reason == "known" and read is None else reason, read))
        return found
