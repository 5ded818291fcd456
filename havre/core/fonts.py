"""The fonts of what is printed, brought by packages: nothing of the system is used, nothing is fetched."""

from __future__ import annotations

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic


def font_directories() -> list[str]:
    """The folders of the bundled fonts, for charts and documents."""
    return [str(package.ROOT / "files") for package in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
