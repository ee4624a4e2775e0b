"""Execute the notebooks of the examples again: `python tests/tools/notebooks.py [--check] [NAME]...`.

Outputs are written into the notebooks; with `--check` those whose output would change are named, and nothing is written
(exit 1). `tests/endtoend/test_notebooks.py` does the same check.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "notebooks"
TIMEOUT = 300
"""Seconds that a cell may take. [s]"""


def notebooks() -> list[Path]:
    """Return the notebooks of the examples."""
    return sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path) -> Any:
    """Return a notebook with the outputs of a fresh run, in an empty folder and in English."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
    environment.pop("TEXTILE_PCF_LANG", None)
    with TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        options = {"timeout": TIMEOUT, "kernel_name": "python3", "resources": resources}
        NotebookClient(notebook, **options, coalesce_streams=True).execute(env=environment)  # else pieces depend on the load
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of the run
    return notebook


def texts(notebook: Any) -> list[list[str]]:
    """Return what each cell of code prints or shows as text; long numbers to nine digits."""

    def shown(output: Any) -> str:
        text = str(output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"])
        return re.sub(r"-?\d+\.\d{9,}", lambda number: f"{float(number[0]):.9g}", text)

    return [[shown(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def main(arguments: list[str]) -> int:
    """Execute the notebooks that are named, or all."""
    check, names = "--check" in arguments, [name.removesuffix(".ipynb") for name in arguments if name != "--check"]
    changed = 0
    for path in notebooks():
        if names and path.stem not in names:
            continue
        before, after = nbformat.read(path, as_version=4), executed(path)
        if texts(before) != texts(after):
            changed += 1
            print(f"{path.name}: {'would change' if check else 'renewed'}")
        if not check:
            path.write_text(nbformat.writes(after).rstrip("\n") + "\n", encoding="utf-8")
    return int(check and changed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
