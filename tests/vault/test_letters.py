"""Inboxes: written by who cannot read. Drafts: sealed to who types. Pins: a rewritten log is noticed (T10)."""

from __future__ import annotations

import pytest
from django.db import connection

from havre.accounts.permissions import Role
from havre.audit.models import Event, Head
from havre.audit.services import record
from havre.vault import services
from havre.vault.errors import NotGranted, Tampered
from havre.vault.models import CompartmentKey, Draft, InboxItem, MemberKey
from havre.vault.opened import ClosedVault
from tests.vault.house import House, again

WORDS = "Elle ne dort plus; appeler après 17 h."


def _sent(house: House, text: str = WORDS, kind: str = "psychology") -> InboxItem:
    return services.send_to_inbox(kind, text, by=house.members[Role.SOCIAL_WORKER], subject="P-0001")


@pytest.mark.promise("T5")
def test_the_holder_reads_and_the_writer_does_not(house: House) -> None:
    item = again(_sent(house))
    assert house.vault(Role.PSYCHOLOGIST).open_inbox(item) == WORDS
    for role in (Role.SOCIAL_WORKER, Role.COORDINATOR, Role.RECEPTION):
        with pytest.raises(NotGranted):
            house.vault(role).open_inbox(item)


@pytest.mark.promise("T5")
def test_the_inbox_of_another_organisation_is_closed(house: House, other: House) -> None:
    with pytest.raises(NotGranted):
        other.vault(Role.PSYCHOLOGIST).open_inbox(_sent(house))


@pytest.mark.promise("T14")
def test_a_message_of_any_length_has_the_size_of_a_page(house: House) -> None:
    assert len({len(_sent(house, text).sealed) for text in ("x", WORDS, "mot " * 900)}) == 1


@pytest.mark.promise("T4")
def test_a_message_moved_to_another_item_or_subject_is_refused(house: House) -> None:
    one, two, vault = _sent(house), _sent(house, "other"), house.vault(Role.PSYCHOLOGIST)
    two.sealed = one.sealed
    with pytest.raises(Tampered):
        vault.open_inbox(two)
    one.subject = "P-0002"
    with pytest.raises(Tampered):
        vault.open_inbox(one)


@pytest.mark.promise("T4")
def test_a_message_moved_to_another_compartment_is_refused(house: House) -> None:
    item = _sent(house)
    item.compartment = CompartmentKey.objects.get(kind="legal")
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open_inbox(item)


def test_sending_and_reading_leave_a_trace_without_words(house: House) -> None:
    item = _sent(house)
    services.mark_read(item, by=house.members[Role.PSYCHOLOGIST])
    sent, read = Event.objects.order_by("number")[Event.objects.count() - 2 :]
    assert (sent.kind, read.kind) == ("vault.inbox.sent", "vault.inbox.read")
    assert sent.detail == read.detail == {"compartment": "psychology"}


# --- drafts -----------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T5")
def test_a_draft_opens_for_its_author_only(house: House) -> None:
    user = house.members[Role.LAWYER]
    draft = again(services.save_draft(user, "/alerts/new/", "narrative=She+slept&submission=1"))
    assert house.vault(Role.LAWYER).open_draft(draft) == "narrative=She+slept&submission=1"
    with pytest.raises(Tampered):
        house.vault(Role.COORDINATOR).open_draft(draft)


@pytest.mark.promise("T4")
def test_a_draft_moved_to_another_page_is_refused(house: House) -> None:
    draft = services.save_draft(house.members[Role.LAWYER], "/alerts/new/", "a=1")
    draft.path = "/files/P-0001/edit/"
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open_draft(draft)


def test_one_draft_a_page_the_last_one(house: House) -> None:
    user = house.members[Role.LAWYER]
    for body in ("a=1", "a=2"):
        services.save_draft(user, "/alerts/new/", body)
    services.save_draft(user, "/elsewhere/", "b=1")
    services.drop_draft(user, "/elsewhere/")
    assert house.vault(Role.LAWYER).open_draft(Draft.objects.get()) == "a=2"


def test_a_draft_is_kept_when_the_vault_is_locked(house: House) -> None:
    """Saving needs no key: only the public one."""
    services.save_draft(house.members[Role.LAWYER], "/alerts/new/", "a=1")
    with pytest.raises(Exception, match="locked"):
        ClosedVault().open_draft(Draft.objects.get())


# --- pins: the log as each member last saw it -------------------------------------------------------------------------


def _without_triggers(statement: str) -> None:
    """What someone who owns the database can do. The test's transaction takes it back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("no_update", "no_delete"):
                cursor.execute(f"DROP TRIGGER audit_event_{name}")
        else:
            cursor.execute("DROP TRIGGER audit_event_append_only ON audit_event")
        cursor.execute(statement)


def _rewrite_from(number: int) -> None:
    """Cut the log and write another end, well chained: the chain alone sees nothing."""
    last = Event.objects.get(number=number)
    _without_triggers(f"DELETE FROM audit_event WHERE number > {number}")
    Head.objects.update(number=last.number, hash=last.hash)
    for _ in range(5):
        record("intake.alert.taken", by=None)


@pytest.mark.promise("T10")
def test_an_honest_log_is_sound_sign_in_after_sign_in(house: House) -> None:
    for _ in range(3):
        record("intake.alert.taken", by=house.members[Role.LAWYER])
        assert services.check_pin(house.vault(Role.LAWYER))


@pytest.mark.promise("T10")
def test_a_log_rewritten_after_a_pin_is_noticed(house: House) -> None:
    for _ in range(3):
        record("intake.alert.taken", by=house.members[Role.LAWYER])
    assert services.check_pin(house.vault(Role.LAWYER))
    _rewrite_from(Event.objects.count() - 2)
    assert not services.check_pin(house.vault(Role.LAWYER))
    assert Event.objects.latest("number").kind == "audit.pin.broken"
    # It is said again at each sign-in: the pin of the honest log is kept.
    assert not services.check_pin(house.vault(Role.LAWYER))


@pytest.mark.promise("T10")
def test_a_log_rewritten_before_the_first_sign_in_is_noticed(house: House) -> None:
    _rewrite_from(1)
    assert not services.check_pin(house.vault(Role.RECEPTION))


@pytest.mark.promise("T10")
def test_a_pin_taken_away_is_noticed(house: House) -> None:
    MemberKey.objects.update(pinned_head=None)
    assert not services.check_pin(house.vault(Role.LAWYER))


@pytest.mark.promise("T10")
def test_the_pin_of_a_colleague_or_a_pin_made_up_is_noticed(house: House) -> None:
    theirs = MemberKey.objects.get(user=house.members[Role.COORDINATOR]).pinned_head
    for pin in (theirs, b"\x01" * 120):
        MemberKey.objects.filter(user=house.members[Role.LAWYER]).update(pinned_head=pin)
        assert not services.check_pin(house.vault(Role.LAWYER))
