from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Alerts, the three levels of identification, redirection, the partner directory."""

    name = "havre.intake"
    label = "intake"
