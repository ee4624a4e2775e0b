"""`textile-pcf uncertainty`: how sure the footprints of a file are."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Command
from textile_pcf.messages.message import Message


@click.command("uncertainty", cls=Command)
@options.file
@options.rule
@options.factors
@click.option("--draws", metavar="COUNT", type=int, default=10_000, help="Number of draws, 1 to 10000000.")
@options.seed
@options.unit
@options.assume
@options.pedigree
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.analysis_format
@options.output
@options.language
def uncertainty(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    draws: int,
    seed: int,
    unit: str | None,
    assumptions: tuple[str, ...],
    pedigree: str,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Show how sure the footprints of the products in a file are: spread, its sources, and what declares none."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.analysis import chosen_format, write_text
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.uncertainty_text import uncertainty_text
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.uncertainty_analysis import uncertainty as run
    from textile_pcf.uncertainty_analysis.main import check_options

    chosen = chosen_format(output_format, output)
    refuse_output(output, rule, factors, file, supply)
    assume = read_assumptions(assumptions, lang)
    check_options(draws, seed, assume, pedigree)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        found = run(result, draws, seed, unit, assume, pedigree)
        write_text(uncertainty_text(found, chosen, lang), output)
        collected.write([*result.warnings(), *(text for name in found.products for text in found.warnings(name))])


def read_assumptions(texts: tuple[str, ...], lang: str) -> dict[str, float]:
    """Return the assumed spreads by data type, from texts such as `estimated=1.5`."""
    assume: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        try:
            assume[name.strip()] = float(number)
        except ValueError:
            equals = ""
        if not equals:
            what = Message("{text!r} is no data type with a spread, such as estimated=1.5.", text=text)
            raise click.BadParameter(what.localized(lang), param_hint="--assume")
    return assume
