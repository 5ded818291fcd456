"""The figures on screen: who sees what, what is counted, what is written down."""

from __future__ import annotations

import re

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from havre.accounts.permissions import ROLES, Role
from havre.accounts.permissions import Permission as P
from havre.audit.models import Event
from havre.core import clock
from havre.statistics import catalogue
from tests.factories import House, found_organisation, studied_alert, take_alert

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    """An organisation with three alerts of this year, one of them studied."""
    made = found_organisation()
    take_alert(made, channel="email")
    take_alert(made)
    studied_alert(made)
    return made


def year() -> int:
    """The present year."""
    return clock.today().year


def addresses() -> dict[str, str]:
    """Every page one may open with FIGURES_VIEW."""
    return {
        "figures": "/figures/",
        "year": f"/figures/{year()}/",
        "all": f"/figures/{year()}/all/",
        "indicator": f"/figures/{year()}/INT-01/",
        "csv": f"/figures/{year()}/INT-01/channel.csv",
        "pdf": f"/figures/{year()}/report.pdf",
        "xlsx": f"/figures/{year()}/report.xlsx",
    }


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_what_the_table_says(role: str, house: House) -> None:
    client = house.client(role)
    held = ROLES[role].permissions
    for name, address in addresses().items():
        expected = (302 if name == "figures" else 200) if P.FIGURES_VIEW in held else 404
        assert client.get(address).status_code == expected, (role, name)
    rows = client.get(f"/figures/{year()}/INT-01/rows/")
    assert rows.status_code == (200 if P.FIGURES_ROWS in held else 404)
    snapshot = client.post("/figures/snapshot/", {"year": year()})
    assert snapshot.status_code == (302 if P.FIGURES_SNAPSHOT in held else 404)
    if P.FIGURES_ROWS not in held and P.FIGURES_VIEW in held:
        assert "/rows/" not in client.get(f"/figures/{year()}/INT-01/").text


def test_the_first_page_says_the_figures_with_their_charts(house: House) -> None:
    page = house.client("coordinator").get(f"/figures/{year()}/").text
    assert re.search(r'fig-number">3<', page)
    assert "<svg" in page
    assert " style=" not in page
    assert "<style" not in page
    assert f"/figures/{year()}/INT-01/" in page


def test_a_figure_says_what_it_counts(house: House) -> None:
    page = house.client("data_officer").get(f"/figures/{year()}/INT-01/").text
    indicator = catalogue.get("INT-01")
    for words in (indicator.title, indicator.why, indicator.population, indicator.formula, "3 of 3 known", "INT-01"):
        assert str(words) in page


def test_the_data_officer_sees_rows_but_no_reference_nor_way_to_it(house: House) -> None:
    officer = house.client("data_officer").get(f"/figures/{year()}/INT-01/rows/").text
    assert officer.count('<th scope="row">') == 3
    assert "A-" not in re.sub(r"<title>.*?</title>", "", officer)
    assert "/alerts/" not in officer
    coordinator = house.client("coordinator").get(f"/figures/{year()}/INT-01/rows/").text
    assert f'href="/alerts/A-{year()}-0001/"' in coordinator


def test_a_cell_opens_its_own_rows(house: House) -> None:
    page = house.client("coordinator").get(f"/figures/{year()}/INT-01/rows/", {"by": "channel", "key": "email"})
    assert page.text.count('<th scope="row">') == 1
    assert f"A-{year()}-0001" in page.text


def test_another_organisation_is_neither_counted_nor_listed(house: House) -> None:
    other = found_organisation("elsewhere", roles=("reception", "coordinator"))
    take_alert(other)
    page = house.client("coordinator").get(f"/figures/{year()}/INT-01/rows/").text
    assert page.count('<th scope="row">') == 3
    theirs = other.client("coordinator").get(f"/figures/{year()}/INT-01/rows/").text
    assert theirs.count('<th scope="row">') == 1


def test_looking_and_exporting_are_written_down(house: House) -> None:
    client = house.client("coordinator")
    client.get(f"/figures/{year()}/INT-01/rows/", {"by": "channel", "key": "email"})
    seen = Event.objects.get(kind="statistics.rows.seen")
    assert (seen.target, seen.detail["table"], seen.detail["cell"]) == ("INT-01", "channel", "email")
    client.get(addresses()["csv"])
    client.get(addresses()["pdf"])
    client.get(addresses()["xlsx"])
    assert Event.objects.filter(kind="statistics.table.exported").count() == 1
    assert sorted(e.detail["form"] for e in Event.objects.filter(kind="statistics.report.made")) == ["pdf", "xlsx"]


@pytest.mark.parametrize(
    "address", ["{y}/NOPE-1/", "{y}/INT-01/nothing.csv", "{y}/INT-01/rows/?by=nothing&key=x", "1700/", "{n}/", "1700/report.pdf", "{n}/INT-01/channel.csv"]
)  # fmt: skip
def test_what_does_not_exist_is_not_found(address: str, house: House) -> None:
    path = address.format(y=year(), n=year() + 1)
    assert house.client("coordinator").get(f"/figures/{path}").status_code == 404


def test_documents_are_downloads_that_nobody_keeps(house: House) -> None:
    client = house.client("coordinator")
    for name, start in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfcode,year")):
        answer = client.get(addresses()[name])
        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "no-store"


def test_the_catalogue_filters_by_theme_only(house: House) -> None:
    client = house.client("reception")
    whole = client.get(f"/figures/{year()}/all/").text
    for indicator in catalogue.indicators():
        assert f"/figures/{year()}/{indicator.code}/" in whole
    part = client.get(f"/figures/{year()}/all/", {"theme": "reception"}).text
    assert f"/figures/{year()}/INT-01/" in part
    others = [i.code for i in catalogue.indicators() if i.theme != "reception"]
    assert not any(f"/figures/{year()}/{code}/" in part for code in others)


def test_pages_ask_the_database_the_same_number_of_questions_however_many_rows(house: House) -> None:
    client = house.client("coordinator")

    def questions(address: str) -> int:
        client.get(address)  # the snapshot is taken, the vault warm
        with CaptureQueriesContext(connections["default"]) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    pages = (
        f"/figures/{year()}/",
        f"/figures/{year()}/all/",
        f"/figures/{year()}/INT-01/",
        f"/figures/{year()}/INT-01/rows/",
    )
    before = [questions(page) for page in pages]
    for _ in range(5):
        take_alert(house)
    assert [questions(page) for page in pages] == before
