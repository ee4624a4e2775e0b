"""A batch that goes on after files of it were lost or damaged, as by a disk, calculates these parts again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from linked_products import FACTORS, RULE, made, takes
from repriced import contents

import textile_pcf as tp

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")
PRODUCTS = 8
CALL: dict[str, Any] = {"partition_rows": 2, "workers": 1}


class Stop(Exception):
    """An interruption."""


def stop(done: int, parts: int) -> None:
    if done == 3:
        raise Stop


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """Products in order, scattered, and taking one another; the second has an amount that is none, so it is rejected."""
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")
    lint = [{**one, "flow": "lint", "unit": "kg"} for number in range(PRODUCTS) for one in made(f"P{number}", 0.5)]
    rows = [one for number in range(PRODUCTS) for one in (*made(f"P{number}", number + 1.0), lint[number])]
    rows[3]["unit"] = "hours"
    frame = pd.DataFrame(rows)
    frame.to_parquet(tmp_path / "sorted.parquet", index=False, row_group_size=2)
    frame.sample(frac=1, random_state=1).to_parquet(tmp_path / "scattered.parquet", index=False, row_group_size=2)
    linked = pd.DataFrame([*rows, takes("P7", "P0"), takes("P3", "P7")])
    linked.sort_values("product", kind="stable").to_parquet(tmp_path / "linked.parquet", index=False, row_group_size=2)
    return tmp_path


def lose(path: Path) -> None:
    path.unlink()


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize("harm", [lose, damage])
@pytest.mark.parametrize("source", ["sorted", "scattered", "linked"])
def test_a_finished_part_that_is_lost_or_damaged_is_calculated_again(
    mill: Path, source: str, harm: Callable[[Path], None]
) -> None:
    """The run ended as if all were well, with fewer products in its files than it counted."""
    inputs = mill / f"{source}.parquet", mill / "rule.yaml", mill / "factors.csv"
    tp.calculate_batch(*inputs, out=mill / "undisturbed", weights=True, progress=False, **CALL)
    with pytest.raises(Stop):
        tp.calculate_batch(*inputs, out=mill / "out", weights=True, progress=stop, **CALL)
    harm(min((mill / "out" / "results").glob("*.parquet")))
    harm(max((mill / "out" / "weights").glob("*.parquet")))
    for rejected in (mill / "out" / "parts").glob("*.csv"):
        rejected.unlink()
    done = tp.calculate_batch(*inputs, out=mill / "out", weights=True, progress=False, **CALL)
    assert contents(done.out) == contents(mill / "undisturbed")
    assert done.read().num_rows == done.products


def test_new_factors_likewise(mill: Path) -> None:
    inputs = mill / "sorted.parquet", mill / "rule.yaml", mill / "factors.csv"
    old = tp.calculate_batch(*inputs, out=mill / "old", weights=True, progress=False, **CALL).out
    (mill / "new.csv").write_text(FACTORS.replace("electricity,0.5", "electricity,0.4"), encoding="utf-8")
    tp.reprice(old, mill / "new.csv", out=mill / "undisturbed", progress=False)
    with pytest.raises(Stop):
        tp.reprice(old, mill / "new.csv", out=mill / "out", progress=stop)
    lose(min((mill / "out" / "results").glob("*.parquet")))
    damage(max((mill / "out" / "results").glob("*.parquet")))
    done = tp.reprice(old, mill / "new.csv", out=mill / "out", progress=False)
    assert contents(done.out) == contents(mill / "undisturbed")
