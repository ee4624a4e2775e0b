"""Results at an address: a local S3 server holds what a local folder holds, whole files only, the manifest last."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parquet_files import rows, start_dyehouse
from small_batches import PRODUCTS, SECRET

import textile_pcf as tp
from textile_pcf.batch.remote_folder import split_output
from textile_pcf.cli import run
from textile_pcf.errors import InputError, PcfError, UsageError

OPENING = ".manifest.json.new"
HERE_ONLY = {"log.jsonl"}


@pytest.fixture
def bucket(open_bucket: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A file system with an empty bucket `results`."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return open_bucket("results")


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A dyehouse with twelve products, one of which has a unit that does not fit."""
    folder = start_dyehouse(tmp_path)
    frame = rows(PRODUCTS).to_pandas()
    frame["unit"] = frame["unit"].astype(str)
    frame.loc[22, "unit"] = "kWh"
    frame.to_csv(folder / "mill.csv", index=False)
    return folder


def batch(mill: Path, out: object, **options: object) -> tp.BatchResult:
    options = {"partition_rows": 9, "progress": False, "factors": mill / "factors.csv", **options}
    return tp.calculate_batch(mill / "mill.csv", mill / "rule.yaml", out=out, **options)


def uploaded(bucket: Any, folder: str) -> dict[str, bytes]:
    return {path.removeprefix(f"{folder}/"): bucket.cat_file(path) for path in bucket.find(folder)}


def files(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name not in HERE_ONLY}


def other_than_paths(manifest: bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(manifest).items() if name != "inputs"}


def test_results_at_an_address_are_those_of_a_folder_byte_for_byte(mill: Path, bucket: Any) -> None:
    options = {"weights": True, "fingerprints": True}
    expected = files(batch(mill, mill / "local", **options).out)
    result = batch(mill, "s3://results/2026/", **options)
    found = uploaded(bucket, "results/2026")
    assert sorted(found) == sorted(expected)
    assert len([name for name in found if name.startswith("results/")]) > 2
    assert other_than_paths(found.pop("manifest.json")) == other_than_paths(expected.pop("manifest.json"))
    assert found == expected
    assert result.address == "s3://results/2026"
    assert (result.products, result.rejected, result.read().num_rows) == (11, 1, 11)
    for content in (*uploaded(bucket, "results").values(), (result.out / "log.jsonl").read_bytes()):
        assert SECRET.encode() not in content


def test_command_line_works_in_the_folder_named_and_prints_the_address(
    mill: Path, bucket: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ["--rule", str(mill / "rule.yaml"), "--factors", str(mill / "factors.csv")]
    work = ["--local", str(mill / "work")]
    assert run(["batch", str(mill / "mill.csv"), "-o", "s3://results/cli", "--weights", *own, *work]) == 1  # one rejected
    assert "s3://results/cli/results" in capsys.readouterr().out
    assert files(mill / "work") == uploaded(bucket, "results/cli")
    again = ["reprice", str(mill / "work"), "--factors", str(mill / "factors.csv"), "-o", "s3://results/new"]
    assert run(again) == 1
    assert "manifest.json" in uploaded(bucket, "results/new")
    assert run(["batch", str(mill / "mill.csv"), "-o", str(mill / "out"), *own, *work]) == 2
    assert "belongs to results at an address" in capsys.readouterr().err


def test_another_run_or_other_files_at_the_address_are_refused(mill: Path, bucket: Any) -> None:
    batch(mill, "s3://results/taken", local=mill / "first")
    before = uploaded(bucket, "results/taken")
    with pytest.raises(UsageError, match="s3://results/taken: This folder holds another run: its units differs"):
        batch(mill, "s3://results/taken", local=mill / "second", units=["g"])
    assert uploaded(bucket, "results/taken") == before
    bucket.pipe("results/holiday/photo.jpg", b"")
    with pytest.raises(UsageError, match=r"no batch wrote it: it holds photo\.jpg"):
        batch(mill, "s3://results/holiday", local=mill / "third")
    bucket.pipe("results/taken/results/part-00099.parquet", b"")
    bucket.rm_file("results/taken/manifest.json")
    bucket.pipe(f"results/taken/{OPENING}", json.dumps({"run": json.loads(before["manifest.json"])["run"]}).encode())
    with pytest.raises(UsageError, match=r"part-00099\.parquet: This file is not of this batch"):
        batch(mill, "s3://results/taken", local=mill / "first")


def test_interrupted_upload_is_resumed_to_the_same_bytes(mill: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = files(batch(mill, mill / "local").out)
    put, done = type(bucket).put_file, []

    def put_two(self: Any, local: str, remote: str, **options: Any) -> None:
        if len(done) == 2:
            raise ConnectionError(f"sent {SECRET}")
        put(self, local, remote, **options)
        done.append(remote)

    with monkeypatch.context() as patch:
        patch.setattr(type(bucket), "put_file", put_two)
        with pytest.raises(UsageError, match=r"Nothing can be written to this address \(ConnectionError\)") as caught:
            batch(mill, "s3://results/half")
    assert SECRET not in str(caught.value)
    there = uploaded(bucket, "results/half")
    assert sorted(there) == [OPENING, "results/part-00000.parquet", "results/part-00001.parquet"]
    with pytest.raises(UsageError, match="This folder holds another run"):  # also for one on another machine
        batch(mill, "s3://results/half", local=mill / "elsewhere", units=["g"])
    assert uploaded(bucket, "results/half") == there
    batch(mill, "s3://results/half")
    found = uploaded(bucket, "results/half")
    assert other_than_paths(found.pop("manifest.json")) == other_than_paths(expected.pop("manifest.json"))
    assert found == expected


def test_finished_run_at_the_address_is_recognised_and_fetched(
    mill: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = batch(mill, "s3://results/done", local=mill / "first", weights=True)
    before = uploaded(bucket, "results/done")
    with monkeypatch.context() as patch:
        patch.setattr("textile_pcf.batch.run._Batch._calculate", lambda *_: pytest.fail("calculated again"))
        second = batch(mill, "s3://results/done", local=mill / "second", weights=True)
    assert second.read().equals(first.read())
    assert second.problems() == first.problems()
    assert files(second.out) == files(first.out)
    bucket.rm_file("results/done/results/part-00001.parquet")
    batch(mill, "s3://results/done", local=mill / "first", weights=True)
    assert uploaded(bucket, "results/done") == before
    bucket.pipe("results/done/results/part-00001.parquet", b"changed")
    with pytest.raises(UsageError, match=r"done/results/part-00001\.parquet: This file is not as the batch wrote it"):
        batch(mill, "s3://results/done", local=mill / "third", weights=True)


def test_refused_input_leaves_nothing_at_the_address(mill: Path, bucket: Any) -> None:
    with pytest.raises(InputError):
        batch(mill, "s3://results/strict", on_error="fail")
    assert bucket.find("results/strict") == []


def test_places_that_cannot_be_written_are_refused_before_anything_is_calculated(
    mill: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textile_pcf.batch.run._Batch._calculate", lambda *_: pytest.fail("calculated"))
    cases = {
        "s3://nowhere/2026": "There is no such bucket or container",
        "s3://": "This address names no bucket",
        f"https://me:{SECRET}@mills.example/out": "Results cannot be written to https:// addresses",
        "ftp://mills.example/out": "Results cannot be written to ftp:// addresses",
    }
    for out, words in cases.items():
        with pytest.raises(PcfError, match=words) as caught:
            batch(mill, out)
        assert SECRET not in str(caught.value)
    bucket.put(str(mill / "mill.csv"), "results/input/mill.csv")
    with pytest.raises(UsageError, match="are not apart"):
        tp.calculate_batch("s3://results/input", mill / "rule.yaml", mill / "factors.csv", out="s3://results/input/out")

    def denied(*arguments: object, **options: object) -> None:
        raise PermissionError(f"denied for {SECRET}")

    with monkeypatch.context() as patch:
        patch.setattr(type(bucket), "pipe_file", denied)
        with pytest.raises(UsageError, match="Access to this address is refused") as caught:
            batch(mill, "s3://results/denied")
    assert SECRET not in str(caught.value)

    def absent(*arguments: object, **options: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    with pytest.raises(UsageError, match="Writing to s3:// needs fsspec and s3fs"):
        batch(mill, "s3://results/2026")


def test_folder_to_work_in_depends_on_the_address_without_secrets() -> None:
    first, _ = split_output("s3://results/2026", None)
    assert split_output(f"s3://key:{SECRET}@results/2026/", None)[0] == first
    assert split_output("s3://results/2027", None)[0] != first
    assert SECRET not in str(first)
