"""What waits for its reader: messages, forms not yet sent, and the vaults that browsers opened."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from havre.vault.models.keys import CompartmentKey


class InboxItem(models.Model):
    """Something written to a compartment by someone who may not read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compartment = models.ForeignKey(CompartmentKey, on_delete=models.PROTECT, related_name="inbox")
    subject = models.CharField(max_length=80, blank=True, help_text="a code: the file it is about")
    sealed = models.BinaryField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Privacy:
        sealed = {"sealed"}
        identifying = {"subject"}
        plain = {"id", "compartment", "sent_by", "sent_at", "read_at"}

    def __str__(self) -> str:
        return str(self.id)


class Draft(models.Model):
    """A form not yet sent, sealed to the one who was typing: it survives a lost session and a locked one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=200)
    sealed = models.BinaryField()
    saved_at = models.DateTimeField(auto_now=True)

    class Privacy:
        sealed = {"sealed"}
        identifying = {"path"}
        plain = {"id", "user", "saved_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="draft_one_per_page")]

    def __str__(self) -> str:
        return str(self.id)


class VaultSession(models.Model):
    """A vault opened by one browser: the private key sealed by a key that only the browser's cookie has."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vault_sessions")
    cookie_hash = models.BinaryField(unique=True)
    sealed_private = models.BinaryField(null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Privacy:
        plain = {"id", "user", "cookie_hash", "sealed_private", "started_at", "seen_at"}

    def __str__(self) -> str:
        return str(self.id)
