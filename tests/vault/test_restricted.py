"""A case restricted to those named for it, whatever compartments others hold; opened again (T5, by keys alone)."""

from __future__ import annotations

from typing import Any

import pytest

from havre.core.errors import RuleBroken
from havre.vault import crypto, sharing
from havre.vault.errors import NotGranted, VaultError
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import CaseGrant, CaseKey, GrantedHalf
from havre.vault.opened import OpenVault
from tests.vault.house import PROFESSIONS, House, again, note, person
from tests.vault.test_sharing import (
    COORDINATOR,
    LAWYER,
    PSYCHOLOGIST,
    RECEPTION,
    SOCIAL,
    VOLUNTEER,
    give,
    house,
    key_from,
)

pytestmark = pytest.mark.promise("T5")

__all__ = ["house"]


def restrict(house: House, about: Any, named: dict[str, set[str]], by: str = COORDINATOR) -> None:
    members = {house.members[role]: kinds for role, kinds in named.items()}
    sharing.restrict([about.case_id], members, target=about.code, by=house.vault(by))


def opens(vault: OpenVault, row: Any, name: str) -> bool:
    try:
        vault.open(again(row), name)
    except VaultError:
        return False
    return True


def test_a_restricted_case_opens_to_those_named_whatever_others_hold(house: House) -> None:
    about = person(house, names="Awa")
    legal = note(about, "legal", "the embassy", house.vault(LAWYER))
    restrict(house, about, {LAWYER: {"identity", "legal"}})
    assert not CaseKey.objects.filter(case_id=about.case_id).exists()
    for role in PROFESSIONS:
        assert opens(house.vault(role), about, "names") == (role in {LAWYER, COORDINATOR}), role
        assert opens(house.vault(role), legal, "text") == (role in {LAWYER, COORDINATOR}), role
    with pytest.raises(NotGranted):
        house.vault(SOCIAL).seal(again(about), names="x")
    assert not house.vault(SOCIAL).can_open("identity", about.case_id)


def test_what_is_written_after_is_closed_to_the_halves_of_before(house: House) -> None:
    about = person(house, names="Awa")
    old = CaseKey.objects.get(case_id=about.case_id)
    half = house.vault(RECEPTION).cases.half(old)
    restrict(house, about, {LAWYER: {"identity"}})
    row = again(about)
    house.vault(LAWYER).seal(row, phones="+33 6 00 00 00 02")
    row.save()
    assert house.vault(COORDINATOR).open(again(about), "phones") == "+33 6 00 00 00 02"
    names = {
        crypto.key_id(key_from((1, half), about, s.version)) for s in ShredSalt.objects.filter(case_id=about.case_id)
    }
    assert crypto.name_in(bytes(again(about).phones)) not in names


def test_a_compartment_the_restricter_does_not_hold_closes_at_the_sign_in_of_someone_named(house: House) -> None:
    about = person(house, names="Awa")
    secret = note(about, "psychology", "she is afraid of them", house.vault(PSYCHOLOGIST))
    with pytest.raises(RuleBroken) as refusal:
        restrict(house, about, {LAWYER: {"identity"}})
    assert refusal.value.field == "named"
    restrict(house, about, {PSYCHOLOGIST: {"identity", "psychology"}})
    assert sharing.pending(about.case_id) == ["psychology"]
    sharing.resume(house.vault(PSYCHOLOGIST))
    assert sharing.pending(about.case_id) == []
    assert house.vault(PSYCHOLOGIST).open(again(secret), "text") == "she is afraid of them"
    assert not opens(house.vault(COORDINATOR), secret, "text")
    later = note(again(about), "psychology", "she slept", house.vault(PSYCHOLOGIST))
    assert house.vault(PSYCHOLOGIST).open(again(later), "text") == "she slept"


def test_lifted_it_opens_again_to_all_and_nothing_is_lost(house: House) -> None:
    about = person(house, names="Awa")
    secret = note(about, "psychology", "she is afraid of them", house.vault(PSYCHOLOGIST))
    restrict(house, about, {PSYCHOLOGIST: {"identity", "psychology"}})
    sharing.resume(house.vault(PSYCHOLOGIST))
    row = again(about)
    house.vault(COORDINATOR).seal(row, phones="+33 6 00 00 00 03")
    row.save()
    with pytest.raises(NotGranted):
        sharing.lift([about.case_id], target=about.code, by=house.vault(LAWYER))
    sharing.lift([about.case_id], target=about.code, by=house.vault(COORDINATOR))
    for role in PROFESSIONS:
        vault = house.vault(role)
        assert (vault.open(again(about), "names"), vault.open(again(about), "phones")) == ("Awa", "+33 6 00 00 00 03")
    # Psychology is still boxed: its own profession puts it back, and may write meanwhile.
    between = note(again(about), "psychology", "written in between", house.vault(PSYCHOLOGIST))
    sharing.resume(house.vault(PSYCHOLOGIST))
    assert not CaseGrant.objects.live().exists()
    vault = house.vault(PSYCHOLOGIST)
    assert vault.open(again(secret), "text") == "she is afraid of them"
    assert vault.open(again(between), "text") == "written in between"
    assert not GrantedHalf.objects.exists()


def test_someone_is_named_later_and_the_last_one_stays(house: House) -> None:
    about = person(house, names="Awa")
    restrict(house, about, {})
    (mine,) = CaseGrant.objects.live()
    with pytest.raises(RuleBroken):
        sharing.end(mine, target=about.code, by=house.vault(COORDINATOR))
    sharing.give(about.case_id, ["identity"], house.members[SOCIAL], why="restricted", until=None, target=about.code,
                 by=house.vault(COORDINATOR))  # fmt: skip
    sharing.end(mine, target=about.code, by=house.vault(COORDINATOR))
    assert house.vault(SOCIAL).open(again(about), "names") == "Awa"
    assert not opens(house.vault(COORDINATOR), about, "names")


def test_the_last_one_named_does_not_leave(house: House) -> None:
    about = person(house)
    restrict(house, about, {})
    with pytest.raises(RuleBroken):
        sharing.end_all(house.members[COORDINATOR], by=house.members[LAWYER])
    assert sharing.last_named(house.members[COORDINATOR]) == [about.case_id]


def test_grants_of_before_end_with_the_restriction(house: House) -> None:
    about = person(house, names="Awa")
    give(house, about)
    restrict(house, about, {})
    assert not opens(house.vault(VOLUNTEER), about, "names")
