"""Batches with weights, with draws, since an earlier one, and new factors: killed, gone on with, the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from killed_calls import PROCESSES, run_in_process

import textile_pcf as tp
from textile_pcf.batch import calculate_batch, reprice
from textile_pcf.batch.folder import refuse_other_run

pytestmark = [
    pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]
RULE = """\
rule: dyehouse
edition: "1"
sources: {mill: {title: Made up}}
product: {unit: kg}
stages:
  - id: dyeing
    flows:
      steam: {unit: kg, factor: steam}
      power: {unit: kWh, factor: power}
"""
FACTORS = "item,value,unit,region,year,kind,source,locator\n{rows}"
ROW = "{item},{value},kgCO2e/{unit},GLO,2024,life_cycle,made up,p. 1\n"
PRODUCTS, BAD = 12, "P07"  # three partitions of four products; one is rejected
Call = tuple[Callable[..., Any], dict[str, Any]]


def table(path: Path, steam: float) -> Path:
    rows = ROW.format(item="steam", value=steam, unit="kg") + ROW.format(item="power", value=0.6, unit="kWh")
    path.write_text(FACTORS.format(rows=rows), encoding="utf-8")
    return path


def activity(path: Path, changed: str = "") -> Path:
    """Two rows of each product, with spreads; one product of another amount."""
    rows = [
        {"product": f"P{number:02d}", "stage": "dyeing", "flow": flow, "amount": number + 1.0, "unit": unit, "gsd": 1.2}
        for number in range(PRODUCTS)
        for flow, unit in (("steam", "kg"), ("power", "kWh" if f"P{number:02d}" != BAD else "m2"))
    ]
    frame = pd.DataFrame(rows)
    frame.loc[frame["product"] == changed, "amount"] *= 2
    frame.to_parquet(path, row_group_size=8, index=False)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("options")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    table(folder / "factors.csv", 0.3)
    table(folder / "new.csv", 0.2)
    activity(folder / "old.parquet")
    activity(folder / "changed.parquet", "P05")
    PROCESSES.set_forkserver_preload(["textile_pcf.batch.run", "textile_pcf.batch.repricing", "pyarrow.parquet", "pandas"])
    for name, options in (("weighted", {"weights": True}), ("printed", {"fingerprints": True})):
        call, arguments = batch(folder, "old", **options)
        call(**arguments, out=folder / name)
    return folder


def batch(place: Path, source: str, **options: Any) -> Call:
    arguments = {"source": place / f"{source}.parquet", "rules": place / "rule.yaml", "factors": place / "factors.csv"}
    return calculate_batch, {**arguments, "partition_rows": 8, "workers": 1, "progress": False, **options}


CALLS: dict[str, Callable[[Path], Call]] = {
    "weights": lambda place: batch(place, "old", weights=True),
    "draws": lambda place: batch(place, "old", uncertainty={"draws": 100, "seed": 1}),
    "since": lambda place: batch(place, "changed", since=place / "printed"),
    "since, copied in threads": lambda place: batch(place, "changed", since=place / "printed", workers=None),
    "reprice": lambda place: (reprice, {"results": place / "weighted", "factors": place / "new.csv", "progress": False}),
}


def files(out: Path) -> dict[str, bytes]:
    """All that is there, but the log."""
    paths = (path for path in out.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {str(path.relative_to(out)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_killed_at_any_moment_goes_on_and_ends_with_the_same_bytes(name: str, place: Path, tmp_path: Path) -> None:
    call, arguments = CALLS[name](place)
    counter, whole = tmp_path / "changes", tmp_path / "whole"
    assert run_in_process(call, arguments | {"out": whole}, counter) == 0
    changes, expected = int(counter.read_text(encoding="utf-8")), files(whole)
    assert {"manifest.json", "rejected.csv"} < set(expected) and changes > 10
    left = set()
    for part in range(7):  # from the first change to the last
        out, last = tmp_path / str(part), 1 + part * (changes - 1) // 6
        assert run_in_process(call, arguments | {"out": out}, counter, last) == -9, last
        left.add(len(files(out)))
        result = call(**arguments, out=out)
        assert (result.products, result.rejected) == (PRODUCTS - 1, 1)
        assert files(out) == expected, f"killed at change {last} of {changes}"
    assert len(left) > 3  # the kills came at different states


def test_killed_twice_it_goes_on_still(place: Path, tmp_path: Path) -> None:
    """The second kill comes while the first is being made good."""
    for name, make in CALLS.items():
        call, arguments = make(place)
        counter, whole, out = tmp_path / "changes", tmp_path / f"{name}_whole", tmp_path / name
        call(**arguments, out=whole)
        assert run_in_process(call, arguments | {"out": out}, counter, 9) == -9
        assert run_in_process(call, arguments | {"out": out}, counter, 5) == -9
        call(**arguments, out=out)
        assert files(out) == files(whole), name


OPTIONS: dict[str, dict[str, Any]] = {
    "weights": {"weights": True},
    "fingerprints": {"fingerprints": True},
    "quality": {"quality": True},
    "uncertainty": {"uncertainty": "closed"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_folder_begun_with_an_option_is_not_taken_without_it(name: str, place: Path, tmp_path: Path) -> None:
    call, arguments = batch(place, "old")
    call(**arguments, **OPTIONS[name], out=tmp_path)
    expected = files(tmp_path)
    with pytest.raises(tp.UsageError, match=f"its {name} differs"):
        call(**arguments, out=tmp_path)
    assert files(tmp_path) == expected


def test_a_killed_call_leaves_a_folder_to_itself_alone(place: Path, tmp_path: Path) -> None:
    call, arguments = batch(place, "old", weights=True)
    out = tmp_path / "out"
    assert run_in_process(call, arguments | {"out": out}, tmp_path / "changes", 12) == -9
    assert files(out)
    with pytest.raises(tp.UsageError, match="its weights differs"):
        call(**arguments | {"out": out, "weights": False})


def test_a_boundary_or_a_supply_table_that_only_the_earlier_run_had_is_another_run() -> None:
    for name in ("boundary", "supply"):
        with pytest.raises(tp.UsageError, match=f"its {name} differs"):
            refuse_other_run("results", {"rule": "dyehouse", name: "chosen"}, {"rule": "dyehouse"})
