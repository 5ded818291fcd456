"""One organisation with its keys, and another beside it."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from havre.casefiles import services
from havre.casefiles.models import File
from havre.core import clock
from tests.factories import House, accepted_alert, found_organisation
from tests.factories.casefiles import add_exploitation, open_file
from tests.founded import founded


@pytest.fixture(autouse=True)
def _own_pins(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test pins its own officers."""
    settings.HAVRE_OFFICER_KEYS_FILE = tmp_path_factory.mktemp("pins") / "officer_keys"


@pytest.fixture
def house(db: None) -> House:
    """An organisation with one member of each role."""
    return founded(found_organisation)


@pytest.fixture
def other(db: None) -> House:
    """Another organisation."""
    return founded(found_organisation, slug="other")


@pytest.fixture
def full(house: House) -> File:
    """A file with something in each of its parts, every text a marker."""
    alert = accepted_alert(house, person_name="Marker alert name")
    file = open_file(house, units=("social", "legal", "psychology"), alert=alert)
    situation = add_exploitation(house, file)
    social, vault = house.user("social_worker"), house.vault("social_worker")
    exploiter = services.add_exploiter(name="Marker exploiter", by=social, vault=vault)
    services.link_exploiter(situation, exploiter, "employer", by=social)
    services.add_dependant(file.person, birth_year=2015, name="Marker child", by=social, vault=vault)
    services.log_contact(file, kind="phone", with_whom="person", note="Marker contact", by=social, vault=vault)
    for role, kind in (("social_worker", "social"), ("psychologist", "psychology"), ("lawyer", "legal")):
        services.write_note(file, kind, f"Marker {kind} note", by=house.user(role), vault=house.vault(role))
    services.add_task(
        file, kind="call_back", due_on=clock.today(), who=social, what="Marker task", by=social, vault=vault
    )
    return file
