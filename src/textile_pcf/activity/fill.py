"""What takes place, what is given, and what the rule fills in; what is missing is told, never taken as zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.cells import Cells
from textile_pcf.activity.lanes import Laid, Lanes, Places
from textile_pcf.activity.meaning import AS_RULE, Forms, Ints, Kind, Rows
from textile_pcf.activity.seats import Seats, seats_of
from textile_pcf.columns import Array, picked
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT, RuleSet

Flags = NDArray[np.bool_]
WORLD = "GLO"


@dataclass(frozen=True)
class FlowRows:
    """Rows of flows on their seats, those that the rule fills in among them (`row` -1); `year` 0 is none."""

    flow: Ints
    seat: Places
    value: Array
    per: Ints
    row: Places
    region: Ints
    year: Ints


@dataclass(frozen=True)
class Outputs:
    """What stages gave in a period."""

    stage: Ints
    seat: Places
    amount: Array
    unit: Ints
    row: Places
    year: Ints


@dataclass(frozen=True)
class Activity:
    """Checked activity data of products under one rule: coded columns, amounts in canonical units.

    `takes_place` has a flag per stage seat; `properties` and `losses` hold what is given (NaN elsewhere) with the rows it
    stands in (-1 elsewhere); `present` says per flow which seats have a row.
    `problems` is empty unless problems were to be kept.
    """

    rules: RuleSet
    cells: Cells
    rows: Rows
    lanes: Lanes
    products: tuple[str, ...]
    stage_seats: Seats
    property_seats: Seats
    loss_seats: Seats
    takes_place: Flags
    properties: Array
    property_rows: Places
    losses: Array
    loss_rows: Places
    flows: FlowRows
    present: list[Flags]
    outputs: Outputs
    regions: tuple[str, ...]
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        rows = f"{self.cells.rows} rows of {len(self.products)} product{'s' if len(self.products) != 1 else ''}"
        return f"<Activity {self.cells.table.name}: {rows} under {self.rules.name}>"

    def seat_place(self, entry_stage: int, seat: int) -> tuple[int, str]:
        """Product and fibre of a seat."""
        if entry_stage != PRODUCT and self.rules.stages[entry_stage].component:
            return int(self.lanes.product[seat]), self.lanes.components[int(self.lanes.component[seat])]
        return seat, ""

    def missing(self, stage: int, seat: int, name: str, what: str, cure: str, code: str) -> Problem:
        """A problem of something that stands in no row."""
        product, component = self.seat_place(stage, seat)
        of = f" of {component}" if component else ""
        table, home = self.cells.table, self.rules.stage_id(stage)
        place = table.homes.get((home, name)) or table.homes.get((home, "")) or table.name
        where = f"{place} ({home}.{name}{of}, product {self.products[product]})"
        return Problem(where, what, cure, self.products[product], code)


def fill(cells: Cells, rows: Rows, lanes: Lanes, laid: Laid, rules: RuleSet, problems: list[Problem]) -> Activity:
    """Bring rows onto seats, decide what takes place, and add the rows that the rule fills in."""
    forms, form = rows.forms, rows.form if laid.every else rows.form[laid.row]
    stage_seats = seats_of([spec.index for spec in rules.stages], rules, lanes)
    property_seats = seats_of([spec.stage for spec in rules.properties], rules, lanes)
    loss_seats = seats_of([spec.stage for spec in rules.losses], rules, lanes)
    takes_place = _takes_place(rules, stage_seats, forms, form, laid)
    regions, seat_region, seat_year = _regions_and_years(cells, rules, lanes, laid, forms, form, stage_seats)
    given = _given(cells, rows, laid, form)
    present = present_flows(rules, lanes, given)
    filled = _filled_in(rules, stage_seats, takes_place, present)
    flows = _resolved(_joined(given, filled), cells, rules, stage_seats, regions, seat_region, seat_year)
    property_given, property_rows = _scattered(Kind.PROPERTY, form, laid, rows, property_seats)
    loss_given, loss_rows = _scattered(Kind.LOSS, form, laid, rows, loss_seats)
    is_output = _places(forms.kind == Kind.OUTPUT, form)
    output_rows, output_stage, output_seat = laid.row[is_output], forms.stage[form[is_output]], laid.seat[is_output]
    own_year = _years(cells)[cells.texts["year"].codes[output_rows]]
    return Activity(
        rules=rules,
        cells=cells,
        rows=rows,
        lanes=lanes,
        products=cells.texts["product"].categories,
        stage_seats=stage_seats,
        property_seats=property_seats,
        loss_seats=loss_seats,
        takes_place=takes_place,
        properties=property_given,
        property_rows=property_rows,
        losses=loss_given,
        loss_rows=loss_rows,
        flows=flows,
        present=present,
        outputs=Outputs(
            stage=output_stage,
            seat=output_seat,
            amount=cells.numbers["amount"][output_rows],
            unit=forms.meaning[form[is_output]],
            row=output_rows,
            year=np.where(own_year > 0, own_year, seat_year[stage_seats.at(output_stage, output_seat)]),
        ),
        regions=regions,
        problems=tuple(problems),
    )


def _places(wanted: Flags, form: Places) -> Places:
    """Where a wanted form stands."""
    if wanted.all():
        return np.arange(len(form))
    return np.flatnonzero(picked(wanted, form)) if wanted.any() else np.empty(0, dtype=np.intp)


def _given(cells: Cells, rows: Rows, laid: Laid, form: Places) -> FlowRows:
    """Rows of flows on their seats."""
    forms = rows.forms
    place = _places(forms.kind == Kind.FLOW, form)
    row, form = place if laid.every else picked(laid.row, place), picked(form, place)
    region = cells.texts["region"].codes[forms.first].astype(np.int64)
    year = _years(cells)[cells.texts["year"].codes[forms.first]]
    return FlowRows(
        flow=picked(forms.index, form),
        seat=picked(laid.seat, place),
        value=picked(rows.value, row),
        per=picked(forms.per, form),
        row=row,
        region=picked(region, form),
        year=picked(year, form),
    )


def _takes_place(rules: RuleSet, seats: Seats, forms: Forms, form: Places, laid: Laid) -> Flags:
    """A stage takes place unless it is optional and no row names it."""
    optional = np.array([*(spec.optional for spec in rules.stages), False])
    takes = np.repeat(~optional[:-1], seats.size)
    named = _places(optional[forms.stage], form)
    takes[seats.at(forms.stage[form[named]], laid.seat[named])] = True
    return takes


def _years(cells: Cells) -> Ints:
    """Wanted year of each text, 0 where none is told; texts that are no year were reported before."""
    years = [int(text) if len(text) == 4 and text.isdigit() else 0 for text in cells.texts["year"].categories]
    return np.array(years, dtype=np.int64)


def _regions_and_years(
    cells: Cells, rules: RuleSet, lanes: Lanes, laid: Laid, forms: Forms, form: Places, seats: Seats
) -> tuple[tuple[str, ...], Ints, Ints]:
    """Per stage seat the region and year of its flows unless a row says otherwise: stage row, rule, product row, world."""
    names = dict.fromkeys([*cells.texts["region"].categories, *(spec.region for spec in rules.stages), "", WORLD])
    code = {name: place for place, name in enumerate(names)}
    is_stage = forms.kind == Kind.STAGE
    of_product = _places(is_stage & (forms.stage == PRODUCT), form)
    of_stage = _places(is_stage & (forms.stage != PRODUCT), form)
    region, year = cells.texts["region"].codes[forms.first], _years(cells)[cells.texts["year"].codes[forms.first]]
    product_region = np.full(len(lanes.start), code[""])
    product_year = np.zeros(len(lanes.start), dtype=np.int64)
    product_region[laid.seat[of_product]] = region[form[of_product]]
    product_year[laid.seat[of_product]] = year[form[of_product]]
    seat_region = np.repeat(np.array([code[spec.region] for spec in rules.stages]), seats.size)
    seat_year = np.zeros(seats.total, dtype=np.int64)
    place = seats.at(forms.stage[form[of_stage]], laid.seat[of_stage])
    told = region[form[of_stage]]
    seat_region[place] = np.where(told == code[""], seat_region[place], told)
    seat_year[place] = year[form[of_stage]]
    product = np.concatenate([lanes.product if spec.component else np.arange(len(lanes.start)) for spec in rules.stages])
    seat_region = np.where(seat_region == code[""], product_region[product], seat_region)
    seat_region = np.where(seat_region == code[""], code[WORLD], seat_region)
    seat_year = np.where(seat_year == 0, product_year[product], seat_year)
    return tuple(names), seat_region, seat_year


def _resolved(
    flows: FlowRows,
    cells: Cells,
    rules: RuleSet,
    seats: Seats,
    regions: tuple[str, ...],
    seat_region: Ints,
    seat_year: Ints,
) -> FlowRows:
    """Rows without region or year take those of their seat."""
    stages = np.array([spec.stage for spec in rules.flows], dtype=np.int64)

    def resolved(told: Ints, untold: Flags, of_seat: Ints) -> Ints:
        rows = np.flatnonzero(untold)
        if len(rows):
            told = told.copy()
            told[rows] = of_seat[seats.at(stages[flows.flow[rows]], flows.seat[rows])]
        return told

    region = resolved(flows.region, (flows.region < 0) | (flows.region == regions.index("")), seat_region)
    year = resolved(flows.year, flows.year == 0, seat_year)
    return FlowRows(flows.flow, flows.seat, flows.value, flows.per, flows.row, region, year)


def _filled_in(rules: RuleSet, seats: Seats, takes_place: Flags, present: list[Flags]) -> list[FlowRows]:
    """Rows for flows that have a value in the rule, belong to a stage that takes place, and are not given; now `present`."""
    chosen = alternative_flows(rules)
    filled: list[FlowRows] = []
    for spec in rules.flows:
        if spec.default is None or spec.optional or spec.index in chosen:
            continue
        seat = np.flatnonzero(takes_place[seats.block(spec.stage)] & ~present[spec.index])
        if not len(seat):
            continue
        present[spec.index][seat] = True
        count = len(seat)
        none = np.full(count, -1)
        filled.append(
            FlowRows(
                flow=np.full(count, spec.index),
                seat=seat,
                value=np.full(count, np.nan),
                per=np.full(count, AS_RULE),
                row=none,
                region=none,
                year=np.zeros(count, dtype=np.int64),
            )
        )
    return filled


def _joined(given: FlowRows, filled: list[FlowRows]) -> FlowRows:
    if not filled:
        return given
    parts = [given, *filled]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in FlowRows.__dataclass_fields__}
    return FlowRows(**columns)


def present_flows(rules: RuleSet, lanes: Lanes, given: FlowRows) -> list[Flags]:
    """Per flow, the seats that have a row."""
    seats = seats_of([spec.stage for spec in rules.flows], rules, lanes)
    present = np.zeros(seats.total, dtype=bool)
    present[seats.at(given.flow, given.seat)] = True
    return [present[seats.block(spec.index)] for spec in rules.flows]


def alternative_flows(rules: RuleSet) -> set[int]:
    """Flows that are a way to choose; none of them is required or filled in by itself."""
    return {index for group in rules.alternatives for kind, index in group if kind == "flow"}


def _scattered(kind: Kind, form: Places, laid: Laid, rows: Rows, seats: Seats) -> tuple[Array, Places]:
    """Given quantities on their seats; a chosen word as its place in the list of words."""
    values = np.full(seats.total, np.nan)
    origin = np.full(seats.total, -1, dtype=np.intp)
    forms = rows.forms
    chosen = _places(forms.kind == kind, form)
    row, form = laid.row[chosen], form[chosen]
    place = seats.at(forms.index[form], laid.seat[chosen])
    values[place] = np.where(forms.word[form] >= 0, forms.word[form], rows.value[row])
    origin[place] = row
    return values, origin
