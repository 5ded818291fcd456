"""The hint: a decision table that says what is missing and never decides."""

from __future__ import annotations

import pytest

from havre.core import codelists, grids
from havre.intake.identification import LABOUR_LAW, TABLE, Strength, affirmed, elements, hints

GRID = grids.get("2019-1")
BOTH = {1: GRID, 2: GRID}


def said(*codes: str) -> frozenset[str]:
    """Questions answered yes; `question:option` for an option."""
    return affirmed((c.partition(":")[0], "yes", [o] if (o := c.partition(":")[2]) else []) for c in codes)


def found(*codes: str) -> dict[str, Strength]:
    """Each offence with how far the answers go."""
    return {hint.code: hint.strength for hint in hints(said(*codes), BOTH)}


# answers → what they point to
PLAUSIBLE = [
    (("L2-A1", "L2-M1a", "L2-B4"), "trafficking"),
    (("L2-A4", "L2-M3a", "L2-B7"), "trafficking"),  # a minor: no means needed
    (("L2-A5", "L2-M4", "L2-B8"), "trafficking"),
    (("L2-M1d", "L2-B3"), "forced_labour"),
    (("L2-B1",), "forced_labour"),
    (("L2-B2",), "servitude"),
    (("L2-B3",), "unpaid_work"),
    (("L2-B4", "L2-M3b"), "undignified_conditions"),
    (("L2-B5", "L2-M3a"), "undignified_conditions"),
    (("L2-B6",), "slavery"),
    (("L2-B10",), "labour_law_only"),
]


@pytest.mark.parametrize(("answers", "offence"), PLAUSIBLE)
def test_the_elements_together_point_to_an_offence(answers: tuple[str, ...], offence: str) -> None:
    assert found(*answers)[offence] == Strength.PLAUSIBLE


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        (("L2-A1", "L2-M1a"), ["purpose"]),
        (("L2-A1", "L2-B4"), ["means"]),
        (("L2-M1a", "L2-B4"), ["act"]),
    ],
)
def test_trafficking_says_which_element_is_missing(answers: tuple[str, ...], missing: list[str]) -> None:
    hint = next(h for h in hints(said(*answers), BOTH) if h.code == "trafficking")
    assert hint.strength == Strength.INCOMPLETE
    assert [need.name for need in hint.missing] == missing


def test_dependence_alone_is_not_a_means() -> None:
    """CP 225-4-1 asks that vulnerability be taken advantage of: depending for money or papers does not say it."""
    assert found("L2-A1", "L2-B4", "L2-M3b", "L2-M3d")["trafficking"] == Strength.INCOMPLETE
    assert found("L2-A1", "L2-B4", "L2-M3c")["trafficking"] == Strength.PLAUSIBLE


@pytest.mark.parametrize("answers", [("L1-12", "L1-06"), ("L1-12", "L1-07", "L1-10")])
def test_the_study_gives_signs_only(answers: tuple[str, ...]) -> None:
    assert found(*answers)["trafficking"] == Strength.POSSIBLE


def test_one_precise_answer_does_not_make_signs_precise() -> None:
    assert found("L2-A1", "L1-07", "L2-B4")["trafficking"] == Strength.POSSIBLE


def test_labour_law_is_said_only_when_nothing_graver_is_complete() -> None:
    assert "labour_law_only" not in found("L2-B10", "L2-B3")
    assert "labour_law_only" in found("L2-B10", "L2-A1")


def test_a_no_or_an_unknown_shows_nothing() -> None:
    yes = affirmed([("L2-A1", "no", []), ("L2-M1a", "unknown", []), ("L2-B4", "yes", [])])
    assert not elements(yes, BOTH)["act"].shown
    assert not elements(yes, BOTH)["means"].shown
    assert elements(yes, BOTH)["purpose"].shown == ("L2-B4",)


def test_aggravating_circumstances_go_with_trafficking() -> None:
    hint = hints(said("L2-A1", "L2-M1a", "L2-B4", "L2-G1", "L2-G9"), BOTH)[0]
    assert (hint.code, hint.aggravating) == ("trafficking", ("L2-G1", "L2-G9"))


def test_nothing_answered_points_to_nothing() -> None:
    assert hints(frozenset(), BOTH) == []
    assert hints(frozenset(), {}) == []


def test_each_row_is_a_code_with_its_article_and_questions_of_the_grid() -> None:
    rows = [*TABLE, LABOUR_LAW]
    assert {row.code for row in rows} == set(codelists.get("legal_hint").codes)
    assert len({row.article for row in rows}) == len(rows)
    for row in rows:
        for need in row.needs:
            named = [code.partition(":")[0] for code in (*need.shown_by, *need.signs)]
            assert all(code in GRID.by_code for code in named), need.name
            assert need.element or need.shown_by


def test_each_purpose_and_act_and_means_of_the_grid_counts() -> None:
    for question in GRID.questions(2):
        for name in {"act", "means", "purpose"} & {str(e) for e in question.elements}:
            assert elements(said(question.code), BOTH)[name].shown == (question.code,)
