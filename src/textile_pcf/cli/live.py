"""The options `--live` and `--changes` of `report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint


def live_writer(output: Path | None, changes: Path | None, study: Path | None) -> Callable[..., Path]:
    """Return the function that writes a live report, called like those of other reports.

    Parameters
    ----------
    output : Path or None
        File to write.
    changes : Path or None
        Change file.
    study : Path or None
        What a cover would say; a live report has none.

    Raises
    ------
    UsageError
        The file is not named, or not .html, or there is a study.
    """
    from textile_pcf.report import to_live_report

    if output is None:
        raise click.MissingParameter(param_hint="'-o' / '--output'", param_type="option")
    problems = []
    if output.suffix.lower() != ".html":
        what = Message("A live report is an HTML file; {name!r} does not end in .html.", name=output.name)
        problems.append(Problem("-o", what, "Name it such as live.html.", code="usage"))
    if study is not None:
        problems.append(Problem("--study", "A live report has no cover.", "Leave out --study, or --live.", code="usage"))
    if problems:
        raise UsageError(problems)

    def write(result: Footprint, path: Path, unit: str | None, language: str, about: Any) -> Path:
        del about  # a study that lies beside the activity data is for covers
        return to_live_report(result, path, unit, language, changes)

    return write


def refuse_changes(changes: Path | None) -> None:
    """Refuse a change file for a report that is not live.

    Raises
    ------
    UsageError
        There is one.
    """
    if changes is not None:
        what = "Scenarios are shown in a live report only."
        raise UsageError([Problem("--changes", what, "Add --live, or use the command `scenario`.", code="usage")])
