"""Each refusal of the profession, in words that help, with nothing lost and nothing written twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from havre.audit.models import Event
from havre.core import clock
from havre.core.errors import Conflict, RuleBroken
from havre.core.workflow import StepNotAllowed
from havre.intake import services
from havre.intake.facts import AlertFacts, GivenAnswer, RedirectionFacts
from havre.intake.models import Alert, Contact, Decision, GridAnswer, Interview, Redirection
from tests.factories import House, accepted_alert, interviewed_alert, studied_alert, take_alert
from tests.factories.intake import FACTS


def interview(house: House, alert: Alert, **changes: object) -> Interview:
    """An interview that only `changes` spoil."""
    given = {
        "held_on": clock.today(), "lawyer": house.user("lawyer"), "social_worker": house.user("social_worker"),
        "interpreter": "volunteer", "language": "tl", "account": "Told.", "by": house.user("lawyer"), "vault": house.vault("lawyer"),
    }  # fmt: skip
    return services.record_interview(alert, **{**given, **changes})


@pytest.mark.parametrize("missing", ["lawyer", "social_worker"])
@pytest.mark.parametrize("instead", [None, "coordinator", "other", "swapped"])
def test_an_interview_takes_a_lawyer_and_a_social_worker(
    house: House, other: House, missing: str, instead: str | None
) -> None:
    alert = studied_alert(house)
    swapped = {"lawyer": "social_worker", "social_worker": "lawyer"}[missing]
    someone = {
        None: None, "coordinator": house.user("coordinator"), "other": other.user(missing), "swapped": house.user(swapped),
    }[instead]  # fmt: skip
    with pytest.raises(RuleBroken) as refusal:
        interview(house, alert, **{missing: someone})
    assert refusal.value.field == missing
    assert refusal.value.message
    assert not Interview.objects.exists()
    alert.refresh_from_db()
    assert alert.level_reached == 1


@pytest.mark.parametrize("agreement", ["no", "unknown", "refused"])
def test_nothing_goes_on_without_agreement(house: House, agreement: str) -> None:
    alert = studied_alert(house, agreement=agreement)
    with pytest.raises(RuleBroken, match="agree"):
        interview(house, alert)
    with pytest.raises(RuleBroken, match="agree"):
        services.log_contact(
            alert,
            kind="phone",
            with_whom="person",
            note="x",
            by=house.user("reception"),
            vault=house.vault("reception"),
        )
    assert not Contact.objects.exists()
    services.log_contact(
        alert, kind="phone", with_whom="reporter", note="x", by=house.user("reception"), vault=house.vault("reception")
    )
    services.set_agreement(alert, "yes", by=house.user("reception"))
    assert interview(house, alert).alert.level_reached == 2


def test_an_interview_follows_the_study_and_the_calendar(house: House) -> None:
    with pytest.raises(StepNotAllowed):
        interview(house, take_alert(house))
    alert = studied_alert(house)
    for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)):
        with pytest.raises(RuleBroken) as refusal:
            interview(house, alert, held_on=day)
        assert refusal.value.field == "held_on"


def decide(house: House, alert: Alert, **changes: object) -> Decision:
    """A decision that only `changes` spoil."""
    given = {
        "decided_on": clock.today(), "outcome": "accompany_both", "reasons": "All is there.",
        "participants": [house.user("lawyer"), house.user("social_worker")], "by": house.user("coordinator"),
        "vault": house.vault("coordinator"),
    }  # fmt: skip
    return services.decide(alert, **{**given, **changes})


@pytest.mark.parametrize(
    "roles", [(), ("lawyer",), ("lawyer", "lawyer"), ("lawyer", "administrator"), ("lawyer", "data_officer")]
)
def test_a_decision_is_taken_by_two_people_of_two_professions(house: House, roles: tuple[str, ...]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        decide(house, interviewed_alert(house), participants=[house.user(role) for role in roles])
    assert refusal.value.field == "participants"
    assert not Decision.objects.exists()


def test_two_of_one_profession_are_not_enough(house: House) -> None:
    from tests.factories.accounts import add_member

    second = add_member(house, "lawyer", "second.lawyer")
    with pytest.raises(RuleBroken):
        decide(house, interviewed_alert(house), participants=[house.user("lawyer"), second])


@pytest.mark.parametrize(
    ("field", "changes"),
    [("reasons", {"reasons": "  "}), ("outcome", {"outcome": "whatever"}), ("decided_on", {"decided_on": clock.today() + timedelta(days=1)}),
     ("decided_on", {"decided_on": clock.today() - timedelta(days=3)})],
)  # fmt: skip
def test_a_decision_says_what_why_and_when(house: House, field: str, changes: dict[str, object]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        decide(house, interviewed_alert(house), **changes)
    assert refusal.value.field == field


def test_there_is_no_second_decision(house: House) -> None:
    alert = accepted_alert(house)
    with pytest.raises(StepNotAllowed):
        decide(house, alert, outcome="refuse")
    assert Decision.objects.get().outcome == "accompany_both"


def test_an_adjourned_decision_leaves_room_for_another(house: House) -> None:
    alert = decide(house, interviewed_alert(house), outcome="adjourn").alert
    assert (alert.status, alert.level_reached) == ("adjourned", 2)
    assert decide(house, alert).alert.level_reached == 3


def test_only_who_decides_writes_the_decision(house: House) -> None:
    with pytest.raises(PermissionDenied):
        decide(house, interviewed_alert(house), by=house.user("lawyer"), vault=house.vault("lawyer"))


def test_a_decision_to_redirect_says_where(house: House) -> None:
    alert = decide(
        house, interviewed_alert(house), outcome="redirect", redirection=RedirectionFacts(category="labour_law")
    ).alert
    assert alert.status == "redirected"
    assert Redirection.objects.get().main


def test_the_first_redirection_is_the_main_one(house: House) -> None:
    by = house.user("reception")
    alert = take_alert(house)
    services.redirect(alert, on=clock.today(), category="labour_law", by=by)
    services.redirect(alert, on=clock.today(), category="lawyer", by=by)
    assert list(alert.redirections.values_list("category", "main").order_by("category")) == [
        ("labour_law", True),
        ("lawyer", False),
    ]
    with pytest.raises(RuleBroken):
        services.redirect(alert, on=clock.today(), category="lawyer", by=by)
    with pytest.raises(StepNotAllowed):
        services.redirect(accepted_alert(house), on=clock.today(), category="lawyer", by=by)


def test_a_partner_of_another_organisation_or_retired_is_not_a_choice(house: House, other: House) -> None:
    from havre.intake.facts import PartnerFacts

    by = house.user("reception")
    theirs = services.add_partner(
        PartnerFacts(name="Theirs", category="lawyer"), by=other.user("reception"), vault=other.vault("reception")
    )
    gone = services.add_partner(PartnerFacts(name="Gone", category="lawyer"), by=by, vault=house.vault("reception"))
    services.retire_partner(gone, by=by)
    gone.refresh_from_db()
    for partner in (theirs, gone):
        with pytest.raises(RuleBroken):
            services.redirect(take_alert(house), on=clock.today(), category="lawyer", partner=partner, by=by)


def test_two_people_correct_one_alert(house: House) -> None:
    alert = take_alert(house)
    facts = AlertFacts(**{**FACTS, "channel": "email"})
    services.change_alert(alert, facts, revision=1, by=house.user("reception"), vault=house.vault("reception"))
    with pytest.raises(Conflict) as conflict:
        services.change_alert(
            alert, AlertFacts(**FACTS), revision=1, by=house.user("lawyer"), vault=house.vault("lawyer")
        )
    assert conflict.value.current == 2
    alert.refresh_from_db()
    assert alert.channel == "email"


def test_two_people_answer_one_question(house: House) -> None:
    alert = take_alert(house)
    services.move_alert(alert, "start_study", by=house.user("reception"))

    def say(role: str, revision: int, fact: str) -> None:
        given = GivenAnswer(question="L1-06", value="yes", fact=fact, revision=revision)
        services.answer(alert, 1, given, by=house.user(role), vault=house.vault(role))

    say("reception", 0, "Never paid.")
    with pytest.raises(Conflict):
        say("lawyer", 0, "Paid once.")
    say("lawyer", 1, "Paid once.")
    row = GridAnswer.objects.get()
    assert house.vault("social_worker").open(row, "fact") == "Paid once."


def test_the_grid_is_answered_while_its_level_is_open(house: House) -> None:
    by, vault = house.user("reception"), house.vault("reception")
    alert = take_alert(house)
    given = GivenAnswer(question="L1-06", value="yes")
    with pytest.raises(StepNotAllowed):
        services.answer(alert, 1, given, by=by, vault=vault)
    services.move_alert(alert, "start_study", by=by)
    services.answer(alert, 1, given, by=by, vault=vault)
    for wrong in ({"question": "L9-99"}, {"question": "L2-A1"}, {"value": "perhaps"}, {"options": ("minor",)}):
        with pytest.raises(RuleBroken):
            services.answer(alert, 1, GivenAnswer(**{"question": "L1-07", "value": "yes", **wrong}), by=by, vault=vault)
    services.move_alert(alert, "finish_study", by=by)
    with pytest.raises(StepNotAllowed):
        services.answer(alert, 1, given, by=by, vault=vault)


def test_evidence_is_written_by_who_holds_it(house: House) -> None:
    alert = interviewed_alert(house)
    given = GivenAnswer(question="L2-A1", value="yes", fact="Told.", evidence="A contract.")
    with pytest.raises(RuleBroken):
        services.answer(alert, 2, given, by=house.user("social_worker"), vault=house.vault("social_worker"))
    row = services.answer(alert, 2, given, by=house.user("lawyer"), vault=house.vault("lawyer"))
    changed = GivenAnswer(question="L2-A1", value="no", fact="Told again.")
    services.answer(alert, 2, changed, by=house.user("social_worker"), vault=house.vault("social_worker"))
    row.refresh_from_db()
    assert house.vault("lawyer").open(row, "evidence") == "A contract."


def test_what_is_typed_does_not_pass(house: House) -> None:
    vault, by = house.vault("reception"), house.user("reception")
    for field, wrong in (
        ("persons_concerned", 0),
        ("persons_concerned", 101),
        ("former_code", "Noor"),
        ("source_kind", "nobody"),
    ):
        with pytest.raises(RuleBroken):
            services.take_alert(AlertFacts(**{**FACTS, field: wrong}), by=by, vault=vault)
    with pytest.raises(RuleBroken):
        services.take_alert(AlertFacts(**FACTS), received_at=clock.now() + timedelta(minutes=5), by=by, vault=vault)
    with pytest.raises(PermissionDenied):
        services.take_alert(AlertFacts(**FACTS), by=house.user("psychologist"), vault=house.vault("psychologist"))
    assert not Alert.objects.exists()
    assert not Event.objects.filter(kind="intake.alert.taken").exists()
