"""Cold start, as ratios of whole processes measured in turn: importing the library, and one product on the command line.

Run: python tests/benchmarks/cold_start.py [rounds]
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measure import environment

ROOT = Path(__file__).parent.parent.parent
CALCULATE = (
    "from textile_pcf.cli import main; main(['calculate', 'examples/cotton_poplin/activity.csv', '--rule', 'cotton_fabric'])"
)
COMMANDS = {
    "import numpy": "import numpy",
    "import textile_pcf": "import textile_pcf",
    "import pandas": "import pandas",
    "textile-pcf calculate": CALCULATE,
}
RATIOS = [("import textile_pcf", "import numpy", 2.0), ("textile-pcf calculate", "import pandas", 2.0)]


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    for code in COMMANDS.values():
        seconds(code)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, code in COMMANDS.items():
            times[name].append(seconds(code))
    for ours, other, target in RATIOS:
        median = statistics.median(times[ours]) / statistics.median(times[other])
        least = min(times[ours]) / min(times[other])
        told = {
            "what": ours,
            "against": other,
            "ratio_median": round(median, 3),
            "ratio_min": round(least, 3),
            "target": target,
        }
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
