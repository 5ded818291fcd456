"""The end of a case: archived, asked to be erased, held back, done."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from havre.vault.keystore.models import Reason, TombstoneFacts
from havre.vault.models.cases import Case


class Erasure(models.Model):
    """A case to be erased: asked by one person, confirmed by another. Then its salts are destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="erasures")
    reason = models.CharField(max_length=12, choices=Reason)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {
            "id", "case", "reason", "requested_by", "requested_at", "confirmed_by", "confirmed_at", "withdrawn_at",
            "done_at",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="erasure_by_two_people",
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("requested_by")),
            ),
            models.CheckConstraint(
                name="erasure_confirmed_before_done",
                condition=models.Q(done_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at=None),
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(done_at=None, withdrawn_at=None), name="erasure_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LegalHold(models.Model):
    """A case that must be kept for now, whatever its retention: proceedings under way, an inspection."""

    class Why(models.TextChoices):
        PROCEEDINGS = "proceedings", _("Proceedings under way")
        INSPECTION = "inspection", _("Inspection by an authority")
        COMPLAINT = "complaint", _("Complaint about the organisation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    why = models.CharField(max_length=12, choices=Why)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {"id", "case", "why", "placed_by", "placed_at", "lifted_by", "lifted_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "why"], condition=models.Q(lifted_at=None), name="hold_once")
        ]

    def __str__(self) -> str:
        return str(self.id)


class Archive(models.Model):
    """A case in the archive: out of the ordinary lists, opened by few. Brought back, the line stays as its history."""

    class Why(models.TextChoices):
        """Why a record leaves the archive."""

        CONTACT = "contact", _("There is contact with the person again")
        PROCEEDINGS = "proceedings", _("Proceedings need it")
        ASKED = "asked", _("The person asks for it")
        MISTAKE = "mistake", _("It was archived by mistake")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="archives")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    back_at = models.DateTimeField(null=True)
    back_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    back_why = models.CharField(max_length=12, choices=Why, blank=True)

    class Privacy:
        plain = {"id", "case", "at", "by", "back_at", "back_by", "back_why"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(back_at=None), name="archived_once"),
            models.CheckConstraint(
                name="archive_back_by_someone_for_a_reason",
                condition=models.Q(back_at=None, back_by=None, back_why="")
                | (models.Q(back_at__isnull=False, back_by__isnull=False) & ~models.Q(back_why="")),
            ),
            models.CheckConstraint(
                name="archive_back_after_it",
                condition=models.Q(back_at=None) | models.Q(back_at__gte=models.F("at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Tombstone(TombstoneFacts):
    """An erased case, where its rows are: the copy of the key store's."""

    # The directory of names no longer leads to it. Written by a member who holds the identity key.
    unlisted_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {"unlisted_at"}

    def __str__(self) -> str:
        return f"tombstone of {self.case_id}"
