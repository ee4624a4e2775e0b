"""The commands for people with a file: calculate, check, explain, template."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from textile_pcf.cli.definitions import factors_app, rules_app

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Product carbon footprints of textiles, line by line.",
)
app.add_typer(rules_app, name="rules")
app.add_typer(factors_app, name="factors")

File = Annotated[Path, typer.Argument(help="Activity data: CSV, Excel, Parquet, YAML or JSON.")]
Rule = Annotated[str, typer.Option("--rule", help="Rule: NAME, NAME@EDITION or a path.")]
Factors = Annotated[
    list[str] | None, typer.Option("--factors", help="Table of emission factors: name or path; repeat for more, in order.")
]
Gwp = Annotated[str | None, typer.Option("--gwp", help="AR4, AR5, AR6 or EF3.1; the rule's where none is given.")]
Biogenic = Annotated[str | None, typer.Option("--biogenic", help="minus_one_plus_one or zero_zero; the rule's otherwise.")]
Out = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; standard output otherwise.")]
Language = Annotated[str, typer.Option("--lang", envvar="TEXTILE_PCF_LANG", help="en or zh.")]


def _version(wanted: bool) -> None:
    if wanted:
        from textile_pcf import __version__

        sys.stdout.write(f"textile_pcf {__version__}\n")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Product carbon footprints of textiles, line by line."""


def language_of(text: str) -> str:
    """`en` or `zh`; other texts are a usage error."""
    if text not in ("en", "zh"):
        raise typer.BadParameter(f"{text!r} is no language of this program; write en or zh.", param_hint="--lang")
    return text


@app.command()
def calculate(
    file: File,
    rule: Rule,
    factors: Factors = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Tell results per kg, m2, m, '100 m', piece …")] = None,
    gwp: Gwp = None,
    biogenic: Biogenic = None,
    form: Annotated[str | None, typer.Option("--format", help="table, csv, json, parquet or xlsx.")] = None,
    output: Out = None,
    lines: Annotated[bool, typer.Option("--lines", help="csv and parquet: every line of the sum.")] = False,
    lang: Language = "en",
) -> None:
    """Calculate the footprints of the products in a file."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.output import chosen_format, write_result

    language = language_of(lang)
    chosen_format(form, output)
    result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic)
    write_result(result, form, output, unit, lines, language)
    for text in result.warnings():
        sys.stderr.write(f"warning: {text}\n")


@app.command()
def check(file: File, rule: Rule, factors: Factors = None, lang: Language = "en") -> None:
    """Check a file against a rule, and against emission factors where they are named; nothing is calculated."""
    language_of(lang)
    from textile_pcf.activity import read_activity
    from textile_pcf.rules import load_rules

    if factors:
        from textile_pcf.calculation import footprint

        products = footprint(file, rule, factors).products
    else:
        products = read_activity(file, load_rules(rule)).products
    sys.stderr.write(f"{file}: {len(products)} product{'s' if len(products) != 1 else ''}, no problems\n")


@app.command()
def explain(
    file: File,
    rule: Rule,
    product: Annotated[str, typer.Option("--product", help="The product to explain.")],
    stage: Annotated[str | None, typer.Option("--stage", help="Only this stage.")] = None,
    factors: Factors = None,
    gwp: Gwp = None,
    biogenic: Biogenic = None,
) -> None:
    """Show every term of a footprint, to be checked with a pocket calculator."""
    from textile_pcf.calculation import footprint

    result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic)
    sys.stdout.write(result.explain(product, stage) + "\n")


@app.command()
def template(
    rule: Annotated[str, typer.Argument(help="Rule: NAME, NAME@EDITION or a path.")],
    output: Out = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also rows that need not be given; delete what does not apply.")
    ] = False,
    lang: Language = "en",
) -> None:
    """Write a table for the mill to fill in: .csv, or .xlsx with a guide beside it."""
    from textile_pcf.cli.output import write_file
    from textile_pcf.rules import load_rules
    from textile_pcf.template import template_csv, write_template

    rules, language = load_rules(rule), language_of(lang)
    if output is None:
        sys.stdout.write(template_csv(rules, everything, language))
    else:
        write_file(output, lambda path: write_template(rules, path, everything, language))
