"""From arrays to the result: every line of the sum with where its amount and its factor come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import PER_PERIOD, PER_PRODUCT
from textile_pcf.arrays import FloatArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.engine import Masses
from textile_pcf.factors import LINK, SPLIT_SIZE, FactorTable
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.double_counting import find_double_transport
from textile_pcf.inventory.matching import FactorMatches, factor_rows, late_factors, match_warnings
from textile_pcf.inventory.period_totals import added_years
from textile_pcf.inventory.plausibility import check_plausibility, count_implausible
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.inventory.quantities import Quantities, component_share, property_on
from textile_pcf.results import Contributions, Emitted, Footprint, Gross, StageInfo, StageMasses
from textile_pcf.results.data_origins import as_written, data_origins
from textile_pcf.results.default_shares import default_shares, ruled_rows
from textile_pcf.results.explain import number
from textile_pcf.results.provenance import provenance
from textile_pcf.results.stage_terms import stage_terms
from textile_pcf.results.uptakes import find_double_uptake
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit, parse_unit
from textile_pcf.units.product_units import ProductUnits


class Told(NamedTuple):
    """What people read of a result, put into words when it is asked for."""

    activity: Activity
    quantities: Quantities
    matched: FactorMatches
    masses: Masses
    emitted: Emitted
    answers: FactorMatcher

    def measures(self) -> ProductUnits:
        """What turns units of the products into mass."""
        return product_units_of(self.activity, self.quantities.properties)

    def stage_masses(self) -> StageMasses:
        """Mass through every stage. [kg per product unit]"""
        return _stage_masses(self.activity, self.masses)

    def lines(self) -> Contributions:
        """Every line of the sum, with where its amount and its factor come from."""
        return _lines(self.activity, self.quantities, self.answers.factors, self.matched, self.masses, self.emitted)

    def notes(self) -> tuple[tuple[int, str], ...]:
        """Warnings of amounts, of factors, and of reading."""
        odd = check_plausibility(self.activity, self.quantities)
        answers = self.answers
        tables = ((-1, text) for text in answers.factors.warnings(answers.gwp, factor_rows(self.matched), answers.biogenic))
        read = ((-1, note) for note in self.activity.columns.table.notes)
        return (*odd, *added_years(self.activity), *tables, *self.notes_of_products(), *read)

    def notes_of_products(self) -> tuple[tuple[int, str], ...]:
        """Warnings of single factors and of what counts twice: by product, as the tables tell none of it."""
        delivered = find_double_transport(self.activity, self.answers.factors, self.matched)
        uptakes = find_double_uptake(self.activity, self.matched, self.emitted)
        return (*match_warnings(self.activity, self.matched), *delivered, *uptakes)

    def texts_of_products(self) -> Iterator[str]:
        """The same sentences without their products, for a catalogue."""
        yield from (text for _, text in late_factors(self.activity, self.matched))
        yield from (text for _, text in find_double_transport(self.activity, self.answers.factors, self.matched))
        yield from (text for _, text in find_double_uptake(self.activity, self.matched, self.emitted))

    def provenance(self) -> Mapping[str, Any]:
        """Enough to recompute the result bit for bit."""
        return provenance(self.activity, self.answers.factors, self.answers.gwp, self.answers.biogenic)

    def used(self) -> Mapping[int, Sequence[int]]:
        """Rows of the factor tables that are used: by place of the table."""
        return factor_rows(self.matched)

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """How the masses of a stage come about, and what was computed there."""
        return stage_terms(self.activity, self.quantities, product, stage, language)

    def gross(self) -> Gross:
        """Gross emissions of each product, and how much of them rests on the rule and on shipped tables."""
        return default_shares(self.activity, self.quantities, self.matched, self.emitted, self.answers.factors)

    def implausible(self) -> Mapping[str, tuple[int, str, str]]:
        """How many products are outside the band of each quantity, with the first of them and its amount."""
        return count_implausible(self.activity, self.quantities)


def assemble(
    activity: Activity,
    quantities: Quantities,
    matched: FactorMatches,
    masses: Masses,
    emitted: Emitted,
    answers: FactorMatcher,
) -> Footprint:
    """The result of a run; what is only read by people is put into words when it is asked for."""
    rules = activity.rules
    return Footprint(
        names=activity.names,
        unit=rules.product_unit.text,
        stages=_stage_info(rules),
        emitted=emitted,
        told=Told(activity, quantities, matched, masses, emitted, answers),
        carbon_content=_carbon_content(rules, quantities, activity),
    )


def _carbon_content(rules: RuleSet, quantities: Quantities, activity: Activity) -> FloatArray | None:
    """Fossil and biogenic carbon in one product unit, where the rule has these properties of the product. [kg C]"""
    specs = [rules.product_property(name) for name in ("fossil_carbon", "biogenic_carbon")]
    if not any(specs):
        return None
    unknown = np.full(len(activity.names), np.nan)
    blocks = [activity.property_entries.block(spec.index) if spec else None for spec in specs]
    content = [unknown if block is None else quantities.properties[block] for block in blocks]
    return np.stack(content, axis=1) * quantities.mass[:, None]


@lru_cache(maxsize=32)
def _stage_info(rules: RuleSet) -> tuple[StageInfo, ...]:
    def told(model: Any, name: str) -> tuple[str, str]:
        return (model.title.text(), model.title.text("zh")) if model.title else (name, name)

    written = {model.id: model for model in rules.document.stages}
    flows = {name: {flow: told(spec, flow) for flow, spec in model.flows.items()} for name, model in written.items()}
    return tuple(
        StageInfo(s.id, *told(written[s.id], s.id), s.group, s.component, s.outside, flows[s.id]) for s in rules.stages
    )


def _stage_masses(activity: Activity, masses: Masses) -> StageMasses:
    lanes = activity.components
    every = np.arange(len(activity.names))
    product: list[Any] = []
    stage: list[Any] = []
    component: list[Any] = []
    unnamed = len(lanes.component_names)
    for spec in activity.rules.stages:
        seats = lanes.product if spec.component else every
        product.append(seats)
        stage.append(np.full(len(seats), spec.index))
        component.append(lanes.component if spec.component else np.full(len(seats), unnamed))
    return StageMasses(
        product=np.concatenate(product).astype(np.intp),
        stage=np.concatenate(stage).astype(np.intp),
        component=Categorical(np.concatenate(component), (*lanes.component_names, "")),
        input=masses.input.copy(),  # those share memory
        output=masses.output.copy(),
    )


def _lines(
    activity: Activity,
    quantities: Quantities,
    factors: FactorTable,
    matched: FactorMatches,
    masses: Masses,
    emitted: Emitted,
) -> Contributions:
    flows, rules = activity.exchanges, activity.rules
    specs = rules.flows
    told = rule_arrays(rules)
    unit_factor = told.flow_factor[flows.flow]
    drivers, driver_names = _drivers(activity, quantities, masses)
    per_unit = emitted.factor_values[emitted.factor]
    parts = emitted.amount[:, None] * per_unit
    return Contributions(
        product=activity.exchange_products,
        component=_components(activity),
        stage=told.flow_stage[flows.flow],
        flow=Categorical(flows.flow, tuple(spec.id for spec in specs)),
        group=Categorical(flows.flow, tuple(spec.group for spec in specs)),
        drivers=drivers,
        driver_names=driver_names,
        amount=emitted.amount / unit_factor,
        unit=Categorical(flows.flow, tuple(spec.unit.text for spec in specs)),
        factor=per_unit[:, :SPLIT_SIZE].sum(axis=1) * unit_factor,
        factor_unit=Categorical(flows.flow, tuple(f"kgCO2e/{_bracketed(spec.unit.text)}" for spec in specs)),
        split=parts[:, :SPLIT_SIZE],
        aircraft=parts[:, SPLIT_SIZE],
        **_values(activity, quantities),
        **_factor_columns(activity, factors, matched),
        **data_origins(activity, quantities),
        ruled=ruled_rows(activity, quantities),
    )


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "*/ ·") else text


def _components(activity: Activity) -> Categorical:
    flows, rules, lanes = activity.exchanges, activity.rules, activity.components
    names = lanes.component_names if "" in lanes.component_names else (*lanes.component_names, "")
    per_lane = rule_arrays(rules).flow_is_component[flows.flow]
    return Categorical(np.where(per_lane, lanes.component[np.where(per_lane, flows.entry, 0)], names.index("")), names)


def _whole(spec: FlowSpec, per: int, rules: RuleSet) -> Unit:
    """Unit of a row's value by what it is per."""
    return {PER_PRODUCT: spec.unit / rules.product_unit, PER_PERIOD: spec.unit / parse_unit("kg")}.get(per, spec.ratio_unit)


def _values(activity: Activity, quantities: Quantities) -> dict[str, Any]:
    """Value per driver as a person reads it: in the flow's unit per driver, and as given where that was another unit."""
    flows = activity.exchanges
    first, form = group_rows(flows.flow, flows.per)
    wholes = [_whole(activity.rules.flows[flows.flow[row]], int(flows.per[row]), activity.rules) for row in first]
    factor = np.array([whole.factor for whole in wholes])[form]
    texts = tuple(whole.text for whole in wholes)
    return {
        "value": quantities.value / factor,
        "value_unit": Categorical(form, texts),
        "as_written": as_written(activity, quantities, form, texts),
    }


def _factor_columns(activity: Activity, factors: FactorTable, matched: FactorMatches) -> dict[str, Any]:
    """What is known of each row's factor, told once per distinct question."""
    told: dict[str, list[str]] = {
        name: []
        for name in ("item", "region", "year", "fallback", "printed", "factor_table", "factor_source", "factor_locator")
    }
    for answer, request in zip(matched.matches, matched.requests, strict=True):
        row = _factor_row(factors, answer) if answer else dict.fromkeys(told, "")
        row["item"] = request.item if answer else "product"
        for name, column in told.items():
            column.append(row[name])
    columns: dict[str, Any] = {name: Categorical(matched.request, tuple(column)) for name, column in told.items()}
    if np.any(matched.supplier >= 0):
        columns["item"] = _linked_items(activity, matched, columns["item"])
    return columns


def _factor_row(factors: FactorTable, answer: Any) -> dict[str, str]:
    table = factors.tables[answer.table]
    printed, weighs = table.numbers["value"][answer.row], table.texts["mass_per_unit"][answer.row]
    weighing = f" ({weighs} per unit)" if answer.mass != 1 else ""
    value = f"printed {number(printed)} {table.units[answer.row].text}{weighing}"
    return {
        "region": table.texts["region"][answer.row],
        "year": table.texts["year"][answer.row],
        "fallback": answer.fallback,
        "printed": value if np.isfinite(printed) else "from its gases",
        "factor_table": table.label,
        "factor_source": table.source_title(answer.row),
        "factor_locator": table.texts["locator"][answer.row],
    }


def _linked_items(activity: Activity, matched: FactorMatches, items: Categorical) -> Categorical:
    names = tuple(f"{LINK}{product}" for product in activity.products)
    codes = np.where(matched.supplier >= 0, len(items.categories) + matched.supplier, items.codes)
    return Categorical(codes, (*items.categories, *names))


def _drivers(activity: Activity, quantities: Quantities, masses: Masses) -> tuple[FloatArray, Categorical]:
    """Drivers of each row, as a person reads them, with their names."""
    flows, rules = activity.exchanges, activity.rules
    most = max([1, *(len(spec.drivers) for spec in rules.flows)])
    values = np.full((len(flows), most + 1), np.nan)
    part = component_share(activity)
    values[:, most] = np.where(part == 1, np.nan, part)
    first, form = group_rows(flows.flow, flows.per)
    names = []
    for place, row in enumerate(first):
        spec, per = rules.flows[flows.flow[row]], int(flows.per[row])
        drivers = {PER_PRODUCT: ("product",), PER_PERIOD: ("output",)}.get(per, spec.drivers)
        rows = np.flatnonzero(form == place)
        seat = flows.entry[rows]
        told = []
        for column, driver in enumerate(drivers):
            if driver == "product":
                values[rows, column] = 1.0
                told.append(rules.product_unit.text)
            elif isinstance(driver, int):
                prop = rules.properties[driver]
                values[rows, column] = property_on(activity, quantities.properties, driver, spec.stage)[seat] / prop.unit.factor
                told.append(f"{prop.unit.text if prop.unit.dimensions or prop.unit.factor != 1 else ''} {prop.id}".strip())
            else:
                values[rows, column] = getattr(masses, str(driver))[flows.process[rows]]
                told.append(f"kg {driver}")
        names.append("|".join([*told, *[""] * (most - len(told)), "of the fibre"]))
    return values, Categorical(form, tuple(names))
