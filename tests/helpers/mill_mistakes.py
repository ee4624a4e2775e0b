"""The catalogue `docs/mistakes.yaml`, and what it takes to make its mistakes: a rule, factors, a good table and a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

import textile_pcf as tp
from paths import MISTAKES as HERE
from paths import ROOT

RULE, FACTORS = HERE / "mill.yaml", HERE / "factors.csv"
GOOD = (HERE / "good.csv").read_text(encoding="utf-8").splitlines()


@cache
def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Return the entries of each section of the catalogue."""
    return yaml.safe_load((ROOT / "docs/mistakes.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Mistake:
    """What a mill writes into the good table, and what the answer must say."""

    name: str
    lines: dict[int, str] = field(default_factory=dict)  # line of the file: what is written there instead
    added: tuple[str, ...] = ()
    where: str = ""
    what: tuple[str, ...] = ()
    cure: tuple[str, ...] = ()
    also: str = ""  # words of another problem that follows from it

    def text(self) -> str:
        rows = [self.lines.get(number, line) for number, line in enumerate(GOOD, 1)]
        return "\n".join([*rows, *self.added]) + "\n"


def _mistake(entry: dict[str, Any]) -> Mistake:
    answer = entry["answer"]
    return Mistake(
        entry["title"]["en"], entry.get("lines", {}), tuple(entry.get("added", ())),
        answer["where"], tuple(answer["what"]), tuple(answer["cure"]), answer.get("also", ""),
    )  # fmt: skip


MISTAKES = [_mistake(entry) for entry in catalogue()["table"]]
CELLS = {entry["title"]["en"]: entry for entry in catalogue()["cells"]}


def footprint(path: Path) -> tp.Footprint:
    return tp.footprint(path, RULE, FACTORS)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "mill.csv"
    path.write_text(text, encoding=encoding)
    return path


def problems(path: Path) -> tuple[tp.errors.Problem, ...]:
    with pytest.raises(tp.InputError) as caught:
        footprint(path)
    return caught.value.problems


def workbook(
    folder: Path, lines: list[str] = GOOD, change: Callable[[Any], object] | None = None, sheet: str = "activity"
) -> Path:
    """The good table as a workbook, numbers as numbers; `change` spoils its sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in lines:
        page.append([_cell(text) for text in line.split(",")])
    if change:
        change(page)
    path = folder / "mill.xlsx"
    book.save(path)
    return path


def _cell(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def set_cell(place: str, value: object) -> Callable[[Any], None]:
    """Return a change of a workbook for `workbook`: another value in one cell."""
    return changes({"cells": {place: value}})


def changes(entry: dict[str, Any]) -> Callable[[Any], None]:
    """Return the change of a workbook that an entry of `cells` describes."""

    def change(page: Any) -> None:
        for place, value in entry.get("cells", {}).items():
            page[place] = value
        for place, shown in entry.get("format", {}).items():
            page[place].number_format = shown
        if "merged" in entry:
            page.merge_cells(entry["merged"])

    return change
