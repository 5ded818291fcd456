from django.apps import AppConfig


class CasefilesConfig(AppConfig):
    """People, their files, what they lived through, who is in charge and what comes next."""

    name = "havre.casefiles"
    label = "casefiles"

    def ready(self) -> None:
        """Tell those below what they cannot know: the words of our events, and who opens a task for an urgent answer."""
        from havre.audit import sentences as audit
        from havre.casefiles import finding
        from havre.casefiles.sentences import SENTENCES
        from havre.casefiles.services import open_urgent_task
        from havre.intake.hooks import ON_URGENT
        from havre.vault.directory import SOURCES

        SOURCES.update(person=finding.people, exploiter=finding.exploiters)
        audit.SENTENCES.update(SENTENCES)
        if open_urgent_task not in ON_URGENT:
            ON_URGENT.append(open_urgent_task)
