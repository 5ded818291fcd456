"""The person's own extract: looked at first, then made. Both are told; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.extracting import Extract, gather
from havre.casefiles.models import File
from havre.casefiles.services.shared import allowed
from havre.core.errors import RuleBroken
from havre.vault.opened import OpenVault


@transaction.atomic
def look_at_extract(
    file: File, kinds: Iterable[str], *, by: User, vault: OpenVault, more: str = "", keep: str = ""
) -> Extract:
    """Open what would be given, to read it and mask more. Told as reads. Raises `RuleBroken`, `NotGranted`."""
    allowed(by, P.EXTRACT_MAKE, file.person.organisation_id)
    chosen = [kind for kind in kinds if vault.can_open(kind)]
    if not chosen:
        raise RuleBroken(_("Choose at least one unit that you belong to."), field="kinds")
    found = gather(file, chosen, by=by, vault=vault, more=more, keep=keep)
    vault.tell("vault.read", file.person.code, compartment=chosen[0])
    return found


@transaction.atomic
def make_extract(
    file: File, kinds: Iterable[str], *, by: User, vault: OpenVault, more: str = "", keep: str = ""
) -> Extract:
    """What is given to the person: from which compartments, and how much, goes to the log. As `look_at_extract`."""
    found = look_at_extract(file, kinds, by=by, vault=vault, more=more, keep=keep)
    record("casefiles.extract.made", by=by, target=file.person.code, compartments=list(found.kinds), items=found.count)
    return found
