"""The reference page of the catalogue: what each figure counts, of whom, and why."""

from __future__ import annotations

from havre.core.reference import page, table


@page("indicators")
def indicators() -> str:
    """Every indicator and every breakdown, by chapter."""
    # The catalogue loads the engine: only whoever writes this page waits for it.
    from havre.statistics import catalogue
    from havre.statistics.dimensions import DIMENSIONS

    parts = [
        "# Indicators",
        "",
        f"Catalogue {catalogue.VERSION}. Each is declared once, in `havre/statistics/indicators/`. Shares are of the known;",
        "bands are half-open: the first number is in, the second is not.",
        "",
    ]
    for theme, title in catalogue.themes().items():
        parts += [f"## {title}", ""]
        rows = (
            (
                f"`{i.code}`", i.title, i.unit.label, i.population, f"{i.definition} {i.formula}", i.why,
                ", ".join(f"`{name}`" for name in i.by), ", ".join(i.answers),
            )
            for i in catalogue.indicators()
            if i.theme == theme
        )  # fmt: skip
        head = ["code", "title", "unit", "population", "how it is counted", "why", "by", "answers"]
        parts += [table(head, rows), ""]
    parts += ["## Breakdowns", ""]
    named = (
        (
            f"`{d.name}`",
            d.title,
            "several each" if d.answers else "one each",
            ", ".join(str(label) for _key, label in d.labels) or f"`{d.codelist}`",
        )
        for d in DIMENSIONS.values()
    )
    parts.append(table(["name", "title", "answers", "categories"], named))
    return "\n".join(parts)
