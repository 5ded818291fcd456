from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people who work there, what each role may do, sign-in."""

    name = "havre.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Tell the documentation about the roles."""
        from havre.accounts import reference  # noqa: F401
