from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Alerts, the three levels of identification, redirection, the partner directory."""

    name = "havre.intake"
    label = "intake"

    def ready(self) -> None:
        """The audit log says our events in our words; the directory of names knows where ours are."""
        from havre.audit.sentences import SENTENCES
        from havre.intake import finding, sentences
        from havre.vault.directory import SOURCES

        SOURCES.update(alert=finding.alerts, alert_contact=finding.contacts, employer=finding.employers)
        SENTENCES.update(sentences.SENTENCES)
