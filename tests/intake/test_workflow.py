"""The workflow of an alert: the table, for each status, step and role; closing and reopening."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from havre.accounts.permissions import ROLES, Role
from havre.audit.models import Event
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.core.workflow import StepNotAllowed
from havre.intake import services
from havre.intake.models import Alert
from havre.intake.workflow import ALERT, CLOSED, AlertStatus
from tests.factories import House, accepted_alert, interviewed_alert, studied_alert, take_alert

BUTTONS = [name for name, step in ALERT.steps.items() if step.button]


def placed(house: House, status: str) -> Alert:
    """An alert put at a status, whatever the path."""
    alert = take_alert(house)
    Alert.objects.filter(pk=alert.pk).update(status=status)
    alert.refresh_from_db()
    return alert


def test_each_step_starts_from_its_sources_only(house: House) -> None:
    by = house.user("coordinator")
    for status in AlertStatus.values:
        alert = placed(house, status)
        for name in BUTTONS:
            Alert.objects.filter(pk=alert.pk).update(status=status)
            if status in ALERT.steps[name].sources:
                assert services.move_alert(alert, name, by=by).status == ALERT.steps[name].target
                assert Event.objects.first().kind == f"intake.alert.{name}"
            else:
                with pytest.raises(StepNotAllowed):
                    services.move_alert(alert, name, by=by)


@pytest.mark.parametrize("role", Role.values)
def test_each_step_asks_for_its_permission(house: House, role: str) -> None:
    for name in BUTTONS:
        step = ALERT.steps[name]
        alert = placed(house, step.sources[0])
        if step.needs in ROLES[role].permissions:
            assert services.move_alert(alert, name, by=house.user(role)).status == step.target
        else:
            with pytest.raises(PermissionDenied):
                services.move_alert(alert, name, by=house.user(role))


@pytest.mark.parametrize("name", [name for name in ALERT.steps if name not in BUTTONS])
def test_a_step_with_a_form_of_its_own_is_not_taken_by_a_button(house: House, name: str) -> None:
    with pytest.raises(RuleBroken):
        services.move_alert(placed(house, ALERT.steps[name].sources[0]), name, by=house.user("coordinator"))


def test_nobody_acts_on_the_alerts_of_another_organisation(house: House, other: House) -> None:
    alert = take_alert(house)
    with pytest.raises(PermissionDenied):
        services.move_alert(alert, "start_study", by=other.user("coordinator"))
    with pytest.raises(PermissionDenied):
        services.set_agreement(alert, "no", by=other.user("coordinator"))


def test_finishing_the_study_reaches_level_1_and_dates_it(house: House) -> None:
    alert = studied_alert(house)
    assert alert.level_reached == 1
    assert alert.assessments.get().finished_on == clock.today()


def test_the_reason_of_a_closing_is_sealed(house: House) -> None:
    alert = take_alert(house)
    alert = services.move_alert(
        alert, "refuse", by=house.user("reception"), reason="Nothing to do with work.", vault=house.vault("reception")
    )
    alert.refresh_from_db()
    assert b"Nothing" not in bytes(alert.closing_reason)
    assert house.vault("lawyer").read(alert, "closing_reason") == {"closing_reason": "Nothing to do with work."}
    assert "Nothing" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_reopening_keeps_what_was_decided_and_makes_room(house: House) -> None:
    alert = interviewed_alert(house)
    team = [house.user("lawyer"), house.user("coordinator")]

    def decide(outcome: str) -> Alert:
        return services.decide(
            alert, decided_on=clock.today(), outcome=outcome, participants=team, reasons="Said.", by=team[1],
            vault=house.vault("coordinator"),
        ).alert  # fmt: skip

    alert = decide("refuse")
    alert = services.move_alert(alert, "reopen", by=house.user("reception"))
    assert (alert.status, alert.level_reached) == (AlertStatus.STUDYING, 3)
    assert alert.decisions.get().overtaken_on == clock.today()
    services.move_alert(alert, "finish_study", by=house.user("reception"))
    services.record_interview(
        alert, held_on=clock.today(), lawyer=team[0], social_worker=house.user("social_worker"), interpreter="unknown",
        language="fr", by=team[0], vault=house.vault("lawyer"),
    )  # fmt: skip
    assert decide("accompany_both").status == AlertStatus.ACCEPTED
    assert alert.decisions.count() == 2


@pytest.mark.parametrize("status", CLOSED)
def test_what_is_closed_can_be_reopened(house: House, status: str) -> None:
    assert (
        services.move_alert(placed(house, status), "reopen", by=house.user("reception")).status == AlertStatus.STUDYING
    )


def test_a_file_opens_from_an_accepted_alert_only(house: House) -> None:
    by = house.user("coordinator")
    with pytest.raises(StepNotAllowed):
        services.mark_opened(interviewed_alert(house), by=by)
    alert = services.mark_opened(accepted_alert(house), by=by)
    with pytest.raises(StepNotAllowed):
        services.mark_opened(alert, by=by)


def test_in_charge_is_someone_who_sees_alerts(house: House, other: House) -> None:
    alert = take_alert(house)
    assert services.assign(alert, house.user("lawyer"), by=house.user("reception")).in_charge == house.user("lawyer")
    assert services.assign(alert, None, by=house.user("reception")).in_charge is None
    for stranger in (house.user("data_officer"), other.user("lawyer")):
        with pytest.raises(RuleBroken):
            services.assign(alert, stranger, by=house.user("reception"))
