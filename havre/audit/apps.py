from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, when, to which record: append-only, hash-chained."""

    name = "havre.audit"
    label = "audit"
