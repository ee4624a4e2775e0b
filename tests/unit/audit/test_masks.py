"""Published results: what is masked, what sums give away, and an attacker who combines every figure of a strict document."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.cli import run

STAGES = ("spinning", "weaving", "dyeing", "finishing")
RULE = "\n".join([
    "rule: cloth", 'edition: "1"', "biogenic: minus_one_plus_one", "product: {unit: kg}", "stages:",
    *(f"- id: {stage}\n  group: production\n  optional: true\n  flows:\n    power: {{kind: any, unit: kWh, optional: true}}\n"
      f"    heat: {{kind: any, unit: kWh, optional: true}}" for stage in STAGES), "",
])  # fmt: skip
HEAD = "item,value,unit,region,year,kind,source,locator,gwp,redistributable,co2_fossil,co2_biogenic,co2_uptake\n"


def factor(item: str, value: float, free: str, biogenic: str = "", uptake: str = "") -> str:
    """A row of the table, with its gases where it has biogenic ones."""
    fossil = repr(value) if biogenic else ""  # what is printed leaves biogenic CO2 out
    return f"{item},{value!r},kgCO2e/kWh,CN,2023,any,lab,row,AR6,{free},{fossil},{biogenic},{uptake}\n"


def activity(rows: list[tuple[str, str, str, float, str]]) -> dict[str, Any]:
    """Rows of product, stage, flow, amount and item, as activity data."""
    return {"rows": [{"product": product, "stage": stage, "flow": flow, "amount": f"{amount!r} kWh/kg", "item": item,
                      "region": "CN", "year": "2023"} for product, stage, flow, amount, item in rows]}  # fmt: skip


def calculate(folder: Path, table: str, rows: list[tuple[str, str, str, float, str]]) -> tp.Footprint:
    (folder / "rule.yaml").write_text(RULE)
    (folder / "own.csv").write_text(HEAD + table)
    head = "product,stage,flow,amount,unit,item,region,year\n"
    lines = [f"{product},{stage},{flow},{amount!r},kWh/kg,{item},CN,2023" for product, stage, flow, amount, item in rows]
    (folder / "mill.csv").write_text(head + "\n".join(lines) + "\n")
    return tp.footprint(folder / "mill.csv", folder / "rule.yaml", folder / "own.csv")


TABLE = factor("grid", 0.61, "true") + factor("steam", 0.29, "false") + factor("coal", 0.41, "false")
ONE = [("P", "spinning", "power", 3.0, "grid"), ("P", "dyeing", "heat", 5.0, "steam"), ("P", "dyeing", "power", 1.0, "grid")]


def test_masked_lines_lose_their_numbers_and_keep_their_source(tmp_path: Path) -> None:
    result = calculate(tmp_path, TABLE, ONE)
    with_all, shown = result.contributions, result.published().contributions
    assert shown["masked"].tolist() == [False, True, False] or sorted(shown["masked"]) == [False, False, True]
    masked = shown[shown["masked"]].iloc[0]
    assert (masked["item"], masked["region"], masked["year"], masked["factor_source"]) == ("steam", "CN", "2023", "lab")
    for name in ("amount", "factor", "kgCO2e", "fossil", "biogenic", "uptake", "land_use_change", "aircraft"):
        assert np.isnan(masked[name]), name
    open_lines = ~shown["masked"]
    assert shown.loc[open_lines, "kgCO2e"].tolist() == with_all.loc[open_lines, "kgCO2e"].tolist()
    assert result.published().totals[0] == result.totals[0] == pytest.approx(3 * 0.61 + 5 * 0.29 + 0.61)


def test_the_hash_can_be_checked_by_whoever_holds_the_table(tmp_path: Path) -> None:
    shown = calculate(tmp_path, TABLE, ONE).published().contributions
    key = hashlib.sha256(b"textile_pcf mask 1\n" + (tmp_path / "own.csv").read_bytes()).digest()
    expected = hmac.new(key, b"steam|any|CN|2023|kgCO2e/kWh|0.29", "sha256").hexdigest()[:32]
    assert shown["factor_hash"].tolist() == [expected if masked else "" for masked in shown["masked"]]


def test_a_stage_with_one_masked_row_is_named_with_a_warning(tmp_path: Path) -> None:
    shown = calculate(tmp_path, TABLE, ONE).published()
    assert shown.to_dict()["products"][0]["masked"] == {"lines": 1, "exposed_stages": ["dyeing"]}
    (exposed,) = [text for text in shown.warnings("P") if getattr(text, "code", "") == "mask-exposed"]
    assert "dyeing" in exposed and "must not be passed on" in exposed


def test_two_masked_rows_in_one_stage_hide_each_other_in_one_product(tmp_path: Path) -> None:
    both = [
        ("P", "dyeing", "heat", 5.0, "steam"),
        ("P", "dyeing", "power", 2.0, "coal"),
        ("P", "spinning", "power", 1.0, "grid"),
    ]
    assert calculate(tmp_path, TABLE, both).published().to_dict()["products"][0]["masked"]["exposed_stages"] == []


def test_two_masked_rows_in_two_products_give_each_other_away(tmp_path: Path) -> None:
    both = [(name, "dyeing", flow, amount, item) for name, amounts in (("P", (5.0, 2.0)), ("Q", (1.0, 7.0)))
            for flow, amount, item in zip(("heat", "power"), amounts, ("steam", "coal"), strict=True)]  # fmt: skip
    products = calculate(tmp_path, TABLE, both).published().to_dict()["products"]
    assert [product["masked"]["exposed_stages"] for product in products] == [["dyeing"], ["dyeing"]]


def test_tables_forbid_by_their_description_and_by_any_word_that_does_not_allow(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("redistributable: false\n")
    table = factor("grid", 0.61, "yes") + factor("steam", 0.29, "") + factor("coal", 0.41, "nein")
    rows = [*ONE, ("P", "finishing", "heat", 1.0, "coal")]
    shown = calculate(tmp_path, table, rows).published().contributions
    assert dict(zip(shown["item"], shown["masked"], strict=True)) == {"grid": False, "steam": True, "coal": True}


def test_strict_merges_the_exposed_stage_with_the_largest_other_one(tmp_path: Path) -> None:
    rows = [*ONE, ("P", "weaving", "power", 2.0, "grid"), ("P", "finishing", "power", 0.5, "grid")]
    result = calculate(tmp_path, TABLE, rows)
    product = result.published(strict=True).to_dict()["products"][0]
    assert set(product["stages"]) == {"weaving", "finishing", "masked"}
    assert product["stages"]["masked"] == pytest.approx(3 * 0.61 + 5 * 0.29 + 0.61)  # spinning and dyeing
    assert sum(product["stages"].values()) == pytest.approx(product["total"]) and product["total"] == result.totals[0]
    assert not {"groups", "by_component", "split", "headline"} & set(product)


def test_strict_leaves_out_warnings_that_state_a_part_of_the_result(tmp_path: Path) -> None:
    table = TABLE + factor("wood", 0.05, "true").replace("AR6", "AR5")
    rows = [*ONE, ("P", "weaving", "power", 2.0, "grid"), ("P", "finishing", "power", 0.5, "wood")]
    with pytest.warns(tp.PcfWarning, match="% of the gross emissions"):
        result = calculate(tmp_path, table, rows)
    assert any("% of the gross emissions" in text for text in result.published().warnings("P"))
    assert not any("%" in text for text in result.published(strict=True).warnings("P"))


def test_strict_refuses_a_product_whose_total_gives_the_number_away(tmp_path: Path) -> None:
    result = calculate(tmp_path, TABLE, [("P", "dyeing", "heat", 5.0, "steam")])
    with pytest.raises(tp.UsageError, match="The total of P alone") as raised:
        result.published(strict=True)
    assert raised.value.problems[0].code == "licence"


def test_a_result_without_masked_rows_is_published_as_it_is(tmp_path: Path) -> None:
    result = calculate(tmp_path, TABLE, [("P", "spinning", "power", 3.0, "grid")])
    for strict in (False, True):
        product = result.published(strict).to_dict()["products"][0]
        assert product.pop("masked") == {"lines": 0, "exposed_stages": []}
        assert product == result.to_dict()["products"][0]


def test_what_needs_all_numbers_is_refused(tmp_path: Path) -> None:
    shown = calculate(tmp_path, TABLE, ONE).published()
    with pytest.raises(tp.UsageError, match="masked"):
        shown.to_excel(tmp_path / "a.xlsx")
    with pytest.raises(tp.UsageError, match="masked"):
        shown.plot.hotspots()


def test_reports_and_explanations_hold_no_masked_number(tmp_path: Path) -> None:
    result = calculate(tmp_path, TABLE, ONE)
    shown = result.published()
    text = shown.explain("P") + shown.to_html(tmp_path / "a.html").read_text() + shown._repr_html_()
    assert "masked" in text and "0.29" not in text and "1.45" in text  # the sum of the stage less 0.61 is reported as exposed
    assert "own that must not be passed on" in result.to_html(tmp_path / "b.html").read_text()
    assert "This holds values" not in text
    with pytest.raises(tp.UsageError, match="merged"):
        result.published(strict=True).to_html(tmp_path / "c.html")


@pytest.mark.parametrize("biogenic", ["minus_one_plus_one", "zero_zero"])
def test_a_balance_of_biogenic_carbon_is_masked_with_what_it_takes_from(biogenic: str, tmp_path: Path) -> None:
    """The uptake of the balance is less by what a masked fibre carries, and its terms name the fibre's amount and uptake."""
    activity, rule, _ = tp.load_example("cotton_poplin")
    row = "cotton_lint,2.5,kgCO2e/kg,CN,2023,life_cycle,lab,row,AR6,false,2.5,0.01,1.2345\n"
    (tmp_path / "own.csv").write_text(HEAD + row)
    with pytest.warns(tp.PcfWarning):
        result = tp.footprint(activity, rule, [tmp_path / "own.csv", "default"], biogenic=biogenic)
    shown = result.published()
    lines = shown.contributions
    assert lines["masked"].sum() == 2  # the fibre and the balance
    assert "1.2245" in result.explain("COTTON-POPLIN")  # 1.2345 − 0.01: what the fibre carries
    text = shown.explain("COTTON-POPLIN")
    assert "1.2245" not in text and "1.2345" not in text


# -- the attacker -------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, list[tuple[str, str, str, float, str]]]:
    """A table in which some rows must not be passed on, and activity data of up to three products."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(2, 4))
    table = factor("grid", round(random.uniform(0.1, 2), 5), "true")
    for number in range(count):
        gases = draw(st.booleans())
        both = [repr(round(random.uniform(0.01, 0.1), 5)) for _ in range(2)] if gases else ["", ""]
        table += factor(f"f{number}", round(random.uniform(0.2, 2), 5), draw(st.sampled_from(["true", "false"])), *both)
    rows = []
    for product in ("P", "Q", "R")[: draw(st.integers(1, 3))]:
        places = draw(st.lists(st.sampled_from(list(itertools.product(STAGES, ("power", "heat")))), min_size=1, max_size=6,
                               unique=True))  # fmt: skip
        for stage, flow in places:
            item = draw(st.sampled_from(["grid", *(f"f{number}" for number in range(count))]))
            rows.append((product, stage, flow, round(random.uniform(0.1, 9), 4), item))
    return table, rows


def is_solved(equations: list[dict[str, Fraction]], unknown: str) -> bool:
    """Whether linear equations determine an unknown, by elimination in exact fractions."""
    rows = [dict(equation) for equation in equations if equation]
    for name in sorted({name for row in rows for name in row} - {unknown}):
        pivot = next((row for row in rows if row.get(name)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        for row in rows:
            if row.get(name):
                times = row[name] / pivot[name]
                for key, value in pivot.items():
                    row[key] = row.get(key, Fraction(0)) - times * value
    return any(value for row in rows for key, value in row.items() if key == unknown)


def attack(result: tp.Footprint, document: dict[str, Any], shown: Any) -> Iterator[str]:
    """Yield the masked items that a reader finds who knows the amounts of all masked lines, and combines all sums."""
    lines = result.contributions
    equations: list[dict[str, Fraction]] = []
    for entry in document["products"]:
        of_product = (lines["product"] == entry["product"]).to_numpy()
        merged = [stage for stage in STAGES if stage not in entry["stages"]]
        for stages in ([stage] for stage in entry["stages"] if stage != "masked"):
            equations.append({})
            _add(equations[-1], lines, shown, of_product & lines["stage"].isin(stages).to_numpy())
        equations.append({})
        _add(equations[-1], lines, shown, of_product & lines["stage"].isin(merged).to_numpy())
    for item in sorted(set(lines["item"][shown["masked"].to_numpy()])):
        if is_solved(equations, item):
            yield item


def _add(equation: dict[str, Fraction], lines: Any, shown: Any, chosen: Any) -> None:
    for place in np.flatnonzero(chosen).tolist():
        if shown["masked"].iloc[place]:
            item = lines["item"].iloc[place]
            equation[item] = equation.get(item, Fraction(0)) + Fraction(lines["amount"].iloc[place])
        elif np.isnan(shown["kgCO2e"].iloc[place]):
            equation[f"line {place}"] = Fraction(1)  # hidden, and its amount is the mill's secret


def numbers_of(data: Any) -> Iterator[float]:
    """Every number of a document."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from numbers_of(each)
    elif isinstance(data, float) and data:
        yield data


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_no_strict_document_gives_a_masked_number_away(tmp_path_factory: Any, world: Any) -> None:
    table, rows = world
    result = calculate(tmp_path_factory.mktemp("world"), table, rows)
    try:
        published = result.published(strict=True)
    except tp.UsageError as error:
        assert error.problems[0].code == "licence"
        return
    document, shown = json.loads(json.dumps(published.to_dict())), published.contributions
    assert list(attack(result, document, shown)) == []
    lines = result.contributions
    secret = lines[shown["masked"].to_numpy()]
    secrets = np.array([*secret["factor"], *secret["kgCO2e"]])
    visible = shown["kgCO2e"].dropna().tolist() + shown["amount"].dropna().tolist() + shown["factor"].dropna().tolist()
    values = np.unique([*numbers_of(document["products"]), *visible])
    values = values[values != 0]
    for pairs in (values[:, None] - values, values[:, None] + values, values[:, None] / values, values[:, None] * values):
        found = np.isclose(pairs.reshape(-1, 1), secrets, rtol=1e-9, atol=0) if len(secrets) else np.zeros(0, dtype=bool)
        assert not found.any()
    sheet = published.run.factors.tables[0]
    text = json.dumps(document) + published.explain(result.products[0])
    for item, value in zip(sheet.texts["item"], sheet.numbers["value"].tolist(), strict=True):
        if item in set(secret["item"]):
            assert repr(value) not in text


def test_the_attacker_finds_what_is_not_merged(tmp_path: Path) -> None:
    """The attack itself works: on a document that is not strict it finds the factor of the exposed stage."""
    result = calculate(tmp_path, TABLE, ONE)
    shown = result.published()
    assert list(attack(result, shown.to_dict(), shown.contributions)) == ["steam"]


# -- commands -----------------------------------------------------------------------------------------------------


def command(folder: Path, name: str, *more: str) -> list[str]:
    return [name, f"{folder}/mill.csv", "--rule", f"{folder}/rule.yaml", "--factors", f"{folder}/own.csv", *more]


def test_commands_publish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calculate(tmp_path, TABLE, [*ONE, ("P", "weaving", "power", 2.0, "grid")])
    assert run(command(tmp_path, "calculate", "--publish", "--lines", "--format", "csv")) == 0
    captured = capsys.readouterr()
    assert "0.29" not in captured.out and "must not be passed on" in captured.err
    assert captured.out.splitlines()[0].endswith(",masked,factor_hash,per")
    for options in (["--format", "json"], ["--format", "csv"], []):
        assert run(command(tmp_path, "calculate", "--publish", "--strict", *options)) == 0
        assert "1.45" not in capsys.readouterr().out
    assert run(command(tmp_path, "explain", "--product", "P", "--publish", "--strict", "--lang", "zh")) == 0
    assert "已屏蔽" in capsys.readouterr().out
    assert run(command(tmp_path, "report", "-o", f"{tmp_path}/a.html", "--publish")) == 0
    assert run(command(tmp_path, "report", "-o", f"{tmp_path}/a.xlsx", "--publish")) == 2
    assert run(command(tmp_path, "calculate", "--strict")) == 2


def test_bundles_leave_masked_tables_out_and_find_them_beside(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = tp.lock(calculate(tmp_path, TABLE, ONE), tmp_path / "study.zip")
    assert b"0.29" not in bundle.read_bytes()
    away = tmp_path_factory.mktemp("away")
    (away / "study.zip").write_bytes(bundle.read_bytes())
    with pytest.raises(tp.UsageError, match=r"own\.csv is missing.*put yours beside the bundle"):
        tp.verify(away / "study.zip")
    (away / "own.csv").write_bytes((tmp_path / "own.csv").read_bytes())
    assert tp.verify(away / "study.zip").status == "identical"
