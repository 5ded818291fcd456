"""Keys of people and of compartments: sealed, or public."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from havre.vault.fields import Compartment as CompartmentKind


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
    """An officer vouches for public keys. Counts when pinned, or signed by a chain of officers that ends in a pin."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="officers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="officer_keys")
    verify_key = models.BinaryField()
    # Sealed by a key of the officer's private key: an officer signs only with the vault open.
    sealed_signing = models.BinaryField()
    # Empty for those who founded the organisation: their keys are in the file of pins.
    signed_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField(null=True)
    # From then on nothing this key signed counts: what it had vouched for was signed again by another officer.
    withdrawn_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {
            "id", "organisation", "user", "verify_key", "sealed_signing", "signed_by", "signature", "withdrawn_at",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(withdrawn_at=None), name="officer_has_one_living_key"
            ),
            models.CheckConstraint(
                name="officer_signed_by_someone",
                condition=models.Q(signed_by=None, signature=None)
                | models.Q(signed_by__isnull=False, signature__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"officer {self.user_id}"


class OfficerNaming(models.Model):
    """A member named as an officer, until the one who named them has signed the key they drew."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="officer_naming")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    # Drawn by the member in their own session, when they accept.
    verify_key = models.BinaryField(null=True)
    sealed_signing = models.BinaryField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {"id", "user", "named_by", "named_at", "verify_key", "sealed_signing", "accepted_at"}

    class Meta:
        constraints = [
            models.CheckConstraint(name="officer_named_by_another", condition=~models.Q(user=models.F("named_by"))),
            models.CheckConstraint(
                name="officer_accepts_with_a_key",
                condition=models.Q(verify_key=None, sealed_signing=None, accepted_at=None)
                | models.Q(verify_key__isnull=False, sealed_signing__isnull=False, accepted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"naming of {self.user_id}"


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
