"""A study keeps the version of the grid it was made with; urgent answers are told once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import LazySettings

from havre.core import grids
from havre.core.errors import RuleBroken
from havre.intake import presenting, services
from havre.intake.facts import GivenAnswer
from havre.intake.models import Assessment
from tests.factories import House, take_alert


def test_an_old_study_keeps_its_version(house: House, settings: LazySettings, tmp_path: Path) -> None:
    by, vault = house.user("reception"), house.vault("reception")
    old = take_alert(house)
    services.move_alert(old, "start_study", by=by)

    lists = tmp_path / "codelists"
    shutil.copytree(settings.CODELISTS_DIR, lists)
    rows = (lists / "grids/2019-1.csv").read_text().splitlines()
    (lists / "grids/2027-1.csv").write_text("\n".join(row for row in rows if not row.startswith("L1-12")) + "\n")
    shutil.copy(lists / "grids/2019-1-options.csv", lists / "grids/2027-1-options.csv")
    settings.CODELISTS_DIR = lists
    assert grids.latest().version == "2027-1"

    new = take_alert(house)
    services.move_alert(new, "start_study", by=by)
    assert dict(Assessment.objects.values_list("alert__number", "grid_version")) == {1: "2019-1", 2: "2027-1"}
    given = GivenAnswer(question="L1-12", value="yes")
    assert services.answer(old, 1, given, by=by, vault=vault).value == "yes"
    with pytest.raises(RuleBroken):
        services.answer(new, 1, given, by=by, vault=vault)
    assert [row.code for row in presenting.levels(old)[0].rows][-1] == "L1-12"
    assert [row.code for row in presenting.levels(new)[0].rows][-1] != "L1-12"


def test_an_urgent_answer_is_told_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(services.grid, "ON_URGENT", [lambda alert, *, by: told.append(alert.reference)])
    alert = take_alert(house)
    by, vault = house.user("reception"), house.vault("reception")
    services.move_alert(alert, "start_study", by=by)
    for options in (("minor",), ("minor", "immediate_danger")):
        services.answer(alert, 1, GivenAnswer(question="L1-04", value="yes", options=options), by=by, vault=vault)
    assert told == [alert.reference]


def test_an_urgent_answer_opens_a_task(house: House) -> None:
    from havre.casefiles.models import Task

    alert = take_alert(house)
    by, vault = house.user("reception"), house.vault("reception")
    services.move_alert(alert, "start_study", by=by)
    services.answer(alert, 1, GivenAnswer(question="L1-04", value="yes", options=("minor",)), by=by, vault=vault)
    assert Task.objects.get().alert == alert


def test_the_agreement_is_one_fact(house: House) -> None:
    alert = take_alert(house, agreement="unknown")
    by, vault = house.user("reception"), house.vault("reception")
    services.move_alert(alert, "start_study", by=by)
    services.answer(alert, 1, GivenAnswer(question="L1-03", value="yes"), by=by, vault=vault)
    alert.refresh_from_db()
    assert alert.agreement == "yes"
