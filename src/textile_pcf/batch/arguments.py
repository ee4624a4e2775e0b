"""Types of the arguments of a batch, checked before a folder is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textile_pcf.errors import wrong_type
from textile_pcf.io.output_files import as_path, refuse_non_utf8_name


def check_arguments(source: Any, out: Any, units: Any, scenarios: Any, workers: Any, partition_rows: Any) -> Path:
    """Check the types of the arguments of `calculate_batch`, and return the folder of the results.

    Raises
    ------
    UsageError
        An argument has the wrong type, or a name that Parquet files cannot have.
    """
    if isinstance(units, str) or not isinstance(units, Sequence) or not all(isinstance(unit, str) for unit in units):
        raise wrong_type("units", units, "a list of units", 'Write them as texts in a list, such as ["m2"].')
    if scenarios is not None and not (
        isinstance(scenarios, Mapping) and all(isinstance(changes, Mapping) for changes in scenarios.values())
    ):
        raise wrong_type(
            "scenarios", scenarios, "scenarios by name", "Write a name and what is different for each, as a dict of dicts."
        )
    for name, number in (("workers", 1 if workers is None else workers), ("partition_rows", partition_rows)):
        if not isinstance(number, int) or isinstance(number, bool):
            raise wrong_type(name, number, "a number", "Write a whole number.")
    folder = as_path(out, "out")
    refuse_non_utf8_name(folder)
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".parquet":
        refuse_non_utf8_name(source)
    return folder
