from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Alerts, the three levels of identification, redirection, the partner directory."""

    name = "havre.intake"
    label = "intake"

    def ready(self) -> None:
        """The audit log says our events in our words."""
        from havre.audit.sentences import SENTENCES
        from havre.intake import sentences

        SENTENCES.update(sentences.SENTENCES)
