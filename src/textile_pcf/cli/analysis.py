"""What the commands share that look into results: their formats, and how they write."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.message import Message

FORMATS = ("table", "json", "csv")


class Analysis(Protocol):
    """What looks into results, for programs and for people."""

    def to_dict(self) -> dict[str, Any]:
        """Return texts, numbers, lists and dicts, as in JSON."""
        ...

    def to_csv(self) -> str:
        """Return a table as CSV."""
        ...

    def show(self, language: str) -> Any:
        """Return an object that `str` turns into text for a terminal."""
        ...


def as_chosen(analysis: Analysis, chosen: str, language: str) -> str:
    """Return an analysis as text in a format.

    Parameters
    ----------
    analysis : Analysis
        Such as `Quality`, `Scenarios`, `Comparison` or `Diff`.
    chosen : str
        `table`, `json` or `csv`.
    language : str
        `en` or `zh`, of a table.
    """
    if chosen == "json":
        return indented_json(analysis.to_dict())
    return analysis.to_csv() if chosen == "csv" else str(analysis.show(language))


def chosen_format(requested: str | None, out: Path | None, default: str = "table") -> str:
    """Return the requested format, else the one of the file extension, else the default.

    Raises
    ------
    UsageError
        There is no such format.
    """
    ending = out.suffix.lower().lstrip(".") if out else ""
    chosen = requested or {"": default, "txt": "table"}.get(ending, ending)
    if chosen not in FORMATS:
        where = f"--format {requested}" if requested else f"-o {out}"
        cure = Message("Choose from: {choices}.", choices=", ".join(FORMATS))
        raise UsageError([Problem(where, Message("There is no format {name!r} here.", name=chosen), cure, code="usage")])
    return chosen


def write_text(text: str, out: Path | None) -> None:
    """Write a text to standard output, or to a file atomically."""
    from textile_pcf.cli.output import write_file

    if out is None:
        sys.stdout.write(text)
    else:
        write_file(out, lambda path: path.write_text(text, encoding="utf-8", newline="", errors="backslashreplace"))


def write_warnings(warnings: Sequence[str], language: str) -> None:
    """Write warnings, in their language already, on standard error."""
    from textile_pcf.messages.catalogue import fixed_text

    for warning in warnings:
        sys.stderr.write(f"{fixed_text('warning', language)}: {warning}\n")
