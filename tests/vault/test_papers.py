"""Recovery keys on paper: signed, typed back, kept alive, used once; nothing goes to one that nobody signed (T12, T18)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, checking, crypto, keys, papers, rotation, sessions
from havre.vault.errors import NotGranted, Tampered, Unsigned, VaultError
from havre.vault.models import CompartmentKey, Grant, PaperBox, PaperKey
from havre.vault.opened import OpenVault
from havre.vault.printed import LETTERS, Printed, paper_fingerprint
from tests.vault.house import House, again, build, note, person

pytestmark = pytest.mark.promise("T12")

NEW = "nine patient otters downstream"
PSY = "psychology"


def _member(house: House, name: str, role: str = Role.PSYCHOLOGIST) -> User:
    """A colleague with keys and nothing open."""
    user = User.objects.create(username=f"{house.organisation.slug}.{name}", display_name=name, organisation=house.organisation, role=role)  # fmt: skip
    house.members[name] = user
    ceremonies.enrol(user, house.passphrase(name), officer=house.vault(Role.COORDINATOR))
    return User.objects.get(pk=user.pk)


def _made(house: House, by: str = Role.PSYCHOLOGIST) -> Printed:
    """A paper confirmed by an officer, not yet typed back."""
    printed = papers.make_paper(PSY, by=house.vault(by))
    papers.sign_paper(printed.paper, printed.fingerprint, by=house.vault(Role.ADMINISTRATOR))
    return printed


def _first(house: House) -> PaperKey:
    return PaperKey.objects.get(organisation=house.organisation, kind=PSY, number=1)


def test_a_compartment_of_one_person_has_a_paper_from_its_founding(house: House) -> None:
    alone = {"psychology": Role.PSYCHOLOGIST, "governance": Role.COORDINATOR}
    assert {paper.kind: paper.made_by.role for paper in PaperKey.objects.all()} == alone
    assert set(house.papers) == set(alone)
    for kind, code in house.papers.items():
        assert re.fullmatch(rf"{LETTERS[kind]}-(?:[A-Z2-9]{{4}}-){{7}}[A-Z2-9]{{4}}", code)
    assert len(set(LETTERS.values())) == 5
    assert checking.check([]).counts["paper keys"] == 2


def test_nothing_is_sealed_to_a_paper_before_an_officer_confirms_and_its_holder_types_it_back(house: House) -> None:
    printed = papers.make_paper(PSY, by=house.vault(Role.PSYCHOLOGIST))
    assert printed.paper.number == 2
    with pytest.raises(RuleBroken, match="officer"):
        papers.check_paper_code(printed.code, by=house.vault(Role.PSYCHOLOGIST))
    papers.sign_paper(printed.paper, printed.fingerprint.lower(), by=house.vault(Role.ADMINISTRATOR))
    assert not PaperBox.objects.filter(paper=printed.paper).exists()
    papers.check_paper_code(printed.code.lower().replace("-", " "), by=house.vault(Role.PSYCHOLOGIST))
    assert PaperBox.objects.get(paper=printed.paper).compartment.epoch == 1
    kinds = list(Event.objects.order_by("number").values_list("kind", flat=True))[-3:]
    assert kinds == ["vault.paper.made", "vault.paper.signed", "vault.paper.checked"]
    assert printed.code not in str(list(Event.objects.values_list("target", "detail")))


def test_an_officer_who_holds_the_compartment_confirms_in_the_same_act(house: House) -> None:
    printed = papers.make_paper("legal", by=house.vault(Role.COORDINATOR))
    assert printed.paper.signature is not None
    papers.check_paper_code(printed.code, by=house.vault(Role.LAWYER))


def test_who_may_do_what(house: House, other: House) -> None:
    with pytest.raises(NotGranted):
        papers.make_paper(PSY, by=house.vault(Role.COORDINATOR))
    printed = papers.make_paper(PSY, by=house.vault(Role.PSYCHOLOGIST))
    with pytest.raises(NotGranted):
        papers.sign_paper(printed.paper, printed.fingerprint, by=house.vault(Role.PSYCHOLOGIST))
    with pytest.raises(PaperKey.DoesNotExist):
        papers.sign_paper(printed.paper, printed.fingerprint, by=other.vault(Role.COORDINATOR))
    with pytest.raises(RuleBroken):
        papers.sign_paper(printed.paper, "AAAA-AAAA-AAAA-AAAA", by=house.vault(Role.COORDINATOR))
    papers.sign_paper(printed.paper, printed.fingerprint, by=house.vault(Role.COORDINATOR))
    for vault in (house.vault(Role.COORDINATOR), house.vault(Role.LAWYER)):
        with pytest.raises(NotGranted):
            papers.check_paper_code(printed.code, by=vault)
        with pytest.raises(NotGranted):
            papers.retire_paper(printed.paper, by=vault)
    with pytest.raises(RuleBroken):
        papers.check_paper_code(printed.code, by=other.vault(Role.PSYCHOLOGIST))


# --- T12: a paper that nobody who counts has signed -----------------------------------------------------------------------


def test_a_paper_replaced_before_it_is_confirmed(house: House) -> None:
    """Someone puts their own public key in the place of the paper's: the fingerprint read aloud is another."""
    printed = papers.make_paper(PSY, by=house.vault(Role.PSYCHOLOGIST))
    PaperKey.objects.filter(pk=printed.paper.pk).update(public_key=crypto.public_of(crypto.new_private()))
    with pytest.raises(RuleBroken):
        papers.sign_paper(printed.paper, printed.fingerprint, by=house.vault(Role.COORDINATOR))
    assert paper_fingerprint(again(printed.paper)) != printed.fingerprint


def test_a_paper_replaced_after_it_was_confirmed_is_given_no_key(house: House) -> None:
    """The former signature does not cover the new key: a rotation seals nothing to it, the check says so."""
    _member(house, "second")
    for kind in ("identity", PSY):
        ceremonies.grant(kind, User.objects.get(pk=house.members["second"].pk), by=house.vault(Role.PSYCHOLOGIST))
    stolen = crypto.new_private()
    PaperKey.objects.filter(pk=_first(house).pk).update(public_key=crypto.public_of(stolen))
    assert "paper key not signed" in {finding.kind for finding in checking.check([]).findings}
    with pytest.raises(RuleBroken, match="paper key"):
        rotation.leave(house.members["second"], by=house.vault(Role.COORDINATOR))
    printed = _made(house)
    papers.check_paper_code(printed.code, by=house.vault(Role.PSYCHOLOGIST))
    rotation.leave(house.members["second"], by=house.vault(Role.COORDINATOR))
    current = CompartmentKey.objects.get(organisation=house.organisation, kind=PSY, retired_at=None)
    assert [box.paper_id for box in PaperBox.objects.filter(compartment=current)] == [printed.paper.pk]
    for box in PaperBox.objects.filter(paper=_first(house)):
        with pytest.raises(Tampered):
            crypto.unbox(stolen, bytes(box.sealed_key))


def test_an_unsigned_paper_with_boxes_opens_nothing(house: House) -> None:
    PaperKey.objects.update(officer=None, signature=None, checked_by=None, checked_at=None)
    newcomer = _member(house, "second")
    with pytest.raises(Unsigned):
        papers.recover_by_paper(house.papers[PSY], by=house.vault("second"))
    assert not Grant.objects.filter(user=newcomer).exists()
    assert papers.in_danger(house.members[Role.PSYCHOLOGIST]) == [PSY]


def test_a_box_made_by_somebody_else_opens_nothing(house: House) -> None:
    """A compartment key of their own sealed to the paper: what the member then writes would be open to them."""
    paper = _first(house)
    PaperBox.objects.filter(paper=paper).update(sealed_key=crypto.box(bytes(paper.public_key), crypto.random_key()))
    _member(house, "second")
    with pytest.raises(VaultError):
        papers.recover_by_paper(house.papers[PSY], by=house.vault("second"))


# --- used ----------------------------------------------------------------------------------------------------------------


def test_a_paper_opens_what_was_written_once(house: House) -> None:
    row = note(person(house), PSY, "confided", house.vault(Role.PSYCHOLOGIST))
    _member(house, "second")
    vault = house.vault("second")
    used = papers.recover_by_paper(house.papers[PSY].lower(), by=vault)
    assert vault.open(again(row), "text") == "confided"
    assert used.pk == _first(house).pk
    assert _first(house).why == PaperKey.Why.USED
    assert not PaperBox.objects.filter(paper=used).exists()
    event = Event.objects.get(kind="vault.paper.used")
    assert (event.actor_id, event.detail["compartment"]) == (house.members["second"].pk, PSY)
    _member(house, "third")
    with pytest.raises(RuleBroken):
        papers.recover_by_paper(house.papers[PSY], by=house.vault("third"))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LAWYER, Role.ADMINISTRATOR])
def test_the_paper_of_a_profession_opens_nothing_to_another(house: House, role: str) -> None:
    with pytest.raises(RuleBroken):
        papers.recover_by_paper(house.papers[PSY], by=house.vault(role))
    assert _first(house).retired_at is None
    assert not house.vault(role).can_open(PSY)


def test_a_code_that_opens_nothing(house: House, other: House) -> None:
    _member(house, "second")
    for code in (
        "",
        "AAAA",
        other.papers[PSY],
        house.papers["governance"].replace("G-", "P-"),
        "P-" + house.codes["lawyer"],
    ):
        with pytest.raises(RuleBroken):
            papers.recover_by_paper(code, by=house.vault("second"))
    with pytest.raises(RuleBroken, match="already open"):
        papers.recover_by_paper(house.papers[PSY], by=house.vault(Role.PSYCHOLOGIST))
    assert _first(house).retired_at is None


def test_without_the_pepper_a_paper_opens_nothing(house: House, settings: Any) -> None:
    settings.HAVRE_PEPPER = b"another pepper of thirty-two byt"
    with pytest.raises(RuleBroken):
        papers.check_paper_code(house.papers[PSY], by=OpenVault(house.members[Role.PSYCHOLOGIST], crypto.new_private()))


def test_killed_in_the_middle_of_a_recovery_the_paper_still_opens(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member(house, "second")

    def dies(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(papers, "end_paper", dies)
    with pytest.raises(KeyboardInterrupt):
        papers.recover_by_paper(house.papers[PSY], by=house.vault("second"))
    monkeypatch.undo()
    assert not house.vault("second").can_open(PSY)
    papers.recover_by_paper(house.papers[PSY], by=house.vault("second"))
    assert house.vault("second").can_open(PSY)


# --- kept alive by a rotation --------------------------------------------------------------------------------------------


def test_a_paper_follows_the_key_and_opens_before_and_after_the_records_do(house: House) -> None:
    leaver = _member(house, "leaver")
    for kind in ("identity", PSY):
        ceremonies.grant(kind, leaver, by=house.vault(Role.PSYCHOLOGIST))
    row = note(person(house), PSY, "confided", house.vault("leaver"))
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    epochs = PaperBox.objects.filter(paper=_first(house)).values_list("compartment__epoch", flat=True)
    assert sorted(epochs) == [1, 2]
    assert rotation.remaining(house.organisation) == {PSY: 1}, "killed here: nothing is wrapped again yet"
    _member(house, "second")
    vault = house.vault("second")
    papers.recover_by_paper(house.papers[PSY], by=vault)
    assert vault.open(again(row), "text") == "confided"
    assert rotation.resume(vault) == 1
    assert house.vault("second").open(again(row), "text") == "confided"


def test_a_paper_typed_back_in_the_middle_of_a_rotation_opens_the_former_key_too(house: House) -> None:
    leaver = _member(house, "leaver")
    for kind in ("identity", PSY):
        ceremonies.grant(kind, leaver, by=house.vault(Role.PSYCHOLOGIST))
    row = note(person(house), PSY, "confided", house.vault("leaver"))
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    printed = _made(house)
    papers.check_paper_code(printed.code, by=house.vault(Role.PSYCHOLOGIST))
    _member(house, "second")
    vault = house.vault("second")
    papers.recover_by_paper(printed.code, by=vault)
    assert vault.open(again(row), "text") == "confided"


def test_the_papers_a_leaver_made_or_checked_are_retired(house: House) -> None:
    leaver = _member(house, "leaver")
    for kind in ("identity", PSY):
        ceremonies.grant(kind, leaver, by=house.vault(Role.PSYCHOLOGIST))
    theirs, checked = _made(house, by="leaver"), _made(house)
    papers.check_paper_code(theirs.code, by=house.vault("leaver"))
    papers.check_paper_code(checked.code, by=house.vault("leaver"))
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    retired = dict(PaperKey.objects.filter(kind=PSY).values_list("number", "why"))
    assert retired == {1: "", 2: "leaver", 3: "leaver"}
    for each in (theirs, checked):
        with pytest.raises(RuleBroken):
            papers.check_paper_code(each.code, by=house.vault(Role.PSYCHOLOGIST))


@pytest.mark.parametrize("act", ["leave", "withdraw"])
def test_one_colleague_without_a_paper_is_refused(house: House, act: str) -> None:
    """The psychologist made the only paper: when they go, the colleague who stays would be alone without one."""
    _member(house, "second")
    for kind in ("identity", PSY):
        ceremonies.grant(kind, User.objects.get(pk=house.members["second"].pk), by=house.vault(Role.PSYCHOLOGIST))
    first, officer = house.members[Role.PSYCHOLOGIST], house.vault(Role.COORDINATOR)
    assert rotation.without_paper(first) == [PSY]

    def goes() -> None:
        if act == "leave":
            rotation.leave(first, by=officer)
        else:
            rotation.withdraw(PSY, first, by=officer)

    with pytest.raises(RuleBroken, match="paper key"):
        goes()
    printed = _made(house, by="second")
    with pytest.raises(RuleBroken, match="paper key"):
        goes()  # not typed back: it may be misprinted
    papers.check_paper_code(printed.code, by=house.vault("second"))
    goes()
    assert not Grant.objects.filter(user=first, compartment__kind=PSY).exists()
    assert papers.in_danger(house.members["second"]) == []


def test_an_organisation_from_before_is_warned(house: House) -> None:
    PaperBox.objects.all().delete()
    PaperKey.objects.all().delete()
    assert papers.in_danger(house.members[Role.PSYCHOLOGIST]) == [PSY]
    assert papers.in_danger(house.members[Role.COORDINATOR]) == ["governance"]
    assert papers.in_danger(house.members[Role.LAWYER]) == []


def test_a_compartment_created_later_for_one_person_has_a_paper(db: None) -> None:
    house = build("small", roles=(Role.RECEPTION,))
    assert not CompartmentKey.objects.filter(kind=PSY).exists()
    user = _member(house, "psy")
    _compartment, printed = ceremonies.create_compartment(PSY, officer=house.vault(Role.COORDINATOR), members=[user])
    assert printed is not None
    papers.check_paper_code(printed.code, by=house.vault("psy"))
    second = _member(house, "psy2")
    papers.recover_by_paper(printed.code, by=house.vault("psy2"))
    assert second.grants.filter(compartment__kind=PSY).exists()
    assert not house.vault(Role.COORDINATOR).can_open(PSY)


# --- with a new key pair -------------------------------------------------------------------------------------------------


def test_the_last_psychologist_with_a_paper_loses_nothing(house: House) -> None:
    row = note(person(house), PSY, "confided", house.vault(Role.PSYCHOLOGIST))
    user = User.objects.get(pk=house.members[Role.PSYCHOLOGIST].pk)
    assert rotation.lost_with(user) == []
    assert keys.new_pair(user, NEW, by=house.vault(Role.COORDINATOR))[1] == []
    private = sessions.unlock(user, NEW)
    assert private
    vault = OpenVault(User.objects.get(pk=user.pk), private)
    papers.recover_by_paper(house.papers[PSY], by=vault)
    assert vault.open(again(row), "text") == "confided"


def test_the_last_psychologist_without_a_paper_is_told_what_is_lost(house: House) -> None:
    row = note(person(house), PSY, "confided", house.vault(Role.PSYCHOLOGIST))
    papers.retire_paper(_first(house), by=house.vault(Role.PSYCHOLOGIST))
    user = User.objects.get(pk=house.members[Role.PSYCHOLOGIST].pk)
    assert rotation.lost_with(user) == [PSY]
    with pytest.raises(RuleBroken) as refusal:
        keys.new_pair(user, NEW, by=house.vault(Role.COORDINATOR))
    assert refusal.value.field == "accept_loss"
    assert house.vault(Role.PSYCHOLOGIST).open(again(row), "text") == "confided", "nothing was done"
    _code, (printed,) = keys.new_pair(user, NEW, by=house.vault(Role.COORDINATOR), accept_loss=True)
    private = sessions.unlock(user, NEW)
    assert private
    vault = OpenVault(User.objects.get(pk=user.pk), private)
    assert vault.compartments == {PSY}
    with pytest.raises(VaultError):
        vault.open(again(row), "text")
    late = note(person(house), PSY, "begun again", vault)
    assert vault.open(again(late), "text") == "begun again"
    papers.check_paper_code(printed.code, by=vault)
    assert papers.in_danger(user) == []
    assert {finding.kind for finding in checking.check([]).findings} == set()


def test_the_database_keeps_a_paper_whole(house: House) -> None:
    paper = _first(house)
    for change in ({"officer": None}, {"checked_at": None}, {"why": "used"}, {"retired_at": "2019-01-01T00:00Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperKey.objects.filter(pk=paper.pk).update(**change)
