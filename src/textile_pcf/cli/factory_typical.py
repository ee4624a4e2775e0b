"""The command `factory typical`."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.factory import chosen_format, output_format, refuse_inputs_as_output, write_factory_result
from textile_pcf.cli.help import Argument, Command


@click.command("typical", cls=Command)
@click.argument("plants", cls=Argument, metavar="PLANTS", type=options.PATH, help="Values of plants, with their output.")
@click.option("--item", metavar="ID", help="Item of the factor; the group where none is given.")
@click.option("--kind", metavar="KIND", help="Kind of the factor, such as life_cycle.")
@click.option("--region", metavar="CODE", help="Region of the factor; that of the plants where none is given.")
@output_format
@options.output
@options.language
def typical(plants: Path, item: str | None, kind: str | None, region: str | None, output_format: str | None,
            output: Path | None, lang: str) -> None:  # fmt: skip
    """Write the typical value of several plants as the row of a factor that names none of them."""
    from textile_pcf.factory.typical_values import typical as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, plants)
    write_factory_result(run(plants, item=item, kind=kind, region=region), output_format, output, lang)
