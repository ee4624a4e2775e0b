"""Parquet files that are empty, cut off, encrypted, another file or damaged in one byte."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from parquet_files import batch, own, refused, rows, start_dyehouse, write

from textile_pcf.batch.partitioning import plan_partitions
from textile_pcf.cli import run


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return start_dyehouse(tmp_path)


ENCODINGS = ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]


PRODUCTS = ["P-1", "布 2", "a long name of a product", "P-10"]


@pytest.mark.parametrize("groups", [0, 1, 3])
def test_a_file_without_rows_is_refused(mill: Path, capsys, groups: int) -> None:
    table, path = rows(["A"]).slice(0, 0), mill / "mill.parquet"
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(groups):
            writer.write_table(table)
    refused(mill, capsys, path, "This table has no rows.")


OTHERS: dict[str, bytes] = {
    "nothing": b"",
    "a CSV": b"product,stage\nA,dyeing\n",
    "a mark": b"PAR1",
    "two marks": b"PAR1PAR1",
    "a length beyond the file": b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1",
    "an archive": b"PK\x03\x04" + bytes(60),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_file_is_told(mill: Path, capsys, name: str) -> None:
    path = mill / "mill.parquet"
    path.write_bytes(OTHERS[name])
    words = "This Parquet file cannot be read" if OTHERS[name][:4] == b"PAR1" else "This is not a Parquet file."
    refused(mill, capsys, path, words)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_told(mill: Path, capsys, part: float) -> None:
    path = write(mill, rows(PRODUCTS))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    refused(mill, capsys, path, "This Parquet file cannot be read")


def test_an_encrypted_file_is_told(mill: Path, capsys) -> None:
    path = write(mill, rows(PRODUCTS))
    data = path.read_bytes()
    path.write_bytes(b"PARE" + data[4:-4] + b"PARE")
    refused(mill, capsys, path, "This Parquet file is encrypted. Write it without encryption.")


def test_a_folder_of_this_name_is_read_as_a_folder(mill: Path, capsys) -> None:
    (mill / "mill.parquet").mkdir()
    assert batch(mill, mill / "mill.parquet") == 2
    assert "This folder holds no file of activity data. Put Parquet or CSV files there." in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything can be read by root")
def test_a_file_that_may_not_be_read_is_told(mill: Path, capsys) -> None:
    path = write(mill, rows(PRODUCTS))
    path.chmod(0)
    assert batch(mill, path) == 2
    assert "This file cannot be read" in capsys.readouterr().err


def test_a_page_that_differs_from_its_checksum_is_told(mill: Path, capsys) -> None:
    """Where a writer has left one; the amount would be another number, and nothing else would tell."""
    path = write(mill, rows(PRODUCTS), compression="none", write_page_checksum=True, write_statistics=False)
    data = bytearray(path.read_bytes())
    at = data.index(np.float64(8.0).tobytes())
    data[at + 6] ^= 1
    path.write_bytes(data)
    refused(mill, capsys, path, "CRC checksum verification failed")


WRITERS: dict[str, tuple[bool, dict[str, Any]]] = {
    "plain": (False, {"compression": "none"}),
    "scattered": (True, {"compression": "none"}),
    "compressed": (False, {"compression": "snappy"}),
    "scattered and compressed": (True, {"compression": "zstd"}),
    "pages of version 2": (True, {"compression": "none", "data_page_version": "2.0"}),
    "without dictionaries": (True, {"compression": "none", "use_dictionary": False}),
    "differences": (
        False,
        {"compression": "none", "use_dictionary": False, "column_encoding": {"product": ENCODINGS[1], "flow": ENCODINGS[0]}},
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_no_single_damaged_byte_is_a_fault_of_the_program(mill: Path, capsys, name: str) -> None:
    scattered, options = WRITERS[name]
    path = write(mill, rows([f"P-{number:03d}" for number in range(20)], scattered=scattered), group=30, **options)
    assert batch(mill, path) == 0
    data, draw, ends = path.read_bytes(), random.Random(name), Counter[int]()
    assert plan_partitions(str(path)).partitions is None or not scattered
    for _ in range(60):
        damaged, at = bytearray(data), draw.randrange(len(data))
        damaged[at] = draw.choice((damaged[at] ^ (1 << draw.randrange(8)), draw.randrange(256)))
        path.write_bytes(damaged)
        capsys.readouterr()
        for code in (batch(mill, path), run(["check", str(path), *own(mill)])):
            said = capsys.readouterr()
            assert code in (0, 1, 4) and "Traceback" not in said.err, f"byte {at} is {damaged[at]}\n{said.err}"
            ends[code] += 1
    assert ends[4] > 20
