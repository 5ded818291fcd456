from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """From files to figures that stand."""

    name = "havre.statistics"
    label = "statistics"

    def ready(self) -> None:
        """The audit log says our events in our words; the documentation lists the catalogue."""
        from havre.audit.sentences import SENTENCES
        from havre.statistics import documented, sentences  # noqa: F401

        SENTENCES.update(sentences.SENTENCES)
