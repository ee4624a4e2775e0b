"""Speed and memory of `factory.meters`, as ratios in one process.

`python tests/benchmarks/meters.py [--readings 20000000] [--runs 5]`

Runs alternate; the first round is discarded; minima and medians of processor time are printed, one JSON line per measurement.
duckdb and polars are measured where they are installed; their question is the as-of join at both ends of each batch, and their
sums are compared with ours first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from textile_pcf import PcfWarning, factory

METERS, START, MINUTE = 200, datetime(2024, 1, 1), 60_000_000
SCHEMA = pa.schema([("meter", pa.dictionary(pa.int32(), pa.string())), ("time", pa.timestamp("us")), ("value", pa.float64())])
FIRST = int(np.datetime64(START, "us").astype(np.int64))
NAMES = pa.array([f"E-{number:03d}" for number in range(METERS)])


def blocks(minutes: int, mixed: bool) -> Iterator[pa.Table]:
    """Readings of every minute, by meter or by time, in tables of about a million rows."""
    random, base = np.random.default_rng(1), np.zeros(METERS)
    if mixed:
        for start in range(0, minutes, 5000):
            count = min(5000, minutes - start)
            value = base + np.cumsum(random.integers(0, 30, (count, METERS)), axis=0) / 10
            base = value[-1]
            when = np.repeat(FIRST + (start + np.arange(count)) * MINUTE, METERS)
            yield _table(np.tile(np.arange(METERS, dtype=np.int32), count), when, value.ravel())
        return
    for meter in range(METERS):
        value = np.cumsum(random.integers(0, 30, minutes)) / 10
        yield _table(np.full(minutes, meter, dtype=np.int32), FIRST + np.arange(minutes) * MINUTE, value)


def _table(meter: Any, when: Any, value: Any) -> pa.Table:
    return pa.table([pa.DictionaryArray.from_arrays(meter, NAMES), pa.array(when, pa.timestamp("us")), value], schema=SCHEMA)


def write_parquet(path: Path, minutes: int, mixed: bool) -> None:
    """Write row groups of about a million rows."""
    with pq.ParquetWriter(path, SCHEMA) as writer:
        waiting: list[pa.Table] = []
        for table in blocks(minutes, mixed):
            waiting.append(table)
            if sum(map(len, waiting)) >= 1 << 20:
                writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=1 << 20)
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=1 << 20)


def write_csv(path: Path, minutes: int) -> None:
    """Write the readings by meter as CSV."""
    with csv.CSVWriter(path, pa.schema([("meter", pa.string()), ("time", pa.string()), ("value", pa.float64())])) as writer:
        for table in blocks(minutes, mixed=False):
            text = table["time"].cast(pa.timestamp("s")).cast(pa.string())
            writer.write_table(pa.table({"meter": table["meter"].cast(pa.string()), "time": text, "value": table["value"]}))


def write_tables(folder: Path, minutes: int) -> None:
    """Write a meter per machine, and batches of two to nine hours that begin and end between readings."""
    meter = [f"E-{number:03d},electricity,kWh,cumulative,M{number},1000 kW" for number in range(METERS)]
    (folder / "meters.csv").write_text(
        "\n".join(["meter,carrier,unit,reading,machine,max_rate", *meter]) + "\n", encoding="utf-8"
    )
    random, lines = np.random.default_rng(2), ["batch,product,process,machine,start,end,output,unit"]
    for number in range(METERS):
        minute = 3
        while minute + (length := int(random.integers(120, 540))) < minutes - 1:
            times = (START + timedelta(minutes=each, seconds=30) for each in (minute, minute + length))
            lines.append(f"B{len(lines)},P{len(lines) % 40},dyeing,M{number},{','.join(map(str, times))},500,kg")
            minute += length + int(random.integers(5, 30))
    (folder / "batches.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def ours(folder: Path, name: str) -> float:
    """The kWh of all batches, through the public function with all its checks."""
    result = factory.meters(folder / name, folder / "meters.csv", folder / "batches.csv")
    return float(result["balance"][0]["allocated"])


def decode(path: Path) -> int:
    """Decode the three columns."""
    return sum(batch.num_rows for batch in pq.ParquetFile(path, read_dictionary=["meter"]).iter_batches(1 << 20))


def parse(path: Path) -> int:
    """Read and parse the CSV file."""
    types = {"meter": pa.dictionary(pa.int32(), pa.string()), "time": pa.timestamp("us"), "value": pa.float64()}
    options = csv.ReadOptions(use_threads=False, block_size=1 << 25)
    reader = csv.open_csv(path, read_options=options, convert_options=csv.ConvertOptions(column_types=types))
    return sum(batch.num_rows for batch in reader)


QUERY = """
with edge as (select 'E-' || lpad(substr(machine, 2), 3, '0') as meter, moment, sign from (
  select machine, "start" as moment, -1 as sign from batches union all select machine, "end", 1 from batches)),
line as (select meter, time, value, lead(time) over w as following, lead(value) over w as high,
  value - lag(value) over w as used from readings window w as (partition by meter order by time))
select sum(sign * (value + (high - value) * (epoch(moment) - epoch(time)) / (epoch(following) - epoch(time)))), min(used)
from edge asof join line on edge.meter = line.meter and edge.moment >= line.time
"""


def with_duckdb(folder: Path, name: str) -> float:
    """The same sum by window functions and an as-of join in duckdb."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads to 1")
    connection.execute(f"create view readings as select meter::varchar as meter, time, value from '{folder / name}'")
    connection.execute(f"create view batches as select * from read_csv('{folder / 'batches.csv'}')")
    return float(connection.execute(QUERY).fetchall()[0][0])


def with_polars(folder: Path, name: str) -> float:
    """The same sum by shifts and as-of joins in polars."""
    import polars as pl

    line = pl.scan_parquet(folder / name).with_columns(pl.col("meter").cast(pl.String)).with_columns(
        next=pl.col("time").shift(-1).over("meter"), high=pl.col("value").shift(-1).over("meter"),
        used=pl.col("value").diff().over("meter"),
    ).sort("time")  # fmt: skip
    batches = pl.scan_csv(folder / "batches.csv", try_parse_dates=True)
    meter = pl.concat_str([pl.lit("E-"), pl.col("machine").str.slice(1).str.zfill(3)])
    edges = pl.concat([
        batches.select(meter=meter, at=pl.col(column).cast(pl.Datetime("us")), sign=pl.lit(sign))
        for column, sign in (("start", -1.0), ("end", 1.0))
    ]).sort("at")  # fmt: skip
    joined = edges.join_asof(line, left_on="at", right_on="time", by="meter", strategy="backward")
    part = (pl.col("at") - pl.col("time")).dt.total_microseconds() / (pl.col("next") - pl.col("time")).dt.total_microseconds()
    used = pl.col("sign") * (pl.col("value") + (pl.col("high") - pl.col("value")) * part)
    return float(joined.select(used.sum()).collect().item())


def measured(functions: dict[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """Processor time of each function in alternating runs; the first round is discarded."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(runs + 1):
        for name, function in functions.items():
            before = time.process_time()
            function()
            if turn:
                times[name].append(time.process_time() - before)
    return times


def report(what: str, times: dict[str, list[float]], base: str) -> None:
    """Print one JSON line: seconds, and ratios to the base by minimum and median."""
    for name, seconds in times.items():
        ratios = [round(each(seconds) / each(times[base]), 2) for each in (min, statistics.median)]
        line = {"what": what, "who": name, "min_s": round(min(seconds), 3), f"to_{base}": ratios}
        print(json.dumps(line), flush=True)


def peak_memory(folder: Path, name: str) -> float:
    """Peak resident memory of a process that runs it, in MB."""
    code = (
        "import re, sys, warnings; warnings.simplefilter('ignore'); from pathlib import Path; "
        "sys.path.insert(0, sys.argv[3]); from meters import ours; ours(Path(sys.argv[1]), sys.argv[2]); "
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) / 1024)"
    )
    arguments = [sys.executable, "-c", code, str(folder), name, str(Path(__file__).parent)]
    return float(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Run the table of *Speed*."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="parquet,mixed,csv,memory")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", PcfWarning)
    minutes, only = arguments.readings // METERS, arguments.only.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, minutes)
        write_parquet(folder / "grouped.parquet", minutes, mixed=False)
        peers: dict[str, Callable[[], float]] = {}
        for peer, function in (("duckdb", with_duckdb), ("polars", with_polars)):
            try:
                total = function(folder, "grouped.parquet")
            except ImportError:
                continue
            expected = ours(folder, "grouped.parquet")
            assert abs(total - expected) <= 1e-9 * expected, (peer, total, expected)
            peers[peer] = lambda function=function: function(folder, "grouped.parquet")  # type: ignore[misc]
        if "parquet" in only:
            base = {"decode": lambda: decode(folder / "grouped.parquet"), "ours": lambda: ours(folder, "grouped.parquet")}
            times = measured({**base, **peers}, arguments.runs)
            report("1 parquet", times, "decode")
            for peer in peers:
                report(f"1 parquet, ours to {peer}", {key: times[key] for key in ("ours", peer)}, peer)
        if "mixed" in only:
            write_parquet(folder / "mixed.parquet", minutes, mixed=True)
            pair = {"grouped": lambda: ours(folder, "grouped.parquet"), "mixed": lambda: ours(folder, "mixed.parquet")}
            report("2 mixed", measured(pair, arguments.runs), "grouped")
        if "csv" in only:
            write_csv(folder / "readings.csv", minutes)
            pair = {"parse": lambda: parse(folder / "readings.csv"), "ours": lambda: ours(folder, "readings.csv")}
            report("3 csv", measured(pair, arguments.runs), "parse")
        if "memory" in only:
            print(
                json.dumps(
                    {"what": "4 memory", "readings": arguments.readings, "MB": round(peak_memory(folder, "grouped.parquet"))}
                )
            )


if __name__ == "__main__":
    main()
