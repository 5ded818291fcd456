"""The register: numbers, delays, constraints of the database, one event each, few queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from havre.audit.models import Event
from havre.core import clock
from havre.intake import services
from havre.intake.facts import AlertFacts, GivenAnswer
from havre.intake.models import Alert, Assessment, Decision, Redirection
from tests.factories import House, accepted_alert, interviewed_alert, take_alert
from tests.factories.intake import FACTS

PARIS = ZoneInfo("Europe/Paris")


def test_numbers_follow_by_year_of_reception_local_time(house: House, other: House) -> None:
    midnight = datetime(2019, 12, 31, 23, 30, tzinfo=PARIS)
    references = [
        take_alert(house, received_at=moment).reference
        for moment in (midnight, midnight + timedelta(minutes=45), midnight - timedelta(days=300))
    ]
    assert references == ["A-2019-0001", "A-2020-0001", "A-2019-0002"]
    assert take_alert(other, received_at=midnight).reference == "A-2019-0001"


@pytest.mark.parametrize(
    ("kind", "family", "kept"),
    [("ofii", "authority", "ofii"), ("former_beneficiary", "self", "former_beneficiary"), ("unknown", "unknown", "")],
)
def test_the_family_of_a_source_follows_from_its_kind(house: House, kind: str, family: str, kept: str) -> None:
    alert = take_alert(house, source_kind=kind)
    assert (alert.source_family, alert.source_kind) == (family, kept)


def test_a_family_alone_is_enough(house: House) -> None:
    alert = take_alert(house, source_kind="", source_family="professional")
    assert (alert.source_family, alert.source_kind) == ("professional", "")


def test_the_first_action_is_the_earliest_contact_interview_or_redirection(house: House) -> None:
    received = datetime(2026, 3, 2, 23, 50, tzinfo=PARIS)
    alert = take_alert(house, received_at=received)
    assert alert.first_action_on is None

    def contact(at: datetime) -> Alert:
        return services.log_contact(
            alert,
            kind="phone",
            with_whom="reporter",
            at=at,
            note="",
            by=house.user("reception"),
            vault=house.vault("reception"),
        ).alert

    assert str(contact(received + timedelta(days=10)).first_action_on) == "2026-03-12"
    assert str(contact(received + timedelta(days=3)).first_action_on) == "2026-03-05"
    assert str(contact(received + timedelta(days=5)).first_action_on) == "2026-03-05"
    assert services.redirect(
        take_alert(house, received_at=received), on=received.date() + timedelta(days=1), category="none", by=house.user("reception")
    ).alert.first_action_on == received.date() + timedelta(days=1)  # fmt: skip
    assert interviewed_alert(house, received_at=received, held_on=received.date()).first_action_on == received.date()


def test_one_event_each_whatever_the_number_of_answers(house: House) -> None:
    alert = take_alert(house)
    by, vault = house.user("reception"), house.vault("reception")
    services.move_alert(alert, "start_study", by=by)
    before = Event.objects.count()
    codes = ["L1-01", "L1-02", "L1-05", "L1-06", "L1-07"]
    services.answer_many(alert, 1, [GivenAnswer(question=c, value="yes") for c in codes], by=by, vault=vault)
    assert Event.objects.count() == before + 1
    assert Event.objects.first().detail == {"level": 1, "questions": codes}


def test_many_answers_take_as_many_queries_as_few(house: House) -> None:
    by = house.user("reception")
    codes = [f"L1-{n:02}" for n in (1, 2, 5, 6, 7, 8, 9, 10)]

    def queries(count: int) -> int:
        alert = take_alert(house)
        services.move_alert(alert, "start_study", by=by)
        given = [GivenAnswer(question=c, value="yes", fact="Said.") for c in codes[:count]]
        fresh = house.fresh_vault("reception")  # as in another request
        with CaptureQueriesContext(connection) as captured:
            services.answer_many(alert, 1, given, by=by, vault=fresh)
        return len(captured)

    assert queries(8) == queries(1)


def again(alert: Alert) -> dict[str, object]:
    """The columns of another alert like this one."""
    names = [f.name for f in Alert._meta.concrete_fields if f.name not in ("id", "case")]
    return {name: getattr(alert, name) for name in names}


def test_the_database_keeps_the_rules_by_itself(house: House) -> None:
    from havre.vault.services import new_case

    alert = accepted_alert(house)
    decision, lawyer = alert.decisions.get(), house.user("lawyer")
    columns = {**again(alert), "number": 99, "reference": "A-2019-0099"}
    wrong = {
        "alert_number_once_a_year": lambda: Alert.objects.create(**{**columns, "number": alert.number}, case=new_case(house.organisation)),
        "alert_reference_once": lambda: Alert.objects.create(
            **{**columns, "reference": alert.reference}, case=new_case(house.organisation)
        ),
        "alert_persons_1_to_100": lambda: Alert.objects.filter(pk=alert.pk).update(persons_concerned=101),
        "alert_level_0_to_3": lambda: Alert.objects.filter(pk=alert.pk).update(level_reached=4),
        "alert_status_exists": lambda: Alert.objects.filter(pk=alert.pk).update(status="lost"),
        "assessment_level_1_or_2": lambda: Assessment.objects.filter(alert=alert).update(level=3),
        "grid_answer_value": lambda: alert.assessments.get().answers.create(question="L1-01", value="perhaps"),
        "interview_two_professions": lambda: alert.interviews.update(social_worker=lawyer),
        "decision_once": lambda: Decision.objects.create(
            alert=alert, decided_on=decision.decided_on, outcome="refuse", by=decision.by
        ),
        "redirection_one_main": lambda: [
            Redirection.objects.create(alert=alert, on=clock.today(), category=c, by=lawyer) for c in ("lawyer", "other")
        ],
    }  # fmt: skip
    for name, act in wrong.items():
        try:
            with transaction.atomic():
                act()
        except IntegrityError:
            continue
        pytest.fail(f"{name} let it pass")


def test_an_unknown_code_never_reaches_the_database(house: House) -> None:
    with pytest.raises(ValidationError):
        services.take_alert(
            AlertFacts(**{**FACTS, "channel": "pigeon"}), by=house.user("reception"), vault=house.vault("reception")
        )


def test_the_directory_keeps_who_left(house: House) -> None:
    from havre.core.errors import Conflict, RuleBroken
    from havre.intake.facts import PartnerFacts

    by, vault = house.user("reception"), house.vault("reception")
    partner = services.add_partner(PartnerFacts(name="Refuge", category="lawyer"), by=by, vault=vault)
    with pytest.raises(RuleBroken):
        services.add_partner(PartnerFacts(name="refuge", category="other"), by=by, vault=vault)
    services.redirect(take_alert(house), on=clock.today(), category="lawyer", partner=partner, by=by)
    services.change_partner(partner, PartnerFacts(name="Refuge", category="other"), revision=1, by=by, vault=vault)
    with pytest.raises(Conflict):
        services.change_partner(
            partner, PartnerFacts(name="Refuge 2", category="other"), revision=1, by=by, vault=vault
        )
    retired = services.retire_partner(partner, by=by)
    assert retired.retired_on == clock.today()
    assert services.return_partner(partner, by=by).retired_on is None
    assert Redirection.objects.get().partner == partner
