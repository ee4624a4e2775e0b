"""The group `factory`: from meters and a site's year to activity data. A command parses, calls one function and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textile_pcf.cli import options
from textile_pcf.cli.analysis import write_text, write_warnings
from textile_pcf.cli.help import Group
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.factory.results import FactoryResult

FORMATS = ("json", "csv")
output_format = click.option("--format", "output_format", metavar="FORMAT", help="json or csv; csv is the activity table.")


@click.group("factory", cls=Group)
@options.group_language
def factory_group() -> None:
    """From meters, and from a site's year, to activity data."""


def chosen_format(requested: str | None, out: Path | None) -> str:
    """Return the requested format, else the one of the file extension, else json.

    Raises
    ------
    UsageError
        There is no such format.
    """
    ending = out.suffix.lower().lstrip(".") if out else ""
    chosen = requested or ending or "json"
    if chosen not in FORMATS:
        where = f"--format {requested}" if requested else f"-o {out}"
        what, cure = "There is no format {name!r} here.", "Choose json or csv."
        raise UsageError([Problem(where, Message(what, name=chosen), Message(cure), code="usage")])
    return chosen


def write_factory_result(result: FactoryResult, requested: str | None, out: Path | None, language: str) -> None:
    """Write a result to standard output or a file, and its warnings on standard error.

    Parameters
    ----------
    result : FactoryResult
        What the function returned.
    requested : str or None
        `json` or `csv`; else the ending of `out` decides, else json.
    out : Path or None
        File; None for standard output. Refuse inputs as outputs before (`refuse_inputs_as_output`).
    language : str
        `en` or `zh`, of warnings.
    """
    write_text(result.to_csv() if chosen_format(requested, out) == "csv" else result.to_json(), out)
    write_warnings(result.localized_warnings(language), language)


def refuse_inputs_as_output(out: Path | None, *files: Any) -> None:
    """Refuse an output file that is one of the inputs, or that cannot be written.

    Parameters
    ----------
    out : Path or None
        Output file; nothing is checked if it is None.
    *files : Path or None
        Input files.
    """
    from textile_pcf.io.output_files import refuse_inputs, refuse_unwritable

    if out is not None:
        refuse_inputs(out, [file for file in files if file is not None], f"-o {out}")
        refuse_unwritable(out, f"-o {out}")
