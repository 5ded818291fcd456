"""The report as an accessible PDF (PDF/UA-1), set by Typst from one template and the data. Nothing of the data is
markup: the template gets strings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import typst
from django.utils.translation import gettext as _

from havre.core.fonts import font_directories
from havre.statistics import words
from havre.statistics.charts.svg import NS
from havre.statistics.report.content import Report, Section, Table
from havre.statistics.shown import Shown

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"
#: Tables longer than this stand in two columns under their drawing.
LONG = 14
_MOVE = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")


def to_pdf(report: Report) -> bytes:
    """The PDF. The same report gives the same bytes.

    Raises `typst.TypstError` when the template is faulty.
    """
    drawings: dict[str, bytes] = {}
    data = _data(report, drawings)
    sources: dict[str, bytes] = {
        "main.typ": TEMPLATE.read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
        **drawings,
    }
    compile_: Any = typst.compile  # its stubs do not know a dict of sources
    made: bytes = compile_(
        sources, font_paths=font_directories(), ignore_system_fonts=True, format="pdf",
        pdf_standards=["ua-1"],
    )  # fmt: skip
    return made


def _data(report: Report, drawings: dict[str, bytes]) -> dict[str, Any]:
    return {
        "lang": report.language.partition("-")[0],
        "rtl": report.rtl,
        "title": report.title,
        "organisation": report.organisation,
        "audience": report.audience,
        "as_of": report.source.as_of,
        "contents": _("Contents"),
        "page": _("Page"),
        "sections": [_section(section, drawings) for section in report.sections],
        "annex": {
            "title": _("Definitions"),
            "lead": _("Each figure, what it counts, and on how many known answers it rests."),
            "entries": [_definition(shown) for shown in report.shown],
        },
        "manifest": {
            "title": _("Where these figures come from"),
            "lead": _(
                "Every figure was counted by Havre in coded facts copied from the files on the day below. No name, no address and no note is among them."
            ),
            "heads": [_("Item"), _("Value")],
            "rows": [list(line) for line in report.source.lines],
        },
    }


def _drawing(svg: str, drawings: dict[str, bytes]) -> dict[str, Any] | None:
    """The shapes as a picture with its text alternative, and the words apart.

    Typst sets the words itself: inside a picture, Arabic letters with dots lose what they stand for, which PDF/UA
    refuses.
    """
    if not svg:
        return None
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    texts: list[dict[str, Any]] = []
    _take_words(root, 0.0, 0.0, texts)
    name = f"drawing-{len(drawings)}.svg"
    drawings[name] = ET.tostring(root)
    _x, _y, width, height = (float(part) for part in root.get("viewBox", "").split())
    return {"file": name, "alt": root.get("aria-label", ""), "width": width, "height": height, "texts": texts}


def _take_words(parent: ET.Element, x: float, y: float, texts: list[dict[str, Any]]) -> None:
    for child in list(parent):
        at_x, at_y = _moved(child, x, y)
        if child.tag == f"{{{NS}}}text":
            parent.remove(child)
            texts.append({
                "x": at_x, "y": at_y, "text": child.text or "", "anchor": child.get("text-anchor", "start"),
                "size": float(child.get("font-size", "12").removesuffix("px")), "weight": int(child.get("font-weight", "400")),
                "fill": child.get("fill", "#000000"),
            })  # fmt: skip
        else:
            _take_words(child, at_x, at_y, texts)


def _moved(element: ET.Element, x: float, y: float) -> tuple[float, float]:
    transform = element.get("transform", "")
    found = _MOVE.fullmatch(transform)
    if found is None:
        if transform:
            raise ValueError(f"A drawing moves its parts with translate() only, not {transform!r}.")
        return x, y
    return x + float(found[1]), y + float(found[2])


def _section(section: Section, drawings: dict[str, bytes]) -> dict[str, Any]:
    return {
        "title": section.title,
        "lead": section.lead,
        "figures": [
            {
                "value": f.value,
                "label": f.title,
                "detail": f.detail,
                "warn": _("Few answers are known") if f.low else "",
            }
            for f in section.figures
        ],
        "drawing": _drawing(section.svg, drawings),
        "drawing_title": section.svg_title,
        "tables": [_table(table, drawings) for table in section.tables if not words.is_within(table.table)],
        "groups": [
            {"title": g.title, "note": g.note, "heads": list(g.heads), "rows": [list(row) for row in g.rows]}
            for g in section.groups
        ],
    }


def _table(table: Table, drawings: dict[str, bytes]) -> dict[str, Any]:
    shown = words.percents(table.table)
    within = words.is_within(table.table)
    rows = [
        [c.label, words.out_of(c.n, c.base) if within else words.number(c.n), words.cell_percent(c, shown)]
        for c in table.table.cells
    ]
    half = -(-len(rows) // 2) if len(rows) > LONG else len(rows)
    return {
        "title": table.title,
        "code": table.code,
        "note": table.note,
        "heads": [_("Category"), _("Count"), _("Share of the known")],
        "parts": [part for part in (rows[:half], rows[half:]) if part],
        "drawing": _drawing(table.svg, drawings),
    }


def _definition(shown: Shown) -> dict[str, Any]:
    lines = [
        (_("Value"), " · ".join(part for part in (shown.value, shown.share, shown.change) if part)),
        (_("Why"), shown.why),
        (_("Counted in"), shown.unit),
        (_("Population"), shown.population),
        (_("Computed as"), shown.formula),
        (_("Known"), shown.base),
        (_("Requirements"), ", ".join(shown.answers)),
    ]
    return {"code": shown.code, "title": shown.title, "lines": [list(line) for line in lines if line[1]]}
