"""Break-glass: two officers together open one compartment of one case, for a reason, for 24 hours, and everyone is told.

The key of each compartment lies in two boxes, one inside the other, for each pair of officers. The one who asks opens
the outer box; what is left is for the other alone. The one who agrees opens it, takes the halves of that one case and
boxes them to the one who asked; the key of the compartment is given to nobody. After the day, the case has a new
version. Psychology has no such box: it stays with psychologists and their paper key.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import granting, sharing, signatures
from havre.vault.casekeys import unwrap
from havre.vault.errors import NotGranted, Tampered
from havre.vault.fields import Compartment
from havre.vault.models import Case, CaseGrant, CaseKey, CompartmentKey, Emergency, EmergencyPart, Escrow, OfficerKey
from havre.vault.opened import OpenVault
from havre.vault.services import send_to_inbox

ANSWERED_IN = timedelta(hours=24)
OPEN_FOR = sharing.LONGEST[CaseGrant.Why.EMERGENCY]


@transaction.atomic
def ask(case_id: UUID, kind: str, why: str, *, subject: str, by: OpenVault) -> Emergency:
    """An officer asks for one compartment of one case; `subject` is its code. Another has 24 hours to answer.

    Raises `NotGranted` for who is no officer, `RuleBroken` when it is open to them, asked already, or in no box.
    """
    mine = _officer(by)
    case = _case(case_id, by)
    if kind not in granting.ESCROWED:
        raise RuleBroken(_("Two officers cannot open psychology: it stays with psychologists, who have a paper key."))
    if by.can_open(kind, case.pk):
        raise RuleBroken(_("It is open to you already."))
    now = clock.now()
    Emergency.objects.filter(case=case, kind=kind, asked_by=by.user, answered_at=None, answer_before__lte=now).delete()
    try:
        with transaction.atomic():
            made = Emergency.objects.create(
                case=case, kind=kind, subject=subject, why=why, asked_by=by.user, asked_at=now,
                answer_before=now + ANSWERED_IN,
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken(_("You asked for it already: the other officer has to answer.")) from None
    wanted = _boxes(case, kind)
    boxes = Escrow.objects.filter(wanted, outer=mine, kind=kind, inner__user__is_active=True, inner__withdrawn_at=None)
    parts = [
        EmergencyPart(
            emergency=made,
            officer_id=box.inner_id,
            compartment_id=box.compartment_id,
            version=box.version,
            sealed=by.unbox(bytes(box.sealed)),
        )
        for box in boxes
    ]
    if not parts:
        raise RuleBroken(
            _("Nothing of this compartment is in the officers’ boxes yet: someone who holds it has to sign in once.")
        )
    EmergencyPart.objects.bulk_create(parts)
    record("vault.emergency.asked", by=by.user, target=subject, compartment=kind, why=why)
    return made


def _boxes(case: Case, kind: str) -> Q:
    """The boxes that lead to this case: of the epochs that wrap its halves, or of the halves themselves."""
    epochs = CaseKey.objects.filter(case=case, kind=kind).values("compartment_id")
    return Q(compartment_id__in=epochs) | Q(case=case)


@transaction.atomic
def agree(emergency: Emergency, *, by: OpenVault) -> Emergency:
    """Another officer agrees: the case opens to the one who asked, for 24 hours, and its compartment is told.

    Raises `NotGranted` for who is no officer, `RuleBroken` for the same person, a second answer, a late one.
    """
    mine = _officer(by)
    emergency = _waiting(emergency, by)
    halves: dict[int, bytes] = {}
    for part in EmergencyPart.objects.filter(emergency=emergency, officer=mine).select_related("compartment__officer"):
        halves |= _halves(emergency, part, by)
    if not halves:
        raise RuleBroken(_("Nothing was boxed for you in this request: the other officer has to ask again."))
    now = clock.now()
    try:
        with transaction.atomic():
            grant = CaseGrant.objects.create(
                case_id=emergency.case_id, kind=emergency.kind, user=emergency.asked_by, why=CaseGrant.Why.EMERGENCY,
                granted_by=by.user, granted_at=now, expires_at=now + OPEN_FOR,
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken(_("It is open to them already.")) from None
    for version, half in halves.items():
        granting.share_half(emergency.case, emergency.kind, version, half, by=by, to=grant)
    emergency.grant = grant
    _answer(emergency, True, by)
    _tell_everyone(emergency, by)
    return emergency


def _halves(emergency: Emergency, part: EmergencyPart, by: OpenVault) -> dict[int, bytes]:
    """What one opened part leads to. Raises `Tampered`, `Unsigned` when it is not the key an officer signed."""
    key = by.unbox(bytes(part.sealed))
    if part.compartment is None:
        if part.version is None:
            raise Tampered("A part of an emergency leads nowhere.")
        return {part.version: key}
    signatures.check_inbox(part.compartment, key)
    case, kind = emergency.case, emergency.kind
    rows = CaseKey.objects.filter(case=case, kind=kind, compartment=part.compartment)
    return {row.version: unwrap(row, key, case.organisation_id) for row in rows}


@transaction.atomic
def refuse(emergency: Emergency, *, by: OpenVault) -> Emergency:
    """Another officer refuses: nothing opens. Raises as `agree` does."""
    _officer(by)
    return _answer(_waiting(emergency, by), False, by)


def _answer(emergency: Emergency, agreed: bool, by: OpenVault) -> Emergency:
    emergency.agreed, emergency.answered_by, emergency.answered_at = agreed, by.user, clock.now()
    emergency.save(update_fields=["agreed", "answered_by", "answered_at", "grant"])
    EmergencyPart.objects.filter(emergency=emergency).delete()
    record(
        "vault.emergency.agreed" if agreed else "vault.emergency.refused", by=by.user, target=emergency.subject,
        compartment=emergency.kind, to=emergency.asked_by.username, why=emergency.why,
    )  # fmt: skip
    return emergency


def _tell_everyone(emergency: Emergency, by: OpenVault) -> None:
    """A message to those whose compartment it is."""
    labels, reasons = dict(Compartment.choices), dict(Emergency.Why.choices)
    words = _(
        "Emergency access: %(one)s and %(two)s opened “%(kind)s” of %(code)s for 24 hours, to be read by %(one)s. Reason: %(why)s."
    ) % {
        "one": emergency.asked_by.display_name,
        "two": by.user.display_name,
        "kind": labels[Compartment(emergency.kind)],
        "code": emergency.subject,
        "why": reasons[Emergency.Why(emergency.why)],
    }
    current = CompartmentKey.objects.filter(
        organisation_id=by.user.organisation_id, kind=emergency.kind, retired_at=None
    )
    if current.exists():
        send_to_inbox(emergency.kind, words, by=by.user, subject=emergency.subject)


def _officer(by: OpenVault) -> OfficerKey:
    by.signing_seed()  # an officer with the vault open, or `NotGranted`
    officer: OfficerKey = by.user.officer_key
    return officer


def _case(case_id: UUID, by: OpenVault) -> Case:
    case = Case.objects.filter(pk=case_id, organisation_id=by.user.organisation_id).first()
    if case is None:
        raise NotGranted("This case is not of this member's organisation.")
    return case


def _waiting(emergency: Emergency, by: OpenVault) -> Emergency:
    found = (
        Emergency.objects.select_for_update(of=("self",))
        .select_related("case", "asked_by")
        .filter(pk=emergency.pk, case__organisation_id=by.user.organisation_id)
        .first()
    )
    if found is None:
        raise NotGranted("This request is not of this member's organisation.")
    if found.answered_at is not None:
        raise RuleBroken(_("This request was answered already."))
    if not found.waits:
        raise RuleBroken(_("This request is too old: it has to be asked again."))
    if found.asked_by_id == by.user.pk:
        raise RuleBroken(_("Another officer has to answer: nobody opens alone."))
    if not found.asked_by.is_active:
        raise RuleBroken(_("The one who asked left."))
    return found
