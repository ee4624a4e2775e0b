"""Memory of `factory.meters` does not grow with the readings: peak memory of processes by the operating system."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

MINUTE, MILLION = 60_000_000, 1 << 20
CHILD = """
import re, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from textile_pcf import factory
folder = Path(sys.argv[1])
result = factory.meters(folder / sys.argv[2], folder / "meters.csv", folder / "batches.csv")
assert result["meters"][0]["readings"] == int(sys.argv[3])
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024)
"""


def write_readings(path, millions):
    """Registers whose values cannot be compressed, a million readings of one meter at a time."""
    random, value, names = np.random.default_rng(1), 0.0, pa.array(["E1"])
    schema = pa.schema(
        [("meter", pa.dictionary(pa.int32(), pa.string())), ("time", pa.timestamp("us")), ("value", pa.float64())]
    )
    with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=["meter"]) as writer:
        for number in range(millions):
            values = value + np.cumsum(random.random(MILLION))
            times = pa.array((number * MILLION + np.arange(MILLION)) * MINUTE, pa.timestamp("us"))
            meter = pa.DictionaryArray.from_arrays(np.zeros(MILLION, dtype=np.int32), names)
            writer.write_table(pa.table([meter, times, values], schema=schema))
            value = values[-1]


def peak_memory(folder, millions):
    """Peak memory of a process that reads so many readings. [B]

    How far ahead arrow reads depends on the load of the machine, so of several runs the least says what the algorithm needs.
    """
    arguments = [sys.executable, "-c", CHILD, str(folder), f"{millions}.parquet", str(millions * MILLION)]
    return int(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads peak memory from /proc")
def test_peak_memory_does_not_grow_with_the_readings(tmp_path):
    (tmp_path / "meters.csv").write_text("meter,carrier,unit,reading,machine\nE1,electricity,kWh,cumulative,M1\n")
    (tmp_path / "batches.csv").write_text(
        "batch,product,process,machine,start,end,output,unit\nB1,P,dyeing,M1,1970-01-02 00:00:30,1970-01-03 07:11,100,kg\n"
    )
    for millions in (1, 6):
        write_readings(tmp_path / f"{millions}.parquet", millions)
    peaks = [peak_memory(tmp_path, 1), min(peak_memory(tmp_path, 6) for _ in range(3))]
    longer = (tmp_path / "6.parquet").stat().st_size - (tmp_path / "1.parquet").stat().st_size
    assert longer > 75 * MILLION
    assert peaks[1] - peaks[0] < longer / 3, peaks
