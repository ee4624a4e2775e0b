"""Batches of the benchmark catalogue, and the numbers they must give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import workload

import textile_pcf as tp
from textile_pcf.batch import calculate_batch

ROWS = 2_000  # of a partition: small, so that there are several


def run(place: Path, source: object, name: str, **options: object) -> tp.BatchResult:
    options = {"partition_rows": ROWS, "progress": False, **options}
    return calculate_batch(source, workload.RULE, place / "factors.csv", out=place / name, **options)


def expected(place: Path, source: object) -> pd.Series:
    return tp.footprint(source, workload.RULE, place / "factors.csv").total()


def same_files(one: Path, other: Path) -> None:
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file() and path.name != "log.jsonl")
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file() and path.name != "log.jsonl")
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def totals(result: tp.BatchResult) -> pd.Series:
    table = result.read()
    return pd.Series(table["total"].to_numpy(), index=table["product"].to_pylist())
