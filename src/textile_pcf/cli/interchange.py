"""The groups `export` and `import`: formats of others. A command parses, calls one function and writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Argument, Group
from textile_pcf.messages.catalogue import fixed_text

if TYPE_CHECKING:
    from textile_pcf.factors import FactorTable

products_option = click.option(
    "--product", "products", metavar="PRODUCT", multiple=True, help="Only this product; repeat for more."
)
own_use_option = click.option(
    "--own-use", is_flag=True, help="It stays with you: values that must not be passed on may be in it."
)
table_output = click.option(
    "-o", "--output", metavar="TABLE", type=options.PATH, help="Table to write, with its description beside it; standard output otherwise."
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

            count = export_catalogue(file, calculation_of(rule, factors, gwp, supply), about, output, export)
            sys.stderr.write(fixed_text("pact_records", lang, count=count) + "\n")
            return
        from textile_pcf.calculation import footprint

        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply)
        records = result.to_pact(about, output, products=products or None, unit=unit, digits=digits, own_use=own_use)
        collected.write(result.warnings())
    _write_levels(records, lang)


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
