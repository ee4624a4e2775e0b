"""The command `factory meters`."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.factory import output_format, refuse_inputs_as_output, write_factory_result
from textile_pcf.cli.help import Argument, Command
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message


def _pairs(_: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return NAME=VALUE texts as a mapping; anything else, and a name twice, is a usage error."""
    pairs: dict[str, str] = {}
    for text in values:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not name or not sign or not value or name in pairs:
            what = Message("{text!r} is no NAME=VALUE, or its name is given twice.", text=text)
            cure = Message("Write it as in --spread idle=mass or --loss dyeing=dyeing_loss.")
            raise UsageError([Problem(param.opts[0], what, cure, code="usage")])
        pairs[name] = value
    return pairs


@click.command("meters", cls=Command)
@click.argument(
    "readings", cls=Argument, metavar="READINGS", type=options.PATH, help="Readings: meter, time, value; CSV, Parquet …"
)
@click.option("--meters", metavar="TABLE", required=True, type=options.PATH, help="What each meter measures.")
@click.option(
    "--batches", metavar="TABLE", required=True, type=options.PATH, help="What ran on which machine, from when to when."
)
@click.option("--events", metavar="TABLE", type=options.PATH, help="Changes of registers, and readings that do not count.")
@click.option("--from", "start", metavar="TIME", help="Start of the window; the first reading otherwise.")
@click.option("--to", "end", metavar="TIME", help="End of the window; the last reading otherwise.")
@click.option("--time-zone", metavar="ZONE", help="Zone of times without offset, such as Asia/Shanghai.")
@click.option("--max-gap", metavar="DURATION", default="60min", help="Longest interval that is shared among batches by time.")
@click.option("--overlap", metavar="HOW", default="error", help="Batches at one time at one meter: error, mass or equal.")
@click.option("--incomplete", metavar="HOW", default="error", help="Batches that are not wholly covered: error, drop or keep.")
@click.option("--tolerance", metavar="PART", default="2%", help="Part by which meters may exceed their main meter.")
@click.option("--spread", metavar="KIND=KEY", multiple=True, callback=_pairs,
              help="Spread idle, unplaced, unmetered or common by amount, mass or hours; repeat for more.")  # fmt: skip
@click.option("--loss", "losses", metavar="PROCESS=ID", multiple=True, callback=_pairs,
              help="Write the loss of a process as this loss of the rule; repeat for more.")  # fmt: skip
@click.option("--sort", is_flag=True, help="Sort the readings in memory.")
@click.option("--region", metavar="CODE", default="", help="Region of the activity rows.")
@output_format
@options.output
@options.language
def meters(readings: Path, meters: Path, batches: Path, events: Path | None, output_format: str | None, output: Path | None,
           lang: str, **given: object) -> None:  # fmt: skip
    """Allocate what meters measured to the batches that ran, and write activity data per product."""
    from textile_pcf.cli.factory import chosen_format
    from textile_pcf.factory import meters as allocate_meters

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, readings, meters, batches, events)
    result = allocate_meters(readings, meters, batches, events, **given)  # type: ignore[arg-type]
    write_factory_result(result, output_format, output, lang)
