"""The commands that read activity data or make a template: calculate, check, explain, template."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Group
from textile_pcf.cli.on_demand import CommandsOnDemand
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message


def _version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from textile_pcf import __version__

        sys.stdout.write(f"textile_pcf {__version__}\n")
        context.exit()


commands = CommandsOnDemand()


@click.group("textile-pcf", cls=Group, commands=commands)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@options.group_language
def app() -> None:
    """Product carbon footprints of textiles, line by line."""


commands.add("batch", "batch", "batch")
commands.add("reprice", "batch", "reprice")
commands.add("lock", "audit", "lock")
commands.add("verify", "audit", "verify")
commands.add("label", "label", "label")


@app.command("calculate")
@options.file
@options.rule
@options.factors
@options.unit
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.columns
@click.option("--format", "output_format", metavar="FORMAT", help="table, csv, json, parquet or xlsx.")
@options.output
@click.option("--lines", is_flag=True, help="csv and parquet: every line of the sum.")
@options.keep
@options.publish
@options.strict
@options.language
def calculate(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    unit: str | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    columns: Path | None,
    output_format: str | None,
    output: Path | None,
    lines: bool,
    keep: tuple[str, ...],
    publish: bool,
    strict: bool,
    lang: str,
) -> None:
    """Calculate the footprints of the products in a file."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.output import chosen_format, write_result
    from textile_pcf.cli.publishing import publishable
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.data_quality.requirement import requirement_warnings

    chosen_format(output_format, output)
    refuse_output(output, rule, factors, file, supply, columns)
    with collect_warnings(lang) as collected:
        result = footprint(
            file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary, keep=keep, columns=columns
        )
        missed = requirement_warnings(result)
        result = publishable(result, publish, strict)
        write_result(result, output_format, output, unit, lines, lang)
        collected.write([*result.warnings(), *missed])


@app.command("check")
@options.file
@options.rule
@options.factors
@options.boundary
@options.columns
@click.option(
    "--annotate",
    "annotated",
    metavar="FILE",
    type=options.PATH,
    help="Write a copy of the workbook, with the problems as comments of cells.",
)
@options.keep
@options.language
def check(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    boundary: str | None,
    columns: Path | None,
    annotated: Path | None,
    keep: tuple[str, ...],
    lang: str,
) -> None:
    """Check a file against a rule, and against emission factors where they are named; nothing is calculated."""
    from textile_pcf.cli.warned import collect_warnings

    with collect_warnings(lang) as collected:
        if annotated is None:
            products, warnings = _check(file, rule, factors, boundary, columns, keep)
        else:
            from textile_pcf.activity import build_activity
            from textile_pcf.cli.annotated import check_and_annotate
            from textile_pcf.cli.guard import refuse_output
            from textile_pcf.rules import load_rules

            refuse_output(annotated, rule, factors, file, columns, option="--annotate")
            products, warnings = check_and_annotate(
                file,
                annotated,
                lang,
                lambda: _check(file, rule, factors, boundary, columns, keep),
                lambda: build_activity(file, load_rules(rule, boundary), columns=columns, keep=keep),
            )
        collected.write(warnings)
    key = "no_problems_1" if len(products) == 1 else "no_problems"
    sys.stderr.write(fixed_text(key, lang, file=file, count=len(products)) + "\n")


def _check(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    boundary: str | None,
    columns: Path | None,
    keep: tuple[str, ...],
) -> tuple[tuple[str, ...], list[str]]:
    """Return the products and the warnings of a file without problems."""
    from textile_pcf.calculation import check_warnings, read_activity
    from textile_pcf.rules import load_rules

    if factors:
        from textile_pcf.calculation import footprint

        result = footprint(file, rule, factors, boundary=boundary, columns=columns, keep=keep)
        return result.products, result.warnings()
    activity = read_activity(file, load_rules(rule, boundary), columns=columns, keep=keep)
    return activity.products, list(dict.fromkeys(doubt.what for doubt in check_warnings(activity)))


@app.command("explain")
@options.file
@options.rule
@click.option("--product", metavar="PRODUCT", help="The product to explain; needed if there are several.")
@click.option("--stage", metavar="STAGE", help="Only this stage.")
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.columns
@options.keep
@options.publish
@options.strict
@options.language
def explain(
    file: Path,
    rule: str,
    product: str | None,
    stage: str | None,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    columns: Path | None,
    keep: tuple[str, ...],
    publish: bool,
    strict: bool,
    lang: str,
) -> None:
    """Show every term of a footprint, to be checked with a pocket calculator."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.publishing import publishable
    from textile_pcf.cli.warned import collect_warnings

    with collect_warnings(lang) as collected:
        result = footprint(
            file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary, columns=columns, keep=keep
        )
        result = publishable(result, publish, strict)
        collected.mark_shown(result.warnings())
        sys.stdout.write(result.explain(product, stage, lang) + "\n")


@app.command("template")
@options.rule_argument
@options.output
@click.option("--all", "show_all", is_flag=True, help="Also rows that need not be given; delete what does not apply.")
@click.option("--products", metavar="COUNT", help="Number of products in the workbook, or their ids: P-1,P-2.")
@click.option("--site", is_flag=True, help="A workbook with sheets for the year of the site and its allocation.")
@options.template_language
def template(rule: str, output: Path | None, show_all: bool, products: str | None, site: bool, lang: str) -> None:
    """Write something for the mill to fill in: a workbook (.xlsx) with a sheet per stage, or a plain table (.csv)."""
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.rules import load_rules
    from textile_pcf.template import make_template, parse_products, template_csv

    refuse_output(output, rule)
    rules, product_ids = load_rules(rule), parse_products(products)
    if output is None and site:
        raise click.BadParameter("The sheets of a site need a workbook; name one with -o.", param_hint="--site")
    if output is None:
        sys.stdout.write(template_csv(rules, show_all, "en" if lang == "both" else lang, product_ids))
    elif output.suffix.lower() not in (".csv", ".xlsx"):
        what = Message("{output} is no kind of template; end its name in .xlsx or .csv.", output=output)
        raise click.BadParameter(what.localized(lang), param_hint="-o")
    else:
        make_template(rules, output, lang, show_all, product_ids, site)


commands.add("report", "report", "report")
commands.add("quality", "quality", "quality")
commands.add("scenario", "scenario", "scenario")
commands.add("compare", "compare", "compare")
commands.add("diff", "compare", "diff")
commands.add("uncertainty", "uncertainty", "uncertainty")
commands.add("rules", "definitions", "rules_group")
commands.add("factors", "definitions", "factors_group")
commands.add("factory", "factory_commands", "factory_group")
commands.add("targets", "targets", "targets_group")
commands.add("improvements", "improvements", "improvements_group")
commands.add("export", "interchange", "export_group")
commands.add("import", "interchange", "import_group")
