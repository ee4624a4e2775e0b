"""The commands for people with a file: calculate, check, explain, template."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from textile_pcf.cli.batch import batch
from textile_pcf.cli.definitions import factors_app, rules_app
from textile_pcf.cli.help import Command, Group
from textile_pcf.cli.options import (
    Biogenic,
    Factors,
    File,
    FormLanguage,
    GroupLanguage,
    Gwp,
    Language,
    Out,
    Rule,
    RuleArgument,
    SupplyFile,
    Unit,
)
from textile_pcf.language import translate, word

app = typer.Typer(
    cls=Group,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Product carbon footprints of textiles, line by line.",
)
app.add_typer(rules_app, name="rules")
app.add_typer(factors_app, name="factors")
app.command(name="batch", cls=Command)(batch)


def _version(wanted: bool) -> None:
    if wanted:
        from textile_pcf import __version__

        sys.stdout.write(f"textile_pcf {__version__}\n")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    lang: GroupLanguage = "",
) -> None:
    """Product carbon footprints of textiles, line by line."""


@app.command(cls=Command)
def calculate(
    file: File,
    rule: Rule,
    factors: Factors = None,
    unit: Unit = None,
    gwp: Gwp = None,
    biogenic: Biogenic = None,
    supply: SupplyFile = None,
    form: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="table, csv, json, parquet or xlsx.")] = None,
    output: Out = None,
    lines: Annotated[bool, typer.Option("--lines", help="csv and parquet: every line of the sum.")] = False,
    lang: Language = "",
) -> None:
    """Calculate the footprints of the products in a file."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.output import chosen_format, write_result

    chosen_format(form, output)
    result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply)
    write_result(result, form, output, unit, lines, lang)
    for text in result.warnings():
        sys.stderr.write(f"{word('warning', lang)}: {translate(text, lang)}\n")


@app.command(cls=Command)
def check(
    file: File,
    rule: Rule,
    factors: Factors = None,
    annotated: Annotated[
        Path | None,
        typer.Option(
            "--annotate", metavar="FILE", help="Write a copy of the workbook, with the problems as comments of cells."
        ),
    ] = None,
    lang: Language = "",
) -> None:
    """Check a file against a rule, and against emission factors where they are named; nothing is calculated."""
    if annotated is None:
        products = _checked(file, rule, factors)
    else:
        from textile_pcf.cli.annotated import checked_into

        products = checked_into(file, annotated, lang, lambda: _checked(file, rule, factors))
    key = "no_problems_1" if len(products) == 1 else "no_problems"
    sys.stderr.write(word(key, lang, file=file, count=len(products)) + "\n")


def _checked(file: Path, rule: str, factors: list[str] | None) -> tuple[str, ...]:
    """The products of a file that has no problems."""
    from textile_pcf.activity import read_activity
    from textile_pcf.rules import load_rules

    if factors:
        from textile_pcf.calculation import footprint

        return footprint(file, rule, factors).products
    return read_activity(file, load_rules(rule)).products


@app.command(cls=Command)
def explain(
    file: File,
    rule: Rule,
    product: Annotated[str, typer.Option("--product", metavar="PRODUCT", help="The product to explain.")],
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Only this stage.")] = None,
    factors: Factors = None,
    gwp: Gwp = None,
    biogenic: Biogenic = None,
    supply: SupplyFile = None,
    lang: Language = "",
) -> None:
    """Show every term of a footprint, to be checked with a pocket calculator."""
    from textile_pcf.calculation import footprint

    result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply)
    sys.stdout.write(result.explain(product, stage, lang) + "\n")


@app.command(cls=Command)
def report(
    file: File,
    rule: Rule,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="File to write: .html, or .xlsx with live formulas.")
    ],
    factors: Factors = None,
    unit: Unit = None,
    gwp: Gwp = None,
    biogenic: Biogenic = None,
    lang: Language = "",
) -> None:
    """Write a report for the reader who must believe it: one HTML file, or a workbook whose totals are formulas."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.output import write_file
    from textile_pcf.report import ENDINGS, to_excel, to_html

    ending = output.suffix.lower()
    if ending not in ENDINGS:
        raise typer.BadParameter(f"{output.name!r} ends in neither {' nor '.join(ENDINGS)}.", param_hint="-o")
    result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic)
    write = to_excel if ending == ".xlsx" else to_html
    write_file(output, lambda path: write(result, path, unit, lang))
    for text in result.warnings():
        sys.stderr.write(f"{word('warning', lang)}: {translate(text, lang)}\n")


@app.command(cls=Command)
def template(
    rule: RuleArgument,
    output: Out = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also rows that need not be given; delete what does not apply.")
    ] = False,
    products: Annotated[
        str | None, typer.Option("--products", metavar="COUNT", help="How many products it takes, or their ids: P-1,P-2.")
    ] = None,
    lang: FormLanguage = "",
) -> None:
    """Write something for the mill to fill in: a workbook (.xlsx) with a sheet per stage, or a plain table (.csv)."""
    from textile_pcf.cli.output import write_file
    from textile_pcf.rules import load_rules
    from textile_pcf.template import make_template, template_csv, told_products

    rules, asked = load_rules(rule), told_products(products)
    if output is None:
        sys.stdout.write(template_csv(rules, everything, "en" if lang == "both" else lang, asked))
    elif output.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter(f"{output} is no kind of template; end its name in .xlsx or .csv.", param_hint="-o")
    else:
        write_file(output, lambda path: make_template(rules, path, lang, everything, asked))
