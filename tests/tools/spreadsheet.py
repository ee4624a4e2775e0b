"""A witness for workbooks with formulas: computes every cell anew from the formulas, not from the values stored with them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

Cells = Callable[[str, str], float]
_REFERENCE = re.compile(r"'([^']+)'!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?")


class Evaluated:
    """Cells of a workbook, computed by a small evaluator: SUM, SUMIFS, SUMPRODUCT, COUNT, ABS, SQRT, LN, EXP, IF."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path)
        self.known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, place: str) -> Any:
        """Value of a cell."""
        if (sheet, place) not in self.known:
            self.known[sheet, place] = None  # a circle would be met here and fail to add up
            found = self.book[sheet][place]
            self.known[sheet, place] = self._compute(found.value[1:]) if found.data_type == "f" else found.value
        return self.known[sheet, place]

    def _block(self, sheet: str, left: str, top: str, right: str | None, bottom: str | None) -> Any:
        if right is None:
            return self.value(sheet, f"{left}{top}")
        cells = self.book[sheet][f"{left}{top}:{right}{bottom}"]
        return [self.value(sheet, each.coordinate) for row in cells for each in row]

    def _compute(self, formula: str) -> Any:
        text = _REFERENCE.sub(lambda m: f"block({m[1]!r},{m[2]!r},{m[3]!r},{m[4]!r},{m[5]!r})", formula)
        text = re.sub(r"(?<![<>=])=(?!=)", "==", text)
        with np.errstate(all="ignore"):  # both branches of IF are computed, also the one that divides by zero
            return eval(text, {"__builtins__": {}, "block": self._block, **FUNCTIONS})


def evaluated(path: Path) -> Cells:
    """Cells computed by the evaluator."""
    computed = Evaluated(path)
    return lambda sheet, cell: float(computed.value(sheet, cell))


def _sum(cells: list[Any]) -> float:
    return np.float64(sum(cell for cell in cells if isinstance(cell, int | float)))


def _count(cells: list[Any]) -> int:
    return sum(isinstance(cell, int | float) for cell in cells)


def _abs(cells: Any) -> Any:
    return [abs(cell or 0.0) for cell in cells] if isinstance(cells, list) else abs(cells)


def _sumifs(cells: list[Any], asked: list[Any], wanted: Any) -> float:
    return _sum([cell for cell, other in zip(cells, asked, strict=True) if other == wanted])


def _sumproduct(*columns: list[Any]) -> float:
    return np.float64(sum(prod(cell or 0.0 for cell in row) for row in zip(*columns, strict=True)))


def _if(condition: bool, yes: Any, no: Any) -> Any:
    return yes if condition else no


FUNCTIONS = {
    "SUM": _sum, "SUMIFS": _sumifs, "SUMPRODUCT": _sumproduct, "COUNT": _count, "ABS": _abs, "SQRT": np.sqrt, "LN": np.log,
    "EXP": np.exp, "IF": _if,
}  # fmt: skip


def by_libreoffice(path: Path) -> Cells:
    """Cells after LibreOffice has computed the whole workbook."""
    book = computed(path)
    return lambda sheet, cell: float(book[sheet][cell].value)


def computed(path: Path) -> openpyxl.Workbook:
    """The workbook as LibreOffice computes it; openpyxl takes the stored values out before."""
    bare, out = path.with_name(f"bare_{path.name}"), path.parent / "computed"
    openpyxl.load_workbook(path).save(bare)
    profile = f"-env:UserInstallation=file://{path.parent.resolve()}/profile"
    command = [shutil.which("soffice") or "", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return openpyxl.load_workbook(out / bare.name, data_only=True)


WITNESSES: dict[str, Callable[[Path], Cells]] = {"evaluator": evaluated}
if shutil.which("soffice"):
    WITNESSES["libreoffice"] = by_libreoffice
