"""`Activity`: checked activity data, its structure with the amounts that fill it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import Components
from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import Rows
from textile_pcf.activity.structure import Outputs, Structure
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import ArrowStrings
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT, RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class Activity:
    """Checked activity data of products under one rule: coded columns, amounts in canonical units.

    `value` has the amount of every row of the table, `exchange_value` that of every flow row; `properties` and `losses` hold what
    is given, on their seats; NaN where there is none. `problems` is empty unless problems were to be kept.
    """

    rules: RuleSet
    columns: ActivityColumns
    structure: Structure
    names: tuple[str, ...] | ArrowStrings
    """The products, as they are kept."""
    components: Components
    value: FloatArray
    exchange_value: FloatArray
    properties: FloatArray
    losses: FloatArray
    problems: tuple[Problem, ...]
    key: tuple[object, ...] | None = None
    """What tells tables of the same rows; None where it is not worth knowing."""
    known_complete: bool = False
    """Its rows are known to be all that is needed: the same ones were complete before."""
    nothing_to_complete: bool = False
    """They tell every quantity themselves; the rule fills in none."""

    def __repr__(self) -> str:
        rows = f"{self.columns.rows} rows of {len(self.names)} product{'s' if len(self.names) != 1 else ''}"
        return f"<Activity {self.columns.table.name}: {rows} under {self.rules.name}>"

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products, in the order in which they first appear.

        :meta private:
        """  # the reference tells those of the result: two of one name cannot be referred to
        return tuple(self.names)

    @property
    def rows(self) -> Rows:
        """Meaning of every row of the table."""
        return self.structure.rows

    @property
    def exchanges(self) -> Exchanges:
        """Rows of flows on their seats."""
        return self.structure.exchanges

    @property
    def outputs(self) -> Outputs:
        """What stages gave in a period."""
        return self.structure.outputs

    @property
    def processes(self) -> BlockIndex:
        """Seats of each stage."""
        return self.structure.processes

    @property
    def property_entries(self) -> BlockIndex:
        """Seats of each property."""
        return self.structure.property_entries

    @property
    def loss_entries(self) -> BlockIndex:
        """Seats of each loss."""
        return self.structure.loss_entries

    @property
    def stage_active(self) -> BoolArray:
        """A flag per stage seat."""
        return self.structure.stage_active

    @property
    def property_rows(self) -> IndexArray:
        """Row that gives each property, -1 where none does."""
        return self.structure.properties.rows

    @property
    def loss_rows(self) -> IndexArray:
        """Row that gives each loss, -1 where none does."""
        return self.structure.losses.rows

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that flow rows ask for."""
        return self.structure.regions

    @cached_property
    def is_given(self) -> list[BoolArray]:
        """Per flow, the seats that have a row."""
        return [self.structure.is_given[block] for block in self.structure.flow_entries.blocks]

    def entry_name(self, entry_stage: int, seat: int) -> tuple[int, str]:
        """Product and fibre of a seat."""
        if entry_stage != PRODUCT and self.rules.stages[entry_stage].component:
            return int(self.components.product[seat]), self.components.component_names[int(self.components.component[seat])]
        return seat, ""

    def missing(
        self, stage: int, seat: int, name: str, what: str, cure: str, code: str, way: tuple[str, str] | None = None
    ) -> Problem:
        """A problem of something that stands in no row; `way` is the stage and flow whose line would hold the answer."""
        product, component = self.entry_name(stage, seat)
        of = f" of {component}" if component else ""
        table, home, owner = self.columns.table, self.rules.stage_id(stage), self.products[product]
        answer = way or (home, name)
        of_stage, of_home = (answer[0], ""), (home, "")
        places = ((*answer, owner), answer, (*of_stage, owner), of_stage, (*of_home, owner), of_home)
        place = next((table.target_cells[key] for key in places if key in table.target_cells), table.name)
        said = ".".join(filter(None, way)) if way else f"{home}.{name}"
        return Problem(f"{place} ({said}{of}, product {owner})", what, cure, owner, code)

    @cached_property
    def exchange_products(self) -> IndexArray:
        """Product of every flow row."""
        if self.components.one_per_product:
            return self.exchanges.entry
        per_lane = rule_arrays(self.rules).flow_is_component[self.exchanges.flow]
        return np.where(per_lane, self.components.product[np.where(per_lane, self.exchanges.entry, 0)], self.exchanges.entry)


def fill_structure(
    rules: RuleSet,
    cells: ActivityColumns,
    structure: Structure,
    names: tuple[str, ...] | ArrowStrings,
    value: FloatArray,
    problems: list[Problem],
    key: tuple[object, ...] | None = None,
    whole: bool = False,
    given: bool = False,
) -> Activity:
    """A structure with its amounts."""
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
        properties=value.take(structure.properties.rows) if given else structure.properties.values(value),
        losses=value.take(structure.losses.rows) if given else structure.losses.values(value),
        problems=tuple(problems),
        key=key,
        known_complete=whole,
        nothing_to_complete=given,
    )
