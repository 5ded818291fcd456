"""What is kept of a snapshot: when, of what, its secret, its manifest. The facts themselves are Parquet files."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q


class Snapshot(models.Model):
    """The coded facts of one organisation on one day. Figures are counted from it and from nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField()
    # None when the system took it because facts had changed.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    as_of = models.DateField()
    # Keys its hashes: with it, whoever may see the rows behind a figure finds the records. It is not in the files.
    secret = models.BinaryField(max_length=32)
    manifest = models.JSONField()
    current = models.BooleanField(default=True)

    class Privacy:
        identifying = {"secret"}
        plain = {"id", "organisation", "taken_at", "by", "as_of", "manifest", "current"}

    class Meta:
        ordering = ["-taken_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(current=True), name="snapshot_one_current")
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return Path(settings.DATA) / "snapshots" / str(self.organisation_id) / str(self.id)
