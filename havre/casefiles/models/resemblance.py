"""Two records that look alike, and what somebody answered: the same, not the same, to check (R12)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from havre.intake.known import Answer


class Kind(models.TextChoices):
    """Who stands on one side of a pair. An alert speaks of two: the person it is about, and who exploits them."""

    ALERT = "alert", _("Alert")
    EMPLOYER = "employer", _("Named in an alert")
    EXPLOITER = "exploiter", _("Exploiter")
    PERSON = "person", _("Person")


# Who may be one with whom: a person is not an exploiter.
PAIRS = (
    (Kind.ALERT, Kind.ALERT),
    (Kind.ALERT, Kind.PERSON),
    (Kind.PERSON, Kind.PERSON),
    (Kind.EMPLOYER, Kind.EMPLOYER),
    (Kind.EMPLOYER, Kind.EXPLOITER),
    (Kind.EXPLOITER, Kind.EXPLOITER),
)


def _possible() -> Q:
    condition = Q()
    for one, other in PAIRS:
        condition |= Q(one_kind=one.value, other_kind=other.value)
    return condition


class Resemblance(models.Model):
    """An unordered pair of records with one answer. “The same” is a link: nothing is merged, and it can be undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    # In the order of `linking.pair`, so that a pair is written one way only.
    one_kind = models.CharField(max_length=10, choices=Kind)
    one_id = models.UUIDField()
    other_kind = models.CharField(max_length=10, choices=Kind)
    other_id = models.UUIDField()
    answer = models.CharField(max_length=10, choices=Answer)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The alert that was being taken, or that a file was opened from, when it was answered.
    answered_for = models.ForeignKey("intake.Alert", on_delete=models.SET_NULL, null=True, related_name="+")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {
            "id", "organisation", "one_kind", "one_id", "other_kind", "other_id", "answer", "by", "at", "answered_for",
            "undone_by", "undone_at",
        }  # fmt: skip

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="resemblance_in_order",
                condition=Q(one_kind__lt=F("other_kind")) | Q(one_kind=F("other_kind"), one_id__lt=F("other_id")),
            ),
            models.CheckConstraint(name="resemblance_of_like_kinds", condition=_possible()),
            models.CheckConstraint(name="resemblance_answer_exists", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(
                name="resemblance_undone_by_someone",
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["organisation", "one_kind", "one_id", "other_kind", "other_id"],
                condition=Q(undone_at=None),
                name="resemblance_one_answer_a_pair",
            ),
        ]
        indexes = [models.Index(fields=["other_kind", "other_id"], name="resemblance_by_other")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def records(self) -> tuple[tuple[str, uuid.UUID], tuple[str, uuid.UUID]]:
        """The two records, as `linking` reads them."""
        return (self.one_kind, self.one_id), (self.other_kind, self.other_id)
