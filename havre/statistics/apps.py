from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """From files to figures that stand."""

    name = "havre.statistics"
    label = "statistics"

    def ready(self) -> None:
        """The audit log says our events in our words."""
        from havre.audit.sentences import SENTENCES
        from havre.statistics import sentences

        SENTENCES.update(sentences.SENTENCES)
