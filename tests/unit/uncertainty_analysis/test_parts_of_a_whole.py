"""No draw of a part of a whole is more than the whole: 110 % recycled garments do not exist."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp

SHIRT = tp.load_example("t_shirt")
RECYCLED = {"product": "T-SHIRT", "stage": "end_of_life", "flow": "recycled_share", "unit": "%"}
ROW = "row:T-SHIRT|end_of_life||recycled_share||||"


def shirt(**cells: Any) -> tp.Footprint:
    table = pd.concat([pd.read_csv(SHIRT[0], dtype=str).fillna(""), pd.DataFrame([{**RECYCLED, **cells}])]).fillna("")
    return tp.footprint(table, *SHIRT[1:])


def source(table: pd.DataFrame) -> dict[str, Any]:
    [record] = table[table["source"] == ROW].to_dict("records")
    return record


def test_bounds_above_the_whole_are_refused() -> None:
    with pytest.raises(tp.InputError) as caught:
        shirt(amount="90", low="80", high="110")
    [problem] = caught.value.problems
    assert str(problem.what) == "The upper bound of a share is more than all."
    assert "end_of_life.recycled_share" in problem.where
    assert problem.code == "bounds"
    assert "比例" in problem.localized("zh")


def test_bounds_up_to_the_whole_are_drawn_within_it() -> None:
    result = shirt(amount="90", low="80", high="100")
    assert source(tp.uncertainty(result, draws=100).sources)["declared"] == "range"


@pytest.mark.parametrize("spread", [{"gsd": "1.3"}, {"data_type": "measured"}])
def test_all_of_it_cannot_be_more_and_is_held_fixed(spread: dict[str, str]) -> None:
    """The median of a `gsd` is the stated value, so that every second draw of 100 % would be above it."""
    result = shirt(amount="100", **spread)
    drawn = tp.uncertainty(result, draws=500, assume={"measured": 1.3})
    assert ROW in drawn.undeclared["source"].tolist()
    assert pd.isna(source(drawn.sources)["declared"])
    fixed = tp.uncertainty(shirt(amount="100", data_type="supplier"), draws=500, assume={"measured": 1.3})
    assert (drawn.samples("T-SHIRT") == fixed.samples("T-SHIRT")).all()


def test_a_gsd_of_one_declares_that_all_is_sure() -> None:
    assert source(tp.uncertainty(shirt(amount="100", gsd="1"), draws=10).sources)["declared"] == "gsd"


def test_a_tenth_more_is_no_share_any_more() -> None:
    """0.95 × 1.1 = 1.045."""
    record = source(tp.sensitivity(shirt(amount="95")))
    assert np.isnan(record["high_10"])
    assert np.isfinite(record["low_10"])
    assert np.isfinite(source(tp.sensitivity(shirt(amount="90")))["high_10"])


def test_a_batch_draws_the_same(tmp_path: Any) -> None:
    table = pd.concat(
        [pd.read_csv(SHIRT[0], dtype=str).fillna(""), pd.DataFrame([{**RECYCLED, "amount": "100", "gsd": "1.3"}])]
    )
    table.fillna("").to_csv(tmp_path / "shirt.csv", index=False)
    for options in ("closed", {"draws": 200, "seed": 0}):
        done = tp.calculate_batch(
            tmp_path / "shirt.csv", *SHIRT[1:], out=tmp_path / str(len(options)), progress=False, uncertainty=options
        )
        [record] = done.read().to_pylist()
        alone = tp.uncertainty(shirt(amount="100", gsd="1.3"), draws=200)
        expected = alone.closed_form if options == "closed" else alone.total
        assert record["sd"] == pytest.approx(expected["sd"].iloc[0], rel=1e-9)


GIN = {
    "rule": "gin", "edition": "1", "product": {"unit": "kg"},
    "stages": [{
        "id": "gin",
        "allocation": {"id": "lint_share", "method": "economic", "co_products": ["seed"], "hierarchy": "as sold"},
        "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}},
    }],
}  # fmt: skip


def test_all_is_allocated_to_the_product_and_json_can_say_so() -> None:
    """Of 2 kg CO2e all is the product's: the total carries 2 kg of the share, worked out from below, since more cannot be."""
    rows = [
        {"product": "P", "stage": "gin", "flow": "electricity", "amount": "2 kWh"},
        {"product": "P", "stage": "gin", "flow": "lint_share", "amount": "100 %"},
    ]
    result = tp.footprint(rows, GIN, {"electricity": "1 kgCO2e/kWh"})
    [record] = tp.sensitivity(result).query("source.str.contains('lint_share')").to_dict("records")
    assert record["kgCO2e"] == pytest.approx(2, abs=1e-8)
    assert record["low_10"] == pytest.approx(1.8)
    assert np.isnan(record["high_10"])
    json.dumps(tp.uncertainty(result, draws=5).to_dict(), allow_nan=False)
    json.dumps(tp.quality(result).to_dict(), allow_nan=False)
