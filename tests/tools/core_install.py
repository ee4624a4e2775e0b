"""What `pip install .` brings: distributions and MiB, in a fresh environment; exit 1 when it is more than promised.

`python tests/tools/core_install.py` (needs an index to install from). pip and what a new environment holds are not counted,
nor the bytecode that Python makes of what is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MOST_DISTRIBUTIONS, MOST_MIB = 18, 150
MEASURE = """
import importlib.metadata, json
sizes = {}
for each in importlib.metadata.distributions():
    files = [each.locate_file(file) for file in each.files or ()]
    sizes[each.metadata["Name"]] = sum(file.stat().st_size for file in files if file.is_file())
print(json.dumps(sizes))
"""


def measured(python: Path) -> dict[str, int]:
    """Bytes of each distribution that a Python has."""
    done = subprocess.run([python, "-c", MEASURE], capture_output=True, text=True, check=True)
    sizes: dict[str, int] = json.loads(done.stdout)
    return sizes


def main() -> int:
    with TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        before = measured(python)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", str(ROOT)], check=True)
        sizes = {name: size for name, size in measured(python).items() if name not in before}
    for name, size in sorted(sizes.items(), key=lambda entry: -entry[1]):
        print(f"{size / 2**20:8.1f} MiB  {name}")
    mib = sum(sizes.values()) / 2**20
    print(f"{mib:8.1f} MiB  {len(sizes)} distributions; promised: at most {MOST_MIB} MiB, {MOST_DISTRIBUTIONS} distributions")
    return int(len(sizes) > MOST_DISTRIBUTIONS or mib > MOST_MIB)


if __name__ == "__main__":
    sys.exit(main())
