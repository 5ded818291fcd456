"""What the pages of signing in show: the factor of one's role, and a browser in words."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.translation import gettext as _

from havre.accounts import factors
from havre.accounts.models import User

register = template.Library()

# The first that is found: the browsers that pretend to be another one come before it.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


@register.filter
def factor(user: User) -> dict[str, Any]:
    """What the role of this member must have, whether they have it, and which one may not be taken off."""
    return {
        "key": factors.needed(user.role) == factors.Need.KEY,
        "satisfied": factors.satisfied(user),
        "last_app": factors.is_last(user, factors.KIND.TOTP),
        "last_key": factors.is_only_key(user),
    }


@register.filter
def browser(agent: str) -> str:
    """“Firefox, Windows”: what a browser says it is, in two words."""
    names = [next((name for name, marks in table if re.search(marks, agent)), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, names)) or _("Another browser")
