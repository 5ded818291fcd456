"""The drawings, declared with Altair. Labels stand above their bars: long words in any script keep their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import altair as alt
from django.utils.translation import gettext as _

from havre.core import codelists
from havre.statistics import words
from havre.statistics.charts import palette
from havre.statistics.charts.svg import FONTS, SCREEN, Look, kept, render
from havre.statistics.results import Breakdown, Cell

WIDTH = 420
TEXT, TEXT_2 = palette.colour("c-text"), palette.colour("c-text-2")
Row = dict[str, Any]


def bars(table: Breakdown, *, title: str, limit: int = 0, look: Look = SCREEN) -> str:
    """One bar a category, its label, count and share above it. `limit` keeps the largest; the others are one line without a bar."""
    shown = words.percents(table)
    cells = _largest(table.cells, limit)
    if words.is_within(table):  # the bar is the share of its own line
        within: list[Row] = [
            {"label": c.label, "n": float(c.share or 0), "said": _within(c, words.cell_percent(c, shown))}
            for c in cells
        ]
        return _bars(within, title=title, note=words.base_of(table), look=look, top=1)
    rows: list[Row] = [{"label": c.label, "n": c.n, "said": _said(c.n, words.cell_percent(c, shown))} for c in cells]
    if len(cells) < len(table.cells):
        others = sorted((c.n for c in table.cells), reverse=True)[limit:]
        said = words.number(sum(others))
        rows.append({"label": _("%(count)s others") % {"count": words.number(len(others))}, "n": 0, "said": said})
    return _bars(rows, title=title, note=words.base_of(table), look=look)


def funnel(steps: Sequence[tuple[str, int]], *, title: str, look: Look = SCREEN) -> str:
    """How many remain at each step, centred under each other, with their share of the first."""
    first = steps[0][1] if steps else 0
    rows: list[Row] = []
    for label, n in steps:
        table = Breakdown("", "", (Cell("n", label, n, first),), first, 0, multiple=True)
        rows.append(
            {"label": label, "n": n, "said": _said(n, words.cell_percent(table.cells[0], words.percents(table)))}
        )
    return _bars(rows, title=title, note="", look=look, centred=True)


def _bars(rows: list[Row], *, title: str, note: str, look: Look, centred: bool = False, top: float = 0) -> str:
    top = top or max((row["n"] for row in rows), default=0) or 1
    for rank, row in enumerate(rows):
        start = (top - row["n"]) / 2 if centred else 0
        row |= {"rank": rank, "from": start, "to": start + row["n"], "zero": 0, "top": top}
        row["tip"] = f"{row['label']}: {row['said']}"
    description = _describe(title, note, rows)

    def draw() -> str:
        base = _chart(rows).encode(y=alt.Y("rank:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)))
        x, x2 = alt.X("from:Q", axis=None, scale=_scale(top, look)), alt.X2("to:Q")
        thick = 20 if centred else 11
        bar = base.mark_bar(height=thick, yOffset=9, color=palette.colour("c1"), cornerRadius=2).encode(
            x=x, x2=x2, description="tip:N"
        )
        track = base.mark_bar(
            height=thick, yOffset=9, color=palette.colour("c-empty"), cornerRadius=2, aria=False
        ).encode(x=alt.X("zero:Q", axis=None, scale=_scale(top, look)), x2=alt.X2("top:Q"))
        label = _text(base, "label", start=True, look=look, offset=-8 - (centred and 4))
        value = _text(base, "said", start=False, look=look, offset=-8 - (centred and 4), weight=600)
        layers = [bar, label, value] if centred else [track, bar, label, value]
        return render(
            _spec(alt.layer(*layers), step=52 if centred else 42), title=title, description=description, look=look
        )

    return kept(["bars", rows, description, centred], look, draw)


def stacked(years: dict[int, Breakdown], *, title: str, look: Look = SCREEN) -> str:
    """One full bar a year, cut into the shares of the known; the year's base stands above its bar."""
    order = sorted(years)
    last = years[order[-1]]
    keys = [cell.key for cell in last.cells]
    for year in order:
        keys += [cell.key for cell in years[year].cells if cell.key not in keys]
    keys = [key for key in keys if any(years[year].cell(key).n for year in order)]
    labels = {cell.key: cell.label for year in order for cell in years[year].cells}
    colours = dict(zip(keys, palette.series(len(keys)), strict=False))
    rows: list[Row] = []
    heads: list[Row] = []
    for rank, year in enumerate(order):
        table = years[year]
        shown, at = words.percents(table), 0.0
        heads.append({"rank": rank, "label": str(year), "said": words.base_of(table)})
        for key in keys:
            cell = table.cell(key)
            share = float(cell.share or 0)
            if not cell.n:
                continue
            said = words.percent(shown[key])
            rows.append({
                "rank": rank, "year": year, "key": key, "label": labels[key], "n": cell.n, "said": said if share > 0.055 else "",
                "from": at, "to": at + share, "middle": at + share / 2, "colour": colours.get(key, palette.colour("c5")),
                "on": palette.on(colours.get(key, palette.colour("c5"))), "tip": f"{year}, {labels[key]}: {_said(cell.n, said)}",
            })  # fmt: skip
            at += share
    legend = [{"key": k, "label": labels[k], "colour": c} for k, c in colours.items()]
    spoken = "; ".join(row["tip"] for row in rows)
    description = f"{title}. {'. '.join(head['label'] + ': ' + head['said'] for head in heads)}. {spoken}."

    def draw() -> str:
        y = alt.Y("rank:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
        scale = _scale(1, look)
        base = _chart(rows).encode(y=y)
        paint = alt.Color("colour:N", scale=None, legend=None)
        bar = base.mark_bar(height=26, yOffset=10, stroke=palette.colour("c-gap"), strokeWidth=1).encode(
            x=alt.X("from:Q", axis=None, scale=scale), x2="to:Q", color=paint, description="tip:N"
        )
        inside = base.mark_text(font=FONTS, fontSize=12.5, fontWeight=600, dy=11, aria=False).encode(
            x=alt.X("middle:Q", axis=None, scale=scale), text="said:N", color=alt.Color("on:N", scale=None, legend=None)
        )
        top = _chart(heads).encode(y=y)
        chart = alt.layer(
            bar,
            inside,
            _text(top, "label", start=True, look=look, offset=-12, weight=600),
            _text(top, "said", start=False, look=look, offset=-12, quiet=True),
        )
        named = _legend(legend, look)
        return render(
            _spec(alt.vconcat(named, chart.properties(width=WIDTH, height=alt.Step(60)), spacing=14)),
            title=title,
            description=description,
            look=look,
        )

    return kept(["stacked", rows, heads, legend, description], look, draw)


def pyramid(bands: Sequence[tuple[str, int, int]], *, title: str, women: str, men: str, look: Look = SCREEN) -> str:
    """Age bands (youngest first): women on one side, men on the other, the count at the end of each bar."""
    top = max((max(w, m) for _label, w, m in bands), default=0) or 1
    rows: list[Row] = []
    for rank, (label, count_w, count_m) in enumerate(reversed(list(bands))):
        rows.append(
            {
                "rank": rank,
                "label": label,
                "side": "women",
                "to": -count_w,
                "said": words.number(count_w),
                "tip": f"{label}, {women}: {words.number(count_w)}",
            }
        )
        rows.append(
            {
                "rank": rank,
                "label": label,
                "side": "men",
                "to": count_m,
                "said": words.number(count_m),
                "tip": f"{label}, {men}: {words.number(count_m)}",
            }
        )
    for row in rows:
        row |= {"zero": 0, "colour": palette.colour("c1" if row["side"] == "women" else "c2")}
    description = f"{title}. {'; '.join(row['tip'] for row in rows)}."
    legend = [
        {"key": "women", "label": women, "colour": palette.colour("c1")},
        {"key": "men", "label": men, "colour": palette.colour("c2")},
    ]

    def draw() -> str:
        scale = alt.Scale(domain=[-top * 1.15, top * 1.15], nice=False, reverse=look.rtl)
        y = alt.Y("rank:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
        base = _chart(rows).encode(y=y)
        bar = base.mark_bar(height=18, yOffset=9).encode(
            x=alt.X("zero:Q", axis=None, scale=scale),
            x2="to:Q",
            color=alt.Color("colour:N", scale=None, legend=None),
            description="tip:N",
        )
        outward = {"women": "right", "men": "left"} if not look.rtl else {"women": "left", "men": "right"}
        ends = [
            base.transform_filter(alt.datum.side == side)
            .mark_text(
                font=FONTS,
                fontSize=12.5,
                fontWeight=600,
                align=align,
                dx=-6 if align == "right" else 6,
                dy=9,
                color=TEXT,
                aria=False,
            )
            .encode(x=alt.X("to:Q", axis=None, scale=scale), text="said:N")
            for side, align in outward.items()
        ]
        name = (
            base.transform_filter(alt.datum.side == "men")
            .mark_text(font=FONTS, fontSize=12, dy=-9, color=TEXT_2, aria=False)
            .encode(x=alt.X("zero:Q", axis=None, scale=scale), text="label:N")
        )
        chart = alt.layer(bar, *ends, name).properties(width=WIDTH, height=alt.Step(44))
        return render(
            _spec(alt.vconcat(_legend(legend, look), chart, spacing=10)),
            title=title,
            description=description,
            look=look,
        )

    return kept(["pyramid", rows, legend, description], look, draw)


def department_map(table: Breakdown, *, title: str, look: Look = SCREEN) -> str:
    """France as one square a department, its number and its count; the darker the more. Never mirrored: it is a map."""
    counts = {cell.key: cell.n for cell in table.cells}
    names = codelists.get("department")
    top = max(counts.values(), default=0)
    rows: list[Row] = []
    for code, (column, line) in codelists.department_tiles().items():
        n = counts.get(code, 0)
        shade = "c-empty" if not n else "c1" if n * 3 >= top * 2 and n > 2 else "c2" if n * 6 >= top and n > 1 else "c3"
        ink = TEXT_2 if not n else palette.on(palette.colour(shade))
        rows.append({
            "code": code, "x": column, "y": line, "n": n, "said": words.number(n) if n else "", "colour": palette.colour(shade),
            "ink": ink, "tip": f"{names.label(code)} ({code}): {words.number(n)}",
        })  # fmt: skip
    told = sorted((row for row in rows if row["n"]), key=lambda row: -row["n"])
    description = f"{title}. {words.base_of(table)}. {'; '.join(row['tip'] for row in told)}."

    def draw() -> str:
        base = _chart(rows).encode(
            x=alt.X("x:O", axis=None, scale=alt.Scale(padding=0)), y=alt.Y("y:O", axis=None, scale=alt.Scale(padding=0))
        )
        ink = alt.Color("ink:N", scale=None, legend=None)
        square = base.mark_rect(width=32, height=32, cornerRadius=4).encode(
            color=alt.Color("colour:N", scale=None, legend=None), description="tip:N"
        )
        name = base.mark_text(font=FONTS, fontSize=8.5, dy=-8, aria=False).encode(text="code:N", color=ink)
        value = base.mark_text(font=FONTS, fontSize=13, fontWeight=600, dy=5, aria=False).encode(
            text="said:N", color=ink
        )
        chart = alt.layer(square, name, value).properties(width=alt.Step(35), height=alt.Step(35))
        return render(_spec(chart), title=title, description=description, look=look)

    return kept(["map", rows, description], Look(look.classes), draw)


def _largest(cells: Sequence[Cell], limit: int) -> list[Cell]:
    """The largest categories first when there is a limit."""
    if not limit or len(cells) <= limit:
        return list(cells)
    return sorted(cells, key=lambda cell: -cell.n)[:limit]


def _chart(rows: list[Row]) -> Any:
    """A chart of these rows. Altair's own types do not follow its chaining."""
    return alt.Chart(cast(Any, alt.Data)(values=rows))


def _said(n: int, share: str) -> str:
    return f"{words.number(n)} · {share}" if share else words.number(n)


def _within(cell: Cell, share: str) -> str:
    return f"{words.out_of(cell.n, cell.base)} · {share}" if share else words.out_of(cell.n, cell.base)


def _describe(title: str, note: str, rows: list[Row]) -> str:
    spoken = "; ".join(row["tip"] for row in rows)
    return ". ".join(part for part in (title, note, spoken) if part) + "."


def _scale(top: float, look: Look) -> alt.Scale:
    return alt.Scale(domain=[0, top], nice=False, reverse=look.rtl)


def _text(
    base: Any, field: str, *, start: bool, look: Look, offset: int, weight: int = 400, quiet: bool = False
) -> Any:
    """A text at the start or at the end of the line of reading."""
    at_left = start != look.rtl
    return base.mark_text(
        font=FONTS, fontSize=12 if quiet else 13, fontWeight=weight, align="left" if at_left else "right", dy=offset, aria=False,
        color=TEXT_2 if quiet else TEXT, limit=WIDTH - 90 if start else 300,
    ).encode(x=alt.value(0 if at_left else WIDTH), text=f"{field}:N")  # fmt: skip


def _legend(items: list[Row], look: Look) -> Any:
    """Named squares, one a line when there are many, on top of the drawing."""
    columns = len(items) if len(items) <= 3 and all(len(item["label"]) <= 16 for item in items) else 2
    width = WIDTH / columns
    values = []
    for rank, item in enumerate(items):
        x = (rank % columns) * width
        values.append({**item, "x": WIDTH - x if look.rtl else x, "y": (rank // columns) * 20 + 8})
    lines = -(-len(items) // columns)
    base = _chart(values).encode(y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, lines * 20], reverse=True)))
    across = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False))
    side = -1 if look.rtl else 1
    mark = base.mark_point(shape="square", filled=True, size=130, xOffset=6 * side, opacity=1, aria=False).encode(
        x=across, color=alt.Color("colour:N", scale=None, legend=None)
    )
    text = base.mark_text(
        font=FONTS,
        fontSize=12.5,
        align="right" if look.rtl else "left",
        dx=18 * side,
        dy=0,
        color=TEXT,
        aria=False,
        limit=width - 20,
    ).encode(x=across, text="label:N")
    return alt.layer(mark, text).properties(width=WIDTH, height=lines * 20)


def _spec(chart: Any, *, step: int = 0) -> Row:
    if step:
        chart = chart.properties(width=WIDTH, height=alt.Step(step))
    chart = chart.properties(background="transparent", padding=2).configure(
        font=FONTS, view=alt.ViewConfig(stroke=None)
    )
    spec: Row = chart.to_dict(validate=False)  # the declarations are constant: the tests draw them all
    return spec
