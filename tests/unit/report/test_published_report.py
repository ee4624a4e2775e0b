"""A published report says nothing beside the figures of masked lines that the figures do not say already."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spread_mill import ROWS, TABLE, Words, calculate, command, write_mill

import textile_pcf as tp
from textile_pcf.cli import run

LINKED = (
    ROWS
    + """\
Q,drying,steam,1.7,kg/kg,open_steam,
Q,making,electricity,0.3,kWh/kg,open_power,
R,making,electricity,0.3,kWh/kg,open_power,
R,drying,steam,1.5,kg/kg,product:P,
S,making,electricity,0.3,kWh/kg,open_power,
S,drying,steam,1.1,kg/kg,product:R,
"""
)  # P takes masked factors, R takes P, S takes R; Q takes none
OPEN = TABLE.replace("gsd\n", "gsd,redistributable\n").replace("1.2\n", "1.2,false\n").replace("2,\n", "2,,false\n")
OPEN += "open_power,0.61,kgCO2e/kWh,GLO,2023,life_cycle,grid,table 4,1.2,true\n"
OPEN += "open_steam,0.31,kgCO2e/kg,GLO,2023,life_cycle,grid,table 3,1.1,true\n"
CHANGES = [{"change": "scale", "at": {"stage": "making", "flow": "electricity", "product": "P"}, "by": 0.8}]
DOCUMENT = {
    "discount": "8 %",
    "improvements": [{"id": "hoods", "changes": [{"stage": "drying", "flow": "steam", "multiply": 0.5, "products": ["Q"]}],
                      "investment": "1000 CNY", "lifetime": 10, "saving": "0 CNY", "source": "example"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_mill(tmp_path_factory.mktemp("mill") / "now", LINKED, OPEN)
    write_mill(folder.parent / "last", LINKED.replace(",10,", ",12,"), OPEN)
    return folder


def options_of(mill: Path) -> dict[str, object]:
    """Everything that a report can say beside its figures."""
    previous = calculate(mill.parent / "last")
    spread = {"draws": 200, "assume": {"none": 1.1}}
    return {"uncertainty": spread, "previous": previous, "changes": CHANGES}


def section(page: str, product: int) -> str:
    """The part of a page that is about one product."""
    start = page.index(f'<section class="product" id="product-{product}">')
    return page[start : page.index("</section>", start)]


def numbers_of(text: str) -> set[str]:
    """Every number that a reader sees; whiskers and bars are numbers too."""
    body = re.sub(r'(id|href|class)="[^"]*"', "", text)
    return set(re.findall(r"\d[\d,]*\.?\d*", body))


def test_a_masked_product_gets_no_number_that_the_figures_do_not_have(mill: Path, tmp_path: Path) -> None:
    """No sum, spread, rating, effect or saving: whatever is divided, nothing new divides."""
    shown = calculate(mill).published()
    page = Words(shown.to_html(tmp_path / "all.html", **options_of(mill))).page
    bare = Words(shown.to_html(tmp_path / "bare.html", uncertainty=None)).page
    for place in (0, 2, 3):  # P, and R and S that take it
        own, without = section(page, place), section(bare, place)
        assert numbers_of(own) == numbers_of(without)
        assert own.count("factors of the product must not be passed on") == 3  # spread, change, scenarios
    assert "95 % interval" in section(page, 1) and "not published" in section(page, 0)


def test_the_same_report_unpublished_has_all_of_it(mill: Path, tmp_path: Path) -> None:
    """The search for numbers works: without --publish each product has numbers that its figures do not have."""
    result = calculate(mill)
    page = Words(result.to_html(tmp_path / "all.html", **options_of(mill))).page
    bare = Words(result.to_html(tmp_path / "bare.html", uncertainty=None)).page
    assert all(len(numbers_of(section(page, place)) - numbers_of(section(bare, place))) > 5 for place in (0, 1, 2, 3))
    assert "must not be passed on, and with it" not in page


def test_the_list_and_the_cover_hold_no_interval_of_a_masked_product(mill: Path, tmp_path: Path) -> None:
    shown = calculate(mill).published()
    page = Words(shown.to_html(tmp_path / "all.html", **options_of(mill))).page
    table = page[page.index('class="grid products') : page.index("</table>", page.index('class="grid products'))]
    rows = re.findall(r"<tr>.*?</tr>", table[table.index("<tbody>") :], flags=re.DOTALL)
    intervals = [" ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<i .*?</i>", "W", row)).split()) for row in rows]
    assert [("–  –" in row or "– –" in row, "W" in row) for row in intervals] == [
        (True, False), (False, True), (True, False), (True, False)]  # fmt: skip
    one = write_mill(tmp_path / "one", ROWS, TABLE, "false")
    study = {"company": "Mill", "product": "Cloth", "period": "2025", "date": "2026-03-31", "author": "Wang"}
    words = Words(calculate(one).published().to_html(tmp_path / "one.html", study=study))
    assert "95 % interval" not in words and "Data quality rating" not in words


def test_an_open_product_is_not_compared_with_a_masked_last_result(tmp_path: Path) -> None:
    """The last total would be one more equation for the factors of the last result."""
    last = calculate(write_mill(tmp_path / "last", ROWS, TABLE, "false"))
    now = calculate(write_mill(tmp_path / "now", ROWS.replace(",10,", ",12,")))
    saved = last.save(tmp_path / "last.json")
    for previous in (last, saved, last.published()):
        words = Words(now.published().to_html(tmp_path / "report.html", previous=previous))
        assert "This is left out" in words and "before 6.8" not in words
        assert "before 6.8" in Words(now.to_html(tmp_path / "report.html", previous=previous))


def test_measures_of_a_mill_with_masked_lines_are_left_out(mill: Path, tmp_path: Path) -> None:
    output = [{"product": name, "process": "drying", "output": "100 t"} for name in "PQRS"]
    ranked = tp.improvements.rank(mill / "mill.csv", mill / "rule.yaml", DOCUMENT, output, factors=mill / "grid.csv")
    words = Words(calculate(mill).published().to_html(tmp_path / "report.html", measures=ranked))
    assert "Measures of the mill This is left out" in words and "CNY" not in words
    assert "CNY" in Words(calculate(mill).to_html(tmp_path / "report.html", measures=ranked))


def test_a_published_dossier_holds_the_published_report(mill: Path, tmp_path: Path) -> None:
    more = ["--publish", "--uncertainty", "100", "--dossier", f"{tmp_path}/study"]
    assert run(command(mill, "-o", f"{tmp_path}/report.html", *more)) == 0
    assert {path.name for path in (tmp_path / "study").iterdir()} == {
        "report.html",
        "labels.json",
        "clauses.csv",
        "result.lock",
    }
    assert (tmp_path / "study/report.html").read_text() == (tmp_path / "report.html").read_text()
    assert "This is left out" in Words(tmp_path / "report.html")
