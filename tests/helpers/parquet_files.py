"""A small dyehouse, its rows in Parquet, and its batch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import textile_pcf as tp
from textile_pcf.cli import run

RULE = """\
rule: dyehouse
edition: "1"
product: {unit: kg}
stages:
  - id: dyeing
    losses: [{id: dyeing_loss, unit: "%", basis: input}]
    flows:
      steam: {unit: kg, factor: steam}
      dye: {unit: kg, optional: true}
"""

FACTORS = """\
item,value,unit,region,year,kind,source,locator
steam,0.3,kgCO2e/kg,GLO,2024,life_cycle,hand,p. 1
dye,8,kgCO2e/kg,GLO,2024,life_cycle,hand,p. 1
"""

FLOWS = [("dyeing_loss", 3.0, "%", None), ("steam", 8.0, "kg", None), ("dye", 2.0, "%", "dye")]


def start_dyehouse(tmp_path: Path) -> Path:
    (tmp_path / "rule.yaml").write_text(RULE)
    (tmp_path / "factors.csv").write_text(FACTORS)
    return tmp_path


def rows(products: list[Any], kind: Any = None, scattered: bool = False) -> pa.Table:
    """Three rows of each product, which takes one kg of steam more than the one before."""
    names = pa.array([product for product in products for _ in FLOWS], kind)
    told = [
        (flow, amount + (flow == "steam") * place, *more) for place in range(len(products)) for flow, amount, *more in FLOWS
    ]
    flow, amount, unit, item = zip(*told, strict=True)
    table = pa.table(
        {"product": names, "stage": ["dyeing"] * len(told), "flow": flow, "amount": amount, "unit": unit, "item": item}
    )
    return table.take(np.random.default_rng(3).permutation(len(told))) if scattered else table


def write(mill: Path, table: pa.Table, group: int = 3, **options: Any) -> Path:
    path = mill / "mill.parquet"
    pq.write_table(table, path, row_group_size=group, **options)
    return path


def own(mill: Path) -> list[str]:
    return ["--rule", str(mill / "rule.yaml"), "--factors", str(mill / "factors.csv")]


def batch(mill: Path, path: Path) -> int:
    shutil.rmtree(mill / "out", ignore_errors=True)
    return run(["batch", str(path), "-o", str(mill / "out"), *own(mill)])


def calculated(mill: Path, path: Path, code: int = 0) -> dict[str, float]:
    """Totals of a batch by product."""
    assert batch(mill, path) == code
    table = pq.read_table(mill / "out" / "results")
    return dict(zip(table["product"].to_pylist(), table["total"].to_pylist(), strict=True))


def expected(mill: Path, products: list[str]) -> dict[str, float]:
    """Totals of the same rows told plainly, one product at a time."""
    frame = rows(products).to_pandas().astype({"product": object})
    told = [tp.footprint(one, mill / "rule.yaml", mill / "factors.csv").total() for _, one in frame.groupby("product")]
    return pd.concat(told).to_dict()


def refused(mill: Path, capsys, path: Path, words: str) -> None:
    """Both commands say so with exit code 4, and nothing on standard output."""
    for command in (["batch", str(path), "-o", str(mill / "out")], ["calculate", str(path)], ["check", str(path)]):
        assert run([*command, *own(mill)]) == 4
        said = capsys.readouterr()
        assert words in said.err and not said.out
