"""Write the reference pages that come from the code, or check that they are current."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from havre.core.reference import NOTICE, PAGES


class Command(BaseCommand):
    """`manage.py docs` writes `docs/reference/`; `--check` fails when a page is not what the code says."""

    help = "Write docs/reference/ from the code, or check it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        stale = []
        with translation.override("en"):
            for name, build in sorted(PAGES.items()):
                text = NOTICE + "\n" + build().strip() + "\n"
                file = folder / f"{name}.md"
                if file.exists() and file.read_text() == text:
                    continue
                stale.append(file.name)
                if not check:
                    file.write_text(text)
        if check and stale:
            raise CommandError(f"Not current: {', '.join(stale)}. Run `make docs` and commit.")
        self.stdout.write(f"{len(PAGES)} pages, {len(stale)} {'stale' if check else 'written'}.")
