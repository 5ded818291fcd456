"""An organisation is founded around one table, at once or not at all; the officer does not open psychology."""

from __future__ import annotations

import builtins
import getpass
import re
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from havre.accounts.founding import NewMember, found_organisation
from havre.accounts.models import Organisation, User
from havre.core.errors import RuleBroken
from havre.vault import sessions, signatures
from havre.vault.models import CompartmentKey, MemberKey, PaperKey
from havre.vault.opened import OpenVault

LONG = "four words that only we know"
TEAM = [
    NewMember("nadia", "Nadia B.", "coordinator", LONG + " nadia"),
    NewMember("leila", "Leïla S.", "psychologist", LONG + " leila"),
    NewMember("ops", "Ops", "administrator", LONG + " ops"),
]
SECOND = NewMember("second", "Second", "social_worker", LONG + " second")


def opens(member: NewMember) -> frozenset[str]:
    user = User.objects.get(username=member.username)
    private = sessions.unlock(user, member.passphrase)
    assert private is not None
    return OpenVault(user, private).compartments


@pytest.mark.django_db
def test_each_opens_what_their_role_opens_and_the_officer_no_more() -> None:
    founded = found_organisation(Organisation(name="Refuge", slug="refuge"), TEAM)
    assert opens(TEAM[0]) == {"identity", "social", "legal", "governance"}
    assert opens(TEAM[1]) == {"identity", "psychology"}
    assert opens(TEAM[2]) == frozenset()
    assert set(founded.codes) == {"nadia", "leila", "ops"}
    assert len(set(founded.codes.values())) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("team", "field"),
    [
        ([NewMember("nadia", "Nadia", "coordinator", "too short")], "passphrase"),
        ([NewMember("Nadia B", "Nadia", "coordinator", LONG)], "username"),
        ([NewMember("nadia", "Nadia", "king", LONG)], "role"),
        ([NewMember("ops", "Ops", "administrator", LONG)], "role"),
        ([TEAM[0], NewMember("nadia", "Another", "lawyer", LONG)], "username"),
        ([TEAM[0], NewMember("vic", "Victor", "data_officer", LONG)], "role"),
        (TEAM[:1], None),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(team: list[NewMember], field: str | None) -> None:
    with pytest.raises(RuleBroken) as refusal:
        found_organisation(Organisation(name="Refuge", slug="refuge"), team)
    assert refusal.value.field == field
    assert not Organisation.objects.exists()
    assert not User.objects.exists()
    assert not MemberKey.objects.exists()


@pytest.mark.django_db
def test_two_organisations_do_not_share_a_name() -> None:
    found_organisation(Organisation(name="Refuge", slug="refuge"), TEAM)
    with pytest.raises(RuleBroken, match="already exists"):
        found_organisation(
            Organisation(name="Refuge", slug="other"), [NewMember("zoe", "Zoé", "coordinator", LONG), SECOND]
        )


def _typed(monkeypatch: pytest.MonkeyPatch, answers: list[str], secrets: list[str]) -> None:
    lines: Iterator[str] = iter(answers)
    hidden: Iterator[str] = iter(secrets)
    monkeypatch.setattr(builtins, "input", lambda _question: next(lines))
    monkeypatch.setattr(getpass, "getpass", lambda _question: next(hidden))


@pytest.mark.django_db
def test_on_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers = ["Refuge des Tilleuls", "1994", "Nadia", "Nadia B.", "boss", "coordinator"]
    answers += ["sol", "Sol", "social_worker", "no"]
    _typed(monkeypatch, answers, ["short", LONG, "not the same", LONG, LONG, LONG + " too", LONG + " too"])
    call_command("found")
    said = capsys.readouterr().out
    assert LONG not in said
    organisation = Organisation.objects.get()
    assert (organisation.slug, organisation.founded_year) == ("refuge-des-tilleuls", 1994)
    assert CompartmentKey.objects.count() == 4
    assert {paper.kind for paper in PaperKey.objects.all()} == {"legal", "governance"}, "one person alone holds them"
    assert len(re.findall(r"[A-Z]-(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}", said)) == 2
    assert len(signatures.pinned()[str(organisation.pk)]) == 2
    assert sessions.unlock(User.objects.get(username="nadia"), LONG) is not None


@pytest.mark.django_db
def test_on_the_terminal_a_refusal_says_that_nothing_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    _typed(
        monkeypatch,
        ["Refuge", "", "ops", "Ops", "administrator", "sol", "Sol", "social_worker", "no"],
        [LONG, LONG, LONG, LONG],
    )
    with pytest.raises(CommandError, match=r"Nothing was written\."):
        call_command("found")
    assert not Organisation.objects.exists()
