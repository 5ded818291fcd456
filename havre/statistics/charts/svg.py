"""From an Altair drawing to an SVG that a strict page accepts: `style-src 'self'` refuses `style` attributes and
elements, and vega's own accessibility attributes are of no use under one `role="img"`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import vl_convert
from django.conf import settings

from havre.core.fonts import font_directories
from havre.statistics.charts.palette import CLASS_OF

NS = "http://www.w3.org/2000/svg"
ET.register_namespace("", NS)
FONTS = "Noto Sans, Noto Sans Arabic"
#: Changes whenever the drawings do: what was kept before is not shown again.
VERSION = 2
_MARKS = {f"{{{NS}}}{name}" for name in ("path", "rect", "line", "circle", "text")}
_LONG = re.compile(r"-?\d+\.\d{3,}")
_KEPT = {"xmlns", "version", "viewBox", "width", "height"}


@dataclass(frozen=True)
class Look:
    """Where the drawing goes: `classes` for the screen's themes; `rtl` mirrors it for Arabic."""

    classes: bool = True
    rtl: bool = False


SCREEN = Look()
PRINT = Look(classes=False)


@cache
def _fonts_known() -> None:
    for folder in font_directories():
        vl_convert.register_font_directory(folder)


def render(spec: dict[str, Any], *, title: str, description: str, look: Look) -> str:
    """Draw a Vega-Lite specification. `description` is what a screen reader says of the whole chart."""
    _fonts_known()
    return clean(vl_convert.vegalite_to_svg(spec), title=title, description=description, look=look)


def clean(svg: str, *, title: str, description: str, look: Look) -> str:
    """Presentation attributes only, one role, tooltips as titles, unique ids, classes for the themes."""
    root = ET.fromstring(svg)  # noqa: S314 - drawn by ourselves just before
    _drop_empty(root)
    prefix = "c" + hashlib.sha256(svg.encode()).hexdigest()[:10]
    for element in root.iter():
        tip = element.get("aria-label") if element.tag in _MARKS else None
        _plain(element, prefix)
        if tip:
            ET.SubElement(element, f"{{{NS}}}title").text = tip
            if element.tag == f"{{{NS}}}text":  # the title comes after the words in `text`, else it would be them
                continue
        if look.classes:
            _classes(element)
    root.attrib = {k: v for k, v in root.attrib.items() if k in _KEPT}
    root.attrib |= {"role": "img", "aria-label": description, "font-family": FONTS}
    heading = ET.Element(f"{{{NS}}}title")
    heading.text = title
    root.insert(0, heading)
    return ET.tostring(root, encoding="unicode")


def _drop_empty(parent: ET.Element) -> None:
    for child in list(parent):
        _drop_empty(child)
        hollow = child.get("display") == "none" or child.get("d") in ("", "M0,0h0v0h0Z")
        wordless = child.tag in (f"{{{NS}}}g", f"{{{NS}}}text") and not len(child) and not child.text
        frame = child.get("class") == "background" and child.get("fill") is None and child.get("stroke") is None
        if hollow or wordless or frame:
            parent.remove(child)


def _plain(element: ET.Element, prefix: str) -> None:
    attributes = element.attrib
    for declaration in attributes.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if value.strip():
            attributes.setdefault(name.strip(), value.strip())
    for name in list(attributes):
        if name in ("class", "role", "pointer-events", "font-family", "cursor") or name.startswith("aria-"):
            del attributes[name]
    if attributes.get("opacity") == "1":
        del attributes["opacity"]
    if "id" in attributes:
        attributes["id"] = prefix + attributes["id"]
    for name, value in attributes.items():
        value = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", value)
        attributes[name] = (
            _LONG.sub(lambda found: f"{float(found[0]):.2f}", value) if name in ("d", "transform") else value
        )


def _classes(element: ET.Element) -> None:
    names = []
    for attribute in ("fill", "stroke"):
        name = CLASS_OF.get(element.get(attribute, "").lower())
        if name:
            names.append(name if attribute == "fill" else f"{name}-stroke")
    if names:
        element.set("class", " ".join(names))


def kept(parts: Any, look: Look, draw: Callable[[], str]) -> str:
    """The drawing of these data, from the folder of drawings or drawn now.

    `parts` is everything the drawing depends on (labels in their language included), as JSON can say it.
    """
    said = json.dumps([VERSION, look.classes, look.rtl, parts], ensure_ascii=False, sort_keys=True, default=str)
    name = hashlib.sha256(said.encode()).hexdigest()
    path = Path(settings.DATA) / "cache" / "charts" / name[:2] / f"{name}.svg"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        svg = draw()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(svg)
    Path(temporary).replace(path)
    return svg
