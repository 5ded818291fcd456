from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The invented caseload of the demonstration."""

    name = "havre.demo"
    label = "demo"
