"""The directory of partners (R31). A partner is retired, never deleted: old redirections keep naming it."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake.facts import PartnerFacts
from havre.intake.models import Partner
from havre.intake.services.shared import agree, allowed
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault
from havre.vault.services import new_case


@transaction.atomic
def add_partner(facts: PartnerFacts, *, by: User, vault: OpenVault) -> Partner:
    """Add an organisation to the directory. Raises `RuleBroken` for a name already there."""
    allowed(by, P.DIRECTORY_EDIT, by.organisation_id)
    coded, texts = _checked(facts)
    _one_of_that_name(texts["name"], by, vault)
    partner = Partner(organisation_id=by.organisation_id, case=new_case(by.organisation), **coded)
    vault.seal(partner, **texts)
    partner.save(force_insert=True)
    record("intake.partner.added", by=by, target=str(partner.pk), category=partner.category)
    return partner


@transaction.atomic
def change_partner(partner: Partner, facts: PartnerFacts, *, revision: int, by: User, vault: OpenVault) -> Partner:
    """Correct a partner. Raises `Conflict` when someone saved it after `revision`, and `RuleBroken`."""
    partner = _held(partner, by)
    agree(revision, partner.revision)
    coded, texts = _checked(facts)
    _one_of_that_name(texts["name"], by, vault, but=partner)
    for name, value in coded.items():
        setattr(partner, name, value)
    vault.seal(partner, **{name: text for name, text in texts.items() if vault.open(partner, name) != text})
    partner.revision += 1
    partner.save()
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


def _checked(facts: PartnerFacts) -> tuple[dict[str, str], dict[str, str]]:
    """The coded columns and the texts to seal. Raises `RuleBroken`."""
    values = {name: value.strip() for name, value in asdict(facts).items()}
    texts = {name: values.pop(name) for name in Partner.sealed_fields()}
    if not texts["name"]:
        raise RuleBroken(_("Write the name of the organisation."), field="name")
    return values, texts


def _one_of_that_name(name: str, by: User, vault: OpenVault, *, but: Partner | None = None) -> None:
    """A sealed name cannot be unique in the database: the directory is compared name by name, one writer at a time."""
    Organisation.objects.select_for_update().get(pk=by.organisation_id)
    others = [p for p in Partner.objects.filter(organisation_id=by.organisation_id) if p != but]
    vault.load([other.case_id for other in others], Compartment.IDENTITY)
    if name.casefold() in {vault.open(other, "name").casefold() for other in others}:
        raise RuleBroken(_("The directory already has an organisation of this name."), field="name")
