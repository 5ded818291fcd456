"""“Possibly known?”: who to ask about before a record is written, and what becomes of the answers (R12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.finding import COLUMNS
from havre.casefiles.linking import Record, groups, pair
from havre.casefiles.models import Exploiter, File, Kind, Person, Resemblance, Task
from havre.casefiles.services.alike import Alike, Asked, alike, kinds_for
from havre.casefiles.services.finding import pages_of
from havre.casefiles.services.following import add_task, do_task
from havre.casefiles.services.shared import allowed, locked
from havre.core import clock
from havre.core.errors import Conflict, RuleBroken
from havre.intake.known import Answer, Candidate, Known, Typed
from havre.intake.models import Alert
from havre.vault.opened import OpenVault

# Less alike than this, nobody is asked about: a question too many is answered without looking.
ASKED = 0.82
SHOWN = 6
# Days to look into what was answered “to check”.
CHECK_WITHIN = timedelta(days=3)


@transaction.atomic
def look(typed: Typed, *, by: User, vault: OpenVault, about: Alert | None = None) -> list[Candidate]:
    """Who may be known already, the likest first: one candidate for each human being, however many records they have.

    Not asked again: who was answered for about this alert. The search is told without its words; the names shown count
    as read, one event each.
    """
    asked = [
        *(Asked(name, kinds_for(by, "person", "alert")) for name in typed.names),
        Asked(typed.contacts, kinds_for(by, "person_contact", "alert_contact")),
        *(Asked(name, kinds_for(by, "exploiter", "employer")) for name in typed.exploiters),
    ]
    if not any(each.text.strip() for each in asked):
        return []
    found = [each for each in alike(asked, by=by, vault=vault) if each.score >= ASKED and not each.vague]
    chosen = _one_each(found, _not_asked(typed, found, about), by)[:SHOWN] if found else []
    candidates = [_candidate(each, vault) for each in chosen]
    record("casefiles.known.searched", by=by, found=len(candidates))
    return candidates


def _not_asked(typed: Typed, found: list[Alike], about: Alert | None) -> set[Record]:
    """The alert itself, the person of its only file, the file named by its code, and who was answered for."""
    settled = {each.record for each in found if each.kind == Kind.PERSON and each.row.code == typed.former_code}
    if about is None:
        return settled
    mine: set[Record] = {(Kind.ALERT, about.pk), (Kind.EMPLOYER, about.pk)}
    settled |= mine
    if about.persons_concerned == 1:
        settled |= {each.record for each in found if each.kind == Kind.PERSON and each.row.file.alert_id == about.pk}
    for row in live(about.organisation_id).exclude(answer=Answer.TO_CHECK):
        one, other = row.records
        if one in mine or other in mine:
            settled |= {one, other}
    return settled


def _one_each(found: list[Alike], settled: set[Record], by: User) -> list[Alike]:
    """One record for each human being, a file rather than an alert; none of those who are one with somebody settled."""
    files = {each.row.code: each.record for each in found if each.kind == Kind.PERSON}
    same = [row.records for row in live(by.organisation_id).filter(answer=Answer.SAME)]
    same += [
        (each.record, files[code])
        for each in found
        if each.kind == Kind.ALERT and (code := _file_of(each.row)) and code in files
    ]
    together = groups(same)
    kept: dict[frozenset[Record], Alike] = {}
    for each in sorted(found, key=lambda one: one.kind != Kind.PERSON):
        group = together.get(each.record, frozenset({each.record}))
        if group & settled:
            continue
        first = kept.get(group)
        kept[group] = each if first is None else _with(first, each)
    return sorted(kept.values(), key=lambda each: -each.score)


def _with(first: Alike, other: Alike) -> Alike:
    """The first, as alike as the likest of the two."""
    if other.score <= first.score:
        return first
    return Alike(first.kind, first.row, other.score, other.why, vague=False, scanned=first.scanned)


def _file_of(alert: Alert) -> str:
    """The code of the file an alert led to, when it is about one person."""
    if alert.former_code or alert.persons_concerned != 1:
        return alert.former_code
    return next((file.person.code for file in alert.files.all()), "")


def _candidate(each: Alike, vault: OpenVault) -> Candidate:
    texts = vault.read(each.row, *COLUMNS[each.kind], why="search")
    pages = pages_of(each.kind, each.row)
    return Candidate(
        kind=each.kind,
        row=each.row.pk,
        code=each.row.audit_target,
        score=each.score,
        why=each.why,
        year=_year(each),
        page=pages[0][1] if pages else "",
        names=tuple(text for text in texts.values() if text),
        former_code=each.row.code
        if each.kind == Kind.PERSON
        else _file_of(each.row)
        if each.kind == Kind.ALERT
        else "",
    )


def _year(each: Alike) -> int | None:
    """Since when: the file's, the alert's; of an exploiter, that of the first file that names them."""
    if each.kind == Kind.PERSON:
        return int(each.row.file.opened_on.year)
    if each.kind == Kind.EXPLOITER:
        opened = [link.exploitation.person.file.opened_on.year for link in each.row.links.all()]
        return min(opened, default=None)
    return int(each.row.year)


def live(organisation_id: Any) -> Any:
    """The answers that stand, of one organisation."""
    return Resemblance.objects.filter(organisation_id=organisation_id, undone_at=None)


# --- the answers ------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_answers(
    known: Known,
    about: Alert | Person | Exploiter,
    *,
    by: User,
    vault: OpenVault,
    answered_for: Alert | None = None,
    file: File | None = None,
) -> None:
    """Remember what was answered about a record just written; what is to check becomes a task, on a day.

    Called in the transaction of that record, whose service asked for its permission.
    """
    if isinstance(about, Alert):
        answered_for = about
    for candidate in known.candidates:
        mine, theirs = _side(about, candidate.kind), (candidate.kind, candidate.row)
        if mine == theirs:  # their own file, opened again
            continue
        answer = known.answer(candidate)
        row = _write(mine, theirs, answer, _standing(mine, theirs, by), by=by, answered_for=answered_for)
        record("casefiles.known.answered", by=by, target=about.audit_target, other=candidate.code, answer=answer)
        if answer == Answer.TO_CHECK:
            _ask_to_check(row, file or about, candidate.code, by=by, vault=vault)


def _side(about: Alert | Person | Exploiter, kind: str) -> Record:
    """Which side of a pair a record stands on: an alert speaks of a person, and of who exploits them."""
    if isinstance(about, Alert):
        return (Kind.EMPLOYER if kind in {Kind.EXPLOITER, Kind.EMPLOYER} else Kind.ALERT), about.pk
    return (Kind.PERSON if isinstance(about, Person) else Kind.EXPLOITER), about.pk


def _standing(mine: Record, theirs: Record, by: User) -> Resemblance | None:
    """The answer of a pair that stands, locked: nobody changes it before what is decided on it is written."""
    found = live(by.organisation_id).select_for_update().filter(**_columns(mine, theirs))
    return found.first()  # type: ignore[no-any-return]


def _columns(mine: Record, theirs: Record) -> dict[str, Any]:
    (one_kind, one_id), (other_kind, other_id) = pair(mine, theirs)
    return {"one_kind": one_kind, "one_id": one_id, "other_kind": other_kind, "other_id": other_id}


def _write(
    mine: Record,
    theirs: Record,
    answer: str,
    there: Resemblance | None,
    *,
    by: User,
    answered_for: Alert | None = None,
) -> Resemblance:
    """The one answer of a pair: the one that stands changed, or a new one. `Conflict` when somebody was quicker."""
    if there is not None:
        there.answer, there.by, there.at = answer, by, clock.now()
        there.save(update_fields=["answer", "by", "at"])
        return there
    try:
        with transaction.atomic():
            return Resemblance.objects.create(
                organisation_id=by.organisation_id,
                answer=answer,
                by=by,
                at=clock.now(),
                answered_for=answered_for,
                **_columns(mine, theirs),
            )
    except IntegrityError:
        raise _meanwhile() from None


def _meanwhile() -> Conflict:
    return Conflict(_("A colleague answered at the same moment: look at what they said, then go on."), current=0)


def _ask_to_check(row: Resemblance, about: Any, code: str, *, by: User, vault: OpenVault) -> None:
    """A task for who is in charge."""
    add_task(
        about,
        kind="compare_records",
        due_on=clock.today() + CHECK_WITHIN,
        who=_in_charge(about, by),
        what=_("The same as %(code)s? Look at both, then answer under “Linked records”.") % {"code": code},
        cause=_cause(row),
        by=by,
        vault=vault,
    )


def _cause(row: Resemblance) -> str:
    return f"casefiles.known:{row.pk}"


def _in_charge(about: Any, by: User) -> User:
    if isinstance(about, Alert):
        here: list[User | None] = [about.in_charge]
    else:
        # The social unit first, when several began on one day: who somebody is, is theirs to find out.
        running = about.periods.filter(closed_on=None).select_related("in_charge").order_by("opened_on", "-unit")
        here = [period.in_charge for period in running]
    return next((user for user in here if user is not None and user.is_active and user.can(P.TASK_DO)), by)


@transaction.atomic
def answer_check(row: Resemblance, answer: str, *, by: User) -> Resemblance:
    """Answer what was left to check; its task is done. Raises `Conflict` when a colleague answered meanwhile."""
    row = _mine(row, by)
    if row.undone_at is not None or row.answer != Answer.TO_CHECK:
        raise _meanwhile()
    if answer not in {Answer.SAME, Answer.DIFFERENT}:
        raise RuleBroken(_("Say whether they are the same or not."), field="answer")
    row.answer, row.by, row.at = answer, by, clock.now()
    row.save(update_fields=["answer", "by", "at"])
    _told("casefiles.known.answered", row, by=by, answer=answer)
    for task in Task.objects.filter(cause=_cause(row), done_at=None):
        do_task(task, by=by)
    return row


@transaction.atomic
def link(one: Person | Alert, other: Person | Alert, *, by: User) -> Resemblance:
    """Say that two records are one human being. Raises `RuleBroken` when it is said already, or of a record and itself."""
    _may(by, one.organisation_id)
    _may(by, other.organisation_id)
    mine, theirs = _side(one, Kind.PERSON), _side(other, Kind.PERSON)
    if mine == theirs:
        raise RuleBroken(_("This is the record itself: give the code of the other one."), field="code")
    there = _standing(mine, theirs, by)
    if there is not None and there.answer == Answer.SAME:
        raise RuleBroken(_("These two are linked already."), field="code")
    row = _write(mine, theirs, Answer.SAME, there, by=by)
    _told("casefiles.known.linked", row, by=by)
    for task in Task.objects.filter(cause=_cause(row), done_at=None):
        do_task(task, by=by)
    return row


@transaction.atomic
def unlink(row: Resemblance, *, by: User) -> Resemblance:
    """Take a link away: the two records stand alone again, and are counted apart. Undoing twice changes nothing."""
    row = _mine(row, by)
    if row.answer != Answer.SAME:
        raise RuleBroken(_("These two are not linked."))
    if row.undone_at is None:
        row.undone_by, row.undone_at = by, clock.now()
        row.save(update_fields=["undone_by", "undone_at"])
        _told("casefiles.known.unlinked", row, by=by)
    return row


def _mine(row: Resemblance, by: User) -> Resemblance:
    fresh = locked(row)
    _may(by, fresh.organisation_id)
    return fresh


def _may(by: User, organisation_id: Any) -> None:
    allowed(by, P.ALERT_TAKE if by.can(P.ALERT_TAKE) else P.FILE_EDIT, organisation_id)


def _told(verb: str, row: Resemblance, *, by: User, **coded: Any) -> None:
    """One event on each of the two records, so that each one's own log shows it."""
    one, other = codes_of(row.records)
    record(verb, by=by, target=one, other=other, **coded)
    if one != other:
        record(verb, by=by, target=other, other=one, **coded)


def codes_of(records: Iterable[Record]) -> list[str]:
    """The codes of records, in their order: at most three queries."""
    wanted = list(records)
    known: dict[Record, str] = {}
    for kinds, model, column in (
        ((Kind.PERSON,), Person, "code"),
        ((Kind.EXPLOITER,), Exploiter, "code"),
        ((Kind.ALERT, Kind.EMPLOYER), Alert, "reference"),
    ):
        ids = {pk for kind, pk in wanted if kind in kinds}
        if ids:
            rows = dict(model._default_manager.filter(pk__in=ids).values_list("pk", column))
            known |= {(kind, pk): rows[pk] for kind, pk in wanted if kind in kinds and pk in rows}
    return [known.get(each, "") for each in wanted]
