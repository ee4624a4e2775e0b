"""`check --annotate`: write the problems of a workbook into a copy of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textile_pcf.cli.output import write_file
from textile_pcf.errors import InputError, Problem
from textile_pcf.template import annotate

if TYPE_CHECKING:
    from textile_pcf.activity import Activity

CheckResult = tuple[tuple[str, ...], list[str]]


def check_and_annotate(
    file: Path, out: Path, language: str, check: Callable[[], CheckResult], read: Callable[[], Activity]
) -> CheckResult:
    """Check a workbook, and write its problems and warnings into a copy of it.

    Parameters
    ----------
    file : Path
        The workbook.
    out : Path
        The copy.
    language : str
        `en` or `zh`.
    check : callable
        Returns the products and the warnings of the workbook, or raises an InputError.
    read : callable
        Returns its activity data under the same rule and options, with their problems.

    Returns
    -------
    tuple
        What `check` returns.

    Raises
    ------
    InputError
        The workbook has problems; the copy is written nevertheless.
    UsageError
        The file is not a workbook.
    """
    try:
        result = check()
    except InputError as error:
        problems = (*error.problems, *_warnings(read))
        write_file(out, lambda path: annotate(file, problems, path, language), "--annotate")
        sys.stderr.write(f"{out}\n")
        raise
    warnings = (*_warnings(read),)
    write_file(out, lambda path: annotate(file, warnings, path, language), "--annotate")
    return result


def _warnings(read: Callable[[], Activity]) -> list[Problem]:
    """Return the warnings of a file as problems with cells; none if the file cannot be read."""
    from textile_pcf.calculation import check_warnings

    try:
        warnings = check_warnings(read())
    except InputError:
        return []
    return [replace(warning, cure="This is a warning: if the amount is right, leave it.") for warning in warnings]
