"""What members change about themselves."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db import transaction

from havre.accounts.models import User
from havre.audit.services import record


@transaction.atomic
def set_preferences(user: User, *, language: str | None = None, theme: str | None = None, by: User) -> User:
    """Keep the member's language and theme. Unknown values are ignored."""
    languages, themes = dict(User._meta.get_field("language").choices), dict(User._meta.get_field("theme").choices)  # type: ignore[arg-type]
    if language is not None and language in languages:
        user.language = language
    if theme is not None and theme in themes:
        user.theme = theme
    user.save(update_fields=["language", "theme"])
    record("accounts.preferences.changed", by=by, target=user.username, language=user.language, theme=user.theme)
    return user


def end_browsers(user: User, *, but: str = "") -> None:
    """Sign a member out of every browser, the session `but` excepted. Their vaults are closed by the vault itself."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        session.end()
