"""Tables out: the annual workbook (one sheet a table) and the CSV of one table. Words are never taken for formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from havre.statistics.report.content import Report, Table
from havre.statistics.results import Breakdown, half_up
from havre.statistics.shown import Shown

#: What a spreadsheet may take for a formula when it opens a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
# The workbook says when it was made; a fixed day makes the same figures give the same file.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)


def to_workbook(report: Report) -> bytes:
    """The report as an Excel file: read me, figures, one sheet a table, definitions, snapshot."""
    output = BytesIO()
    book = xlsxwriter.Workbook(
        output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties(
        {"title": report.title, "company": report.organisation, "comments": report.audience, "created": _MADE}
    )
    sheets = _Sheets(book, report)
    sheets.add(
        _("Read me"),
        [],
        [[report.title], [report.organisation], [report.audience], [report.source.as_of]],
        widths=(80,),
    )
    sheets.add(
        _("Figures"),
        [_("Code"), _("Figure"), _("Value"), _("Count"), _("Share"), _("Base of the share"), _("Known"), _("Unknown"), _("Refused"), _("Count the year before"), _("Change on the year before")],
        [_figure(shown) for shown in report.shown],
        widths=(12, 48, 12), percents=(4, 10),
    )  # fmt: skip
    for section in report.sections:
        for table in section.tables:
            sheets.add_table(table)
    sheets.add(
        _("Definitions"),
        [_("Code"), _("Figure"), _("Why"), _("Counted in"), _("Population"), _("Computed as"), _("Requirements")],
        [[s.code, s.title, s.why, s.unit, s.population, s.formula, ", ".join(s.answers)] for s in report.shown],
        widths=(12, 40, 60, 14, 60, 40, 16),
    )
    sheets.add(_("Snapshot"), [_("Item"), _("Value")], [list(line) for line in report.source.lines], widths=(36, 80))
    book.close()
    return output.getvalue()


def _figure(shown: Shown) -> list[Any]:
    result = shown.result
    value: Any = _number(shown)
    return [
        shown.code, shown.title, value, result.n,
        None if result.share is None else float(result.share), result.share_base,
        result.known, result.unknown, result.refused,
        None if result.before is None else result.before.n,
        None if result.change is None else float(result.change),
    ]  # fmt: skip


def _number(shown: Shown) -> float | int | None:
    """The value as a number: a count, or a mean to two decimals in the unit it is said in."""
    result = shown.result
    if result.total is None:
        return result.n
    if result.mean is None:
        return None
    return float(half_up(result.mean / {"minutes": 60, "cents": 100}.get(shown.measure, 1), 2))


class _Sheets:
    """Sheets with a heading each, wherever the words come from."""

    def __init__(self, book: Any, report: Report) -> None:
        self.book, self.report, self.names = book, report, set[str]()
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.quiet = book.add_format({"italic": True, "font_color": "#536067"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.percent = book.add_format({"num_format": "0.0%"})
        self.count = book.add_format({"num_format": "#,##0.##"})
        self.whole = book.add_format({"num_format": "#,##0"})

    def _sheet(self, name: str, widths: Iterable[int]) -> Any:
        clean = _NOT_IN_NAMES.sub(" ", name).strip()[:31] or "-"
        number = 2
        while clean.casefold() in self.names:
            suffix = f" {number}"
            clean, number = clean[: 31 - len(suffix)] + suffix, number + 1
        self.names.add(clean.casefold())
        sheet = self.book.add_worksheet(clean)
        if self.report.rtl:
            sheet.right_to_left()
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_footer(f"&L{self.report.audience.replace('&', '&&')}&R&P / &N")
        return sheet

    def add(
        self,
        name: str,
        heads: list[str],
        rows: list[list[Any]],
        *,
        widths: Iterable[int],
        percents: tuple[int, ...] = (),
    ) -> None:
        """A sheet of lines under one heading."""
        sheet = self._sheet(name, widths)
        first = 0
        if heads:
            self._line(sheet, 0, heads, self.head)
            sheet.freeze_panes(1, 0)
            first = 1
        for number, row in enumerate(rows, start=first):
            for column, value in enumerate(row):
                self._cell(sheet, number, column, value, percent=column in percents)

    def add_table(self, table: Table) -> None:
        """One breakdown, with its base; counts and shares as numbers."""
        sheet = self._sheet(f"{table.code} {table.table.by}", (44, 12, 14, 14, 20))
        sheet.write_string(0, 0, table.title, self.title)
        sheet.write_string(1, 0, f"{self.report.title} · {self.report.audience}", self.quiet)
        sheet.write_string(2, 0, table.note, self.quiet)
        self._line(
            sheet, 4, [_("Category"), _("Count"), _("Share of the known"), _("Base of the share"), _("Code")], self.head
        )
        row = 5
        for cell in table.table.cells:
            self._cell(sheet, row, 0, cell.label)
            self._cell(sheet, row, 1, cell.n)
            self._cell(sheet, row, 2, None if cell.share is None else float(cell.share), percent=True)
            self._cell(sheet, row, 3, cell.base)
            self._cell(sheet, row, 4, cell.key)
            row += 1
        for label, count in _bases(table.table):
            row += 1
            self._cell(sheet, row, 0, label)
            self._cell(sheet, row, 1, count)
        sheet.freeze_panes(5, 0)

    @staticmethod
    def _line(sheet: Any, row: int, values: list[str], look: Any) -> None:
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, look)

    def _cell(self, sheet: Any, row: int, column: int, value: Any, *, percent: bool = False) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool | str):
            sheet.write_string(row, column, str(value), self.text)
        else:
            plain = self.whole if isinstance(value, int) else self.count
            sheet.write_number(row, column, value, self.percent if percent else plain)


def _bases(table: Breakdown) -> list[tuple[str, int]]:
    lines = [(_("Known"), table.known), (_("Unknown"), table.unknown), (_("Refused"), table.refused)]
    if table.not_applicable:
        lines.append((_("Not concerned"), table.not_applicable))
    return lines


def to_csv(shown: Shown, table: Breakdown) -> str:
    """One table as CSV: key, label, count, base, known, share in per cent to two decimals (a full stop before them)."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["code", "year", "by", "key", "label", "count", "base", "known", "unknown", "refused", "percent_of_base"]
    )
    for cell in table.cells:
        writer.writerow([
            shown.code, shown.result.year, table.by, _safe(cell.key), _safe(cell.label), cell.n, cell.base,
            table.known, table.unknown, table.refused, "" if cell.share is None else str(cell.percent(2)),
        ])  # fmt: skip
    return out.getvalue()


def _safe(text: str) -> str:
    """A text a spreadsheet will not run: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
