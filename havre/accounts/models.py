"""Organisations and the people who work there."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from havre.accounts.permissions import ROLES, Rights, Role

if TYPE_CHECKING:
    from havre.vault.models import OfficerKey


class Organisation(models.Model):
    """One organisation. It sees its own records and no other's."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Identifies and accompanies")
        PARTNER = "partner", _("Partner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.MAIN)
    founded_year = models.PositiveSmallIntegerField(null=True)

    class Privacy:
        plain = {"id", "name", "slug", "kind", "founded_year"}

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users are made by ceremonies; nobody is a superuser."""

    def get_by_natural_key(self, username: str | None) -> User:
        """By user name."""
        return self.get(username=username)


class User(AbstractBaseUser):
    """A member of the team. The passphrase is not here: `vault.MemberKey` has a verifier of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=40, unique=True)
    display_name = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)
    language = models.CharField(
        max_length=2, default="fr", choices=[("fr", "Français"), ("en", "English"), ("ar", "العربية")]
    )
    theme = models.CharField(
        max_length=5, default="auto", choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Privacy:
        # Staff, not the people accompanied: their names stand beside what they did.
        identifying = {"username", "display_name"}
        plain = {"id", "organisation", "role", "is_active", "language", "theme", "password", "last_login"}

    class Meta:
        constraints = [models.CheckConstraint(name="user_role_exists", condition=models.Q(role__in=list(ROLES)))]

    def __str__(self) -> str:
        return self.username

    @property
    def officer_key(self) -> OfficerKey:
        """The signing key of an officer of today. Raises `AttributeError` for who is none, or was withdrawn."""
        for key in self.officer_keys.all():  # all: lists fetch them beforehand
            if key.withdrawn_at is None:
                return key
        raise AttributeError("This member is not an officer.")

    @property
    def rights(self) -> Rights:
        """What the role opens and does."""
        return ROLES[self.role]

    def can(self, permission: str) -> bool:
        """Does the role hold this permission?"""
        return self.is_active and permission in self.rights.permissions

    def get_full_name(self) -> str:
        """The name shown to colleagues."""
        return self.display_name

    def set_password(self, raw_password: Any) -> None:
        """There is no Django password."""
        raise NotImplementedError("A passphrase is set by the key ceremony (vault.ceremonies).")

    def get_session_auth_hash(self) -> str:
        """What a signed-in browser depends on: another role ends them all, however it was changed."""
        return salted_hmac("havre.accounts.session", f"{self.pk}/{self.role}", algorithm="sha256").hexdigest()


class FoundingCode(models.Model):
    """A code drawn on the server's terminal: for an hour, and once, it opens the page that founds an organisation."""

    # Of the code, with a key of the server: a copy of the database does not give it.
    keyed_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Privacy:
        plain = {"id", "keyed_hash", "made_at", "used_at"}

    def __str__(self) -> str:
        return f"founding code {self.pk}"


class Tries(models.Model):
    """How often a secret was tried in one stretch of time (`limits.py`). Who tried is a keyed hash."""

    name = models.CharField(max_length=40)
    whom = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Privacy:
        identifying = {"whom"}
        plain = {"id", "name", "count", "ends_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "whom"], name="tries_one_row_each")]

    def __str__(self) -> str:
        return self.name
