"""Time and memory of `factory.meters` against the number of readings.

`python tests/benchmarks/metering_growth.py [--readings 1000000,20000000,105000000]`

Each size runs in a process of its own; the operating system says its processor time and its peak resident memory. Every size
runs twice: with all batches of its time, and with the batches of the first week only, so that the stream alone grows. Prints
one JSON line per run, and the slope of log time over log readings.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]

from meters import METERS, write_parquet, write_tables  # noqa: E402

WEEK = 7 * 24 * 60
CHILD = """
import json, re, resource, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
sys.path[:0] = [sys.argv[2]]
from meters import ours
used = ours(Path(sys.argv[1]), "readings.parquet")
times = resource.getrusage(resource.RUSAGE_SELF)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"kWh": used, "seconds": round(times.ru_utime + times.ru_stime, 2), "MB": round(peak)}))
"""


def run(folder: Path) -> dict[str, Any]:
    """Run one size in a process of its own."""
    arguments = [sys.executable, "-c", CHILD, str(folder), str(Path(__file__).parent)]
    found: dict[str, Any] = json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)
    return found


def main() -> None:
    """Measure every size and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", default="1000000,20000000,105120000")
    sizes = [int(size) for size in parser.parse_args().readings.split(",")]
    seconds: dict[str, list[float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_parquet(folder / "readings.parquet", size // METERS, mixed=False)
            for batches, minutes in (("all batches", size // METERS), ("batches of a week", min(WEEK, size // METERS))):
                write_tables(folder, minutes)
                rows = sum(1 for _ in (folder / "batches.csv").open(encoding="utf-8")) - 1
                found = run(folder)
                seconds.setdefault(batches, []).append(found["seconds"])
                print(json.dumps({"readings": size, "what": batches, "batches": rows, **found}), flush=True)
    for batches, each in seconds.items():
        slope = math.log(each[-1] / each[0]) / math.log(sizes[-1] / sizes[0])
        print(json.dumps({"what": batches, "slope": round(slope, 3)}))


if __name__ == "__main__":
    main()
