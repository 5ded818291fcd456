from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people who work there, what each role may do, sign-in."""

    name = "havre.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Tell the documentation about the roles; refuse a factor or a role that does not exist."""
        from django.conf import settings

        from havre.accounts import factors, reference  # noqa: F401

        factors.check_settings(settings.HAVRE_FACTORS.items())
