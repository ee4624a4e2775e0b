"""The command `quality`: ratings, shares of primary data and hot spots of a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Command

if TYPE_CHECKING:
    from textile_pcf.data_quality import Quality


@click.command("quality", cls=Command)
@options.file
@options.rule
@options.factors
@options.gwp
@options.biogenic
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
    supply: Path | None,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Rate the data behind footprints: PEF and PACT ratings, shares of primary data, hot spots."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.analysis import chosen_format, write_text
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.data_quality import quality as rate

    chosen = chosen_format(output_format, output)
    refuse_output(output, rule, factors, file, supply)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply)
        write_text(_text(rate(result), chosen, lang), output)
        collected.write(result.warnings())


def _text(rated: Quality, chosen: str, language: str) -> str:
    if chosen == "json":
        return json.dumps(rated.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if chosen == "csv":
        return rated.to_csv()
    return str(rated.show(language))
