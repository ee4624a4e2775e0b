"""The recipes of docs/recipes give the bytes of a serial run; on Spark and on Ray where these are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import workload

import textile_pcf as tp
from paths import ROOT

RECIPES = ROOT / "docs" / "recipes"
PRODUCTS, BAD = 120, (0, 77)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    workload.write_factors(folder / "factors.csv")
    workload.write_parquet(folder / "clean.parquet", PRODUCTS, group=30)
    table = pq.read_table(folder / "clean.parquet")
    for bad in BAD:
        table = workload.spoilt(table.combine_chunks(), bad * 40 + workload.BAD)
    pq.write_table(table, folder / "sorted.parquet", row_group_size=1_200)
    pq.write_table(table.take(np.random.default_rng(1).permutation(table.num_rows)), folder / "shuffled.parquet")
    return folder


def recipe(name: str) -> ModuleType:
    found = spec_from_file_location(name, RECIPES / f"{name}.py")
    assert found is not None and found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def serial(place: Path, name: str) -> tp.BatchResult:
    source = place / f"{name}.parquet"
    return tp.calculate_batch(source, workload.RULE, place / "factors.csv", out=place / f"out_{name}", progress=False)


def same(found: pa.Table, expected: tp.BatchResult) -> None:
    """Equal to the last bit, when both are ordered by product; the same products rejected."""
    results = found.filter(pc.is_null(found["rejected"])).drop_columns(["rejected"]).sort_by("product")
    wanted = expected.read().sort_by("product")
    assert results.to_pydict() == wanted.to_pydict()
    rejected = found.filter(pc.is_valid(found["rejected"])).select(["product", "rejected"]).to_pylist()
    codes = {problem["product"]: problem["code"] for problem in expected.problems()}
    assert {row["product"]: row["rejected"].split(":")[0] for row in rejected} == codes
    assert len(rejected) == len(BAD)


@pytest.mark.parametrize("name", ["sorted", "shuffled"])
def test_the_function_for_spark_gives_the_bytes_of_a_serial_run(place: Path, name: str) -> None:
    table = pq.read_table(place / f"{name}.parquet")
    products = pc.cast(table["product"], pa.string())
    parts = pc.index_in(products, products.unique()).to_numpy() % 4
    footprints, tables = recipe("on_spark").footprints, [str(place / "factors.csv")]
    same(
        pa.concat_tables([footprints(table.filter(parts == part), str(workload.RULE), tables) for part in range(4)]),
        serial(place, name),
    )


def test_a_partition_of_rejected_products_only_has_the_same_columns(place: Path) -> None:
    rows = pq.read_table(place / "sorted.parquet").slice(0, 40)
    (told,) = recipe("on_spark").footprints(rows, str(workload.RULE), [str(place / "factors.csv")]).to_pylist()
    assert told["product"] == workload.sku([0])[0] and told["total"] is None
    assert told["rejected"].startswith("wrong-dimension: 'piece' is pieces")


def ran(name: str, *words: object) -> str:
    """A recipe as it is called, told that this is the Python of its workers."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, str(RECIPES / f"{name}.py"), *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=600).stdout


@pytest.mark.skipif(find_spec("pyspark") is None, reason="Spark is no dependency: pip install pyspark, and a Java runtime")
@pytest.mark.parametrize("name", ["sorted", "shuffled"])
def test_spark_gives_the_bytes_of_a_serial_run(place: Path, name: str) -> None:
    out = place / f"spark_{name}"
    ran("on_spark", place / f"{name}.parquet", out, workload.RULE, place / "factors.csv")
    same(pq.read_table(out), serial(place, name))


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is no dependency: pip install ray")
@pytest.mark.parametrize("name", ["sorted", "shuffled"])
def test_ray_gives_the_bytes_of_a_serial_run(place: Path, name: str) -> None:
    out = place / f"ray_{name}"
    said = ran("on_ray", place / f"{name}.parquet", out, workload.RULE, place / "factors.csv")
    assert said.splitlines()[-1] == f"{PRODUCTS} products = {PRODUCTS - len(BAD)} calculated + {len(BAD)} rejected"
    expected = serial(place, name)
    for file in ("rejected.csv", "rejected_activity.csv", *(f"results/{path.name}" for path in expected.files)):
        assert (out / file).read_bytes() == (expected.out / file).read_bytes()
