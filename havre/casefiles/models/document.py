"""Documents of a file: the bytes lie sealed on the shelf, what they are called and are is sealed beside."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from havre.casefiles.models.file import File
from havre.core.clamd import Scan
from havre.core.fields import CodeField
from havre.vault.fields import SealedField, SealedRow


class Document(SealedRow):
    """One version of one document. Its number and version name it aloud; its file name may name a person, and is sealed."""

    case_path = "file.person.case_id"
    on_shelf = True
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="documents")
    number = models.PositiveIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    # The version before. One alone follows each: two people cannot replace the same.
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    compartment = models.CharField(max_length=12)
    category = CodeField("document_category")
    # A question of the identification grid that this helps to answer.
    element = models.CharField(max_length=20, blank=True)
    scan = models.CharField(max_length=12, choices=Scan.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    # JSON: name, type, size in bytes, description.
    details = SealedField("@compartment", max_length=3000, long=True)

    class Privacy:
        sealed = {"details"}
        plain = {
            "id", "file", "number", "version", "replaces", "compartment", "category", "element", "scan", "at", "by",
            "withdrawn_at", "withdrawn_by",
        }  # fmt: skip

    class Meta:
        ordering = ["number", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number", "version"], name="document_version_once"),
            models.CheckConstraint(
                name="document_compartment_exists",
                condition=Q(compartment__in=["identity", "social", "psychology", "legal", "governance"]),
            ),
            models.CheckConstraint(
                name="document_first_version_replaces_nothing",
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="document_withdrawn_by_someone",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.file.person.code

    @property
    def can_be_read(self) -> bool:
        """Neither taken out of the file nor harmful."""
        return self.withdrawn_at is None and self.scan != Scan.INFECTED
