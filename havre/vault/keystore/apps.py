from django.apps import AppConfig


class KeyStoreConfig(AppConfig):
    """The key store: a second database, with its own backups (30 days at most)."""

    name = "havre.vault.keystore"
    label = "keystore"
