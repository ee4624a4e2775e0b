"""The lines of a template workbook for each of its products: a product's own cells override those for all products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.io.table import Page
from textile_pcf.messages.message import Message

NAME_ID = "#product"
"""Id of the line that names the products."""
EXAMPLE_ID, EXAMPLE_AMOUNT = "#example", 1200
"""Id and amount of the line that shows how a line is filled in; it is never read as data."""
OWN = re.compile(r"amount \d+$")
"""Headers of the amounts of single products; `amount` is the amount for all products."""
CONTENT_COLUMNS = ("amount", "item", "component", "region", "year")
"""Columns that make a line filled in."""
BAR, DASH = "｜", "—"
EMPTY = ("", DASH)
ANSWERS = {"yes": True, "是": True, "no": False, "否": False}


@dataclass(frozen=True)
class Line:
    """A line of a sheet, as it is written or as one product sees it.

    Attributes
    ----------
    page : Page
        The sheet.
    row : int
        Row of the sheet.
    cells : mapping
        Cells by column; for one product, with its own amount or item.
    own : mapping
        Amounts of single products by the number of their column.
    shared : bool
        For one product: whether the amount is the one for all products.
    counts : bool
        For one product: whether the line applies to it.
    """

    page: Page
    row: int
    cells: Mapping[str, Any]
    own: Mapping[int, Any] = field(default_factory=dict)
    shared: bool = False
    counts: bool = True

    @property
    def ids(self) -> tuple[str, str]:
        """Stage and flow."""
        stage, _, flow = self.cells["id"].partition(".")
        return stage.strip(), flow.strip()

    @property
    def target_cell(self) -> str:
        """Location of the cell to fill in: the item if the line has no amount."""
        column = "item" if self.cells["amount"] == DASH else "amount"
        return f"{self.page.title}!{self.page.letters[column]}{self.row}"

    def own_cell(self, number: int) -> str:
        """Return the location of the amount of a single product."""
        return f"{self.page.title}!{self.page.letters.get(f'amount {number}', 'row ')}{self.row}"

    @property
    def has_content(self) -> bool:
        """Whether any of `CONTENT_COLUMNS` is filled in."""
        return any(self.cells[name] not in EMPTY for name in CONTENT_COLUMNS)

    @property
    def has_own_content(self) -> bool:
        """Whether the amount of a single product is filled in."""
        return any(amount not in EMPTY for amount in self.own.values())


def parse_answer(amount: Any) -> bool | None:
    """Return a yes or no of any language as a boolean; None for other texts.

    Examples
    --------
    >>> parse_answer("是｜yes"), parse_answer("No"), parse_answer(5)
    (True, False, None)
    """
    return ANSWERS.get(str(amount).partition(BAR)[0].strip().lower())


def changed_example(line: Line, name: str) -> list[Problem]:
    """Return the problem of an example line with another amount than the template wrote; none if it was emptied."""
    if line.cells["amount"] in (*EMPTY, EXAMPLE_AMOUNT, str(EXAMPLE_AMOUNT)) and not line.has_own_content:
        return []
    what = "This is the example line, which is never calculated, but it was changed."
    cure = "Write your amount into the line of its own item, and delete the example line."
    return [Problem(f"{name} {line.target_cell}", what, cure, code="example")]


def lines_by_product(lines: list[Line], name: str, problems: list[Problem]) -> Iterator[tuple[str, list[Line]]]:
    """Yield every product with its lines.

    Parameters
    ----------
    lines : list of Line
        All lines of the workbook.
    name : str
        Path of the workbook, for messages.
    problems : list of Problem
        Problems are appended.
    """
    name_line = next((line for line in lines if line.cells["id"] == NAME_ID), None)
    numbers = sorted({number for line in lines for number in line.own})
    if not numbers:
        yield _single_product(name_line, name, problems), lines
        return
    products = _products(name_line, numbers, lines, name, problems)
    if not products and not problems:
        _single_product(name_line, name, problems, numbers[0])
    for product, number in products.items():
        yield product, _product_lines(lines, product, number, name, problems)


def _products(
    name_line: Line | None, numbers: list[int], lines: list[Line], name: str, problems: list[Problem]
) -> dict[str, int]:
    """Return the column number of each product; problems are appended."""
    products: dict[str, int] = {}
    for number in numbers:
        product = name_line.own.get(number, "") if name_line else ""
        where = f"{name} {name_line.own_cell(number)}" if name_line else name
        if product in EMPTY:
            if any(line.own.get(number, "") not in EMPTY for line in lines):
                what, cure = "This column is filled in, but its product has no id.", "Write a name or number for it."
                problems.append(Problem(where, what, cure, code="row"))
        elif str(product) in products:
            cure = "Give every column a product of its own."
            problems.append(
                Problem(
                    where, Message("{product!r} is the product of another column.", product=str(product)), cure, code="twice"
                )
            )
        else:
            products[str(product)] = number
    return products


def _single_product(name_line: Line | None, name: str, problems: list[Problem], number: int | None = None) -> str:
    """Return the id of the only product; a missing id is appended to the problems."""
    if name_line is not None and number is None and name_line.cells["amount"] not in EMPTY:
        return str(name_line.cells["amount"])
    cell = "" if name_line is None else name_line.target_cell if number is None else name_line.own_cell(number)
    where = f"{name} {cell}".strip()
    problems.append(Problem(where, "The product has no id.", "Write a name or number for it.", code="row"))
    return "?"


def _product_lines(lines: list[Line], product: str, number: int, name: str, problems: list[Problem]) -> list[Line]:
    """Return the lines as one of several products sees them; lines that do not apply to it have `counts=False`."""
    views = [_view(line, number) for line in lines]
    own_ids = {line.ids for line in views if line.counts and not line.shared and (not line.ids[1] or line.ids[1] == "share")}
    views = [replace(line, counts=False) if line.shared and line.ids in own_ids else line for line in views]
    shares = [line for line in views if line.counts and line.ids == ("product", "share")]
    fibres = {line.cells["component"] for line in shares if line.cells["amount"] not in EMPTY}
    views = [replace(line, counts=False) if _is_other_fibre(line, fibres) else line for line in views]
    optional = {line.ids[0]: line for line in reversed(views) if not line.ids[1] and _asks_for_answer(line)}
    for stage, stage_line in optional.items():  # without any answer, lines for all products apply to every product
        views = _apply_answer(views, stage, stage_line, product, name, problems)
    problems += _mixed_totals(views, name)
    return [replace(line, cells={**line.cells, "amount": ""}) if line.ids == ("product", "") else line for line in views]


def _view(line: Line, number: int) -> Line:
    """Return a line with the amount or item of one product, and the location where that is written."""
    own, amount, takes_item = line.own.get(number, ""), line.cells["amount"], line.cells["item"] == DASH
    shared = own in EMPTY
    value = amount if shared else own
    column = "amount" if (shared and amount not in EMPTY) or number not in line.own else f"amount {number}"
    letters = {**line.page.letters, "amount": line.page.letters[column]}
    if takes_item:
        value = DASH if value in EMPTY else str(value).partition(BAR)[0].strip()
        letters["item"] = letters["amount"]
        cells = {**line.cells, "amount": DASH, "item": "" if value == DASH else value}
    else:
        cells = {**line.cells, "amount": value}
    counts = not (shared and amount in EMPTY and line.has_own_content)
    return Line(Page(line.page.title, letters), line.row, cells, line.own, shared, counts)


def _asks_for_answer(line: Line) -> bool:
    """Return whether a stage line asks if the stage takes place; a stage that always does has a dash."""
    return line.cells["amount"] != DASH and line.ids[0] != "product" and not line.cells["id"].startswith("#")


def _is_other_fibre(line: Line, fibres: set[Any]) -> bool:
    """Return whether a line for all products is about a fibre that the product does not contain."""
    fibre, stage = line.cells["component"], line.ids[0]
    return line.shared and stage != "product" and fibre not in EMPTY and fibre not in fibres


def _apply_answer(
    lines: list[Line], stage: str, stage_line: Line, product: str, name: str, problems: list[Problem]
) -> list[Line]:
    """Drop lines for all products if the stage does not take place for this product; a missing answer is a problem."""
    of_stage = [line for line in lines if line.counts and line.has_content and line.ids[0] == stage]
    answers = [line for line in of_stage if not line.ids[1] and line.cells["amount"] not in EMPTY]
    has_own = any(not line.shared for line in of_stage if line.ids[1])
    if not answers:
        answered_elsewhere = any(line.has_own_content for line in lines if line.ids == (stage, ""))
        if of_stage and answered_elsewhere and not has_own:
            what = Message(
                "Something is given here for all products, but not whether this stage takes place for {product!r}.",
                product=product,
            )
            problems.append(Problem(f"{name} {stage_line.target_cell}", what, "Answer yes or no.", code="stage-unsaid"))
        return lines
    if has_own or any(parse_answer(line.cells["amount"]) is not False for line in answers):
        return lines
    dropped = {(line.page.title, line.row) for line in of_stage if line.shared and line not in answers}
    return [replace(line, counts=False) if (line.page.title, line.row) in dropped else line for line in lines]


def _mixed_totals(lines: Iterable[Line], name: str) -> Iterator[Problem]:
    """Yield the problems of period totals whose output covers other products than the total."""
    totals = [line for line in lines if line.counts and line.cells["per"] == "period" and line.cells["amount"] not in EMPTY]
    outputs = {_period_key(line): line for line in totals if line.ids[1] == "output"}
    for line in totals:
        output = outputs.get(_period_key(line), line)
        if output.shared != line.shared:
            all_of, one_of = (line, output) if line.shared else (output, line)
            what = Message(
                "{total_cell} is a total of all products, and {product_cell} of this product alone.",
                total_cell=all_of.target_cell,
                product_cell=one_of.target_cell,
            )
            cure = "Write total and output both for all products, or both for this one."
            yield Problem(f"{name} {line.target_cell}", what, cure, code="period-mixed")


def _period_key(line: Line) -> tuple[str, str, str]:
    """Return stage, component and year, by which a total finds its output."""
    return line.ids[0], str(line.cells["component"]), str(line.cells["year"])
