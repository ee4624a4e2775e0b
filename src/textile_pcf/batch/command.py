"""`textile-pcf batch`: a catalogue on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from textile_pcf.errors import Problem, UsageError

REJECTED = 1  # exit code: finished, with rejected products


def batch_command(
    file: Annotated[Path, typer.Argument(help="Activity data, best as Parquet: read in partitions, in bounded memory.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results; a run begun there goes on.")],
    rule: Annotated[str, typer.Option("--rule", help="Rule: NAME, NAME@EDITION or a path.")],
    factors: Annotated[list[str] | None, typer.Option("--factors", help="Table of emission factors; repeat for more.")] = None,
    results: Annotated[str, typer.Option("--results", help="stages or contributions (every line of the sum).")] = "stages",
    on_error: Annotated[str, typer.Option("--on-error", help="reject products with problems, or fail.")] = "reject",
    units: Annotated[list[str] | None, typer.Option("--unit", help="Tell totals in this unit too; repeat for more.")] = None,
    gwp: Annotated[str | None, typer.Option("--gwp", help="AR4, AR5, AR6 or EF3.1; the rule's where none is given.")] = None,
    biogenic: Annotated[
        str | None, typer.Option("--biogenic", help="minus_one_plus_one or zero_zero; else the rule's.")
    ] = None,
    scenarios: Annotated[
        list[str] | None, typer.Option("--scenario", help="NAME=TABLE: the same pass with another table of factors; repeat.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    dask: Annotated[str | None, typer.Option("--dask", help="Address of a Dask scheduler.")] = None,
    progress: Annotated[
        bool | None, typer.Option("--progress/--no-progress", help="A bar; by itself only on a terminal.")
    ] = None,
) -> None:
    """Calculate a catalogue: results as Parquet in a folder, products with problems beside them."""
    from textile_pcf.batch.run import calculate_batch
    from textile_pcf.batch.store import LOG

    result = calculate_batch(
        file,
        rule,
        factors,
        out=output,
        results=results,
        on_error=on_error,
        workers=workers,
        progress=progress,
        scenarios=_scenarios(scenarios or []),
        units=units or (),
        gwp=gwp,
        biogenic=biogenic,
        dask=dask,
    )
    every = result.products + result.rejected
    sys.stdout.write(f"{every} products = {result.products} calculated + {result.rejected} rejected; {result.rows} rows\n")
    sys.stdout.write(f"{output / 'results'}\n")
    if result.rejected:
        sys.stderr.write(f"{output / 'rejected.csv'}: why. {output / 'rejected_activity.csv'}: their rows, to be mended.\n")
        sys.stderr.write(f"{output / LOG}: counts and timings.\n")
        raise typer.Exit(REJECTED)


def _scenarios(told: list[str]) -> dict[str, dict[str, Any]]:
    """Scenarios by name: those of one name ask their tables in order."""
    found: dict[str, dict[str, Any]] = {}
    for text in told:
        name, _, table = text.partition("=")
        if not name or not table:
            what = "A scenario is written NAME=TABLE."
            raise UsageError([Problem(f"--scenario {text}", what, "For example: new_grid=grid_2026.csv.", code="scenario")])
        found.setdefault(name, {"factors": []})["factors"].append(table)
    return found
