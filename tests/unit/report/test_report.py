"""The documents a result becomes: a workbook that computes itself, and a page that needs nothing else."""

import csv
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import textile_pcf as tp
from browser import BROWSERS, dom
from paths import EXAMPLES
from spreadsheet import WITNESSES, Evaluated, evaluated
from textile_pcf.io.resources import examples
from textile_pcf.messages.message import localize
from textile_pcf.report import to_excel, to_html
from textile_pcf.supply import Supply

POPLIN = EXAMPLES / "cotton_poplin" / "activity.csv"
TOTAL = "B9"  # of the first product on the first sheet
EVIL = "=1+1<script>alert(1)</script>"

RULE = """
rule: woven
edition: "1"
title: {en: Woven cloth, zh: 机织布}
sources: {s: {title: A survey}}
product: {unit: piece, properties: {mass: {unit: kg/piece}, cycles: {unit: cycle, value: 3, source: s, locator: p. 1}}}
stages:
  - id: spinning
    scope: component
    losses: [{id: waste, unit: "%", basis: input, value: 10, source: s, locator: p. 2}]
    flows:
      power: {unit: kWh, factor: power, value: 2, source: s, locator: p. 3}
      fibre: {unit: kg, per: input, factor: fibre, optional: true}
  - id: weaving
    title: {en: Weaving, zh: 织造}
    losses: [{id: ends, unit: "%", basis: output, value: 5, source: s, locator: p. 2}]
    flows:
      power: {unit: kWh, factor: power}
      scrap: {unit: kg, per: loss, value: 1, factor: scrap}
      cloth: {unit: kg, optional: true, factor: fibre}
  - id: use
    boundary: outside
    group: use
    flows: {washing: {unit: MJ, per: [output, cycles], factor: power, value: 1, source: s, locator: p. 4}}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
power,0.6,kgCO2e/kWh,GLO,2020,life_cycle,s,p. 1
fibre,3,kgCO2e/kg,GLO,2020,life_cycle,s,p. 1
scrap,-0.5,kgCO2e/kg,GLO,2020,life_cycle,s,p. 1
"""
ROWS = """product,stage,flow,component,amount,unit,item,per
A,product,mass,,0.5,kg/piece,,
A,product,share,cotton,60,%,,
A,product,share,flax,40,%,,
A,spinning,fibre,,1,kg,,
A,spinning,waste,flax,20,%,,
A,weaving,power,,3,kWh,,
A,weaving,power,,7,MJ,fan,product
B,product,mass,,2,kg/piece,,
B,weaving,power,,100,kWh,,period
B,weaving,output,,40,kg,,period
B,weaving,cloth,,0.25,kg,product:A,
"""


def run(
    folder: Path, rows: str = ROWS, factors: str = FACTORS + "fan,0.9,kgCO2e/kWh,GLO,2020,life_cycle,s,p. 1\n"
) -> tp.Footprint:
    paths = {"rule.yaml": RULE, "factors.csv": factors, "rows.csv": rows}
    for name, text in paths.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tp.footprint(folder / "rows.csv", folder / "rule.yaml", str(folder / "factors.csv"))


@pytest.fixture
def woven(tmp_path: Path) -> tp.Footprint:
    return run(tmp_path)


def row_of(book: openpyxl.Workbook, sheet: str, **wanted: str) -> int:
    """Row whose cells hold what is wanted, by heading."""
    page = book[sheet]
    heads = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        if all(page.cell(row, heads[name]).value == text for name, text in wanted.items()):
            return row
    raise AssertionError(wanted)


def head(book: openpyxl.Workbook, sheet: str, name: str) -> int:
    return next(cell.column for cell in book[sheet][1] if cell.value == name)


# -- workbook -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("witness", WITNESSES)
def test_recomputed_workbook_gives_the_totals(witness: str, tmp_path: Path, woven: tp.Footprint) -> None:
    path = to_excel(woven, tmp_path / "result.xlsx")
    cells = WITNESSES[witness](path)
    assert cells("Result", TOTAL) == pytest.approx(woven.totals[0], rel=1e-9)
    assert cells("Result", "B10") == pytest.approx(woven.totals[1], rel=1e-9)  # linked to the first


def test_every_formula_gives_the_value_stored_with_it(tmp_path: Path, woven: tp.Footprint) -> None:
    path = to_excel(woven, tmp_path / "result.xlsx", unit="kg")
    formulas, stored = Evaluated(path), openpyxl.load_workbook(path, data_only=True)
    seen = 0
    for page in formulas.book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    seen += 1
                    assert formulas.value(page.title, cell.coordinate) == pytest.approx(
                        stored[page.title][cell.coordinate].value, rel=1e-9, abs=1e-12
                    ), (page.title, cell.coordinate)
    assert seen > 60


@pytest.mark.parametrize("name", sorted(examples()))
def test_workbooks_of_the_examples_compute_their_totals(name: str, tmp_path: Path) -> None:
    result = tp.footprint(*tp.load_example(name))
    path = to_excel(result, tmp_path / "result.xlsx")
    computed = Evaluated(path)
    for number, total in enumerate(result.totals):
        assert computed.value("Result", f"B{9 + number}") == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("witness", WITNESSES)
def test_changed_loss_moves_the_total_as_the_library_does(witness: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(POPLIN.read_text(encoding="utf-8-sig").splitlines()))
    path = to_excel(tp.footprint(POPLIN, "cotton_fabric"), tmp_path / "result.xlsx")
    book = openpyxl.load_workbook(path)
    ratio = book["Masses"].cell(row_of(book, "Masses", Stage="dyeing"), head(book, "Masses", "kg in per kg out"))
    assert ratio.value == pytest.approx(1 / (1 - 0.084))
    ratio.value = 1 / (1 - 0.2)
    book.save(path)
    for row in rows:
        if row["flow"] == "dyeing_loss":
            row["amount"] = "20"
    changed = tmp_path / "changed.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    wanted = tp.footprint(changed, "cotton_fabric").totals[0]
    assert WITNESSES[witness](path)("Result", TOTAL) == pytest.approx(wanted, rel=1e-9)


def test_changed_factor_and_share_move_the_total(tmp_path: Path, woven: tp.Footprint) -> None:
    path = to_excel(woven, tmp_path / "result.xlsx")
    book = openpyxl.load_workbook(path)
    line = row_of(book, "Lines", Product="A", Stage="weaving", **{"Emission factor": "fan"})
    cell = book["Lines"].cell(line, head(book, "Lines", "Factor: fossil"))
    cell.value = float(cell.value) + 1
    book.save(path)
    fan = 7 / 3.6  # kWh per piece
    assert evaluated(path)("Result", TOTAL) == pytest.approx(woven.totals[0] + fan)
    cloth = 0.25 * 2 / 0.5  # pieces of A in a piece of B: kg per kg, kg of B, kg of A
    assert evaluated(path)("Result", "B10") == pytest.approx(woven.totals[1] + cloth * fan)


def test_products_in_a_circle_are_numbers(tmp_path: Path) -> None:
    result = run(tmp_path, ROWS + "A,weaving,cloth,,0.01,kg,product:B,\n")
    path = to_excel(result, tmp_path / "result.xlsx")
    assert evaluated(path)("Result", TOTAL) == pytest.approx(result.totals[0], rel=1e-9)
    assert evaluated(path)("Result", "B10") == pytest.approx(result.totals[1], rel=1e-9)
    assert "numbers" in str(openpyxl.load_workbook(path)["About"]["A2"].value)


def test_totals_per_another_unit(tmp_path: Path, woven: tp.Footprint) -> None:
    path = to_excel(woven, tmp_path / "result.xlsx", unit="kg")
    assert evaluated(path)("Result", "K9") == pytest.approx(woven.total("kg")["A"])
    with pytest.raises(tp.InputError, match="grammage"):
        to_excel(woven, tmp_path / "result.xlsx", unit="m2")


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    rows = ROWS.replace("A,", f"{EVIL},").replace("product:A", f"product:{EVIL}").splitlines()
    rows = [f"{line},source" if number == 0 else f"{line},@SUM(A1)" for number, line in enumerate(rows)]
    path = to_excel(run(tmp_path, "\n".join(rows)), tmp_path / "result.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["Result"]["A9"].value == EVIL
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                text = str(cell.value)
                assert cell.data_type != "f" or re.match(r"=(SUM|IF|'|0)", text), (page.title, cell.coordinate, text)


def test_workbook_speaks_chinese(tmp_path: Path, woven: tp.Footprint) -> None:
    book = openpyxl.load_workbook(to_excel(woven, tmp_path / "result.xlsx", language="zh"))
    assert "机织布" in book["结果"]["A1"].value
    line = row_of(book, "明细", 工序="weaving", 项目="power")
    assert book["明细"].cell(line, head(book, "明细", "工序名称")).value == "织造"
    assert "生产" in {cell.value for cell in book["明细"]["G"]} | {cell.value for cell in book["明细"]["H"]}
    assert {"规则", "GWP 取值", "输入文件"} <= {cell.value for cell in book["说明"]["A"]}


def test_columns_are_as_wide_as_what_stands_in_them(tmp_path: Path) -> None:
    name = "府绸-0123456789-ABCDEFGH"
    rows = ROWS.replace("\nA,", f"\n{name},").replace("product:A", f"product:{name}")
    book = openpyxl.load_workbook(to_excel(run(tmp_path, rows), tmp_path / "result.xlsx"))
    for sheet in ("Result", "Stages", "Lines", "Masses"):
        assert book[sheet].column_dimensions["A"].width > len(name) + 2


def test_hash_of_the_supply_table_is_told(tmp_path: Path, woven: tp.Footprint) -> None:
    told = replace(woven, run=replace(woven.run, supply=Supply("site.csv", (), "0123abcd")))
    text = Read(to_html(told, tmp_path / "report.html", language="zh").read_text(encoding="utf-8")).text
    assert "site.csv sha256 0123abcd" in text and told.provenance["electricity"] == "location_based"
    about = openpyxl.load_workbook(to_excel(told, tmp_path / "result.xlsx"))["About"]
    assert any("0123abcd" in str(cell.value) for cell in about["B"])


def test_unknown_language_and_too_many_lines(tmp_path: Path, woven: tp.Footprint, monkeypatch: pytest.MonkeyPatch) -> None:
    for write in (to_excel, to_html):
        with pytest.raises(tp.UsageError, match="language"):
            write(woven, tmp_path / "result", language="fr")
    monkeypatch.setattr("textile_pcf.report.workbook.MOST_LINES", 3)
    with pytest.raises(tp.UsageError, match="Parquet"):
        to_excel(woven, tmp_path / "result.xlsx")


def test_missing_extra_says_what_to_install(tmp_path: Path, woven: tp.Footprint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(tp.UsageError, match=r'pip install "textile_pcf\[report\]"'):
        to_html(woven, tmp_path / "result")
    assert to_excel(woven, tmp_path / "result.xlsx").is_file()  # workbooks need nothing beyond the core


# -- page ---------------------------------------------------------------------------------------------------------------


class Read(HTMLParser):
    """Tags with their attributes, and the text a person sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module", params=["en", "zh"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, tp.Footprint, Path]:
    result = tp.footprint(POPLIN, "cotton_fabric")
    path = result.to_html(tmp_path_factory.mktemp("report") / "report.html", language=request.param)
    return request.param, result, path


def test_page_is_whole_and_needs_nothing_else(written: tuple[str, tp.Footprint, Path]) -> None:
    language, _, path = written
    text = path.read_text(encoding="utf-8")
    read = Read(text)
    assert read.open == []  # every element is closed
    assert ("html", {"lang": language}) in read.tags
    names = {name for tag, attrs in read.tags for name in attrs}
    assert not names & {"src", "srcset", "onclick", "onload", "action", "data"}
    ids = {f"#{attrs['id']}" for _, attrs in read.tags if "id" in attrs}
    assert {attrs["href"] for _, attrs in read.tags if "href" in attrs} <= ids  # the contents lead into the page itself
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "object", "base"}
    assert "url(" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text


def test_page_says_what_the_number_rests_on(written: tuple[str, tp.Footprint, Path]) -> None:
    language, result, path = written
    text = Read(path.read_text(encoding="utf-8")).text
    wanted = [
        f"{result.totals[0]:.2f}",
        result.provenance["rule"],
        result.provenance["rule_sha256"],
        result.provenance["library"],
    ]
    wanted += [table["sha256"] for table in result.provenance["factors"]]
    wanted += [info.name(language) for info in result.stages]
    table = result.contributions
    lines, cited = result.lines, {*table["factor_source"], *table["factor_locator"]}
    cited |= {localize(lines.text("source", line), language) for line in range(len(table))}
    wanted += [" ".join(source.split()) for source in cited]
    wanted += {"en": ["Conformity with the standard is not claimed", "cradle to gate", "Hot spots"],
               "zh": ["不声明符合该标准", "从摇篮到大门", "排放热点", "织造", "电力"]}[language]  # fmt: skip
    missing = [each for each in wanted if each not in text]
    assert not missing


def test_page_escapes_what_users_write(tmp_path: Path) -> None:
    rows = ROWS.replace("A,", f"{EVIL},").replace("product:A", f"product:{EVIL}").replace("cotton,", '"<b>cotton & co</b>",')
    rows = "\n".join(f"{line},source" if n == 0 else f"{line},<img src=x>" for n, line in enumerate(rows.splitlines()))
    text = to_html(run(tmp_path, rows), tmp_path / "report.html").read_text(encoding="utf-8")
    read = Read(text)
    assert EVIL in read.text
    assert "<b>cotton & co</b>" in read.text
    assert "<img src=x>" in read.text
    assert not {tag for tag, _ in read.tags} & {"script", "img"}


def test_page_of_many_products_lists_all_and_details_some(tmp_path: Path) -> None:
    names = [f"P{number}" for number in range(25)]
    rows = [ROWS.splitlines()[0]]
    for name in names:
        rows += [f"{name},product,mass,,1,kg/piece,,", f"{name},weaving,power,,1,kWh,,"]
    read = Read(to_html(run(tmp_path, "\n".join(rows)), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert all(name in read.texts for name in names)
    assert "5 more products" in read.text


def test_page_in_another_unit(tmp_path: Path, woven: tp.Footprint) -> None:
    text = Read(to_html(woven, tmp_path / "report.html", unit="kg").read_text(encoding="utf-8")).text
    assert f"{woven.total('kg')['A']:.3f}"[:5] in text
    assert "kg CO₂e per kg" in text


def test_pages_are_the_same_every_time(tmp_path: Path, woven: tp.Footprint) -> None:
    first, second = (to_html(woven, tmp_path / f"{number}.html").read_bytes() for number in range(2))
    assert first == second


@pytest.mark.parametrize("browser", BROWSERS)
def test_browser_shows_the_page_without_asking_for_anything(
    browser: str, written: tuple[str, tp.Footprint, Path], tmp_path: Path
) -> None:
    _, result, path = written
    assert f"{result.totals[0]:.2f}" in Read(dom(browser, path, tmp_path)).text
    assert np.isfinite(result.totals[0])


def test_a_flow_has_no_larger_share_than_its_stage(tmp_path: Path) -> None:
    """Electricity of weaving is 3.673 of the 13.315 kg that the stages emit, 27.6 %; weaving as a whole is 28.4 %."""
    page = to_html(tp.footprint(*tp.load_example("cotton_poplin")), tmp_path / "poplin.html").read_text(encoding="utf-8")
    cells = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr.*?</tr>", page)]
    shares = {
        name: next(row for row in cells if name in row) for name in ("||Weaving||production|", "||1||Weaving||Electricity|")
    }
    assert "|3.78||28.4 %|" in shares["||Weaving||production|"] and "|3.67||27.6 %|" in shares["||1||Weaving||Electricity|"]


def test_amounts_without_a_data_type_are_called_not_stated(tmp_path: Path) -> None:
    rows = "product,stage,flow,amount,unit\nP,spinning,power,2,kWh/kg\n"
    rule = (
        'rule: yarn\nedition: "1"\nproduct: {unit: kg}\nstages: [{id: spinning, flows: {power: {unit: kWh, factor: power}}}]\n'
    )
    for name, text in (("rule.yaml", rule), ("rows.csv", rows), ("factors.csv", FACTORS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = tp.footprint(tmp_path / "rows.csv", tmp_path / "rule.yaml", tmp_path / "factors.csv")
    for language, said in (("en", "not stated"), ("zh", "未说明")):
        page = to_html(result, tmp_path / "report.html", language=language).read_text(encoding="utf-8")
        assert re.search(rf">{said}</td>.*?>100.0 %</td>", page)


def test_data_types_have_the_same_parts_in_both_tables(tmp_path: Path) -> None:
    """The fibre of the shell follows from the masses: 74.4 % are estimated by the sources, as by the quality beside it."""
    file = EXAMPLES / "polyester_jacket" / "activity.csv"
    result = tp.footprint(file, "apparel@2026.2", ["default", "carbonfact"])
    page = to_html(result, tmp_path / "jacket.html").read_text(encoding="utf-8")
    assert "follows from the masses 23.3 %, estimated 74.4 %, literature 2.4 %" in page
    sources = page.split("<h4>Data sources</h4>", 2)[1].split("</table>", 1)[0]
    parts = re.findall(r'data-label="Data type">([^<]+)<.*?data-label="Share">([\d.]+) %', sources)
    assert sum(float(part) for kind, part in parts if kind == "estimated") == pytest.approx(74.4, abs=0.15)
    assert ("follows from the masses", "23.3") in parts
