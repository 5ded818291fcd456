from django.apps import AppConfig


class CasefilesConfig(AppConfig):
    """People, their files, what they lived through, who is in charge and what comes next."""

    name = "havre.casefiles"
    label = "casefiles"

    def ready(self) -> None:
        """An urgent answer at intake opens a task here: intake does not know files, so it is told."""
        try:
            from havre.casefiles.services import open_urgent_task
            from havre.intake.hooks import ON_URGENT
        except ImportError:  # being built
            return

        if open_urgent_task not in ON_URGENT:
            ON_URGENT.append(open_urgent_task)
