"""`textile-pcf batch`: a catalogue on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textile_pcf.cli import REJECTED, options
from textile_pcf.cli.help import Argument, Command
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text

if TYPE_CHECKING:
    from textile_pcf.batch.batch_result import BatchResult
    from textile_pcf.cli.warned import WarningCollector

SETS = ("gwp", "biogenic")


@click.command("batch", cls=Command)
@click.argument(
    "files",
    cls=Argument,
    metavar="FILE",
    nargs=-1,
    required=True,
    type=click.Path(),
    help="Activity data, best as Parquet: files, a folder, or a pattern in quotes such as 'mills/*.csv'.",
)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    type=click.Path(),
    help="Folder for the results, or an address such as s3://bucket/folder; an interrupted run in it is continued.",
)
@options.rule
@options.factors
@click.option("--results", metavar="KIND", default="stages", help="stages or contributions (every line of the sum).")
@click.option("--on-error", metavar="ACTION", default="reject", help="reject products with problems, or fail.")
@click.option("--unit", "units", metavar="UNIT", multiple=True, help="Report totals in this unit too; repeat for more.")
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@click.option(
    "--scenario",
    "scenarios",
    metavar="NAME=OTHER",
    multiple=True,
    help="The same pass with another table of factors, with gwp:SET or biogenic:CONVENTION; repeat for more.",
)
@click.option(
    "--workers",
    metavar="COUNT",
    type=click.IntRange(min=1),
    help="Number of worker processes, at least 1; by default none, and threads read the next rows and write the last results.",
)
@click.option("--quality", is_flag=True, help="Columns on the quality of the data: rating, and shares of primary data.")
@click.option("--weights", is_flag=True, help="Keep weights on factors beside the results, for the command reprice.")
@click.option("--fingerprints", is_flag=True, help="Keep fingerprints of the rows, for a later run with --since.")
@click.option(
    "--since",
    metavar="FOLDER",
    type=options.PATH,
    help="Earlier batch with fingerprints; only partitions whose rows have changed are calculated.",
)
@click.option(
    "--local", metavar="FOLDER", type=options.PATH, help="Folder of this machine to work in, for results at an address."
)
@click.option(
    "--uncertainty", metavar="HOW", help="Columns of mean and spread: closed for the closed form, or a number of draws."
)
@click.option("--seed", metavar="SEED", type=int, help="Seed of the draws; 0 without it.")
@click.option("--dask", metavar="ADDRESS", help="Address of a Dask scheduler.")
@click.option("--progress/--no-progress", default=None, help="Progress bar; by default only on a terminal.")
@options.language
def batch(
    files: tuple[str, ...],
    output: str,
    rule: str,
    local: Path | None,
    factors: tuple[str, ...] | None,
    supply: Path | None,
    scenarios: tuple[str, ...],
    uncertainty: str | None,
    seed: int | None,
    progress: bool | None,
    lang: str,
    **others: Any,
) -> None:
    """Calculate a catalogue: results as Parquet in a folder, with a list of rejected products."""
    from textile_pcf.batch.progress import ProgressBar
    from textile_pcf.batch.remote_folder import split_output
    from textile_pcf.batch.run import calculate_batch
    from textile_pcf.cli.guard import read_files, refuse_folder
    from textile_pcf.cli.warned import collect_warnings

    changes = _parse_scenarios(scenarios)
    folder = Path(split_output(output, local)[0])
    refuse_folder(folder, read_files(rule, _all_tables(factors, changes), *map(Path, files), supply))
    with collect_warnings(lang) as collected:
        result = calculate_batch(
            files[0] if len(files) == 1 else files, rule, factors, out=output, local=local,
            progress=ProgressBar(progress, lang), scenarios=changes, supply=supply,
            uncertainty=_parse_uncertainty(uncertainty, seed), **others,
        )  # fmt: skip
        _write_summary(result, lang, collected)
    if result.rejected:
        raise click.exceptions.Exit(REJECTED)


def _all_tables(factors: Iterable[str] | None, scenarios: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the factor tables of a batch and of all its scenarios."""
    return [*(factors or ()), *(table for changes in scenarios.values() for table in changes.get("factors", ()))]


@click.command("reprice", cls=Command)
@click.argument(
    "results", cls=Argument, metavar="RESULTS", type=options.PATH, help="Folder of a batch that was calculated with --weights."
)
@click.option(
    "--factors",
    "factors",
    metavar="TABLE",
    multiple=True,
    required=True,
    help="New emission factors, searched before the tables of the batch; repeat for more.",
)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    type=click.Path(),
    help="Folder for the new results, or an address such as s3://bucket/folder; an interrupted run in it is continued.",
)
@click.option(
    "--local", metavar="FOLDER", type=options.PATH, help="Folder of this machine to work in, for results at an address."
)
@click.option("--progress/--no-progress", default=None, help="Progress bar; by default only on a terminal.")
@options.language
def reprice(results: Path, factors: tuple[str, ...], output: str, local: Path | None, progress: bool | None, lang: str) -> None:
    """Give a finished batch new emission factors, without reading its activity data again."""
    from textile_pcf.batch.progress import ProgressBar
    from textile_pcf.batch.remote_folder import split_output
    from textile_pcf.batch.repricing import reprice as reprice_batch
    from textile_pcf.cli.guard import read_files, refuse_folder
    from textile_pcf.cli.warned import collect_warnings

    refuse_folder(Path(split_output(output, local)[0]), read_files(None, factors))
    with collect_warnings(lang) as collected:
        result = reprice_batch(results, factors, out=output, local=local, progress=ProgressBar(progress, lang))
        _write_summary(result, lang, collected)
    if result.rejected:
        raise click.exceptions.Exit(REJECTED)


def _parse_uncertainty(how: str | None, seed: int | None) -> str | dict[str, int] | None:
    """Return `uncertainty` of `calculate_batch`: `closed`, or draws with a seed."""
    if how is not None and how.isdecimal() and how.isascii():
        return {"draws": int(how), "seed": seed or 0}
    problems = []
    if how not in (None, "closed"):
        what, cure = "This is neither closed nor a number of draws.", "Write closed, or a whole number, such as 1000."
        problems.append(Problem(f"--uncertainty {how}", what, cure, code="uncertainty"))
    elif seed is not None:
        what, cure = "There are no draws that take a seed.", "Give a number of draws with --uncertainty."
        problems.append(Problem(f"--seed {seed}", what, cure, code="uncertainty"))
    if problems:
        raise UsageError(problems)
    return how


def _write_summary(result: BatchResult, lang: str, collected: WarningCollector) -> None:
    """Write the counts of products, the folder of the results, the warnings, and where rejected products are listed."""
    from textile_pcf.batch.atomic_files import LOG

    counts = {
        "every": result.products + result.rejected,
        "calculated": result.products,
        "rejected": result.rejected,
        "rows": result.rows,
    }
    folder = f"{result.address}/results" if result.address else result.out / "results"
    where = f"\n{folder}\n" if result.products else "\n"
    sys.stdout.write(fixed_text("batch_done", lang, **counts) + where)
    collected.write(result.warnings())
    if not result.rejected:
        return
    from textile_pcf.batch.finalize import CHINESE

    why = result.out / "rejected.csv" if lang == "en" else result.out / CHINESE
    sys.stderr.write(fixed_text("batch_rejected", lang, why=why, rows=result.out / "rejected_activity.csv") + "\n")
    sys.stderr.write(fixed_text("batch_log", lang, log=result.out / LOG) + "\n")


def _parse_scenarios(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the changes of each scenario by name; its tables in the order of the options."""
    scenarios: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, _, other = text.partition("=")
        key, _, value = other.partition(":")
        changes = scenarios.setdefault(name, {})
        if not name or not other or (key in SETS and (not value or key in changes)):
            what = "A scenario is written NAME=OTHER: a table of factors, gwp:SET or biogenic:CONVENTION, either of these once."
            cure = "For example: new_grid=grid_2026.csv, or old=gwp:AR5."
            raise UsageError([Problem(f"--scenario {text}", what, cure, code="scenario")])
        if key in SETS:
            changes[key] = value
        else:
            changes.setdefault("factors", []).append(other)
    return scenarios
