"""Files at `gs://` and `abfs://`: read, calculated, and the results written there, as in a folder of this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from parquet_files import rows, start_dyehouse
from small_batches import PRODUCTS
from storage_emulators import azure_server, google_server, has_azure, has_google

import textile_pcf as tp
from textile_pcf.errors import PcfError

CLOUDS = [
    pytest.param("gs", marks=pytest.mark.skipif(not has_google(), reason="absent witness: gcp-storage-emulator and gcsfs")),
    pytest.param("abfs", marks=pytest.mark.skipif(not has_azure(), reason="absent witness: Azurite and adlfs")),
]
OPTIONS: dict[str, Any] = {"partition_rows": 9, "progress": False, "weights": True}


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """The protocol, and a file system with an empty bucket `mills`, found by the environment as a user's is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with google_server() if request.param == "gs" else azure_server(tmp_path / "azurite") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        azure = variables.get("AZURE_STORAGE_CONNECTION_STRING")
        known = {"connection_string": azure} if azure else {"token": "anon"}
        system = fsspec.filesystem(request.param, skip_instance_cache=True, use_listings_cache=False, **known)
        system.mkdir("mills")
        yield request.param, system
        type(system).clear_instance_cache()


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    folder = start_dyehouse(tmp_path)
    rows(PRODUCTS).to_pandas().to_csv(folder / "mill.csv", index=False)
    return folder


def calculate(mill: Path, source: object, out: object, **options: object) -> tp.BatchResult:
    return tp.calculate_batch(source, mill / "rule.yaml", mill / "factors.csv", out=out, **OPTIONS | options)


def test_a_catalogue_there_gives_the_results_of_one_here(cloud: tuple[str, Any], mill: Path) -> None:
    protocol, system = cloud
    system.pipe_file("mills/in/mill.csv", (mill / "mill.csv").read_bytes())
    here = calculate(mill, mill / "mill.csv", mill / "out")
    there = calculate(mill, f"{protocol}://mills/in/mill.csv", f"{protocol}://mills/out")
    assert there.address == f"{protocol}://mills/out" and there.read().equals(here.read())
    files = [path for folder in ("results", "weights") for path in (here.out / folder).iterdir()]
    parts = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
    assert len(parts) > 4
    assert {name: system.cat_file(f"mills/out/{name}") for name in parts} == parts
    manifest = json.loads(system.cat_file("mills/out/manifest.json"))
    assert f"{protocol}://mills/in/mill.csv" in json.dumps(manifest["inputs"])


def test_what_is_not_there_is_refused_before_anything_is_calculated(cloud: tuple[str, Any], mill: Path) -> None:
    protocol, system = cloud
    with pytest.raises(PcfError, match=f"{protocol}://mills/nowhere.csv"):
        calculate(mill, f"{protocol}://mills/nowhere.csv", mill / "out")
    with pytest.raises(PcfError, match=f"{protocol}://nowhere"):
        calculate(mill, mill / "mill.csv", f"{protocol}://nowhere/out")
    assert system.find("mills") == []
