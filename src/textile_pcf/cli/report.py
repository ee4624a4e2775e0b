"""The command `report`: a result as a document, with its further content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Command
from textile_pcf.cli.live import LiveOptions, live_options
from textile_pcf.messages.message import JoinedMessage, Message

OWN_CALCULATION = ("gwp", "biogenic", "boundary", "supply", "columns")
"""Options under which `improvements rank` does not calculate."""


@click.command("report", cls=Command)
@options.file
@options.rule
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=options.PATH,
    help="File to write: .html, .pdf, or .xlsx with live formulas.",
)
@click.option("--dossier", metavar="FOLDER", type=options.PATH, help="New folder for lock, saved result, report and labels.")
@options.factors
@options.unit
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@options.study
@options.columns
@options.keep
@click.option(
    "--uncertainty",
    "method",
    metavar="HOW",
    default="closed",
    help="How sure the figures are: closed for the closed form, a number of draws, or none.",
)
@options.seed
@options.assume
@options.pedigree
@click.option("--previous", metavar="FILE", type=options.PATH, help="The last result: its lock, its bundle, or a saved result.")
@live_options
@click.option("--production", metavar="TABLE", type=options.PATH, help="With --improvements: yearly output of each product.")
@click.option("--prices", metavar="TABLE", type=options.PATH, help="With --improvements: prices of items.")
@options.publish
@options.strict
@options.language
def report(
    file: Path,
    rule: str,
    output: Path | None,
    dossier: Path | None,
    factors: tuple[str, ...] | None,
    unit: str | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    study: Path | None,
    columns: Path | None,
    keep: tuple[str, ...],
    method: str,
    seed: int,
    assumptions: tuple[str, ...],
    pedigree: str,
    previous: Path | None,
    live: LiveOptions,
    production: Path | None,
    prices: Path | None,
    publish: bool,
    strict: bool,
    lang: str,
) -> None:
    """Write a report for a customer or verifier: HTML or PDF, or a workbook whose totals are formulas."""
    from textile_pcf.cli.guard import refuse_output

    live.check(output, study, {"--previous": previous, "--production": production, "--prices": prices})
    writer = live.writer(_report_writer(output, dossier, lang))
    documents = (previous, live.changes, live.improvements, production, prices)
    refuse_output(output, rule, factors, file, supply, study, columns, *documents)
    given = {"gwp": gwp, "biogenic": biogenic, "boundary": boundary, "supply": supply, "columns": columns}
    spread = _spread_options(method, seed, assumptions, pedigree, lang)
    measures = (None if live.wanted else live.improvements, production, prices)
    _check_measures(measures, given, lang)
    parts = {"uncertainty": spread, "previous": previous, "changes": None if live.wanted else live.changes}
    written = Documents(writer, output, dossier, unit, lang, study)
    _write((file, rule, factors), given | {"keep": keep}, (publish, strict), (parts, measures), written)


class Documents(NamedTuple):
    """What a report is written to: the function that writes it, its file, the folder of a dossier, and how."""

    writer: Callable[..., Path]
    output: Path | None
    dossier: Path | None
    unit: str | None
    language: str
    study: Path | None


def _write(
    inputs: tuple[Path, str, tuple[str, ...] | None],
    given: Mapping[str, Any],
    published: tuple[bool, bool],
    parts: tuple[dict[str, Any], tuple[Path | None, ...]],
    documents: Documents,
) -> None:
    """Calculate, and write the report, the dossier and the warnings."""
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.dossier import print_dossier
    from textile_pcf.cli.publishing import publishable
    from textile_pcf.cli.warned import collect_warnings
    from textile_pcf.data_quality.requirement import requirement_warnings
    from textile_pcf.io.study import study_in

    unit, language = documents.unit, documents.language
    with collect_warnings(language) as collected:
        result = footprint(*inputs, **given)
        missed = requirement_warnings(result)
        result = publishable(result, *published)
        about = documents.study or study_in(inputs[0])
        options = {**parts[0], "measures": _rank(inputs, parts[1])}
        if documents.output:
            documents.writer(result, documents.output, unit, language, about, **options)
        if documents.dossier:
            print_dossier(result, documents.dossier, unit, language, about, options)
        collected.write([*result.warnings(), *missed])


def _report_writer(output: Path | None, dossier: Path | None, lang: str) -> Callable[..., Path]:
    """Return the function that writes the report, by the ending of its file, after a check that something is to be written."""
    from textile_pcf.cli.dossier import refuse_dossier
    from textile_pcf.report import ENDINGS, WRITERS
    from textile_pcf.report.pdf import require_weasyprint

    if output is None and dossier is None:
        raise click.MissingParameter(param_hint="'-o' / '--output'", param_type="option")
    refuse_dossier(dossier)
    ending = output.suffix.lower() if output else ENDINGS[0]
    if output and ending not in ENDINGS:
        what = Message("{name!r} ends in neither {endings}.", name=output.name, endings=JoinedMessage(ENDINGS, " nor ", " 或 "))
        raise click.BadParameter(what.localized(lang), param_hint="-o")
    if ending == ".pdf":
        require_weasyprint()
    return WRITERS[ending]


def _spread_options(method: str, seed: int, assumptions: tuple[str, ...], pedigree: str, lang: str) -> dict[str, Any] | None:
    """Return how sure the figures are to be stated: options of `uncertainty`, with `draws` where it is to be drawn."""
    from textile_pcf.cli.uncertainty import read_assumptions
    from textile_pcf.uncertainty_analysis.main import check_options

    assume = read_assumptions(assumptions, lang)
    draws = int(method) if method.isascii() and method.isdigit() else 1
    check_options(draws, seed, assume, pedigree)
    if method == "none":
        return None
    if method != "closed" and not method.isdigit():
        what = Message(
            "{method!r} is no way to state how sure a figure is; write closed, none or a number of draws.", method=method
        )
        raise click.BadParameter(what.localized(lang), param_hint="--uncertainty")
    drawn = {} if method == "closed" else {"draws": draws}
    return {**drawn, "seed": seed, "assume": assume, "pedigree": pedigree}


def _check_measures(measures: tuple[Path | None, ...], given: Mapping[str, Any], lang: str) -> None:
    """Check that measures have what they need, and are ranked by the calculation of the report."""
    improvements, production, prices = measures
    if improvements is None:
        alone = [name for name, value in (("--production", production), ("--prices", prices)) if value is not None]
        if alone:
            raise click.UsageError(Message("{names} go with --improvements.", names=", ".join(alone)).localized(lang))
        return
    if production is None:
        raise click.UsageError(Message("Measures need the yearly output of each product: --production.").localized(lang))
    others = [f"--{name}" for name in OWN_CALCULATION if given[name] is not None]
    if others:
        what = Message("Measures are ranked without these options: {names}.", names=", ".join(others))
        raise click.UsageError(what.localized(lang))


def _rank(inputs: tuple[Path, str, tuple[str, ...] | None], measures: tuple[Path | None, ...]) -> Any:
    """Return the ranked measures; None where none are given."""
    from textile_pcf.improvements.ranking import rank

    improvements, production, prices = measures
    if improvements is None:
        return None
    file, rule, factors = inputs
    return rank(file, rule, improvements, production, prices=prices, factors=factors)
