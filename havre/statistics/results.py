"""What an indicator gives: exact counts, and the shares and means that plain Python draws from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def half_up(value: Fraction | int, places: int = 0) -> Decimal:
    """Round a fraction half up (away from zero), exactly: 2.5 → 3, 11.65 stays 11.65 with two places."""
    step = Decimal(1).scaleb(-places)
    exact = Decimal(Fraction(value).numerator) / Decimal(Fraction(value).denominator)
    return exact.quantize(step, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Cell:
    """One line of a table: a category and how many. `share` is of the known, `None` when the base is 0."""

    key: str
    label: str
    n: int
    base: int

    @property
    def share(self) -> Fraction | None:
        """The exact share, 0 to 1."""
        return Fraction(self.n, self.base) if self.base else None

    def percent(self, places: int = 0) -> Decimal | None:
        """The share in per cent, rounded half up."""
        return None if self.share is None else half_up(self.share * 100, places)


@dataclass(frozen=True)
class Breakdown:
    """A table of one indicator: cells, and the people of whom the answer is not known."""

    by: str
    title: str
    cells: tuple[Cell, ...]
    known: int
    unknown: int
    refused: int = 0
    not_applicable: int = 0
    # Several answers per person are possible: shares are not summed to 100.
    multiple: bool = False
    # A share in each group, not a composition: the base of a cell is the known of its group.
    within: bool = False

    def cell(self, key: str) -> Cell:
        """The cell of one category; n = 0 when nobody is in it."""
        return next((c for c in self.cells if c.key == key), Cell(key, key, 0, self.known))


@dataclass(frozen=True)
class Result:
    """One indicator for one year.

    `n` is its count (people, alerts...: see the indicator's unit). For a mean, `total` (integer: minutes, days, years)
    and `known` give it exactly. `share_base` is the count of the indicator it is a share of.
    """

    code: str
    year: int
    n: int
    population: int
    known: int
    unknown: int = 0
    refused: int = 0
    not_applicable: int = 0
    total: int | None = None
    share_base: int | None = None
    breakdowns: dict[str, Breakdown] = field(default_factory=dict)
    before: Result | None = None

    @property
    def mean(self) -> Fraction | None:
        """Exact mean in the indicator's unit of measure, or None when nothing is known."""
        return Fraction(self.total, self.known) if self.total is not None and self.known else None

    @property
    def share(self) -> Fraction | None:
        """Exact share of the indicator it refers to."""
        return Fraction(self.n, self.share_base) if self.share_base else None

    @property
    def change(self) -> Fraction | None:
        """Relative change on the year before (0.105 for +10.5 %), or None when there is no year before."""
        if self.before is None or not self.before.n:
            return None
        return Fraction(self.n - self.before.n, self.before.n)
