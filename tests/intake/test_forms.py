"""Forms on screen: refusals beside the field, nothing lost, nothing twice, a colleague's work never written over."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from havre.accounts.cookies import cookie_name
from havre.core import clock
from havre.intake import services
from havre.intake.facts import AlertFacts
from havre.intake.models import Alert, Contact, Decision, GridAnswer, Interview, Partner, Redirection
from havre.vault.models import Draft, VaultSession
from tests.factories import PASSPHRASE, House, interviewed_alert, studied_alert, take_alert
from tests.factories.intake import FACTS


def page(name: str, alert: Alert | None = None, **more: object) -> str:
    """The address of a page."""
    return reverse(f"intake:{name}", kwargs={**({"reference": alert.reference} if alert else {}), **more})


def alert_form(**changes: Any) -> dict[str, Any]:
    """What the form of an alert sends."""
    sent = {
        "submission": str(uuid4()), "channel": "phone", "source_kind": "neighbour", "urgency": "minor", "agreement": "unknown",
        "received_at": clock.now().strftime("%Y-%m-%dT%H:%M"), "persons_concerned": "1", "person_gender": "woman",
        "complaint_filed": "no", "asks": ["protection", "housing"], "narrative": "She works at night.", "person_name": "Noor",
        "former_code": "p-0007",
    }  # fmt: skip
    return {**sent, **changes}


def test_an_alert_is_taken(house: House) -> None:
    answer = house.client("reception").post(page("new"), alert_form())
    alert = Alert.objects.get()
    assert answer.url == alert.get_absolute_url()
    assert (alert.source_family, alert.former_code, alert.in_charge) == (
        "third_party",
        "P-0007",
        house.user("reception"),
    )
    assert set(alert.asks.values_list("code", flat=True)) == {"protection", "housing"}
    assert house.vault("lawyer").open(alert, "person_name") == "Noor"


def test_a_short_form_is_enough(house: House) -> None:
    sent = {"channel": "phone", "source_kind": "unknown", "received_at": clock.now().strftime("%Y-%m-%dT%H:%M")}
    assert house.client("reception").post(page("new"), sent).status_code == 302
    alert = Alert.objects.get()
    assert (alert.urgency, alert.agreement, alert.persons_concerned, alert.narrative) == ("unknown", "unknown", 1, None)


def test_a_form_sent_twice_makes_one_alert(house: House) -> None:
    client, sent = house.client("reception"), alert_form()
    first, second = client.post(page("new"), sent), client.post(page("new"), sent)
    assert first.url == second.url
    assert Alert.objects.count() == 1
    assert "already been sent" in client.get(second.url).content.decode()


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(house: House) -> None:
    answer = house.client("reception").post(page("new"), alert_form(source_kind="", former_code="Noor"))
    assert answer.status_code == 422
    assert {"source_kind", "former_code"} <= set(answer.context["form"].errors)
    assert "She works at night." in answer.content.decode()
    assert not Alert.objects.exists()


def lock(client: Client) -> None:
    """The session locks, in the middle of a text."""
    VaultSession.objects.update(sealed_private=None)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_session_that_locks_in_the_middle_of_a_text_gives_it_back(house: House, htmx: bool) -> None:
    client = house.client("reception")
    lock(client)
    sent = alert_form(_page=page("new"), narrative="A long account; قصة طويلة")
    answer = client.post(page("new"), sent, headers={"HX-Request": "true"} if htmx else {})
    assert answer.status_code == 423
    assert not Alert.objects.exists()
    assert b"long account" not in bytes(Draft.objects.get().sealed)
    client.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE, "next": page("new")})
    answer = client.get(page("new"))
    html = answer.content.decode()
    assert "A long account; قصة طويلة" in html
    assert answer.context["kept"]
    assert not answer.context["form"].errors
    again = {**alert_form(narrative="A long account; قصة طويلة"), "_page": page("new")}
    assert client.post(page("new"), again).status_code == 302
    assert Alert.objects.count() == 1
    assert not Draft.objects.exists()
    assert not client.get(page("new")).context["kept"]


def test_a_draft_can_be_thrown_away(house: House) -> None:
    client = house.client("reception")
    client.post(reverse("accounts:draft"), {"_page": page("new"), "narrative": "half a sentence"})
    assert "half a sentence" in client.get(page("new")).content.decode()
    assert client.post(page("new"), {"_page": page("new"), "_discard": "1"}).status_code == 302
    assert "half a sentence" not in client.get(page("new")).content.decode()


def test_two_people_correct_one_alert_on_screen(house: House) -> None:
    alert = take_alert(house)
    client = house.client("lawyer")
    form = client.get(page("alert-edit", alert)).context["form"]
    services.change_alert(
        alert, AlertFacts(**{**FACTS, "channel": "letter", "narrative": "Their words."}), revision=1,
        by=house.user("reception"), vault=house.vault("reception"),
    )  # fmt: skip
    sent = alert_form(revision=form["revision"].value(), narrative="My words.", channel="email")
    answer = client.post(page("alert-edit", alert), sent)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "My words." in html
    assert "Their words." in html
    assert "Letter" in str(answer.context["form"].theirs["channel"])
    alert.refresh_from_db()
    assert house.vault("lawyer").open(alert, "narrative") == "Their words."
    sent["revision"] = answer.context["form"]["revision"].value()
    assert client.post(page("alert-edit", alert), {**sent, "submission": str(uuid4())}).status_code == 302
    alert.refresh_from_db()
    assert (alert.channel, house.vault("lawyer").open(alert, "narrative")) == ("email", "My words.")


def interview_form(house: House, **changes: Any) -> dict[str, Any]:
    """What the form of an interview sends."""
    sent = {
        "submission": str(uuid4()), "held_on": clock.today().isoformat(), "lawyer": house.user("lawyer").pk,
        "social_worker": house.user("social_worker").pk, "language": "tl", "interpreter": "volunteer", "account": "Told.",
    }  # fmt: skip
    return {**sent, **changes}


@pytest.mark.parametrize("missing", ["lawyer", "social_worker"])
def test_an_interview_without_one_of_them_is_refused_beside_the_field(house: House, missing: str) -> None:
    alert = studied_alert(house)
    answer = house.client("lawyer").post(page("alert-interview", alert), interview_form(house, **{missing: ""}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [missing]
    assert "Told." in answer.content.decode()
    assert not Interview.objects.exists()


def test_an_interview_is_recorded_once(house: House) -> None:
    alert, client, sent = studied_alert(house), house.client("social_worker"), interview_form(house)
    for _ in range(2):
        assert client.post(page("alert-interview", alert), sent).url == alert.get_absolute_url()
    assert Interview.objects.count() == 1


def test_a_contact_with_someone_who_did_not_agree_is_refused_beside_the_field(house: House) -> None:
    alert = take_alert(house, agreement="unknown")
    sent = {"kind": "phone", "with_whom": "person", "at": clock.now().strftime("%Y-%m-%dT%H:%M"), "note": "Typed."}
    client = house.client("reception")
    answer = client.post(page("alert-contact", alert), sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["with_whom"]
    assert "Typed." in answer.content.decode()
    assert client.post(page("alert-agreement", alert), {"agreement": "yes"}).status_code == 302
    assert client.post(page("alert-contact", alert), sent).status_code == 302
    assert Contact.objects.count() == 1


def decision_form(house: House, **changes: Any) -> dict[str, Any]:
    """What the form of a decision sends."""
    sent = {
        "submission": str(uuid4()), "decided_on": clock.today().isoformat(), "outcome": "accompany_both",
        "participants": [house.user("lawyer").pk, house.user("coordinator").pk], "reasons": "All is there.",
    }  # fmt: skip
    return {**sent, **changes}


def test_a_decision_with_nobody_is_refused_and_the_reasons_stay(house: House) -> None:
    alert = interviewed_alert(house)
    answer = house.client("coordinator").post(page("alert-decide", alert), decision_form(house, participants=[]))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["participants"]
    assert "All is there." in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_second_decision_is_refused_and_the_text_stays(house: House) -> None:
    alert = interviewed_alert(house)
    client = house.client("coordinator")
    assert client.post(page("alert-decide", alert), decision_form(house)).status_code == 302
    answer = client.post(page("alert-decide", alert), decision_form(house, outcome="refuse", reasons="Something else."))
    assert answer.status_code == 409
    assert "Something else." in answer.content.decode()
    assert client.get(page("alert-decide", alert)).status_code == 409
    assert Decision.objects.get().outcome == "accompany_both"


def test_a_decision_to_redirect_asks_where(house: House) -> None:
    alert = interviewed_alert(house)
    client = house.client("coordinator")
    answer = client.post(page("alert-decide", alert), decision_form(house, outcome="redirect"))
    assert list(answer.context["form"].errors) == ["category"]
    assert (
        client.post(
            page("alert-decide", alert), decision_form(house, outcome="redirect", category="police")
        ).status_code
        == 302
    )
    assert Redirection.objects.get().category == "police"


def test_partners_follow_the_category(house: House) -> None:
    client = house.client("reception")
    for name, category in (("Bar", "lawyer"), ("Refuge", "other")):
        assert client.post(page("partner-new"), {"name": name, "category": category}).status_code == 302
    alert = take_alert(house)
    html = client.get(
        page("alert-redirect", alert) + "?category=lawyer", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Bar" in html
    assert "Refuge" not in html
    assert "<html" not in html
    sent = {"category": "lawyer", "partner": Partner.objects.get(category="lawyer").pk, "on": clock.today().isoformat()}
    assert client.post(page("alert-redirect", alert), sent).status_code == 302
    assert house.vault("reception").open(Redirection.objects.get().partner, "name") == "Bar"


def test_the_directory_on_screen(house: House) -> None:
    client = house.client("reception")
    client.post(page("partner-new"), {"name": "Bar", "category": "lawyer"})
    partner = Partner.objects.get()
    edit = page("partner-edit", partner_id=partner.pk)
    assert client.post(edit, {"name": "Le Bar", "category": "lawyer", "revision": 1}).status_code == 302
    answer = client.post(edit, {"name": "The Bar", "category": "lawyer", "revision": 1})
    assert answer.status_code == 409
    assert answer.context["form"].theirs == {"name": "Le Bar"}
    retire = page("partner-retire", partner_id=partner.pk)
    for data, expected in (({}, clock.today()), ({"back": "1"}, None)):
        assert client.post(retire, data).status_code == 302
        partner.refresh_from_db()
        assert partner.retired_on == expected
    assert client.get(page("directory") + "?category=lawyer").status_code == 200


def test_a_closing_is_asked_first_with_its_reason(house: House) -> None:
    alert, client = take_alert(house), house.client("reception")
    move = page("alert-move", alert, step="refuse")
    assert "can be reopened" in client.get(move).content.decode()
    assert client.post(move, {"reason": ""}).status_code == 422
    assert client.post(move, {"reason": "Not about work."}).status_code == 302
    assert client.post(move, {"reason": "Again."}).status_code == 409
    assert client.get(page("alert-move", alert, step="nothing")).status_code == 404
    html = client.post(page("alert-open", alert, what="story")).content.decode()
    assert "Not about work." in html


def studying(house: House) -> Alert:
    """An alert whose grid is open."""
    return services.move_alert(take_alert(house), "start_study", by=house.user("reception"))


def test_one_key_saves_one_answer(house: House) -> None:
    alert, client = studying(house), house.client("reception")
    url = page("alert-answer", alert, level=1, question="L1-06")
    sent = {"L1-06": "yes", "L1-06-fact": "Never paid.", "L1-06-revision": "0", "L1-07": "no"}
    answer = client.post(url, sent, headers={"HX-Request": "true"})
    assert "Saved a moment ago." in answer.content.decode()
    assert 'name="L1-06-revision" value="1"' in answer.content.decode()
    row = GridAnswer.objects.get()
    assert (row.question, row.value) == ("L1-06", "yes")
    stale = client.post(url, {**sent, "L1-06-fact": "Other."}, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    assert client.post(url, {"L1-06": "no"}).url == alert.get_absolute_url()


def test_none_wins_over_the_options_that_were_chosen(house: House) -> None:
    alert, client = studying(house), house.client("reception")
    url = page("alert-answer", alert, level=1, question="L1-11")
    client.post(url, {"L1-11-options": ["minor", "language"]}, headers={"HX-Request": "true"})
    assert GridAnswer.objects.get().options == "language minor"
    sent = {"L1-11": "no", "L1-11-options": ["minor"], "_touched": "L1-11"}
    html = client.post(url, sent, headers={"HX-Request": "true"}).content.decode()
    row = GridAnswer.objects.get()
    assert (row.value, row.options) == ("no", "")
    assert 'id="q-L1-11"' in html


def test_a_whole_level_without_scripts(house: House) -> None:
    alert, client = studying(house), house.client("reception")
    sent = {"L1-01": "yes", "L1-04-options": ["minor"], "L1-07-fact": "Perhaps kept.", "L1-08": ""}
    assert client.post(page("alert-answers", alert, level=1), sent).status_code == 302
    values = dict(GridAnswer.objects.values_list("question", "value"))
    assert values == {"L1-01": "yes", "L1-04": "yes", "L1-07": "unknown"}
    assert client.get(page("alert-answers", alert, level=1)).status_code == 200
    assert client.get(page("alert-answers", alert, level=3)).status_code == 404


def test_a_grid_being_filled_when_the_session_locks_comes_back(house: House) -> None:
    alert, client = studying(house), house.client("reception")
    url = page("alert-answers", alert, level=1)
    lock(client)
    answer = client.post(url, {"_page": url, "L1-06": "yes", "L1-06-fact": "Typed before the lock."})
    assert answer.status_code == 423
    client.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE, "next": url})
    assert cookie_name() in client.cookies
    html = client.get(url).content.decode()
    assert "Typed before the lock." in html
    assert "We kept what you had typed." in html


def test_in_charge_changes_hands(house: House) -> None:
    alert = take_alert(house)
    sent = {"in_charge": house.user("lawyer").pk}
    assert house.client("reception").post(page("alert-assign", alert), sent).status_code == 302
    alert.refresh_from_db()
    assert alert.in_charge == house.user("lawyer")


def test_someone_possibly_known_is_asked_about_before_the_alert_is_saved(house: House) -> None:
    earlier = take_alert(house, person_name="Khadija El Ouazzani")
    client = house.client("reception")
    sent = alert_form(person_name="خديجة الوزاني", former_code="")
    asked = client.post(page("new"), sent)
    assert asked.status_code == 422
    html = asked.content.decode()
    assert earlier.reference in html
    assert "Khadija El Ouazzani" in html
    assert 'value="خديجة الوزاني"' in html
    assert "She works at night." in html
    assert Alert.objects.count() == 1
    key = f"known-alert-{earlier.pk.hex}"
    assert client.post(page("new"), {**sent, key: "perhaps"}).status_code == 422
    answer = client.post(page("new"), {**sent, key: "different"})
    assert answer.status_code == 302
    again = client.post(page("new"), {**sent, key: "different"})
    assert (again.status_code, again.url, Alert.objects.count()) == (302, answer.url, 2)


def test_an_answer_half_given_is_kept_sealed_with_the_rest(house: House) -> None:
    earlier = take_alert(house, person_name="Khadija El Ouazzani")
    client = house.client("reception")
    key = f"known-alert-{earlier.pk.hex}"
    sent = alert_form(person_name="Khadija Wazzani", former_code="", _page=page("new"), **{key: "same"})
    lock(client)
    assert client.post(page("new"), sent).status_code == 423
    client.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE, "next": page("new")})
    assert "Khadija Wazzani" in client.get(page("new")).content.decode()
    assert client.post(page("new"), sent).status_code == 302
    assert Alert.objects.count() == 2


def test_correcting_an_alert_asks_about_the_name_just_written_only(house: House) -> None:
    take_alert(house, person_name="Khadija El Ouazzani")
    alert = take_alert(house, person_name="Khadija El Ouazzani")
    client = house.client("reception")
    sent = alert_form(person_name="Khadija El Ouazzani", former_code="", revision="1")
    assert client.post(page("alert-edit", alert), sent).status_code == 302, "the name did not change"
    sent = alert_form(person_name="Khadidja Wazzani", former_code="", revision="2")
    asked = client.post(page("alert-edit", alert), sent)
    assert asked.status_code == 422
    (candidate,) = asked.context["form"].known.candidates
    assert client.post(page("alert-edit", alert), {**sent, candidate.key: "to_check"}).status_code == 302
    assert alert.tasks.get().kind == "compare_records"


def test_who_is_said_to_exploit_is_sealed_and_found_again(house: House) -> None:
    earlier = take_alert(house, employer_name="Mme Perrin-Lahlou")
    client = house.client("reception")
    sent = alert_form(person_name="", former_code="", employer_name="Perin Lahlou")
    asked = client.post(page("new"), sent)
    (candidate,) = asked.context["form"].known.candidates
    assert (candidate.kind, candidate.code) == ("employer", earlier.reference)
    assert client.post(page("new"), {**sent, candidate.key: "same"}).status_code == 302
    alert = Alert.objects.exclude(pk=earlier.pk).get()
    assert house.vault("lawyer").open(alert, "employer_name") == "Perin Lahlou"
    assert earlier.reference in client.get(alert.get_absolute_url()).content.decode()
