"""A member's own key: passphrase changed, passphrase lost, printed code renewed and checked."""

from __future__ import annotations

import pytest

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import keys, sessions
from havre.vault.models import MemberKey, VaultSession
from tests.vault.house import House, again, alert

NEW = "nine patient otters downstream"


def _lawyer(house: House) -> User:
    return User.objects.get(pk=house.members[Role.LAWYER].pk)


@pytest.mark.parametrize(
    "weak", ["", "short", "a b c d", "word word word word"[:13], "aaaaaaaaaaaaaaaaaaaa", "x" * 300]
)
def test_a_passphrase_soon_guessed_is_refused(weak: str) -> None:
    with pytest.raises(RuleBroken):
        keys.check_strength(weak)


@pytest.mark.parametrize("good", ["un thé au lait", "fourteen chars", "أربع كلمات لا تنسى", "no-capital-no-digit"])
def test_words_or_length_are_enough(good: str) -> None:
    keys.check_strength(good)


def test_a_changed_passphrase_opens_the_same_records_and_the_old_one_nothing(house: House) -> None:
    row, user = alert(house, person_name="Awa"), _lawyer(house)
    cookie = sessions.start(user, house.vault(Role.LAWYER)._private)
    private = keys.change_passphrase(house.passphrase(Role.LAWYER), NEW, by=user)
    assert sessions.unlock(user, house.passphrase(Role.LAWYER)) is None
    assert sessions.unlock(user, NEW) == private
    assert sessions.resume(user, cookie) is None, "a browser left open"
    assert sessions.OpenVault(user, private).open(again(row), "person_name") == "Awa"
    assert keys.recover(user, house.codes[Role.LAWYER], NEW + " too"), "the printed code stays good"


def test_the_present_passphrase_is_asked(house: House) -> None:
    with pytest.raises(RuleBroken):
        keys.change_passphrase("not this one at all", NEW, by=_lawyer(house))
    assert sessions.unlock(_lawyer(house), NEW) is None


def test_a_lost_passphrase_is_recovered_by_the_printed_code_once(house: House) -> None:
    row, user, code = alert(house, person_name="Awa"), _lawyer(house), house.codes[Role.LAWYER]
    sessions.start(user, house.vault(Role.LAWYER)._private)
    fresh = keys.recover(user, code.lower().replace("-", " "), NEW)
    private = sessions.unlock(user, NEW)
    assert fresh
    assert private
    assert fresh != code
    assert not VaultSession.objects.filter(user=user).exists()
    assert sessions.OpenVault(user, private).open(again(row), "person_name") == "Awa"
    assert keys.recover(user, code, NEW + " again") is None, "the paper that was used opens nothing any more"
    assert sessions.unlock(user, NEW) == private
    assert keys.recover(user, fresh, NEW + " again")


def test_the_code_of_a_colleague_or_of_nobody_opens_nothing(house: House) -> None:
    assert keys.recover(_lawyer(house), house.codes[Role.PSYCHOLOGIST], NEW) is None
    assert keys.recover(None, house.codes[Role.LAWYER], NEW) is None
    assert sessions.unlock(_lawyer(house), NEW) is None
    failed = Event.objects.filter(kind="vault.passphrase.recovery_failed")
    assert [(e.actor_id, e.target, e.detail) for e in failed] == [(None, "", {})] * 2


def test_a_sealed_key_moved_to_another_member_does_not_open_with_its_code(house: House) -> None:
    theirs = MemberKey.objects.get(user=house.members[Role.PSYCHOLOGIST])
    MemberKey.objects.filter(user=_lawyer(house)).update(
        code_salt=theirs.code_salt, sealed_private_by_code=theirs.sealed_private_by_code
    )
    assert keys.recover(_lawyer(house), house.codes[Role.PSYCHOLOGIST], NEW) is None


def test_a_code_is_checked_by_typing_it_back_and_a_new_one_is_not_checked_yet(house: House) -> None:
    user, vault = _lawyer(house), house.vault(Role.LAWYER)
    with pytest.raises(RuleBroken):
        keys.check_code(house.codes[Role.PSYCHOLOGIST], by=vault)
    keys.check_code(house.codes[Role.LAWYER], by=vault)
    assert MemberKey.objects.get(user=user).code_checked_at is not None
    fresh = keys.new_code(house.passphrase(Role.LAWYER), by=user)
    assert MemberKey.objects.get(user=user).code_checked_at is None
    with pytest.raises(RuleBroken):
        keys.check_code(house.codes[Role.LAWYER], by=vault)
    keys.check_code(fresh, by=vault)
