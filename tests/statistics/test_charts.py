"""The drawings: what they say, to whom, and that a strict page accepts them."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from havre.core import codelists
from havre.statistics import charts
from havre.statistics.charts import PRINT, SCREEN, Look, palette, svg
from havre.statistics.results import Result
from havre.statistics.shown import chart_of
from tests.statistics.made import figures, hours, shown, table

NS = "{http://www.w3.org/2000/svg}"
SETTINGS = table("setting", "Setting", {"Domestic": 118, "Domestic & business": 26, "Other": 54}, unknown=2)

DRAWINGS: dict[str, tuple[Callable[[Look], str], tuple[str, ...]]] = {
    "bars": (lambda look: charts.bars(SETTINGS, title="Settings", look=look), ("118", "26", "54", "60 %")),
    "stacked": (
        lambda look: charts.stacked({2018: hours((2, 18, 16)), 2019: hours((5, 9, 22))}, title="Hours", look=look),
        ("2018", "2019", "61 %", "25 %", "36 of 45 known, 9 unknown"),
    ),
    "funnel": (lambda look: charts.funnel([("Received", 380), ("Studied", 226)], title="Funnel", look=look), ("380", "226 · 59 %")),
    "pyramid": (
        lambda look: charts.pyramid([("under 25", 28, 8), ("25–39", 70, 16)], title="Ages", women="Women", men="Men", look=look),
        ("28", "8", "70", "16", "Women", "Men"),
    ),
    "map": (
        lambda look: charts.department_map(table("department", "Departments", {"75": 67, "974": 1}), title="Where", look=look),
        ("67", "75", "974"),
    ),
}  # fmt: skip


def words_of(drawing: str) -> list[str]:
    """Every text of a drawing, tooltips left out."""
    return [element.text or "" for element in ET.fromstring(drawing).iter(f"{NS}text")]


@pytest.mark.parametrize("look", [SCREEN, PRINT, Look(classes=True, rtl=True)], ids=["screen", "print", "rtl"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_says_its_numbers_and_holds_no_style(name: str, look: Look) -> None:
    draw, expected = DRAWINGS[name]
    drawing = draw(look)
    root = ET.fromstring(drawing)
    assert root.tag == f"{NS}svg"
    assert root.get("role") == "img"
    assert root.find(f"{NS}title") is not None
    spoken = root.get("aria-label", "")
    said = " ".join(words_of(drawing))
    for number in expected:
        assert number in said
        assert number.partition(" ")[0] in spoken or number in said
    tips = [t.text for element in root.iter() for t in element.findall(f"{NS}title") if element is not root]
    assert tips, "each mark has its tooltip"
    for element in root.iter():
        assert element.tag not in (f"{NS}style", f"{NS}script", f"{NS}a", f"{NS}foreignObject")
        assert not {"style", "onclick", "href", "id"} & set(element.attrib)
        if element is not root:
            assert not [a for a in element.attrib if a.startswith("aria-") or a == "role"]


@pytest.mark.parametrize("name", DRAWINGS)
def test_colours_are_classes_on_screen_and_colours_on_paper(name: str) -> None:
    draw, _expected = DRAWINGS[name]
    painted = [e for e in ET.fromstring(draw(SCREEN)).iter() if e.get("fill") not in (None, "none", "transparent")]
    assert painted
    for element in painted:
        assert element.get("class"), f"{element.get('fill')} has no class for the dark theme"
    assert 'class="' not in draw(PRINT)


def test_every_class_of_the_palette_has_its_rule(settings) -> None:  # type: ignore[no-untyped-def]
    sheet = (settings.BASE_DIR / "havre" / "static" / "figures.css").read_text()
    for name in palette.PALETTE:
        assert f".{name} " in sheet or f".{name}-stroke " in sheet
    assert len(set(palette.PALETTE.values())) == len(palette.PALETTE), "a colour names one class"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", palette.SERIES)
def test_words_inside_a_bar_can_be_read(name: str) -> None:
    ground, ink = _luminance(palette.colour(name)), _luminance(palette.on(palette.colour(name)))
    assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 4.5


def test_text_stands_as_text_and_never_as_markup() -> None:
    drawing = charts.bars(table("x", "X", {'<script>alert("1")</script> & ]]>': 3}), title='<b title="x">', look=SCREEN)
    root = ET.fromstring(drawing)
    assert "<script" not in drawing
    assert '<script>alert("1")</script> & ]]>' in " ".join(words_of(drawing))
    assert root.find(f"{NS}title").text == '<b title="x">'  # type: ignore[union-attr]


def test_the_map_has_each_department_once_and_reads_without_colour() -> None:
    drawing = charts.department_map(table("department", "D", {"75": 67, "2A": 2}), title="Where", look=SCREEN)
    said = words_of(drawing)
    for code in codelists.department_tiles():
        assert said.count(code) >= 1
    tips = [t.text or "" for t in ET.fromstring(drawing).iter(f"{NS}title")]
    assert "Paris (75): 67" in tips
    assert len(drawing) < 45_000


def test_a_long_table_is_drawn_by_its_largest_categories() -> None:
    counts = {f"c{i}": i for i in range(1, 51)}
    said = words_of(charts.bars(table("country", "C", counts), title="Countries", limit=10, look=SCREEN))
    assert "c50" in said
    assert "c40" not in said
    assert "40 others" in said
    assert str(sum(range(1, 41))) in said


def test_the_drawing_is_mirrored_for_arabic_but_not_the_map() -> None:
    right = charts.bars(SETTINGS, title="S", look=Look(rtl=True))
    assert right != charts.bars(SETTINGS, title="S", look=SCREEN)
    departments = table("department", "D", {"75": 1})
    assert charts.department_map(departments, title="S", look=Look(rtl=True)) == charts.department_map(
        departments, title="S"
    )


def test_a_drawing_is_made_once_for_the_same_data_and_again_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    render = svg.vl_convert.vegalite_to_svg

    def counted(spec: dict[str, object]) -> str:
        made.append(render(spec))
        return made[-1]

    monkeypatch.setattr(svg.vl_convert, "vegalite_to_svg", counted)
    once = table("x", "X", {"only here": 7})
    assert charts.bars(once, title="T") == charts.bars(once, title="T")
    assert len(made) == 1
    charts.bars(table("x", "X", {"only here": 8}), title="T")
    assert len(made) == 2
    with translation.override("fr"):
        charts.bars(table("x", "X", {"only here": 8}, unknown=1), title="T")
    assert len(made) == 3


def test_a_table_gets_the_drawing_that_suits_it() -> None:
    by_code = {figure.code: figure for figure in figures()}
    new, exploitation = by_code["NEW-03"], by_code["EXP-01"]
    assert {"2017", "2018", "2019"} <= set(words_of(chart_of(new, new.tables[0])))
    assert "Paris (75): 67" in chart_of(exploitation, exploitation.tables[0])
    assert chart_of(new, table("x", "X", {})) == ""


def test_the_ages_of_women_and_men_are_one_pyramid() -> None:
    women, men = (
        table("age_women", "Women", {"0-25": 28, "25-40": 70}),
        table("age_men", "Men", {"0-25": 8, "25-40": 16}),
    )
    ages = shown(Result("ACT-02", 2019, 122, 122, 122, breakdowns={"age_women": women, "age_men": men}), "Mean age")
    drawing = chart_of(ages, women)
    assert {"28", "70", "8", "16"} <= set(words_of(drawing))
    assert chart_of(ages, men) == "", "drawn once"
    alone = shown(Result("ACT-02", 2019, 98, 98, 98, breakdowns={"age_women": women}), "Mean age")
    assert chart_of(alone, women) == ""
