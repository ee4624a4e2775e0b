"""The commands on a site's year: `factory allocate`, `factory reconcile`, `factory join`."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.factory import chosen_format, output_format, refuse_inputs_as_output, write_factory_result
from textile_pcf.cli.factory_chemicals import chemicals
from textile_pcf.cli.factory_inventory import inventory
from textile_pcf.cli.factory_typical import typical
from textile_pcf.cli.help import Argument, Command


@click.command("allocate", cls=Command)
@click.argument("utilities", cls=Argument, metavar="UTILITIES", type=options.PATH, help="Energy and water of the site's year.")
@click.option("--production", metavar="TABLE", required=True, type=options.PATH, help="Products by process, with drivers.")
@click.option(
    "--plan",
    metavar="TABLE",
    required=True,
    type=options.PATH,
    help="Plan of allocation: the driver and weight of each process.",
)
@click.option("--tolerance", metavar="PART", help="Part by which the processes may exceed the site; 0% by default.")
@output_format
@options.output
@options.language
def allocate(
    utilities: Path,
    production: Path,
    plan: Path,
    tolerance: str | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Allocate the energy and water of a site's year to its products."""
    from textile_pcf.factory.allocation import allocate as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, utilities, production, plan)
    write_factory_result(run(utilities, production, plan, tolerance=tolerance), output_format, output, lang)


@click.command("reconcile", cls=Command)
@click.argument("top_down", cls=Argument, metavar="TOP_DOWN", type=options.PATH, help="Activity data from the site's bills.")
@click.argument("bottom_up", cls=Argument, metavar="BOTTOM_UP", type=options.PATH, help="Activity data from meters or recipes.")
@click.option("--tolerance", metavar="PART", help="Difference from which a row is flagged; 10% where none is given.")
@output_format
@options.output
@options.language
def reconcile(
    top_down: Path, bottom_up: Path, tolerance: str | None, output_format: str | None, output: Path | None, lang: str
) -> None:
    """Compare the totals of a period that two tables of activity data give."""
    from textile_pcf.factory.reconciliation import reconcile as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, top_down, bottom_up)
    write_factory_result(run(top_down, bottom_up, tolerance=tolerance), output_format, output, lang)


@click.command("join", cls=Command)
@click.argument("tables", cls=Argument, metavar="ACTIVITY", nargs=-1, required=True, type=options.PATH,
                help="Activity data: CSV, Excel, Parquet, YAML or JSON.")  # fmt: skip
@output_format
@options.output
@options.language
def join(tables: tuple[Path, ...], output_format: str | None, output: Path | None, lang: str) -> None:
    """Put several tables of activity data into one."""
    from textile_pcf.factory.joining import join as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, *tables)
    write_factory_result(run(*tables), output_format, output, lang)


SITE_COMMANDS = (allocate, reconcile, join, chemicals, inventory, typical)
"""The commands, for the group."""
