"""Alerts and their identification at three levels. Facts are coded; what people said is sealed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from havre.core.fields import CodeField, yes_no
from havre.intake.workflow import ALERT, AlertStatus
from havre.vault.fields import SealedField, SealedRow


class Partner(SealedRow):
    """An organisation of the directory, to which people are redirected (R31).

    Its name is typed freely, so it is sealed like every free text: in a stolen copy it would tell where people went.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField("vault.Case", on_delete=models.PROTECT, related_name="partner")
    category = CodeField("partner_category")
    department = CodeField("department", blank=True)
    retired_on = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    name = SealedField("identity", max_length=120)
    phone = SealedField("identity", max_length=30)
    website = SealedField("identity", max_length=120)

    class Privacy:
        sealed = {"name", "phone", "website"}
        plain = {"id", "organisation", "case", "category", "department", "retired_on", "revision"}

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return str(self.pk)


class Alert(SealedRow):
    """A report that someone may be exploited (R1–R12). It may or may not become a file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="alerts")
    case = models.OneToOneField("vault.Case", on_delete=models.PROTECT, related_name="alert")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    reference = models.CharField(max_length=14)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=AlertStatus, default=AlertStatus.RECEIVED)
    level_reached = models.PositiveSmallIntegerField(
        default=0, help_text="0 received, 1 studied, 2 interviewed, 3 decided"
    )
    channel = CodeField("channel")
    source_family = CodeField("source")
    source_kind = CodeField("source", blank=True)
    persons_concerned = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    complaint_filed = yes_no(verbose_name=_("Complaint for trafficking already filed"))
    urgency = CodeField("urgency", default="unknown")
    agreement = yes_no(verbose_name=_("The person agrees to be contacted"))
    department = CodeField("department", blank=True)
    person_gender = CodeField("gender", default="unknown")
    # A person accompanied before who comes back: the code of their file (R12).
    former_code = models.CharField(max_length=10, blank=True)
    first_action_on = models.DateField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    in_charge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    person_name = SealedField("identity", max_length=200)
    person_contact = SealedField("identity", max_length=400)
    # Who is said to exploit them, as named: an exploiter of their own once a file is open.
    employer_name = SealedField("identity", max_length=200)
    reporter = SealedField("identity", max_length=400)
    narrative = SealedField("identity", max_length=20_000, long=True)
    # Why it was closed without follow-up, in words.
    closing_reason = SealedField("identity", max_length=2000, long=True)

    class Privacy:
        sealed = {"person_name", "person_contact", "employer_name", "reporter", "narrative", "closing_reason"}
        identifying = {"reference", "number", "former_code"}
        plain = {
            "id", "organisation", "case", "year", "received_at", "status", "level_reached", "channel", "source_family",
            "source_kind", "persons_concerned", "complaint_filed", "urgency", "agreement", "department", "person_gender",
            "first_action_on", "taken_by", "in_charge", "made_at", "revision",
        }  # fmt: skip

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "number"], name="alert_number_once_a_year"),
            models.UniqueConstraint(fields=["organisation", "reference"], name="alert_reference_once"),
            models.CheckConstraint(name="alert_persons_1_to_100", condition=Q(persons_concerned__range=(1, 100))),
            models.CheckConstraint(name="alert_level_0_to_3", condition=Q(level_reached__range=(0, 3))),
            models.CheckConstraint(name="alert_status_exists", condition=Q(status__in=AlertStatus.values)),
        ]
        indexes = [models.Index(fields=["organisation", "status", "-received_at"], name="alert_by_status")]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_target(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The page of the alert."""
        from django.urls import reverse

        return reverse("intake:alert", args=[self.reference])

    workflow: ClassVar = ALERT


class AlertAsk(models.Model):
    """What is asked for (R10); several are possible."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="asks")
    code = CodeField("asked_for")

    class Privacy:
        plain = {"id", "alert", "code"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "code"], name="alert_ask_once")]

    def __str__(self) -> str:
        return self.code


class Contact(SealedRow):
    """One contact about an alert: with whom, how, what was said (R8)."""

    case_path = "alert.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField()
    kind = CodeField("contact_kind")
    with_whom = CodeField("contact_with")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = SealedField("identity", max_length=4000, long=True)

    class Privacy:
        sealed = {"note"}
        plain = {"id", "alert", "at", "kind", "with_whom", "by"}

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.alert.reference


class Assessment(models.Model):
    """The answers to one level of the grid: level 1 is the study, level 2 the interview's. Keeps its grid's version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="assessments")
    level = models.PositiveSmallIntegerField()
    grid_version = models.CharField(max_length=20)
    started_on = models.DateField()
    finished_on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Privacy:
        plain = {"id", "alert", "level", "grid_version", "started_on", "finished_on", "by"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "level"], name="assessment_once_per_level"),
            models.CheckConstraint(name="assessment_level_1_or_2", condition=Q(level__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"level {self.level}"


class GridAnswer(SealedRow):
    """One question answered: yes, no or unknown, with the fact behind it and the evidence seen (R18–R26)."""

    case_path = "assessment.alert.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=12)
    value = models.CharField(max_length=8, choices=[("yes", _("Yes")), ("no", _("No")), ("unknown", _("Unknown"))])
    # For questions with several answers: the options chosen, separated by spaces, in the grid's order.
    options = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)
    fact = SealedField("identity", max_length=4000, long=True)
    evidence = SealedField("legal", max_length=2000, long=True)

    class Privacy:
        sealed = {"fact", "evidence"}
        plain = {"id", "assessment", "question", "value", "options", "revision"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question"], name="grid_answer_once"),
            models.CheckConstraint(name="grid_answer_value", condition=Q(value__in=["yes", "no", "unknown"])),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"

    @property
    def audit_target(self) -> str:
        return self.assessment.alert.reference


class Interview(SealedRow):
    """A level 2 interview: in the presence of a lawyer and a social worker, or it is not one (R15)."""

    case_path = "alert.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="interviews")
    held_on = models.DateField()
    lawyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    social_worker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    interpreter = CodeField("interpreter", default="unknown")
    language = CodeField("language", default="unknown")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account = SealedField("identity", max_length=20_000, long=True)

    class Privacy:
        sealed = {"account"}
        plain = {"id", "alert", "held_on", "lawyer", "social_worker", "interpreter", "language", "by"}

    class Meta:
        ordering = ["held_on"]
        constraints = [
            models.CheckConstraint(name="interview_two_professions", condition=~Q(lawyer=F("social_worker"))),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.alert.reference


class Decision(SealedRow):
    """The collegial decision (R16, R29): dated, with those who took part and its reasons."""

    case_path = "alert.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="decisions")
    decided_on = models.DateField()
    outcome = CodeField("decision_outcome")
    participants = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The alert was reopened after it: it stays in the register and no longer stands.
    overtaken_on = models.DateField(null=True)
    reasons = SealedField("legal", max_length=8000, long=True)

    class Privacy:
        sealed = {"reasons"}
        plain = {"id", "alert", "decided_on", "outcome", "participants", "by", "overtaken_on"}

    class Meta:
        ordering = ["decided_on"]
        constraints = [
            # A decision adjourned leaves room for another; a decision that stands does not.
            models.UniqueConstraint(
                fields=["alert"], condition=~Q(outcome="adjourn") & Q(overtaken_on=None), name="decision_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.alert.reference


class Redirection(models.Model):
    """Where a person was directed (R30): a category, a partner when there is one; one of them is the main one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="redirections")
    on = models.DateField()
    category = CodeField("redirection")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="redirections")
    main = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Privacy:
        plain = {"id", "alert", "on", "category", "partner", "main", "by"}

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["alert"], condition=Q(main=True), name="redirection_one_main"),
            models.UniqueConstraint(fields=["alert", "category", "partner"], name="redirection_once"),
        ]

    def __str__(self) -> str:
        return self.category
