"""Workbooks made by our own template: lines of several sheets become one table, each cell with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.tables.shape import Page, Table, plain

MARK = "textile_pcf"  # the hidden sheet by which such a workbook is known; B2 says the rule
NAME_ID, PERIOD_ID = "#product", "#period"
READ = ("id", "amount", "unit", "item", "per", "component", "region", "year", "data_type", "source", "period", "note")
GIVES = ("amount", "item", "component", "region", "year")  # a line is filled in when one of these is
CHOSEN = ("item", "per", "data_type")  # cells chosen from lists that say a meaning behind a bar
BAR, DASH = "｜", "—"
TAKE_DEFAULT = ("default", "默认")
ANSWERS = {"yes": True, "是": True, "no": False, "否": False}
HEAD_WITHIN = 20
COLUMNS = ("product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per", "data_type", "source",
           "note")  # fmt: skip


@dataclass(frozen=True)
class _Line:
    page: Page
    row: int
    cells: Mapping[str, Any]

    @property
    def home(self) -> str:
        """The cell to fill in: the item where no amount belongs."""
        column = "item" if self.cells["amount"] == DASH else "amount"
        return f"{self.page.title}!{self.page.letters[column]}{self.row}"

    @property
    def given(self) -> bool:
        """Whether anything is filled in that says something."""
        return any(self.cells[name] not in ("", DASH) for name in GIVES)


def is_form(book: Any) -> bool:
    """Whether a workbook was made by our template."""
    return MARK in book.sheetnames


def form_table(book: Any, stored: Any, name: str, error: type[PcfError], value_of: Any) -> Table:
    """The lines filled in on all sheets, as one table; lines left empty are not in it.

    Contradictions between lines are kept in `problems`, to be told with what else is wrong.

    Parameters
    ----------
    book, stored : openpyxl workbooks
        With formulas, and with the values stored for them (None where there are no formulas).
    value_of : function
        Value of a cell and what is wrong with it.

    Raises
    ------
    error
        Cells that cannot be read, lines without an id, nothing filled in.
    """
    problems: list[Problem] = []
    lines = [line for sheet in book.worksheets for line in _lines(sheet, stored, name, problems, value_of)]
    if problems:
        raise error(problems)
    product, periods = _product(lines, name, problems), _periods(lines)
    lines = [line for line in lines if not line.cells["id"].startswith("#")]
    homes: dict[tuple[str, str], str] = {}
    for line in lines:
        homes.setdefault(_ids(line), line.home)
    rows = [row for line in lines if (row := _row(line, product, periods, name, problems)) is not None]
    refused = _refused(lines)
    problems += _contradicted(rows, refused, name)
    if not rows:
        cure = "Fill in the marked cells of the sheets."
        raise error([*problems, Problem(name, "Nothing is filled in.", cure, code="no-rows")])
    columns = {column: [row[column] for _, row in rows] for column in COLUMNS}
    places = {key: f"{name} {home}" for key, home in homes.items()}
    return Table(
        name, columns, len(rows), "xlsx", [line.row for line, _ in rows],
        pages=[line.page for line, _ in rows], homes=places, made_for=str(plain(book[MARK]["B2"].value)),
        refused={stage: f"{name} {home}" for stage, home in refused.items()}, problems=tuple(problems),
    )  # fmt: skip


def _lines(sheet: Any, stored: Any, name: str, problems: list[Problem], value_of: Any) -> Iterator[_Line]:
    head = next((row for row in sheet.iter_rows(max_row=HEAD_WITHIN) if _is_head(row)), None)
    if head is None or sheet.title == MARK:
        return
    letters = {str(cell.value): cell.column_letter for cell in head if cell.value in READ}
    page, top = Page(sheet.title, letters), head[0].row
    for merged in sheet.merged_cells.ranges:
        if merged.max_row > top:
            where, cure = (
                f"{name} {sheet.title}!{merged.coord}",
                "Unmerge them, and write the value into every row it holds for.",
            )
            problems.append(Problem(where, "These cells are merged.", cure, code="merged"))
    column = {cell.value: place for place, cell in enumerate(head)}
    for row in sheet.iter_rows(min_row=top + 1):
        cells: dict[str, Any] = {}
        for key in READ:
            cell = row[column[key]]
            value, wrong = _dated(cell, key, str(cells.get("id"))) or value_of(
                cell, stored[sheet.title] if stored is not None else None
            )
            cells[key] = value
            if wrong is not None:
                what, cure = wrong
                problems.append(Problem(f"{name} {sheet.title}!{cell.coordinate}", what, cure, code="cell"))
        cells |= {key: str(cells[key]).partition(BAR)[0].strip() for key in CHOSEN if BAR in str(cells[key])}
        cells["id"] = str(cells["id"])
        line = _Line(page, row[0].row, cells)
        if cells["id"]:
            yield line
        elif line.given and cells["amount"] != "":
            where = f"{name} {sheet.title}!{letters['id']}{line.row}"
            cure = "Copy a whole line with its id, and write into the copy."
            problems.append(Problem(where, "This line has no id, so nobody knows what it speaks of.", cure, code="no-id"))


def _is_head(row: Any) -> bool:
    return set(READ) <= {cell.value for cell in row}


def _dated(cell: Any, column: str, ident: str) -> tuple[str, None] | None:
    """A date where a text is meant: what Excel makes of a month such as 2025-01."""
    if (column in ("period", "source", "note") or ident.startswith("#")) and isinstance(cell.value, date):
        return cell.value.strftime("%Y-%m-%d"), None
    return None


def _product(lines: list[_Line], name: str, problems: list[Problem]) -> str:
    line = next((line for line in lines if line.cells["id"] == NAME_ID), None)
    if line is not None and line.cells["amount"] not in ("", DASH):
        return str(line.cells["amount"])
    where = f"{name} {line.home}" if line else name
    problems.append(Problem(where, "The product has no id.", "Write a name or number for it.", code="row"))
    return "?"


def _periods(lines: list[_Line]) -> dict[str, str]:
    """The period that a sheet says for all its lines."""
    return {line.page.title: str(line.cells["amount"]) for line in lines if line.cells["id"] == PERIOD_ID}


def _ids(line: _Line) -> tuple[str, str]:
    stage, _, flow = line.cells["id"].partition(".")
    return stage.strip(), flow.strip()


def _row(
    line: _Line, product: str, periods: dict[str, str], name: str, problems: list[Problem]
) -> tuple[_Line, dict[str, Any]] | None:
    """A line as a row of activity data; None where it is not filled in."""
    stage, flow = _ids(line)
    cells = dict(line.cells)
    amount = "" if cells["amount"] == DASH else cells["amount"]
    if not line.given or (stage == "product" and flow == "share" and amount == "" and cells["component"] == ""):
        return None
    if not flow and amount != "" and stage != "product":
        answer = _answer(amount)
        if answer is None:
            where = f"{name} {line.home}"
            problems.append(Problem(where, f"{amount!r} is neither yes nor no.", "Write yes (是) or no (否).", code="cell"))
        if not answer:
            return None
        amount = ""
    if str(amount).lower() in TAKE_DEFAULT:
        amount = ""
    elif amount == "" and flow and not (cells["item"] or cells["region"] or cells["year"] or cells["component"]):
        return None
    period = cells["period"] or periods.get(line.page.title, "")
    source = f"{cells['source']} ({period})" if period and cells["source"] else cells["source"] or period
    unit, per = (cells["unit"], cells["per"]) if amount != "" else ("", "")
    row = {"product": product, "stage": stage, "flow": flow, "amount": amount, "unit": unit, "per": per, "source": source}
    return line, row | {key: cells[key] for key in ("component", "item", "region", "year", "data_type", "note")}


def _refused(lines: list[_Line]) -> dict[str, str]:
    """Stages that are said not to take place, with where."""
    answered = {line.cells["id"]: (_answer(line.cells["amount"]), line.home) for line in lines if "." not in line.cells["id"]}
    return {stage: home for stage, (answer, home) in answered.items() if answer is False}


def _answer(amount: Any) -> bool | None:
    return ANSWERS.get(str(amount).partition(BAR)[0].strip().lower())


def _contradicted(rows: list[tuple[_Line, dict[str, Any]]], refused: dict[str, str], name: str) -> Iterator[Problem]:
    """Amounts at stages that are said not to take place."""
    for line, row in rows:
        if row["stage"] in refused:
            what = f"Something is given here, but {refused[row['stage']]} says that this stage does not take place."
            yield Problem(f"{name} {line.home}", what, "Clear this line, or answer yes there.", code="stage-refused")
