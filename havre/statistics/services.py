"""Taking snapshots, and getting figures and the rows behind them from the current one."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import Permission, check
from havre.audit.models import Event
from havre.audit.services import record
from havre.casefiles.linked import counted_as
from havre.casefiles.models import Person
from havre.core import clock
from havre.intake.models import Alert
from havre.statistics import catalogue, engine, snapshot
from havre.statistics.catalogue import Unit
from havre.statistics.facts import Facts
from havre.statistics.models import Snapshot
from havre.statistics.results import Result

#: What changes facts leaves a trace under one of these; reading, signing in and the figures themselves do not.
CHANGES = ("intake.", "casefiles.", "demo.")
_counts: OrderedDict[tuple[UUID, int], engine.Counts] = OrderedDict()
_lock = Lock()
KEPT = 12


def last_event(organisation: Organisation) -> int:
    """The number of the last event that may have changed a fact of the organisation; 0 without any."""
    events = Event.objects.filter(organisation_id=organisation.pk)
    for number, kind in events.order_by("-number").values_list("number", "kind").iterator(chunk_size=50):
        if kind.startswith(CHANGES):
            return int(number)
    return 0


def current_snapshot(organisation: Organisation) -> Snapshot | None:
    """The snapshot in use, as it is."""
    return Snapshot.objects.filter(organisation=organisation, current=True).select_related("organisation", "by").first()


def is_fresh(taken: Snapshot) -> bool:
    """Whether nothing has changed since: no fact, no day, no column, no definition, no missing file."""
    manifest = taken.manifest
    return (
        taken.as_of == clock.today()
        and manifest["schema"] == snapshot.schema_hash()
        and manifest["catalogue"] == catalogue.VERSION
        and (taken.folder / "alert.parquet").is_file()
        and manifest["last_event"] == last_event(taken.organisation)
    )


def ensure_current(organisation: Organisation) -> Snapshot:
    """The snapshot in use, taken again when facts changed since. Costs one or two queries when nothing did."""
    taken = current_snapshot(organisation)
    return taken if taken is not None and is_fresh(taken) else _take(organisation, by=None)


def take_snapshot(organisation: Organisation | None = None, *, by: User) -> Snapshot:
    """Take a snapshot now. Raises `PermissionDenied` without the permission, or for another organisation."""
    check(by, Permission.FIGURES_SNAPSHOT)
    organisation = organisation or by.organisation
    if organisation.pk != by.organisation_id:
        raise PermissionDenied("A snapshot is of one's own organisation.")
    return _take(organisation, by=by)


def _take(organisation: Organisation, *, by: User | None) -> Snapshot:
    """Write the files and make them the ones in use; the one before stays until the next, for whoever is reading it.

    Reading and registering are two transactions: the first sees every table at one instant, the second appends to the
    log, which colleagues did meanwhile. A snapshot registered late is not fresh, and the next look takes another.
    """
    secret = secrets.token_bytes(32)
    taken = Snapshot(
        id=uuid4(), organisation=organisation, taken_at=clock.now(), by=by, as_of=clock.today(), secret=secret
    )
    with _one_instant():
        number = last_event(organisation)
        files = snapshot.write(taken.folder, organisation.pk, secret, counted_as(organisation.pk))
    taken.manifest = {
        "as_of": taken.as_of.isoformat(),
        "catalogue": catalogue.VERSION,
        "files": files,
        "last_event": number,
        "schema": snapshot.schema_hash(),
        "software": software(),
    }
    try:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=organisation.pk)
            _replace(taken)
            record(
                "statistics.snapshot.taken", by=by, organisation=organisation.pk, target=str(taken.pk), as_of=taken.as_of,
                rows=sum(file["rows"] for file in files.values()),
            )  # fmt: skip
    except BaseException:
        snapshot.remove(taken.folder)
        raise
    return taken


@contextmanager
def _one_instant() -> Iterator[None]:
    """A transaction in which every table is as it was when it began."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _replace(taken: Snapshot) -> None:
    """Put a snapshot in use, and forget those of the same day but the last one."""
    others = Snapshot.objects.filter(organisation=taken.organisation)
    last = others.filter(current=True).first()
    others.filter(current=True).update(current=False)
    taken.save(force_insert=True)
    for old in others.filter(as_of=taken.as_of, current=False):
        if last is not None and old.pk == last.pk:
            continue
        folder = old.folder
        old.delete()
        transaction.on_commit(lambda folder=folder: snapshot.remove(folder))  # type: ignore[misc]


def software() -> str:
    """The version that counted."""
    try:
        return version("havre")
    except PackageNotFoundError:
        return "0.1.0"


def figures(
    organisation: Organisation, year: int, codes: Iterable[str] | None = None, *, before: int = 1
) -> dict[str, Result]:
    """The figures of an organisation for a year, from its current snapshot, labelled in the active language.

    All the catalogue without `codes`. `before` years before come with each result. Raises `KeyError` for an unknown
    code.
    """
    return figures_of(ensure_current(organisation), year, codes, before=before)


def figures_of(taken: Snapshot, year: int, codes: Iterable[str] | None = None, *, before: int = 1) -> dict[str, Result]:
    """The same, of this snapshot. What was counted is remembered: a snapshot never changes."""
    codes = None if codes is None else list(codes)
    wanted = engine.wanted(codes)
    found: dict[tuple[str, int, str], Any] = {}
    missing = []
    for each in range(year - before, year + 1):
        known = _counts.get((taken.pk, each))
        if known is not None and all((i.code, each, "") in known for i in wanted):
            found.update(known)
        else:
            missing.append(each)
    if missing:
        facts = Facts.of_folder(taken.folder, missing)
        try:
            counted = engine.count(facts, wanted, missing)
        finally:
            facts.close()
        found.update(counted)
        with _lock:
            for each in missing:
                part = {name: lines for name, lines in counted.items() if name[1] == each}
                _counts[taken.pk, each] = {**_counts.get((taken.pk, each), {}), **part}
                _counts.move_to_end((taken.pk, each))
            while len(_counts) > KEPT:
                _counts.popitem(last=False)
    return engine.results(found, year, codes, before=before)


def records_behind(
    organisation: Organisation, code: str, year: int, by: str = "", key: str = ""
) -> tuple[Unit, list[UUID]]:
    """The ids of the alerts or people behind a figure, or behind one cell of one of its tables.

    Whoever calls asks for `FIGURES_ROWS` and for the permission to see those records. Raises `KeyError` for an unknown
    code or breakdown.
    """
    taken = ensure_current(organisation)
    unit = catalogue.get(code).unit
    facts = Facts.of_folder(taken.folder, [year])
    try:
        keys = set(engine.rows_behind(facts, code, year, by, key))
    finally:
        facts.close()
    model, table = (Alert, "alert") if unit is Unit.ALERT else (Person, "person")
    if not keys:
        return unit, []
    secret = bytes(taken.secret)
    ids = model._default_manager.filter(organisation=organisation).order_by("pk").values_list("pk", flat=True)
    return unit, [each for each in ids.iterator() if snapshot.key_of(each, table, secret) in keys]
