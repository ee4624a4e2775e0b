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
@options.file
@options.rule
@options.factors
@options.gwp
@options.biogenic
@options.boundary
@options.supply
@click.option(
    "-o", "--output", metavar="FILE", type=options.PATH, help="Lock file to write; otherwise the input's name with .lock."
)
@click.option("--bundle", metavar="FILE", type=options.PATH, help="Zip file to write: the lock and the files that it names.")
@output_format
@options.language
def lock(
    file: Path,
    rule: str,
    factors: tuple[str, ...] | None,
    gwp: str | None,
    biogenic: str | None,
    boundary: str | None,
    supply: Path | None,
    output: Path | None,
    bundle: Path | None,
    output_format: str,
    lang: str,
) -> None:
    """Calculate, and write a lock: hashes of all inputs and of the results, to be verified years later."""
    from textile_pcf.audit.locks import lock as write_lock
    from textile_pcf.calculation import footprint
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.warned import collect_warnings

    check_format(output_format)
    outputs = [("-o", output or (None if bundle else file.parent / f"{file.stem or 'footprint'}.lock")), ("--bundle", bundle)]
    for option, out in outputs:
        refuse_output(out, rule, factors, file, supply, option=option)
    _refuse_other_endings(output, bundle)
    with collect_warnings(lang) as collected:
        result = footprint(file, rule, factors, gwp=gwp, biogenic=biogenic, supply=supply, boundary=boundary)
        written = [str(write_lock(result, out)) for _, out in outputs if out is not None]
        collected.write(result.warnings())
    sys.stdout.write(
        indented_json({"written": written}) if output_format == "json" else "".join(f"{path}\n" for path in written)
    )


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
