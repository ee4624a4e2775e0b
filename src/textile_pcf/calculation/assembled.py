"""From arrays to the result: every line of the sum with where its amount and its factor come from."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf import __version__
from textile_pcf.activity import Activity, Quantities
from textile_pcf.activity.complete import property_on
from textile_pcf.activity.meaning import ABSOLUTE, PERIOD
from textile_pcf.calculation.delivered import carried_twice
from textile_pcf.calculation.matched import Matched, match_warnings, row_products
from textile_pcf.calculation.terms import stage_terms
from textile_pcf.columns import Array, Coded, combine
from textile_pcf.documents import sha256_of
from textile_pcf.engine import Masses, Places
from textile_pcf.factors import COUNTED, FactorTable
from textile_pcf.results import Emitted, Footprint, Lines, StageInfo, StageMasses
from textile_pcf.rules import PRODUCT, FlowSpec, RuleSet
from textile_pcf.units import Unit, canonical_text, parse_unit

GENERIC = "estimated"  # data type of the rule's own values


def assemble(
    activity: Activity,
    quantities: Quantities,
    factors: FactorTable,
    matched: Matched,
    masses: Masses,
    emitted: Emitted,
    gwp: str,
    biogenic: str,
) -> Footprint:
    """The result of a run; what is only read by people is put into words when it is asked for."""
    rules = activity.rules
    return Footprint(
        products=activity.products,
        unit=rules.product_unit.text,
        stages=tuple(_stage_info(rules)),
        measures=quantities.measures,
        emitted=emitted,
        stage_masses=_stage_masses(activity, masses),
        describe=partial(_lines, activity, quantities, factors, matched, masses, emitted),
        warn=partial(_notes, activity, quantities, factors, matched, gwp),
        cite=partial(provenance, activity, factors, gwp, biogenic),
        terms=partial(stage_terms, activity, quantities),
        carbon_content=_carbon_content(rules, quantities, activity),
    )


def _carbon_content(rules: RuleSet, quantities: Quantities, activity: Activity) -> Array | None:
    """Fossil and biogenic carbon in one product unit, where the rule has these properties of the product. [kg C]"""
    specs = [rules.product_property(name) for name in ("fossil_carbon", "biogenic_carbon")]
    if not any(specs):
        return None
    unknown = np.full(len(activity.products), np.nan)
    blocks = [activity.property_seats.block(spec.index) if spec else None for spec in specs]
    content = [unknown if block is None else quantities.properties[block] for block in blocks]
    return np.stack(content, axis=1) * quantities.measures.product_mass[:, None]


def _notes(
    activity: Activity, quantities: Quantities, factors: FactorTable, matched: Matched, gwp: str
) -> tuple[tuple[int, str], ...]:
    """Warnings of amounts, of factors, and of reading."""
    read = ((-1, note) for note in activity.cells.table.notes)
    told = (*match_warnings(activity, factors, matched, gwp), *carried_twice(activity, factors, matched))
    return (*quantities.warnings, *told, *read)


def _stage_info(rules: RuleSet) -> list[StageInfo]:
    def titles(stage: str, name: str = "") -> tuple[str, str]:
        return rules.title(stage, name), rules.title(stage, name, "zh")

    return [
        StageInfo(
            s.id,
            *titles(s.id),
            s.group,
            s.component,
            s.outside,
            {rules.flows[k].id: titles(s.id, rules.flows[k].id) for k in s.flows},
        )
        for s in rules.stages
    ]


def _stage_masses(activity: Activity, masses: Masses) -> StageMasses:
    lanes = activity.lanes
    every = np.arange(len(activity.products))
    product: list[Places] = []
    stage: list[Places] = []
    component: list[Places] = []
    unnamed = len(lanes.components)
    for spec in activity.rules.stages:
        seats = lanes.product if spec.component else every
        product.append(seats)
        stage.append(np.full(len(seats), spec.index))
        component.append(lanes.component if spec.component else np.full(len(seats), unnamed))
    return StageMasses(
        product=np.concatenate(product).astype(np.intp),
        stage=np.concatenate(stage).astype(np.intp),
        component=Coded(np.concatenate(component), (*lanes.components, "")),
        input=np.concatenate(masses.input),
        output=np.concatenate(masses.output),
    )


def _lines(
    activity: Activity,
    quantities: Quantities,
    factors: FactorTable,
    matched: Matched,
    masses: Masses,
    emitted: Emitted,
) -> Lines:
    flows, rules = activity.flows, activity.rules
    specs = rules.flows
    unit_factor = np.array([spec.unit.factor for spec in specs])[flows.flow]
    drivers, driver_names = _drivers(activity, quantities, masses)
    per_unit = emitted.per_unit[emitted.question]
    parts = emitted.amount[:, None] * per_unit
    return Lines(
        product=row_products(activity).astype(np.intp),
        component=_components(activity),
        stage=np.array([spec.stage for spec in specs], dtype=np.intp)[flows.flow],
        flow=Coded(flows.flow, tuple(spec.id for spec in specs)),
        group=Coded(flows.flow, tuple(spec.group for spec in specs)),
        drivers=drivers,
        driver_names=driver_names,
        amount=emitted.amount / unit_factor,
        unit=Coded(flows.flow, tuple(spec.unit.text for spec in specs)),
        factor=per_unit[:, :COUNTED].sum(axis=1) * unit_factor,
        factor_unit=Coded(flows.flow, tuple(f"kgCO2e/{_bracketed(spec.unit.text)}" for spec in specs)),
        split=parts[:, :COUNTED],
        aircraft=parts[:, COUNTED],
        **_values(activity, quantities),
        **_factor_columns(activity, factors, matched),
        **_origin(activity, quantities),
    )


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "*/ ·") else text


def _components(activity: Activity) -> Coded:
    flows, rules, lanes = activity.flows, activity.rules, activity.lanes
    names = lanes.components if "" in lanes.components else (*lanes.components, "")
    per_lane = np.array([rules.stages[spec.stage].component for spec in rules.flows] or [False])[flows.flow]
    return Coded(np.where(per_lane, lanes.component[np.where(per_lane, flows.seat, 0)], names.index("")), names)


def _whole(spec: FlowSpec, per: int, rules: RuleSet) -> Unit:
    """Unit of a row's value by what it is per."""
    return {ABSOLUTE: spec.unit / rules.product_unit, PERIOD: spec.unit / parse_unit("kg")}.get(per, spec.whole)


def _values(activity: Activity, quantities: Quantities) -> dict[str, Any]:
    """Value per driver as a person reads it: in the flow's unit per driver, and as given where that was another unit."""
    flows = activity.flows
    first, form = combine(flows.flow, flows.per)
    wholes = [_whole(activity.rules.flows[flows.flow[row]], int(flows.per[row]), activity.rules) for row in first]
    factor = np.array([whole.factor for whole in wholes])[form]
    texts = tuple(whole.text for whole in wholes)
    return {
        "value": quantities.value / factor,
        "value_unit": Coded(form, texts),
        "told": _as_given(activity, quantities, form, texts),
    }


def _as_given(activity: Activity, quantities: Quantities, form: Places, texts: tuple[str, ...]) -> Coded:
    """Amounts as the mill wrote them, where that was in another unit or for a period; empty elsewhere."""
    flows, cells = activity.flows, activity.cells
    first, asked = combine(cells.texts["unit"].codes[flows.row], form, (flows.row < 0).astype(np.int64))
    other = np.zeros(len(first), dtype=bool)
    for number, row in enumerate(first):
        unit = cells.text("unit", int(flows.row[row])) if flows.row[row] >= 0 else ""
        known = (texts[form[row]], activity.rules.flows[flows.flow[row]].unit.text)
        other[number] = bool(unit) and (flows.per[row] == PERIOD or unit not in known)
    rows = np.flatnonzero(other[asked])
    codes = np.zeros(len(form), dtype=np.int64)
    if not len(rows):
        return Coded(codes, ("",))
    amounts = np.unique(cells.numbers["amount"][flows.row[rows]], return_inverse=True)[1].reshape(-1)
    shares = np.unique(quantities.value[rows], return_inverse=True)[1].reshape(-1)
    distinct, place = combine(cells.texts["unit"].codes[flows.row[rows]], amounts, flows.per[rows], shares)
    codes[rows] = place + 1
    return Coded(codes, ("", *(_given_text(activity, quantities, int(row)) for row in rows[distinct])))


def _given_text(activity: Activity, quantities: Quantities, line: int) -> str:
    row = int(activity.flows.row[line])
    amount = f"{activity.cells.numbers['amount'][row]:g} {activity.cells.text('unit', row)}"
    if activity.flows.per[line] != PERIOD:
        return amount
    output = activity.flows.value[line] / quantities.value[line] if quantities.value[line] else np.nan
    told = _output_text(activity, line)
    if not np.isfinite(output):
        return f"{amount} in the period"
    mass = f"{output:.7g} kg"
    return f"{amount} for {told if told == mass else f'{told} = {mass}'} output of the period"


def _output_text(activity: Activity, line: int) -> str:
    """What the stage gave in the period, as the mill wrote it."""
    flows, outputs, cells = activity.flows, activity.outputs, activity.cells
    component = cells.texts["component"].codes
    same = (
        (outputs.stage == activity.rules.flows[flows.flow[line]].stage)
        & (outputs.seat == flows.seat[line])
        & (outputs.year == flows.year[line])
        & (component[outputs.row] == component[flows.row[line]])
    )
    row = int(outputs.row[np.flatnonzero(same)[0]])
    return f"{cells.numbers['amount'][row]:g} {cells.text('unit', row)}"


def _factor_columns(activity: Activity, factors: FactorTable, matched: Matched) -> dict[str, Any]:
    """What is known of each row's factor, told once per distinct question."""
    told: dict[str, list[str]] = {
        name: []
        for name in ("item", "region", "year", "fallback", "printed", "factor_table", "factor_source", "factor_locator")
    }
    for answer, request in zip(matched.answers, matched.requests, strict=True):
        row = _factor_row(factors, answer) if answer else dict.fromkeys(told, "")
        row["item"] = request.item if answer else "product"
        for name, column in told.items():
            column.append(row[name])
    columns: dict[str, Any] = {name: Coded(matched.form, tuple(column)) for name, column in told.items()}
    if np.any(matched.supplier >= 0):
        columns["item"] = _linked_items(activity, matched, columns["item"])
    return columns


def _factor_row(factors: FactorTable, answer: Any) -> dict[str, str]:
    table = factors.tables[answer.table]
    printed = table.numbers["value"][answer.row]
    return {
        "region": table.texts["region"][answer.row],
        "year": table.texts["year"][answer.row],
        "fallback": answer.fallback,
        "printed": f"printed {printed:g} {table.units[answer.row].text}" if np.isfinite(printed) else "from its gases",
        "factor_table": table.label,
        "factor_source": table.source_title(answer.row),
        "factor_locator": table.texts["locator"][answer.row],
    }


def _linked_items(activity: Activity, matched: Matched, items: Coded) -> Coded:
    names = tuple(f"product:{product}" for product in activity.products)
    codes = np.where(matched.supplier >= 0, len(items.categories) + matched.supplier, items.codes)
    return Coded(codes, (*items.categories, *names))


def _drivers(activity: Activity, quantities: Quantities, masses: Masses) -> tuple[Array, Coded]:
    """Drivers of each row, as a person reads them, with their names."""
    flows, rules = activity.flows, activity.rules
    most = max([len(spec.drivers) for spec in rules.flows] or [1])
    values = np.full((len(flows.flow), max(most, 1)), np.nan)
    first, form = combine(flows.flow, flows.per)
    names = []
    for number, row in enumerate(first):
        spec, per = rules.flows[flows.flow[row]], int(flows.per[row])
        drivers = {ABSOLUTE: ("product",), PERIOD: ("output",)}.get(per, spec.drivers)
        rows = np.flatnonzero(form == number)
        seat = flows.seat[rows]
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
                out, into = masses.output[spec.stage][seat], masses.input[spec.stage][seat]
                values[rows, column] = {"output": out, "input": into, "loss": into - out}[str(driver)]
                told.append(f"kg {driver}")
        names.append("|".join(told))
    return values, Coded(form, tuple(names))


def _origin(activity: Activity, quantities: Quantities) -> dict[str, Any]:
    """Data type, source and place of each row's amount: the file's, or the rule's citation."""
    cells, rules, flows = activity.cells, activity.rules, activity.flows
    row, ruled, entry = _told_by(activity, quantities)
    first, form = combine(
        cells.texts["data_type"].codes[row],
        cells.texts["source"].codes[row],
        np.where(ruled, flows.flow, -1),
        entry,
    )
    types, sources, places = [], [], []
    for line in first:
        if ruled[line]:
            citation = _citation(rules, rules.flows[flows.flow[line]], int(entry[line]))
            types.append(GENERIC)
            sources.append(f"{rules.name}: {citation[0]}".rstrip(": "))
            places.append(citation[1])
        else:
            types.append(cells.text("data_type", int(row[line])))
            sources.append(cells.text("source", int(row[line])))
            places.append("")
    located = Coded(form, tuple(places))
    return {"data_type": Coded(form, tuple(types)), "source": Coded(form, tuple(sources)),
            "locator": _row_places(activity, row, ruled, located)}  # fmt: skip


def _told_by(activity: Activity, quantities: Quantities) -> tuple[Places, np.ndarray[Any, np.dtype[np.bool_]], Places]:
    """Row of the file that tells each amount, whether the rule tells it instead, and by which entry of its value.

    A flow that takes the value of a property that the mill gave is told by the row of that property.
    """
    flows = activity.flows
    row, ruled, entry = flows.row.copy(), quantities.entry >= 0, quantities.entry.copy()
    for spec in activity.rules.flows:
        if spec.default is None or spec.default.reference < 0:
            continue
        lines = np.flatnonzero((flows.flow == spec.index) & ruled)
        start = activity.property_seats.start[spec.default.reference]
        place = start + _property_seats(activity, spec.default.reference, spec.stage, flows.seat[lines])
        given = activity.property_rows[place] >= 0
        row[lines[given]] = activity.property_rows[place[given]]
        ruled[lines[given]] = False
        entry[lines] = quantities.property_entry[place]
    return row, ruled, entry


def _property_seats(activity: Activity, index: int, stage: int, seats: Places) -> Places:
    """Seats of a property that seats of some stage look at."""
    rules = activity.rules
    home = rules.properties[index].stage
    own_lane = home != PRODUCT and rules.stages[home].component
    return activity.lanes.product[seats] if rules.stages[stage].component and not own_lane else seats


def _row_places(activity: Activity, row: Places, ruled: np.ndarray[Any, np.dtype[np.bool_]], located: Coded) -> Coded:
    """Place in the file of each given amount, as text of its row."""
    rows, codes = np.unique(row, return_inverse=True)
    texts = tuple(activity.cells.table.place(int(row)) if row >= 0 else "" for row in rows)
    merged = np.where(ruled, located.codes, codes.reshape(-1) + len(located.categories))
    return Coded(merged, (*located.categories, *texts))


def _citation(rules: RuleSet, spec: FlowSpec, entry: int) -> tuple[str, str]:
    """Source and locator of the rule's value that a row uses; of a property, where that comes from."""
    default = spec.default
    assert default is not None
    if default.reference >= 0:
        prop = rules.properties[default.reference]
        if prop.method is not None and entry < 0:
            return f"method {prop.method.name} ({prop.method.source})", prop.method.locator
        if prop.default is None or prop.default.reference >= 0:
            return f"property {prop.id}", rules.stage_id(prop.stage)
        citation = prop.default.citations[entry]
        return _source_title(rules, citation.source), citation.locator
    citation = default.citations[entry]
    return _source_title(rules, citation.source), citation.locator


def _source_title(rules: RuleSet, key: str) -> str:
    source = rules.document.sources.get(key)
    return source.title if source else key


def provenance(activity: Activity, factors: FactorTable, gwp: str, biogenic: str) -> dict[str, Any]:
    """Enough to recompute the result bit for bit."""
    rules = activity.rules
    title = rules.document.title
    return {
        "rule": rules.name,
        "status": rules.document.status,
        "title": title.told() if title else rules.document.rule,
        "title_zh": title.told("zh") if title else rules.document.rule,
        "boundary": rules.document.boundary,
        "unit": canonical_text(rules.product_unit.dimensions),
        "rule_sha256": rules.sha256,
        "factors": [
            {"table": table.label, "sha256": table.sha256, "licence": table.document.licence}
            | ({"redistributable": False} if table.document.redistributable is False else {})
            for table in factors.tables
        ],
        "gwp": gwp,
        "biogenic": biogenic,
        "input": [{"name": activity.cells.table.name, "sha256": _input_hash(activity)}],
        "library": f"textile_pcf {__version__}",
    }


def _input_hash(activity: Activity) -> str:
    table = activity.cells.table
    if table.kind != "frame" and Path(table.name).is_file():
        return sha256_of(table.name)
    digest = hashlib.sha256()
    for name, column in sorted(table.columns.items()):
        digest.update(name.encode())
        array = column.codes if isinstance(column, Coded) else column
        digest.update(array.tobytes() if isinstance(array, np.ndarray) else repr(list(array)).encode())
        digest.update(repr(column.categories).encode() if isinstance(column, Coded) else b"")
    return digest.hexdigest()
