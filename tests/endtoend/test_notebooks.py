"""The notebooks of the examples run, and show what they show in the repository."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from paths import EXAMPLES

NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))


def texts(notebook: Any) -> list[list[str]]:
    """Return what each cell of code prints or shows as text; long numbers to nine digits."""

    def shown(output: Any) -> str:
        text = str(output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"])
        return re.sub(r"-?\d+\.\d{9,}", lambda number: f"{float(number[0]):.9g}", text)

    return [[shown(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_shows_in_the_repository(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(EXAMPLES.parent / "src"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("TEXTILE_PCF_LANG", raising=False)
    run = nbformat.read(path, as_version=4)
    for cell in run.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(run, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert texts(run) == texts(kept)
    assert any(texts(kept))


def test_there_is_a_notebook() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["three_companies"]
