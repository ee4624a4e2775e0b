"""Results that the pictures are drawn of."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import textile_pcf as tp
from paths import EXAMPLES


@pytest.fixture(scope="module")
def poplin() -> Any:
    return tp.footprint(EXAMPLES / "cotton_poplin/activity.csv", "cotton_fabric@2026.1")


@pytest.fixture(scope="module")
def blend() -> Any:
    return tp.footprint(EXAMPLES / "polyester_cotton_blend/activity.csv", "chemical_fiber_fabric@2026.1")


@pytest.fixture(scope="module")
def three() -> Any:
    one = pd.read_csv(EXAMPLES / "cotton_poplin/activity.csv", dtype=str, keep_default_na=False)
    worse = one.copy()
    worse.loc[(worse["stage"] == "dyeing") & (worse["flow"] == "dyeing_loss"), "amount"] = "30"
    rows = pd.concat([one.assign(product="府绸-A"), worse.assign(product="府绸-B"), one.assign(product="C")])
    return tp.footprint(rows, "cotton_fabric@2026.1")
