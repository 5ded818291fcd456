"""Who opens one file: given for a time, restricted to those named, opened by two officers in an emergency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.casefiles.finding import index
from havre.casefiles.models import File, Person
from havre.casefiles.queries import alerts_of
from havre.casefiles.services.shared import allowed, not_hidden
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake import finding as intake
from havre.intake.models import Alert
from havre.vault import breakglass, directory, sharing
from havre.vault.fields import Compartment
from havre.vault.models import CaseGrant, Emergency, Grant
from havre.vault.opened import OpenVault

Why = CaseGrant.Why
# The reasons for which a file is given; the others come of a restriction or of two officers.
REASONS = (Why.VOLUNTEER, Why.INTERPRETER, Why.COVER)


# --- given for a time ---------------------------------------------------------------------------------------------------


@transaction.atomic
def give_file(
    file: File, kinds: Iterable[str], user: User, *, why: str, until: date, by: User, vault: OpenVault
) -> list[CaseGrant]:
    """Open compartments of a file to someone until the end of a day. Raises `RuleBroken`, `NotGranted`."""
    allowed(by, P.FILE_GIVE, file.person.organisation_id)
    not_hidden(file.person.case, by)
    kinds = list(kinds)
    if why not in REASONS:
        raise RuleBroken(_("Choose a reason of the list."), field="why")
    if file.person.case.restricted_at is None and set(kinds) & _held(user):
        raise RuleBroken(_("They open this already, in every file: it is their profession."), field="kinds")
    return sharing.give(
        file.person.case_id, kinds, user, why=why, until=_end_of(until, why), target=file.person.code, by=vault
    )


def _held(user: User) -> set[str]:
    held = Grant.objects.filter(user=user, compartment__retired_at=None)
    return set(held.values_list("compartment__kind", flat=True))


def _end_of(day: date, why: str) -> datetime:
    """The last instant of a day; of the last day that is allowed, the hour that is allowed."""
    end = datetime.combine(day, time(23, 59, 59), tzinfo=timezone.get_default_timezone())
    latest = clock.now() + sharing.LONGEST[why]
    return min(end, latest) if timezone.localdate(latest) == day else end


@transaction.atomic
def end_access(grant: CaseGrant, *, file: File, by: User, vault: OpenVault) -> int:
    """Close a file to someone: all that was opened to them for the same reason, as far as `by` opens it too.

    Anybody ends what was given to themselves. Returns how many compartments closed; raises `PermissionDenied`, and
    `RuleBroken` for the last one named.
    """
    not_hidden(file.person.case, by)
    if grant.user_id != by.pk:
        allowed(by, P.FILE_RESTRICT if grant.why == Why.RESTRICTED else P.FILE_GIVE, file.person.organisation_id)
    case_ids = [file.person.case_id]
    if grant.why == Why.RESTRICTED:
        case_ids += [alert.case_id for alert in _alerts(file, restricted=True)]
    theirs = CaseGrant.objects.live().filter(case_id__in=case_ids, user=grant.user_id, why=grant.why)
    ending = [each for each in theirs if each.user_id == by.pk or vault.can_open(each.kind, each.case_id)]
    if not ending:
        raise PermissionDenied("This grant is of a compartment that is not open to this member.")
    for each in ending:
        sharing.end(each, target=file.person.code, by=vault)
    return sum(each.case_id == file.person.case_id for each in ending)


# --- restricted ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def restrict_file(file: File, named: Mapping[User, Iterable[str]], *, by: User, vault: OpenVault) -> None:
    """Close a file and its alerts to everyone but those named; it leaves the directory of names.

    Everyone named opens the identity. Raises `RuleBroken` when someone in charge, or a compartment where something is
    written, would be left out.
    """
    allowed(by, P.FILE_RESTRICT, file.person.organisation_id)
    not_hidden(file.person.case, by)
    wanted = {user: {*kinds, Compartment.IDENTITY.value} for user, kinds in named.items() if set(kinds)}
    for period in file.periods.filter(closed_on=None, in_charge__isnull=False).select_related("in_charge"):
        if period.in_charge is not None and period.in_charge != by and period.in_charge not in wanted:
            raise RuleBroken(
                _(
                    "%(name)s is in charge and would not see the file any more: name them, or put someone else in charge first."
                )
                % {"name": period.in_charge.display_name}
            )
    case_ids = [file.person.case_id, *(alert.case_id for alert in _alerts(file, restricted=False))]
    sharing.restrict(case_ids, wanted, target=file.person.code, by=vault)
    directory.rebuild(vault)


@transaction.atomic
def name_for_file(file: File, user: User, kinds: Iterable[str], *, by: User, vault: OpenVault) -> None:
    """Name one more for a restricted file, by someone who opens it. Raises `RuleBroken`, `NotGranted`."""
    allowed(by, P.FILE_GIVE, file.person.organisation_id)
    not_hidden(file.person.case, by)
    if file.person.case.restricted_at is None:
        raise RuleBroken(_("This file is not restricted any more."))
    if not user.can(P.FILE_VIEW):
        raise RuleBroken(_("Give them the file for a time instead: they see no file by their role."), field="user")
    if set(kinds) - sharing.givable(user):
        raise RuleBroken(_("Their role does not open this compartment, even for one file."), field="kinds")
    for case_id in [file.person.case_id, *(alert.case_id for alert in _alerts(file, restricted=True))]:
        there = set(CaseGrant.objects.live().filter(case_id=case_id, user=user).values_list("kind", flat=True))
        wanted = {*kinds, Compartment.IDENTITY.value} - there
        if case_id != file.person.case_id:
            wanted = {kind for kind in wanted if vault.can_open(kind, case_id)}
        elif not wanted:
            raise RuleBroken(_("It is already open to them. End that first, to change it."), field="user")
        if wanted:
            sharing.give(
                case_id, sorted(wanted), user, why=Why.RESTRICTED, until=None, target=file.person.code, by=vault
            )


@transaction.atomic
def lift_file(file: File, *, by: User, vault: OpenVault) -> None:
    """Open a restricted file and its alerts again to whoever holds their compartments; they are found by name again.

    An alert that another restricted file comes from stays closed.
    """
    allowed(by, P.FILE_RESTRICT, file.person.organisation_id)
    not_hidden(file.person.case, by)
    others = File.objects.filter(person__case__restricted_at__isnull=False).exclude(pk=file.pk)
    shared = set(others.filter(alert__isnull=False).values_list("alert_id", flat=True))
    alerts = [alert for alert in _alerts(file, restricted=True) if alert.pk not in shared]
    sharing.lift([file.person.case_id, *(a.case_id for a in alerts)], target=file.person.code, by=vault)
    index(vault, Person.objects.select_related("case").get(pk=file.person_id))
    for alert in Alert.objects.select_related("case").filter(pk__in=[alert.pk for alert in alerts]):
        intake.index(vault, alert, {column: vault.open(alert, column) for column in intake.FOUND_BY.values()})


def _alerts(file: File, *, restricted: bool) -> list[Alert]:
    """The alerts a file comes from, restricted already or not."""
    ids = [alert.pk for alert in alerts_of(file)]
    found = Alert.objects.filter(pk__in=ids, case__restricted_at__isnull=not restricted)
    return list(found.order_by("received_at"))


# --- in an emergency -----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_emergency(code: str, kind: str, why: str, *, by: User, vault: OpenVault) -> Emergency:
    """An officer asks for one compartment of the file of this code, which may be hidden from them. `RuleBroken`."""
    allowed(by, P.EMERGENCY, by.organisation_id)
    case_id = case_of(code, by)
    if case_id is None:
        raise RuleBroken(_("There is no file of this code."), field="code")
    return breakglass.ask(case_id, kind, why, subject=code, by=vault)


def case_of(code: str, by: User) -> UUID | None:
    """The case of the file of a code, restricted or not; None when there is none."""
    found = Person.objects.filter(organisation_id=by.organisation_id, code=code, file__isnull=False)
    return found.values_list("case_id", flat=True).first()


@transaction.atomic
def answer_emergency(emergency: Emergency, agreed: bool, *, by: User, vault: OpenVault) -> Emergency:
    """Another officer agrees or refuses. Raises `RuleBroken`, `NotGranted`."""
    allowed(by, P.EMERGENCY, by.organisation_id)
    return breakglass.agree(emergency, by=vault) if agreed else breakglass.refuse(emergency, by=vault)
