"""The public functions: views of a result, explanations recomputed, provenance, inputs of every form, a light import."""

from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from paths import ROOT, TESTS
from worked import all_cases, run, write_rule, write_table

EXAMPLES = {
    "polyester_woven": "chemical_fiber_fabric",
    "cotton_poplin": "cotton_fabric",
    "silk_habotai": "silk_fabric",
    "polyester_cotton_blend": "chemical_fiber_fabric",
}
MISTAKES = TESTS / "mistakes"
RULE, FACTORS, GOOD = MISTAKES / "mill.yaml", MISTAKES / "factors.csv", MISTAKES / "good.csv"


def good():
    return tp.footprint(GOOD, RULE, FACTORS)


def example(name):
    folder = ROOT / "examples" / name
    own = [folder / "factors.csv", "default"] if (folder / "factors.csv").is_file() else None
    return tp.footprint(folder / "activity.csv", EXAMPLES[name], own)


# ---------------------------------------------------------------- the four lines of formats.md 6


def test_the_four_lines():
    rules = tp.load_rules(RULE)
    factors = tp.load_factors(FACTORS, "default")
    activity = tp.read_activity(GOOD, rules)
    result = tp.calculate(activity, factors)
    assert result.total()["FABRIC-1"] == good().total()["FABRIC-1"]


def test_rules_by_name_edition_and_path():
    newest = tp.load_rules("cotton_fabric")
    assert newest.name == tp.load_rules(newest.name).name
    assert tp.load_rules(newest.path).sha256 == newest.sha256
    assert tp.load_rules(str(newest.path)).sha256 == newest.sha256


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("coton_fabric", "Did you mean 'cotton_fabric'?"),
        ("cotton_fabric@1999.1", "no edition '1999.1'"),
        ("no/such/rule.yaml", "no such rule file"),
    ],
)
def test_a_rule_that_is_not_there(rule, words):
    with pytest.raises(tp.UsageError) as caught:
        tp.load_rules(rule)
    assert words in str(caught.value)


def test_the_newest_edition_is_the_one_valid_from_the_latest_day(tmp_path, monkeypatch):
    """Not the one whose name comes last."""
    import textile_pcf.rules.load as load

    for edition, day in (("2025.9", "2025-09-01"), ("2025.10", "2025-10-01"), ("9", "2024-01-01")):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        text = f'rule: mine\nedition: "{edition}"\nvalid_from: {day}\nproduct: {{unit: kg}}\nstages: [{{id: s}}]\n'
        (folder / f"{edition}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(load, "data_root", lambda kind: tmp_path)
    assert tp.load_rules("mine").name == "mine@2025.10"
    assert tp.load_rules("mine@9").name == "mine@9"


def test_a_table_that_is_not_there():
    with pytest.raises(tp.UsageError) as caught:
        tp.load_factors("defualt")
    assert "Did you mean 'default'?" in str(caught.value)


def test_no_table_named_is_default():
    assert [table.name for table in tp.load_factors().tables] == ["default"]
    assert [table.name for table in tp.load_factors(FACTORS).tables] == ["factors"]
    assert [table.name for table in tp.load_factors(FACTORS, "default").tables] == ["factors", "default"]


@pytest.mark.parametrize("option", [{"gwp": "AR7"}, {"biogenic": "one"}])
def test_an_option_that_is_not_there(option):
    with pytest.raises(tp.UsageError) as caught:
        tp.footprint(GOOD, RULE, FACTORS, **option)
    assert next(iter(option.values())) in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(tp.UsageError) as caught:
        tp.footprint(tmp_path / "mill.csv", RULE, FACTORS)
    assert "no such file" in str(caught.value)


def test_every_public_name_is_there():
    for name in tp.__all__:
        assert getattr(tp, name) is not None
    with pytest.raises(AttributeError):
        tp.footprnt  # noqa: B018


# ---------------------------------------------------------------- views

CONTRIBUTIONS = (
    "product", "component", "stage", "group", "flow", "item", "amount", "unit", "factor", "factor_unit", "region", "year",
    "fallback", "kgCO2e", "fossil", "biogenic", "uptake", "land_use_change", "aircraft", "data_type", "source", "locator",
)  # fmt: skip


def test_columns_of_the_tables():
    result = good()
    assert not set(CONTRIBUTIONS) - set(result.contributions.columns)
    assert list(result.masses.columns) == ["product", "component", "stage", "input", "output", "loss"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_views_agree(name):
    result = example(name)
    (product,) = result.products
    total = result.total()[product]
    assert result.per_unit("kg")[product] == pytest.approx(total, rel=1e-12)
    assert result.per_stage().loc[product].sum() == pytest.approx(total, rel=1e-12)
    assert result.per_group().loc[product].sum() == pytest.approx(total, rel=1e-12)
    assert result.split.loc[product].sum() == pytest.approx(total, rel=1e-12)
    lines = result.contributions
    assert lines[~lines["memo"]]["kgCO2e"].sum() == pytest.approx(total, rel=1e-12)
    assert (lines["amount"] * lines["factor"]).to_numpy() == pytest.approx(lines["kgCO2e"].to_numpy(), rel=1e-12)


def test_a_row_without_provenance_of_its_own_still_says_where_it_stands():
    lines = good().contributions
    steam = lines[lines["flow"] == "steam"].iloc[0]
    assert steam["locator"].endswith("good.csv:13")


def test_html_says_what_it_rests_on_and_escapes():
    html = good()._repr_html_()
    for words in ("FABRIC-1", "kg CO2e per kg", "mill@1", "GWP set unknown", "cradle to gate", "biogenic CO2"):
        assert words in html, words
    frame = pd.read_csv(GOOD).assign(product="<script>")
    assert "<script>" not in tp.footprint(frame, RULE, FACTORS)._repr_html_()


def test_status_is_said_wherever_results_are_shown():
    result = example("cotton_poplin")
    (product,) = result.products
    for shown in (repr(result), result._repr_html_(), result.explain(product), json.dumps(result.to_dict())):
        assert "interpretation" in shown


def test_unknown_product_and_stage():
    with pytest.raises(tp.UsageError, match="Did you mean 'FABRIC-1'"):
        good().explain("FABRIC-2")
    with pytest.raises(tp.UsageError, match="Did you mean 'dyeing'"):
        good().explain("FABRIC-1", "dying")


def test_a_result_cannot_be_changed():
    result = good()
    with pytest.raises(FrozenInstanceError):
        result.unit = "piece"
    for array in (result.totals, result.by_stage, result.split_totals, result.lines.amount, result.lines.split):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    table = result.contributions
    table["kgCO2e"] = 0.0
    assert result.contributions["kgCO2e"].sum() > 0
    told = result.to_dict()
    told["provenance"]["rule"] = "another"
    told["products"].clear()
    assert result.to_dict()["provenance"]["rule"] == "mill@1"
    assert len(result.to_dict()["products"]) == 1


# ---------------------------------------------------------------- explanations, with a pocket calculator

NUMBER = re.compile(r"(-?\d[\d.]*(?:e[-+]?\d+)?) (\S+)")
TERM = re.compile(r"^  (?P<name>[^:]+): (?P<factors>-?\d.* × .*) = (?P<result>-?[\d.e+-]+) (?P<unit>\S.*)$")
EMISSIONS = re.compile(r"^    × (?P<factor>-?[\d.e+-]+) (?P<unit>kgCO2e\S*) = (?P<result>-?[\d.e+-]+) kg CO2e$")
STAGE = re.compile(r"^(?P<title>\S.*) \[(?P<id>\w+)\] (?P<total>-?[\d.e+-]+) kg CO2e/")
MASS = re.compile(r"^  mass.*: (?P<into>[\d.e+-]+) kg in, (?P<out>[\d.e+-]+) kg out, (?P<lost>-?[\d.e+-]+) kg lost$")
SHOWN = 2e-6  # numbers are shown with seven digits; a few of them are multiplied


def calculate_again(text):
    """Redo every line of an explanation from what it prints; what does not come out."""
    wrong = []
    total, stage, told, amount = {}, None, None, None
    for line in text.splitlines():
        if found := STAGE.match(line):
            stage, told = found["id"], float(found["total"])
            total[stage] = (told, [])
        elif found := MASS.match(line):
            into, out, lost = (float(found[name]) for name in ("into", "out", "lost"))
            if abs(into - out - lost) > SHOWN * into:
                wrong.append(line)
        elif found := TERM.match(line):
            said = re.sub(r" \(.*\)$", "", found["factors"])
            parts = [NUMBER.match(part) for part in said.split(" × ")]
            numbers = [float(part[1]) / (100 if part[2] == "%" else 1) for part in parts]
            amount = float(found["result"])
            if not math.isclose(math.prod(numbers), amount, rel_tol=SHOWN, abs_tol=1e-12):
                wrong.append(line)
        elif found := EMISSIONS.match(line):
            result = float(found["result"])
            if not math.isclose(amount * float(found["factor"]), result, rel_tol=SHOWN, abs_tol=1e-12):
                wrong.append(line)
            total[stage][1].append(result)
    for name, (told, terms) in total.items():
        if abs(told - sum(terms)) > SHOWN * sum(map(abs, terms)) + 1e-12:
            wrong.append(f"{name}: {told} is not the sum of {terms}")
    return wrong, total


def explained(result):
    for product in result.products:
        text = result.explain(product)
        wrong, stages = calculate_again(text)
        assert not wrong, "\n".join(wrong)
        lines = result.contributions
        terms = sum(len(numbers) for _, numbers in stages.values())
        assert terms == (lines["product"] == product).sum(), f"{terms} terms told"
        total = float(result.total()[product])
        last = re.search(r"^Total: .* = (-?[\d.e+-]+) kg CO2e per", text, re.MULTILINE)
        assert float(last[1]) == pytest.approx(total, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_explain_themselves(name):
    explained(example(name))


WORKED = [case for case in all_cases() if "expect_error" not in case.data]


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.id)
def test_worked_cases_explain_themselves(case, tmp_path):
    explained(run(case.data, tmp_path))


def test_explanation_of_a_stage_alone():
    text = good().explain("FABRIC-1", "dyeing")
    assert "steam" in text
    assert "spinning" not in text


def test_explanation_says_factor_source_locator_and_fallback():
    text = good().explain("FABRIC-1", "weaving")
    for words in ("electricity CN 2023", "asked 2024→2023", "printed 0.6 kgCO2e/kWh", "hand", "good.csv:11"):
        assert words in text, words


def test_explanation_shows_how_the_masses_come_about():
    """Issue 2: every digit can be understood. A mass in follows from the loss, its basis and where the loss comes from."""
    text = good().explain("FABRIC-1", "dyeing")
    for words in ("dyeing_loss", "3 %", "good.csv:12"):
        assert words in text, f"{words!r} is not in\n{text}"
    poplin = example("cotton_poplin")
    assert "12 %" in poplin.explain(poplin.products[0], "spinning")


def test_explanation_shows_what_a_method_was_given():
    """3.2 kWh/kg by spinning_electricity: the count, the reference count and the coefficient stand beside it."""
    case = next(case for case in WORKED if case.name.startswith("spinning_electricity"))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = run(case.data, Path(folder)).explain("P")
    for words in ("spinning_electricity", "40 Nm", "50 Nm", "4 kWh/kg"):
        assert words in text, f"{words!r} is not in\n{text}"


def test_explanation_of_a_total_of_a_period_can_be_redone():
    case = next(case for case in WORKED if case.name.startswith("a year's electricity"))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = run(case.data, Path(folder)).explain("P")
    for words in ("2000 MWh", "500000 kg output of the period"):
        assert words in text, f"{words!r} is not in\n{text}"


# ---------------------------------------------------------------- provenance


def sha(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_provenance_names_everything_with_its_hash():
    told = good().provenance
    assert told["rule"] == "mill@1"
    assert told["rule_sha256"] == sha(RULE)
    assert told["gwp"] == "AR6"
    assert told["biogenic"] == "minus_one_plus_one"
    assert told["library"] == f"textile_pcf {tp.__version__}"
    (table,) = told["factors"]
    assert table["table"] == "factors"
    assert table["sha256"] == sha(FACTORS)
    (source,) = told["input"]
    assert source["sha256"] == sha(GOOD)
    assert source["name"].endswith("good.csv")


def test_one_byte_changes_the_hash(tmp_path):
    for source, name in ((GOOD, "good.csv"), (FACTORS, "factors.csv"), (RULE, "mill.yaml")):
        (tmp_path / name).write_bytes(source.read_bytes() + b"\n")
    told = tp.footprint(tmp_path / "good.csv", tmp_path / "mill.yaml", tmp_path / "factors.csv").provenance
    before = good().provenance
    assert told["rule_sha256"] != before["rule_sha256"]
    assert told["input"][0]["sha256"] != before["input"][0]["sha256"]
    assert told["factors"][0]["sha256"] != before["factors"][0]["sha256"]


def test_a_frame_has_a_hash_of_its_content():
    frame = pd.read_csv(GOOD)
    first, again = (tp.footprint(frame, RULE, FACTORS).provenance["input"][0]["sha256"] for _ in range(2))
    changed = tp.footprint(frame.assign(note="x"), RULE, FACTORS).provenance["input"][0]["sha256"]
    assert first == again != changed


@pytest.mark.parametrize("name", EXAMPLES)
def test_twice_the_same_is_the_same_bit_for_bit(name):
    assert json.dumps(example(name).to_dict()) == json.dumps(example(name).to_dict())


# ---------------------------------------------------------------- inputs of every form


def test_a_result_stays_as_it_was_whatever_becomes_of_the_frame():
    frame = pd.read_csv(GOOD)
    told = pd.read_csv(GOOD)
    first = tp.footprint(frame, RULE, FACTORS)
    frame.loc[:, "amount"] = 12345.0
    second = tp.footprint(told, RULE, FACTORS)
    assert first.contributions.equals(second.contributions)
    assert [first.explain(name) for name in first.products] == [second.explain(name) for name in second.products]


def forms(folder):
    """The good table in every form that formats.md 4 names."""
    lines = [line.split(",") for line in GOOD.read_text(encoding="utf-8").splitlines()]
    rows = [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]
    filled = [{key: _number(value) for key, value in row.items() if value} for row in rows]
    frame = pd.DataFrame(filled, columns=lines[0])
    frame.to_excel(folder / "mill.xlsx", sheet_name="activity", index=False)
    frame.astype({"year": "Int64"}).to_parquet(folder / "mill.parquet", index=False)
    listed = [{key: value for key, value in row.items() if key != "product"} for row in filled]
    document = {"product": "FABRIC-1", "rows": listed}
    (folder / "mill.json").write_text(json.dumps(document), encoding="utf-8")
    text = "product: FABRIC-1\nrows:\n" + "".join(f"  - {json.dumps(row)}\n" for row in listed)
    (folder / "mill.yaml").write_text(text, encoding="utf-8")
    joined = [{**row, "amount": f"{row['amount']:g} {row['unit']}", "unit": ""} if "amount" in row else row for row in listed]
    (folder / "joined.json").write_text(json.dumps({"product": "FABRIC-1", "rows": joined}), encoding="utf-8")
    (folder / "mill.tsv").write_text(GOOD.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
    files = [folder / name for name in ("mill.xlsx", "mill.parquet", "mill.json", "mill.yaml", "joined.json", "mill.tsv")]
    return [*files, str(GOOD), frame, pd.read_csv(GOOD), pd.read_csv(GOOD, dtype=str), document, [document]]


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_form_gives_the_same(tmp_path):
    wanted = good().to_dict()["products"]
    for source in forms(tmp_path):
        assert tp.footprint(source, RULE, FACTORS).to_dict()["products"] == wanted, source


def test_factors_of_every_form(tmp_path):
    frame = pd.read_csv(FACTORS)
    frame.to_excel(tmp_path / "factors.xlsx", index=False)
    frame.to_parquet(tmp_path / "factors.parquet", index=False)
    wanted = good().to_dict()["products"]
    for source in (frame, tmp_path / "factors.xlsx", tmp_path / "factors.parquet"):
        assert tp.calculate(tp.read_activity(GOOD, RULE), tp.load_factors(source)).to_dict()["products"] == wanted


OPTIONAL = {  # every optional column of formats.md 3 with a cell that makes sense
    "name_en": "Grid", "name_zh": "电网", "category": "energy", "gwp": "AR6", "co2_fossil": "0.5", "co2_biogenic": "0",
    "co2_uptake": "0", "co2_land_use": "0", "co2_aircraft": "0", "ch4_fossil": "0", "ch4_biogenic": "0", "n2o": "0",
    "losses_included": "yes", "basis": "net", "gsd": "1.1", "low": "0.4", "high": "0.6", "dq_technology": "1",
    "dq_geography": "2", "dq_time": "3", "dq_precision": "5", "licence": "CC0", "redistributable": "true",
    "confidence": "high", "notes": "none", "boundary": "cradle_to_gate",
}  # fmt: skip


def test_every_optional_column_of_a_table_is_known(tmp_path):
    row = {"item": "power", "value": "0.5", "unit": "kgCO2e/kWh", "region": "CN", "year": "2024", "kind": "life_cycle",
           "source": "hand", "locator": "hand", **OPTIONAL}  # fmt: skip
    assert tp.load_factors(write_table([row], tmp_path / "hand.csv")).items == ["power"]


def test_every_optional_column_of_an_activity_file_is_known(tmp_path):
    """Provenance, uncertainty and quality stand in the file, and the result says the first."""
    lines = GOOD.read_text(encoding="utf-8").splitlines()
    more = ("data_type", "source", "gsd", "dq_technology", "dq_geography", "dq_time", "dq_precision")
    rows = [",".join([lines[0], *more]), *(f"{line},measured,meter 3,1.1,1,2,3,5" for line in lines[1:])]
    path = tmp_path / "mill.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = tp.footprint(path, RULE, FACTORS).contributions
    given_ = found[found["flow"] == "steam"].iloc[0]
    assert (given_["data_type"], given_["source"]) == ("measured", "meter 3")


def test_one_warning_per_table_of_another_gwp_set(tmp_path):
    """Two rows of one table are one warning, two tables are two; another product does not repeat it."""
    lines = FACTORS.read_text(encoding="utf-8").splitlines()
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([f"{lines[0]},gwp", *(f"{line},AR4" for line in lines[1:] if "steam" not in line)]), "utf-8")
    second.write_text("\n".join([f"{lines[0]},gwp", *(f"{line},AR5" for line in lines[1:] if "steam" in line)]), "utf-8")
    frame = pd.read_csv(GOOD)
    both = pd.concat([frame, frame.assign(product="FABRIC-2")])
    result = tp.footprint(both, RULE, [first, second])
    *tables, share = result.warnings()
    assert len(tables) == 2, tables
    assert {"AR4" in tables[0], "AR5" in tables[1]} == {True}
    assert share == "100 % of the gross emissions rest on factors that were not made with AR6."
    *tables_of_ar4, share = tp.footprint(both, RULE, [first, second], gwp="AR4").warnings()
    assert tables_of_ar4 == [text.replace("AR6", "AR4") for text in tables[1:]]
    assert share.endswith("rest on factors that were not made with AR4.") and not share.startswith("100 %")


def test_what_a_rule_assumes_is_flagged():
    """A default is flagged: as estimated in the lines, with the rule's source and locator."""
    result = example("cotton_poplin")
    lines = result.contributions
    assumed = lines[lines["source"].str.startswith("cotton_fabric@")]
    assert len(assumed) > 0
    assert set(assumed["data_type"]) == {"estimated"}
    assert (assumed["locator"] != "").all()


def test_a_list_of_products_in_one_document(tmp_path):
    rows = [{"stage": "s", "flow": "power", "amount": "2 kWh"}]
    rule = write_rule(
        {"rule": "listed", "edition": "1", "product": {"unit": "kg"},
         "stages": [{"id": "s", "flows": {"power": {"unit": "kWh", "factor": "power"}}}]}, tmp_path
    )  # fmt: skip
    table = write_table(
        [{"item": "power", "value": 0.5, "unit": "kgCO2e/kWh", "region": "GLO", "year": "", "kind": "life_cycle",
          "source": "hand", "locator": "hand"}], tmp_path / "hand.csv"
    )  # fmt: skip
    result = tp.footprint([{"product": "A", "rows": rows}, {"product": "B", "rows": rows}], rule, table)
    assert dict(result.total()) == {"A": 1.0, "B": 1.0}


def test_inputs_stay_as_they_are():
    frame = pd.read_csv(GOOD)
    document = {"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", "amount": "8 kg"}]}
    before, listed = frame.copy(deep=True), json.dumps(document)
    tp.footprint(frame, RULE, FACTORS)
    with pytest.raises(tp.InputError):
        tp.footprint(document, RULE, FACTORS)
    pd.testing.assert_frame_equal(frame, before)
    assert json.dumps(document) == listed


def test_factors_and_rules_are_used_again_unchanged():
    rules, factors, activity = tp.load_rules(RULE), tp.load_factors(FACTORS), tp.read_activity(GOOD, RULE)
    first = tp.calculate(activity, factors).totals.copy()
    tp.calculate(activity, factors, gwp="AR5", biogenic="zero_zero")
    assert np.array_equal(tp.calculate(tp.read_activity(GOOD, rules), factors).totals, first)


# ---------------------------------------------------------------- import

LIGHT = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import textile_pcf
dir(textile_pcf)
heavy = {"pandas", "pint", "pydantic", "scipy", "openpyxl", "pyarrow", "click", "yaml"} & set(sys.modules)
data = [name for name in opened if name.endswith((".csv", ".yaml", ".txt", ".json"))]
print(sorted(heavy), data)
"""


def test_import_is_light():
    """Nothing heavy is imported, no data file is read, nothing is printed, nothing is warned of."""
    path = str(Path(tp.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIGHT],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.strip() == "[] []"
    assert done.stderr == ""


def test_closed_words_are_taken_in_chinese(tmp_path):
    row = {"stage": "dyeing", "flow": "water", "amount": 1.0, "unit": "t", "data_type": "实测", "per": "统计期总量"}
    rows = [row, {"stage": "dyeing", "flow": "output", "amount": 1.0, "unit": "t", "per": "统计期总量"}]
    path = tmp_path / "mill.yaml"
    path.write_text(
        "rule: mill\nedition: '1'\nproduct: {unit: kg}\n"
        "stages: [{id: dyeing, flows: {water: {unit: kg, factor: tap_water}}}]\n",
        encoding="utf-8",
    )
    activity = tp.read_activity({"product": "P", "rows": rows}, tp.load_rules(path))
    assert activity.columns.texts["data_type"][0] == "measured" and activity.columns.texts["per"][0] == "period"
