"""The groups `export` and `import`: formats of others. A command parses, calls one function and writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Argument, Group
from textile_pcf.messages.catalogue import fixed_text

if TYPE_CHECKING:
    from textile_pcf.factors import FactorTable
    from textile_pcf.results import Footprint

products_option = click.option(
    "--product", "products", metavar="PRODUCT", multiple=True, help="Only this product; repeat for more."
)
own_use_option = click.option(
    "--own-use", is_flag=True, help="It stays with you: values that must not be passed on may be in it."
)
table_output = click.option(
    "-o", "--output", metavar="TABLE", type=options.PATH,
    help="Table to write, its description beside it; standard output otherwise.",
)  # fmt: skip


@click.group("export", cls=Group)
@options.group_language
def export_group() -> None:
    """Results in formats that others read."""


@click.group("import", cls=Group)
@options.group_language
def import_group() -> None:
    """Footprints and factors of others as tables of emission factors."""


@export_group.command("pact")
@options.file
@options.rule
@click.option(
    "--about", metavar="FILE", required=True, type=options.PATH, help="What a result cannot know: company, ids, period."
)
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=options.PATH,
    help="File to write; ending in .jsonl one record per line, partition by partition.",
)  # fmt: skip
@products_option
@options.unit
@click.option(
    "--digits", metavar="COUNT", type=click.IntRange(1, 17), default=12, help="Significant digits, 1 to 17; 12 otherwise."
)
@own_use_option
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.language
def export_pact(
    file: Path,
    rule: str,
    about: Path,
    output: Path,
    products: tuple[str, ...],
    unit: str | None,
    digits: int,
    own_use: bool,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    lang: str,
) -> None:
    """Write products as ProductFootprints of PACT, cradle to gate."""
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.interchange import ExportOptions

    refuse_output(output, rule, factors, file, supply, about)
    export = ExportOptions(unit, digits, own_use)
    with collect_warnings(lang) as collected:
        if output.suffix.lower() in (".jsonl", ".ndjson") and not products:
            from textile_pcf.interchange.pact_catalogue import calculation_of, export_catalogue

            count = export_catalogue(file, calculation_of(rule, factors, gwp, supply, boundary), about, output, export)
            sys.stderr.write(fixed_text("pact_records", lang, count=count) + "\n")
            return
        result = _calculate(file, rule, factors, about, gwp=gwp, biogenic=biogenic, boundary=boundary, supply=supply)
        records = result.to_pact(about, output, products=products or None, unit=unit, digits=digits, own_use=own_use)
        collected.write(result.warnings())
    _write_levels(records, lang)


def _calculate(file: Path, rule: str, factors: tuple[str, ...] | None, about: Path, **options: Any) -> Footprint:
    """Return the result; the problems of the about file are reported with those of the activity data."""
    from textile_pcf.calculation import footprint
    from textile_pcf.errors import InputError
    from textile_pcf.interchange.about import read_about

    described = read_about(about)
    try:
        return footprint(file, rule, factors, **options)
    except InputError as error:
        raise InputError([*error.problems, *described.problems]) from error


@export_group.command("openlca")
@options.file
@options.rule
@click.option("-o", "--output", metavar="FILE", required=True, type=options.PATH, help="Zip file to write.")
@products_option
@click.option("--aggregated", is_flag=True, help="One process per product that gives off its parts and takes nothing.")
@own_use_option
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.language
def export_openlca(
    file: Path,
    rule: str,
    output: Path,
    products: tuple[str, ...],
    aggregated: bool,
    own_use: bool,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    lang: str,
) -> None:
    """Write the unit processes behind results as a package of openLCA (JSON-LD)."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings

    refuse_output(output, rule, factors, file, supply)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, boundary=boundary, supply=supply)
        result.to_openlca(output, products=products or None, aggregated=aggregated, own_use=own_use)
        collected.write(result.warnings())


def _write_levels(records: list[dict[str, object]], lang: str) -> None:
    """Say which level of usability the records reach, and what they lack for the next."""
    from textile_pcf.interchange.pact_levels import usability_level

    for level, lacking in dict.fromkeys(map(usability_level, records)):
        text = fixed_text(f"pact_level_{level}", lang)
        more = fixed_text("pact_lacking", lang, fields=", ".join(lacking)) if lacking else ""
        sys.stderr.write(f"{text}{more}\n")


@import_group.command("pact")
@click.argument("files", cls=Argument, metavar="FILE", nargs=-1, required=True, type=options.PATH,
                help="ProductFootprints as JSON: records, lists of them, events.")  # fmt: skip
@table_output
@click.option("--on", metavar="DATE", help="Day on which every record must be valid, such as 2025-06-30.")
@click.option(
    "--on-mismatch",
    metavar="ACTION",
    default="refuse",
    help="refuse a total that is not the sum of its parts, or take it as declared.",
)
@click.option("--strict", is_flag=True, help="Refuse records outside their validity, and outdated ones of version 2.")
@options.language
def import_pact(
    files: tuple[Path, ...], output: Path | None, on: str | None, on_mismatch: str, strict: bool, lang: str
) -> None:
    """Read ProductFootprints of suppliers as emission factors `pcf:ID`."""
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.interchange import read_pact

    refuse_table_output(output, *files)
    with collect_warnings(lang):
        write_factors(read_pact([*files], on=on, on_mismatch=on_mismatch, strict=strict), output)


@import_group.command("openlca")
@click.argument("file", cls=Argument, metavar="FILE", type=options.PATH, help="Zip file of JSON-LD that holds results.")
@table_output
@click.option("--indicator", metavar="NAME", help="Impact category, where the package has several in kg CO2e.")
@click.option("--gwp", metavar="SET", help="GWP set of that category; unknown otherwise.")
@options.language
def import_openlca(file: Path, output: Path | None, indicator: str | None, gwp: str | None, lang: str) -> None:
    """Read results of openLCA as emission factors."""
    from textile_pcf.interchange import read_openlca

    refuse_table_output(output, file)
    write_factors(read_openlca(file, indicator=indicator, gwp=gwp), output)


@import_group.command("table")
@click.argument("file", cls=Argument, metavar="FILE", type=options.PATH, help="Table of others: CSV or workbook.")
@click.option("--adapter", metavar="NAME", required=True, help="Shipped adapter, or path of a YAML file.")
@table_output
@click.option("--set", "values", metavar="NAME=VALUE", multiple=True, help="What the adapter asks for, such as year=2024.")
@options.language
def import_table(file: Path, adapter: str, output: Path | None, values: tuple[str, ...], lang: str) -> None:
    """Read a table of others as emission factors, by an adapter that maps its columns."""
    from textile_pcf.interchange.adapters import load_adapter, read_with_adapter

    refuse_table_output(output, file, Path(adapter))
    imported = read_with_adapter(file, load_adapter(adapter), _values(values))
    for reason, count in imported.left_out.items():
        sys.stderr.write(fixed_text("rows_left_out", lang, count=count, reason=reason) + "\n")
    write_factors(imported.table, output)


def _values(texts: tuple[str, ...]) -> dict[str, str]:
    """Return what was given with `--set`, by name."""
    from textile_pcf.errors import Problem, UsageError

    given: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not value or name in given:
            what, cure = "This is not NAME=VALUE, or the name appears twice.", "For example: --set year=2024."
            raise UsageError([Problem(f"--set {text}", what, cure, code="usage")])
        given[name] = value
    return given


def refuse_table_output(output: Path | None, *files: Path) -> None:
    """Refuse a table, or the description beside it, that would overwrite an input file."""
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.io.output_files import refuse_inputs, refuse_unwritable

    if output is None:
        return
    if output.suffix.lower() != ".csv":
        what, cure = "A table of emission factors is written as CSV.", "End its name in .csv."
        raise UsageError([Problem(f"-o {output}", what, cure, code="usage")])
    for path in (output, output.with_suffix(".yaml")):
        refuse_inputs(path, files, f"-o {output}")
        refuse_unwritable(path, f"-o {output}")


def write_factors(factors: FactorTable, output: Path | None) -> None:
    """Write a table to a file with its description beside it, or the CSV alone to standard output."""
    from textile_pcf.interchange.table_files import sheet_csv, write_table

    (sheet,) = factors.tables
    if output is None:
        sys.stdout.write(sheet_csv(sheet))
    else:
        write_table(sheet, output, f"-o {output}")
