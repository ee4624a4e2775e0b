"""The command `factory chemicals`."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.factory import chosen_format, output_format, refuse_inputs_as_output, write_factory_result
from textile_pcf.cli.help import Argument, Command


@click.command("chemicals", cls=Command)
@click.argument("stock", cls=Argument, metavar="STOCK", type=options.PATH, help="What came in, left and remained of chemicals.")
@click.option("--recipes", metavar="TABLE", required=True, type=options.PATH, help="Doses of chemicals in each batch.")
@click.option("--batches", metavar="TABLE", required=True, type=options.PATH, help="Batches with product, input and output.")
@click.option("--map", "chemical_map", metavar="TABLE", type=options.PATH, help="Factors chosen for chemicals, with reasons.")
@options.factors
@click.option("--require", metavar="PART", help="Part of the mass that must have a factor; 100% where none is given.")
@click.option("--tolerance", metavar="PART", help="Part by which recipes may differ from the stock; 5% where none is given.")
@click.option("--spread", metavar="HOW", help="recipe: what no recipe took goes to the products in proportion.")
@click.option("--year", metavar="YEAR", help="Year of the activity rows.")
@output_format
@options.output
@options.language
def chemicals(stock: Path, recipes: Path, batches: Path, chemical_map: Path | None, factors: tuple[str, ...] | None,
              output_format: str | None, output: Path | None, lang: str, **given: str | None) -> None:  # fmt: skip
    """Reconcile recipes with the stock of chemicals, and write what each product used."""
    from textile_pcf.factory.chemical_use import chemicals as run

    chosen_format(output_format, output)
    refuse_inputs_as_output(output, stock, recipes, batches, chemical_map, *(factors or ()))
    result = run(stock, recipes, batches, chemical_map, factors=factors, **given)
    write_factory_result(result, output_format, output, lang)
