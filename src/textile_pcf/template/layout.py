"""Columns of a template workbook: for one product, or for several with one column each next to a column for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.io.template_workbook import NAME_ID
from textile_pcf.messages.message import Message
from textile_pcf.template.form_lines import Line

MAX_PRODUCTS = 100  # columns that a person can still find their way in
WIDTH: dict[str, float] = {
    "id": 13, "title": 26, "need": 13, "help": 44, "amount": 13, "unit": 10, "item": 30, "default": 32, "citation": 34,
    "per": 13, "component": 12, "region": 8, "year": 8, "data_type": 14, "source": 22, "period": 15, "note": 20,
    "confirmed": 10,
}  # fmt: skip
"""Width of each column, from left to right: what to measure stands beside the amount. [letters]"""
INPUTS = ("amount", "unit", "item", "per", "component", "region", "year", "data_type", "source", "period", "note", "confirmed")
BEFORE_PRODUCTS = ("id", "title", "unit", "need", "help", "item", "per", "component", "amount")
"""Columns before those of single products, in a workbook for several."""
PRODUCT_WIDTH = 14  # width of the column of a product [letters]
PAGE = 190  # width of a printed page [letters]


@dataclass(frozen=True)
class Layout:
    """Columns of the sheets to fill in.

    Attributes
    ----------
    products : tuple of str
        Ids to write beforehand; an empty text leaves the id to the mill.
    several : bool
        True if each product has a column of its own.
    """

    products: tuple[str, ...] = ()
    several: bool = False

    @cached_property
    def product_columns(self) -> tuple[str, ...]:
        """Hidden names of the columns of single products."""
        return tuple(f"amount {number}" for number in range(1, len(self.products) + 1)) if self.several else ()

    @cached_property
    def widths(self) -> dict[str, float]:
        """Width of each column by name, from left to right. [letters]"""
        if not self.several:
            return WIDTH
        before = {name: WIDTH[name] for name in BEFORE_PRODUCTS}
        return {**before, **dict.fromkeys(self.product_columns, PRODUCT_WIDTH), **WIDTH, **before}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Number of each column by name, counted from 1."""
        return {name: number for number, name in enumerate(self.widths, 1)}

    @property
    def frozen(self) -> int:
        """Number of columns that stay in view while the others scroll."""
        return 3 if self.several else 2

    @property
    def pages_wide(self) -> int:
        """Number of printed pages next to each other."""
        frozen = sum(list(self.widths.values())[: self.frozen])
        return -(-int(sum(self.widths.values()) - frozen) // int(PAGE - frozen))

    def input_columns(self, line: Line) -> frozenset[str]:
        """Return the columns to fill in on a line."""
        names = {*(line.inputs or INPUTS)}
        if not self.several:
            return frozenset(names)
        if line.id == NAME_ID:
            return frozenset(self.product_columns)
        if line.id.startswith("#"):
            return frozenset(names)
        if line.choices:
            names = {*(names - {"item"}), "amount"}
        return frozenset({*names, *self.product_columns} - self.blank_columns(line))

    def main_columns(self, line: Line) -> frozenset[str]:
        """Return the columns for the main input of a line: its amount, or the option chosen."""
        return frozenset({"amount", *self.product_columns} if self.several else {"item" if line.choices else "amount"})

    def blank_columns(self, line: Line) -> frozenset[str]:
        """Return the columns that do not apply to a line, though they do to others; they hold a dash."""
        if not self.several:
            return frozenset({"amount"} if line.choices else ())
        if line.choices:
            return frozenset({"item"})
        by_product = "." not in line.id and (not line.id.startswith("#") or line.id == NAME_ID)
        return frozenset({"amount"} if by_product and not line.answers else ())


def layout_of(products: int | Sequence[str] | None) -> Layout:
    """Return the layout for a number of products, or for products with given ids; for one product by default.

    Parameters
    ----------
    products : int or sequence of str, optional
        Number of products, or their ids.

    Raises
    ------
    UsageError
        There are no products or too many, or an id is empty or repeated.

    Examples
    --------
    >>> layout_of(3).product_columns
    ('amount 1', 'amount 2', 'amount 3')
    >>> layout_of(["P-1", "P-2"]).products, layout_of(None).product_columns
    (('P-1', 'P-2'), ())
    """
    if products is None:
        return Layout()
    value: object = products
    is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes) and {*map(type, value)} <= {str, int}
    if not is_list and type(value) is not int:
        raise wrong_type("products", products, "a number or a list of ids", 'Write for example 3, or ["P-1", "P-2"].')
    count = products if isinstance(products, int) else len(products)
    if not 1 <= count <= MAX_PRODUCTS:
        cure = Message(
            "Request 1 to {max_products}; more belong in a table (CSV, Excel or Parquet) with a row for each amount.",
            max_products=MAX_PRODUCTS,
        )
        raise _invalid_products(f"{count} products", "A workbook cannot take so many.", cure)
    ids = [""] * products if isinstance(products, int) else [str(name).strip() for name in products]
    if not isinstance(products, int):
        duplicates = sorted({name for name in ids if ids.count(name) > 1})
        if "" in ids or duplicates:
            message = (
                Message("The product {product!r} is named twice.", product=duplicates[0])
                if duplicates and duplicates[0]
                else "A product has no id."
            )
            raise _invalid_products("products", message, "Give every product an id of its own.")
    return Layout(tuple(ids), several=len(ids) > 1)


def parse_products(text: str | None) -> int | list[str] | None:
    """Parse the option `--products` of the command line: a number, or ids separated by commas.

    Examples
    --------
    >>> parse_products("20"), parse_products("P-1, P-2"), parse_products(None)
    (20, ['P-1', 'P-2'], None)
    """
    if text is None:
        return None
    return int(text) if text.strip().isdecimal() else [name.strip() for name in text.split(",")]


def _invalid_products(location: str, message: str, cure: str) -> UsageError:
    return UsageError([Problem(location, message, cure, code="products")])
