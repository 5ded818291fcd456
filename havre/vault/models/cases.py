"""What is opened, shared and erased as one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from havre.vault.fields import Compartment as CompartmentKind
from havre.vault.models.keys import CompartmentKey


class Case(models.Model):
    """What is opened, shared and erased as one: an alert, a person with their file, an exploiter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    # What is written from now on is sealed with halves of this version (vault/casekeys.py).
    version = models.PositiveSmallIntegerField(default=1)
    # Since when only the members named for it open it (vault/sharing.py), whatever compartments others hold.
    restricted_at = models.DateTimeField(null=True)
    restricted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        plain = {"id", "organisation", "version", "restricted_at", "restricted_by", "made_at"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_restricted_by_someone",
                condition=Q(restricted_at=None, restricted_by=None)
                | Q(restricted_at__isnull=False, restricted_by__isnull=False),
            )
        ]
        # Every list leaves out the few that are hidden from its reader (vault/queries.py).
        indexes = [
            models.Index(fields=["organisation"], condition=Q(restricted_at__isnull=False), name="case_restricted")
        ]

    def __str__(self) -> str:
        return str(self.id)


class CaseKey(models.Model):
    """The case half of one compartment, wrapped by the compartment's key. Made when someone first writes there."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="keys")
    compartment = models.ForeignKey(CompartmentKey, on_delete=models.PROTECT, related_name="case_keys")
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()

    class Privacy:
        plain = {"id", "case", "compartment", "kind", "version", "wrapped"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind", "version"], name="case_key_once")]

    def __str__(self) -> str:
        return f"{self.kind} key of {self.case_id} v{self.version}"
