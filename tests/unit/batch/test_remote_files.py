"""Activity data at an address: a local S3 server and a local web server give what files give; keys stay secret."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from parquet_files import rows, start_dyehouse
from small_batches import PRODUCTS, SECRET, batch, totals

from textile_pcf.cli import run
from textile_pcf.errors import PcfError, UsageError


@pytest.fixture
def bucket(open_bucket: Callable[[str], Any]) -> Any:
    """A file system with an empty bucket `mills`."""
    return open_bucket("mills")


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return start_dyehouse(tmp_path)


@pytest.fixture
def web(mill: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(mill))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def wrong_unit(table: pa.Table, row: int) -> pa.Table:
    units = table["unit"].to_pylist()
    return table.set_column(4, "unit", pa.array([*units[:row], "kWh", *units[row + 1 :]]))


def test_files_of_s3_give_what_local_files_give(mill: Path, bucket: Any) -> None:
    table = wrong_unit(rows(PRODUCTS), 22)
    for number in range(3):
        part = table.slice(number * 12, 12)
        pq.write_table(part, mill / "part.parquet")
        bucket.put(str(mill / "part.parquet"), f"mills/catalogue/region=GLO/part-{number}.parquet")
    table.to_pandas().to_csv(mill / "mill.csv", index=False)
    bucket.put(str(mill / "mill.csv"), "mills/mill.csv")
    bucket.pipe("mills/catalogue/_SUCCESS", b"")
    expected = totals(batch(mill, mill / "mill.csv", "local"))
    for number, source in enumerate(["s3://mills/catalogue", "s3://mills/catalogue/*/part-*.parquet", "s3://mills/mill.csv"]):
        result = batch(mill, source, f"out{number}")
        assert totals(result) == pytest.approx(expected, rel=1e-13), source
        assert not (result.out / ".download").exists()
        assert result._manifest("inputs", {})["activity"] == source
        place = "catalogue/region=GLO/part-1.parquet row 10" if number < 2 else "mill.csv:24"
        assert result.problems()[0]["where"].startswith(f"s3://mills/{place} "), result.problems()
        assert totals(batch(mill, source, f"out{number}")) == totals(result)  # finished
        assert not any(SECRET.encode() in path.read_bytes() for path in result.out.rglob("*") if path.is_file())
    own = ["--rule", str(mill / "rule.yaml"), "--factors", str(mill / "factors.csv")]
    assert run(["batch", "s3://mills/mill.csv", "-o", str(mill / "cli"), *own]) == 1  # one product is rejected
    assert (mill / "cli" / "results" / "part-00000.parquet").exists()


def test_files_of_a_web_server_are_read_and_keys_in_the_address_stay_secret(mill: Path, web: str) -> None:
    rows(PRODUCTS).to_pandas().to_csv(mill / "mill.csv", index=False)
    result = batch(mill, f"{web}/mill.csv?signature={SECRET}")
    assert totals(result) == totals(batch(mill, mill / "mill.csv", "local"))
    assert result._manifest("inputs", {})["activity"] == f"{web}/mill.csv"
    with pytest.raises(UsageError) as caught:
        batch(mill, f"{web}/none.csv?signature={SECRET}", "none")
    assert str(caught.value.problems[0]) == f"{web}/none.csv: There is no file at this address. Check the address."
    assert not (mill / "none").exists()
    for path in result.out.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path


def test_addresses_that_cannot_be_read_are_refused_without_keys(
    mill: Path, bucket: Any, web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.pipe("mills/two/a.csv", b"product\n")
    bucket.pipe("mills/two/b.parquet", b"PAR1")
    bucket.pipe("mills/book.xlsx", b"")
    cases = {
        "s3://mills/nothing": "There is no file at this address",
        "s3://mills/nothing/*.parquet": "There is no file at this address",
        "s3://nowhere/catalogue.parquet": "There is no file at this address",
        "s3://mills/two": "The files are of two kinds",
        "s3://mills/book.xlsx": "Parquet or CSV files only",
        "ftp://mills/a.csv": "Files cannot be read from ftp:// addresses",
    }
    for source, words in cases.items():
        with pytest.raises(PcfError, match=words) as caught:
            batch(mill, source)
        assert SECRET not in str(caught.value)
    assert not (mill / "out").exists()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(UsageError, match="There are no keys for this address"):
        batch(mill, "s3://mills/two/a.csv")

    def absent(*arguments: object, **options: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    with pytest.raises(UsageError, match="Reading from s3:// needs fsspec and s3fs"):
        batch(mill, "s3://mills/two/a.csv")
