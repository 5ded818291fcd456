"""The figures on screen: key figures, catalogue, one figure with its definition, the rows behind it, documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from havre.accounts.asking import member_of
from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.audit.services import record
from havre.statistics import catalogue, desk, report, services, words
from havre.statistics.charts import Look
from havre.statistics.export import to_csv, to_workbook
from havre.statistics.forms import ThemeFilter
from havre.statistics.models import Snapshot
from havre.statistics.results import Breakdown
from havre.statistics.rows import coded_rows, in_order
from havre.statistics.shown import PYRAMID, Shown, chart_of, heading_of, note_of

PER_PAGE = 50


@needs(P.FIGURES_VIEW)
@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """The present year."""
    return redirect("statistics:year", desk.years(member_of(request).organisation)[-1])


@needs(P.FIGURES_VIEW)
@require_GET
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """Key figures, charts, and the tables as a report prints them."""
    taken, frame = _frame(request, year, "statistics:year")
    found = desk.figures(taken, year)
    look = Look(rtl=get_language_bidi())
    drawings = []
    if funnel := desk.funnel_of(found, look):
        first = found[catalogue.FUNNEL[0]]
        drawings.append(
            {
                "title": _("From alert to accompaniment"),
                "code": first.code,
                "svg": _drawn(funnel),
                "note": first.population,
            }
        )
    for shown, table in desk.pick(found, desk.CHARTS):
        both = table.by in PYRAMID
        drawings.append(
            {
                "title": _("Age of women and men") if both else heading_of(shown, table),
                "code": shown.code,
                "svg": _drawn(chart_of(shown, table, look)),
                "note": f"{shown.base}." if both else note_of(table),
            }
        )
    published = [_block(shown, table, top=8) for shown, table in desk.pick(found, desk.TABLES)]
    keys = [found[code] for code in catalogue.KEY if code in found]
    return render(
        request, "statistics/year.html", {**frame, "figures": keys, "charts": drawings, "published": published}
    )


@needs(P.FIGURES_VIEW)
@require_GET
def catalogue_page(request: HttpRequest, year: int) -> HttpResponse:
    """Every figure of the catalogue, by theme."""
    taken, frame = _frame(request, year, "statistics:all")
    form = ThemeFilter(request.GET)
    chosen = form.cleaned_data["theme"] if form.is_valid() else ""
    themes: dict[str, dict[str, Any]] = {}
    for shown in desk.figures(taken, year).values():
        if not chosen or shown.theme == chosen:
            themes.setdefault(shown.theme, {"title": shown.theme_title, "figures": []})["figures"].append(shown)
    return render(request, "statistics/catalogue.html", {**frame, "themes": list(themes.values()), "form": form})


@needs(P.FIGURES_VIEW)
@require_GET
def indicator_page(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One figure: what it counts, its value, what is known, its tables and charts."""
    user = member_of(request)
    taken, frame = _frame(request, year, "statistics:indicator", code)
    shown = _shown(taken, year, code)
    may_see_rows = user.can(P.FIGURES_ROWS) and _has_rows(code)
    look = Look(rtl=get_language_bidi())
    blocks = []
    for table in shown.tables:
        block = _block(shown, table, rows_url=_rows_url(year, code) if may_see_rows else "")
        blocks.append({**block, "svg": _drawn(chart_of(shown, table, look))})
    context = {
        **frame,
        "before": _earlier(shown),
        "figure": shown,
        "blocks": blocks,
        "definition": _definition(shown),
        "crumbs": [
            (_("Figures"), reverse("statistics:year", args=[year])),
            (shown.theme_title, _theme_url(year, shown.theme)),
        ],
        "all_rows_url": _rows_url(year, code) if may_see_rows else "",
    }
    return render(request, "statistics/indicator.html", context)


@needs(P.FIGURES_ROWS)
@require_GET
def rows_page(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """The coded rows counted in a figure or in one cell of its tables. Each look is in the audit log."""
    user = member_of(request)
    taken, frame = _frame(request, year, "statistics:indicator", code)
    shown = _shown(taken, year, code)
    by, key = request.GET.get("by", ""), request.GET.get("key", "")
    if not _has_rows(code) or (by and by not in shown.result.breakdowns):
        raise Http404
    unit, ids = services.records_behind(user.organisation, code, year, by, key)
    page = Paginator(in_order(user, str(unit.value), ids), PER_PAGE).get_page(request.GET.get("page"))
    shown_rows = coded_rows(user, str(unit.value), list(page.object_list), start=page.start_index())
    record("statistics.rows.seen", by=user, target=code, year=year, table=by, cell=key, page=page.number)
    category = ""
    if by:
        table = shown.result.breakdowns[by]
        category = f"{table.title}: {table.cell(key).label}"
    context = {
        **frame,
        "figure": shown,
        "page": page,
        "heads": shown_rows.heads,
        "rows": shown_rows.rows,
        "sentence": " · ".join(part for part in (f"{shown.title}, {year}", category) if part),
        "query": urlencode({"by": by, "key": key}) if by else "",
        "crumbs": [
            (_("Figures"), reverse("statistics:year", args=[year])),
            (shown.title, reverse("statistics:indicator", args=[year, code])),
        ],
    }
    return render(request, "statistics/rows.html", context)


@needs(P.FIGURES_VIEW)
@require_GET
def table_csv(request: HttpRequest, year: int, code: str, by: str) -> HttpResponse:
    """One table as CSV."""
    user = member_of(request)
    _check_year(user, year)
    shown = _shown(services.ensure_current(user.organisation), year, code)
    if by not in shown.result.breakdowns:
        raise Http404
    record("statistics.table.exported", by=user, target=code, year=year, table=by)
    return _download(
        to_csv(shown, shown.result.breakdowns[by]).encode("utf-8-sig"),
        "text/csv; charset=utf-8",
        f"{code}-{year}-{by}.csv",
    )


@needs(P.FIGURES_VIEW)
@require_GET
def report_pdf(request: HttpRequest, year: int) -> HttpResponse:
    """The annual report as PDF, in the reader's language."""
    user = member_of(request)
    _check_year(user, year)
    made = report.to_pdf(desk.annual_report(user.organisation, year))
    record("statistics.report.made", by=user, target=str(year), form="pdf")
    return _download(made, "application/pdf", f"report-{year}.pdf")


@needs(P.FIGURES_VIEW)
@require_GET
def report_xlsx(request: HttpRequest, year: int) -> HttpResponse:
    """The annual report as a workbook, in the reader's language."""
    user = member_of(request)
    _check_year(user, year)
    made = to_workbook(desk.annual_report(user.organisation, year))
    record("statistics.report.made", by=user, target=str(year), form="xlsx")
    return _download(made, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"report-{year}.xlsx")


@needs(P.FIGURES_SNAPSHOT)
@require_POST
def snapshot(request: HttpRequest) -> HttpResponse:
    """Take a new snapshot and go back to the year one was reading."""
    user = member_of(request)
    services.take_snapshot(user.organisation, by=user)
    messages.success(request, _("The figures were counted again."))
    year = request.POST.get("year", "")
    known = desk.years(user.organisation)
    return redirect("statistics:year", int(year) if year.isdecimal() and int(year) in known else known[-1])


def _check_year(user: User, year: int) -> None:
    if year not in desk.years(user.organisation):
        raise Http404


def _shown(taken: Snapshot, year: int, code: str) -> Shown:
    if code not in {indicator.code for indicator in catalogue.indicators()}:
        raise Http404
    return desk.figures(taken, year, [code])[code]


def _has_rows(code: str) -> bool:
    """Figures of the organisation itself have no rows."""
    return str(catalogue.get(code).unit.value) in ("alert", "person", "file")


def _frame(request: HttpRequest, year: int, name: str, *args: str) -> tuple[Snapshot, dict[str, Any]]:
    """The snapshot, and what every page of a year shows: the years beside, the tabs, the age of the snapshot."""
    user = member_of(request)
    _check_year(user, year)
    known = desk.years(user.organisation)
    beside: dict[str, Any] = {}
    for side, other in (("previous", year - 1), ("next", year + 1)):
        if other in known:
            beside |= {f"{side}_year": other, f"{side}_url": reverse(name, args=[other, *args])}
    tabs = [
        {
            "label": _("Key figures"),
            "url": reverse("statistics:year", args=[year]),
            "current": name == "statistics:year",
        },
        {"label": _("All figures"), "url": reverse("statistics:all", args=[year]), "current": name == "statistics:all"},
    ]
    taken = services.ensure_current(user.organisation)
    return taken, {
        **beside,
        "year": year,
        "tabs": tabs,
        "source": desk.source_of(taken),
        "may_snapshot": user.can(P.FIGURES_SNAPSHOT),
    }


def _block(shown: Shown, table: Breakdown, *, rows_url: str = "", top: int = 0) -> dict[str, Any]:
    """A table for the page: counts, shares, the way to the rows. `top` keeps the first lines."""
    shares = words.percents(table)
    cells = table.cells[:top] if top else table.cells
    rows = [
        {
            "label": cell.label,
            "n": cell.n,
            "share": words.cell_percent(cell, shares),
            "of": cell.base if words.is_within(table) else None,
            "url": f"{rows_url}?{urlencode({'by': table.by, 'key': cell.key})}" if rows_url and cell.n else "",
        }
        for cell in cells
    ]
    left = len(table.cells) - len(cells)
    return {
        "by": table.by, "title": heading_of(shown, table) if top else table.title, "code": shown.code, "unit": shown.unit,
        "rows": rows, "note": note_of(table), "low": words.is_low(table), "left": left,
    }  # fmt: skip


def _earlier(shown: Shown) -> dict[str, str] | None:
    """The figure of the year before, as it would have been shown then."""
    before = shown.result.before
    if before is None:
        return None
    then = replace(shown, result=before)
    return {"value": then.value, "label": str(before.year), "detail": then.share or then.base}


def _definition(shown: Shown) -> list[tuple[str, str]]:
    return [
        (_("Why"), shown.why),
        (_("Counted in"), shown.unit),
        (_("Population"), shown.population),
        (_("Computed as"), shown.formula),
        (_("Share of"), shown.share_of or "—"),
        (_("Requirements"), ", ".join(shown.answers) or "—"),
        (_("Code"), shown.code),
    ]


def _rows_url(year: int, code: str) -> str:
    return reverse("statistics:rows", args=[year, code])


def _theme_url(year: int, theme: str) -> str:
    return f"{reverse('statistics:all', args=[year])}?{urlencode({'theme': theme})}"


def _drawn(svg: str) -> str:
    return mark_safe(svg)  # noqa: S308 - our own drawing, words escaped by ElementTree


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
