"""A batch that is called again without a number of rows continues with that of its manifest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp

RULE = {
    "rule": "mill",
    "edition": "1",
    "product": {"unit": "kg"},
    "stages": [{"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}],
}
FACTORS = {"electricity": "0.5 kgCO2e/kWh"}


def catalogue(folder: Path, first: str = "1") -> Path:
    rows = [
        {"product": f"P{number}", "stage": "weaving", "flow": "electricity", "amount": first, "unit": "kWh"}
        for number in range(6)
    ]
    path = folder / "mill.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def batch(path: Path, out: Path, **options: object) -> tp.batch.BatchResult:
    return tp.calculate_batch(path, RULE, FACTORS, out=out, **{"progress": False, **options})  # type: ignore[arg-type]


class StoppedError(Exception):
    pass


def stop(done: int, _: int) -> None:
    if done == 1:
        raise StoppedError


def test_an_unfinished_batch_continues_with_its_own_partitions(tmp_path: Path) -> None:
    path = catalogue(tmp_path)
    with pytest.raises(StoppedError):
        batch(path, tmp_path / "out", partition_rows=2, workers=1, progress=stop)
    done = batch(path, tmp_path / "out")
    assert len(done.files) > 1
    assert '"resume"' in (tmp_path / "out" / "log.jsonl").read_text(encoding="utf-8")
    whole = batch(path, tmp_path / "whole", partition_rows=2)
    assert [(file.name, file.read_bytes()) for file in done.files] == [(file.name, file.read_bytes()) for file in whole.files]


def test_a_finished_batch_is_known_again(tmp_path: Path) -> None:
    path = catalogue(tmp_path)
    batch(path, tmp_path / "out", partition_rows=2)
    assert len(batch(path, tmp_path / "out").files) > 1


def test_another_number_that_is_given_is_another_run(tmp_path: Path) -> None:
    path = catalogue(tmp_path)
    batch(path, tmp_path / "out", partition_rows=2)
    with pytest.raises(tp.UsageError, match="its partition_rows differs"):
        batch(path, tmp_path / "out", partition_rows=3)


def test_other_rows_are_named_and_not_the_partitions(tmp_path: Path) -> None:
    batch(catalogue(tmp_path), tmp_path / "out", partition_rows=2)
    with pytest.raises(tp.UsageError, match="its source_sha256 differs"):
        batch(catalogue(tmp_path, "2"), tmp_path / "out")


def test_an_address_continues_too(tmp_path: Path) -> None:
    """The folder at the address names the run, also where nothing of it is left on this machine."""
    pytest.importorskip("fsspec")
    from textile_pcf.batch.remote_folder import RemoteFolder

    class System:
        def cat_file(self, name: str) -> bytes:
            if name != "bucket/out/.manifest.json.new":
                raise FileNotFoundError(name)
            return b'{"run": {"rule": "mill@1", "partition_rows": 2}}'

    folder = RemoteFolder("s3://bucket/out", System(), "bucket/out", tmp_path)
    assert folder.rows_of_same_job({"rule": "mill@1"}) == 2
    assert folder.rows_of_same_job({"rule": "silk@1"}) is None
