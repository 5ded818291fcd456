"""The directory of partners (R31). A partner is retired, never deleted: old redirections keep naming it."""

from __future__ import annotations

from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake.facts import PartnerFacts
from havre.intake.models import Partner
from havre.intake.services.shared import agree, allowed


@transaction.atomic
def add_partner(facts: PartnerFacts, *, by: User) -> Partner:
    """Add an organisation to the directory. Raises `RuleBroken` for a name already there."""
    allowed(by, P.DIRECTORY_EDIT, by.organisation_id)
    partner = Partner(organisation_id=by.organisation_id, **_checked(facts))
    _save(partner, insert=True)
    record("intake.partner.added", by=by, target=str(partner.pk), category=partner.category)
    return partner


@transaction.atomic
def change_partner(partner: Partner, facts: PartnerFacts, *, revision: int, by: User) -> Partner:
    """Correct a partner. Raises `Conflict` when someone saved it after `revision`, and `RuleBroken`."""
    partner = _held(partner, by)
    agree(revision, partner.revision)
    for name, value in _checked(facts).items():
        setattr(partner, name, value)
    partner.revision += 1
    _save(partner)
    record("intake.partner.changed", by=by, target=str(partner.pk), category=partner.category)
    return partner


@transaction.atomic
def retire_partner(partner: Partner, *, by: User) -> Partner:
    """The partner leaves the choices and keeps its place on old redirections. Retiring twice changes nothing."""
    partner = _held(partner, by)
    if partner.retired_on is None:
        partner.retired_on, partner.revision = clock.today(), partner.revision + 1
        partner.save(update_fields=["retired_on", "revision"])
        record("intake.partner.retired", by=by, target=str(partner.pk))
    return partner


@transaction.atomic
def return_partner(partner: Partner, *, by: User) -> Partner:
    """The partner comes back to the choices."""
    partner = _held(partner, by)
    if partner.retired_on is not None:
        partner.retired_on, partner.revision = None, partner.revision + 1
        partner.save(update_fields=["retired_on", "revision"])
        record("intake.partner.returned", by=by, target=str(partner.pk))
    return partner


def _held(partner: Partner, by: User) -> Partner:
    fresh: Partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    allowed(by, P.DIRECTORY_EDIT, fresh.organisation_id)
    return fresh


def _checked(facts: PartnerFacts) -> dict[str, str]:
    columns = {name: value.strip() for name, value in asdict(facts).items()}
    if not columns["name"]:
        raise RuleBroken(_("Write the name of the organisation."), field="name")
    return columns


def _save(partner: Partner, *, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            partner.save(force_insert=insert)
    except IntegrityError:
        raise RuleBroken(_("The directory already has an organisation of this name."), field="name") from None
