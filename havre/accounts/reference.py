"""The table of roles, as a page of the documentation."""

from __future__ import annotations

from havre.accounts.factors import REQUIRED
from havre.accounts.permissions import ROLES, Permission, Role
from havre.core.reference import page, table
from havre.vault.fields import Compartment


@page("permissions")
def permissions() -> str:
    """Role × permission, role × compartment."""
    head: list[str] = ["", *(str(role.label) for role in Role)]
    opens: list[list[str]] = [
        [f"`{c.value}`", *("opens" if c in ROLES[r].compartments else "" for r in Role)] for c in Compartment
    ]
    does: list[list[str]] = [
        [f"{p.label} `{p.value}`", *("yes" if p in ROLES[r].permissions else "" for r in Role)] for p in Permission
    ]
    return "\n".join(
        [
            "# Roles, compartments, permissions",
            "",
            "A partner organisation has the same roles, over its own records only.",
            "",
            "## Compartments",
            "",
            table(head, opens),
            "",
            "## Second factor",
            "",
            "Beside the passphrase. An installation may say otherwise: `HAVRE_FACTORS` in [run your own](../how-to/run-your-own.md).",
            "",
            table(head, [["signs in with", *(str(REQUIRED[r].label) for r in Role)]]),
            "",
            "## Permissions",
            "",
            table(head, does),
        ]
    )
