from django.apps import AppConfig


class CasefilesConfig(AppConfig):
    """People, their files, what they lived through, who is in charge and what comes next."""

    name = "havre.casefiles"
    label = "casefiles"

    def ready(self) -> None:
        """Tell those below what they cannot know: the words of our events, who opens a task for an urgent answer, who may be known."""
        from havre.audit import sentences as audit
        from havre.casefiles import finding, reference  # noqa: F401
        from havre.casefiles.sentences import SENTENCES
        from havre.casefiles.services import coarsen, open_urgent_task
        from havre.casefiles.services.known import keep_answers, look
        from havre.casefiles.views.linked import linked_of
        from havre.intake.hooks import ANSWERED, LINKED, LOOK, ON_URGENT
        from havre.vault.directory import SOURCES
        from havre.vault.erasure import ON_CLOSE

        SOURCES.update(person=finding.people, person_contact=finding.contacts, exploiter=finding.exploiters)
        audit.SENTENCES.update(SENTENCES)
        for hook, ours in ((ON_URGENT, open_urgent_task), (LOOK, look), (ANSWERED, keep_answers), (LINKED, linked_of)):
            if ours not in hook:
                hook.append(ours)
        if coarsen not in ON_CLOSE:
            ON_CLOSE.append(coarsen)
