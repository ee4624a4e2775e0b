"""Properties that hold for every product: mass balance, linearity, additivity, and that the way of writing changes nothing."""

from __future__ import annotations

import atexit
import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from worked import factor_row, write_rule, write_table

FAST = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
FIBRES = ("cotton", "polyester", "wool")
RULE = {
    "rule": "properties",
    "edition": "1",
    "product": {
        "unit": "kg",
        "properties": {
            "grammage": {"unit": "g/m2", "optional": True},
            "width": {"unit": "m", "optional": True},
            "passes": {"unit": "1", "optional": True},
        },
    },
    "stages": [
        {
            "id": "ginning",
            "scope": "component",
            "group": "raw_material",
            "losses": [{"id": "seed", "unit": "%", "basis": "ratio"}],
            "flows": {"raw": {"unit": "kg", "per": "input", "value": 1, "factor": "raw"}},
        },
        {
            "id": "spinning",
            "scope": "component",
            "losses": [{"id": "blowroom", "unit": "%", "basis": "input"}, {"id": "noil", "unit": "%", "basis": "output"}],
            "flows": {
                "electricity": {"unit": "kWh", "factor": "electricity"},
                "waste": {"unit": "kg", "per": "loss", "value": 1, "factor": "waste"},
            },
        },
        {
            "id": "weaving",
            "losses": [{"id": "selvedge", "unit": "%", "basis": "output"}],
            "flows": {
                "electricity": {"unit": "kWh", "factor": "electricity"},
                "heat": {"unit": "MJ", "per": "input", "factor": "heat", "optional": True},
                "transport": {"unit": "t*km", "group": "distribution", "factor": "lorry", "optional": True},
            },
        },
        {
            "id": "dyeing",
            "losses": [{"id": "dye_loss", "unit": "%", "basis": "input"}],
            "flows": {
                "chemical": {"unit": "kg", "optional": True},
                "stenter": {"unit": "kWh", "per": ["output", "passes"], "factor": "electricity", "optional": True},
                "label": {"unit": "piece", "per": "product", "factor": "label", "optional": True},
            },
        },
        {
            "id": "use",
            "group": "use",
            "boundary": "outside",
            "flows": {"washing": {"unit": "kWh", "factor": "electricity", "optional": True}},
        },
    ],
}  # fmt: skip
FACTORS = [
    {"item": "raw", "value": 2.5, "unit": "kgCO2e/kg", "gwp": "AR6",
     "co2_fossil": 1.2, "ch4_fossil": 0.01, "n2o": 0.002, "co2_land_use": 0.456, "co2_uptake": 1.6, "co2_biogenic": 0.2},
    {"item": "electricity", "value": 0.6, "unit": "kgCO2e/kWh"},
    {"item": "electricity", "value": 0.9, "unit": "kgCO2e/kWh", "region": "CN"},
    {"item": "heat", "value": 0.07, "unit": "kgCO2e/MJ"},
    {"item": "lorry", "value": 0.1, "unit": "kgCO2e/tkm"},
    {"item": "waste", "value": -0.3, "unit": "kgCO2e/kg"},
    {"item": "label", "value": 0.01, "unit": "kgCO2e/piece"},
    {"item": "soda", "value": 1.1, "unit": "kgCO2e/kg"},
    {"item": "dye", "value": 8, "unit": "kgCO2e/kg", "gwp": "AR6", "co2_fossil": 7, "ch4_biogenic": 0.037037037},
]  # fmt: skip
_FOLDER = tempfile.TemporaryDirectory()
atexit.register(_FOLDER.cleanup)
HOME = Path(_FOLDER.name)
RULES = tp.load_rules(write_rule(RULE, HOME))
TABLE = tp.load_factors(write_table([factor_row(row) for row in FACTORS], HOME / "hand.csv"))
COLUMNS = ("product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per")


def calculated(rows, **options):
    frame = pd.DataFrame([{column: row.get(column) for column in COLUMNS} for row in rows], columns=list(COLUMNS))
    return tp.calculate(tp.read_activity(frame, RULES), TABLE, **options)


percent = st.floats(0, 60).map(lambda x: round(x, 3))
amount = st.floats(0.001, 50).map(lambda x: round(x, 4))


@st.composite
def products(draw, name="P"):
    """Rows of one product: one to three fibres, all losses, some of the flows."""

    def row(stage, flow, value, unit, **more):
        return {"product": name, "stage": stage, "flow": flow, "amount": value, "unit": unit, **more}

    fibres = FIBRES[: draw(st.integers(0, 3))]
    rows = []
    if fibres:
        parts = [draw(st.integers(1, 9)) for _ in fibres]
        rows += [
            row("product", "share", part / sum(parts), "1", component=fibre) for fibre, part in zip(fibres, parts, strict=True)
        ]
    for component in fibres or (None,):
        rows.append(row("ginning", "seed", draw(st.floats(1, 4).map(lambda x: round(x, 3))), "kg/kg", component=component))
        rows.append(row("spinning", "noil", draw(percent), "%", component=component))
    rows += [
        row("spinning", "blowroom", draw(percent), "%"),
        row("spinning", "electricity", draw(amount), "kWh/kg"),
        row("weaving", "selvedge", draw(percent), "%"),
        row("weaving", "electricity", draw(amount), "kWh", region=draw(st.sampled_from([None, "CN", "FR"]))),
        row("dyeing", "dye_loss", draw(percent), "%"),
    ]
    optional = [
        row("weaving", "heat", draw(amount), "MJ"),
        row("weaving", "transport", draw(amount), "km"),
        row("dyeing", "chemical", draw(amount), "%", item="dye"),
        row("dyeing", "chemical", draw(amount), "g/kg", item="soda"),
        row("dyeing", "label", draw(amount), "piece"),
        row("use", "washing", draw(amount), "kWh"),
    ]
    return rows + [each for each in optional if draw(st.booleans())]


def told(result):
    """Everything that the JSON says of the products, as numbers in one order."""

    def numbers(value):
        if isinstance(value, dict):
            return {key: numbers(value[key]) for key in sorted(value)}
        return value

    return {product.pop("product"): numbers(product) for product in result.to_dict()["products"]}


def assert_same(found, wanted, relative=1e-12, where=""):
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), where
        for key, value in wanted.items():
            assert_same(found[key], value, relative, f"{where}.{key}")
    elif isinstance(wanted, float):
        assert math.isclose(found, wanted, rel_tol=relative, abs_tol=1e-12), f"{where}: {found} is not {wanted}"
    else:
        assert found == wanted, where


# ---------------------------------------------------------------- mass


@FAST
@given(products())
def test_mass_balance(rows):
    """What goes in less what is lost comes out, in every stage and fibre; what comes out goes into the next stage."""
    masses = calculated(rows).masses
    assert np.allclose(masses["input"] - masses["loss"], masses["output"], rtol=1e-12, atol=0)
    assert (masses["input"] >= masses["output"] * (1 - 1e-15)).all()
    inputs, outputs = (masses.groupby("stage", observed=True)[name].sum() for name in ("input", "output"))
    assert outputs["use"] == inputs["use"] == 1.0
    for stage, following in (("dyeing", "use"), ("weaving", "dyeing"), ("spinning", "weaving"), ("ginning", "spinning")):
        assert outputs[stage] == pytest.approx(inputs[following], rel=1e-12)
    for _, fibre in masses[masses["stage"].isin(["ginning", "spinning"])].groupby("component"):
        by_stage = fibre.set_index("stage")
        assert by_stage.loc["ginning", "output"] == pytest.approx(by_stage.loc["spinning", "input"], rel=1e-12)


@FAST
@given(products())
def test_losses_by_their_bases(rows):
    """Each stage's input from its output by the formulas of the three bases, worked out here once more."""
    masses = calculated(rows).masses
    given_ = {(row["stage"], row["flow"], row.get("component")): row["amount"] for row in rows}

    def loss(stage, name, fibre):
        return given_.get((stage, name, fibre), given_.get((stage, name, None)))

    for _, mass in masses.iterrows():
        fibre = mass["component"] or None
        ratio = {
            "ginning": lambda fibre: loss("ginning", "seed", fibre),
            "spinning": lambda fibre: (
                (1 + loss("spinning", "noil", fibre) / 100) / (1 - loss("spinning", "blowroom", fibre) / 100)
            ),
            "weaving": lambda fibre: 1 + loss("weaving", "selvedge", fibre) / 100,
            "dyeing": lambda fibre: 1 / (1 - loss("dyeing", "dye_loss", fibre) / 100),
            "use": lambda fibre: 1,
        }[mass["stage"]](fibre)
        assert mass["input"] == pytest.approx(mass["output"] * ratio, rel=1e-12)


@FAST
@given(products())
def test_shares_are_parts_of_what_enters_the_first_common_stage(rows):
    masses = calculated(rows).masses
    yarn = masses[masses["stage"] == "spinning"].set_index("component")["output"]
    entering = float(masses[masses["stage"] == "weaving"]["input"].iloc[0])
    for row in rows:
        if row["flow"] == "share":
            assert yarn[row["component"]] == pytest.approx(entering * row["amount"], rel=1e-12)


# ---------------------------------------------------------------- sums


@FAST
@given(products())
def test_everything_is_the_sum_of_the_contributions(rows):
    """Stages, groups, fibres, split and total are sums of the lines, to 1e-12; the memo stands outside."""
    result = calculated(rows)
    (product,) = result.to_dict()["products"]
    lines = result.contributions
    scale = lines["kgCO2e"].abs().sum()
    inside = lines[~lines["memo"]]

    def close(found, wanted):
        return abs(found - wanted) <= 1e-12 * scale

    assert close(lines["amount"].mul(lines["factor"]).sum(), lines["kgCO2e"].sum())
    assert close(product["total"], inside["kgCO2e"].sum())
    for part in ("stages", "groups", "split", "by_component"):
        assert close(sum(product[part].values()), product["total"]), part
    for stage, value in {**product["stages"], **product["memo"]}.items():
        assert close(lines[lines["stage"] == stage]["kgCO2e"].sum(), value)
    for group, value in product["groups"].items():
        assert close(inside[inside["group"] == group]["kgCO2e"].sum(), value)
    for part, value in product["split"].items():
        assert close(inside[part].sum(), value)
    parts = lines[["fossil", "biogenic", "uptake", "land_use_change"]].sum(axis=1)
    assert np.allclose(parts, lines["kgCO2e"], rtol=1e-12, atol=1e-12 * scale)


FLOWS = {("spinning", "electricity"), ("weaving", "electricity"), ("weaving", "heat"), ("weaving", "transport"),
         ("dyeing", "chemical"), ("dyeing", "label"), ("use", "washing")}  # fmt: skip


def _times(rows, factor, chosen=FLOWS):
    return [{**row, "amount": row["amount"] * factor} if (row["stage"], row["flow"]) in chosen else row for row in rows]


@FAST
@given(products(), st.sampled_from([2.0, 0.5, 3.0, 0.1]))
def test_linearity(rows, factor):
    """Twice the amounts give twice the emissions of these flows, and leave all else as it is."""
    before, after = calculated(rows).contributions, calculated(_times(rows, factor)).contributions
    scaled = [(stage, flow) in FLOWS for stage, flow in zip(before["stage"], before["flow"], strict=True)]
    wanted = before["kgCO2e"] * np.where(scaled, factor, 1.0)
    assert np.allclose(after["kgCO2e"], wanted, rtol=1e-12, atol=0)


@FAST
@given(products(), st.floats(0.1, 0.9))
def test_additivity(rows, part):
    """An amount in two rows is the amount in one: rows of one flow add up."""
    whole = calculated(rows)
    split = []
    for row in rows:
        if (row["stage"], row["flow"]) in FLOWS:
            split += [{**row, "amount": row["amount"] * part}, {**row, "amount": row["amount"] * (1 - part), "year": "2024"}]
        else:
            split.append(row)
    assert_same(told(calculated(split)), told(whole), 1e-11)


@FAST
@given(products())
def test_each_flow_adds_what_it_says(rows):
    """The result with all rows is the result without the optional ones plus each alone."""
    must = {"share", "seed", "noil", "blowroom", "selvedge", "dye_loss", "electricity"}
    base = [row for row in rows if row["flow"] in must]
    extra = [row for row in rows if row["flow"] not in must]
    nothing = calculated(base)
    gained = sum(float(calculated([*base, row]).by_stage.sum() - nothing.by_stage.sum()) for row in extra)
    together = calculated(rows)
    assert float(together.by_stage.sum()) == pytest.approx(float(nothing.by_stage.sum()) + gained, rel=1e-9, abs=1e-9)


# ---------------------------------------------------------------- the way of writing

SAME_UNIT = {
    "kWh": [("MJ", 3.6), ("MWh", 0.001), ("度", 1.0), ("tce", 3.6 / 29307.6), ("kgce", 3.6 / 29.3076), ("kWh/kg", 1.0)],
    "kWh/kg": [("MJ/kg", 3.6), ("kWh/t", 1000.0), ("MWh/t", 1.0), ("kWh", 1.0), ("kWh/lb", 0.45359237)],
    "MJ": [("GJ", 0.001), ("kWh", 1 / 3.6), ("kcal", 1 / 0.0041868), ("GJ/t", 1.0)],
    "km": [("m", 1000.0), ("公里", 1.0), ("tkm/t", 1.0)],
    "%": [("1", 0.01), ("kg/kg", 0.01), ("g/kg", 10.0), ("‰", 10.0), ("kg/t", 10.0)],
    "g/kg": [("%", 0.1), ("kg/kg", 0.001), ("kg/t", 1.0)],
    "kg/kg": [("%", 100.0), ("1", 1.0), ("t/t", 1.0)],
    "1": [("%", 100.0)],
    "piece": [("件", 1.0), ("pcs", 1.0), ("万件", 0.0001), ("dozen", 1 / 12)],
}


@FAST
@given(products(), st.randoms(use_true_random=False))
def test_units_change_nothing(rows, random):
    """kWh or MJ or tce, km or m, percent or kg/kg: the same amount in another unit gives the same result."""
    other = []
    for row in rows:
        unit, factor = random.choice([*SAME_UNIT[row["unit"]], (row["unit"], 1.0)])
        if unit == "kWh/kg" and row["stage"] == "dyeing":
            unit, factor = row["unit"], 1.0
        other.append({**row, "unit": unit, "amount": row["amount"] * factor})
    assert_same(told(calculated(other)), told(calculated(rows)), 1e-11)


@FAST
@given(products(), products("Q"), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(first, second, random):
    rows = [*first, *second]
    shuffled = random.sample(rows, len(rows))
    columns = random.sample(COLUMNS, len(COLUMNS))
    frame = pd.DataFrame([{column: row.get(column) for column in columns} for row in shuffled], columns=list(columns))
    result = tp.calculate(tp.read_activity(frame, RULES), TABLE)
    assert_same(told(result), told(calculated(rows)))


@FAST
@given(st.lists(products(), min_size=2, max_size=8))
def test_a_batch_is_its_products_one_by_one(batch):
    """Bit for bit the same, whatever stands beside a product."""
    together = [{**row, "product": f"P{number}"} for number, rows in enumerate(batch) for row in rows]
    result = calculated(together)
    for number, rows in enumerate(batch):
        alone = calculated(rows)
        assert float(result.totals[number]) == float(alone.totals[0])
        assert result.by_stage[number].tolist() == alone.by_stage[0].tolist()
        assert result.split_totals[number].tolist() == alone.split_totals[0].tolist()


# ---------------------------------------------------------------- declared unit and conventions


@FAST
@given(products(), st.floats(0.05, 3).map(lambda x: round(x, 3)))
def test_the_declared_unit_scales(rows, mass):
    """Per kg, per t and per piece of a known mass are the same footprint; `per: product` amounts are told per unit."""
    rows = [row for row in rows if row["flow"] != "label"]
    per_kg = calculated(rows)
    per_unit = {}
    for unit, extra in (
        ("t", []),
        ("piece", [{"product": "P", "stage": "product", "flow": "mass", "amount": mass, "unit": "kg"}]),
    ):
        rule = {**RULE, "rule": f"properties_{unit}", "product": {**RULE["product"], "unit": unit}}
        if extra:
            rule["product"]["properties"] = {**RULE["product"]["properties"], "mass": {"unit": "kg"}}
        rules = tp.load_rules(write_rule(rule, HOME))
        frame = pd.DataFrame([{column: row.get(column) for column in COLUMNS} for row in [*rows, *extra]])
        per_unit[unit] = tp.calculate(tp.read_activity(frame, rules), TABLE)
    assert np.allclose(per_unit["t"].by_stage, per_kg.by_stage * 1000, rtol=1e-12, atol=0)
    assert np.allclose(per_unit["piece"].by_stage, per_kg.by_stage * mass, rtol=1e-12, atol=0)
    for result in per_unit.values():
        assert_same(float(result.per_unit("kg").iloc[0]), float(per_kg.totals[0]))


@FAST
@given(products(), st.floats(50, 800), st.floats(0.5, 3))
def test_units_of_results_follow_from_grammage_and_width(rows, grammage, width):
    rows = [
        *rows,
        {"product": "P", "stage": "product", "flow": "grammage", "amount": grammage, "unit": "g/m2"},
        {"product": "P", "stage": "product", "flow": "width", "amount": width, "unit": "m"},
    ]
    result = calculated(rows)
    total = float(result.totals[0])
    square_metre, metre = grammage / 1000, grammage / 1000 * width
    for unit, kilograms in (("kg", 1), ("t", 1000), ("m2", square_metre), ("m", metre), ("100 m", 100 * metre)):
        assert_same(float(result.per_unit(unit).iloc[0]), total * kilograms)


@FAST
@given(products())
def test_the_two_conventions_differ_by_biogenic_carbon_dioxide_only(rows):
    """−1/+1 less 0/0 is what is given off less what is taken up: per kg raw 0.2 − 1.6; nothing else changes."""
    both, none = calculated(rows, biogenic="minus_one_plus_one"), calculated(rows, biogenic="zero_zero")
    masses = both.masses
    raw = float(masses[masses["stage"] == "ginning"]["input"].sum())
    assert float(both.totals[0] - none.totals[0]) == pytest.approx(raw * (0.2 - 1.6), rel=1e-9)
    assert_same(both.split_totals[0, [0, 3]].tolist(), none.split_totals[0, [0, 3]].tolist())
    assert none.split_totals[0, 2] == 0
    assert float(both.split_totals[0, 1] - none.split_totals[0, 1]) == pytest.approx(raw * 0.2, rel=1e-9)


@FAST
@given(products())
def test_inputs_stay_as_they_are(rows):
    frame = pd.DataFrame([{column: row.get(column) for column in COLUMNS} for row in rows], columns=list(COLUMNS))
    before = frame.copy(deep=True)
    activity = tp.read_activity(frame, RULES)
    arrays = {name: getattr(activity, name).copy() for name in ("properties", "losses", "stage_active")}
    tp.calculate(activity, TABLE)
    tp.calculate(activity, TABLE, gwp="AR5", biogenic="zero_zero")
    pd.testing.assert_frame_equal(frame, before)
    for name, values in arrays.items():
        assert np.array_equal(getattr(activity, name), values, equal_nan=True)
