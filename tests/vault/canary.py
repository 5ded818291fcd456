"""A marker typed everywhere a person can type, in an installation of its own that is then killed: its files are read raw.

Run by `test_promises_canary.py`. What is in memory only (cache, mail) is looked at here, before the end.
"""

from __future__ import annotations

import os
import signal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import override_settings, setup_test_environment
from django.urls import path, reverse

from config.urls import urlpatterns as real
from havre.accounts.models import User
from tests.factories import PASSPHRASE, found_organisation
from tests.guards.test_marker import MARK, _fill_everything
from tests.guards.world import furnish

# As in production: the tests turn them off.
LIMITS = {**settings.HAVRE_LIMITS, "login": None, "login_failed": None, "reauthenticate": None}
# Something the cache certainly holds: what is looked for must have been looked for there too.
KEPT_IN_CACHE = "x" * 200


def _breaks(request: Any) -> Any:
    typed = request.POST["text"]
    raise RuntimeError(f"cannot write {typed}")


urlpatterns = [*real, path("breaks/", _breaks, name="health-breaks")]


def in_memory() -> bytes:
    """What the cache and the outbox hold."""
    kept = [message.message().as_bytes() for message in mail.outbox]
    for name in settings.CACHES:
        cache: Any = caches[name]
        for key, value in getattr(cache, "_cache", {}).items():
            kept += [str(key).encode(), value if isinstance(value, bytes) else repr(value).encode()]
    return b"\n".join(kept)


def type_everywhere() -> None:
    """Every form, a search, a document, errors, a locked screen, doors that stay closed."""
    setup_test_environment()
    world = furnish(found_organisation())
    taken, tried = _fill_everything(world)
    if tried - taken or len(taken) < 15:
        raise RuntimeError(f"forms that were not taken: {sorted(tried - taken)}")
    worker = world.house.client("social_worker")
    worker.post(reverse("casefiles:search"), {"query": MARK, "q": MARK, "name": MARK})
    sent = {
        "category": "letter", "compartment": "identity", "description": f"{MARK} described",
        "upload": SimpleUploadedFile(f"{MARK}.pdf", b"%PDF-1.7\n" + f"{MARK} scanned ".encode() * 9000),
    }  # fmt: skip
    added = worker.post(reverse("casefiles:document-add", args=[world.code]), sent)
    if added.status_code != 302:
        raise RuntimeError(f"the document was answered {added.status_code}")
    worker.post(reverse("casefiles:document-add", args=[world.code]), {**sent, "description": MARK * 2000})
    with override_settings(ROOT_URLCONF="tests.vault.canary"):
        worker.raise_request_exception = False
        if worker.post("/breaks/", {"text": f"{MARK} broken"}).status_code != 500:
            raise RuntimeError("the page did not break")
    worker.post(reverse("accounts:lock"))
    note = {"text": f"{MARK} half typed", "submission": str(uuid4()), "_page": f"/files/{world.code}/"}
    if worker.post(reverse("casefiles:document-add", args=[world.code]), note).status_code != 423:
        raise RuntimeError("the locked screen took a form")
    door = Client()
    caches["default"].set("control", KEPT_IN_CACHE)
    with override_settings(ACCOUNT_RATE_LIMITS=LIMITS):  # tries are counted in the database
        door.post(reverse("account_login"), {"login": MARK, "password": MARK})
        door.post(reverse("account_login"), {"login": "havre.lawyer", "password": f"{MARK} wrong"})
        door.post(reverse("accounts:recover"), {"username": MARK, "printed_code": MARK, "new": MARK, "again": MARK})
        door.post(reverse("account_login"), {"login": "havre.lawyer", "password": PASSPHRASE})


def type_everywhere_and_die() -> None:
    """The marker must be in nothing that is kept in memory; then SIGKILL, with whatever lies in the write-ahead log."""
    type_everywhere()
    memory = in_memory()
    said = [name for name, form in forms() if form in memory]
    print("memory", len(memory), said, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def betray_and_die() -> None:
    """The same with the marker in one column that is not sealed: the scan must find it."""
    found_organisation()
    User.objects.filter(username="havre.lawyer").update(display_name=f"{MARK} in clear")
    print("memory", 0, [], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def forms() -> list[tuple[str, bytes]]:
    """The ways the marker may lie about."""
    from tests.vault.test_stolen import _forms

    return [(repr(form[:40]), form) for form in _forms(MARK)]


def cluster() -> dict[str, Any]:
    """Where PostgreSQL keeps everything, and the folders of databases that are not this installation's; none on SQLite."""
    if connections["default"].vendor != "postgresql":
        return {"folder": "", "of_others": []}
    ours = [connection.settings_dict["NAME"] for connection in connections.all()]
    with connections["default"].cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT oid::text FROM pg_database WHERE NOT datname = ANY(%s)", [ours])
        others = [row[0] for row in cursor.fetchall()]
        cursor.execute("SHOW data_directory")
        return {"folder": str(cursor.fetchone()[0]), "of_others": others}
