"""One case opened to one person, and the boxes that two officers open together."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from havre.core import clock
from havre.vault.fields import Compartment as CompartmentKind
from havre.vault.models.cases import Case
from havre.vault.models.keys import CompartmentKey, OfficerKey


class GrantQuerySet(models.QuerySet["CaseGrant"]):
    """Grants by whether they still count."""

    def live(self) -> GrantQuerySet:
        """Those that open something now: neither ended nor past their day."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), ended_at=None)

    def past(self) -> GrantQuerySet:
        """Those whose day has come and that nobody ended yet."""
        return self.filter(expires_at__lte=clock.now(), ended_at=None)


class CaseGrant(models.Model):
    """One compartment of one case opened to one person, for a reason, until a day."""

    class Why(models.TextChoices):
        VOLUNTEER = "volunteer", _("Accompanies this person")
        INTERPRETER = "interpreter", _("Interprets for this person")
        COVER = "cover", _("Covers for a colleague")
        RESTRICTED = "restricted", _("Named for this restricted file")
        EMERGENCY = "emergency", _("Emergency access by two officers")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_grants")
    why = models.CharField(max_length=12, choices=Why)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = GrantQuerySet.as_manager()

    class Privacy:
        plain = {"id", "case", "kind", "user", "why", "granted_by", "granted_at", "expires_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "user"], condition=Q(ended_at=None), name="case_grant_once"
            ),
            # Only who is named for a restricted case keeps it without a day to end.
            models.CheckConstraint(
                name="case_grant_ends",
                condition=Q(why="restricted", expires_at=None) | (~Q(why="restricted") & Q(expires_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"grant of {self.case_id} to {self.user_id}"


class GrantedHalf(models.Model):
    """A case half boxed to the one it was granted to, by someone whose public key an officer vouches for.

    The sender's key and its signature are kept here: the box opens whatever becomes of the sender.
    """

    grant = models.ForeignKey(CaseGrant, on_delete=models.CASCADE, related_name="halves")
    version = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sender_public = models.BinaryField()
    officer = models.ForeignKey(OfficerKey, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField()

    class Privacy:
        plain = {"id", "grant", "version", "sealed", "sender", "sender_public", "officer", "signature"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "version"], name="granted_half_once")]

    def __str__(self) -> str:
        return f"half of {self.grant_id} v{self.version}"


class Escrow(models.Model):
    """A key in two boxes, one inside the other: two officers open it together, neither alone.

    The key of a compartment, or one half of a restricted case, which no compartment's key wraps.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    compartment = models.ForeignKey(CompartmentKey, on_delete=models.CASCADE, related_name="escrows", null=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="escrows", null=True)
    version = models.PositiveSmallIntegerField(null=True)
    outer = models.ForeignKey(OfficerKey, on_delete=models.CASCADE, related_name="+")
    inner = models.ForeignKey(OfficerKey, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()

    class Privacy:
        plain = {"id", "kind", "compartment", "case", "version", "outer", "inner", "sealed"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="escrow_of_one_key",
                condition=Q(compartment__isnull=False, case=None, version=None)
                | Q(compartment=None, case__isnull=False, version__isnull=False),
            ),
            models.CheckConstraint(name="escrow_two_officers", condition=~Q(outer=models.F("inner"))),
            # Psychology is opened by psychologists alone: two officers have no box for it.
            models.CheckConstraint(name="escrow_never_psychology", condition=~Q(kind="psychology")),
            models.UniqueConstraint(fields=["compartment", "outer", "inner"], name="escrow_compartment_once"),
            models.UniqueConstraint(fields=["case", "kind", "version", "outer", "inner"], name="escrow_half_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Emergency(models.Model):
    """Break-glass: one officer asks for one compartment of one case, another agrees, 24 hours."""

    class Why(models.TextChoices):
        DANGER = "danger", _("Someone is in danger now")
        ABSENCE = "absence", _("Everyone who opens it is away, and it cannot wait")
        COURT = "court", _("A court or an authority orders it")
        DEPARTURE = "departure", _("The one who held it left or died")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="emergencies")
    kind = models.CharField(max_length=12, choices=CompartmentKind)
    # The code everybody says aloud: the second officer may not see the file.
    subject = models.CharField(max_length=20)
    why = models.CharField(max_length=12, choices=Why)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Not answered before, it falls.
    answer_before = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    grant = models.OneToOneField(CaseGrant, on_delete=models.PROTECT, related_name="emergency", null=True)

    class Privacy:
        identifying = {"subject"}
        plain = {
            "id", "case", "kind", "why", "asked_by", "asked_at", "answer_before", "answered_by", "answered_at", "agreed",
            "grant",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="emergency_two_people", condition=Q(answered_by=None) | ~Q(answered_by=models.F("asked_by"))
            ),
            models.CheckConstraint(
                name="emergency_answered_by_someone",
                condition=Q(answered_by=None, answered_at=None, agreed=None)
                | Q(answered_by__isnull=False, answered_at__isnull=False, agreed__isnull=False),
            ),
            models.CheckConstraint(name="emergency_opens_when_agreed", condition=Q(grant=None) | Q(agreed=True)),
            models.UniqueConstraint(
                fields=["case", "kind", "asked_by"], condition=Q(answered_at=None), name="emergency_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def waits(self) -> bool:
        """Can it still be answered?"""
        return self.answered_at is None and clock.now() < self.answer_before


class EmergencyPart(models.Model):
    """What is left of an escrow once the one who asks has opened the outer box: the other officer opens the rest."""

    emergency = models.ForeignKey(Emergency, on_delete=models.CASCADE, related_name="parts")
    officer = models.ForeignKey(OfficerKey, on_delete=models.CASCADE, related_name="+")
    # Of a compartment's epoch, or of one version of a restricted case.
    compartment = models.ForeignKey(CompartmentKey, on_delete=models.CASCADE, related_name="+", null=True)
    version = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField()

    class Privacy:
        plain = {"id", "emergency", "officer", "compartment", "version", "sealed"}

    def __str__(self) -> str:
        return f"part of {self.emergency_id}"
