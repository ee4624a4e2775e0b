"""Checked activity data: a structure together with its amounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import Components
from textile_pcf.activity.cutoff import LeftOut, rows_left_out
from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import Rows
from textile_pcf.activity.structure import Outputs, Structure
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import ArrowStrings
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@quick_init
@dataclass(frozen=True, eq=False)
class Activity:
    """Checked activity data of products under one rule, with amounts in canonical units.

    Attributes
    ----------
    rules : RuleSet
    columns : ActivityColumns
        Columns of the table.
    structure : Structure
        Rows assigned to processes; independent of the amounts.
    names : tuple of str or ArrowStrings
        Products, in the order in which they first appear.
    components : Components
        Components with their shares.
    value : ndarray of float, shape (rows,)
        Amount of each row of the table; NaN where it is empty. [canonical unit]
    exchange_value : ndarray of float, shape (exchanges,)
        Amount of each exchange; NaN where it is empty. [canonical unit]
    properties, losses : ndarray of float, shape (entries,)
        Value of each property and each loss; NaN where no row gives it. [canonical unit]
    output_value : ndarray of float, shape (outputs,)
        Output of each period. [unit of its row]
    problems : tuple of Problem
        Problems of the table; empty for valid data.
    taken : ndarray of intp, shape (products,), optional
        Index of each product among those of the table; None if they are all products of the table, in its order.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", "cotton_fabric")
    >>> activity.products
    ('COTTON-POPLIN',)
    """

    rules: RuleSet
    columns: ActivityColumns
    structure: Structure
    names: tuple[str, ...] | ArrowStrings
    components: Components
    value: FloatArray
    exchange_value: FloatArray
    properties: FloatArray
    losses: FloatArray
    output_value: FloatArray
    problems: tuple[Problem, ...]
    taken: IndexArray | None = None

    def __repr__(self) -> str:
        rows = f"{self.columns.rows} rows of {len(self.names)} product{'s' if len(self.names) != 1 else ''}"
        return f"<Activity {self.columns.table.name}: {rows} under {self.rules.name}>"

    def __dir__(self) -> list[str]:
        return ["products", "rules"]  # the rest serves other packages of the library

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Products, in the order in which they first appear.

        :meta private:
        """  # the reference documents `products` of the result; the same name cannot be documented twice
        return tuple(self.names)

    @property
    def rows(self) -> Rows:
        """Rows interpreted under the rule."""
        return self.structure.rows

    @property
    def exchanges(self) -> Exchanges:
        """Exchanges of all processes."""
        return self.structure.exchanges

    @property
    def outputs(self) -> Outputs:
        """Outputs of processes in a period."""
        return self.structure.outputs

    @property
    def processes(self) -> BlockIndex:
        """Index with one block of processes per stage."""
        return self.structure.processes

    @property
    def property_entries(self) -> BlockIndex:
        """Index with one block of entries per property."""
        return self.structure.property_entries

    @property
    def loss_entries(self) -> BlockIndex:
        """Index with one block of entries per loss."""
        return self.structure.loss_entries

    @property
    def stage_active(self) -> BoolArray:
        """Whether each process takes place. Shape (processes,)."""
        return self.structure.stage_active

    @property
    def property_rows(self) -> IndexArray:
        """Row of the table that gives each property, -1 where none does. Shape (property entries,)."""
        return self.structure.properties.rows

    @property
    def loss_rows(self) -> IndexArray:
        """Row of the table that gives each loss, -1 where none does. Shape (loss entries,)."""
        return self.structure.losses.rows

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the region codes of exchanges."""
        return self.structure.regions

    @property
    def is_given(self) -> list[BoolArray]:
        """For each flow of the rule, whether each entry has an exchange."""
        return self.structure.given_by_flow

    @cached_property
    def left_out(self) -> LeftOut:
        """What rows `cutoff` leave out."""
        found = rows_left_out(self.columns, self.rows, self.rules)
        return found if self.taken is None else found.of_products(self.taken)

    def entry_name(self, stage: int, entry: int) -> tuple[int, str]:
        """Return the product and the fibre of an entry.

        Parameters
        ----------
        stage : int
            Stage that owns the entry, or `PRODUCT`.
        entry : int
            Component in component stages, product in common ones.

        Returns
        -------
        tuple of (int, str)
            Index of the product, and name of the fibre; `""` in common stages.
        """
        if self.rules.is_component_stage(stage):
            return int(self.components.product[entry]), self.components.component_names[int(self.components.component[entry])]
        return entry, ""

    def missing(self, stage: int, entry: int, name: str | tuple[str, str], what: str, cure: str, code: str) -> Problem:
        """Return a problem of a quantity that has no row.

        Parameters
        ----------
        stage, entry : int
            Stage that owns the quantity, and its component or product.
        name : str or tuple of (str, str)
            Id of the quantity; stage and flow whose row would give it, if that is another stage.
        what, cure, code : str
            See `Problem`.

        Returns
        -------
        Problem
            Located at the cell of a template workbook that would hold the quantity, else at the table.
        """
        index, component = self.entry_name(stage, entry)
        of = f" of {component}" if component else ""
        table, owner, product = self.columns.table, self.rules.stage_id(stage), self.products[index]
        first = (owner, name) if isinstance(name, str) else name
        of_target, of_owner = (first[0], ""), (owner, "")
        keys = ((*first, product), first, (*of_target, product), of_target, (*of_owner, product), of_owner)
        location = next((table.target_cells[key] for key in keys if key in table.target_cells), table.name)
        path = ".".join(filter(None, first))
        return Problem(f"{location} ({path}{of}, product {product})", what, cure, product, code)

    @cached_property
    def exchange_products(self) -> IndexArray:
        """Product of each exchange. Shape (exchanges,)."""
        entry = self.exchanges.entry
        if self.components.one_per_product:
            return entry
        is_component = rule_arrays(self.rules).flow_is_component[self.exchanges.flow]
        return self.components.products_of(is_component, entry)


def fill_structure(
    rules: RuleSet,
    cells: ActivityColumns,
    structure: Structure,
    names: tuple[str, ...] | ArrowStrings,
    value: FloatArray,
    problems: list[Problem],
) -> Activity:
    """Combine a structure with the amounts of a table.

    Exchanges that no row gives, which the rule adds, come last; their row is -1 and their amount NaN.

    Parameters
    ----------
    rules : RuleSet
    cells : ActivityColumns
    structure : Structure
    names : tuple of str or ArrowStrings
        Products.
    value : ndarray of float, shape (rows,)
        Amount of each row in canonical units.
    problems : list of Problem

    Returns
    -------
    Activity
    """
    row = structure.exchanges.row
    exchange_value = (np.append(value, np.nan) if len(row) and row[-1] < 0 else value).take(row)
    return Activity(
        rules=rules,
        columns=cells,
        structure=structure,
        names=names,
        components=structure.components.with_shares(value),
        value=value,
        exchange_value=exchange_value,
        properties=structure.properties.values(value),
        losses=structure.losses.values(value),
        output_value=value[structure.outputs.row],
        problems=tuple(problems),
    )
