"""Workbooks made by our own template: the lines of several sheets as one table with the location of every cell."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.footers import footer_problem, is_footer_word
from textile_pcf.io.sheets import Book, Cell, Row, Sheet
from textile_pcf.io.study_statements import study_problems
from textile_pcf.io.table import Page, Table, clean_cell
from textile_pcf.io.template_marks import (
    MARK,
    STUDY,
    TABLES,
    copied_columns,
    sheet_title,
)
from textile_pcf.io.template_products import (
    BAR,
    DASH,
    EMPTY,
    EXAMPLE_ID,
    NAME_ID,
    OWN,
    Line,
    changed_example,
    lines_by_product,
    parse_answer,
)
from textile_pcf.io.template_study import template_entries
from textile_pcf.io.template_values import RULE_VALUE, ValuesShown, typed_over, values_shown
from textile_pcf.messages.message import Message

__all__ = ["BAR", "DASH", "NAME_ID", "PERIOD_ID", "READ", "template_table"]
PERIOD_ID = "#period"
"""Id of the line with the period of a sheet."""
READ = ("id", "amount", "unit", "item", "per", "component", "region", "year", "data_type", "source", "period", "note")
"""Columns of every edition."""
LATER = ("confirmed",)
"""Columns that workbooks of earlier editions do not have."""
CHOICES = ("item", "per", "data_type", "confirmed")
"""Columns with drop-down lists, whose entries have an explanation behind a bar."""
TAKE_DEFAULT = ("default", "默认")
LOST = "The hidden header row of this sheet lacks {lost}, so its lines cannot be read."
LOST_CURE = "Copy the lines into this sheet of a new workbook of `template`; hide columns and rows instead of deleting them."
HEADER_WITHIN = 20
"""Number of rows of a sheet in which the header is searched."""
MARKED_IDS = (NAME_ID, PERIOD_ID, EXAMPLE_ID)
"""Ids that only sheets of lines hold."""
COLUMNS = ("product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per", "data_type", "source",
           "note", "confirmed")  # fmt: skip
ReadCell = Callable[[Cell], tuple[object, tuple[str, str] | None]]


def template_table(book: Book, name: str, error: type[PcfError], read_cell: ReadCell) -> Table:
    """Read all lines with content of all sheets as one table.

    Parameters
    ----------
    book : Book
        The workbook.
    name : str
        Its path.
    error : type of PcfError
        Class of the error to raise.
    read_cell : callable
        Returns the value of a cell, and what is wrong with it and the cure (or None).

    Returns
    -------
    Table
        Contradictions between lines are kept in `template_problems`.

    Raises
    ------
    error
        A cell cannot be read, a line has no id, or nothing is filled in.
    """
    problems: list[Problem] = []
    apart = {MARK, *(sheet_title(book, table) for table in (*TABLES, STUDY))}
    shown = values_shown(book)
    lines = [line for sheet in book.worksheets for line in _sheet_lines(sheet, name, (apart, shown), problems, read_cell)]
    problems += _products_without_column(lines, name)
    if problems:
        raise error(problems)
    periods = {line.page.title: str(line.cells["amount"]) for line in lines if line.cells["id"] == PERIOD_ID}
    target_cells: dict[tuple[str, ...], str] = {line.ids: f"{name} {line.target_cell}" for line in reversed(lines)}
    rows: list[tuple[Line, dict[str, Any]]] = []
    declined: dict[str, str] = {}
    for product, views in lines_by_product(lines, name, problems):
        own = [line for line in views if not line.cells["id"].startswith("#")]
        for line in own:
            target_cells.setdefault((*line.ids, product), f"{name} {line.target_cell}")
        product_rows = [(line, row) for line in own if line.counts and (row := _row(line, product, periods, name, problems))]
        product_declined = _declined_stages(own)
        problems += _contradictions(product_rows, product_declined, name)
        declined = {stage: f"{name} {cell}" for stage, cell in product_declined.items()} | declined
        rows += product_rows
    problems += study_problems(name, *template_entries(book, name))
    problems = list(dict.fromkeys(problems))  # a problem of a cell for all products occurs once per product
    if not rows:
        cure = "Fill in the marked cells of the sheets."
        raise error([*problems, Problem(name, "Nothing is filled in.", cure, code="no-rows")])
    read = {(line.page.title, line.row) for line, _ in rows}
    hidden = [sheet.hidden_notes(name, [row for title, row in read if title == sheet.title]) for sheet in book.worksheets]
    return Table(
        name, {column: [row[column] for _, row in rows] for column in COLUMNS}, len(rows), "xlsx",
        [line.row for line, _ in rows], pages=[line.page for line, _ in rows], target_cells=target_cells,
        template_rule=str(clean_cell(book[MARK]["B2"].value)), stages_declined=declined, template_problems=tuple(problems),
        notes=tuple(chain.from_iterable(hidden)),
    )  # fmt: skip


def _sheet_lines(
    sheet: Sheet, name: str, known: tuple[Container[str], ValuesShown], problems: list[Problem], read_cell: ReadCell
) -> Iterator[Line]:
    """Yield the lines of a sheet that have an id; problems are appended.

    Known are the sheets `apart`, which hold no lines, and the rule's values as the template wrote them.
    """
    apart, shown = known
    head = next((row for row in sheet.iter_rows(max_row=HEADER_WITHIN) if _is_head(row)), None)
    if head is None or sheet.title == MARK:
        problems += [] if sheet.title in apart else _lost_head(sheet, name)
        return
    positions = {
        str(cell.value): index for index, cell in enumerate(head) if cell.value in (*READ, *LATER) or OWN.match(str(cell.value))
    }
    page = Page(sheet.title, {column: head[index].column_letter for column, index in positions.items()})
    problems += copied_columns(sheet, head, positions, name)
    for merged in sheet.merged:
        if merged.max_row > head.number:
            where = f"{name} {sheet.title}!{merged.coord}"
            cure = "Unmerge them, and write the value into every row it holds for."
            problems.append(Problem(where, "These cells are merged.", cure, code="merged"))
    for row in sheet.iter_rows(min_row=head.number + 1):
        line = _line(page, row, positions, name, problems, read_cell)
        if line.cells["id"] == EXAMPLE_ID:
            problems += changed_example(line, name)
        elif line.cells["id"]:
            grey = [cell for cell, title in zip(row, head, strict=False) if title.value == RULE_VALUE]
            problems += typed_over(grey, line, shown, name)
            yield line
        elif (line.has_content and line.cells["amount"] != "") or line.has_own_content:
            where = f"{name} {sheet.title}!{page.letters['id']}{line.row}"
            cure = "Copy a whole line with its id, and write into the copy."
            problems.append(Problem(where, "This line has no id, so its meaning is not known.", cure, code="no-id"))


def _products_without_column(lines: Iterable[Line], name: str) -> Iterator[Problem]:
    """Yield a problem for each sheet that has columns of single products, but not of all that are named."""
    names = [line.own for line in lines if line.cells["id"] == NAME_ID]
    named = {f"amount {number}" for own in names for number, product in own.items() if product not in EMPTY}
    for title, letters in {line.page.title: line.page.letters for line in lines}.items():
        lost = sorted(named.difference(letters))
        if lost and any(OWN.match(column) for column in letters):
            yield Problem(f"{name} {title}", Message(LOST, lost=", ".join(lost)), LOST_CURE, code="sheet")


def _lost_head(sheet: Sheet, name: str) -> list[Problem]:
    """Return the problem of a sheet of lines whose hidden header row lacks a name; none for a sheet of one's own.

    Without this, deleting a column or that row would leave the whole sheet out.
    """
    top = [{cell.value for cell in row} for row in sheet.iter_rows(max_row=HEADER_WITHIN)]
    names = max(top, key=lambda row: len(row.intersection(READ)), default=set[object]())
    has_line = any(cell.value in MARKED_IDS for row in sheet.rows for cell in row)
    if not has_line and len(names.intersection(READ)) <= len(READ) // 2:
        return []
    lost = ", ".join(column for column in READ if column not in names)
    return [Problem(f"{name} {sheet.title}", Message(LOST, lost=lost), LOST_CURE, code="sheet")]


def _line(page: Page, row: Row, positions: Mapping[str, int], name: str, problems: list[Problem], read_cell: ReadCell) -> Line:
    """Read the cells of one line; problems are appended."""
    cells: dict[str, Any] = dict.fromkeys(LATER, "")
    for column in (*READ, *(column for column in positions if column not in READ)):
        cell = row[positions[column]]
        cells[column], problem = _date_text(cell, column, str(cells.get("id"))) or read_cell(cell)
        if problem is not None:
            what, cure = problem
            problems.append(Problem(f"{name} {page.title}!{cell.coordinate}", what, cure, code="cell"))
    cells |= {column: str(cells[column]).partition(BAR)[0].strip() for column in CHOICES if BAR in str(cells[column])}
    cells["id"] = str(cells["id"])
    own = {int(column.split()[1]): cells.pop(column) for column in positions if OWN.match(column)}
    return Line(page, row.number, cells, own)


def _is_head(row: Row) -> bool:
    return set(READ) <= {cell.value for cell in row}


def _date_text(cell: Cell, column: str, ident: str) -> tuple[str, None] | None:
    """Return a date as a text in columns of texts, because Excel turns a month such as 2025-01 into a date; else None."""
    if (column in ("period", "source", "note") or ident.startswith("#")) and isinstance(cell.value, date):
        return cell.value.strftime("%Y-%m-%d"), None
    return None


def _row(line: Line, product: str, periods: Mapping[str, str], name: str, problems: list[Problem]) -> dict[str, Any] | None:
    """Return a line as a row of activity data, or None if it is not filled in; problems are appended."""
    stage, flow = line.ids
    cells = dict(line.cells)
    amount = "" if cells["amount"] == DASH else cells["amount"]
    if not line.has_content or (stage == "product" and flow == "share" and amount == "" and cells["component"] == ""):
        return None
    if not flow and amount != "" and stage != "product":
        answer = parse_answer(amount)
        if answer is None:
            where, cure = f"{name} {line.target_cell}", "Write yes (是) or no (否)."
            no_answer = Problem(where, Message("{amount!r} is neither yes nor no.", amount=amount), cure, code="cell")
            problems.append(footer_problem(where, stage) if is_footer_word(stage) else no_answer)
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
    return row | {key: cells[key] for key in ("component", "item", "region", "year", "data_type", "note", "confirmed")}


def _declined_stages(lines: Iterable[Line]) -> dict[str, str]:
    """Return the stages that do not take place, with the cell of that answer."""
    stage_lines = [line for line in lines if line.counts and not line.ids[1]]
    return {line.ids[0]: line.target_cell for line in stage_lines if parse_answer(line.cells["amount"]) is False}


def _contradictions(rows: Iterable[tuple[Line, dict[str, Any]]], declined: Mapping[str, str], name: str) -> Iterator[Problem]:
    """Yield the problems of amounts at stages that do not take place."""
    for line, row in rows:
        if row["stage"] in declined:
            what = Message(
                "Something is given here, but {declined} says that this stage does not take place.",
                declined=declined[row["stage"]],
            )
            yield Problem(f"{name} {line.target_cell}", what, "Clear this line, or answer yes there.", code="stage-refused")
