from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Workflow tables, code lists, calendar, htmx answers: nothing of the domain."""

    name = "havre.core"
    label = "core"
