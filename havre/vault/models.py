"""Keys at rest: all of them sealed or public. Nothing here opens anything without a member's passphrase."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from havre.vault.fields import Compartment as CompartmentKind
from havre.vault.keystore.models import Reason, TombstoneFacts


class MemberKey(models.Model):
    """One person's key pair: the private half sealed by the passphrase, and once more by a printed personal code."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="member_key")
    salt = models.BinaryField()
    passes = models.PositiveSmallIntegerField()
    memory = models.PositiveIntegerField(help_text="bytes")
    verifier = models.BinaryField()
    public_key = models.BinaryField()
    sealed_private = models.BinaryField()
    code_salt = models.BinaryField()
    sealed_private_by_code = models.BinaryField()
    # When its owner typed the printed code back; a new code is not yet checked.
    code_checked_at = models.DateTimeField(null=True)
    officer = models.ForeignKey("OfficerKey", on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField()
    # The end of the audit log as this person last saw it, sealed by their private key.
    pinned_head = models.BinaryField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        plain = {
            "id", "user", "salt", "passes", "memory", "verifier", "public_key", "sealed_private", "code_salt",
            "sealed_private_by_code", "code_checked_at", "officer", "signature", "pinned_head", "made_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"key of {self.user_id}"


class OfficerKey(models.Model):
    """An officer vouches for public keys. The verify key counts only if the settings pin it."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="officers")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="officer_key")
    verify_key = models.BinaryField()
    # Sealed by a key of the officer's private key: an officer signs only with the vault open.
    sealed_signing = models.BinaryField()

    class Privacy:
        plain = {"id", "organisation", "user", "verify_key", "sealed_signing"}

    def __str__(self) -> str:
        return f"officer {self.user_id}"


class CompartmentKey(models.Model):
    """One epoch of one compartment of one organisation. The key itself is only in the grants."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="compartments")
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    epoch = models.PositiveSmallIntegerField(default=1)
    inbox_public = models.BinaryField()
    officer = models.ForeignKey(OfficerKey, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField()
    retired_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {"id", "organisation", "kind", "epoch", "inbox_public", "officer", "signature", "retired_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "epoch"], name="compartment_epoch_once"),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=models.Q(retired_at=None),
                name="compartment_has_one_current_epoch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} epoch {self.epoch}"


class Grant(models.Model):
    """A compartment key sealed to one member."""

    compartment = models.ForeignKey(CompartmentKey, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    sealed_key = models.BinaryField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        plain = {"id", "compartment", "user", "sealed_key", "granted_by", "granted_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["compartment", "user"], name="grant_once")]

    def __str__(self) -> str:
        return f"grant of {self.compartment_id} to {self.user_id}"


class Case(models.Model):
    """What is opened, shared and erased as one: an alert, a person with their file, an exploiter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        plain = {"id", "organisation", "version", "made_at"}

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


class Tombstone(TombstoneFacts):
    """An erased case, where its rows are: the copy of the key store's."""

    def __str__(self) -> str:
        return f"tombstone of {self.case_id}"
