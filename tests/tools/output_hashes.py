"""Hashes of everything the library prints, so that a change of its form can be seen to move no number.

`python tests/tools/output_hashes.py -o hashes.json` writes them; `--against hashes.json` compares, names what differs (exit 1).
Hashed are: JSON, CSV and `explain` (English and Chinese) of every shipped example, the JSON of all worked cases, the text of
`rules show`, and the values of a batch of 100,000 drawn products (`--products N`). Paths and versions are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
RULES = ("chemical_fiber_fabric", "cotton_fabric", "silk_fabric", "apparel")


def digest(text: str | bytes) -> str:
    """SHA-256 of a text, without the path of the checkout."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data.replace(str(ROOT).encode(), b"")).hexdigest()


def command(*arguments: str) -> str:
    """What a command prints on its standard output."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-m", "textile_pcf", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    return f"{done.returncode}\n{done.stdout}"


def examples() -> dict[str, str]:
    """Every shipped example: result and explanation."""
    import textile_pcf as tp

    found: dict[str, str] = {}
    lines = (ROOT / "examples" / "examples.csv").read_text(encoding="utf-8").splitlines()[1:]
    for name in (line.split(",")[0] for line in lines):
        result = tp.footprint(*tp.load_example(name))
        data = result.to_dict()
        for key in ("library", "environment"):
            data["provenance"].pop(key)
        found[f"example {name} json"] = digest(json.dumps(data, ensure_ascii=False, sort_keys=True))
        found[f"example {name} lines"] = digest(result.contributions.to_csv(index=False, float_format="%.17g"))
        found[f"example {name} masses"] = digest(result.masses.to_csv(index=False, float_format="%.17g"))
        for language in ("en", "zh"):
            text = "\n".join(result.explain(product, language=language) for product in result.products)
            found[f"example {name} explain {language}"] = digest(text)
    return found


def cases() -> dict[str, str]:
    """All worked cases, with every figure, and the rules as they are shown."""
    found = {"worked cases": digest(command("rules", "test", "tests/cases", "--all", "--format", "json"))}
    for rule in RULES:
        found[f"rules show {rule}"] = digest(command("rules", "show", rule))
    return found


def batch(products: int) -> dict[str, str]:
    """Values of the results of a batch, column by column."""
    import numpy as np
    import pyarrow.parquet as pq

    import textile_pcf as tp

    sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))
    import workload

    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = workload.write_parquet(folder / "catalogue.parquet", products)
        factors = workload.write_factors(folder / "factors.csv")
        result = tp.calculate_batch(source, workload.RULE, factors, out=folder / "out", units=("m2", "piece"))
        table = pq.ParquetDataset(sorted(map(str, result.files))).read().sort_by("product")
        for column in table.column_names:
            cells: Any = table[column].combine_chunks()
            values = cells.to_numpy(zero_copy_only=False)
            raw = values.astype(np.float64).tobytes() if values.dtype.kind == "f" else "\n".join(map(str, values)).encode()
            found[f"batch {column}"] = digest(raw)
    return found


def main() -> int:
    """Write the hashes, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--products", type=int, default=100_000)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    warnings.simplefilter("ignore")  # what is said beside the numbers is hashed with the JSON
    found = {**examples(), **cases(), **(batch(asked.products) if asked.products else {})}
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if asked.against:
        before = json.loads(asked.against.read_text(encoding="utf-8"))
        moved = [name for name in sorted({*before, *found}) if before.get(name) != found.get(name)]
        print("\n".join(f"differs: {name}" for name in moved) or f"{len(found)} outputs, all the same")
        return int(bool(moved))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
