"""The public functions: loading, views of a result, provenance, and inputs of every form."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp
from paths import ROOT, TESTS

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


COLD = """
import sys
from textile_pcf.cli import run
run(["calculate", "examples/cotton_poplin/activity.csv", "--rule", "cotton_fabric", "--format", "json"])
from textile_pcf.rules import RuleDocument
from textile_pcf.rules.schema import Stage
unasked = {"pandas", "pint", "pyarrow", "openpyxl", "numpy.ma", "textile_pcf.io.excel"} & set(sys.modules)
print(unasked or "light", RuleDocument.__pydantic_complete__, Stage.__pydantic_complete__, file=sys.stderr)
"""


def test_a_cold_start_loads_what_it_uses():
    """A CSV file needs no reader of workbooks, and only models that a document is validated against are built."""
    environment = {"PYTHONPATH": str(Path(tp.__file__).parent.parent), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    assert done.stderr.splitlines()[-1] == "light True False"


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
sys.setswitchinterval(1e-6)
from textile_pcf.rules import RuleDocument, read_document
from pathlib import Path
barrier = Barrier(8)
def read(number):
    barrier.wait()
    return read_document(Path("rules/cotton_fabric/2026.2.yaml")).rule
with ThreadPoolExecutor(8) as pool:
    print(set(pool.map(read, range(8))))
"""


def test_threads_that_start_together_read_a_rule_each():
    """The first request of a web service may come in several threads: models are built by one of them."""
    environment = {"PYTHONPATH": str(Path(tp.__file__).parent.parent), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, env=environment, cwd=ROOT)
    assert (done.stdout.strip(), done.stderr) == ("{'cotton_fabric'}", "")


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
