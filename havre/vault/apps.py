from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Keys, compartments, grants, sealed fields. The only importer of nacl."""

    name = "havre.vault"
    label = "vault"
