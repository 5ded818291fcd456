"""The ceremonies that are killed, by subject: to add one, add a line to the `CEREMONIES` of its file."""

from __future__ import annotations

from tests.vault.ceremonies_killed import cases, keeping, members, officers

CEREMONIES = (*members.CEREMONIES, *officers.CEREMONIES, *cases.CEREMONIES, *keeping.CEREMONIES)
BY_NAME = {ceremony.name: ceremony for ceremony in CEREMONIES}
assert len(BY_NAME) == len(CEREMONIES), "two ceremonies of one name"
