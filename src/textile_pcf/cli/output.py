"""Write results to standard output, or to a file atomically."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.cli.table import as_table
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import write_atomically
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint

FORMATS = ("table", "csv", "json", "parquet", "xlsx")
BINARY = ("parquet", "xlsx")


def chosen_format(requested: str | None, out: Path | None) -> str:
    """Return the requested format, else the one of the file extension, else `table`.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if requested is None:
        ending = out.suffix.lower().lstrip(".") if out else ""
        if ending not in ("", "txt", *FORMATS):
            raise _usage(
                f"-o {out}",
                Message("There is no format {ending!r}.", ending=ending),
                Message("End the name in .txt, .{formats}.", formats=", .".join(FORMATS[1:])),
            )
        return ending if ending in FORMATS else "table"
    if requested not in FORMATS:
        raise _usage(
            f"--format {requested}", "There is no such format.", Message("Choose from: {choices}.", choices=", ".join(FORMATS))
        )
    return requested


def write_result(
    result: Footprint, requested: str | None, out: Path | None, unit: str | None, lines: bool, language: str
) -> None:
    """Write a result to standard output or a file.

    Parameters
    ----------
    result : Footprint
        The result.
    requested : str or None
        Format; see `chosen_format`.
    out : Path or None
        File; None for standard output.
    unit : str or None
        Unit of the results; None for the product unit.
    lines : bool
        Whether to write one row per exchange (csv and parquet).
    language : str
        `en` or `zh`.

    Raises
    ------
    UsageError
        There is no such format, or it needs a file.
    """
    output_format = chosen_format(requested, out)
    if output_format in BINARY:
        if out is None:
            raise _usage(f"--format {output_format}", "This format is not for a terminal.", "Name a file with -o.")
        write_file(out, lambda path: _write_binary(result, output_format, path, unit, lines, language))
        return
    text = _text(result, output_format, unit, lines, language)
    if out is None:
        sys.stdout.write(text)
    else:
        write_file(out, lambda path: path.write_text(text, encoding="utf-8", newline="", errors="backslashreplace"))


def write_file(out: Path, write: Callable[[Path], Any], option: str = "-o") -> None:
    """Write a file atomically; `option` names it in messages."""
    write_atomically(out, write, f"{option} {out}")


def _usage(where: str, what: str, cure: str) -> UsageError:
    return UsageError([Problem(where, what, cure, code="usage")])


def _text(result: Footprint, output_format: str, unit: str | None, lines: bool, language: str) -> str:
    if output_format == "json":
        return indented_json(result.to_dict(unit))
    if output_format == "table":
        return as_table(result, unit, language)
    if lines:
        return str(_guarded(_contributions(result, unit)).to_csv(index=False, lineterminator="\n"))
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(map(guard_cells, _rows(result, unit)))
    return file.getvalue()


def _guarded(table: Any) -> Any:
    """Return a table whose texts are not read as formulas by spreadsheets."""
    for column in table.columns:
        if hasattr(table[column], "cat"):
            texts = table[column].cat.categories
            guarded = guard_cells(texts)
            if guarded != list(texts):
                table[column] = table[column].map(dict(zip(texts, guarded, strict=True))).astype(object)
    return table


def _rows(result: Footprint, unit: str | None) -> list[list[Any]]:
    """Return a header row and one row per product: unit, total, both headline figures, all stages inside the boundary."""
    scale = result.scale(unit)
    inside = [k for k, info in enumerate(result.stages) if not info.outside]
    both = () if result.merges_stages else result.headline
    names = () if result.merges_stages else ("total_excluding", "total_including")
    head = ["product", "unit", "total", *names, *(result.stages[k].id for k in inside)]
    values = result.by_stage[:, inside] * scale[:, None]
    totals = np.stack([result.totals, *both], axis=1) * scale[:, None]
    rows = [
        [p, f"kgCO2e/{unit or result.unit}", *row] for p, row in zip(result.products, _as_rows(totals, values), strict=True)
    ]
    return [head, *rows]


def _as_rows(totals: Any, values: Any) -> list[list[float | None]]:
    """Return one list per product; None where a stage of a published result is merged."""
    rows = np.column_stack([totals, values]).tolist()
    return [[None if number != number else number for number in row] for row in rows]


def _contributions(result: Footprint, unit: str | None) -> Any:
    """Return one row per exchange, per `unit`."""
    table = result.contributions
    scale = result.scale(unit)[result.lines.product]
    for column in ("amount", "kgCO2e", "fossil", "biogenic", "uptake", "land_use_change", "aircraft"):
        table[column] = table[column] * scale
    return table.assign(per=unit or result.unit)


def _write_binary(result: Footprint, output_format: str, path: Path, unit: str | None, lines: bool, language: str) -> None:
    if output_format == "parquet":
        _write_parquet(result, path, unit, lines)
    else:
        result.to_excel(path, unit, language)


def _write_parquet(result: Footprint, path: Path, unit: str | None, lines: bool) -> None:
    import pandas as pd

    rows = _rows(result, unit)
    table = _contributions(result, unit) if lines else pd.DataFrame(rows[1:], columns=pd.Index(rows[0]))
    try:
        with path.open("wb") as file:  # a path that is not UTF-8 is none for pyarrow
            table.to_parquet(file, index=False)
    except ImportError as error:
        raise _usage("--format parquet", "Parquet needs pyarrow.", 'Run: pip install "textile_pcf[parquet]"') from error
