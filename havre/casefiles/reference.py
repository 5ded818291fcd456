"""The rules of retention, as a page of the documentation."""

from __future__ import annotations

from havre.casefiles.retention import COARSER, RULES
from havre.core.reference import page, table


@page("retention")
def retention() -> str:
    """The two clocks of each kind of record, and what becomes of the coded facts."""
    rules = [
        (
            rule.kind.label, rule.starts, rule.active_months, rule.archive_months, rule.then.label, rule.why, rule.source,
            rule.sure.label,
        )
        for rule in RULES.values()
    ]  # fmt: skip
    coarser = [(each.model, ", ".join(f"`{name}`" for name in each.columns), each.becomes) for each in COARSER]
    return "\n".join(
        [
            "# Retention",
            "",
            "A starting point, not advice: each organisation has its data protection officer confirm it, then changes the table in",
            "`havre/casefiles/retention.py`.",
            "",
            "## Two clocks",
            "",
            "Both start with the last contact: the last day noted with the person or about them, the end of the last unit's work, or the",
            "day the record came back from the archive. When the first ends, the record is due to be archived: out of the lists, opened by few. When the",
            "second ends, it is due to be erased. Archiving late keeps nothing longer. A legal hold stops both; the days it lasted are added.",
            "Nothing happens by itself: a member archives, two people erase.",
            "",
            table(
                ["record", "starts", "months active", "months archived", "then", "why", "source", "how sure"], rules
            ),
            "",
            "## What stays of an erased record",
            "",
            "Names, words and documents open to nobody. Coded facts stay, for figures of past years that must not change; those that no",
            "figure reads, or reads no finer than this, become coarser:",
            "",
            table(["record", "columns", "becomes"], coarser),
            "",
            "Kept because figures count them: gender, year of birth, country of origin, department, sector, hours, pay, and the days on which units began and",
            "ended. Together they may still point to somebody who knows the story: they are under access rules, and published only",
            "through disclosure control.",
        ]
    )  # fmt: skip
