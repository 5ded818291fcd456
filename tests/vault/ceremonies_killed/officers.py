"""Officers and papers, killed: who vouches for keys, and what recovers a compartment."""

from __future__ import annotations

from typing import Any

from havre.accounts import services as accounts
from havre.core.errors import RuleBroken
from havre.vault import crypto, officers, papers, rotation, signatures
from havre.vault.errors import NotGranted
from havre.vault.models import Grant, MemberKey, OfficerKey, OfficerNaming, PaperBox, PaperKey
from havre.vault.printed import paper_fingerprint, paper_private
from tests.vault.killed import Ceremony
from tests.vault.killing import CASES, code_on_paper, in_turn, once_in_the_log, opens_all, vault

KIND = "psychology"


def _name(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.propose_officer(home.members["lawyer"], by=by.user, vault=by)


def _is_named(home: Any, result: Any) -> None:
    naming = OfficerNaming.objects.get()
    assert (naming.user, naming.named_by) == (home.members["lawyer"], home.members["coordinator"])
    assert naming.verify_key is None
    _is_no_officer(home, "lawyer")


def _is_no_officer(home: Any, who: str) -> None:
    reader = vault(home, who)
    assert reader.user not in [key.user for key in officers.officers_of(home.organisation)]
    try:
        reader.signing_seed()
    except NotGranted:
        return
    raise AssertionError(f"{who} signs as an officer")


def _accept(home: Any) -> None:
    officers.accept_office(by=vault(home, "lawyer"))


def _has_accepted(home: Any, result: Any) -> None:
    """One key was drawn, and it is the one read aloud; it counts for nothing yet."""
    naming, reader = OfficerNaming.objects.get(), vault(home, "lawyer")
    statement = signatures.officer_statement(home.organisation.pk, reader.user.pk, bytes(naming.verify_key or b""))
    assert officers.own_fingerprint(reader) == signatures.fingerprint(statement)
    once_in_the_log("vault.officer.named", "vault.officer.accepted")
    _is_no_officer(home, "lawyer")


def _confirm(home: Any) -> None:
    aloud = officers.own_fingerprint(vault(home, "lawyer"))
    officers.confirm_officer(home.members["lawyer"], aloud, by=vault(home, "coordinator"))


def _is_confirmed(home: Any, result: Any) -> None:
    """One key, vouched for without a pin; whom they enrol is enrolled."""
    made = OfficerKey.objects.get(user=home.members["lawyer"])
    by = vault(home, "lawyer")
    assert crypto.verify_key_of(by.signing_seed()) == signatures.check_officer(made, home.organisation.pk)
    assert not OfficerNaming.objects.exists()
    once_in_the_log("vault.officer.accepted", "vault.officer.confirmed")
    words = home.passphrase("guest")
    home.members["guest"], _code = accounts.invite(
        username="havre.guest", display_name="G", role="lawyer", passphrase=words, by=by.user, vault=by
    )
    assert signatures.check_member(home.members["guest"].member_key, home.organisation.pk)


def _withdraw(home: Any) -> None:
    """The one who vouched for everybody, by one who rests on their own pin."""
    officers.withdraw_officer(home.members["coordinator"], by=vault(home, "administrator"))


def _is_withdrawn(home: Any, result: Any) -> None:
    """Signs nothing any more; all that they had signed is signed by the other, the third officer included."""
    _is_no_officer(home, "coordinator")
    former = OfficerKey.objects.get(user=home.members["coordinator"])
    heir = OfficerKey.objects.get(user=home.members["administrator"])
    assert former.withdrawn_at is not None
    once_in_the_log("vault.officer.withdrawn")
    assert not MemberKey.objects.filter(officer=former).exists()
    assert OfficerKey.objects.get(user=home.members["lawyer"]).signed_by == heir
    living = list(officers.officers_of(home.organisation))
    assert len(living) == 2
    for key in living:
        signatures.check_officer(key, home.organisation.pk)


# --- papers ---------------------------------------------------------------------------------------------------------------


def _make(home: Any) -> Any:
    made = papers.make_paper(KIND, by=vault(home, "psychologist"))
    return [str(made.paper.pk), made.code, made.fingerprint]


def _is_made(home: Any, result: Any) -> None:
    """Numbered one after the other, given nothing yet; the one that was seen becomes good."""
    numbers = list(PaperKey.objects.filter(kind=KIND).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert not PaperBox.objects.filter(paper__signature=None).exists()
    pk, code, fingerprint = result
    papers.sign_paper(PaperKey.objects.get(pk=pk), fingerprint, by=vault(home, "coordinator"))
    _type_back(home, code)
    _opens(home, PaperKey.objects.get(pk=pk), code)


def _print(home: Any) -> None:
    code_on_paper().write_text(_make(home)[1])


def _printed() -> PaperKey:
    return PaperKey.objects.get(kind=KIND, number=2)


def _sign(home: Any) -> None:
    paper = _printed()
    papers.sign_paper(paper, paper_fingerprint(paper), by=vault(home, "coordinator"))


def _is_signed(home: Any, result: Any) -> None:
    """Once, and nothing is sealed to it before it is typed back."""
    paper = _printed()
    signatures.check_paper(paper)
    once_in_the_log("vault.paper.signed", target=str(paper.pk))
    assert not PaperBox.objects.filter(paper=paper).exists()
    _type_back(home, code_on_paper().read_text())
    _opens(home, paper, code_on_paper().read_text())


def _type_back(home: Any, code: str = "") -> None:
    papers.check_paper_code(code or code_on_paper().read_text(), by=vault(home, "psychologist"))


def _is_typed_back(home: Any, result: Any) -> None:
    paper = _printed()
    assert paper.checked_by == home.members["psychologist"]
    _opens(home, paper, code_on_paper().read_text())


def _opens(home: Any, paper: PaperKey, code: str) -> None:
    """The code opens the one box of this paper: the key that the compartment has."""
    compartment, key = vault(home, "psychologist").compartment_key(KIND)
    box = PaperBox.objects.get(paper=paper)
    assert crypto.unbox(paper_private(bytes(paper.salt), code), bytes(box.sealed_key)) == key
    assert paper.pk in {sound.pk for sound in rotation.sound_papers(box.compartment)}
    assert box.compartment_id == compartment.id


def _print_for_a_third(home: Any) -> None:
    """A good paper, and a psychologist to whom nobody opened the compartment."""
    in_turn(_print, _sign, _type_back)(home)
    by = vault(home, "coordinator")
    accounts.invite(
        username="havre.third", display_name="T", role="psychologist", passphrase=home.passphrase("third"),
        by=by.user, vault=by,
    )  # fmt: skip


def _recover(home: Any) -> None:
    papers.recover_by_paper(code_on_paper().read_text(), by=vault(home, "third"))


def _is_recovered(home: Any, result: Any) -> None:
    """All notes open; the paper was used once and opens nothing more, for anybody."""
    reader, paper = vault(home, "third"), _printed()
    assert opens_all(reader, KIND) == CASES
    assert Grant.objects.filter(user=reader.user).count() == 1
    once_in_the_log("vault.paper.used")
    assert paper.why == PaperKey.Why.USED
    assert not PaperBox.objects.filter(paper=paper).exists()
    try:
        _type_back(home)
    except RuleBroken:
        return
    raise AssertionError("a used paper is taken")


OFFICER = in_turn(_name, _accept, _confirm)
CEREMONIES = (
    Ceremony("name_officer", _name, _is_named),
    Ceremony("accept_office", _accept, _has_accepted, prepare=_name),
    Ceremony("confirm_officer", _confirm, _is_confirmed, prepare=in_turn(_name, _accept)),
    Ceremony("withdraw_officer", _withdraw, _is_withdrawn, prepare=OFFICER),
    Ceremony("make_paper", _make, _is_made),
    Ceremony("sign_paper", _sign, _is_signed, prepare=_print),
    Ceremony("check_paper", _type_back, _is_typed_back, prepare=in_turn(_print, _sign)),
    Ceremony("recover_by_paper", _recover, _is_recovered, prepare=_print_for_a_third),
)
