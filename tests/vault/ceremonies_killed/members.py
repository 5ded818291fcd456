"""Members and their keys, killed: founding, access, roles, departure, passphrases and printed codes."""

from __future__ import annotations

from typing import Any

from havre.accounts import services as accounts
from havre.accounts.founding import NewMember, found_organisation
from havre.accounts.models import Organisation, User
from havre.casefiles.models import Note
from havre.vault import keys, papers, rotation, sessions
from havre.vault.models import CaseKey, CompartmentKey, Grant, MemberKey
from tests.vault import house as h
from tests.vault.killed import Ceremony
from tests.vault.killing import CASES, NEW, code_on_paper, home_of, once_in_the_log, opens_all, vault


def _found(home: Any) -> None:
    organisation = Organisation(name="Second", slug="second")
    people = [
        NewMember("second.director", "D", "coordinator", NEW, "en"),
        NewMember("second.psychologist", "P", "psychologist", NEW, "en"),
    ]
    found_organisation(organisation, people)


def _is_founded(home: Any, result: Any) -> None:
    director, psychologist = (User.objects.get(username=f"second.{name}") for name in ("director", "psychologist"))
    kinds = {}
    for user in (director, psychologist):
        private = sessions.unlock(user, NEW)
        assert private is not None
        kinds[user.role] = h.OpenVault(user, private).compartments
    assert kinds["psychologist"] >= {"identity", "psychology"}
    assert kinds["coordinator"] >= {"identity", "legal", "governance"}
    h.OpenVault(director, sessions.unlock(director, NEW) or b"").signing_seed()


def _invite(home: Any) -> Any:
    by = vault(home, "coordinator")
    _user, code = accounts.invite(
        username="havre.guest", display_name="G", role="lawyer", passphrase=home.passphrase("guest"),
        by=by.user, vault=by,
    )  # fmt: skip
    return code


def _is_invited(home: Any, result: Any) -> None:
    home.members["guest"] = User.objects.get(username="havre.guest")
    assert vault(home, "guest").compartments == frozenset()
    if result:
        keys.check_code(result, by=vault(home, "guest"))


def _grant(home: Any) -> None:
    by = vault(home, "lawyer")
    accounts.give_access(home.members["newcomer"], "legal", by=by.user, vault=by)


def _is_granted(home: Any, result: Any) -> None:
    reader = vault(home, "newcomer")
    assert sorted(reader.open(note, "text") for note in Note.objects.filter(compartment="legal")) == [
        f"Filed {n}" for n in range(CASES)
    ]


def _withdraw(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.withdraw_access(home.members["second"], "psychology", by=by.user, vault=by)


def _is_withdrawn(home: Any, result: Any) -> None:
    reader = vault(home, "second")
    assert "psychology" not in reader.compartments
    assert not Grant.objects.filter(user=reader.user, compartment__kind="psychology").exists()


def _leave(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.let_go(home.members["second"], by=by.user, vault=by)


def _has_left(home: Any, result: Any) -> None:
    user = User.objects.get(username="havre.second")
    assert not user.is_active
    assert not Grant.objects.filter(user=user).exists()


def _resume(home: Any) -> None:
    rotation.BATCH = 2
    for who in ("psychologist", "coordinator"):
        rotation.resume(vault(home, who))


def _is_wrapped(home: Any, result: Any) -> None:
    assert rotation.remaining(home.organisation) == {}
    assert not CaseKey.objects.exclude(compartment__retired_at=None).exists()


def _change(home: Any) -> None:
    keys.change_passphrase(home.passphrase("lawyer"), NEW, by=home.members["lawyer"])


def _is_changed(home: Any, result: Any) -> None:
    assert sessions.unlock(home.members["lawyer"], NEW) is not None
    assert sessions.unlock(home.members["lawyer"], home.passphrase("lawyer")) is None


def _print_code(home: Any) -> None:
    code_on_paper().write_text(keys.new_code(home.passphrase("lawyer"), by=home.members["lawyer"]))


def _recover(home: Any) -> Any:
    return keys.recover(home.members["lawyer"], code_on_paper().read_text(), NEW)


def _new_code(home: Any) -> Any:
    return keys.new_code(home.passphrase("lawyer"), by=home.members["lawyer"])


def _is_new_code(home: Any, result: Any) -> None:
    keys.check_code(result, by=vault(home, "lawyer"))


def _new_pair(home: Any) -> Any:
    by = vault(home, "coordinator")
    return accounts.new_key_pair(home.members["second"], NEW, by=by.user, vault=by)[0]


def _has_new_pair(home: Any, result: Any) -> None:
    """The former passphrase opens nothing, the new pair holds nothing; a colleague grants again, and it opens."""
    user = home.members["second"]
    assert sessions.unlock(user, home.passphrase("second")) is None
    assert sessions.unlock(user, NEW) is not None
    assert MemberKey.objects.filter(user=user).count() == 1
    assert vault(home, "second").compartments == frozenset()
    assert not Grant.objects.filter(user=user).exists()
    keys.check_code(result, by=vault(home, "second"))
    by = vault(home, "psychologist")
    accounts.give_access(User.objects.get(pk=user.pk), "psychology", by=by.user, vault=by)
    assert opens_all(vault(home, "second"), "psychology") == CASES


def _change_role(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.change_role(home.members["second"], "lawyer", by=by.user, vault=by)


def _has_role(home: Any, result: Any) -> None:
    """Psychology closed with a new key, once; identity as before; what the new role opens can be given."""
    reader = vault(home, "second")
    assert (reader.user.role, set(reader.compartments)) == ("lawyer", {"identity"})
    assert not Grant.objects.filter(user=reader.user, compartment__kind="psychology").exists()
    epochs = CompartmentKey.objects.filter(organisation=home.organisation, kind="psychology", retired_at=None)
    assert [epoch.epoch for epoch in epochs] == [2]
    once_in_the_log("accounts.role.changed", "vault.compartment.withdrawn", "vault.compartment.renewed")
    by = vault(home, "lawyer")
    accounts.give_access(reader.user, "legal", by=by.user, vault=by)
    assert opens_all(vault(home, "second"), "legal") == CASES


def _found_without_psychology(home: Any) -> None:
    """Another organisation, without a psychologist; a colleague then becomes one."""
    late = h.build("late", roles=("reception",))
    by = late.vault("coordinator")
    accounts.change_role(late.members["reception"], "psychologist", by=by.user, vault=by)


def _late_compartment(home: Any) -> Any:
    by = vault(home_of("late"), "coordinator")
    paper = accounts.late_compartment("psychology", by=by.user, vault=by)
    return paper and paper.code


def _has_late_compartment(home: Any, result: Any) -> None:
    """Made once, open to who became psychologist; with the paper, or a warning and another when it was not seen."""
    late = home_of("late")
    reader = vault(late, "reception")
    assert set(reader.compartments) == {"identity", "psychology"}
    made = CompartmentKey.objects.get(organisation=late.organisation, kind="psychology")
    assert Grant.objects.filter(compartment=made).count() == 1
    assert papers.in_danger(reader.user) == ["psychology"], "the paper was typed back by nobody yet"
    if result is None:
        printed = papers.make_paper("psychology", by=reader)
        papers.sign_paper(printed.paper, printed.fingerprint, by=vault(late, "coordinator"))
        result = printed.code
    papers.check_paper_code(result, by=reader)
    assert papers.in_danger(reader.user) == []


CEREMONIES = (
    Ceremony("found", _found, _is_founded),
    Ceremony("invite", _invite, _is_invited),
    Ceremony("grant", _grant, _is_granted),
    Ceremony("withdraw", _withdraw, _is_withdrawn),
    Ceremony("leave", _leave, _has_left),
    Ceremony("wrap_again", _resume, _is_wrapped, prepare=_leave),
    Ceremony("change_passphrase", _change, _is_changed),
    Ceremony("recover", _recover, _is_changed, prepare=_print_code),
    Ceremony("new_code", _new_code, _is_new_code),
    Ceremony("new_pair", _new_pair, _has_new_pair),
    Ceremony("change_role", _change_role, _has_role),
    Ceremony("late_compartment", _late_compartment, _has_late_compartment, prepare=_found_without_psychology),
)
