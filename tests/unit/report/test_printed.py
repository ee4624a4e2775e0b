"""The report as it is read: on paper nothing is cut and no heading stands alone, on a phone no column is lost."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from printing import can_print

import textile_pcf as tp
from textile_pcf.report import to_html, to_pdf
from textile_pcf.report.boundary_picture import BOX, LABELS, WIDTH, place_groups
from textile_pcf.report.numbers import format_full

LONG = "a_name_without_any_space_that_is_longer_than_every_column_of_this_report_and_than_most_lines_of_it_too"
RULE = """
rule: cloth
edition: "1"
title: {en: Cloth, zh: 布}
sources: {s: {title: A survey of mills}}
cutoff: {total: 3 %}
clauses:
  cutoff:
    - {id: total, text: {en: At most 3 % may be left out., zh: 最多舍弃 3 %。}, status: interpreted, source: s, locator: p. 9}
  allocation: [{id: waste, text: {en: Waste leaves without burden., zh: 废料不带负担。}, status: ours}]
product: {unit: piece, properties: {mass: {unit: kg/piece}}}
stages:
  - id: weaving
    title: {en: Weaving, zh: 织造}
    losses: [{id: ends, unit: "%", basis: output, value: 7, source: s, locator: p. 2}]
    flows:
      power: {unit: kWh, factor: power, value: 3, source: s, locator: p. 3}
      yarn: {unit: kg, per: input, factor: yarn, optional: true}
  - {id: coating, title: {en: Coating, zh: 涂层}, optional: true, flows: {power: {unit: kWh, factor: power}}}
  - id: use
    title: {en: Washing at home, zh: 家庭洗涤}
    boundary: outside
    group: use
    flows: {washing: {unit: kWh, factor: power, value: 1, source: s, locator: p. 4}}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator,proxy_for
power,0.6,kgCO2e/kWh,GLO,2020,life_cycle,meter,p. 1,
cotton_yarn,3,kgCO2e/kg,GLO,2020,life_cycle,book,p. 1,flax_yarn
"""
STUDY = {"company": "Mill", "product": "Cloth of two kinds", "period": "2025", "date": "2026-03-31", "author": "Wang"}


class Read(HTMLParser):
    """Visible texts of a page, cells with their attributes, and headings of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.cells: list[dict[str, str | None]] = []
        self.hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag == "style"
        if tag == "td":
            self.cells.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def cloth(tmp_path_factory: pytest.TempPathFactory) -> tp.Footprint:
    folder = tmp_path_factory.mktemp("cloth")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    rows = ["product,stage,flow,amount,unit,item,source"]
    for product in ("A", LONG):
        rows += [
            f"{product},product,mass,0.3,kg/piece,,",
            f"{product},weaving,yarn,1,kg,flax_yarn,{LONG}",
            f"{product},use,,,,,",
        ]
    (folder / "mill.csv").write_text("\n".join(rows), encoding="utf-8")
    return tp.footprint(folder / "mill.csv", folder / "rule.yaml", str(folder / "factors.csv"))


@pytest.fixture(scope="module")
def page(cloth: tp.Footprint, tmp_path_factory: pytest.TempPathFactory) -> str:
    return to_html(cloth, tmp_path_factory.mktemp("page") / "cloth.html", study=STUDY).read_text(encoding="utf-8")


def test_report_states_unit_scope_method_sources_and_limits(page: str, cloth: tp.Footprint) -> None:
    text = Read(page).text
    wanted = [
        "The declared unit is 1 piece of A. 1 piece has a mass of 0.3 kg.",
        "At most 3 % may be left out. (interpreted: A survey of mills, p. 9)", "Waste leaves without burden. (our choice)",
        "not part of what is reported: Coating.", "Washing at home", "Only climate change is assessed.",
        "Factors that stand in for others: flax_yarn→cotton_yarn (proxy)", cloth.provenance["rule_sha256"],
        "Total excluding biogenic CO₂ removals (0/0)", "Total including biogenic CO₂ removals (−1/+1)",
    ]  # fmt: skip
    assert not [words for words in wanted if words not in text]
    assert "CO2e" not in text
    assert "mill.csv" in text and "/mill.csv" not in text  # the name of the file, not its folder


def test_figures_are_rounded_and_lines_hold_all_digits(page: str, cloth: tp.Footprint) -> None:
    text = Read(page).text
    assert all(format_full(float(value)) in text for value in cloth.lines.emissions)
    assert f"{cloth.totals[0]:.3f}" in text


def test_a_proxy_is_marked_where_its_factor_stands(page: str) -> None:
    assert "cotton_yarn (proxy)" in Read(page).text
    assert page.count('<tr class="proxy">') >= 3  # hot spots, factors, lines


def test_every_cell_has_its_heading_for_narrow_screens(page: str) -> None:
    cells = [cell for cell in Read(page).cells if "class" in cell]
    assert cells and all("data-label" in cell or str(cell["class"]).startswith("b") for cell in cells)


@pytest.mark.parametrize("names", [["Weaving"] * 12, [LONG] * 3, ["织造与染色" * 30, "x"]])
def test_boxes_of_the_boundary_picture_do_not_overlap(names: list[str]) -> None:
    groups = place_groups([("Production", names), ("Use", names)], 30.0)
    boxes = [box for group in groups for box in group.boxes]
    assert len(boxes) == 2 * len(names)
    assert all(box.x > LABELS and box.x + box.width < WIDTH for box in boxes)
    for one, other in combinations(boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or one.y + BOX <= other.y or other.y + BOX <= one.y


# -- paper --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(page: str) -> Any:
    if not can_print():
        pytest.skip("no WeasyPrint, or no Pango")
    from weasyprint import HTML

    return HTML(string=page).render()


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(getattr(child, "_box", child))


def lines_of(sheet: Any) -> list[Any]:
    """Lines of text between the margins of a page."""
    body = next(child for child in sheet._page_box.children if child.element_tag == "html")
    return [box for box in boxes(body) if type(box).__name__ == "TextBox" and box.text.strip()]


def test_nothing_is_cut_on_paper(printed: Any) -> None:
    sizes = {(round(sheet.width), round(sheet.height)) for sheet in printed.pages}
    assert sizes == {(794, 1123), (1123, 794)}  # A4, and A4 landscape for the lines; 1/96 inch
    for sheet in printed.pages:
        margin = sheet._page_box.margin_left
        for box in lines_of(sheet):
            assert box.position_x >= margin - 1 and box.position_x + box.width <= sheet.width - margin + 1, box.text


def test_no_heading_stands_at_the_end_of_a_page(printed: Any) -> None:
    for sheet in printed.pages[:-1]:
        last = max(lines_of(sheet), key=lambda box: box.position_y)
        assert last.element_tag not in ("h1", "h2", "h3", "h4", "summary"), last.text


def test_folded_parts_are_open_and_the_contents_name_pages(printed: Any) -> None:
    text = " ".join(box.text for sheet in printed.pages for box in lines_of(sheet))
    assert "to be checked with a pocket calculator" in text
    assert format_full(0.6) in text
    anchors = {name: number for number, sheet in enumerate(printed.pages, 1) for name in sheet.anchors}
    contents = " ".join(box.text for box in lines_of(printed.pages[1]))
    assert re.search(rf"Limits.*{anchors['limits']}\b", contents)


@pytest.mark.skipif(not can_print(), reason="no WeasyPrint, or no Pango")
@pytest.mark.parametrize("library", [True, False], ids=["harfbuzz-subset", "fontTools"])
def test_pdf_is_the_same_every_time(
    cloth: tp.Footprint, tmp_path: Path, library: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where fontTools cuts the fonts, which writes the hour into them."""
    if not library:
        monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    first, second = (to_pdf(cloth, tmp_path / f"{name}.pdf", study=STUDY).read_bytes() for name in ("one", "other"))
    assert first == second
    assert first.startswith(b"%PDF") and b"Date" not in first
    assert "SOURCE_DATE_EPOCH" not in os.environ


@pytest.mark.parametrize(("fault", "words"), [(ImportError(), r"textile_pcf\[pdf\]"), (OSError(), "libpango-1.0-0")])
def test_missing_library_is_named_before_anything_is_written(
    cloth: tp.Footprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str
) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise fault

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(tp.UsageError, match=words):
        to_pdf(cloth, tmp_path / "cloth.pdf")
    assert not (tmp_path / "cloth.pdf").exists()
