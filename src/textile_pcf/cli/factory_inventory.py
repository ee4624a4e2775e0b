"""The command `factory inventory`."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.factory import chosen_format, output_format, refuse_inputs_as_output, write_factory_result
from textile_pcf.cli.help import Argument, Command


@click.command("inventory", cls=Command)
@click.argument("utilities", cls=Argument, metavar="UTILITIES", type=options.PATH, help="Energy and water of the site's year.")
@click.option("--production", metavar="TABLE", type=options.PATH, help="Products by process, with drivers; with --plan.")
@click.option("--plan", metavar="TABLE", type=options.PATH, help="Plan of allocation: the driver and weight of each process.")
@options.factors
@click.option("--gwp", metavar="SET", help="AR4, AR5, AR6 or EF3.1; AR6 where none is given.")
@click.option("--profile", metavar="PROFILE", help="ghg_protocol or gbt32151; ghg_protocol where none is given.")
@click.option("--tolerance", metavar="PART", help="Part by which the processes may exceed the site; 0% by default.")
@output_format
@options.output
@options.language
def inventory(utilities: Path, production: Path | None, plan: Path | None, factors: tuple[str, ...] | None,
              output_format: str | None, output: Path | None, lang: str, **given: str | None) -> None:  # fmt: skip
    """Write the greenhouse gas inventory of a site: scopes 1 and 2, and what products take of it."""
    from textile_pcf.factory.site_inventory import inventory as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, utilities, production, plan, *(factors or ()))
    write_factory_result(run(utilities, production, plan, factors=factors, **given), output_format, output, lang)
