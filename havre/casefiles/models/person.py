"""The person: said aloud by a code, known by a sealed name (R34–R47)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from havre.core.fields import CodeField, answered, number_answer, precision, yes_no
from havre.vault.fields import SealedField, SealedRow


class Person(SealedRow):
    """Someone accompanied, now or before. `code` (P-0001) is what everybody says aloud."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="people")
    case = models.OneToOneField("vault.Case", on_delete=models.PROTECT, related_name="person")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=10)
    gender = CodeField("gender", default="unknown")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_year_answer = number_answer()
    country = CodeField("country", default="unknown", verbose_name=_("Country of origin"))
    knows_rights = yes_no(verbose_name=_("Knew their rights"))
    speaks_french = yes_no()
    revision = models.PositiveIntegerField(default=1)

    names = SealedField("identity", max_length=200)
    aliases = SealedField("identity", max_length=400)
    birth_date = SealedField("identity", max_length=40)
    phones = SealedField("identity", max_length=200)
    email = SealedField("identity", max_length=200)
    safe_contact = SealedField("identity", max_length=400)
    address = SealedField("identity", max_length=400)
    identity_documents = SealedField("identity", max_length=400)

    class Privacy:
        sealed = {
            "names", "aliases", "birth_date", "phones", "email", "safe_contact", "address", "identity_documents",
        }  # fmt: skip
        identifying = {"code", "number"}
        plain = {
            "id", "organisation", "case", "gender", "birth_year", "birth_year_answer", "country", "knows_rights",
            "speaks_french", "revision",
        }  # fmt: skip

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="person_number_once"),
            models.UniqueConstraint(fields=["organisation", "code"], name="person_code_once"),
            answered("person", "birth_year"),
            models.CheckConstraint(
                name="person_birth_year_possible", condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100))
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_target(self) -> str:
        return self.code


class Nationality(models.Model):
    """A nationality of a person; several are possible."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="nationalities")
    country = CodeField("country")

    class Privacy:
        plain = {"id", "person", "country"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "country"], name="nationality_once")]

    def __str__(self) -> str:
        return self.country


class Language(models.Model):
    """A language a person speaks."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="languages")
    language = CodeField("language")

    class Privacy:
        plain = {"id", "person", "language"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "language"], name="language_once")]

    def __str__(self) -> str:
        return self.language


class Dependant(SealedRow):
    """A child or other dependant, with the person or directly affected (R43)."""

    case_path = "person.case_id"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="dependants")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_year_answer = number_answer()
    directly_affected = yes_no()
    name = SealedField("identity", max_length=200)

    class Privacy:
        sealed = {"name"}
        plain = {"id", "person", "birth_year", "birth_year_answer", "directly_affected"}

    class Meta:
        constraints = [answered("dependant", "birth_year")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def audit_target(self) -> str:
        return self.person.code


class Arrival(models.Model):
    """How the person came to France (R39–R42). Coded facts only."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="arrival", primary_key=True)
    arrived_on = models.DateField(null=True, blank=True)
    arrived_precision = precision()
    transport = CodeField("transport", default="unknown")
    visa = CodeField("visa", default="unknown")
    organised_by = CodeField("organised_by", default="unknown")
    paid_by = CodeField("paid_by", default="unknown")
    debt_cents = models.PositiveIntegerField(null=True, blank=True)
    debt_cents_answer = number_answer()
    exploited_abroad_before = yes_no()
    same_exploiter_before = yes_no()
    revision = models.PositiveIntegerField(default=1)

    class Privacy:
        plain = {
            "person", "arrived_on", "arrived_precision", "transport", "visa", "organised_by", "paid_by", "debt_cents",
            "debt_cents_answer", "exploited_abroad_before", "same_exploiter_before", "revision",
        }  # fmt: skip

    class Meta:
        constraints = [answered("arrival", "debt_cents")]

    def __str__(self) -> str:
        return str(self.person_id)
