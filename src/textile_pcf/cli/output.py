"""Write results to standard output, or to a file atomically."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textile_pcf.cli.table import as_table
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import write_atomically
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.results.table_files import csv_text, parquet_file

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
    return csv_text(result, unit, lines)


def _write_binary(result: Footprint, output_format: str, path: Path, unit: str | None, lines: bool, language: str) -> None:
    if output_format == "parquet":
        parquet_file(result, path, unit, lines, "--format parquet")
    else:
        result.to_excel(path, unit, language)
