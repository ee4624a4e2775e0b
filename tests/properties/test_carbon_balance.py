"""Biogenic carbon balances once per system: uptake is the CO2 of the carbon that leaves, however a chain is cut.

In every system here fibres take in carbon, losses are burned or thrown away, products buy from one another, and declared
footprints bring carbon of their own.
"""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from worked import factor_row, write_rule, write_table

FAST = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
CO2_PER_CARBON = (12.011 + 2 * 15.999) / 12.011
CONTENT = {"cotton": 0.40964, "polyester": 0.0, "viscose": 0.39333}
BALANCE = ["fibre", "yarn", "fabric", "end_of_life"]


def _loss(name: str) -> dict:
    return {"id": name, "unit": "%", "basis": "input"}


def _waste(per: str = "loss") -> dict:
    return {
        "unit": "kg",
        "per": per,
        "value": 1,
        "optional": True,
        "factor": "burned",
        "kind": "end_of_life",
        "category": "end_of_life",
    }


RULE = {
    "rule": "balance",
    "edition": "1",
    "sources": {"hand": {"title": "By hand"}},
    "product": {"unit": "kg", "properties": {"biogenic_carbon": {"unit": "kg/kg", "optional": True}}},
    "stages": [
        {
            "id": "composition",
            "scope": "component",
            "properties": {
                "fiber": {"choice": [*CONTENT, "silk"], "optional": True},
                "biogenic_carbon": {"unit": "kg/kg", "value": {"by": "fiber", **CONTENT}, "source": "hand", "locator": "x"},
            },
        },
        {
            "id": "spinning",
            "scope": "component",
            "optional": True,
            "losses": [_loss("spinning_waste")],
            "flows": {
                "fibre": {"unit": "kg", "per": "input", "value": 1, "category": "fibre"},
                "electricity": {"unit": "kWh", "factor": "electricity"},
                "waste": _waste(),
            },
        },
        {
            "id": "yarn_purchase",
            "scope": "component",
            "optional": True,
            "flows": {"yarn": {"unit": "kg", "value": 1, "category": "yarn"}},
        },
        {
            "id": "weaving",
            "optional": True,
            "losses": [_loss("weaving_waste")],
            "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}, "waste": _waste()},
        },
        {
            "id": "greige_purchase",
            "optional": True,
            "flows": {"greige": {"unit": "kg", "category": "fabric"}},
        },
        {
            "id": "dyeing",
            "optional": True,
            "losses": [_loss("dyeing_loss")],
            "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}, "waste": _waste()},
        },
        {
            "id": "gate",
            "flows": {"carbon_uptake": {"unit": "kg", "factor": "carbon_dioxide_uptake", "kind": "direct", "balance": BALANCE}},
        },
        {
            "id": "end_of_life",
            "boundary": "outside",
            "optional": True,
            "flows": {
                "burned": {"unit": "kg", "value": 1, "factor": "burned", "kind": "end_of_life", "category": "end_of_life"}
            },
        },
    ],
}
_FOLDER = tempfile.TemporaryDirectory()
atexit.register(_FOLDER.cleanup)
HOME = Path(_FOLDER.name)
RULES = tp.load_rules(write_rule(RULE, HOME))
UPTAKE_IN_VALUE = {"biogenic": "minus_one_plus_one", "co2_uptake": 1.5, "co2_biogenic": 0, "category": "yarn"}
TABLE = [
    {"item": "fibre", "value": 2, "unit": "kgCO2e/kg", "category": "fibre"},
    {"item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh"},
    {
        "item": "burned",
        "value": 0.25,
        "unit": "kgCO2e/kg",
        "kind": "end_of_life",
        "category": "end_of_life",
        "co2_fossil": 0.25,
        "co2_biogenic": 0.75,
    },
    {"item": "carbon_dioxide_uptake", "value": 0, "unit": "kgCO2e/kg", "kind": "direct", "co2_fossil": 0, "co2_uptake": 1},
    {"item": "pcf:yarn", "value": 1, "unit": "kgCO2e/kg", "kind": "cradle_to_gate", **UPTAKE_IN_VALUE},
]
FACTORS = tp.load_factors(write_table([factor_row(row) for row in TABLE], HOME / "hand.csv"))


def calculate(rows, biogenic="minus_one_plus_one"):
    activity = tp.read_activity(pd.DataFrame(rows), RULES)
    return tp.calculate(activity, FACTORS, biogenic=biogenic)


def row(product, stage, flow="", amount=None, unit="", **more):
    return {
        "product": product,
        "stage": stage,
        "flow": flow,
        "amount": amount,
        "unit": unit,
        "component": "",
        "item": "",
        **more,
    }


shares = st.sampled_from(
    [{"cotton": 1.0}, {"cotton": 0.35, "polyester": 0.65}, {"cotton": 0.5, "polyester": 0.2, "viscose": 0.3}]
)
losses = st.integers(0, 40)
burned = st.booleans()


def spun(product, fibres, loss, burns):
    rows = []
    for fibre, share in fibres.items():
        rows.append(row(product, "product", "share", share, "1", component=fibre))
        rows.append(row(product, "composition", "fiber", item=fibre, component=fibre))
        rows.append(row(product, "spinning", "fibre", item="fibre", component=fibre))
    rows += [row(product, "spinning", "spinning_waste", loss, "%"), row(product, "spinning", "electricity", 3, "kWh/kg")]
    return rows + [row(product, "spinning", "waste")] * burns


def woven(product, loss, burns):
    rows = [row(product, "weaving", "weaving_waste", loss, "%"), row(product, "weaving", "electricity", 2, "kWh/kg")]
    return rows + [row(product, "weaving", "waste")] * burns


def dyed(product, loss, burns):
    rows = [row(product, "dyeing", "dyeing_loss", loss, "%"), row(product, "dyeing", "electricity", 1, "kWh/kg")]
    return rows + [row(product, "dyeing", "waste")] * burns


def check_balance(result, contents):
    """Net removals, and the biogenic CO2 of the lines, are the CO2 of the carbon that leaves: content × 1 kg × 44/12."""
    leaves = np.array(contents) * CO2_PER_CARBON
    assert result.carbon_content[:, 1] == pytest.approx(contents, abs=1e-12)
    assert result.inventory.removals == pytest.approx(leaves, rel=1e-12, abs=1e-12)
    split = result.split_totals
    assert split[:, 1] + split[:, 2] == pytest.approx(-leaves, rel=1e-12, abs=1e-12)  # biogenic CO2 + uptake; no methane here
    assert result.headline.including == pytest.approx(result.headline.excluding - leaves, rel=1e-12, abs=1e-12)


@FAST
@given(shares, losses, losses, losses, burned)
def test_a_chain_cut_at_any_gate_is_the_whole_chain(fibres, spinning, weaving, dyeing, burns):
    """A fabric made in one product, of a linked greige fabric, and of linked yarns of each fibre."""
    whole = [*spun("W", fibres, spinning, burns), *woven("W", weaving, burns), *dyed("W", dyeing, burns)]
    greige = [*spun("G", fibres, spinning, burns), *woven("G", weaving, burns)]
    of_greige = [row("F", "greige_purchase", "greige", 1, "kg/kg", item="product:G"), *dyed("F", dyeing, burns)]
    yarns, of_yarns = [], []
    for fibre, share in fibres.items():
        yarns += spun(f"Y-{fibre}", {fibre: 1.0}, spinning, burns)
        of_yarns.append(row("H", "product", "share", share, "1", component=fibre))
        of_yarns.append(row("H", "yarn_purchase", "yarn", item=f"product:Y-{fibre}", component=fibre))
    of_yarns += [*woven("H", weaving, burns), *dyed("H", dyeing, burns)]
    result = calculate([*whole, *greige, *of_greige, *yarns, *of_yarns])
    mean = sum(share * CONTENT[fibre] for fibre, share in fibres.items())
    check_balance(result, [mean, mean, mean, *(CONTENT[fibre] for fibre in fibres), mean])
    of = dict(zip(result.products, result.totals, strict=True))
    assert of["F"] == pytest.approx(of["W"], rel=1e-12) == pytest.approx(of["H"], rel=1e-12)


@FAST
@given(shares, losses, losses, st.floats(0.05, 0.9), burned)
def test_loops_balance(fibres, spinning, dyeing, back, burns):
    """A fabric that takes back a part of itself, the rest from a greige fabric; its carbon comes from both."""
    greige = spun("G", fibres, spinning, burns)
    fabric = [
        row("F", "greige_purchase", "greige", 1 - back, "kg/kg", item="product:G"),
        row("F", "greige_purchase", "greige", back, "kg/kg", item="product:F"),
        *dyed("F", min(dyeing, 5), burns),
    ]
    result = calculate([*greige, *fabric])
    mean = sum(share * CONTENT[fibre] for fibre, share in fibres.items())
    check_balance(result, [mean, mean])


@FAST
@given(losses, burned, st.floats(0.0, 1.0))
def test_a_declared_footprint_brings_its_carbon(loss, burns, content):
    """Its uptake of 1.5 kg stands for 1.5 × 12/44 kg C per kg, unless the mill says otherwise."""
    bought = [row("H", "yarn_purchase", "yarn", item="pcf:yarn"), *woven("H", loss, burns)]
    check_balance(calculate(bought), [1.5 / CO2_PER_CARBON])
    said = row("H", "product", "biogenic_carbon", content, "kg/kg")
    check_balance(calculate([*bought, said]), [content])


@FAST
@given(shares, losses, losses, burned)
def test_both_figures_are_the_totals_of_both_conventions(fibres, spinning, dyeing, burns):
    rows = [*spun("G", fibres, spinning, burns), row("F", "greige_purchase", "greige", 1, "kg/kg", item="product:G")]
    rows += [*dyed("F", dyeing, burns), row("F", "end_of_life", "burned")]
    counted, apart = calculate(rows), calculate(rows, "zero_zero")
    for result in (counted, apart):
        assert result.headline.including == pytest.approx(counted.totals, rel=1e-12)
        assert result.headline.excluding == pytest.approx(apart.totals, rel=1e-12)


def test_unknown_carbon_is_not_zero():
    """Silk has no cited carbon: no uptake is taken, a warning says so, and a fabric made of it does not know either."""
    silk = [row("G", "composition", "fiber", item="silk"), row("G", "spinning", "fibre", item="fibre")]
    silk += [row("G", "spinning", "spinning_waste", 10, "%"), row("G", "spinning", "electricity", 3, "kWh/kg")]
    rows = [*silk, row("F", "greige_purchase", "greige", 1, "kg/kg", item="product:G"), *dyed("F", 5, False)]
    with pytest.warns(tp.PcfWarning, match="biogenic carbon of the product is not known"):
        result = calculate(rows)
    assert result.split_totals[:, 2].tolist() == [0.0, 0.0]
    assert np.isnan(result.carbon_content[:, 1]).all()
    assert "gate.carbon_uptake" in result.warnings("F")[0]
    with pytest.warns(tp.PcfWarning, match="biogenic carbon"):
        known = calculate([*rows, row("F", "product", "biogenic_carbon", 0.45, "kg/kg")])
    assert known.split_totals[:, 2] == pytest.approx([0.0, -0.45 * CO2_PER_CARBON])


def test_two_products_made_of_one_another_alone_have_no_known_carbon():
    rows = []
    for product, other in (("A", "B"), ("B", "A")):
        rows += [row(product, "greige_purchase", "greige", 0.5, "kg/kg", item=f"product:{other}"), *dyed(product, 0, False)]
    with pytest.warns(tp.PcfWarning, match="biogenic carbon"):
        assert np.isnan(calculate(rows).carbon_content[:, 1]).all()


def test_other_amounts_balance_again():
    """`with_amounts` keeps the balance: half the greige fabric brings half the carbon, and the product takes up the rest."""
    rows = [*spun("G", {"cotton": 1.0}, 10, True), row("F", "greige_purchase", "greige", 1, "kg/kg", item="product:G")]
    inventory = calculate([*rows, *dyed("F", 5, True)]).inventory
    amount = inventory.amount.copy()
    amount[inventory.supplier >= 0] /= 2
    assert inventory.with_amounts(amount).removals == pytest.approx([CONTENT["cotton"] * CO2_PER_CARBON] * 2, rel=1e-12)


def test_a_row_cannot_give_the_balance():
    rows = [*spun("G", {"cotton": 1.0}, 10, True), row("G", "gate", "carbon_uptake", 1, "kg/kg")]
    with pytest.raises(tp.InputError, match="The uptake is computed from the biogenic carbon that leaves"):
        calculate(rows)


def test_brightway_agrees_on_chains_with_uptake():
    calculated = pytest.importorskip("bw2calc")
    rows = [*spun("G", {"cotton": 0.6, "polyester": 0.4}, 12, True), *woven("G", 7, True)]
    rows += [row("F", "greige_purchase", "greige", 0.9, "kg/kg", item="product:G")]
    rows += [row("F", "greige_purchase", "greige", 0.1, "kg/kg", item="product:F"), *dyed("F", 4, True)]
    result = calculate(rows)
    package = result.to_datapackage()
    for number, total in enumerate(result.totals, 1):
        lca = calculated.LCA({number: 1.0}, data_objs=[package])
        lca.lci()
        lca.lcia()
        assert lca.score == pytest.approx(total, rel=1e-12)
