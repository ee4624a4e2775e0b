"""The commands `lock` and `verify`: keep what a result was calculated from, and calculate it again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textile_pcf.cli import DONE, REJECTED, options
from textile_pcf.cli.help import Argument, Command
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import is_folder
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.audit import Verification

FORMATS = ("table", "json")
output_format = click.option("--format", "output_format", metavar="FORMAT", default="table", help="table or json.")


def check_format(output_format: str) -> None:
    """Refuse a format that is neither `table` nor `json`.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if output_format not in FORMATS:
        cure = Message("Choose from: {choices}.", choices=", ".join(FORMATS))
        raise UsageError([Problem(f"--format {output_format}", "There is no such format.", cure, code="usage")])


@click.command("lock", cls=Command)
@click.argument(
    "file", cls=Argument, metavar="FILE", type=options.PATH, help="Activity data, or the folder of a finished batch."
)
@click.option("--rule", metavar="RULE", help="Rule: NAME, NAME@EDITION or a path. A batch has its own.")
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@click.option(
    "-o", "--output", metavar="FILE", type=options.PATH, help="Lock file to write; otherwise the input's name with .lock."
)
@click.option("--bundle", metavar="FILE", type=options.PATH, help="Zip file to write: the lock and the files that it names.")
@click.option(
    "--written", metavar="FILE", type=options.PATH, multiple=True,
    help="File written from this result, such as a report: the lock holds its hash. May be repeated.",
)  # fmt: skip
@output_format
@options.language
def lock(
    file: Path,
    rule: str | None,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output: Path | None,
    bundle: Path | None,
    written: tuple[Path, ...],
    output_format: str,
    lang: str,
) -> None:
    """Calculate, and write a lock: hashes of all inputs and of the results, to be verified years later."""
    from textile_pcf.audit.locks import lock as write_lock
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings

    check_format(output_format)
    if is_folder(file):
        given = {"--rule": rule, "--factors": factors, "--gwp": gwp, "--biogenic": biogenic, "--boundary": boundary,
                 "--supply": supply, "--bundle": bundle, "--written": written or None}  # fmt: skip
        _write_batch_lock(file, output, [name for name, value in given.items() if value is not None], output_format)
        return
    if rule is None:
        raise click.MissingParameter(param_hint="'--rule'", param_type="option")
    outputs = [("-o", output or (None if bundle else file.parent / f"{file.stem or 'footprint'}.lock")), ("--bundle", bundle)]
    for option, out in outputs:
        refuse_output(out, rule, factors, file, supply, option=option)
    _refuse_other_endings(output, bundle)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        paths = [str(write_lock(result, out, written)) for _, out in outputs if out is not None]
        collected.write(result.warnings())
    _say_written(paths, output_format)


def _say_written(written: list[str], output_format: str) -> None:
    sys.stdout.write(
        indented_json({"written": written}) if output_format == "json" else "".join(f"{path}\n" for path in written)
    )


def _write_batch_lock(folder: Path, output: Path | None, given: list[str], output_format: str) -> None:
    """Write the lock of a batch beside its folder, or where it is asked."""
    from textile_pcf.audit.batch_locks import lock_batch

    if given:
        what = Message("A batch has its own inputs: {options} cannot be given.", options=", ".join(given))
        raise UsageError([Problem(str(folder), what, "Name the folder, and -o where wanted.", code="usage")])
    resolved = folder.resolve()
    out = output or folder.parent / f"{folder.name or resolved.name}.lock"
    _say_written([str(lock_batch(folder, out))], output_format)


def _refuse_other_endings(output: Path | None, bundle: Path | None) -> None:
    """Refuse a lock that ends like a bundle, and a bundle that does not."""
    problems = []
    if output is not None and output.suffix.lower() == ".zip":
        problems.append(Problem(f"-o {output}", "A lock is no zip file.", "Name a bundle with --bundle.", code="usage"))
    if bundle is not None and bundle.suffix.lower() != ".zip":
        problems.append(Problem(f"--bundle {bundle}", "A bundle is a zip file.", "End its name in .zip.", code="usage"))
    if problems:
        raise UsageError(problems)


@click.command("verify", cls=Command)
@click.argument("lock_file", cls=Argument, metavar="LOCK", type=options.PATH, help="A lock file, or a bundle (.zip).")
@output_format
@options.language
def verify(lock_file: Path, output_format: str, lang: str) -> int:
    """Calculate what a lock names again, and compare it: exit 0 if it holds, 1 if it does not."""
    from textile_pcf.audit.verification import verify as run

    check_format(output_format)
    check = run(lock_file)
    sys.stdout.write(indented_json(check.to_dict()) if output_format == "json" else "\n".join(_lines(check, lang)) + "\n")
    return DONE if check.holds else REJECTED


def _lines(check: Verification, language: str) -> Iterator[str]:
    """Yield status, changed files, products that differ, largest distance and problems."""
    yield f"{check.status}: {fixed_text(f'verify_{check.status}', language)}"
    for file in check.files:
        if file.status == "changed":
            yield f"  {fixed_text('verify_changed', language)}: {file.path} ({file.role})"
    for product in check.products:
        if product.relative:
            locked, now = ("-" if total is None else f"{total!r}" for total in (product.locked, product.recomputed))
            yield f"  {product.product}: {locked} -> {now} ({product.relative:.3g})"
    if check.products:
        count = len(check.products)
        key = "verify_distance_1" if count == 1 else "verify_distance"
        yield fixed_text(key, language, count=count, relative=f"{check.max_relative:.3g}")
    for problem in check.problems:
        yield f"  {problem.localized(language)}"
