"""Properties that hold for every product: mass balance, linearity, additivity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_products import FAST, assert_same, calculated, products, told

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
