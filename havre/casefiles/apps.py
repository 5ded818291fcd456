from django.apps import AppConfig


class CasefilesConfig(AppConfig):
    """People, their files, what they lived through, who is in charge and what comes next."""

    name = "havre.casefiles"
    label = "casefiles"
