"""Columns of a workbook: of one product, or of several with a column for each beside one for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.io.template_workbook import NAME_ID
from textile_pcf.template.pages import Line

MOST = 100  # products that a person still finds the way among
COLUMNS = ("id", "title", "need", "default", "amount", "unit", "item", "per", "component", "region", "year", "data_type",
           "source", "period", "note", "confirmed", "help", "citation")  # fmt: skip
WIDTHS = (24, 28, 16, 26, 13, 10, 30, 13, 12, 8, 8, 14, 22, 14, 18, 12, 54, 44)
INPUTS = COLUMNS[4:16]
BEFORE = {"id": 20, "title": 28, "unit": 10, "need": 14, "default": 24, "item": 26, "per": 15, "component": 12, "amount": 14}
OWN = 14  # width of a product's column
PAGE = 330  # letters that a printed page is wide


@dataclass(frozen=True)
class Layout:
    """Columns of the sheets to fill in; `products` are ids written there beforehand."""

    products: tuple[str, ...] = ()
    several: bool = False

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Hidden names of the columns of single products."""
        return tuple(f"amount {number}" for number in range(1, len(self.products) + 1)) if self.several else ()

    @cached_property
    def widths(self) -> dict[str, float]:
        """Columns from left to right with their widths in letters."""
        if not self.several:
            return dict(zip(COLUMNS, WIDTHS, strict=True))
        after = {name: width for name, width in zip(COLUMNS, WIDTHS, strict=True) if name not in BEFORE}
        return {**BEFORE, **dict.fromkeys(self.own, OWN), **after}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Place of each column, counted from 1."""
        return {name: place for place, name in enumerate(self.widths, 1)}

    @property
    def frozen(self) -> int:
        """Columns that stay where they are while the others move."""
        return 3 if self.several else 2

    @property
    def sheets_wide(self) -> int:
        """Printed pages beside each other."""
        return -(-int(sum(self.widths.values())) // PAGE) if self.several else 1

    def open(self, line: Line) -> frozenset[str]:
        """Columns to fill in."""
        told = {*(line.inputs or INPUTS)}
        if not self.several:
            return frozenset(told)
        if line.id == NAME_ID:
            return frozenset(self.own)
        if line.id.startswith("#"):
            return frozenset(told)
        if line.choices:
            told = {*(told - {"item"}), "amount"}
        return frozenset({*told, *self.own} - self.dashed(line))

    def asked(self, line: Line) -> frozenset[str]:
        """Columns that hold what the line is about."""
        return frozenset({"amount", *self.own} if self.several else {"item" if line.choices else "amount"})

    def dashed(self, line: Line) -> frozenset[str]:
        """Columns in which nothing belongs, though it does in other lines."""
        if not self.several:
            return frozenset({"amount"} if line.choices else ())
        if line.choices:
            return frozenset({"item"})
        by_product = "." not in line.id and (not line.id.startswith("#") or line.id == NAME_ID)
        return frozenset({"amount"} if by_product and not line.answers else ())


def layout_of(products: int | Sequence[str] | None) -> Layout:
    """The layout for a number of products, or for products with these ids; for one product where nothing is said.

    Raises
    ------
    UsageError
        No product, too many, an id that is empty or stands twice.

    Examples
    --------
    >>> layout_of(3).own
    ('amount 1', 'amount 2', 'amount 3')
    >>> layout_of(["P-1", "P-2"]).products, layout_of(None).own
    (('P-1', 'P-2'), ())
    """
    if products is None:
        return Layout()
    given: object = products
    listed = isinstance(given, Sequence) and not isinstance(given, str | bytes) and {*map(type, given)} <= {str, int}
    if not listed and type(given) is not int:
        raise wrong_type("products", products, "a number or a list of ids", 'Write for example 3, or ["P-1", "P-2"].')
    ids = [""] * products if isinstance(products, int) else [str(each).strip() for each in products]
    if not 1 <= len(ids) <= MOST:
        cure = f"Ask for 1 to {MOST}; more belong in a table (CSV, Excel or Parquet) with a row for each amount."
        raise _refused(f"{len(ids)} products", "A workbook cannot take so many.", cure)
    if not isinstance(products, int):
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if "" in ids or twice:
            what = f"The product {twice[0]!r} is named twice." if twice and twice[0] else "A product has no id."
            raise _refused("products", what, "Give every product an id of its own.")
    return Layout(tuple(ids), several=len(ids) > 1)


def told_products(text: str | None) -> int | list[str] | None:
    """Products as the command line tells them: their number, or their ids with commas between.

    Examples
    --------
    >>> told_products("20"), told_products("P-1, P-2"), told_products(None)
    (20, ['P-1', 'P-2'], None)
    """
    if text is None:
        return None
    return int(text) if text.strip().isdecimal() else [each.strip() for each in text.split(",")]


def _refused(where: str, what: str, cure: str) -> UsageError:
    return UsageError([Problem(where, what, cure, code="products")])
