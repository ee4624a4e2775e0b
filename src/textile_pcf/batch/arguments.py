"""Types of the arguments of a batch, checked before a folder is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textile_pcf.batch.source_files import SourceFiles, would_read
from textile_pcf.errors import Problem, UsageError, whole_number, wrong_type
from textile_pcf.io.output_files import as_path, refuse_non_utf8_name
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

MOST_ROWS = 10**15


def check_arguments(source: Any, out: Any, units: Any, scenarios: Any, workers: Any, partition_rows: Any) -> Path:
    """Check the types of the arguments of `calculate_batch`, and return the folder of the results.

    Raises
    ------
    UsageError
        An argument has the wrong type, a name that Parquet files cannot have, or a number out of its range.
    """
    check_list_of_units(units)
    if scenarios is not None and not (
        isinstance(scenarios, Mapping) and all(isinstance(changes, Mapping) for changes in scenarios.values())
    ):
        raise wrong_type(
            "scenarios", scenarios, "scenarios by name", "Write a name and what is different for each, as a dict of dicts."
        )
    for name, number in (("workers", workers), ("partition_rows", partition_rows)):
        if number is not None and whole_number(number) is None:
            raise wrong_type(name, number, "a number", "Write a whole number.")
    if partition_rows is not None and not 1 <= (whole_number(partition_rows) or 0) <= MOST_ROWS:
        what, cure = Message("A partition has 1 to {most:,} rows.", most=MOST_ROWS), "Write a number between, or leave it out."
        raise UsageError([Problem(f"partition_rows {partition_rows}", what, cure, code="partition-rows")])
    folder = as_path(out, "out")
    refuse_non_utf8_name(folder)
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".parquet":
        refuse_non_utf8_name(source)
    return folder


def check_list_of_units(units: Any) -> None:
    """Check that further units of totals are texts in a list.

    Raises
    ------
    UsageError
        They are not.
    """
    if isinstance(units, str) or not isinstance(units, Sequence) or not all(isinstance(unit, str) for unit in units):
        raise wrong_type("units", units, "a list of units", 'Write them as texts in a list, such as ["m2"].')


def refuse_output_in_source(out: Path, source: Any) -> None:
    """Check that the results of a batch are not written between the files that it reads.

    Parameters
    ----------
    out : Path
        Folder of the results.
    source : SourceFiles, or any other source
        Activity data.

    Raises
    ------
    UsageError
        The folder of the results is in a folder of the source, so that a second run would read them.
    """
    if not isinstance(source, SourceFiles):
        return
    results = out.resolve()
    if (isinstance(source.given, str) and would_read(source.given, results)) or any(
        Path(file.path).resolve().is_relative_to(results) for file in source.files
    ):
        what = Message("The folder of the results and the activity data in {source} are not apart.", source=source.name)
        raise UsageError([Problem(escape_controls(str(out)), what, "Name a folder outside of it.", code="folder")])
