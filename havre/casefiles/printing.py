"""A person's own extract as an accessible PDF (PDF/UA-1), made in memory. Nothing of the data is markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from havre.casefiles.extracting import Extract, Section
from havre.core import clock
from havre.core.fonts import font_directories

TEMPLATE = Path(__file__).parent / "typst" / "extract.typ"


def to_pdf(extract: Extract, *, organisation: str, language: str) -> bytes:
    """The PDF, in the active language. Raises `typst.TypstError` when the template is faulty."""
    data = {
        "lang": language.partition("-")[0],
        "rtl": get_language_bidi(),
        "title": _("What is written about you"),
        "code": extract.code,
        "organisation": organisation,
        "made": date_format(clock.today(), "DATE_FORMAT"),
        "page": _("Page"),
        "lead": _(
            "You asked what this organisation keeps about you. Here it is. What would tell about somebody else is hidden by a black bar."
        ),
        "sections": [_section(section) for section in extract.sections],
        "closed_title": _("What others hold"),
        "closed": extract.closed,
        "rights_title": _("Your rights"),
        "rights": [
            _("You may ask for what is wrong to be corrected, and for what is no longer needed to be erased."),
            _(
                "If the answer does not satisfy you, you may complain to the data protection authority (in France, the CNIL)."
            ),
        ],
    }
    compile_: Any = typst.compile  # its stubs do not know a dict of sources
    sources = {"main.typ": TEMPLATE.read_bytes(), "data.json": json.dumps(data, ensure_ascii=False).encode()}
    made: bytes = compile_(
        sources, font_paths=font_directories(), ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"]
    )
    return made


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "rows": [[f"{name} :", str(value)] for name, value in section.rows if value not in (None, "")],
        "items": [
            {"title": item.title, "meta": " · ".join(filter(None, (item.when, item.who))), "text": item.text}
            for item in section.items
        ],
    }
