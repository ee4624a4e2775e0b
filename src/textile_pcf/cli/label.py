"""The command `label`: what a label shows of one product."""

from __future__ import annotations

from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.audit import check_format, output_format
from textile_pcf.cli.help import Command
from textile_pcf.cli.label_table import label_table
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json


@click.command("label", cls=Command)
@options.file
@options.rule
@click.option("--product", metavar="PRODUCT", required=True, help="The product of the label.")
@options.factors
@options.unit
@click.option("--decimals", metavar="COUNT", type=int, help="Decimals of the value; 2 where none is given.")
@click.option("--significant", metavar="COUNT", type=int, help="Significant digits of the value, in place of decimals.")
@click.option("--issued", metavar="DATE", help="Day of issue, as in 2026-01-01: the rule says until when it is valid.")
@click.option("--interval", is_flag=True, help="Add the interval from the 2.5th to the 97.5th percentile of the value.")
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@output_format
@options.output
@options.language
def label(
    file: Path,
    rule: str,
    product: str,
    factors: tuple[str, ...] | None,
    unit: str | None,
    decimals: int | None,
    significant: int | None,
    issued: str | None,
    interval: bool,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output_format: str,
    output: Path | None,
    lang: str,
) -> None:
    """Print the content of a label for one product: the declared figure, rounded, and what it rests on. No mark is drawn."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.analysis import write_text
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings

    check_format(output_format)
    if decimals is not None and significant is not None:
        what, cure = "Decimals and significant digits stand together.", "Give one of them."
        raise UsageError([Problem("--significant", what, cure, code="usage")])
    refuse_output(output, rule, factors, file, supply)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        digits = 2 if decimals is None else decimals
        shown = result.label(
            product, unit, digits, significant, issued, interval=interval, language="zh" if lang == "zh" else None
        )
        text = indented_json(shown) if output_format == "json" else label_table(shown, lang)
        write_text(text, output)
        collected.write(result.warnings())
