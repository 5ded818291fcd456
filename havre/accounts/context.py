"""What every page's frame shows: the way around, for this role only."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from havre.accounts.adapters import host_of
from havre.accounts.permissions import Permission as P
from havre.vault.queries import waiting_for

# label, URL name, icon, one of these permissions (none: everyone).
NAV: tuple[tuple[Any, str, str, tuple[str, ...]], ...] = (
    (_("My day"), "casefiles:my-day", "sun", ()),
    (_("Alerts"), "intake:alerts", "bell", (P.ALERT_VIEW,)),
    (_("Files"), "casefiles:files", "folders", (P.FILE_VIEW, P.FILE_GIVEN)),
    (_("Figures"), "statistics:figures", "chart-bar", (P.FIGURES_VIEW,)),
    (_("Audit"), "audit:log", "list-search", (P.AUDIT_VIEW,)),
    (_("Settings"), "accounts:settings", "settings", ()),
)


def _emergencies(request: HttpRequest) -> int:
    """The emergency requests this officer can answer now; nothing is asked for a part of a page, or a locked one."""
    vault = getattr(request, "vault", None)
    if vault is None or not vault.is_open or getattr(request, "htmx", False):
        return 0
    if not request.user.can(P.EMERGENCY):  # type: ignore[union-attr]
        return 0
    return waiting_for(request.user).count()


def is_address(host: str) -> bool:
    """Numbers instead of a name: a security key answers to a name only."""
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, who is here, and whether this is the demonstration."""
    context: dict[str, Any] = {
        "demo_banner": settings.DEMO,
        "demo_day": settings.HAVRE_TODAY,
        "second_factor": settings.HAVRE_SECOND_FACTOR,
        "host_is_address": is_address(host_of(request)),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    waiting = _emergencies(request)
    nav = []
    for label, name, icon, permissions in NAV:
        if permissions and not any(user.can(p) for p in permissions):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # pragma: no cover (a page being built)
            continue
        nav.append({"label": label, "url": url, "icon": icon, "current": False, "count": 0})
        if name == "accounts:settings":
            nav[-1]["count"] = waiting
    # The page belongs to the entry whose address says most of its own: /alerts/directory/ is not “Alerts”.
    around = [
        item
        for item in nav
        if request.path == item["url"] or (item["url"] != "/" and request.path.startswith(item["url"]))
    ]
    if around:
        max(around, key=lambda item: len(item["url"]))["current"] = True
    return {
        **context,
        "nav": nav,
        "emergencies_waiting": waiting,
        "search_url": reverse("casefiles:search") if user.can(P.FILE_VIEW) else "",
        "vault": getattr(request, "vault", None),
        "idle_seconds": settings.HAVRE_IDLE_SECONDS,
    }
