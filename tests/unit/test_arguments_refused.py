"""Arguments of a wrong type or that name nothing are usage errors with a cure, never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp


def refused(call: Any) -> None:
    with pytest.raises(tp.UsageError) as caught:
        call()
    assert all(problem.cure for problem in caught.value.problems)


@pytest.mark.parametrize("boundary", [[], {}, {1}, ["cradle_to_gate"], pd.DataFrame(), np.array([1]), 5, "nowhere"])
def test_boundaries(boundary: Any) -> None:
    refused(lambda: tp.footprint(rows("P", 2, 4), RULE, FACTORS, boundary=boundary))
    refused(lambda: tp.load_rules("cotton_fabric", boundary))


@pytest.mark.parametrize("keep", ["", "customer", {}, set(), 5, pd.DataFrame(), np.array(["customer"])])
def test_kept_columns(keep: Any) -> None:
    refused(lambda: tp.read_activity(rows("P", 2, 4), RULE, keep=keep))


@pytest.mark.parametrize("products", [0, -1, 10**30, True, 1.5, "P", [], [None]])
def test_products_of_a_template(products: Any, tmp_path: Path) -> None:
    refused(lambda: tp.make_template("cotton_fabric", tmp_path / "mill.xlsx", products=products))


@pytest.mark.parametrize("name", ["a" * 5000, "nowhere.json", "\0"])
def test_files_of_pact_that_are_not_there(name: str) -> None:
    refused(lambda: tp.read_pact(name))


@pytest.mark.parametrize("method", ["to_excel", "to_html", "to_csv", "to_json", "to_parquet"])
@pytest.mark.parametrize("name", ["\ud800", "a" * 5000, "\0", "", "nowhere/a.csv"])
def test_files_that_cannot_be_written(method: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = tp.footprint(rows("P", 2, 4), RULE, FACTORS)
    refused(lambda: getattr(result, method)(name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("written", [None, 5, "report.html", Path("report.html"), {"a": 1}])
def test_files_written_from_a_locked_result(written: Any, tmp_path: Path) -> None:
    result = tp.footprint(rows("P", 2, 4), RULE, FACTORS)
    refused(lambda: tp.lock(result, tmp_path / "a.lock", written=written))


@pytest.mark.parametrize(
    "options", [{"assume": pd.DataFrame()}, {"assume": [1.2]}, {"assume": 5}, {"pedigree": pd.DataFrame()}]
)
def test_options_of_uncertainty(options: dict[str, Any]) -> None:
    result = tp.footprint(rows("P", 2, 4), RULE, FACTORS)
    refused(lambda: tp.uncertainty(result, 10, **options))


def test_whole_numbers_of_numpy_are_whole_numbers(tmp_path: Path) -> None:
    def whole(value: int) -> Any:
        return np.int64(value)

    result = tp.footprint(*tp.load_example("cotton_poplin"))
    analysis = tp.uncertainty(result, draws=whole(50), seed=whole(7))
    assert analysis.to_dict() == tp.uncertainty(result, draws=50, seed=7).to_dict()
    assert (type(analysis.draws), type(analysis.seed)) == (int, int)
    product = result.products[0]
    assert result.label(product, decimals=whole(1)) == result.label(product, decimals=1)
    assert result.label(product, significant=whole(3)) == result.label(product, significant=3)
    batch = tp.calculate_batch(
        rows("P", 2, 4), RULE, FACTORS, out=tmp_path, workers=whole(1), partition_rows=whole(100), progress=False,
        uncertainty={"draws": whole(50), "seed": whole(7)},
    )  # fmt: skip
    assert batch.read().num_rows == 1


@pytest.mark.parametrize("draws", [True, np.True_, 2.0, np.float64(2), "2", None, pd.DataFrame()])
def test_what_is_no_whole_number_of_draws(draws: Any) -> None:
    result = tp.footprint(rows("P", 2, 4), RULE, FACTORS)
    refused(lambda: tp.uncertainty(result, draws=draws))
    refused(lambda: tp.uncertainty(result, seed=draws))
