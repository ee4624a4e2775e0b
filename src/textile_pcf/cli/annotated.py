"""`check --annotate`: the problems of a workbook, written into a copy of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from textile_pcf.cli.output import write_file
from textile_pcf.errors import InputError
from textile_pcf.language import translate
from textile_pcf.template import annotate


def checked_into(file: Path, out: Path, language: str, check: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The products that a check finds to be in order; its problems are written into a copy of the workbook and raised.

    Raises
    ------
    InputError
        There are problems; the copy is written.
    UsageError
        The file is no workbook.
    """
    try:
        products = check()
    except InputError as found:
        problems, names = found.problems, found.names
        write_file(out, lambda path: annotate(file, problems, path, language, lambda text: translate(text, language, names)),
                   "--annotate")  # fmt: skip
        sys.stderr.write(f"{out}\n")
        raise
    write_file(out, lambda path: annotate(file, (), path, language), "--annotate")
    return products
