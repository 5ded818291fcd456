"""The log of contacts about an alert (R8), behind the gate of the person's agreement (R27)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.core.fields import YesNo
from havre.intake.models import Alert, Contact
from havre.intake.services.shared import first_action, locked
from havre.vault.opened import OpenVault


@transaction.atomic
def log_contact(
    alert: Alert, *, kind: str, with_whom: str, note: str = "", by: User, vault: OpenVault, at: datetime | None = None
) -> Contact:
    """Write down one contact. The earliest gives the day of the first action (R11).

    Raises `RuleBroken` for a contact with a person who did not agree to it.
    """
    alert = locked(alert, by=by, permission=P.ALERT_STUDY)
    at = at or clock.now()
    if at > clock.now():
        raise RuleBroken(_("This moment has not come yet."), field="at")
    if with_whom == "person" and alert.agreement != YesNo.YES:
        raise RuleBroken(
            _(
                "The person has not agreed to be contacted. Note their agreement first; until then, go through whoever reported the situation."
            ),
            field="with_whom",
        )
    contact = Contact(alert=alert, at=at, kind=kind, with_whom=with_whom, by=by)
    vault.seal(contact, note=note)
    contact.save(force_insert=True)
    if columns := first_action(alert, timezone.localdate(at)):
        alert.save(update_fields=columns)
    record("intake.contact.logged", by=by, target=alert.reference, contact=kind, with_whom=with_whom)
    return contact
