"""The options of `report` for a live report: `--live`, `--changes` and `--improvements`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textile_pcf.cli import options
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.results import Footprint


@dataclass(frozen=True)
class LiveOptions:
    """What the options ask for.

    Attributes
    ----------
    wanted : bool
        Whether the report is a live one.
    changes, improvements : Path or None
        Change file, or document of improvements, whose scenarios or measures are buttons.
    """

    wanted: bool
    changes: Path | None
    improvements: Path | None

    def check(self, output: Path | None, study: Path | None, others: Mapping[str, Path | None]) -> None:
        """Check the options of a live report against one another; `others` are those that it does not show.

        Raises
        ------
        UsageError
            They do not fit, or the file is not .html.
        """
        if not self.wanted:
            return
        problems = []
        if self.changes and self.improvements:
            what = "A live report shows the scenarios of one file."
            problems.append(Problem("--improvements", what, "Leave out --changes or --improvements.", code="usage"))
        if output is not None and output.suffix.lower() != ".html":
            what = Message("A live report is an HTML file; {name!r} does not end in .html.", name=output.name)
            problems.append(Problem("-o", what, "Name it such as live.html.", code="usage"))
        if study is not None:
            problems.append(Problem("--study", "A live report has no cover.", "Leave out --study, or --live.", code="usage"))
        for name in (name for name, path in others.items() if path is not None):
            problems.append(Problem(name, "A live report does not show this.", "Leave it out, or --live.", code="usage"))
        if problems:
            raise UsageError(problems)

    def writer(self, other: Callable[..., Path]) -> Callable[..., Path]:
        """Return the function that writes the report: of a live one `write`, else the other."""
        return self.write if self.wanted else other

    def write(self, result: Footprint, path: Path, unit: str | None, language: str, study: Any, **parts: Any) -> Path:
        """Write a live report; called like the functions that write other reports, of whose parts it has its own."""
        from textile_pcf.improvements import measure_scenarios
        from textile_pcf.report import to_live_report

        del parts, study  # one that lies beside the activity data is for covers
        measures = None if self.improvements is None else measure_scenarios(result, self.improvements, language)
        return to_live_report(result, path, unit, language, self.changes if measures is None else measures or None)


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a live report to a command, which gets them as one argument `live`."""

    @wraps(command)
    def gathered(*args: Any, live: bool, changes: Path | None, improvements: Path | None, **others: Any) -> None:
        command(*args, live=LiveOptions(live, changes, improvements), **others)

    flag = click.option("--live", is_flag=True, help="A live report (.html): amounts can be moved, and the figures follow.")
    shown = click.option(
        "--changes", metavar="FILE", type=options.PATH, help="Change file: scenarios of the report; buttons of a live one."
    )
    measures = click.option(
        "--improvements", metavar="FILE", type=options.PATH, help="Document of measures of the report; buttons of a live one."
    )
    return flag(shown(measures(gathered)))
