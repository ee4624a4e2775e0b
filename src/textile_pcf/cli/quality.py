"""The command `quality`: ratings, shares of primary data and hot spots of a result."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Command


@click.command("quality", cls=Command)
@options.file
@options.rule
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.analysis_format
@options.output
@options.language
def quality(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Rate the data behind footprints: PEF and PACT ratings, shares of primary data, hot spots."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.analysis import as_chosen, chosen_format, write_text
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.data_quality import quality as rate

    chosen = chosen_format(output_format, output)
    refuse_output(output, rule, factors, file, supply)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        write_text(as_chosen(rate(result), chosen, lang), output)
        collected.write(result.warnings())
