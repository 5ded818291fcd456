"""A new version of a case: a new shred salt, and the halves drawn by whoever writes next.

What was written before stays as it is, under the halves that sealed it. Whoever kept one of those, by a grant that
ended or the key of a compartment they left, opens nothing that is written afterwards. No key is needed to begin one.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from havre.vault import crypto
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case


def begin(case_ids: Iterable[UUID]) -> None:
    """Give each case a new version. To be called in a transaction of the main database.

    The salt is committed to the key store first: one whose case kept its version is found there again next time.
    """
    rows = list(Case.objects.select_for_update().filter(pk__in=list(case_ids)).order_by("pk"))
    # A case without any salt was erased: nothing begins again.
    salted = set(ShredSalt.objects.filter(case_id__in=[row.pk for row in rows]).values_list("case_id", flat=True))
    living = [row for row in rows if row.pk in salted]
    salts = [ShredSalt(case_id=row.pk, version=row.version + 1, salt=crypto.random_key()) for row in living]
    ShredSalt.objects.bulk_create(salts, ignore_conflicts=True)
    Case.objects.filter(pk__in=[row.pk for row in living]).update(version=F("version") + 1)
