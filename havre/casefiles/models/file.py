"""The file: periods of accompaniment per unit, who is in charge, contacts, notes, tasks (R33, R34, R44)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from havre.casefiles.models.person import Person
from havre.core.fields import CodeField
from havre.vault.fields import SealedField, SealedRow


class File(models.Model):
    """What is followed for one person; one person has one file, with several periods."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="file")
    alert = models.ForeignKey("intake.Alert", on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    opened_on = models.DateField()
    last_contact_on = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Privacy:
        plain = {"id", "person", "alert", "opened_on", "last_contact_on", "revision"}

    class Meta:
        ordering = ["-opened_on"]

    def __str__(self) -> str:
        return str(self.person)

    def get_absolute_url(self) -> str:
        """The page of the file."""
        from django.urls import reverse

        return reverse("casefiles:file", args=[self.person.code])


class Period(models.Model):
    """Accompaniment by one unit, from a day to a day. A file is active in a year when a period meets it (R33)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="periods")
    unit = CodeField("unit")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    close_reason = CodeField("close_reason", blank=True)
    in_charge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    revision = models.PositiveIntegerField(default=1)

    class Privacy:
        plain = {"id", "file", "unit", "opened_on", "closed_on", "close_reason", "in_charge", "revision"}

    class Meta:
        ordering = ["opened_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "unit"], condition=Q(closed_on=None), name="period_one_open_per_unit"
            ),
            models.CheckConstraint(
                name="period_closes_after_it_opens", condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on"))
            ),
            models.CheckConstraint(
                name="period_closed_with_a_reason",
                condition=Q(closed_on=None, close_reason="") | (Q(closed_on__isnull=False) & ~Q(close_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["in_charge", "closed_on"], name="period_by_person_in_charge")]

    def __str__(self) -> str:
        return f"{self.unit} from {self.opened_on}"


class FileContact(SealedRow):
    """A contact with the person, or about them."""

    case_path = "file.person.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField()
    kind = CodeField("contact_kind")
    with_whom = CodeField("contact_with")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = SealedField("identity", max_length=4000, long=True)

    class Privacy:
        sealed = {"note"}
        plain = {"id", "file", "at", "kind", "with_whom", "by"}

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.file.person.code


class Note(SealedRow):
    """A note of one profession, sealed in its compartment: colleagues of another see that it exists, not what it says."""

    case_path = "file.person.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="notes")
    compartment = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    text = SealedField("@compartment", max_length=20_000, long=True)

    class Privacy:
        sealed = {"text"}
        plain = {"id", "file", "compartment", "at", "by", "revision"}

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="note_compartment_exists",
                condition=Q(compartment__in=["identity", "social", "psychology", "legal", "governance"]),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.file.person.code


class Task(SealedRow):
    """What, who, when. Produced by a workflow or by a person; about a file or an alert."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    alert = models.ForeignKey("intake.Alert", on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    kind = CodeField("task_kind")
    due_on = models.DateField()
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    # What produced it, so that the same cause makes it once: "intake.urgent:A-2019-0380".
    cause = models.CharField(max_length=80, blank=True)
    what = SealedField("identity", max_length=400)

    case_path = "file.person.case_id"
    other_case_paths = ("alert.case_id",)

    class Privacy:
        sealed = {"what"}
        plain = {"id", "organisation", "file", "alert", "kind", "due_on", "who", "done_at", "done_by", "cause"}

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                name="task_about_one_record",
                condition=Q(file__isnull=False, alert=None) | Q(file=None, alert__isnull=False),
            ),
            models.CheckConstraint(
                name="task_done_by_someone",
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
            ),
            models.UniqueConstraint(fields=["cause"], condition=~Q(cause=""), name="task_once_per_cause"),
        ]
        indexes = [models.Index(fields=["who", "done_at", "due_on"], name="task_by_person")]

    def __str__(self) -> str:
        return self.kind

    @property
    def sealed_case_id(self) -> object:
        """The case of the record the task is about."""
        return self.file.person.case_id if self.file is not None else self.alert.case_id  # type: ignore[union-attr]

    @property
    def audit_target(self) -> str:
        return self.file.person.code if self.file is not None else self.alert.reference  # type: ignore[union-attr]
