"""Arguments of `calculate_wide` that are no matrix, no columns or no convention are usage errors, never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_mill import FACTORS, RULE

import textile_pcf as tp
from textile_pcf.batch.wide import calculate_wide

COLUMNS = [{"stage": stage, "flow": "electricity", "unit": "kWh"} for stage in ("spinning", "weaving")]
AMOUNTS = [[2.0, 4.0], [1.0, 0.0]]


def wide(amounts: Any = AMOUNTS, columns: Any = COLUMNS, **options: Any) -> Any:
    return calculate_wide(amounts, columns, tp.load_rules(RULE), **{"factors": tp.load_factors(FACTORS), **options})


def test_the_numbers() -> None:
    """0.5 × (2 + 4) = 3 kg CO2e, and 0.5 × 1."""
    assert wide().totals.tolist() == [3.0, 0.5]


@pytest.mark.parametrize(
    "arguments",
    [{"amounts": np.zeros((0, 2))}, {"amounts": [1.0, 2.0]}, {"amounts": [[1.0]]}, {"amounts": [["a", "b"]]}, {"amounts": None},
     {"columns": None}, {"columns": 5}, {"columns": "ab"}, {"columns": [1, 2]}, {"gwp": "AR9"}, {"biogenic": "none"},
     {"factors": Path("f.csv")}, {"units": "m2"}, {"units": ["glorp"]}, {"units": [5]}, {"units": 5},
     {"amounts": [[10**400, 1.0]]}, {"amounts": [[True, False]]}, {"amounts": np.array([[1 + 2j, 1]])},
     {"amounts": np.array([[1, 2]], "m8[s]")}, {"amounts": pd.DataFrame({"a": [True], "b": [1.0]})}],
)  # fmt: skip
def test_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(tp.UsageError) as caught:
        wide(**arguments)
    assert all(problem.cure for problem in caught.value.problems)


def test_an_amount_that_is_masked_is_not_calculated() -> None:
    """The number behind the mask was taken, as if it were not masked."""
    with pytest.raises(tp.InputError, match=r"row 1, column 1 \(weaving\.electricity\): The amount is nan"):
        wide(np.ma.array(AMOUNTS, mask=[[False, False], [False, True]]))
