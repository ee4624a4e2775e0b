"""Amounts that no mill has, totals of nothing, credits that balance emissions: a clear answer in every way of calculating."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_mill import FACTORS, POWER, RULE, rows

import textile_pcf as tp
from textile_pcf.batch.wide import calculate_wide

TOO_LARGE = "The emissions of this amount are too large to calculate."
CREDIT = {**POWER, "credit": {"unit": "kWh", "factor": "power", "sign": "any", "optional": True}}
CREDITED = {**RULE, "stages": [{**RULE["stages"][0], "flows": CREDIT}, *RULE["stages"][1:]]}  # type: ignore[index]


def credited(product: str, spinning: float, weaving: float, credit: float) -> list[dict[str, object]]:
    """Return a product that feeds power into the grid."""
    row = {"product": product, "stage": "spinning", "flow": "credit", "amount": credit, "unit": "kWh"}
    return [*rows(product, spinning, weaving), row]


def factor_table(path: Path, value: float) -> Path:
    """Write a table with the factor of power."""
    cells = {"unit": "kgCO2e/kWh", "region": "GLO", "year": 2024, "kind": "life_cycle", "source": "hand", "locator": "1"}
    pd.DataFrame([{"item": "power", "value": value, **cells}]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("amount", [1e141, 1e160, 1e300])
def test_an_amount_whose_variance_cannot_be_calculated_is_refused_in_every_way(amount: float, tmp_path: Path) -> None:
    """Its total could be calculated; `quality` and `uncertainty` wrote NaN and Infinity into their JSON."""
    table = [*rows("P", 2, 4), *rows("Q", amount, 4)]
    with pytest.raises(tp.InputError, match=TOO_LARGE):
        tp.footprint(table, RULE, FACTORS)
    done = tp.calculate_batch(pd.DataFrame(table), RULE, FACTORS, out=tmp_path / "batch")
    assert done.read().column("product").to_pylist() == ["P"]
    assert TOO_LARGE in (tmp_path / "batch" / "rejected.csv").read_text(encoding="utf-8")
    columns = [{"stage": stage, "flow": "electricity", "unit": "kWh"} for stage in ("spinning", "weaving")]
    with pytest.raises(tp.InputError, match=r"row 1: The emissions add up to more than can be calculated"):
        calculate_wide(np.array([[2, 4], [amount, 4]]), columns, tp.load_rules(RULE), tp.load_factors(FACTORS))


def test_new_factors_that_make_emissions_too_large_are_refused(tmp_path: Path) -> None:
    pd.DataFrame(rows("P", 2, 4)).to_csv(tmp_path / "mill.csv", index=False)
    (tmp_path / "mill.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    first, second = factor_table(tmp_path / "one.csv", 0.5), factor_table(tmp_path / "two.csv", 1e150)
    tp.calculate_batch(tmp_path / "mill.csv", tmp_path / "mill.yaml", first, out=tmp_path / "batch", weights=True)
    with pytest.raises(tp.InputError, match="The emissions add up to more than can be calculated"):
        tp.reprice(tmp_path / "batch", second, out=tmp_path / "again")


@pytest.mark.parametrize("amount", [1e139, 1e-160, 1e-320, 0.0, -0.0])
def test_what_is_calculated_has_sound_json_and_pictures(amount: float) -> None:
    given = [{**row, "gsd": 1.2} if row["stage"] == "spinning" else row for row in rows("P", amount, 0)]
    result = tp.footprint(given, RULE, FACTORS)
    assert result.totals[0] == pytest.approx(amount * 0.5)
    rated, spread = tp.quality(result), tp.uncertainty(result, draws=100)
    for document in (result.to_dict(), rated.to_dict(), spread.to_dict()):
        json.dumps(document, allow_nan=False)
    for shown in (result._repr_html_(), rated._repr_html_(), spread._repr_html_()):
        assert "nan" not in shown
        assert "'inf" not in shown


def test_a_batch_has_no_change_where_the_total_before_is_not_above_zero(tmp_path: Path) -> None:
    """0.1 + 0.2 - 0.3 kWh leave 3e-17 kg: the change was 1e15. Of -1 kg it was -50 %, though emissions rose to -0.5."""
    table = [*rows("USUAL", 1, 1), *credited("BALANCED", 0.1, 0.2, -0.3), *credited("GIVING", 1, 1, -4), *rows("NONE", 0, 0)]
    mill, rule, out = tmp_path / "mill.csv", tmp_path / "mill.yaml", tmp_path / "batch"
    pd.DataFrame(table).to_csv(mill, index=False)
    rule.write_text(json.dumps(CREDITED), encoding="utf-8")
    first, second = factor_table(tmp_path / "one.csv", 0.5), factor_table(tmp_path / "two.csv", 0.25)
    tables = {
        "change@half": tp.calculate_batch(mill, rule, first, out=out, scenarios={"half": {"factors": second}}, weights=True),
        "change": tp.reprice(out, second, out=tmp_path / "again"),
    }
    for column, done in tables.items():
        read = done.read()
        changes = dict(zip(read.column("product").to_pylist(), read.column(column).to_pylist(), strict=True))
        assert changes == {"USUAL": -0.5, "BALANCED": None, "GIVING": None, "NONE": None}, column


def test_the_spread_of_credits_that_balance_emissions_has_no_factor() -> None:
    """A mean of 1e-16 with an sd of 0.05 had a geometric standard deviation of thousands."""
    table = [{**row, "gsd": 1.2} if row["flow"] != "grammage" else row for row in credited("P", 0.1, 0.2, -0.3)]
    form = tp.uncertainty(tp.footprint(table, CREDITED, FACTORS), draws=1).closed_form_of("P")
    assert np.isnan(form.gsd)
    assert form.p2_5 == pytest.approx(-1.959964 * form.sd, abs=1e-12)


def test_hot_spots_are_asked_for_by_the_name_of_the_product() -> None:
    """A name gave an empty list, as if there were none: only the index was understood."""
    quality = tp.quality(tp.footprint([*rows("P", 2, 4), *rows("Q", 3, 1)], RULE, FACTORS))
    assert [spot["stage"] for spot in quality.hot_spots_of("Q")] == ["spinning", "weaving"]
    assert quality.hot_spots_of("Q") == quality.hot_spots_of(1)
    wrong: list[Any] = ["R", None, 2, -1, 1.0, True, [], np.array([0])]
    for product in wrong:
        with pytest.raises(tp.UsageError):
            quality.hot_spots_of(product)


@pytest.mark.parametrize("product", ["R", None, 0, []])
def test_a_product_that_is_not_there_has_no_warnings_of_spread(product: Any) -> None:
    spread = tp.uncertainty(tp.footprint(rows("P", 2, 4), RULE, FACTORS), draws=1)
    with pytest.raises(tp.UsageError):
        spread.warnings(product)


@pytest.mark.parametrize("number", [0, -1, 10**30])
def test_a_partition_has_at_least_one_row(number: int, tmp_path: Path) -> None:
    with pytest.raises(tp.UsageError, match="A partition has 1 to"):
        tp.calculate_batch(rows("P", 2, 4), RULE, FACTORS, out=tmp_path / "batch", partition_rows=number)
    assert not (tmp_path / "batch").exists()


def test_an_output_in_pieces_of_a_cloth_says_what_it_may_be_in() -> None:
    """The cure was to give it in `kg, m, m2 or pieces`, of a yarn that has no pieces."""
    of_year = {"product": "P", "stage": "spinning", "per": "period", "year": 2024}
    table = [*rows("P", 2, 4), {**of_year, "flow": "electricity", "amount": 9, "unit": "kWh"}]
    with pytest.raises(tp.InputError, match=r"measured in kg, m or m2\. Give it in kg, m or m2"):
        tp.footprint([*table, {**of_year, "flow": "output", "amount": 5, "unit": "piece"}], RULE, FACTORS)
