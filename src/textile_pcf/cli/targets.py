"""The group `targets`: figures of several years against caps, paths, a peak, the clause of a loan."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import click

from textile_pcf.cli import DONE, REJECTED, options
from textile_pcf.cli.analysis import chosen_format, write_text, write_warnings
from textile_pcf.cli.factory import refuse_inputs_as_output
from textile_pcf.cli.help import Argument, Command, Group


class Written(Protocol):
    """A result that programs and people read."""

    def to_json(self) -> str:
        """Return the JSON of the command."""
        ...

    def to_csv(self) -> str:
        """Return a table as CSV."""
        ...

    def show(self, language: str) -> str:
        """Return a text for a terminal."""
        ...

    def localized_warnings(self, language: str) -> list[str]:
        """Return what is to be checked."""
        ...


output_format = click.option(
    "--format", "output_format", metavar="FORMAT", help="json, csv or table; json where none is given."
)


@click.group("targets", cls=Group)
@options.group_language
def targets_group() -> None:
    """Compare figures of several years with targets: caps, paths, a peak, the clause of a loan."""


def write_result(result: Written, chosen: str, out: Path | None, language: str) -> None:
    """Write a result in a format, and its warnings on standard error.

    Parameters
    ----------
    result : Written
    chosen : str
        `json`, `csv` or `table`.
    out : Path or None
        File; None for standard output.
    language : str
        `en` or `zh`, of a table and of warnings.
    """
    text = result.to_json() if chosen == "json" else result.to_csv() if chosen == "csv" else result.show(language)
    write_text(text, out)
    write_warnings(result.localized_warnings(language), language)


@targets_group.command("check", cls=Command)
@click.argument("targets", cls=Argument, metavar="TARGETS", type=options.PATH, help="Document of targets: YAML or JSON.")
@click.argument("series", cls=Argument, metavar="SERIES", type=options.PATH, help="Figures of several years.")
@click.option("--recalculations", metavar="TABLE", type=options.PATH, help="Why base years change, and by how much.")
@click.option("--threshold", metavar="PART", help="Part of the base from which changes move it; 5% where none is given.")
@click.option("--attribution", metavar="TABLE", type=options.PATH, help="Effects of a diff, which the clause of a loan needs.")
@click.option("--strict", is_flag=True, help="Exit with 1 if something is missed.")
@output_format
@options.output
@options.language
def check(
    targets: Path,
    series: Path,
    recalculations: Path | None,
    threshold: str | None,
    attribution: Path | None,
    strict: bool,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> int:
    """Hold the figures of several years against targets."""
    from textile_pcf.targets.evaluation import check as run

    chosen = chosen_format(output_format, output, "json")
    refuse_inputs_as_output(output, targets, series, recalculations, attribution)
    result = run(targets, series, recalculations=recalculations, threshold=threshold, attribution=attribution)
    write_result(result, chosen, output, lang)
    return REJECTED if strict and result.missed else DONE


@targets_group.command("path", cls=Command)
@click.argument("targets", cls=Argument, metavar="TARGETS", type=options.PATH, help="Document of targets: YAML or JSON.")
@output_format
@options.output
@options.language
def path(targets: Path, output_format: str | None, output: Path | None, lang: str) -> None:
    """Show what targets allow in each year."""
    from textile_pcf.targets.evaluation import path as run

    chosen = chosen_format(output_format, output, "json")
    refuse_inputs_as_output(output, targets)
    write_result(run(targets), chosen, output, lang)
