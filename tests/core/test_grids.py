"""The identification grid says what the law and the report say, and a version never moves."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from pytest_django.fixtures import Settings

from havre.core import codelists, grids
from havre.core.codelists import InvalidCodeList
from havre.core.grids import AnswerType, Element

FROZEN = {  # an old study keeps its version: a change of a question is a new file, not an edit
    "2019-1": "047f876e37732a81fd30a0a4fcddb08d249aead86a7e21cc735e349fb1ad6962",
}


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Path:
    """A copy of the grids that a test may spoil, and that Havre then reads."""
    folder = tmp_path / "grids"
    shutil.copytree(Path(django_settings.CODELISTS_DIR) / "grids", folder)
    settings.CODELISTS_DIR = tmp_path
    return folder


def test_every_shipped_version_is_sound() -> None:
    assert grids.versions() == sorted(FROZEN)
    assert {version: faults for version in grids.versions() if (faults := grids.validate(version))} == {}


@pytest.mark.parametrize("version", sorted(FROZEN))
def test_a_version_in_use_does_not_change(version: str) -> None:
    """Codes, elements and answers are frozen; the wording of a label may be corrected."""
    questions = grids.get(version).questions()
    frozen = "\n".join(
        f"{q.code}|{q.level}|{q.group}|{q.answer_type}|{[o.code for o in q.options]}"
        f"|{[*map(str, q.elements)]}|{q.urgent}"
        for q in questions
    )
    assert hashlib.sha256(frozen.encode()).hexdigest() == FROZEN[version]


def test_the_three_levels_are_there() -> None:
    grid = grids.latest()
    assert [len(grid.questions(level)) for level in (1, 2, 3)] == [12, 41, 10]
    assert len(grid.questions()) == 63
    assert [code for code, _ in grid.groups(2)] == ["act", "means", "purpose", "aggravating"]


def test_every_group_label_is_used() -> None:
    used = {q.group for version in grids.versions() for q in grids.get(version).questions()}
    assert used == set(codelists.read_labels(Path(django_settings.CODELISTS_DIR) / "grids" / "groups.csv"))


def test_each_element_of_trafficking_can_be_answered_at_the_interview() -> None:
    count = Counter(element for q in grids.latest().questions(2) for element in q.elements)
    assert count[Element.ACT] == 5
    assert count[Element.AGGRAVATING] == 10
    assert count[Element.MEANS] == 13
    assert count[Element.PURPOSE] == 9


def test_what_the_law_does_not_list_is_not_a_means() -> None:
    """CP 225-4-1 I 3° lists age, illness, infirmity, deficiency and pregnancy; a minor needs no means at all (II)."""
    grid = grids.latest()
    assert grid.question("L2-M3c").element is Element.MEANS
    for code in (grids.MINOR, "L2-M3b", "L2-M3d"):
        assert grid.question(code).elements == (Element.VULNERABILITY,)


def test_undeclared_work_alone_is_labour_law() -> None:
    assert grids.latest().question("L2-B10").elements == (Element.LABOUR_LAW,)


def test_a_deceptive_recruitment_is_an_act_and_a_means() -> None:
    question = grids.latest().question("L1-12")
    assert question.elements == (Element.ACT, Element.MEANS)
    assert question.element is Element.ACT


def test_every_element_of_the_offence_names_its_article() -> None:
    for question in grids.latest().questions():
        if question.element in (Element.ACT, Element.MEANS, Element.PURPOSE, Element.AGGRAVATING):
            assert question.provision.startswith(("CP 22", "C. trav.")), question.code


def test_the_urgent_question_and_its_options() -> None:
    urgent = [q for q in grids.latest().questions() if q.urgent]
    assert [q.code for q in urgent] == ["L1-04"]
    assert [option.code for option in urgent[0].options] == ["immediate_danger", "minor", "still_with_exploiter"]
    assert {option.code for option in urgent[0].options} <= set(codelists.get("urgency"))


def test_nobody_is_contacted_without_agreeing() -> None:
    question = grids.latest().question("L1-03")
    assert question.element is Element.GATE
    assert question.answer_type is AnswerType.YES_NO


def test_proposed_qualifications_are_the_legal_hints() -> None:
    options = grids.latest().question("L3-05").options
    hints = codelists.get("legal_hint")
    assert [o.code for o in options] == list(hints)
    assert [o.labels for o in options] == [hints[code].labels for code in hints]


def test_labels_are_questions_in_the_language_of_the_reader() -> None:
    question = grids.latest().question("L1-03")
    with translation.override("fr"):
        assert question.label() == "La personne accepte-t-elle d’être contactée\u00a0?"
        assert question.group_label() == "Pouvons-nous agir\u00a0?"
    with translation.override("ar"):
        assert grids.latest().question("L1-04").options[1].label() == "قاصر"
    for each in grids.latest().questions():
        assert each.label("en").endswith("?")
        assert each.label("fr").endswith("\u00a0?")
        assert each.label("ar").endswith("؟")


def test_unknown_version_and_question_are_refused() -> None:
    for version in ("1999-1", "groups", "2019-1-options", "../sector"):
        with pytest.raises(grids.UnknownGrid, match="There is no identification grid"):
            grids.get(version)
    with pytest.raises(grids.UnknownQuestion, match="'L9-01' is not a question of the grid '2019-1'"):
        grids.latest().question("L9-01")


def test_versions_are_ordered_by_number_and_the_last_is_used(copy: Path) -> None:
    for version in ("2019-10", "2019-2", "2026-1"):
        for end in (".csv", "-options.csv"):
            shutil.copy(copy / f"2019-1{end}", copy / f"{version}{end}")
    assert grids.versions() == ["2019-1", "2019-2", "2019-10", "2026-1"]
    assert grids.latest().version == "2026-1"


@pytest.mark.parametrize(
    ("there", "instead", "fault"),
    [
        ("L1-02,1,", "L1-01,1,", "twice"),
        ("L1-02,1,", "L1-02,2,", "does not say the level"),
        (",eligibility,", ",misc,", "unknown group 'misc'"),
        (",yes_no,,gate,", ",maybe,,gate,", "unknown kind of answer 'maybe'"),
        (",yes_no,,gate,", ",multi,,gate,", "options go with"),
        (";isolation;", ";moon;", "unknown options ['moon']"),
        (";isolation;", ";language;", "an option is there twice"),
        (";isolation;", ";", "'isolation' is never used"),
        (",yes_no,,gate,", ",yes_no,,,", "unknown element ''"),
        (",act;means,", ",act;spell,", "unknown element 'act;spell'"),
        (",1,CCEM report 2019 R13", ",yes,CCEM report 2019 R13", "urgent is"),
        (",1,CCEM report 2019 R13", ",1,", "no source"),
        ("Is there an emergency?", "", "no clean label in 'en'"),
    ],
)
def test_a_faulty_grid_is_described_and_never_loaded(copy: Path, there: str, instead: str, fault: str) -> None:
    path = copy / "2019-1.csv"
    text = path.read_text(encoding="utf-8")
    assert there in text
    path.write_text(text.replace(there, instead, 1), encoding="utf-8")
    assert any(fault in each for each in grids.validate("2019-1"))
    with pytest.raises(InvalidCodeList, match=r"2019-1\.csv"):
        grids.get("2019-1")
