"""What of a footprint rests on numbers of the rule and on shipped factors: parts of the gross emissions, between 0 and 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.messages.catalogue import fixed_text

RULE = """rule: mill
edition: "1"
product: {unit: kg}
sources: {m: {title: Made up}}
stages:
  - id: spinning
    losses: [{id: waste, unit: "%", basis: output, value: 25, source: m, locator: a}]
    flows:
      fibre: {unit: kg, per: input, value: 1, factor: fibre}
      electricity: {unit: kWh, factor: power, value: 2, source: m, locator: b}
  - id: dyeing
    properties: {steam_use: {unit: kg/kg, value: 3, source: m, locator: c}}
    flows:
      steam: {unit: kg, value: steam_use, factor: steam}
      credit: {unit: kWh, sign: any, factor: power, optional: true}
      uptake: {unit: kg, per: output, value: 1, factor: growth, optional: true}
  - id: use
    group: use
    boundary: outside
    flows: {washing: {unit: kWh, value: 50, source: m, locator: d, factor: power}}
"""
HEAD = "item,value,unit,kind,region,year,source,locator,co2_fossil,co2_biogenic,co2_uptake\n"
FACTORS = (
    HEAD
    + """fibre,2,kgCO2e/kg,life_cycle,GLO,2023,m,1,,,
pcf:FIBRE-7,4,kgCO2e/kg,cradle_to_gate,GLO,2023,m,2,,,
power,0.5,kgCO2e/kWh,life_cycle,GLO,2023,m,3,,,
steam,0.5,kgCO2e/kg,life_cycle,GLO,2023,m,4,,,
growth,0,kgCO2e/kg,life_cycle,GLO,2023,m,5,0,0,3
"""
)
CN = {"stage": "product", "flow": "", "region": "CN"}


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A rule, and a table of the mill's own."""
    monkeypatch.chdir(tmp_path)
    Path("mill.yaml").write_text(RULE, encoding="utf-8")
    Path("own.csv").write_text(FACTORS, encoding="utf-8")
    return "mill.yaml", "own.csv"


def row(place: str, amount: float | None = None, unit: str = "", **more: Any) -> dict[str, Any]:
    """A row of activity data: `stage.flow`."""
    stage, _, flow = place.partition(".")
    return {"stage": stage, "flow": flow, "amount": amount, "unit": unit, **more}


def shares(mill: tuple[str, str], *rows: dict[str, Any], **options: Any) -> tuple[float, float]:
    """Both parts of the product made of rows."""
    told = tp.footprint({"product": "P", "rows": [CN, *rows]}, *mill, **options).to_dict()["products"][0]
    return told["default_share"], told["default_factor_share"]


def test_all_of_it_by_the_rule(mill):
    # fibre 1.25 kg x 2 = 2.5 is the driver itself; electricity 2 x 0.5 = 1 and steam 3 x 0.5 = 1.5 are numbers of the rule
    assert shares(mill) == (pytest.approx(2.5 / 5), 0)


def test_typing_what_the_rule_says_anyway_changes_nothing_for_the_driver(mill):
    assert shares(mill, row("spinning.fibre", 1, "kg")) == pytest.approx(shares(mill))
    assert shares(mill, row("spinning.fibre", item="pcf:FIBRE-7")) == pytest.approx(
        shares(mill, row("spinning.fibre", 1, "kg", item="pcf:FIBRE-7"))
    )


def test_a_measured_amount_is_none_of_the_rule(mill):
    assert shares(mill, row("spinning.electricity", 2, "kWh"))[0] == pytest.approx(1.5 / 5)


def test_nothing_is_added_up_where_nothing_can_rest_on_the_rule(mill):
    rows = [
        row("spinning.fibre", 1, "kg"), row("spinning.electricity", 2, "kWh"), row("dyeing.steam", 3, "kg"),
        row("use.washing", 50, "kWh"),
    ]  # fmt: skip
    result = tp.footprint({"product": "P", "rows": [CN, *rows]}, *mill)
    assert (result.default_share.tolist(), result.default_factor_share.tolist()) == ([0.0], [0.0])
    assert "gross" not in vars(result)
    assert result.gross.total[0] == pytest.approx(5.0) and result.gross.part(result.gross.ruled)[0] == 0


def test_a_property_that_the_mill_gave_is_none_of_the_rule(mill):
    assert shares(mill, row("dyeing.steam_use", 3, "kg/kg"))[0] == pytest.approx(1 / 5)


def test_uptake_apart(mill):
    grown = row("dyeing.uptake")
    result = tp.footprint({"product": "P", "rows": [CN, grown]}, *mill)
    assert result.totals[0] == pytest.approx(2.0)  # 5 less 3 taken up
    assert shares(mill, grown) == pytest.approx(shares(mill))
    assert shares(mill, grown, biogenic="zero_zero") == pytest.approx(shares(mill))


def test_a_credit_counts_as_much_as_it_saves(mill):
    share, _ = shares(mill, row("dyeing.credit", -30, "kWh"))
    assert share == pytest.approx(2.5 / (5 + 15)) and 0 <= share <= 1


def test_what_is_outside_the_boundary_does_not_count(mill):
    assert shares(mill)[0] == pytest.approx(shares(mill, row("use.washing", 1, "kWh"))[0])


def test_a_source_that_is_called_like_the_rule_is_still_the_mills(mill):
    assert shares(mill, row("spinning.electricity", 2, "kWh", source="mill@1 of our own"))[0] == pytest.approx(1.5 / 5)


def test_nothing_emitted_rests_on_nothing(mill):
    rows = [row("spinning.fibre", 0, "kg"), row("spinning.electricity", 0, "kWh"), row("dyeing.steam", 0, "kg")]
    assert shares(mill, *rows) == (0, 0)


def test_factors_of_shipped_tables_and_of_suppliers(mill, tmp_path):
    rules = Path("mill.yaml").read_text(encoding="utf-8").replace("factor: power", "factor: electricity")
    Path("grid.yaml").write_text(rules, encoding="utf-8")
    result = tp.footprint(
        {"product": "P", "rows": [CN, row("spinning.fibre", item="pcf:FIBRE-7")]}, "grid.yaml", ["own.csv", "default"]
    )
    by_flow = {
        flow: kg
        for flow, kg, memo in zip(*(result.contributions[name] for name in ("flow", "kgCO2e", "memo")), strict=True)
        if not memo
    }
    assert result.default_factor_share[0] == pytest.approx(by_flow["electricity"] / sum(by_flow.values()))
    assert result.default_factor_share[0] > 0


def test_a_suppliers_footprint_in_any_table_and_a_link_are_no_shipped_factors(mill):
    rows = [{"product": "A", **one} for one in (CN, row("spinning.electricity", 0, "kWh"), row("dyeing.steam", 0, "kg"))]
    rows += [{"product": "B", **one} for one in (CN, row("spinning.fibre", 1, "kg", item="product:A"))]
    listed = [
        {"product": name, "rows": [{k: v for k, v in one.items() if k != "product"} for one in rows if one["product"] == name]}
        for name in "AB"
    ]
    Path("chain.json").write_text(json.dumps(listed), encoding="utf-8")
    result = tp.footprint("chain.json", *mill)
    assert np.all(result.default_factor_share == 0)
    # B: fibre 1.25 x (1.25 x 2) by a link; 1 and 1.5 by the rule
    assert result.default_share[1] == pytest.approx(2.5 / (2.5 + 1.25 * 2.5))


@pytest.mark.parametrize(
    "name", ["cotton_poplin", "t_shirt", "silk_habotai", "polyester_jacket", "wool_suit", "polyester_cotton_blend"]
)
def test_examples_lie_between_nothing_and_all(name):
    result = tp.footprint(*tp.load_example(name))
    for share in (result.default_share, result.default_factor_share):
        assert np.all((share >= 0) & (share <= 1 + 1e-12))
    gross = np.abs(result.split_totals[:, [0, 1, 3]].sum(axis=1))
    assert np.all(result.gross.total >= gross - 1e-9)


def test_every_view_says_the_same(mill, tmp_path, capsys):
    from textile_pcf.cli.table import as_table

    rows = [CN, row("dyeing.uptake"), row("spinning.electricity", 2, "kWh")]
    result = tp.footprint({"product": "P", "rows": rows}, *mill)
    text = as_table(result, None, "en")
    assert "of it from values of the rule" in text and "30.0 %" in text and "Gross emissions, uptake apart" in text
    assert fixed_text("default_factors", "zh") in as_table(result, "t", "zh") and "30.0 %" in as_table(result, "t", "zh")
    html = result.to_html(tmp_path / "p.html").read_text(encoding="utf-8")
    line = html[html.index("of it from values of the rule") :].partition("</tr>")[0]
    assert ">1.500<" in line and ">30.0 %<" in line
    assert "30%" in result._repr_html_()
    assert "Gross emissions, uptake apart" not in as_table(tp.footprint({"product": "P", "rows": [CN]}, *mill), None, "en")


def test_the_workbook_and_a_catalogue_say_it(mill, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pandas = pytest.importorskip("pandas")
    rows = [CN, row("spinning.electricity", 2, "kWh")]
    result = tp.footprint({"product": "P", "rows": rows}, *mill)
    for unit in (None, "t"):
        page = openpyxl.load_workbook(result.to_excel(tmp_path / "p.xlsx", unit)).worksheets[0]
        assert any(
            cell.value == pytest.approx(0.3) for line in page.iter_rows() for cell in line if isinstance(cell.value, float)
        )
    table = pandas.DataFrame([{"product": name, **one} for name in "PQ" for one in rows[: 2 if name == "P" else 1]])
    done = tp.calculate_batch(table, *mill, out=tmp_path / "out", scenarios={"zero": {"biogenic": "zero_zero"}}).read()
    for after in ("", "@zero"):
        assert done[f"default_share{after}"].to_pylist() == pytest.approx([0.3, 0.5])
        assert done[f"default_factor_share{after}"].to_pylist() == [0, 0]
