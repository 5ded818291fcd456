"""Comparing a printed figure with one counted from files. Pure: no database, no engine, no language.

A printed figure has a precision: "26" % says 25.5 to 26.5. A figure that differs is looked at once more: perhaps no
count of that population could ever print it, or the report's own shares do not add up. That is arithmetic, and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from havre.statistics.results import Result, half_up

#: A share printed as a fraction in words ("1/3") is the nearest one with a denominator up to this.
SIMPLE = 5


class Verdict(StrEnum):
    """What the comparison says."""

    EQUAL = "equal"
    ROUNDED = "equal within the printed rounding"
    CONTRADICTION = "the report contradicts itself here"
    NOT_FROM_FILES = "not from files"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Printed:
    """A figure as it is printed. `places`: decimals printed; `simple`: a fraction in words."""

    text: str
    value: Fraction
    places: int = 0
    simple: bool = False

    def says(self, value: Fraction) -> Verdict:
        """EQUAL, ROUNDED or DIFFERENT for a value in the printed unit."""
        if value == self.value:
            return Verdict.EQUAL
        if self.simple:
            near = value.limit_denominator(SIMPLE) == self.value
        else:
            near = half_up(value, self.places) == half_up(self.value, self.places)
        return Verdict.ROUNDED if near else Verdict.DIFFERENT


def printed(text: str) -> Printed | None:
    """Read "380", "11.65", "1/3"; None for what is not a number printed as such ("~60", ">2", a text)."""
    text = text.strip()
    top, slash, bottom = text.partition("/")
    if slash and top.isdigit() and bottom.isdigit() and int(bottom):
        return Printed(text, Fraction(int(top), int(bottom)), simple=True)
    whole, _dot, decimals = text.partition(".")
    if not whole.isdigit() or (decimals and not decimals.isdigit()):
        return None
    return Printed(text, Fraction(Decimal(text)), len(decimals))


class Gives(StrEnum):
    """What of a result is the figure."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    CHANGE = "change"


@dataclass(frozen=True)
class Reading:
    """How a printed figure is read from a result: of one indicator, or of cells of one of its tables.

    `divide`: a mean in another unit (60: minutes printed in hours).
    """

    code: str
    gives: Gives = Gives.COUNT
    by: str = ""
    keys: tuple[str, ...] = ()
    divide: int = 1


@dataclass(frozen=True)
class Own:
    """The value counted, in the printed unit (a share in per cent), with what it rests on."""

    value: Fraction | None
    n: int
    base: int
    unknown: int
    places: int = 2

    @property
    def text(self) -> str:
        """The value with two decimals at most, as it is when it is whole."""
        if self.value is None:
            return "unknown"
        if self.value.denominator == 1:
            return str(self.value.numerator)
        whole, _dot, decimals = str(half_up(self.value, self.places)).partition(".")
        return ".".join(part for part in (whole, decimals.rstrip("0")) if part)


def read(result: Result, reading: Reading, unit: str) -> Own:
    """The own value of a printed figure. Raises `KeyError` when the indicator has no such table."""
    scale = 100 if unit == "%" else 1
    unknown = result.unknown + result.refused
    if reading.by:
        table = result.breakdowns[reading.by]
        cells = [table.cell(key) for key in reading.keys]
        n, unknown = sum(cell.n for cell in cells), table.unknown + table.refused
        base = cells[0].base if table.within else table.known
        value = Fraction(n) if reading.gives is Gives.COUNT else Fraction(n * scale, base) if base else None
        return Own(value, n, base, unknown)
    match reading.gives:
        case Gives.COUNT:
            return Own(Fraction(result.n), result.n, result.share_base or result.population, unknown)
        case Gives.SHARE:
            value = None if result.share is None else result.share * scale
            return Own(value, result.n, result.share_base or 0, unknown)
        case Gives.MEAN:
            value = None if result.mean is None else result.mean / reading.divide
            return Own(value, result.known, result.population, unknown)
        case Gives.CHANGE:
            value = None if result.change is None else result.change * scale
            return Own(value, result.n, result.before.n if result.before is not None else 0, unknown)


# --- what arithmetic says of the report itself ----------------------------------------------------------------------


def unreachable(figure: Printed, base: int) -> str:
    """The arithmetic showing that no count of `base` prints this share; "" when one does."""
    if base <= 0 or figure.simple:
        return ""
    shares = {k: half_up(Fraction(k * 100, base), figure.places) for k in range(base + 1)}
    if half_up(figure.value, figure.places) in shares.values():
        return ""
    below = max(k for k in shares if Fraction(k * 100, base) <= figure.value)
    around = " and ".join(
        f"{k}/{base} = {half_up(Fraction(k * 100, base), 1)} %" for k in (below, below + 1) if k <= base
    )
    return f"no count of {base} gives {figure.text} %: {around}"


def over_a_hundred(shares: Sequence[Printed]) -> str:
    """The arithmetic showing that shares of an exclusive question add to more than 100 % even unrounded; "" otherwise."""
    if not shares:
        return ""
    slack = sum((Fraction(1, 2 * 10**share.places) for share in shares), Fraction(0))
    total = sum((share.value for share in shares), Fraction(0))
    if total - slack <= 100:
        return ""
    return (
        f"{' + '.join(share.text for share in shares)} = {half_up(total, max(s.places for s in shares))} %, over 100 %"
    )


def two_values(figure: Printed, other: Printed | None, other_id: str) -> str:
    """The same thing printed twice with two values; "" otherwise."""
    if other is None or other.value == figure.value:
        return ""
    return f"printed {figure.text} here and {other.text} in {other_id}"


@dataclass(frozen=True)
class Doubt:
    """What may be wrong in the report: a base that cannot give the share, shares that add up too high, two values."""

    base: int = 0
    exclusive: tuple[str, ...] = ()
    same_as: str = ""

    def arithmetic(self, figure: Printed, others: dict[str, Printed | None]) -> str:
        """The contradiction, computed again from the printed figures; "" when there is none after all."""
        if self.base and (said := unreachable(figure, self.base)):
            return said
        shares = [share for name in self.exclusive if (share := others.get(name)) is not None]
        if len(shares) == len(self.exclusive) and (said := over_a_hundred(shares)):
            return said
        return two_values(figure, others.get(self.same_as), self.same_as) if self.same_as else ""


def judge(
    figure: Printed, own: Own, doubt: Doubt | None = None, others: dict[str, Printed | None] | None = None
) -> tuple[Verdict, str]:
    """The verdict, and the arithmetic when the report contradicts itself."""
    verdict = Verdict.DIFFERENT if own.value is None else figure.says(own.value)
    if verdict is Verdict.DIFFERENT and doubt is not None and (said := doubt.arithmetic(figure, others or {})):
        return Verdict.CONTRADICTION, said
    return verdict, ""
