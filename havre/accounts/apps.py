from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people who work there, what each role may do, sign-in."""

    name = "havre.accounts"
    label = "accounts"
