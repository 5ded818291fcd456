"""Every page answers, for those who may open it, and not for the others."""

from __future__ import annotations

import pytest
from django.urls import reverse

from havre.casefiles import services
from havre.core import clock
from tests.factories import House, accepted_alert
from tests.factories.casefiles import add_exploitation, open_file

GETS = [
    "file", "file-exploitation", "file-person", "file-notes", "file-tasks", "file-looked", "person-edit", "arrival-edit",
    "dependant-add", "exploitation-add", "exploiter-add", "period-open", "contact", "note", "task-add",
]  # fmt: skip


@pytest.fixture
def full(house: House):
    """A file with something in each of its parts."""
    file = open_file(house, units=("social", "legal", "psychology"))
    situation = add_exploitation(house, file)
    social, vault = house.user("social_worker"), house.vault("social_worker")
    exploiter = services.add_exploiter(name="Marker exploiter", by=social, vault=vault)
    services.link_exploiter(situation, exploiter, "employer", by=social)
    services.add_dependant(file.person, birth_year=2015, name="Marker child", by=social, vault=vault)
    services.log_contact(file, kind="phone", with_whom="person", note="Marker contact", by=social, vault=vault)
    services.write_note(file, "social", "Marker social", by=social, vault=vault)
    services.write_note(
        file, "psychology", "Marker psychology", by=house.user("psychologist"), vault=house.vault("psychologist")
    )
    services.write_note(file, "legal", "Marker legal", by=house.user("lawyer"), vault=house.vault("lawyer"))
    services.add_task(
        file, kind="call_back", due_on=clock.today(), who=social, what="Marker task", by=social, vault=vault
    )
    return file


@pytest.mark.parametrize("name", GETS)
def test_the_page_answers(house: House, full, name) -> None:
    answer = house.client("coordinator").get(reverse(f"casefiles:{name}", args=[full.person.code]))
    assert answer.status_code == 200
    if "edit" not in name:
        assert "Marker" not in answer.content.decode()


def test_my_day_and_list(house: House, full) -> None:
    accepted_alert(house)
    for role in ("social_worker", "coordinator", "reception", "data_officer", "administrator", "volunteer"):
        assert house.client(role).get("/").status_code == 200, role
    assert house.client("social_worker").get("/files/").status_code == 200
