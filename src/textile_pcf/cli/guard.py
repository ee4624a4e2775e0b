"""Refuse output files that would overwrite an input file, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from textile_pcf.errors import PcfError
from textile_pcf.io.output_files import refuse_inputs, refuse_unwritable

BATCH_FILES = ("manifest.json", "log.jsonl", "rejected.csv", "rejected_zh.csv", "rejected_activity.csv")


def refuse_output(
    out: Path | None, rule: str | None = None, factors: Iterable[str] | None = None, *files: Path | None, option: str = "-o"
) -> None:
    """Refuse an output file that is the rule, a factor table, the YAML file of one, or another input file.

    Parameters
    ----------
    out : Path or None
        Output file; nothing is checked if it is None.
    rule : str or None
        Name or path of the rule.
    factors : iterable of str or None
        Names or paths of the factor tables; None for the default table.
    files : Path or None
        Further input files.
    option : str
        Option that names the output file, for messages.

    Raises
    ------
    UsageError
        The output is an input file, or cannot be written.
    """
    if out is None:
        return
    where = f"{option} {out}"
    refuse_inputs(out, read_files(rule, factors, *files), where)
    refuse_unwritable(out, where)


def read_files(rule: str | None, factors: Iterable[str] | None, *files: Path | None) -> Iterator[Path]:
    """Yield the input files of a command: the files named, shipped files, and the YAML file of each table."""
    yield from (file for file in files if file is not None)
    if rule is not None:
        yield from _rule_files(rule)
    for table in factors or ("default",):
        yield from _table_files(table)


def _rule_files(rule: str) -> Iterator[Path]:
    from textile_pcf.rules import editions, rule_files

    own = Path(rule)
    yield own
    if own.suffix and own.is_file():
        with suppress(PcfError):  # the command itself reports what is wrong with the rule
            yield from rule_files(own)
    yield from editions().get(rule.partition("@")[0], {}).values()


def _table_files(table: str) -> Iterator[Path]:
    from textile_pcf.factors import shipped_tables

    path = shipped_tables().get(table, Path(table))
    yield path
    if path.suffix:
        yield path.with_suffix(".yaml")


def refuse_folder(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse a batch folder in which an input file has the name of an output file.

    Raises
    ------
    UsageError
        An input file would be overwritten.
    """
    outputs = [*(out / name for name in BATCH_FILES), *(out / "results").glob("*"), *(out / "parts").glob("*")]
    read = list(inputs)
    for path in outputs:
        refuse_inputs(path, read, f"-o {out}")
