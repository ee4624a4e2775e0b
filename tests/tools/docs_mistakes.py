"""The mistakes of `docs/mistakes.yaml` in a filled workbook, and what the library answers: written into two pages.

`python tests/tools/docs_pages.py` renews the pages; `tests/endtoend/test_docs.py` says when it is due.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import yaml

import textile_pcf as tp

DATA = Path(__file__).resolve().parents[2] / "docs/mistakes.yaml"
RULE, FILE = "cotton_fabric", "mill.xlsx"
STAGES = ("spinning", "sizing", "weaving", "desizing", "scouring", "bleaching", "dyeing", "finishing", "wastewater")
HEATED = ("sizing", "desizing", "scouring", "bleaching", "dyeing", "finishing")
KEPT = {"product", "biogenic_carbon", *STAGES}
GOOD: dict[str, dict[str, object]] = {
    "#product": {"amount": "POPLIN-2501"},
    "product.grammage": {"amount": 120},
    "product.width": {"amount": 1.5},
    **{stage: {"amount": "是"} for stage in STAGES},
    **{f"{stage}.heat": {"amount": "默认", "item": "natural_gas_energy"} for stage in HEATED},
    "spinning.yarn_count": {"amount": 40, "unit": "Nm"},
    "spinning.spinning_system": {"item": "ring"},
    "spinning.fiber": {"amount": 1},
    "sizing.warp_share": {"amount": 0.5},
    "weaving.loom": {"item": "air_jet"},
    "weaving.yarn_count": {"amount": 40, "unit": "Nm"},
    "weaving.output": {"amount": 52, "unit": "万米"},
    "weaving.electricity": {"amount": 310000, "unit": "kWh", "per": "period", "data_type": "measured"},
    "scouring.scouring_loss": {"amount": 2.5, "unit": "%"},
    "dyeing.dyeing_technology": {"item": "cold_pad_batch"},
    "dyeing.dyeing_loss": {"amount": 3, "unit": "%"},
    "dyeing.dye": {"amount": 2, "unit": "%", "item": "disperse_dye_red_167"},
    "biogenic_carbon.cellulose_content": {"amount": 0.92},
}
WORDS = {
    "en": ("Written", "Message", "Why", "What to do", "Write", "(empty)"),
    "zh": ("填的是", "提示", "原因", "改法", "应填", "（空）"),
}
ID_ROW, FIRST = 4, 5


@dataclass(frozen=True)
class Told:
    """A mistake: the cells that were written, the cells as they should be, and what is told, in each language."""

    entry: dict[str, Any]
    wrong: dict[str, object]
    right: dict[str, object]
    lines: dict[str, list[str]]


class Workbook:
    """A workbook for the mill in both languages, filled in without mistakes, and only with the sheets of its route."""

    def __init__(self, folder: Path) -> None:
        self.path = tp.make_template(RULE, folder / FILE, language="both")
        self.book = openpyxl.load_workbook(self.path)
        self.lines: dict[str, tuple[Any, int, dict[str, int]]] = {}
        for sheet in list(self.book):
            self._keep(sheet)
        for name, cells in GOOD.items():
            self.write(name, cells)

    def _keep(self, sheet: Any) -> None:
        columns = {sheet.cell(ID_ROW, place).value: place for place in range(1, sheet.max_column + 1)}
        ids = [str(sheet.cell(row, 1).value) for row in range(FIRST, sheet.max_row + 1)]
        stages = {name.partition(".")[0] for name in ids if "." in name}
        if "amount" not in columns:
            return
        if not stages & KEPT:
            del self.book[sheet.title]
            return
        seen: Counter[str] = Counter()
        for row, name in enumerate(ids, FIRST):
            seen[name] += 1
            key = name if seen[name] == 1 else f"{name}#{seen[name]}"
            self.lines.setdefault(key, (sheet, row, columns))

    def cell(self, line: str, column: str) -> Any:
        sheet, row, columns = self.lines[line]
        return sheet.cell(row, columns[column])

    def write(self, line: str, cells: dict[str, object]) -> None:
        for column, value in cells.items():
            cell = self.cell(line, column)
            shown = cell.number_format
            cell.value = value
            if not isinstance(value, date):
                cell.number_format = shown

    def told(self, entry: dict[str, Any]) -> Told:
        """What is told when this mistake is made; afterwards everything is as it was, or as it should be."""
        wrong: dict[str, dict[str, object]] = entry["wrong"]
        before = {line: {column: self.cell(line, column).value for column in cells} for line, cells in wrong.items()}
        formats = {line: self.cell(line, "amount").number_format for line in wrong}
        for line, cells in wrong.items():
            self.write(line, cells)
        for line, shown in entry.get("format", {}).items():
            self.cell(line, "amount").number_format = shown
        found = self.answer(entry.get("rule", RULE))
        for line, shown in formats.items():
            self.cell(line, "amount").number_format = shown
        right = {**before, **entry.get("right", {})}
        for line, cells in right.items():
            self.write(line, cells)
        cured = self.answer() if "right" in entry else {}
        assert not cured, f"{entry['title']['en']}: what is said to be right is not: {cured}"
        for line, cells in before.items():
            self.write(line, dict.fromkeys(right[line]) | cells)
        return Told(entry, self._places(wrong), self._places(right), found)

    def answer(self, rule: str = RULE) -> dict[str, list[str]]:
        """Every problem of the workbook as the command line tells it, in each language; nothing where there is none."""
        self.book.save(self.path)
        try:
            tp.footprint(self.path, rule)
        except tp.InputError as error:
            folder = f"{self.path.parent}/"  # told as where one stands in it
            told = {language: error.localized(language).splitlines()[1:] for language in WORDS}
            return {language: [line.strip().replace(folder, "") for line in lines] for language, lines in told.items()}
        return {}

    def _places(self, cells: dict[str, dict[str, object]]) -> dict[str, object]:
        named = ((self.cell(line, column), value) for line, inside in cells.items() for column, value in inside.items())
        return {f"{cell.parent.title}!{cell.coordinate}": value for cell, value in named}


@cache
def mistakes() -> tuple[Told, ...]:
    """Every mistake with what is told; each must be answered, and the good workbook must not."""
    with TemporaryDirectory() as folder:
        book = Workbook(Path(folder))
        good = book.answer()
        assert not good, f"the good workbook: {good}"
        found = tuple(book.told(entry) for entry in yaml.safe_load(DATA.read_text(encoding="utf-8"))["workbook"])
    quiet = [each.entry["title"]["en"] for each in found if not each.lines]
    assert not quiet, f"no mistake any more, take it out of {DATA.name}: {quiet}"
    return found


def section(language: str) -> str:
    """The list of all mistakes, and each by itself."""
    heads = [f"{number}. {each.entry['title'][language]}" for number, each in enumerate(mistakes(), 1)]
    listed = "".join(f"{head.replace('. ', '. [', 1)}](#{anchor(head)})\n" for head in heads)
    return listed + "\n" + "\n".join(_mistake(each, number, language) for number, each in enumerate(mistakes(), 1))


def anchor(head: str) -> str:
    """How a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-")


def _mistake(each: Told, number: int, language: str) -> str:
    wrote, told, cause, cure, right, empty = WORDS[language]
    entry = each.entry
    text = f"## {number}. {entry['title'][language]}\n\n"
    if each.wrong:
        text += f"**{wrote}**: {_cells(each.wrong, empty)}\n\n"
    lines = "\n".join(each.lines[language])
    text += f"**{told}**:\n\n```text\n{lines}\n```\n\n"
    text += f"**{cause}**: {entry['cause'][language]}\n\n**{cure}**: {entry['cure'][language]}\n"
    return text + (f"\n**{right}**: {_cells(each.right, empty)}\n" if each.right else "")


def _cells(cells: dict[str, object], empty: str) -> str:
    return " · ".join(f"`{place}` = {empty if value is None else f'`{value}`'}" for place, value in cells.items())
