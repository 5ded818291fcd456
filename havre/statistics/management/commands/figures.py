"""`manage.py figures 2019`: the figures of a year; `--against reference` sets them beside the published ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from havre.accounts.models import Organisation
from havre.statistics import catalogue, published, services
from havre.statistics.comparison import Verdict
from havre.statistics.results import Result, half_up


class Command(BaseCommand):
    """Prints in English whatever the language of the installation: it is read by tests and by people who compare."""

    help = "Count the figures of a year from the files, and compare them with published ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("year", type=int)
        parser.add_argument("--against", default="", metavar="CSV", help="a file of published figures, or `reference`")
        parser.add_argument("--json", action="store_true", help="write JSON")
        parser.add_argument("--all", action="store_true", help="with --against: also the figures files cannot give")
        parser.add_argument("--organisation", default="", help="its short name; the main one by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the figures. Exits with an error when one of those compared differs without a reason."""
        organisation = self._organisation(options["organisation"])
        with translation.override("en"):
            if options["against"]:
                self._compare(organisation, options)
            else:
                self._list(organisation, options)

    def _organisation(self, slug: str) -> Organisation:
        found = Organisation.objects.filter(**({"slug": slug} if slug else {"kind": Organisation.Kind.MAIN}))
        if len(found) != 1:
            raise CommandError("Say which organisation, with --organisation.")
        return found[0]

    def _list(self, organisation: Organisation, options: dict[str, Any]) -> None:
        results = services.figures(organisation, options["year"])
        if options["json"]:
            rows = [{"code": code, "title": str(catalogue.get(code).title), **_plain(r)} for code, r in results.items()]
            self.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False))
            return
        for theme, title in catalogue.themes().items():
            self.stdout.write(f"\n{title}")
            for indicator in catalogue.indicators():
                if indicator.theme == theme:
                    self.stdout.write(
                        f"  {indicator.code}  {_said(results[indicator.code], indicator.measure):>12}  {indicator.title}"
                    )

    def _compare(self, organisation: Organisation, options: dict[str, Any]) -> None:
        path = published.REFERENCE if options["against"] == "reference" else Path(options["against"])
        try:
            lines = published.load(path)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None

        def figures(year: int, codes: Iterable[str]) -> dict[str, Result]:
            return services.figures(organisation, year, codes)

        years = {options["year"], options["year"] - 1, options["year"] - 2}
        compared = published.compare([line for line in lines if line.year in years or not line.year], figures)
        shown = [
            c
            for c in compared
            if options["all"] or options["json"] or c.own is not None or c.published.section[:2] in SECTIONS
        ]
        if options["json"]:
            self.stdout.write(json.dumps([_line(c) for c in shown], indent=1, ensure_ascii=False))
        else:
            self._table(shown)
        if different := [c.published.id for c in compared if c.verdict is Verdict.DIFFERENT]:
            raise CommandError(f"Different from what is published: {', '.join(different)}")

    def _table(self, shown: list[published.Compared]) -> None:
        section = ""
        for each in shown:
            line = each.published
            if line.section != section:
                section = line.section
                self.stdout.write(f"\n{section}")
            own = "" if each.own is None else each.own.text
            counts = (
                ""
                if each.own is None
                else f"{each.own.n}/{each.own.base}" + (f" ({each.own.unknown} unknown)" if each.own.unknown else "")
            )
            verdict = str(each.verdict) + (f": {each.why}" if each.why else "")
            label = f"{line.label} ({line.year})" if line.year else line.label
            self.stdout.write(
                f"  {line.id} {label[:58]:<58} {line.value:>7} {line.unit[:8]:<8} {own:>8}  {counts:<22} {each.code:<7} {verdict}"
            )
        self.stdout.write("\nPopulations")
        for code in sorted({each.code for each in shown if each.code}):
            self.stdout.write(f"  {code}  {catalogue.get(code).population}")
        totals = Counter(str(each.verdict) for each in shown)
        self.stdout.write("\n" + " · ".join(f"{n} {verdict}" for verdict, n in totals.most_common()))


#: Sections whose figures are all accounted for on screen, with or without a reading.
SECTIONS = ("6 ", "7 ", "8 ", "9 ", "10")


def _said(result: Result, measure: str) -> str:
    """The figure in a few characters."""
    if result.total is not None:
        if result.mean is None:
            return "unknown"
        divided, unit = {"minutes": (60, " h"), "cents": (100, " €")}.get(measure, (1, f" {measure}"))
        return f"{half_up(result.mean / divided, 1)}{unit}"
    return str(result.n) + (f" ({half_up(result.share * 100)} %)" if result.share is not None else "")


def _plain(result: Result) -> dict[str, Any]:
    """A result as JSON: integers only, so that nothing is rounded twice."""
    return {
        "year": result.year,
        "n": result.n,
        "population": result.population,
        "known": result.known,
        "unknown": result.unknown,
        "refused": result.refused,
        "not_applicable": result.not_applicable,
        "total": result.total,
        "share_base": result.share_base,
        "breakdowns": {
            name: {
                "known": table.known,
                "unknown": table.unknown,
                "refused": table.refused,
                "not_applicable": table.not_applicable,
                "multiple": table.multiple,
                "within": table.within,
                "cells": [{"key": c.key, "label": c.label, "n": c.n, "base": c.base} for c in table.cells],
            }
            for name, table in result.breakdowns.items()
        },
        "before": None if result.before is None else _plain(result.before),
    }


def _line(each: published.Compared) -> dict[str, Any]:
    """A comparison as JSON."""
    line = each.published
    own = None
    if each.own is not None:
        population = str(catalogue.get(each.code).population)
        own = {
            "value": each.own.text,
            "n": each.own.n,
            "base": each.own.base,
            "unknown": each.own.unknown,
            "population": population,
        }
    return {
        "id": line.id, "section": line.section, "label": line.label, "year": line.year or None, "published": line.value,
        "unit": line.unit, "indicator": each.code or None, "own": own, "verdict": str(each.verdict), "why": each.why,
    }  # fmt: skip
