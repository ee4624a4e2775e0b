"""A part of a whole is not more than the whole: 120 % recycled gave landfills that take methane up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import textile_pcf as tp

SHIRT = tp.load_example("t_shirt")
RECYCLED = {"product": "T-SHIRT", "stage": "end_of_life", "flow": "recycled_share", "unit": "%"}


def shirt(**cells: Any) -> pd.DataFrame:
    return pd.concat([pd.read_csv(SHIRT[0], dtype=str).fillna(""), pd.DataFrame([{**RECYCLED, **cells}])]).fillna("")


def footprint(table: pd.DataFrame) -> tp.Footprint:
    return tp.footprint(table, *SHIRT[1:])


@pytest.mark.parametrize(("amount", "unit"), [("0", "%"), ("60", "%"), ("100", "%"), ("1", "1"), ("0.6", "1")])
def test_shares_up_to_the_whole(amount: str, unit: str) -> None:
    result = footprint(shirt(amount=amount, unit=unit))
    lines = result.contributions.query("stage == 'end_of_life'")
    assert (lines["amount"] >= 0).all()


@pytest.mark.parametrize("confirmed", ["", "yes"])
@pytest.mark.parametrize(("amount", "unit", "told"), [("120", "%", "120 %"), ("60", "1", "6000 %"), ("5000", "%", "5000 %")])
def test_more_than_the_whole_is_refused_also_where_it_is_confirmed(amount: str, unit: str, told: str, confirmed: str) -> None:
    with pytest.raises(tp.InputError) as caught:
        footprint(shirt(amount=amount, unit=unit, confirmed=confirmed))
    [problem] = caught.value.problems
    assert str(problem.what) == f"A share of {told} is more than all."
    assert "end_of_life.recycled_share" in problem.where
    assert "比例" in problem.localized("zh")


def test_a_batch_rejects_the_product(tmp_path: Path) -> None:
    good, bad = shirt(amount="60").assign(product="GOOD"), shirt(amount="120").assign(product="BAD")
    pd.concat([good, bad]).to_csv(tmp_path / "shirts.csv", index=False)
    done = tp.calculate_batch(tmp_path / "shirts.csv", *SHIRT[1:], out=tmp_path / "out", progress=False)
    assert done.read()["product"].to_pylist() == ["GOOD"]
    assert [(each["product"], each["code"]) for each in done.problems()] == [("BAD", "share")]


def test_content_of_cellulose_above_the_mass() -> None:
    source, rule, factors = tp.load_example("cotton_poplin")
    table = pd.read_csv(source, dtype=str).fillna("")
    table.loc[table["flow"] == "cellulose_content", "amount"] = "1.5"
    with pytest.raises(tp.InputError, match=r"A share of 1\.5 kg/kg is more than all"):
        tp.footprint(table, rule, factors)


def test_what_the_rule_calls_plausible_above_one_stays() -> None:
    """A fabric that is printed on both sides is covered twice."""
    from textile_pcf.rules.arrays import rule_arrays

    rules = tp.load_rules("cotton_fabric@2026.2")
    [coverage] = [spec.index for spec in rules.properties if spec.id == "print_coverage"]
    assert not rule_arrays(rules).property_is_share[coverage]
