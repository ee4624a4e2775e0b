"""The command `scenario`: footprints under the ordered changes of a change file."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Command


@click.command("scenario", cls=Command)
@options.file
@options.rule
@click.option("--changes", metavar="FILE", required=True, type=options.PATH, help="Change file: scenarios in YAML.")
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.analysis_format
@options.output
@options.language
def scenario(
    file: Path,
    rule: str,
    changes: Path,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Calculate footprints again under ordered changes: what each saves, in its order and alone."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.analysis import as_chosen, chosen_format, write_text
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.comparison import scenario as calculate
    from textile_pcf.io.output_files import refuse_inputs

    chosen = chosen_format(output_format, output)
    refuse_output(output, rule, factors, file, supply)
    if output is not None:
        refuse_inputs(output, [changes], f"-o {output}")
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        write_text(as_chosen(calculate(result, changes), chosen, lang), output)
        collected.write(result.warnings())
