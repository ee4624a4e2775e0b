"""Problems of missing data, with what to measure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.exchanges import FROM_RULE
from textile_pcf.activity.row_patterns import RowKind, rows_where
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.errors import Problem
from textile_pcf.inventory.defaults import property_on
from textile_pcf.messages.message import JoinedMessage, Message, sentences
from textile_pcf.rules import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec, RuleSet
from textile_pcf.rules.arrays import alternative_flows, rule_arrays

InvalidNames = set[tuple[str, int, int]]


def invalid_names(activity: Activity) -> InvalidNames:
    """Return what invalid rows are about, (kind, index in the rule, product), so that it is not reported missing as well."""
    cells, names = activity.columns, activity.rules.names
    invalid: InvalidNames = set()
    for row in activity.rows.of_kind(RowKind.INVALID):
        kind, index = names.get(cells.text("stage", int(row)), {}).get(cells.text("flow", int(row)), ("", -1))
        product = int(cells.texts["product"].codes[row])
        if kind:
            nameless = not cells.text("product", int(row))
            invalid.update((kind, index, one) for one in (range(len(activity.names)) if nameless else (product,)))
    return invalid


def missing_flows(activity: Activity, invalid: InvalidNames) -> Iterator[Problem]:
    """Yield a problem per required flow without a row, in active stages."""
    rules = activity.rules
    if activity.structure.is_given.all():
        return
    present = activity.is_given
    chosen = alternative_flows(rules)
    for spec in rules.flows:
        if spec.default is not None or spec.optional or spec.index in chosen:
            continue
        if present[spec.index].all():
            continue
        takes = activity.stage_active[activity.processes.block(spec.stage)]
        excluded = _excluding_products(activity, spec)
        for entry in np.flatnonzero(takes & ~present[spec.index]):
            product, _ = activity.entry_name(spec.stage, int(entry))
            if ("flow", spec.index, product) not in invalid and product not in excluded:
                stage = rules.stage_id(spec.stage)
                what = Message(
                    "{title} is missing, and the rule has no value for it.", title=rules.localized_title(stage, spec.id)
                )
                units = Message("{unit} or {ratio_unit}", unit=spec.unit.text, ratio_unit=spec.ratio_unit.text)
                cure = sentences(Message("Give it in {expected}.", expected=units), rules.localized_note(stage, spec.id))
                yield activity.missing(spec.stage, int(entry), spec.id, what, cure, "missing")


def _excluding_products(activity: Activity, spec: FlowSpec) -> set[int]:
    """Return the products that leave out a flow by a row `cutoff`, as the rule allows."""
    if not spec.excludable or not activity.rows.has_cutoffs:
        return set()
    left_out = activity.left_out
    return set(left_out.product[(left_out.flow == spec.index) | (left_out.stage == spec.stage)].tolist())


def given_balances(activity: Activity) -> Iterator[Problem]:
    """Yield a problem for each row of a flow that the library computes itself."""
    flow = rule_arrays(activity.rules).balance_flow
    if flow < 0:
        return
    exchanges, patterns = activity.exchanges, activity.exchanges.patterns
    is_given = (patterns.flow == flow) & (patterns.item != FROM_RULE)
    rows = exchanges.row[rows_where(is_given, exchanges.pattern)]
    if len(rows):
        what = Message("The uptake is computed from the biogenic carbon that leaves, so no row can give it.")
        cure = Message("Remove the row; give the carbon as `biogenic_carbon` of the product.")
        yield from activity.columns.problems_at(np.unique(rows), what, cure, "flow", "balance")


def missing_input(
    activity: Activity, properties: FloatArray, spec: FlowSpec | LossSpec, default: Default, entry: int, invalid: InvalidNames
) -> Iterator[Problem]:
    """Yield a problem if a rule default lacks an input; nothing if that input is reported itself."""
    rules = activity.rules
    reasons = dict(_reasons(activity, properties, default, spec.stage, entry, invalid))
    if reasons and all(reasons.values()):
        return
    if not reasons:
        yield _no_result(activity, properties, spec, default, entry)
        return
    what = Message(
        "The rule's value for {quantity} needs {reasons}.",
        quantity=rules.localized_title(rules.stage_id(spec.stage), spec.id),
        reasons=JoinedMessage(reasons, " and ", "、"),
    )
    cure = Message("Give that, or the amount itself in {unit}.", unit=spec.unit.text)
    yield activity.missing(spec.stage, entry, spec.id, what, cure, "missing-input")


def _reasons(
    activity: Activity, properties: FloatArray, default: Default, stage: int, entry: int, invalid: InvalidNames
) -> Iterator[tuple[str, bool]]:
    """Yield each unknown input, and whether it is required and so reported itself."""
    rules = activity.rules
    index = default.reference if default.reference >= 0 else default.by
    if index < 0:
        return
    spec = rules.properties[index]
    owner_entry = property_entry(activity, properties, index, stage, entry)
    value = properties[activity.property_entries.offsets[index] + owner_entry]
    owner = rules.stage_id(spec.stage)
    if not np.isnan(value):
        if default.reference < 0:
            text = spec.choice[int(value)] if spec.choice else f"{value / spec.unit.factor:g} {spec.unit.text}"
            value_of = "a value for {name} = {value}, which it does not have"
            yield Message(value_of, name=f"{owner}.{spec.id}", value=text), False
    elif spec.method is not None:
        for needed in spec.inputs.values():
            yield from _reasons(activity, properties, Default(np.ones(1), reference=needed), spec.stage, owner_entry, invalid)
    elif spec.default is not None:
        yield from _reasons(activity, properties, spec.default, spec.stage, owner_entry, invalid)
    else:
        product, _ = activity.entry_name(spec.stage, owner_entry)
        yield f"{owner}.{spec.id}", not spec.optional or ("property", index, product) in invalid


def _no_result(activity: Activity, properties: FloatArray, spec: FlowSpec | LossSpec, default: Default, entry: int) -> Problem:
    """Return the problem of a method whose inputs are known and of which nothing can come, at the row of one of them."""
    rules, unit = activity.rules, spec.unit.text
    failed, owner_entry = _without_result(activity, properties, default, spec.stage, entry)
    assert failed.method is not None
    amounts, rows = [], []
    for name, index in failed.inputs.items():
        needed = rules.properties[index]
        value = property_on(activity, properties, index, failed.stage)[owner_entry] / needed.unit.factor
        amounts.append(f"{name} = {value:.6g} {needed.unit.text}".removesuffix(" 1"))
        at = property_entry(activity, properties, index, failed.stage, owner_entry)
        rows.append(int(activity.property_rows[activity.property_entries.offsets[index] + at]))
    title = rules.localized_title(rules.stage_id(failed.stage), failed.id)
    what = Message(
        "{title} has no result by its method {method} for {amounts}.",
        title=title,
        method=failed.method.name,
        amounts=", ".join(amounts),
    )
    cure = Message("Check these amounts, or give {quantity} itself in {unit}.", quantity=spec.id, unit=unit)
    stated = next((row for row in rows if row >= 0), -1)
    if stated >= 0:
        return next(iter(activity.columns.problems_at([stated], what, cure, "amount", "missing-input")))
    return activity.missing(spec.stage, entry, spec.id, what, cure, "missing-input")


def _without_result(
    activity: Activity, properties: FloatArray, default: Default, stage: int, entry: int
) -> tuple[PropertySpec, int]:
    """Return the property whose method gives nothing although all its inputs are known, and its entry."""
    index = default.reference if default.reference >= 0 else default.by
    spec = activity.rules.properties[index]
    owner_entry = property_entry(activity, properties, index, stage, entry)
    if spec.method is None:
        assert spec.default is not None
        return _without_result(activity, properties, spec.default, spec.stage, owner_entry)
    for needed in spec.inputs.values():
        if np.isnan(property_on(activity, properties, needed, spec.stage)[owner_entry]):
            return _without_result(activity, properties, Default(np.ones(1), reference=needed), spec.stage, owner_entry)
    return spec, owner_entry


def property_entry(activity: Activity, properties: FloatArray, index: int, stage: int, entry: int) -> int:
    """Return the entry of a property that an entry of a stage uses; of several components the first where it is unknown."""
    rules, components = activity.rules, activity.components
    owner = rules.properties[index].stage
    is_component = rules.is_component_stage(stage)
    owner_per_component = rules.is_component_stage(owner)
    if not owner_per_component or is_component:
        return entry if owner_per_component or not is_component else int(components.product[entry])
    start = int(components.start[entry])
    fibres = properties[activity.property_entries.block(index)][start : start + int(components.count[entry])]
    return start + int(np.argmax(np.isnan(fibres)))


def check_alternatives(activity: Activity, invalid: InvalidNames) -> Iterator[Problem]:
    """Yield a problem per group of alternatives unless exactly one is given."""
    rules = activity.rules
    present = activity.is_given
    for group, written in zip(rules.alternatives, rules.document.alternatives, strict=True):
        per_component = any(rules.stages[_owner(rules, *member)].component for member in group)
        taken = [
            _per_component(activity, _taken(activity, present, *member), _owner(rules, *member), per_component)
            for member in group
        ]
        count = np.sum(taken, axis=0)
        demanded = _required(activity, group, per_component)
        note = written.note
        flows = [index for kind, index in group if kind == "flow"]
        for entry in np.flatnonzero(demanded & (count != 1)):
            product = int(activity.components.product[entry]) if per_component else int(entry)
            if count[entry] == 0 and any(("flow", index, product) in invalid for index in flows):
                continue
            stage = _owner(rules, *group[0]) if per_component else PRODUCT
            got = [name for name, flags in zip(written.one_of, taken, strict=True) if flags[entry]]
            problem = "Only one of these can be taken: {ways}." if got else "One of these is needed: {ways}."
            what = Message(problem, ways=rules.localized_ways(got or written.one_of))
            cure = sentences("Keep one." if got else "Give rows for exactly one.", note)
            fibre = _component_stage(rules, group) if per_component else stage
            way = (got or written.one_of)[0].partition(".")
            yield activity.missing(fibre, int(entry), (way[0], way[2]), what, cure, "alternatives")


def _component_stage(rules: RuleSet, group: tuple[tuple[str, int], ...]) -> int:
    return next(owner for owner in (_owner(rules, *member) for member in group) if rules.stages[owner].component)


def _owner(rules: RuleSet, kind: str, index: int) -> int:
    return index if kind == "stage" else rules.flows[index].stage


def _taken(activity: Activity, present: list[BoolArray], kind: str, index: int) -> BoolArray:
    return activity.stage_active[activity.processes.block(index)] if kind == "stage" else present[index]


def _per_component(activity: Activity, flags: BoolArray, stage: int, per_component: bool) -> BoolArray:
    return flags[activity.components.product] if per_component and not activity.rules.stages[stage].component else flags


def _required(activity: Activity, group: tuple[tuple[str, int], ...], per_component: bool) -> NDArray[np.bool_]:
    """Return where an alternative is required: where the only stage of the group is active, else everywhere."""
    owners = {_owner(activity.rules, *member) for member in group}
    if len(owners) == 1 and all(kind == "flow" for kind, _ in group):
        owner = owners.pop()
        return activity.stage_active[activity.processes.block(owner)]
    return np.ones(activity.components.size if per_component else len(activity.names), dtype=bool)
