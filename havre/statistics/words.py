"""How figures read: shares, changes, bases. Plain Python, in the active language; no Django model here."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from havre.statistics.results import Breakdown, Cell, Result, half_up

#: Under this share of known answers a table says so: when "no" is never typed, every "yes" is near 100 %.
LOW_KNOWN = Fraction(1, 2)
#: From this many years or days a mean is said without decimals.
WHOLE_FROM = 10
Number = int | Decimal


def number(value: Number) -> str:
    """Grouped by thousands, the way the active language does it."""
    return number_format(value, use_l10n=True, force_grouping=True)


def percent(value: Number) -> str:
    """A number of per cent with its sign."""
    # Translators: a percentage; French puts a no-break space before the sign.
    return _("%(number)s %%") % {"number": number_format(value, use_l10n=True)}


def _exact(share: Fraction) -> Decimal | None:
    """The share in per cent when one decimal says it exactly (7.5), else None."""
    return half_up(share * 100, 1) if (share * 1000).denominator == 1 else None


def rounded(share: Fraction) -> Decimal:
    """A share in per cent: exact to one decimal when it is, else a whole number rounded half up."""
    exact = _exact(share)
    if exact is None:
        return half_up(share * 100)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact


def is_within(table: Breakdown) -> bool:
    """Whether each share is of its own group (26 % of the men, 31 % of the women), not a part of one whole."""
    return bool(getattr(table, "within", False))


def percents(table: Breakdown) -> dict[str, Decimal]:
    """What is shown beside each cell, per cent of the known.

    Whole numbers of an exclusive table add to 100 (largest remainder); exact ones are kept as they are.
    """
    shares = {cell.key: cell.share for cell in table.cells if cell.share is not None}
    shown = {key: rounded(share) for key, share in shares.items()}
    whole = sum((share for share in shares.values()), Fraction(0))
    if table.multiple or is_within(table) or whole != 1:
        return shown
    loose = [key for key, share in shares.items() if _exact(share) is None]
    missing = Decimal(100) - sum((shown[k] for k in shown if k not in loose), Decimal(0))
    floors = {key: int(shares[key] * 100) for key in loose}
    left = missing - sum(floors.values())
    if left != left.to_integral_value() or not 0 <= left <= len(loose):
        return shown
    by_remainder = sorted(loose, key=lambda key: (floors[key] - shares[key] * 100, loose.index(key)))
    for rank, key in enumerate(by_remainder):
        shown[key] = Decimal(floors[key] + (1 if rank < left else 0))
    return shown


def cell_percent(cell: Cell, shown: dict[str, Decimal]) -> str:
    """The share of a cell in words, "" without a base."""
    return percent(shown[cell.key]) if cell.key in shown else ""


def out_of(count: int, whole: int) -> str:
    """ "52 of 200"."""
    return _("%(count)s of %(whole)s") % {"count": number(count), "whole": number(whole)}


def people(count: int, whole: int) -> str:
    """How many answers a table rests on."""
    return _("%(known)s of %(whole)s known") % {"known": number(count), "whole": number(whole)}


def base_of(table: Breakdown | Result) -> str:
    """The base of the shares: "120 of 200 known, 80 unknown, 2 refused"."""
    whole = table.known + table.unknown + table.refused
    parts = [people(table.known, whole)]
    if table.unknown:
        parts.append(_("%(count)s unknown") % {"count": number(table.unknown)})
    if table.refused:
        parts.append(_("%(count)s refused") % {"count": number(table.refused)})
    if table.not_applicable:
        parts.append(_("%(count)s not concerned") % {"count": number(table.not_applicable)})
    return _(", ").join(parts)


def is_low(table: Breakdown | Result) -> bool:
    """Whether too few answers are known for the shares to be read without care."""
    whole = table.known + table.unknown + table.refused
    return whole > 0 and Fraction(table.known, whole) < LOW_KNOWN


def value_of(result: Result, measure: str = "") -> str:
    """The figure itself: a mean when it is one (with one decimal), else its count.

    `measure` is the unit of a mean: "minutes" is said in hours, "cents" in euros, other units as they are.
    """
    if result.total is None:
        return number(result.n)
    mean = result.mean
    if mean is None:
        return _("unknown")
    if measure == "minutes":
        return _("%(hours)s h") % {"hours": number(_decimal(mean / 60))}
    if measure == "cents":
        return _("€%(amount)s") % {"amount": number(half_up(mean / 100))}
    if measure in ("years", "days") and mean >= WHOLE_FROM:
        return number(half_up(mean))
    return number(_decimal(mean))


def _decimal(value: Fraction) -> Decimal:
    one = half_up(value, 1)
    return one.quantize(Decimal(1)) if one == one.to_integral_value() else one


def share_of(result: Result) -> str:
    """ "59 % of 380", "" when the figure is no share."""
    if result.share is None or result.share_base is None:
        return ""
    return _("%(share)s of %(base)s") % {"share": percent(rounded(result.share)), "base": number(result.share_base)}


def change_on(result: Result, measure: str = "") -> str:
    """ "+6.7 % on 356 in 2018", "" without a year before. A mean or a share says that of the year before."""
    before = result.before
    if before is None or (result.total is not None and before.mean is None):
        return ""
    if result.total is not None:
        return _("%(value)s in %(year)s") % {"value": value_of(before, measure), "year": before.year}
    if result.share is not None and before.share is not None:
        return _("%(value)s in %(year)s") % {"value": percent(rounded(before.share)), "year": before.year}
    if result.change is None:
        return _("%(value)s in %(year)s") % {"value": number(before.n), "year": before.year}
    moved = half_up(abs(result.change) * 100, 1)
    # − is the minus sign: the reading machine says it, a hyphen it does not.
    sign = "" if moved == 0 else "+" if result.change > 0 else "−"
    if get_language_bidi():  # else the sign goes to the wrong side of its number
        sign = f"\N{LEFT-TO-RIGHT MARK}{sign}"
    return _("%(change)s on %(before)s in %(year)s") % {
        "change": sign + percent(moved),
        "before": number(before.n),
        "year": before.year,
    }
