"""Generated reference pages: each app registers what it can tell of itself; `manage.py docs` writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from havre.core import codelists
from havre.core.workflow import REGISTRY

Page = Callable[[], str]
PAGES: dict[str, Page] = {}

NOTICE = "<!-- Written by `make docs`. Change the code it comes from, not this page. -->\n"


def page(name: str) -> Callable[[Page], Page]:
    """Register the page `docs/reference/<name>.md`."""

    def keep(function: Page) -> Page:
        PAGES[name] = function
        return function

    return keep


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; pipes and line ends in cells are made harmless."""

    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"

    head = list(head)
    return "\n".join([line(head), line("---" for _ in head), *map(line, rows)])


@page("workflows")
def workflows() -> str:
    """Every workflow: its diagram and its table."""
    parts = ["# Workflows", ""]
    for name, workflow in sorted(REGISTRY.items()):
        parts += [f"## {name}", "", "```mermaid", workflow.mermaid(), "```", ""]
        rows = (
            (f"`{s.name}`", s.label, ", ".join(f"`{x}`" for x in s.sources), f"`{s.target}`", f"`{s.needs}`")
            for s in workflow.steps.values()
        )
        parts += [table(["step", "label", "from", "to", "needs"], rows), ""]
    return "\n".join(parts)


@page("code-lists")
def code_lists() -> str:
    """Every code list, in three languages."""
    parts = [
        "# Code lists",
        "",
        "One file each in `codelists/`. A retired code stays on old records and leaves the choices.",
        "",
    ]
    for name in codelists.names():
        codes = codelists.get(name)
        parts += [f"## {name}", ""]
        rows = (
            (
                f"`{c}`",
                f"`{codes.parent(c)}`" if codes.parent(c) else "",
                *(codes.label(c, lang) for lang in ("en", "fr", "ar")),
            )
            for c in codes.codes
        )
        parts += [table(["code", "parent", "en", "fr", "ar"], rows), ""]
    return "\n".join(parts)
