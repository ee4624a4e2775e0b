"""The recipes of docs/recipes give the bytes of a serial run, on Spark and on Ray; linked products among them."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import distributed
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import workload
from engines import has_ray, has_spark
from links import write_linked

import textile_pcf as tp
from paths import ROOT

RECIPES = ROOT / "docs" / "recipes"
PRODUCTS, BAD = 120, (0, 77)
BAD_SUPPLIER = 101  # of linked products: 2 others take it in the end
SOURCES = ("sorted", "shuffled", "linked")
SPARK = "--master local[2] --driver-memory 600m " + " ".join(  # small, on the loopback, and patient
    f"--conf spark.{setting}"
    for setting in (
        "ui.enabled=false", "driver.host=127.0.0.1", "driver.bindAddress=127.0.0.1", "network.timeout=600s",
        "executor.heartbeatInterval=60s", "rpc.askTimeout=600s", "sql.shuffle.partitions=2", "python.worker.reuse=true",
    )
) + " pyspark-shell"  # fmt: skip
RAY = """
import ray
for attempt in range(5):  # it gives a loaded machine 30 s to start, whatever one asks
    try:
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100_000_000, _node_ip_address="127.0.0.1")
        break
    except Exception:
        ray.shutdown()
        if attempt == 4:
            raise
"""


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
    write_linked(folder / "in_groups.parquet", PRODUCTS)
    linked = pq.read_table(folder / "in_groups.parquet").combine_chunks()
    linked = workload.spoilt(linked, BAD_SUPPLIER * 40 + workload.BAD)
    pq.write_table(linked, folder / "linked.parquet", row_group_size=1_200)
    return folder


def recipe(name: str) -> ModuleType:
    found = spec_from_file_location(name, RECIPES / f"{name}.py")
    assert found is not None and found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def serial(place: Path, name: str) -> tp.BatchResult:
    """The batch in one process; of linked products in several partitions, as its links are solved across them."""
    rows = {"partition_rows": 1_200} if name == "linked" else {}
    source = place / f"{name}.parquet"
    return tp.calculate_batch(source, workload.RULE, place / "factors.csv", out=place / f"out_{name}", progress=False, **rows)


def same(found: pa.Table, expected: tp.BatchResult) -> None:
    """Equal to the last bit, when both are ordered by product; the same products rejected."""
    results = found.filter(pc.is_null(found["rejected"])).drop_columns(["rejected"]).sort_by("product")
    wanted = expected.read().sort_by("product")
    assert results.to_pydict() == wanted.to_pydict()
    rejected = found.filter(pc.is_valid(found["rejected"])).select(["product", "rejected"]).to_pylist()
    codes = {problem["product"]: problem["code"] for problem in expected.problems()}
    assert {row["product"]: row["rejected"].split(":")[0] for row in rejected} == codes
    assert len(rejected) == expected.rejected >= len(BAD)


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


def ran(name: str, place: Path, before: str = "") -> list[str]:
    """Run a recipe on all sources, one after the other in one process, told that this is the Python of its workers."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(RECIPES), *filter(None, sys.path)]), "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": SPARK, "SPARK_LOCAL_IP": "127.0.0.1", "RAY_USAGE_STATS_ENABLED": "0",
    }  # fmt: skip
    calls = [
        (str(place / f"{source}.parquet"), str(place / f"{name}_{source}"), str(workload.RULE), str(place / "factors.csv"))
        for source in SOURCES
    ]
    code = f"{before}\nimport {name}\n{name}.PARTITIONS = 3\nfor words in {calls!r}:\n    {name}.main(*words)\n"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=800)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.mark.skipif(not has_spark(), reason="no Spark, or no Java runtime")
def test_spark_gives_the_bytes_of_a_serial_run(place: Path) -> None:
    ran("on_spark", place)
    for source in SOURCES:
        same(pq.read_table(place / f"on_spark_{source}"), serial(place, source))


@pytest.mark.skipif(not has_ray(), reason="no Ray")
def test_ray_gives_the_bytes_of_a_serial_run(place: Path) -> None:
    told = [line for line in ran("on_ray", place, RAY) if "products = " in line]
    for source, said in zip(SOURCES, told, strict=True):
        out, expected = place / f"on_ray_{source}", serial(place, source)
        assert said == f"{PRODUCTS} products = {expected.products} calculated + {expected.rejected} rejected"
        for file in ("rejected.csv", "rejected_activity.csv"):
            assert (out / file).read_bytes() == (expected.out / file).read_bytes()
        assert tp.BatchResult(out, 0, 0, 0, 0.0).read().equals(expected.read())


@pytest.mark.parametrize("name", ["sorted", "linked"])
def test_a_killed_worker_of_dask_changes_no_byte(place: Path, name: str) -> None:
    """One of two worker processes is killed in the middle; its partitions are calculated by the other, or by its successor."""
    out, options = place / f"dask_{name}", {"partition_rows": 240, "progress": False}
    pq.write_table(pq.read_table(place / f"{name}.parquet"), place / "cut.parquet", row_group_size=240)
    call = functools.partial(tp.calculate_batch, place / "cut.parquet", workload.RULE, place / "factors.csv", **options)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = min(client.run(os.getpid).values())
        killed = threading.Event()

        def kill_once(done: int, parts: int) -> None:
            if done >= 2 and not killed.is_set():
                killed.set()
                psutil.Process(victim).kill()

        found = call(out=out, dask=client, progress=kill_once)
    assert killed.is_set()
    expected = call(out=place / f"undisturbed_{name}")
    assert found.rejected == expected.rejected >= 1 and len(found.files) == len(expected.files) > 10
    for one, other in zip(found.files, expected.files, strict=True):
        assert one.read_bytes() == other.read_bytes()
