"""Tags and filters every page may use: icons, labels of codes, and how numbers read."""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()

#: Icons that point along the line of reading; the style sheet mirrors them for right-to-left pages.
_DIRECTIONAL = re.compile(
    r"^(arrow-(left|right|back|forward)|chevron-(left|right)|chevrons-(left|right)|log(in|out)|send|door-exit)"
)
_SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*?/>")


@cache
def _archive() -> zipfile.ZipFile:
    """The wheel's icons. Opened once: reading the names of its five thousand files takes longer than a page."""
    return zipfile.ZipFile(BytesIO(files("tablericons").joinpath("tablericons.zip").read_bytes()))


@cache
def _shapes(name: str) -> tuple[str, bool]:
    """The drawing of a Tabler icon without its <svg> frame, and whether it is a filled one."""
    path = name if "/" in name else f"outline/{name}"
    try:
        svg = _archive().read(f"{path}.svg").decode()
    except KeyError:
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}.") from None
    shapes = [shape for shape in _SHAPES.findall(svg) if 'd="M0 0h24v24H0z"' not in shape]
    return "".join(shapes), path.startswith("filled/")


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """Draw an icon by its Tabler name (`filled/…` for the filled set), hidden from screen readers.

    The word beside it says what it means: an icon alone is never the only label.
    Raises TemplateSyntaxError when the icon does not exist.
    """
    shapes, filled = _shapes(name)
    classes = " ".join(part for part in ("icon", "flip" if _DIRECTIONAL.match(name) else "", extra_class) if part)
    paint = mark_safe(  # noqa: S308 - one of two constants
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="20" height="20" {} aria-hidden="true" focusable="false">{}</svg>',
        classes,
        paint,
        mark_safe(shapes),  # noqa: S308 - comes from the wheel's own archive
    )


def _unknown() -> SafeString:
    return format_html('<span class="unknown">{}</span>', pgettext("value", "unknown"))


@register.filter
def or_unknown(value: Any) -> Any:
    """The value itself, or the word "unknown" in its quiet style when nothing is known."""
    return _unknown() if value is None or value == "" else value


@register.filter
def label(code: Any, code_list: str) -> Any:
    """The label of a code in the active language; "unknown" when there is none.

    Several codes separated by commas, or a list of codes, give their labels in order.
    """
    from havre.core import codelists

    if code is None or code == "" or code == []:
        return _unknown()
    if isinstance(code, (list, tuple, set, frozenset)):
        return ", ".join(str(codelists.get(code_list).label(each)) for each in code)
    if code == "unknown":
        return _unknown()
    return codelists.get(code_list).label(code)


@register.filter
def num(value: Any) -> Any:
    """A number grouped by thousands the way the active language does it."""
    if value is None or value == "":
        return _unknown()
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def percent(share: Any) -> Any:
    """A share between 0 and 1 as a percentage: one decimal under 10 %, none above."""
    if share is None or share == "":
        return _unknown()
    hundred = Decimal(str(share)) * 100
    rounded = round(hundred) if abs(hundred) >= 10 or hundred == round(hundred) else round(hundred, 1)
    # Translators: a percentage; French puts a no-break space before the sign.
    return _("%(number)s %%") % {"number": number_format(rounded, use_l10n=True)}


@register.filter
def hours(minutes: Any) -> Any:
    """Minutes as hours people say: 900 → "15 h", 450 → "7 h 30", 20 → "20 min"."""
    if minutes is None or minutes == "":
        return _unknown()
    whole, rest = divmod(int(minutes), 60)
    if not whole and rest:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": number_format(whole, use_l10n=True, force_grouping=True)}
    return _("%(hours)s h %(minutes)s") % {
        "hours": number_format(whole, use_l10n=True, force_grouping=True),
        "minutes": f"{rest:02d}",
    }


@register.filter
def euros(cents: Any) -> Any:
    """Cents as euros; the cents are left out when there are none."""
    if cents is None or cents == "":
        return _unknown()
    amount = Decimal(int(cents)) / 100
    places = 0 if amount == amount.to_integral_value() else 2
    # Translators: an amount of money; French puts the sign after, with a no-break space.
    return _("€%(amount)s") % {"amount": number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)}


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """The value under `key`, for tables whose columns come from data; nothing when absent."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def is_short(field: Any) -> bool:
    """Whether a choice field is small enough to be one segmented control (at most four choices)."""
    choices = [value for value, _label in getattr(field.field, "choices", ()) if value != ""]
    return len(choices) <= 4
