"""Outputs that would write over what a command reads are refused before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from textile_pcf.io.output_files import refuse_inputs, refuse_unwritable

OURS = ("manifest.json", "log.jsonl", "rejected.csv", "rejected_zh.csv", "rejected_activity.csv")


def refuse_output(
    out: Path | None, rule: str | None = None, factors: Iterable[str] | None = None, *files: Path | None, option: str = "-o"
) -> None:
    """Refuse an output that is the rule, a table of factors, a file beside one, or another file that is read.

    Raises
    ------
    UsageError
        It is, or no file can be written there.
    """
    if out is None:
        return
    where = f"{option} {out}"
    refuse_inputs(out, read_files(rule, factors, *files), where)
    refuse_unwritable(out, where)


def read_files(rule: str | None, factors: Iterable[str] | None, *files: Path | None) -> Iterator[Path]:
    """The files that a command reads: those named, those shipped that are meant by name, and what stands beside a table."""
    yield from (file for file in files if file is not None)
    if rule is not None:
        yield from _rule_files(rule)
    for table in factors or ("default",):
        yield from _table_files(table)


def _rule_files(rule: str) -> Iterator[Path]:
    from textile_pcf.rules import editions

    yield Path(rule)
    yield from editions().get(rule.partition("@")[0], {}).values()


def _table_files(table: str) -> Iterator[Path]:
    from textile_pcf.factors import shipped_tables

    path = shipped_tables().get(table, Path(table))
    yield path
    if path.suffix:
        yield path.with_suffix(".yaml")


def refuse_folder(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse a folder of a batch in which a file that is read has the name of one that is written.

    Raises
    ------
    UsageError
        It has.
    """
    told = [*(out / name for name in OURS), *(out / "results").glob("*"), *(out / "parts").glob("*")]
    read = list(inputs)
    for each in told:
        refuse_inputs(each, read, f"-o {out}")
