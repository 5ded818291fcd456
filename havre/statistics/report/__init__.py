"""The annual report: what it holds (`content`), as PDF (`pdf`) and, through `statistics.export`, as a workbook."""

from havre.statistics.report.content import Report, Section, Source, compose
from havre.statistics.report.pdf import to_pdf

__all__ = ["Report", "Section", "Source", "compose", "to_pdf"]
