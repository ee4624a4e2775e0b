"""A workbook of our template as each of its products sees it: its own cells before those that hold for all products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.io.table import Page

NAME_ID = "#product"
OWN = re.compile(r"amount \d+$")  # columns of single products; `amount` holds for all
GIVES = ("amount", "item", "component", "region", "year")  # a line is filled in when one of these is
BAR, DASH = "｜", "—"
EMPTY = ("", DASH)
ANSWERS = {"yes": True, "是": True, "no": False, "否": False}


@dataclass(frozen=True)
class Line:
    """A line of a sheet; as a product sees it, its amount or word is the product's."""

    page: Page
    row: int
    cells: Mapping[str, Any]
    own: Mapping[int, Any] = field(default_factory=dict)
    """What single products say, by the number of their column."""
    shared: bool = False
    """Whether a product sees here what is said for all."""
    counts: bool = True
    """Whether a product is meant at all."""

    @property
    def ids(self) -> tuple[str, str]:
        """Stage and flow."""
        stage, _, flow = self.cells["id"].partition(".")
        return stage.strip(), flow.strip()

    @property
    def target_cell(self) -> str:
        """The cell to fill in: the item where no amount belongs."""
        column = "item" if self.cells["amount"] == DASH else "amount"
        return f"{self.page.title}!{self.page.letters[column]}{self.row}"

    @property
    def given(self) -> bool:
        """Whether anything is filled in that says something."""
        return any(self.cells[name] not in EMPTY for name in GIVES)

    @property
    def marked(self) -> bool:
        """Whether some product has a cell of its own filled in."""
        return any(said not in EMPTY for said in self.own.values())


def answer(amount: Any) -> bool | None:
    """Yes or no in any language; None where it is neither."""
    return ANSWERS.get(str(amount).partition(BAR)[0].strip().lower())


def products_of(lines: list[Line], name: str, problems: list[Problem]) -> Iterator[tuple[str, list[Line]]]:
    """Every product with the lines as it sees them; one product sees them as they are."""
    ident = next((line for line in lines if line.cells["id"] == NAME_ID), None)
    numbers = sorted({number for line in lines for number in line.own})
    if not numbers:
        yield _only(ident, name, problems), lines
        return
    found: dict[str, int] = {}
    for number in numbers:
        said = ident.own.get(number, "") if ident else ""
        where = f"{name} {_own_place(ident, number)}" if ident else name
        if said in EMPTY:
            if any(line.own.get(number, "") not in EMPTY for line in lines):
                what, cure = "This column is filled in, but its product has no id.", "Write a name or number for it."
                problems.append(Problem(where, what, cure, code="row"))
        elif str(said) in found:
            cure = "Give every column a product of its own."
            problems.append(Problem(where, f"{str(said)!r} is the product of another column.", cure, code="twice"))
        else:
            found[str(said)] = number
    if not found and not problems:
        _only(ident, name, problems, numbers[0])
    for product, number in found.items():
        yield product, _seen(lines, product, number, name, problems)


def _only(ident: Line | None, name: str, problems: list[Problem], number: int | None = None) -> str:
    """The id of the one product."""
    if ident is not None and number is None and ident.cells["amount"] not in EMPTY:
        return str(ident.cells["amount"])
    place = "" if ident is None else ident.target_cell if number is None else _own_place(ident, number)
    where = f"{name} {place}".strip()
    problems.append(Problem(where, "The product has no id.", "Write a name or number for it.", code="row"))
    return "?"


def _own_place(line: Line, number: int) -> str:
    return f"{line.page.title}!{line.page.letters.get(f'amount {number}', 'row ')}{line.row}"


def _seen(lines: list[Line], product: str, number: int, name: str, problems: list[Problem]) -> list[Line]:
    """The lines as one of several products sees them; those that are not about it do not count."""
    seen = [_view(line, number) for line in lines]
    told = {line.ids for line in seen if line.counts and not line.shared and (not line.ids[1] or line.ids[1] == "share")}
    seen = [replace(line, counts=False) if line.shared and line.ids in told else line for line in seen]
    shares = [line for line in seen if line.counts and line.ids == ("product", "share")]
    fibres = {line.cells["component"] for line in shares if line.cells["amount"] not in EMPTY}
    seen = [replace(line, counts=False) if _other_fibre(line, fibres) else line for line in seen]
    optional = {line.ids[0]: line for line in reversed(seen) if not line.ids[1] and _asks(line)}
    for stage, route in optional.items():  # where nobody answers, all products means all
        seen = _answered(seen, stage, route, product, name, problems)
    problems += _mixed(seen, name)
    return [replace(line, cells={**line.cells, "amount": ""}) if line.ids == ("product", "") else line for line in seen]


def _view(line: Line, number: int) -> Line:
    """A line with what it says for one product, in the place where that stands."""
    own, word = line.own.get(number, ""), line.cells["item"] == DASH
    shared = own in EMPTY
    amount = line.cells["amount"]
    said = amount if shared else own
    place = "amount" if (shared and amount not in EMPTY) or number not in line.own else f"amount {number}"
    letters = {**line.page.letters, "amount": line.page.letters[place]}
    if word:
        said = DASH if said in EMPTY else str(said).partition(BAR)[0].strip()
        letters["item"] = letters["amount"]
    cells = {**line.cells, **({"amount": DASH, "item": "" if said == DASH else said} if word else {"amount": said})}
    counts = not (shared and amount in EMPTY and line.marked)
    return Line(Page(line.page.title, letters), line.row, cells, line.own, shared, counts)


def _asks(line: Line) -> bool:
    """Whether a stage's line asks if it takes place; one that always does has a dash there."""
    return line.cells["amount"] != DASH and line.ids[0] != "product" and not line.cells["id"].startswith("#")


def _other_fibre(line: Line, fibres: set[Any]) -> bool:
    """Whether a line for all products is of a fibre that this one does not have."""
    fibre, stage = line.cells["component"], line.ids[0]
    return line.shared and stage != "product" and fibre not in EMPTY and fibre not in fibres


def _answered(lines: list[Line], stage: str, route: Line, product: str, name: str, problems: list[Problem]) -> list[Line]:
    """Without what is said for all products of a stage that does not take place for this one."""
    here = [line for line in lines if line.counts and line.given and line.ids[0] == stage]
    answers = [line for line in here if not line.ids[1] and line.cells["amount"] not in EMPTY]
    own = any(not line.shared for line in here if line.ids[1])
    if not answers:
        others = any(line.marked for line in lines if line.ids == (stage, ""))
        if here and others and not own:
            what = f"Something is given here for all products, but not whether this stage takes place for {product!r}."
            problems.append(Problem(f"{name} {route.target_cell}", what, "Answer yes or no.", code="stage-unsaid"))
        return lines
    if own or any(answer(line.cells["amount"]) is not False for line in answers):
        return lines
    dropped = {(line.page.title, line.row) for line in here if line.shared and line not in answers}
    return [replace(line, counts=False) if (line.page.title, line.row) in dropped else line for line in lines]


def _mixed(lines: Iterable[Line], name: str) -> Iterator[Problem]:
    """Totals of a period whose output is not of the same products."""
    totals = [line for line in lines if line.counts and line.cells["per"] == "period" and line.cells["amount"] not in EMPTY]
    outputs = {_period_of(line): line for line in totals if line.ids[1] == "output"}
    for line in totals:
        output = outputs.get(_period_of(line), line)
        if output.shared != line.shared:
            all_of, one_of = (line, output) if line.shared else (output, line)
            what = f"{all_of.target_cell} is a total of all products, and {one_of.target_cell} of this product alone."
            cure = "Write total and output both for all products, or both for this one."
            yield Problem(f"{name} {line.target_cell}", what, cure, code="period-mixed")


def _period_of(line: Line) -> tuple[str, str, str]:
    return line.ids[0], str(line.cells["component"]), str(line.cells["year"])
