"""`check --annotate`: the problems of a workbook, written into a copy of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textile_pcf.cli.output import write_file
from textile_pcf.errors import InputError, Problem
from textile_pcf.messages.catalogue import translate
from textile_pcf.template import annotate

Checked = tuple[tuple[str, ...], list[str]]


def checked_into(file: Path, rule: str, out: Path, language: str, check: Callable[[], Checked]) -> Checked:
    """The products that a check finds to be in order, with its warnings; its problems are written into a copy of the
    workbook and raised. What is doubtful is written there as well.

    Raises
    ------
    InputError
        There are problems; the copy is written.
    UsageError
        The file is no workbook.
    """
    try:
        checked = check()
    except InputError as found:
        problems, names = found.problems, found.names
        every = (*problems, *_doubts(file, rule))
        write_file(out, lambda path: annotate(file, every, path, language, lambda text: translate(text, language, names)),
                   "--annotate")  # fmt: skip
        sys.stderr.write(f"{out}\n")
        raise
    every = (*_doubts(file, rule),)
    write_file(out, lambda path: annotate(file, every, path, language, lambda text: translate(text, language)), "--annotate")
    return checked


def _doubts(file: Path, rule: str) -> list[Problem]:
    """Warnings with their cells, each said to be one; none where the file cannot be read."""
    from textile_pcf.activity import build_activity
    from textile_pcf.calculation import check_warnings
    from textile_pcf.rules import load_rules

    try:
        found = check_warnings(build_activity(file, load_rules(rule)))
    except InputError:
        return []
    return [replace(doubt, cure="This is a warning: if the amount is right, leave it.") for doubt in found]
