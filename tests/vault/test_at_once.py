"""Two colleagues write first in the same compartment of the same case, at the same moment: one key, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, connections

from havre.accounts.permissions import Role
from havre.vault import archive
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Archive, CaseKey
from tests.separate import Installation
from tests.vault.house import House, again, build, note, person

PREPARE = """
from tests.vault import house as h
from havre.accounts.models import Organisation, User
from havre.casefiles.models import Person
home = h.House(Organisation.objects.get(), {u.role: u for u in User.objects.all()})
vaults = [home.vault(r) for r in ("lawyer", "coordinator")]
people = list(Person.objects.select_related("file"))
"""
WRITE = """
for p in people:
    h.note(p, "legal", f"by {who}", vaults[who])
"""
READ = """
from havre.casefiles.models import Note
from havre.vault.models import CaseKey
vault = home.vault("coordinator")
print(CaseKey.objects.filter(kind="legal").count(), sorted(vault.open(n, "text") for n in Note.objects.all()))
"""


@pytest.mark.slow
@pytest.mark.promise("T18")
def test_two_processes_make_one_key(tmp_path: Path) -> None:
    """On the database of this run."""
    installation = Installation(tmp_path / "data")
    installation.run("from tests.vault import house as h\nhome = h.build()\nfor _ in range(20): h.person(home)")
    installation.at_once(PREPARE, WRITE, count=2)
    assert installation.run(PREPARE + READ) == f"20 {['by 0'] * 20 + ['by 1'] * 20}"
    installation.remove()


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite files")
def test_the_key_store_is_flushed_at_each_commit(tmp_path: Path) -> None:
    """A power cut must not take a salt whose case was kept."""
    code = "from django.db import connections as c\nfor a in c: print(c[a].cursor().execute('PRAGMA synchronous').fetchone()[0])"
    default, keystore = Installation(tmp_path).run(code).split()
    assert keystore == "2"
    assert default in {"1", "2"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_threads_make_one_key() -> None:
    house: House = build()
    people = [person(house) for _ in range(20)]
    vaults = [house.vault(Role.LAWYER), house.vault(Role.COORDINATOR)]
    start = Barrier(2)

    def write(who: int) -> list[str]:
        start.wait()
        try:
            return [str(note(p, "legal", f"by {who}", vaults[who]).pk) for p in people]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(write, (0, 1)))
    assert CaseKey.objects.filter(kind="legal").count() == ShredSalt.objects.count() == 20
    reader = house.vault(Role.COORDINATOR)
    for who, ids in enumerate(written):
        from havre.casefiles.models import Note

        assert {reader.open(again(n), "text") for n in Note.objects.filter(pk__in=ids)} == {f"by {who}"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_archive_the_same_files_at_once() -> None:
    """Each file goes in once; the second is not met by an error."""
    house: House = build()
    codes = {about.case_id: about.code for about in (person(house) for _ in range(30))}
    start = Barrier(2)

    def put(role: Role) -> int:
        start.wait()
        try:
            return archive.archive(codes, by=house.members[role])
        finally:
            connections.close_all()

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(put, (Role.COORDINATOR, Role.ADMINISTRATOR))) == [0, len(codes)]
        assert Archive.objects.filter(back_at=None).count() == len(codes)
        Archive.objects.all().delete()
