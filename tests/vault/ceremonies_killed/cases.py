"""One case at a time, killed: given for a time, restricted to those named, opened by two officers in an emergency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from havre.casefiles import services as casefiles
from havre.casefiles.models import Note
from havre.core import clock
from havre.vault import directory, sharing
from havre.vault.errors import NotGranted
from havre.vault.models import Case, CaseGrant, CaseKey, Emergency, EmergencyPart, Escrow, GrantedHalf, InboxItem
from tests.vault.killed import Ceremony
from tests.vault.killing import about, in_turn, number_in_the_log, once_in_the_log, opens, vault

GIVEN = ("identity", "legal")


def _note(home: Any, kind: str) -> Note:
    return Note.objects.get(file__person=about(home), compartment=kind)


def _give(home: Any) -> None:
    by = vault(home, "lawyer")
    casefiles.give_file(
        about(home).file, GIVEN, home.members["newcomer"], why="cover", until=clock.today() + timedelta(days=7),
        by=by.user, vault=by,
    )  # fmt: skip


def _is_given(home: Any, result: Any) -> None:
    """This case, each compartment once, and no other case."""
    reader, case_id = vault(home, "newcomer"), about(home).case_id
    assert opens(reader, about(home), "names") == "Name 0"
    assert opens(reader, _note(home, "legal"), "text") == "Filed 0"
    assert opens(reader, about(home, 1), "names") is None
    grants = CaseGrant.objects.filter(case_id=case_id, user=reader.user)
    assert sorted(grants.values_list("kind", flat=True)) == sorted(GIVEN)
    assert GrantedHalf.objects.filter(grant__in=grants).count() == len(GIVEN)
    assert number_in_the_log("vault.case.granted") == len(GIVEN)


def _end(home: Any) -> None:
    """As the page does it: of those that are still there."""
    by = vault(home, "lawyer")
    for grant in CaseGrant.objects.live().filter(user=home.members["newcomer"]).order_by("pk")[:1]:
        casefiles.end_access(grant, file=about(home).file, by=by.user, vault=by)


def _is_ended(word: str) -> Any:
    def done(home: Any, result: Any) -> None:
        """Closed, told once for each compartment; what is written from now on has a version they never had."""
        reader = vault(home, "newcomer")
        assert opens(reader, about(home), "names") is None
        assert opens(reader, _note(home, "legal"), "text") is None
        grants = CaseGrant.objects.filter(user=reader.user)
        assert grants.exclude(ended_at=None).count() == grants.count() == len(GIVEN)
        assert not GrantedHalf.objects.filter(grant__in=grants).exists()
        assert number_in_the_log(word) == len(GIVEN)
        assert Case.objects.get(pk=about(home).case_id).version == 1 + len(GIVEN)
        _writes(home, "lawyer")

    return done


def _writes(home: Any, who: str) -> None:
    """What is written now is sealed under the present version, and opens to another holder."""
    by, note = vault(home, who), _note(home, "legal")
    by.seal(note, text="Filed 0")
    note.save()
    case = Case.objects.get(pk=about(home).case_id)
    assert CaseKey.objects.filter(case=case, kind="legal", version=case.version).exists()
    assert opens(vault(home, "coordinator"), _note(home, "legal"), "text") == "Filed 0"


def _day_comes(home: Any) -> None:
    CaseGrant.objects.exclude(expires_at=None).update(expires_at=clock.now() - timedelta(seconds=1))


def _signs_in(who: str) -> Any:
    """What a sign-in does for the keys this member holds."""
    return lambda home: sharing.resume(vault(home, who))


# --- restricted -----------------------------------------------------------------------------------------------------------


def _restrict(home: Any) -> None:
    by, named = vault(home, "coordinator"), {"lawyer": ["legal"], "psychologist": ["psychology"]}
    wanted = {home.members[who]: kinds for who, kinds in named.items()}
    casefiles.restrict_file(about(home).file, wanted, by=by.user, vault=by)


def _named(home: Any) -> list[tuple[str, str]]:
    live = CaseGrant.objects.live().filter(case_id=about(home).case_id, why=CaseGrant.Why.RESTRICTED)
    return sorted((grant.user.username.removeprefix("havre."), grant.kind) for grant in live.select_related("user"))


def _is_found(home: Any) -> bool:
    hits = directory.search(vault(home, "social_worker"), "Name 0", kinds=["person"])
    return about(home).pk in {hit.row for hit in hits}


def _is_restricted(*, to_finish: list[str]) -> Any:
    def done(home: Any, result: Any) -> None:
        """Open to those named and closed to other holders; but for what waits for the sign-in of who holds it."""
        case_id = about(home).case_id
        assert opens(vault(home, "social_worker"), about(home), "names") is None
        assert opens(vault(home, "second"), _note(home, "psychology"), "text") == ("Confided 0" if to_finish else None)
        assert opens(vault(home, "social_worker"), about(home, 1), "names") == "Name 1"
        for who in ("coordinator", "lawyer"):
            assert opens(vault(home, who), about(home), "names") == "Name 0"
            assert opens(vault(home, who), _note(home, "legal"), "text") == "Filed 0"
        assert opens(vault(home, "psychologist"), _note(home, "psychology"), "text") == "Confided 0"
        assert sharing.pending(case_id) == to_finish
        assert _named(home) == [
            ("coordinator", "identity"), ("coordinator", "legal"), ("lawyer", "identity"), ("lawyer", "legal"),
            ("psychologist", "identity"), ("psychologist", "psychology"),
        ]  # fmt: skip
        assert {*Escrow.objects.filter(case_id=case_id).values_list("kind", flat=True)} == {"identity", "legal"}
        once_in_the_log("vault.case.restricted")
        assert not _is_found(home), "a restricted name is in the directory"

    return done


def _lift(home: Any) -> None:
    by = vault(home, "coordinator")
    casefiles.lift_file(about(home).file, by=by.user, vault=by)


def _is_lifted(*, to_finish: list[tuple[str, str]]) -> Any:
    def done(home: Any, result: Any) -> None:
        """Open to the holders again, found by its name; but for what waits for the sign-in of who was named for it."""
        assert opens(vault(home, "social_worker"), about(home), "names") == "Name 0"
        assert opens(vault(home, "lawyer"), _note(home, "legal"), "text") == "Filed 0"
        assert opens(vault(home, "second"), _note(home, "psychology"), "text") == (None if to_finish else "Confided 0")
        assert _named(home) == to_finish
        assert not Escrow.objects.filter(case_id=about(home).case_id).exists()
        halves = GrantedHalf.objects.filter(grant__case_id=about(home).case_id)
        assert {*halves.values_list("grant__kind", flat=True)} == {kind for _who, kind in to_finish}
        once_in_the_log("vault.case.restricted", "vault.case.restriction_lifted")
        assert _is_found(home)

    return done


# --- two officers ---------------------------------------------------------------------------------------------------------


def _ask(home: Any) -> None:
    by = vault(home, "administrator")
    casefiles.ask_emergency(about(home).code, "legal", "danger", by=by.user, vault=by)


def _is_asked(home: Any, result: Any) -> None:
    """Once, with one part for the other officer; nothing is open yet."""
    part = EmergencyPart.objects.get()
    assert part.emergency == Emergency.objects.get()
    assert part.officer.user == home.members["coordinator"]
    once_in_the_log("vault.emergency.asked")
    assert opens(vault(home, "administrator"), _note(home, "legal"), "text") is None


def _agree(home: Any) -> None:
    by = vault(home, "coordinator")
    casefiles.answer_emergency(Emergency.objects.get(), True, by=by.user, vault=by)


def _is_open(home: Any, result: Any) -> None:
    """This compartment of this case, to read; given, told and written down once."""
    reader, note = vault(home, "administrator"), _note(home, "legal")
    assert opens(reader, note, "text") == "Filed 0"
    assert opens(reader, about(home), "names") is None
    assert opens(reader, Note.objects.get(file__person=about(home, 1), compartment="legal"), "text") is None
    try:
        reader.seal(note, text="changed")
    except NotGranted:
        pass
    else:
        raise AssertionError("emergency access writes")
    assert not EmergencyPart.objects.exists()
    assert Emergency.objects.get().grant == CaseGrant.objects.get(user=reader.user)
    once_in_the_log("vault.emergency.asked", "vault.emergency.agreed")
    message = InboxItem.objects.get(compartment__kind="legal")
    assert about(home).code in vault(home, "lawyer").open_inbox(message)


def _is_over(home: Any, result: Any) -> None:
    reader = vault(home, "administrator")
    assert opens(reader, _note(home, "legal"), "text") is None
    assert not GrantedHalf.objects.filter(grant__user=reader.user).exists()
    once_in_the_log("vault.emergency.agreed", "vault.case.grant_expired")
    assert Case.objects.get(pk=about(home).case_id).version == 2
    _writes(home, "lawyer")


RESTRICTED = in_turn(_restrict, _signs_in("psychologist"))
LEFT = [("psychologist", "psychology")]
CEREMONIES = (
    Ceremony("give_file", _give, _is_given),
    Ceremony("end_access", _end, _is_ended("vault.case.grant_ended"), prepare=_give),
    Ceremony(
        "grant_expires", _signs_in("coordinator"), _is_ended("vault.case.grant_expired"),
        prepare=in_turn(_give, _day_comes),
    ),
    Ceremony("restrict", _restrict, _is_restricted(to_finish=["psychology"])),
    Ceremony("finish_restriction", _signs_in("psychologist"), _is_restricted(to_finish=[]), prepare=_restrict),
    Ceremony("lift", _lift, _is_lifted(to_finish=LEFT), prepare=RESTRICTED),
    Ceremony("finish_lifting", _signs_in("psychologist"), _is_lifted(to_finish=[]), prepare=in_turn(RESTRICTED, _lift)),
    Ceremony("ask_emergency", _ask, _is_asked),
    Ceremony("agree_to_emergency", _agree, _is_open, prepare=_ask),
    Ceremony(
        "emergency_ends", _signs_in("coordinator"), _is_over, prepare=in_turn(_ask, _agree, _day_comes)
    ),
)  # fmt: skip
