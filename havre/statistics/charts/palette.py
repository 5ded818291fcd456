"""Colours of the charts. On paper they are what is written here; on screen `figures.css` gives each class its colour
of the light or the dark theme, and this one is what remains without the style sheet."""

from __future__ import annotations

#: class → colour. Each colour is unique: the drawing names them, the page is given the class.
PALETTE = {
    "c1": "#0e5a5f",
    "c2": "#5e9b98",
    "c3": "#b9d4d1",
    "c4": "#dcb98a",
    "c5": "#75699f",
    "c-empty": "#f2ede4",
    "c-gap": "#fefefe",
    "c-line": "#e6dfd3",
    "c-text": "#1f2a2e",
    "c-text-2": "#536067",
    "c-on1": "#ffffff",
    "c-on2": "#0b2426",
    "c-on3": "#1f2a2f",
    "c-on4": "#1f2a30",
    "c-on5": "#fffffe",
}
SERIES = ("c1", "c2", "c3", "c4", "c5")
CLASS_OF = {colour: name for name, colour in PALETTE.items()}


def colour(name: str) -> str:
    """The colour of a class."""
    return PALETTE[name]


def series(count: int) -> list[str]:
    """Colours for `count` ordered categories, from light to dark; the last is the strongest."""
    ramps = {1: ("c1",), 2: ("c3", "c1"), 3: ("c3", "c2", "c1"), 4: ("c4", "c3", "c2", "c1")}
    return [PALETTE[name] for name in ramps.get(count, ("c4", "c5", "c3", "c2", "c1"))]


def on(background: str) -> str:
    """The colour of a text written on this colour: at least 4.5:1."""
    return PALETTE["c-on" + CLASS_OF[background].removeprefix("c")]
