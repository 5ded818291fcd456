"""Those who work here: the administrator, the director against psychology, one officer alone, a volunteer."""

from __future__ import annotations

from typing import Any

from havre.vault import ceremonies, crypto, granting, signatures
from havre.vault.casekeys import half_place
from havre.vault.drill.trials import Member, Trial, Value, undone, values
from havre.vault.errors import VaultError
from havre.vault.fields import Compartment
from havre.vault.models import (
    CaseGrant,
    CaseKey,
    CompartmentKey,
    Draft,
    EmergencyPart,
    Escrow,
    Grant,
    GrantedHalf,
    InboxItem,
)
from havre.vault.opened import OpenVault

ADMINISTRATOR, DIRECTOR = "administrator", "director against psychology"
OFFICER, VOLUNTEER = "one officer without the other", "volunteer beyond the files given"
PSYCHOLOGY = Compartment.PSYCHOLOGY.value


def trials(members: list[Member]) -> list[Trial]:
    """The administrators, the officers who do not hold psychology, each officer alone, those who hold no compartment."""
    found: list[Trial] = []
    for member in members:
        organisation = member.user.organisation_id
        if member.user.role == "administrator":
            found += _stranger(ADMINISTRATOR, member, values(organisation), list(Compartment.values))
        if hasattr(member.user, "officer_key") and not member.vault().can_open(PSYCHOLOGY):
            theirs = [value for value in values(organisation) if value.compartment == PSYCHOLOGY]
            found += [*_stranger(DIRECTOR, member, theirs, [PSYCHOLOGY]), *_officer(member, theirs)]
        if hasattr(member.user, "officer_key"):
            found.append(_alone(member))
        if member.user.role == "volunteer":
            found += _given(member, values(organisation))
    return found


def _alone(member: Member) -> Trial:
    """Each emergency box of the organisation, and what is inside once the outer one is open, with one private key."""
    trial = Trial(OFFICER, "their private key on each box of two officers, and on what is inside")
    organisation = member.user.organisation_id
    boxes: list[Any] = [
        *Escrow.objects.filter(outer__organisation_id=organisation),
        *EmergencyPart.objects.filter(officer__organisation_id=organisation).exclude(officer__user=member.user),
    ]
    for each in boxes:
        trial.attempt(f"box:{each.pk}", lambda b=each.sealed: _is_key(member, bytes(b)))  # type: ignore[misc]
    return trial


def _is_key(member: Member, box: bytes) -> bool:
    """Does their key alone lead to 32 bytes?"""
    while len(box) > crypto.KEY:
        box = crypto.unbox(member.private, box)
    return True


def _given(member: Member, every: list[Value]) -> list[Trial]:
    """A volunteer's vault on what they were not given, and their key on the boxes of others."""
    vault = member.vault()
    mine = set(CaseGrant.objects.live().filter(user=member.user).values_list("case_id", "kind"))
    opened = Trial(VOLUNTEER, "their vault on each value of a case or a compartment they were not given")
    for value in every:
        if (value.row.sealed_case_id, value.compartment) not in mine:
            opened.attempt(value.where, lambda v=value: vault.open(v.row, v.name))  # type: ignore[misc]
    boxes = Trial(VOLUNTEER, "their private key on the case keys given to others")
    halves = GrantedHalf.objects.filter(grant__case__organisation_id=member.user.organisation_id)
    for row in halves.exclude(grant__user=member.user).select_related("grant", "officer"):
        boxes.attempt(f"half:{row.pk}", lambda r=row: granting.open_half(r, vault))  # type: ignore[misc]
    return [opened, boxes]


def _stranger(thief: str, member: Member, every: list[Value], kinds: list[str]) -> list[Trial]:
    vault, organisation = member.vault(), member.user.organisation_id
    opened = Trial(thief, "their vault on each value")
    for value in every:
        opened.attempt(value.where, lambda v=value: vault.open(v.row, v.name))  # type: ignore[misc]
    boxes = Trial(thief, "their private key on each box that is not theirs: grants, messages, drafts")
    closed: list[tuple[str, Any]] = [
        (f"grant:{each.pk}", each.sealed_key)
        for each in Grant.objects.filter(compartment__organisation_id=organisation, compartment__kind__in=kinds)
        if each.user_id != member.user.pk
    ]
    closed += [
        (f"message:{each.pk}", each.sealed)
        for each in InboxItem.objects.filter(compartment__organisation_id=organisation, compartment__kind__in=kinds)
    ]
    closed += [
        (f"draft:{each.pk}", each.sealed)
        for each in Draft.objects.filter(user__organisation_id=organisation).exclude(user=member.user)
    ]
    for where, box in closed:
        boxes.attempt(where, lambda b=box: crypto.unbox(member.private, bytes(b)))  # type: ignore[misc]
    return [opened, boxes, _halves(thief, vault, kinds), _self_grant(thief, member, kinds)]


def _halves(thief: str, vault: OpenVault, kinds: list[str]) -> Trial:
    """Each case half of the compartments they have not, with each compartment key they have."""
    trial = Trial(thief, "each case key, with each key they hold and with their private key")
    held = [vault.compartment_key(kind)[1] for kind in sorted(vault.compartments)]
    keys = [crypto.mix(key, "wrap") for key in held] + [vault._private, crypto.mix(vault._private, "wrap")]
    organisation = vault.user.organisation_id
    for row in CaseKey.objects.filter(case__organisation_id=organisation, kind__in=kinds).exclude(
        kind__in=vault.compartments
    ):
        place = half_place(organisation, row.kind, row.case_id, row.version)
        for key in keys:
            trial.attempt(f"case:{row.case_id}", lambda k=key, r=row, p=place: crypto.unseal(k, bytes(r.wrapped), p))  # type: ignore[misc]
    return trial


def _self_grant(thief: str, member: Member, kinds: list[str]) -> Trial:
    """Granting themselves what they do not hold."""
    trial = Trial(thief, "a grant to themselves")
    for kind in kinds:
        with undone():
            trial.attempt(kind, lambda k=kind: ceremonies.grant(k, member.user, by=member.vault()))  # type: ignore[misc]
    return trial


def _officer(member: Member, theirs: list[Value]) -> list[Trial]:
    """They sign keys: a compartment key of their own, signed by themselves, in the place of the psychologists'."""
    trial = Trial(DIRECTOR, "a key of their own, signed by themselves, in the place of the psychologists’")
    key = crypto.random_key()
    with undone():
        compartment = CompartmentKey.objects.filter(
            organisation_id=member.user.organisation_id, kind=PSYCHOLOGY, retired_at=None
        ).first()
        if compartment is not None:
            _usurp(compartment, key, member)
            vault = member.vault()
            for value in theirs:
                trial.attempt(value.where, lambda v=value: vault.open(v.row, v.name))  # type: ignore[misc]
            for item in InboxItem.objects.filter(compartment=compartment):
                trial.attempt(f"message:{item.pk}", lambda i=item: vault.open_inbox(i))  # type: ignore[misc]
    return [trial]


def _usurp(compartment: CompartmentKey, key: bytes, member: Member) -> None:
    try:
        seed = member.vault().signing_seed()
    except VaultError:
        return
    compartment.inbox_public = signatures.inbox_public(key)
    statement = signatures.inbox_statement(
        compartment.organisation_id, compartment.kind, compartment.epoch, bytes(compartment.inbox_public)
    )
    compartment.officer, compartment.signature = member.user.officer_key, crypto.sign(seed, statement)
    compartment.save()
    box = crypto.box(bytes(member.user.member_key.public_key), key)
    Grant.objects.create(compartment=compartment, user=member.user, sealed_key=box, granted_by=member.user)
