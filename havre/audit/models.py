"""The audit log. Ids and verbs only; no sentence that a person confided ever enters it."""

from __future__ import annotations

from django.db import models


class Head(models.Model):
    """The end of the chain: one row, locked by whoever appends, so that there is one chain."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Privacy:
        plain = {"id", "number", "hash"}

    class Meta:
        constraints = [models.CheckConstraint(name="audit_head_is_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"head {self.number}"


class Event(models.Model):
    """One thing that happened. Never changed, never deleted: the database refuses both."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True, db_index=True)
    organisation_id = models.UUIDField(null=True)
    target = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Privacy:
        identifying = {"target", "actor_id"}
        plain = {"number", "at", "kind", "organisation_id", "detail", "previous", "hash"}

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["organisation_id", "-number"], name="audit_by_organisation"),
            models.Index(fields=["target", "-number"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
