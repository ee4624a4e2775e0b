"""The benchmarks still run and their peers still agree, at small sizes; no clock decides anything here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from paths import BENCHMARKS

RUN = BENCHMARKS / "run.py"
ROOMS = "wide,rejects,one_product,units,pint,brightway,memory"  # those whose peers are installed with the tests


def test_the_benchmarks_assert_equality_and_print_a_line_of_json_per_measurement(tmp_path: Path) -> None:
    sizes = ("--products", "100", "--large", "1000", "--rounds", "1")
    command = [sys.executable, str(RUN), *sizes, "--only", ROOMS, "--folder", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    rows = [line["row"] for line in lines if "row" in line]
    assert {row["number"] for row in rows} == {"1", "4", "7", "10", "–"}
    assert all(row["what"] in told.partition("| # |")[2] for row in rows)
    assert any(line.get("problem", {}).get("code") == "wrong-dimension" for line in lines)
    assert sum("median" in line and "min" in line for line in lines) > len(rows) / 2
