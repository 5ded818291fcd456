"""Charts: pure functions from results to SVG text, drawn on the server and kept by the hash of what they show.

Each is readable without colour (every mark carries its label and number), has a title, a text for those who do not see
it and a tooltip a mark, and holds neither style nor script: it stands inside the page under the strict policy, and the
same drawing goes into the printed report.
"""

from havre.statistics.charts.drawings import bars, department_map, funnel, pyramid, stacked
from havre.statistics.charts.svg import PRINT, SCREEN, Look

__all__ = ["PRINT", "SCREEN", "Look", "bars", "department_map", "funnel", "pyramid", "stacked"]
