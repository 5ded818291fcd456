"""How long each kind of record is kept, as a table: two clocks, what stops them, what then. Nothing here reads a database.

First clock: months in the active base after the last contact, then the archive (few readers). Second clock: months in the
archive, then the end. Both count from the last contact, so that archiving late keeps nothing longer; a legal hold stops
both, and what was left of them runs on when it is lifted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Kind(TextChoices):
    """What is kept, and for how long, by the same rule."""

    FILE = "file", _("File closed")
    ALERT_CLOSED = "alert_closed", _("Alert closed without follow-up")
    ALERT_REDIRECTED = "alert_redirected", _("Alert directed elsewhere")
    ALERT_FILE = "alert_file", _("Alert that became a file")
    EXPLOITER = "exploiter", _("Exploiter")


class Then(TextChoices):
    """How a record ends. Both destroy the keys: names, words and documents open to nobody."""

    ERASE = "erase", _("Erased")
    ANONYMISE = "anonymise", _("Made anonymous: coded facts stay for the figures, made coarser")


class Sure(TextChoices):
    """How far the rule rests on a text."""

    TEXT = "text", _("Written in the text")
    USAGE = "usage", _("Usual reading of the text")
    ASK = "ask", _("To be confirmed by the organisation’s data protection officer")


@dataclass(frozen=True)
class Rule:
    """One line of the table. `follows`: kept for as long as the file, whatever its own dates."""

    kind: Kind
    starts: Any
    active_months: int
    archive_months: int
    then: Then
    source: str
    sure: Sure
    why: Any
    follows: Kind | None = None

    @property
    def in_words(self) -> str:
        """The rule as a sentence for the screen."""
        if self.follows is not None:
            return str(_("With the last file that needs it"))
        active = _span(self.active_months)
        if not self.archive_months:
            return str(_("%(active)s after the last contact, then the end") % {"active": active})
        words = _("%(active)s after the last contact, then %(archive)s in the archive")
        return str(words % {"active": active, "archive": _span(self.archive_months)})

    def archive_on(self, last: date, held: int = 0) -> date:
        """The day the first clock ends. `held`: days under legal hold since `last`."""
        return add_months(last, self.active_months) + timedelta(days=held)

    def end_on(self, last: date, held: int = 0) -> date:
        """The day the second clock ends."""
        return add_months(last, self.active_months + self.archive_months) + timedelta(days=held)


LAST_CONTACT = _("The last contact with the person or about them")
CNIL = (
    "CNIL, deliberations 2021-028 of 11 March 2021 and 2023-095 of 14 September 2023 (social and medico-social support)"
)
CIVIL = "Code civil, art. 2224 (five years)"

RULES: dict[Kind, Rule] = {
    rule.kind: rule
    for rule in (
        Rule(
            Kind.FILE, LAST_CONTACT, 24, 60, Then.ANONYMISE, f"{CNIL}; {CIVIL}", Sure.ASK,
            _("Two years after the last contact in the active base is the framework’s duration. Five years more in the archive follow the ordinary limitation period; longer ones run for some offences: place a legal hold."),
        ),
        Rule(
            Kind.ALERT_CLOSED, LAST_CONTACT, 24, 0, Then.ERASE, CNIL, Sure.USAGE,
            _("Nobody was accompanied: nothing has to be proved later. Two years let someone who comes back be recognised."),
        ),
        Rule(
            Kind.ALERT_REDIRECTED, LAST_CONTACT, 24, 0, Then.ERASE, CNIL, Sure.USAGE,
            _("Another organisation follows the person. Two years let it ask what was understood."),
        ),
        Rule(
            Kind.ALERT_FILE, LAST_CONTACT, 24, 60, Then.ANONYMISE, f"{CNIL}; {CIVIL}", Sure.ASK,
            _("The alert is the first page of the file: it opens, is archived and ends with it."), follows=Kind.FILE,
        ),
        Rule(
            Kind.EXPLOITER, LAST_CONTACT, 24, 60, Then.ERASE, "GDPR, art. 5(1)(e) and 10", Sure.ASK,
            _("A name kept only because files speak of it: it ends with the last of them."), follows=Kind.FILE,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Coarser:
    """A coded column that could point to someone, and what becomes of it when its record ends."""

    model: str
    columns: tuple[str, ...]
    how: str
    becomes: Any


# Only what no figure reads, or reads no finer than what is left: the figures of past years do not move. Kept as they are
# because figures count them: gender, year of birth, country of origin, department, sector, hours, pay, periods.
COARSER: tuple[Coarser, ...] = (
    Coarser("casefiles.Nationality", ("country",), "delete", _("Deleted")),
    Coarser("casefiles.Language", ("language",), "delete", _("Deleted")),
    Coarser("casefiles.Dependant", ("birth_year",), "unknown", _("Unknown")),
    Coarser("casefiles.Arrival", ("arrived_on",), "year", _("The year alone")),
    Coarser("casefiles.Arrival", ("debt_cents",), "thousands", _("Rounded up to a thousand euros")),
    Coarser("casefiles.Exploitation", ("began_on", "ended_on"), "year", _("The year alone")),
    Coarser("casefiles.FileContact", ("at",), "month", _("The month alone")),
    Coarser("casefiles.Note", ("at",), "month", _("The month alone")),
    Coarser("casefiles.File", ("last_contact_on",), "month", _("The month alone")),
    Coarser("intake.Contact", ("at",), "month", _("The month alone")),
    Coarser("intake.Alert", ("former_code",), "empty", _("Deleted")),
)


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or earlier); the last of the month where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_start(today: date, months: int) -> date:
    """The last day from which so many months have passed today: what began on it or before is due."""
    back = add_months(today, -months)
    if today.day == monthrange(today.year, today.month)[1]:
        return back.replace(day=monthrange(back.year, back.month)[1])
    return back


def held_days(holds: Iterable[tuple[date, date]], since: date) -> int:
    """How many days after `since` were under one legal hold at least; holds that overlap count once."""
    total, reached = 0, since
    for begun, lifted in sorted(holds):
        start = max(begun, reached)
        if lifted > start:
            total += (lifted - start).days
            reached = lifted
    return total


def _span(months: int) -> str:
    if months % 12 == 0:
        years = months // 12
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
