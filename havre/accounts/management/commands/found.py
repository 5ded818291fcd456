"""`manage.py found`: the first organisation of an installation, on the server's own terminal."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.text import slugify

from havre.accounts.founding import NewMember, found_organisation, open_founding
from havre.accounts.models import Organisation
from havre.accounts.permissions import Role
from havre.core.errors import Refusal
from havre.vault.keys import check_strength


class Command(BaseCommand):
    """Asks, then does everything at once: killed before the end, nothing was written."""

    help = "Found an organisation: its two officers, its first members, their keys and compartments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--screen", action="store_true", help="found on screen: print a one-time code and where")

    def handle(self, *args: Any, screen: bool = False, **options: Any) -> None:
        if screen:
            self._open_screen()
            return
        self.stdout.write(
            "Founding an organisation. The first two members are the officers who vouch for the others: a coordinator,\n"
            "usually, and someone trusted. Each types their own passphrase, with nobody looking. Nothing is written\n"
            "before the end."
        )
        name = self._ask("Name of the organisation")
        year = self._ask("Year it was founded (empty: not said)", empty=True)
        organisation = Organisation(
            name=name, slug=slugify(name)[:40], founded_year=int(year) if year.isdigit() else None
        )
        members = [self._member("the first officer"), self._member("the second officer")]
        while self._ask("Another member? (yes/no)").lower() in {"y", "yes"}:
            members.append(self._member("the next member"))
        try:
            founded = found_organisation(organisation, members)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} Nothing was written.") from None
        self.stdout.write(
            "\nFounded. Each personal code opens its member's key if the passphrase is lost: print it, give"
        )
        self.stdout.write("it in a sealed envelope, keep no copy. It is not shown again.\n")
        for username, code in founded.codes.items():
            self.stdout.write(f"  {username:<20} {code}")
        if founded.papers:
            self.stdout.write(
                "\nPaper keys, for the compartments that one person alone holds. Print them too: the holder"
            )
            self.stdout.write("types each back in the settings, then keeps it where a colleague would find it.\n")
        for each in founded.papers:
            self.stdout.write(f"  {each.paper.get_kind_display()!s:<20} {each.code}")

    def _open_screen(self) -> None:
        self.stdout.write("One-time code, good for an hour and one founding (a new one replaces it):")
        self.stdout.write(f"\n  {open_founding(by=None)}\n")
        self.stdout.write(f"Type it on the page {reverse('found')} of this server, with both officers there.")

    def _ask(self, question: str, *, empty: bool = False) -> str:
        while not (answer := input(f"{question}: ").strip()) and not empty:
            self.stdout.write("Please answer.")
        return answer

    def _member(self, who: str) -> NewMember:
        self.stdout.write(f"\nAbout {who}. Roles: {', '.join(Role.values)}.")
        username = self._ask("User name").lower()
        display_name = self._ask("Name shown to colleagues")
        while (role := self._ask("Role")) not in Role.values:
            self.stdout.write("Choose a role of the list.")
        while True:
            passphrase = getpass.getpass("Passphrase (typed by its owner): ")
            try:
                check_strength(passphrase)
            except Refusal as refusal:
                self.stdout.write(refusal.message)
                continue
            if getpass.getpass("The same again: ") == passphrase:
                return NewMember(username, display_name, role, passphrase)
            self.stdout.write("The two are not the same.")
