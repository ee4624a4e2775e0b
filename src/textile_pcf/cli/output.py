"""Where results go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textile_pcf.cli.table import as_table
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import write_atomically
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.results import Footprint

FORMATS = ("table", "csv", "json", "parquet", "xlsx")
BINARY = ("parquet", "xlsx")


def chosen_format(wanted: str | None, out: Path | None) -> str:
    """The format asked for, else the one the file name says, else a table."""
    if wanted is None:
        ending = out.suffix.lower().lstrip(".") if out else ""
        if ending not in ("", "txt", *FORMATS):
            raise _usage(f"-o {out}", f"There is no format {ending!r}.", f"End the name in .txt, .{', .'.join(FORMATS[1:])}.")
        return ending if ending in FORMATS else "table"
    if wanted not in FORMATS:
        raise _usage(f"--format {wanted}", "There is no such format.", f"Choose from: {', '.join(FORMATS)}.")
    return wanted


def write_result(result: Footprint, wanted: str | None, out: Path | None, unit: str | None, lines: bool, language: str) -> None:
    """Write a result in a format to standard output or a file."""
    form = chosen_format(wanted, out)
    if form in BINARY:
        if out is None:
            raise _usage(f"--format {form}", "This format is not for a terminal.", "Name a file with -o.")
        write_file(out, lambda path: _binary(result, form, path, unit, lines, language))
        return
    text = _text(result, form, unit, lines, language)
    if out is None:
        sys.stdout.write(text)
    else:
        write_file(out, lambda path: path.write_text(text, encoding="utf-8", newline="", errors="backslashreplace"))


def write_file(out: Path, write: Callable[[Path], Any], option: str = "-o") -> None:
    """Write a file whole or not at all."""
    write_atomically(out, write, f"{option} {out}")


def _usage(where: str, what: str, cure: str) -> UsageError:
    return UsageError([Problem(where, what, cure, code="usage")])


def _text(result: Footprint, form: str, unit: str | None, lines: bool, language: str) -> str:
    if form == "json":
        return json.dumps(result.to_dict(unit), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if form == "table":
        return as_table(result, unit, language)
    if lines:
        return str(_guarded(_contributions(result, unit)).to_csv(index=False, lineterminator="\n"))
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(map(guard_cells, _rows(result, unit)))
    return file.getvalue()


def _guarded(table: Any) -> Any:
    """A table whose texts no spreadsheet takes for formulas; each distinct text is looked at once."""
    for column in table.columns:
        if hasattr(table[column], "cat"):
            texts = table[column].cat.categories
            told = guard_cells(texts)
            if told != list(texts):
                table[column] = table[column].map(dict(zip(texts, told, strict=True))).astype(object)
    return table


def _rows(result: Footprint, unit: str | None) -> list[list[Any]]:
    """One row per product: unit, total and every stage inside the boundary."""
    scale = result.scale(unit)
    inside = [k for k, info in enumerate(result.stages) if not info.outside]
    head = ["product", "unit", "total", *(result.stages[k].id for k in inside)]
    values = result.by_stage[:, inside] * scale[:, None]
    totals = result.totals * scale
    told = [[p, f"kgCO2e/{unit or result.unit}", *row] for p, row in zip(result.products, _with(totals, values), strict=True)]
    return [head, *told]


def _with(totals: Any, values: Any) -> list[list[float]]:
    import numpy as np

    return np.column_stack([totals, values]).tolist()  # type: ignore[no-any-return]


def _contributions(result: Footprint, unit: str | None) -> Any:
    """The lines of the sum, per the unit asked for."""
    table = result.contributions
    scale = result.scale(unit)[result.lines.product]
    for column in ("amount", "kgCO2e", "fossil", "biogenic", "uptake", "land_use_change", "aircraft"):
        table[column] = table[column] * scale
    return table.assign(per=unit or result.unit)


def _binary(result: Footprint, form: str, path: Path, unit: str | None, lines: bool, language: str) -> None:
    if form == "parquet":
        _parquet(result, path, unit, lines)
    else:
        result.to_excel(path, unit, language)


def _parquet(result: Footprint, path: Path, unit: str | None, lines: bool) -> None:
    import pandas as pd

    rows = _rows(result, unit)
    table = _contributions(result, unit) if lines else pd.DataFrame(rows[1:], columns=pd.Index(rows[0]))
    try:
        with path.open("wb") as file:  # a path that is not UTF-8 is none for pyarrow
            table.to_parquet(file, index=False)
    except ImportError as error:
        raise _usage("--format parquet", "Parquet needs pyarrow.", 'Run: pip install "textile_pcf[parquet]"') from error
