"""Time and memory of `export pact` on a catalogue, and of reading its records back.

`python tests/benchmarks/pact_records.py [--products 10000,100000]`

The catalogue is the cotton poplin of the examples under other ids, with losses of dyeing that differ, in Parquet with groups of
50,000 rows. Each size runs in a process of its own; the operating system says its processor time and its peak resident memory.
Prints one JSON line per run.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

EXAMPLES = Path(__file__).parents[2] / "examples"
GROUP = 50_000  # rows
ABOUT = """
companyName: Demo Mill
companyIds: ["urn:pact:demo-mill.example:supplier-id:1"]
created: "2025-02-01T08:00:00Z"
productIds: ["urn:pact:demo-mill.example:product-id:{product}"]
productNameCompany: "{product}"
productDescription: Made up {product}
pcf:
  referencePeriodStart: "2024-01-01T00:00:00Z"
  referencePeriodEnd: "2025-01-01T00:00:00Z"
  geographyCountry: CN
  crossSectoralStandards: [ISO14067]
  exemptedEmissionsPercent: 0
  packagingEmissionsIncluded: true
  fossilCarbonContent: 0
"""
MEASURED = """
import json, re, resource, warnings
from pathlib import Path
warnings.simplefilter("ignore")
{work}
times = resource.getrusage(resource.RUSAGE_SELF)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps(dict(count=count, seconds=round(times.ru_utime + times.ru_stime, 2), MiB=round(peak))))
"""
EXPORT = """
from textile_pcf.interchange.pact_catalogue import calculation_of, export_catalogue
from textile_pcf.interchange.pact_export import ExportOptions
calculation = calculation_of("cotton_fabric", None, None, None)
count = export_catalogue("activity.parquet", calculation, "about.yaml", Path("records.jsonl"), ExportOptions(){rows})
"""
IMPORT = """
import textile_pcf as tp
count = len(tp.read_pact("records.jsonl").tables[0].texts["item"])
"""


def write_catalogue(folder: Path, products: int) -> int:
    """Write a catalogue and its about file; return the number of rows.

    Parameters
    ----------
    folder : Path
        Where `activity.parquet` and `about.yaml` are written.
    products : int
        Number of products.
    """
    with (EXAMPLES / "cotton_poplin" / "activity.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    flow, amount = header.index("flow"), header.index("amount")
    (folder / "about.yaml").write_text(ABOUT, encoding="utf-8")
    texts = {name: pa.string() for name in header}
    schema = pa.schema({**texts, "amount": pa.float64(), "year": pa.int64()})
    with parquet.ParquetWriter(folder / "activity.parquet", schema) as writer:
        for first in range(0, products, GROUP // len(rows)):
            numbers = range(first, min(first + GROUP // len(rows), products))
            cells: dict[str, list[Any]] = {
                name: [row[column] or None for _ in numbers for row in rows] for column, name in enumerate(header)
            }
            cells["product"] = [f"P{number}" for number in numbers for _ in rows]
            cells["amount"] = [_amount(row[amount], row[flow], number) for number in numbers for row in rows]
            cells["year"] = [int(year) if year else None for year in cells["year"]]
            writer.write_table(pa.table(cells, schema=schema))
    return products * len(rows)


def _amount(text: str, flow: str, number: int) -> float | None:
    if not text:
        return None
    return float(text) * (1 + number % 997 / 10_000) if flow == "dyeing_loss" else float(text)


def measure(work: str, folder: Path) -> dict[str, Any]:
    """Return count, processor time [s] and peak resident memory [MiB] of a piece of work in a process of its own.

    Parameters
    ----------
    work : str
        Python that sets `count`.
    folder : Path
        Where it runs.
    """
    code = MEASURED.replace("{work}", work)
    said = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure every size and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", default="10000,100000")
    parser.add_argument("--rows", default="", help="rows of a partition")
    given = parser.parse_args()
    rows_of_partition = f", rows={given.rows}" if given.rows else ""
    for size in map(int, given.products.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows = write_catalogue(folder, size)
            for what, work in (("export", EXPORT.replace("{rows}", rows_of_partition)), ("import", IMPORT)):
                megabytes = round((folder / "records.jsonl").stat().st_size / 1e6) if what == "import" else None
                print(json.dumps({"what": what, "rows": rows, "MB read": megabytes, **measure(work, folder)}), flush=True)


if __name__ == "__main__":
    main()
