"""New factors give the results of a batch with them, whoever takes of whom, wherever the rows stand and whatever changes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linked_products import FACTORS, RULE, UNITS, made, row, takes
from repriced import assert_equal

from textile_pcf.batch import calculate_batch, reprice

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

HEAD = FACTORS.splitlines()[0]
NEW = [
    "electricity,0.4,kgCO2e/kWh,GLO,2027,life_cycle,,,,,,hand,y",
    "electricity,0.09,kgCO2e/MJ,GLO,2027,life_cycle,,,,,,hand,y",
    "lint,3.3,kgCO2e/kg,GLO,2027,life_cycle,AR6,3.3,0.4,0.9,0.2,hand,y",
    "lint,0,kgCO2e/kg,GLO,2027,life_cycle,,,,,,hand,y",
    "heat,0.1,kgCO2e/MJ,GLO,2027,life_cycle,,,,,,hand,y",
]
"""Rows of a table of which one is asked: other values, another unit, other gases, none, and an item that nobody asks for."""
AMOUNTS = st.sampled_from([0.0, 0.05, 0.2])  # three links of a product together stay below what it gives


@st.composite
def catalogues(draw: Any) -> list[dict[str, Any]]:
    """Up to eight products that take one another, or of which some take what there is not, in any order of rows."""
    names, rows = [f"P{number}" for number in range(draw(st.integers(1, 8)))], list[dict[str, Any]]()
    for name in names:
        rows += made(name, draw(st.sampled_from([0.5, 3.0])))
        if draw(st.booleans()):
            rows.append(row(name, "lint", 0.4, "kg"))
        for flow in draw(st.lists(st.sampled_from([*UNITS]), max_size=3, unique=True)):
            rows.append(takes(name, draw(st.sampled_from([*names, *names, *names, "NONE"])), draw(AMOUNTS), flow))
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


@settings(max_examples=40)
@given(catalogues(), st.sampled_from(NEW), st.integers(1, 20), st.sampled_from(["zero_zero", "minus_one_plus_one"]))
def test_reprice_gives_the_numbers_of_a_full_batch(rows: list[dict[str, Any]], line: str, part: int, biogenic: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in (("rule.yaml", RULE), ("factors.csv", FACTORS), ("new.csv", f"{HEAD}\n{line}\n")):
            (folder / file).write_text(text, encoding="utf-8")
        pd.DataFrame(rows).to_parquet(folder / "rows.parquet", index=False, row_group_size=part)
        call: dict[str, Any] = {"partition_rows": part, "progress": False, "workers": 1, "units": ["kg"], "biogenic": biogenic}
        source, rule, old = folder / "rows.parquet", folder / "rule.yaml", folder / "factors.csv"
        run = calculate_batch(source, rule, old, out=folder / "old", weights=True, **call)
        new = reprice(run.out, folder / "new.csv", out=folder / "new", progress=False)
        full = calculate_batch(source, rule, [folder / "new.csv", old], out=folder / "full", **call)
        assert (new.products, new.rejected) == (full.products, full.rejected)
        if new.products:
            assert_equal(new, full, run)
