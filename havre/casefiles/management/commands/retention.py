"""`manage.py retention`: what the rules of retention say today. Counts only; nothing is changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from havre.accounts.models import Organisation
from havre.casefiles import due
from havre.vault.models import Erasure, LegalHold, Tombstone


class Command(BaseCommand):
    """For the administrator, who opens nothing: is anything waiting, cut short, held?"""

    help = "How many records are due to be archived or erased, held, asked, cut short, erased, in each organisation."

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation in Organisation.objects.order_by("slug"):
            found = due.due(organisation.pk)
            asked = Erasure.objects.filter(case__organisation=organisation, withdrawn_at=None, done_at=None)
            held = LegalHold.objects.filter(case__organisation=organisation, lifted_at=None)
            counts = {
                "to archive": len(found.to_archive),
                "to erase": len(found.to_end),
                "held": held.values("case").distinct().count(),
                "waiting for the second person": asked.filter(confirmed_at=None).count(),
                "cut short: run vault replay": asked.filter(confirmed_at__isnull=False).count(),
                "erased": Tombstone.objects.filter(organisation_id=organisation.pk).count(),
            }
            self.stdout.write(organisation.slug)
            for name, count in counts.items():
                self.stdout.write(f"{count:>8}  {name}")
