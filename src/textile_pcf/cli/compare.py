"""The commands `compare` and `diff`. A run on the command line is a lock: it knows all its inputs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Argument, Command
from textile_pcf.messages.message import Message

RUN_HELP = "A lock, or a bundle (.zip), as `lock` writes them."
BATCH_HELP = "A lock, a bundle (.zip), or the folder of a batch; the effects of two batches go into the folder -o."
FIELD_HELP = "Field that may differ: unit, boundary, rule, edition, gwp, biogenic or electricity; repeat for more."


@click.command("compare", cls=Command)
@click.argument("runs", cls=Argument, metavar="RUN", nargs=-1, required=True, type=options.PATH, help=RUN_HELP)
@click.option("--pair", "pairs", metavar="A=B", multiple=True, help="Products to compare; repeat for more.")
@options.unit
@click.option("--allow", metavar="FIELD", multiple=True, help=FIELD_HELP)
@click.option("--draws", metavar="COUNT", type=int, default=0, help="Draws of both products, to say how sure it is.")
@click.option("--seed", metavar="SEED", type=int, default=0, help="Seed of the draws.")
@options.analysis_format
@options.output
@options.language
def compare(
    runs: tuple[Path, ...],
    pairs: tuple[str, ...],
    unit: str | None,
    allow: tuple[str, ...],
    draws: int,
    seed: int,
    output_format: str | None,
    output: Path | None,
    lang: str,
) -> None:
    """Compare products of one run or of two; runs that are not comparable are refused."""
    from textile_pcf.audit.stored_runs import read_run
    from textile_pcf.cli.analysis import as_chosen, chosen_format, write_text
    from textile_pcf.comparison import compare as compare_results
    from textile_pcf.comparison.comparability import check_allowed

    if len(runs) > 2:
        raise click.UsageError(Message("Name one run or two.").localized(lang))
    chosen = chosen_format(output_format, output)
    _refuse_output(output, runs)
    check_allowed(allow)
    first, second = read_run(runs[0]).result, read_run(runs[1]).result if len(runs) == 2 else None
    compared = compare_results(first, second, pairs=pairs or None, unit=unit, allow=allow, draws=draws, seed=seed)
    write_text(as_chosen(compared, chosen, lang), output)


@click.command("diff", cls=Command)
@click.argument("old", cls=Argument, metavar="OLD", type=options.PATH, help=BATCH_HELP)
@click.argument("new", cls=Argument, metavar="NEW", type=options.PATH, help=BATCH_HELP)
@options.analysis_format
@options.output
@options.language
def diff(old: Path, new: Path, output_format: str | None, output: Path | None, lang: str) -> None:
    """Split a change into effects of activity data, emission factors, rule, GWP set, convention, supply and code."""
    from textile_pcf.audit.stored_runs import read_run
    from textile_pcf.cli.analysis import as_chosen, chosen_format, write_text
    from textile_pcf.comparison import diff as split_change

    folders = _batch_folders(old, new)
    if folders is not None:
        _diff_folders(folders, output_format, output)
        return
    chosen = chosen_format(output_format, output)
    _refuse_output(output, (old, new))
    before, after = read_run(old), read_run(new)
    change = split_change(before.result, after.result, stored_old=before.totals, stored_new=after.totals)
    write_text(as_chosen(change, chosen, lang), output)


def _batch_folders(*runs: Path) -> list[Path] | None:
    """Return the folders of two batches, given directly or by their locks; None for two results."""
    from textile_pcf.audit.batch_locks import batch_folder
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.io.output_files import is_folder

    folders = [run if is_folder(run) else batch_folder(run) for run in runs]
    found = [folder for folder in folders if folder is not None]
    if found and len(found) < len(folders):
        what, cure = "One is a batch, the other is the lock of a result.", "Name two batches, or two locks of results."
        raise UsageError([Problem(" ".join(map(str, runs)), what, cure, code="usage")])
    return found or None


def _diff_folders(folders: list[Path], output_format: str | None, output: Path | None) -> None:
    """Write the effects of two batches into a folder, and say what differs."""
    from textile_pcf.cli.audit import check_format
    from textile_pcf.comparison.catalogues import diff_batch
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.io.json_text import indented_json

    check_format(output_format or "table")
    if output is None:
        what, cure = "The effects of two batches are files.", "Name a folder for them with -o."
        raise UsageError([Problem("-o", what, cure, code="usage")])
    change = diff_batch(folders[0], folders[1], out=output)
    entries = change.to_dict()
    lines = (f"{key}: {_listed(value)}\n" for key, value in entries.items() if key != "files")
    sys.stdout.write(indented_json(entries) if output_format == "json" else "".join(lines) + f"{output / 'effects'}\n")


def _listed(value: object) -> str:
    """Return an entry as text."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _refuse_output(output: Path | None, runs: tuple[Path, ...]) -> None:
    from textile_pcf.io.output_files import refuse_inputs, refuse_unwritable

    if output is not None:
        refuse_inputs(output, list(runs), f"-o {output}")
        refuse_unwritable(output, f"-o {output}")
