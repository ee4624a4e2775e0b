"""The group `improvements`: measures of a mill by what they save and cost."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.analysis import chosen_format
from textile_pcf.cli.guard import refuse_output
from textile_pcf.cli.help import Argument, Command, Group
from textile_pcf.cli.targets import output_format, write_result


@click.group("improvements", cls=Group)
@options.group_language
def improvements_group() -> None:
    """Rank measures of a mill by what they save and cost."""


@improvements_group.command("rank", cls=Command)
@click.argument("activity", cls=Argument, metavar="ACTIVITY", type=options.PATH, help="Activity data with what was measured.")
@options.rule
@click.option("--improvements", metavar="FILE", required=True, type=options.PATH, help="Document of measures: YAML or JSON.")
@click.option("--production", metavar="TABLE", required=True, type=options.PATH, help="Yearly output of each product.")
@click.option("--prices", metavar="TABLE", type=options.PATH, help="Prices of items, for measures that state no saving.")
@options.factors
@output_format
@options.output
@options.language
def rank(
    activity: Path,
    rule: str,
    improvements: Path,
    production: Path,
    prices: Path | None,
    factors: tuple[str, ...] | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Rank measures by what they save and cost in a year: dominance first, then cost per tonne."""
    from textile_pcf.improvements.ranking import rank as run

    chosen = chosen_format(output_format, output, "json")
    refuse_output(output, rule, factors, activity, improvements, production, prices)
    result = run(activity, rule, improvements, production, prices=prices, factors=factors)
    write_result(result, chosen, output, lang)
