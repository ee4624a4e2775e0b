"""A rule, its factors, and products of any amounts for hypothesis."""

from __future__ import annotations

import atexit
import math
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, settings
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
