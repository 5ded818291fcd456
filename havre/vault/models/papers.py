"""Recovery keys on paper: the public half, and the compartment's keys sealed to it. The code is on the paper only."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from havre.vault.fields import Compartment as CompartmentKind
from havre.vault.models.keys import CompartmentKey, OfficerKey


class PaperKey(models.Model):
    """A sheet of paper that opens one compartment again to its profession. Counts once an officer signed it."""

    class Why(models.TextChoices):
        USED = "used", _("Used")
        LEAVER = "leaver", _("Made or checked by someone who left or lost the compartment")
        LOST = "lost", _("Lost, seen by someone else, or replaced")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    number = models.PositiveSmallIntegerField()
    salt = models.BinaryField()
    public_key = models.BinaryField()
    officer = models.ForeignKey(OfficerKey, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=8, choices=Why, blank=True)

    class Privacy:
        plain = {
            "id", "organisation", "kind", "number", "salt", "public_key", "officer", "signature", "made_by", "made_at",
            "checked_by", "checked_at", "retired_at", "why",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "number"], name="paper_number_once"),
            models.CheckConstraint(
                name="paper_signed_by_an_officer",
                condition=models.Q(officer=None, signature=None)
                | models.Q(officer__isnull=False, signature__isnull=False),
            ),
            models.CheckConstraint(
                name="paper_checked_by_someone",
                condition=models.Q(checked_by=None, checked_at=None)
                | models.Q(checked_by__isnull=False, checked_at__isnull=False, signature__isnull=False),
            ),
            models.CheckConstraint(
                name="paper_retired_for_a_reason",
                condition=models.Q(retired_at=None, why="") | (models.Q(retired_at__isnull=False) & ~models.Q(why="")),
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.kind} {self.number}"


class PaperBox(models.Model):
    """The key of one epoch of a compartment, sealed to a paper."""

    paper = models.ForeignKey(PaperKey, on_delete=models.CASCADE, related_name="boxes")
    compartment = models.ForeignKey(CompartmentKey, on_delete=models.CASCADE, related_name="paper_boxes")
    sealed_key = models.BinaryField()

    class Privacy:
        plain = {"id", "paper", "compartment", "sealed_key"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "compartment"], name="paper_box_once")]

    def __str__(self) -> str:
        return f"box of {self.compartment_id} for {self.paper_id}"
