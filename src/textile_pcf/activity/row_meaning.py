"""Meaning of one row under a rule: a flow, property, loss, share, stage, output of a period or something left out."""

from __future__ import annotations

from collections.abc import Callable

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.fuel_amounts import (
    FuelKey,
    convert_fuel_amount,
    measures_fuel,
    no_heating_value,
    steam_row,
)
from textile_pcf.activity.hints import flow_hint, stage_hint
from textile_pcf.activity.row_patterns import (
    InvalidRow,
    Per,
    RowKind,
    RowPattern,
)
from textile_pcf.messages.message import Message
from textile_pcf.rules import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet
from textile_pcf.suggest import nearest
from textile_pcf.units import Conversion, Unit, UnitError, convert, counted_dimensions, cure_where, describe, parse_unit


def interpret_row(
    cells: ActivityColumns, rules: RuleSet, row: int, has_amount: bool, fuel: FuelKey | None
) -> RowPattern | InvalidRow:
    """Interpret one row; `has_amount` says whether its amount is not empty, `fuel` which fuel it is of."""
    stage_id, flow, per = (cells.text(name, row) for name in ("stage", "flow", "per"))
    if stage_id not in rules.names:
        return InvalidRow(
            Message("{rule} has no stage {stage!r}.", rule=rules.name, stage=stage_id),
            stage_hint(cells, rules, row),
            "stage",
            "unknown-stage",
        )
    stage = next((spec.index for spec in rules.stages if spec.id == stage_id), PRODUCT)
    if not flow:
        if has_amount or cells.text("unit", row):
            return InvalidRow("There is an amount but no flow.", "Name the flow, or leave the amount empty.", "flow", "no-flow")
        return RowPattern(RowKind.STAGE, stage)
    if stage == PRODUCT and flow == "share":
        return _share(cells, rules, row, has_amount, per)
    if flow == "cutoff":
        return _cutoff(cells, rules, row, has_amount, per)
    if flow == "output" and stage != PRODUCT:
        return _output(cells, rules, stage, row, has_amount, per)
    category, index = rules.names[stage_id].get(flow, ("", -1))
    if category == "flow":
        return _flow(cells, rules, rules.flows[index], row, has_amount, fuel)
    if category not in ("property", "loss"):
        what = Message("Stage {stage!r} has no flow, loss or property {flow!r}.", stage=stage_id, flow=flow)
        return InvalidRow(what, flow_hint(cells, rules, row), "flow", "unknown-flow")
    if per:
        return InvalidRow(
            Message("`per` is allowed only for flows, and {flow!r} is not a flow.", flow=flow),
            "Leave `per` empty.",
            "per",
            "bad-per",
        )
    if category == "property":
        spec = rules.properties[index]
        return _choice(cells, spec, row, has_amount) if spec.choice else _quantity(cells, rules, spec, row, has_amount)
    return _quantity(cells, rules, rules.losses[index], row, has_amount)


def _unit(
    cells: ActivityColumns, rules: RuleSet, row: int, expected: str, fits: Callable[[Unit], bool], alternatives: str = ""
) -> Unit | InvalidRow:
    """Parse the unit of a row; `expected` is an example of a unit that fits, `alternatives` a text that lists all of them."""
    text = cells.text("unit", row)
    if not text:
        return InvalidRow(
            "The amount has no unit.", Message("Write the unit, for example {expected}.", expected=expected), "unit", "no-unit"
        )
    try:
        return parse_unit(text, rules.unit_names)
    except UnitError as error:
        return InvalidRow(
            error.what,
            cure_where(error, Message("Give it in {expected}.", expected=alternatives or expected), fits),
            "unit",
            "bad-unit",
        )


def _wrong_dimension(text: str, unit: Unit, flow: str, expected: str, title: str = "") -> InvalidRow:
    """Describe a unit whose dimension does not fit the quantity."""
    name = title if title not in ("", flow) else repr(flow)
    what = Message(
        "{text!r} is {quantity}, but {name} is measured in {expected}.",
        text=text,
        quantity=describe(unit.dimensions),
        name=name,
        expected=expected,
    )
    return InvalidRow(what, Message("Give it in {expected}.", expected=expected), "unit", "wrong-dimension")


def _share(cells: ActivityColumns, rules: RuleSet, row: int, has_amount: bool, per: str) -> RowPattern | InvalidRow:
    """Interpret a share row."""
    if per or not has_amount:
        return InvalidRow("A share needs an amount and no `per`.", "Write for example 65 with unit %.", "amount", "bad-share")
    unit = _unit(cells, rules, row, "%", lambda unit: not unit.dimensions)
    if isinstance(unit, InvalidRow):
        return unit
    if unit.dimensions:
        return _wrong_dimension(cells.text("unit", row), unit, "share", "%")
    return RowPattern(RowKind.SHARE, conversion=Conversion(unit.factor), unit=unit)


def _cutoff(cells: ActivityColumns, rules: RuleSet, row: int, has_amount: bool, per: str) -> RowPattern | InvalidRow:
    """Interpret a row of something left out; it belongs to no process."""
    if per or not has_amount:
        what = Message("What is left out needs an estimate of its share, and no `per`.")
        cure = Message("Write the part of the result that it would be, such as 1 with unit %.")
        return InvalidRow(what, cure, "amount", "cutoff")
    unit = _unit(cells, rules, row, "%", lambda unit: not unit.dimensions)
    if isinstance(unit, InvalidRow):
        return unit
    if unit.dimensions:
        return _wrong_dimension(cells.text("unit", row), unit, "cutoff", "%")
    return RowPattern(RowKind.CUTOFF, conversion=Conversion(unit.factor), unit=unit)


def _output(
    cells: ActivityColumns, rules: RuleSet, stage: int, row: int, has_amount: bool, per: str
) -> RowPattern | InvalidRow:
    """Interpret the output of a stage in a period."""
    if per != "period":
        cure = "Write `period` in the column `per`; the mass of a stage follows from the rule otherwise."
        return InvalidRow("`output` is given only for a period.", cure, "per", "bad-per")
    if not has_amount:
        return InvalidRow(
            "The output of the period has no amount.", "Write the output of the stage in the period.", "amount", "no-amount"
        )
    mass = rules.product_property("mass")
    of_cloth = {(("mass", 1),), (("length", 1),), (("length", 2),)}
    known = of_cloth | {rules.product_unit.dimensions} | ({_divisor_dimensions(mass.unit)} if mass else set())
    expected = Message("kg, m, m2 or pieces") if known > of_cloth else Message("kg, m or m2")
    unit = _unit(cells, rules, row, "kg", lambda unit: unit.dimensions in known, expected)
    if isinstance(unit, InvalidRow):
        return unit
    if unit.dimensions not in known:
        return _wrong_dimension(cells.text("unit", row), unit, "output", expected)
    return RowPattern(RowKind.OUTPUT, stage, per=Per.PERIOD, unit=unit)


def _divisor_dimensions(unit: Unit) -> tuple[tuple[str, int], ...]:
    """Return the dimensions that a mass is divided by in a unit."""
    return tuple((name, -power) for name, power in unit.dimensions if name != "mass")


def _flow(
    cells: ActivityColumns, rules: RuleSet, spec: FlowSpec, row: int, has_amount: bool, fuel: FuelKey | None
) -> RowPattern | InvalidRow:
    """Interpret a row of a flow."""
    per = cells.text("per", row)
    basis = (
        {"": Per.DRIVER, "product": Per.PRODUCT, "period": Per.PERIOD}[per] if per in ("", "product", "period") else Per.DRIVER
    )
    if not has_amount:
        return _flow_without_amount(spec, basis)
    ratio_unit = {Per.DRIVER: spec.ratio_unit, Per.PRODUCT: spec.unit / rules.product_unit, Per.PERIOD: spec.unit}[basis]
    expected = (
        spec.unit.text
        if basis == Per.PERIOD
        else Message("{unit} or {ratio_unit}", unit=spec.unit.text, ratio_unit=ratio_unit.text)
    )
    unit = _unit(cells, rules, row, spec.unit.text, lambda unit: spec.conversion(unit, ratio_unit) is not None, expected)
    if isinstance(unit, InvalidRow):
        return unit
    conversion, note = spec.conversion(unit, ratio_unit), ""
    if fuel is not None and fuel.enthalpy:
        return steam_row(spec, unit, ratio_unit, fuel.enthalpy, basis)
    if conversion is None and fuel is not None and measures_fuel(spec, unit, ratio_unit):
        found = convert_fuel_amount(spec, unit, ratio_unit, fuel)
        if found is None:
            return no_heating_value(cells.text("unit", row), spec, fuel)
        conversion, note = found
    if conversion is None:
        return _wrong_dimension(
            cells.text("unit", row), unit, spec.id, expected, rules.localized_title(rules.stage_id(spec.stage), spec.id)
        )
    return RowPattern(RowKind.FLOW, spec.stage, spec.index, basis, conversion, unit=unit, note=note)


def _flow_without_amount(spec: FlowSpec, basis: int) -> RowPattern | InvalidRow:
    """Interpret a row of a flow whose amount is empty."""
    if basis != Per.DRIVER:
        return InvalidRow("There is a `per` but no amount.", "Write the amount, or leave `per` empty.", "amount", "no-amount")
    if spec.default is None:
        cure = Message("Write the amount in {unit}; the rule has no value for it.", unit=spec.unit.text)
        return InvalidRow("The amount is missing.", cure, "amount", "no-amount")
    return RowPattern(RowKind.FLOW, spec.stage, spec.index)


def _quantity(
    cells: ActivityColumns, rules: RuleSet, spec: PropertySpec | LossSpec, row: int, has_amount: bool
) -> RowPattern | InvalidRow:
    """Interpret a row of a property or loss with a value."""
    row_kind = RowKind.LOSS if isinstance(spec, LossSpec) else RowKind.PROPERTY
    if not has_amount:
        computed = isinstance(spec, PropertySpec) and spec.method is not None
        if spec.default is None and not computed:
            cure = Message("Write the amount in {unit}; the rule has no value for it.", unit=spec.unit.text)
            return InvalidRow("The amount is missing.", cure, "amount", "no-amount")
        return RowPattern(row_kind, spec.stage, spec.index)
    unit = _unit(cells, rules, row, spec.unit.text, lambda unit: _quantity_conversion(unit, rules, spec) is not None)
    if isinstance(unit, InvalidRow):
        return unit
    conversion = _quantity_conversion(unit, rules, spec)
    if conversion is None:
        return _wrong_dimension(
            cells.text("unit", row), unit, spec.id, spec.unit.text, rules.localized_title(rules.stage_id(spec.stage), spec.id)
        )
    canonical = Conversion(conversion.factor * spec.unit.factor, conversion.inverse)
    if unit.text == spec.unit.text:
        canonical = Conversion(spec.unit.factor)
    return RowPattern(row_kind, spec.stage, spec.index, conversion=canonical, unit=unit)


def _quantity_conversion(unit: Unit, rules: RuleSet, spec: PropertySpec | LossSpec) -> Conversion | None:
    """Return the conversion to the unit of a quantity, None if there is none; for the product also from a ratio (g/piece)."""
    conversion = convert(unit, spec.unit)
    counted, wanted = counted_dimensions(unit), counted_dimensions(spec.unit)
    if not unit.dimensions and None not in (counted, wanted) and counted != wanted:
        return None  # such as mL/L of a property in kg/kg
    ratio = (spec.unit / rules.product_unit).dimensions
    if conversion is None and spec.stage == PRODUCT and unit.dimensions == ratio:
        return Conversion(unit.factor * rules.product_unit.factor / spec.unit.factor)
    return conversion


def _choice(cells: ActivityColumns, spec: PropertySpec, row: int, has_amount: bool) -> RowPattern | InvalidRow:
    """Interpret a row of a property that is a choice."""
    option = cells.text("item", row)
    if has_amount:
        what = Message("{name!r} is a choice; it has no amount.", name=spec.id)
        return InvalidRow(what, "Write the option in the column `item`.", "amount", "amount-of-a-choice")
    index = spec.option_index(option) if option else -1
    if index < 0:
        close = nearest(option, spec.choice) if option else None
        cure = (
            Message("Did you mean {close!r}?", close=close)
            if close
            else Message("Choose from: {choices}.", choices=spec.options_text)
        )
        what = (
            Message("{option!r} is not an option of {name!r}.", option=option, name=spec.id)
            if option
            else Message("No option is chosen for {name!r} in column item.", name=spec.id)
        )
        return InvalidRow(what, cure, "item", "unknown-word")
    return RowPattern(RowKind.PROPERTY, spec.stage, spec.index, option=index)
