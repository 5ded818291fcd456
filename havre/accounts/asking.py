"""Who is asking, and their vault: what a view has of its request. The middleware lets nobody else in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from havre.accounts.models import User


def member_of(request: HttpRequest) -> User:
    """The member who is signed in."""
    user: Any = request.user
    return user


def vault_of(request: HttpRequest) -> Any:
    """The vault of this request: open, or closed when the screen is locked."""
    return request.vault  # type: ignore[attr-defined]
