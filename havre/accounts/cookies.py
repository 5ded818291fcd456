"""The vault's cookie."""

from django.conf import settings


def cookie_name() -> str:
    """Its prefix makes browsers refuse it over plain HTTP or from a neighbouring host."""
    return "__Host-havre_vault" if settings.HAVRE_HTTPS else "havre_vault"
