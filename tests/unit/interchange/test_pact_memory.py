"""Records of a catalogue are written in memory that does not grow with it."""

from __future__ import annotations

import re
import subprocess
import sys

import pyarrow as pa
import pytest
import yaml
from pact_samples import ABOUT, changed
from pyarrow import parquet

RULE = """
rule: mill
edition: "1"
status: own
product: {unit: kg}
stages:
  - id: making
    group: production
    flows:
      power: {unit: kWh, factor: power}
"""
FACTORS = "item,value,unit,kind,gwp,region,year,source,locator\npower,0.5,kgCO2e/kWh,life_cycle,AR6,CN,2023,m,1\n"
CHILD = """
import re, sys, warnings
from pathlib import Path
from textile_pcf.interchange.pact_catalogue import calculation_of, export_catalogue
from textile_pcf.interchange.pact_export import ExportOptions
warnings.simplefilter("ignore")
calculation = calculation_of("mill.yaml", ["own.csv"], None, None)
count = export_catalogue(sys.argv[1], calculation, "about.yaml", Path("out.jsonl"), ExportOptions(), 1000)
assert count == int(sys.argv[2]), count
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads peak memory from /proc")
def test_peak_memory_does_not_grow_with_the_records(tmp_path):
    """Five times as many records make the file grow by some 6.5 MB, and the peak by less than a third of that."""
    (tmp_path / "mill.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "own.csv").write_text(FACTORS, encoding="utf-8")
    (tmp_path / "about.yaml").write_text(yaml.safe_dump(changed(ABOUT, pcf_fossilCarbonContent=0)), encoding="utf-8")
    peaks, sizes = [], []
    for products in (1200, 6000):
        names = [f"P{number}" for number in range(products)]
        table = {"product": names, "stage": "making", "flow": "power", "amount": 2.0, "unit": "kWh/kg", "region": "CN"}
        columns = {name: cells if isinstance(cells, list) else [cells] * products for name, cells in table.items()}
        path = f"{products}.parquet"
        parquet.write_table(pa.table(columns), tmp_path / path, row_group_size=500)
        arguments = [sys.executable, "-c", CHILD, path, str(products)]
        said = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=True)
        peaks.append(int(re.findall(r"\d+", said.stdout)[-1]))
        sizes.append((tmp_path / "out.jsonl").stat().st_size)
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 3, (peaks, sizes)
