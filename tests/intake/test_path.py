"""The path of an alert, end to end, through the services."""

from __future__ import annotations

from havre.audit.models import Event
from havre.core import clock
from havre.intake import services
from havre.intake.facts import GivenAnswer
from havre.intake.models import Alert
from havre.intake.workflow import AlertStatus as S
from tests.factories import House, accepted_alert, take_alert


def test_from_the_alert_to_the_file(house: House) -> None:
    alert = accepted_alert(house)
    assert (alert.status, alert.level_reached) == (S.ACCEPTED, 3)
    alert = services.mark_opened(alert, by=house.user("coordinator"))
    assert alert.status == S.OPENED
    kinds = [e.kind for e in Event.objects.filter(target=alert.reference).order_by("number")]
    assert kinds == [
        "intake.alert.taken",
        "intake.alert.start_study",
        "intake.alert.finish_study",
        "intake.alert.record_interview",
        "intake.alert.accept",
        "intake.alert.open_file",
    ]


def test_what_was_said_is_sealed_and_opens(house: House) -> None:
    alert = take_alert(house, person_name="Noor", narrative="She works from five to midnight.")
    row = Alert.objects.get(pk=alert.pk)
    assert b"midnight" not in bytes(row.narrative)
    texts = house.fresh_vault("social_worker").read(row, "person_name", "narrative")
    assert texts == {"person_name": "Noor", "narrative": "She works from five to midnight."}


def test_a_study_answered(house: House) -> None:
    alert = take_alert(house)
    by, vault = house.user("reception"), house.vault("reception")
    services.move_alert(alert, "start_study", by=by)
    rows = services.answer_many(
        alert, 1,
        [GivenAnswer(question="L1-06", value="yes", fact="Never paid."), GivenAnswer(question="L1-11", value="unknown", options=("minor",))],
        by=by, vault=vault,
    )  # fmt: skip
    assert [(r.question, r.value, r.options) for r in rows] == [("L1-06", "yes", ""), ("L1-11", "yes", "minor")]
    assert vault.open(rows[0], "fact") == "Never paid."
    row = services.answer(alert, 1, GivenAnswer(question="L1-06", value="no"), by=by, vault=vault)
    row.refresh_from_db()
    assert (row.value, row.revision) == ("no", 2)
    assert vault.open(row, "fact") == "Never paid."
    assert alert.assessments.get().started_on == clock.today()
