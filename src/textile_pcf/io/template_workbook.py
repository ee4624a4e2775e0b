"""Workbooks made by our own template: lines of several sheets become one table, each cell with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.sheets import Book, Row, Sheet
from textile_pcf.io.table import Page, Table, clean_cell
from textile_pcf.io.template_products import BAR, DASH, NAME_ID, OWN, Line, answer, products_of

__all__ = ["BAR", "DASH", "MARK", "NAME_ID", "PERIOD_ID", "READ", "is_template", "template_table"]
MARK = "textile_pcf"  # the hidden sheet by which such a workbook is known; B2 says the rule
PERIOD_ID = "#period"
READ = ("id", "amount", "unit", "item", "per", "component", "region", "year", "data_type", "source", "period", "note")
LATER = ("confirmed",)  # columns that workbooks of earlier editions do not have
CHOSEN = ("item", "per", "data_type", "confirmed")  # cells chosen from lists that say a meaning behind a bar
TAKE_DEFAULT = ("default", "默认")
HEAD_WITHIN = 20
COLUMNS = ("product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per", "data_type", "source",
           "note", "confirmed")  # fmt: skip


def is_template(book: Book) -> bool:
    """Whether a workbook was made by our template."""
    return MARK in book.sheetnames


def template_table(book: Book, name: str, error: type[PcfError], value_of: Any) -> Table:
    """The lines filled in on all sheets, as one table; lines left empty are not in it.

    Contradictions between lines are kept in `problems`, to be told with what else is wrong.

    Parameters
    ----------
    book : Book
        The workbook.
    value_of : function
        Value of a cell and what is wrong with it.

    Raises
    ------
    error
        Cells that cannot be read, lines without an id, nothing filled in.
    """
    problems: list[Problem] = []
    lines = [line for sheet in book.worksheets for line in _lines(sheet, name, problems, value_of)]
    if problems:
        raise error(problems)
    periods = {line.page.title: str(line.cells["amount"]) for line in lines if line.cells["id"] == PERIOD_ID}
    rows: list[tuple[Line, dict[str, Any]]] = []
    homes: dict[tuple[str, ...], str] = {}  # by stage and flow, and by stage, flow and product
    for line in reversed(lines):
        homes[line.ids] = f"{name} {line.target_cell}"
    refused: dict[str, str] = {}
    for product, seen in products_of(lines, name, problems):
        own = [line for line in seen if not line.cells["id"].startswith("#")]
        for line in own:
            homes.setdefault((*line.ids, product), f"{name} {line.target_cell}")
        found = [row for line in own if line.counts and (row := _row(line, product, periods, name, problems)) is not None]
        said = _refused(own)
        problems += _contradicted(found, said, name)
        refused = {stage: f"{name} {home}" for stage, home in said.items()} | refused
        rows += found
    problems = list(dict.fromkeys(problems))  # a cell that speaks for all products is wrong once
    if not rows:
        cure = "Fill in the marked cells of the sheets."
        raise error([*problems, Problem(name, "Nothing is filled in.", cure, code="no-rows")])
    columns = {column: [row[column] for _, row in rows] for column in COLUMNS}
    places: Any = homes
    return Table(
        name, columns, len(rows), "xlsx", [line.row for line, _ in rows], pages=[line.page for line, _ in rows], target_cells=places,
        made_for=str(clean_cell(book[MARK]["B2"].value)), stages_declined=refused, problems=tuple(problems),
    )  # fmt: skip


def _lines(sheet: Sheet, name: str, problems: list[Problem], value_of: Any) -> Iterator[Line]:
    head = next((row for row in sheet.iter_rows(max_row=HEAD_WITHIN) if _is_head(row)), None)
    if head is None or sheet.title == MARK:
        return
    column = {
        str(cell.value): place for place, cell in enumerate(head) if cell.value in (*READ, *LATER) or OWN.match(str(cell.value))
    }
    page, top = Page(sheet.title, {key: head[place].column_letter for key, place in column.items()}), head.number
    for merged in sheet.merged:
        if merged.max_row > top:
            where = f"{name} {sheet.title}!{merged.coord}"
            cure = "Unmerge them, and write the value into every row it holds for."
            problems.append(Problem(where, "These cells are merged.", cure, code="merged"))
    for row in sheet.iter_rows(min_row=top + 1):
        cells: dict[str, Any] = {}
        for key in (*READ, *(key for key in column if key not in READ)):
            cell = row[column[key]]
            cells[key], wrong = _dated(cell, key, str(cells.get("id"))) or value_of(cell)
            if wrong is not None:
                what, cure = wrong
                problems.append(Problem(f"{name} {sheet.title}!{cell.coordinate}", what, cure, code="cell"))
        cells = dict.fromkeys(LATER, "") | cells
        cells |= {key: str(cells[key]).partition(BAR)[0].strip() for key in CHOSEN if BAR in str(cells[key])}
        cells["id"] = str(cells["id"])
        own = {int(key.split()[1]): cells.pop(key) for key in column if OWN.match(key)}
        line = Line(page, row.number, cells, own)
        if cells["id"]:
            yield line
        elif (line.given and cells["amount"] != "") or line.marked:
            where = f"{name} {sheet.title}!{page.letters['id']}{line.row}"
            cure = "Copy a whole line with its id, and write into the copy."
            problems.append(Problem(where, "This line has no id, so nobody knows what it speaks of.", cure, code="no-id"))


def _is_head(row: Row) -> bool:
    return set(READ) <= {cell.value for cell in row}


def _dated(cell: Any, column: str, ident: str) -> tuple[str, None] | None:
    """A date where a text is meant: what Excel makes of a month such as 2025-01."""
    if (column in ("period", "source", "note") or ident.startswith("#")) and isinstance(cell.value, date):
        return cell.value.strftime("%Y-%m-%d"), None
    return None


def _row(
    line: Line, product: str, periods: Mapping[str, str], name: str, problems: list[Problem]
) -> tuple[Line, dict[str, Any]] | None:
    """A line as a row of activity data; None where it is not filled in."""
    stage, flow = line.ids
    cells = dict(line.cells)
    amount = "" if cells["amount"] == DASH else cells["amount"]
    if not line.given or (stage == "product" and flow == "share" and amount == "" and cells["component"] == ""):
        return None
    if not flow and amount != "" and stage != "product":
        said = answer(amount)
        if said is None:
            where = f"{name} {line.target_cell}"
            problems.append(Problem(where, f"{amount!r} is neither yes nor no.", "Write yes (是) or no (否).", code="cell"))
        if not said:
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
    return line, row | {key: cells[key] for key in ("component", "item", "region", "year", "data_type", "note", "confirmed")}


def _refused(lines: Iterable[Line]) -> dict[str, str]:
    """Stages that are said not to take place, with where."""
    answered = [
        (line.ids[0], answer(line.cells["amount"]), line.target_cell) for line in lines if line.counts and not line.ids[1]
    ]
    return {stage: home for stage, said, home in answered if said is False}


def _contradicted(rows: Iterable[tuple[Line, dict[str, Any]]], refused: Mapping[str, str], name: str) -> Iterator[Problem]:
    """Amounts at stages that are said not to take place."""
    for line, row in rows:
        if row["stage"] in refused:
            what = f"Something is given here, but {refused[row['stage']]} says that this stage does not take place."
            yield Problem(f"{name} {line.target_cell}", what, "Clear this line, or answer yes there.", code="stage-refused")
