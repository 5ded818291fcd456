"""Compiles the translations (locale/*/LC_MESSAGES/*.po to .mo) that are newer than their compiled form.

Babel does it in Python, so that a fresh machine needs no gettext. Compiled files are not committed.
"""

import os
import sys
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def is_stale(source: Path, compiled: Path) -> bool:
    """Whether the compiled form is missing or older than its source."""
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def compile_one(source: Path, compiled: Path) -> None:
    """Compile one catalogue; sentences marked fuzzy stay out."""
    from babel.messages import mofile, pofile  # here: importing it costs more than finding nothing to do

    with source.open("rb") as file:
        catalogue = pofile.read_po(file, locale=source.parent.parent.name, domain=source.stem, abort_invalid=True)
    partial = compiled.with_suffix(f".{os.getpid()}.tmp")
    with partial.open("wb") as file:
        mofile.write_mo(file, catalogue)
    partial.replace(compiled)


def main() -> int:
    """Compile what is stale; say which file is at fault if one does not read."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if is_stale(source, compiled):
            try:
                compile_one(source, compiled)
            except Exception as fault:
                print(f"{source.relative_to(LOCALE.parent)}: {fault}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
