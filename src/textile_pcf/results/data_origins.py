"""Texts on the origin of each amount and on how it was written, one per distinct case."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import Per
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.inventory.amount_sources import amount_sources
from textile_pcf.inventory.period_totals import output_mass, periods_of
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message
from textile_pcf.results.number_text import number
from textile_pcf.rules import FlowSpec, RuleSet

GENERIC, COMPUTED = "estimated", "calculated"  # data types of the rule's own values and of the balance of carbon
BALANCE = "balance of biogenic carbon"
BALANCE_LOCATOR = "44/12 of the carbon that leaves, less what inputs carry"


def data_origins(activity: Activity, quantities: Quantities) -> dict[str, Any]:
    """Return data type, source and locator of the amount of each line: from the file, or from the rule's citation."""
    cells, rules, flows = activity.columns, activity.rules, activity.exchanges
    row, ruled, entry = amount_sources(activity, quantities)
    first, pattern = group_rows(
        cells.texts["data_type"].codes[row],
        cells.texts["source"].codes[row],
        np.where(ruled, flows.flow, -1),
        entry,
    )
    types, sources, locators = [], [], []
    for line in first:
        if ruled[line]:
            citation = _citation(rules, rules.flows[flows.flow[line]], int(entry[line]))
            types.append(COMPUTED if rules.flows[flows.flow[line]].balance else GENERIC)
            named = citation[0] and citation[0] != BALANCE
            sources.append(
                Message("{rule}: {title}", rule=rules.name, title=citation[0]) if named else citation[0] or rules.name
            )
            locators.append(citation[1])
        else:
            types.append(cells.text("data_type", int(row[line])))
            sources.append(cells.text("source", int(row[line])))
            locators.append("")
    located = Categorical(pattern, tuple(locators))
    return {"data_type": Categorical(pattern, tuple(types)), "source": Categorical(pattern, tuple(sources)),
            "locator": _row_locators(activity, row, ruled, located)}  # fmt: skip


def _row_locators(activity: Activity, row: IndexArray, ruled: BoolArray, located: Categorical) -> Categorical:
    """Return the location in the file of each amount, and the rule's locator where the rule gives it."""
    rows, codes = np.unique(row, return_inverse=True)
    texts = tuple(activity.columns.table.location(int(row)) if row >= 0 else "" for row in rows)
    merged = np.where(ruled, located.codes, codes.reshape(-1) + len(located.categories))
    return Categorical(merged, (*located.categories, *texts))


def _citation(rules: RuleSet, spec: FlowSpec, entry: int) -> tuple[str, str]:
    """Return source and locator of the rule's value that a line uses, or of the property that it refers to."""
    default = spec.default
    if spec.balance:
        return BALANCE, BALANCE_LOCATOR
    assert default is not None
    if default.reference >= 0:
        prop = rules.properties[default.reference]
        if prop.method is not None and entry < 0:
            return Message("method {name} ({source})", name=prop.method.name, source=prop.method.source), prop.method.locator
        if prop.default is None or prop.default.reference >= 0:
            return Message("property {name}", name=prop.id), rules.stage_id(prop.stage)
        citation = prop.default.citations[entry]
        return source_title(rules, citation.source), citation.locator
    citation = default.citations[entry]
    return source_title(rules, citation.source), citation.locator


def source_title(rules: RuleSet, key: str) -> str:
    """Return the title of a source of the rule, or its key where the rule has no title."""
    source = rules.document.sources.get(key)
    return source.title if source else key


def as_written(activity: Activity, quantities: Quantities, pattern: IndexArray, texts: tuple[str, ...]) -> Categorical:
    """Return the amounts as the mill wrote them, if in another unit or for a period; empty elsewhere."""
    flows, cells = activity.exchanges, activity.columns
    first, group = group_rows(cells.texts["unit"].codes[flows.row], pattern, (flows.row < 0).astype(np.int64))
    other = np.zeros(len(first), dtype=bool)
    for group_number, row in enumerate(first):
        unit = cells.text("unit", int(flows.row[row])) if flows.row[row] >= 0 else ""
        known = (texts[pattern[row]], activity.rules.flows[flows.flow[row]].unit.text)
        other[group_number] = bool(unit) and (flows.per[row] == Per.PERIOD or unit not in known)
    rows = np.flatnonzero(other[group])
    codes = np.zeros(len(pattern), dtype=np.int64)
    if not len(rows):
        return Categorical(codes, ("",))
    amounts = np.unique(cells.numbers["amount"][flows.row[rows]], return_inverse=True)[1].reshape(-1)
    processes = np.where(flows.per[rows] == Per.PERIOD, flows.process[rows], -1)
    distinct, text = group_rows(
        cells.texts["unit"].codes[flows.row[rows]], amounts, flows.per[rows], flows.flow[rows], processes
    )
    codes[rows] = text + 1
    outputs = _Outputs(activity, quantities)
    return Categorical(codes, ("", *(_given_text(activity, outputs, int(row)) for row in rows[distinct])))


def _given_text(activity: Activity, outputs: _Outputs, line: int) -> str:
    row = int(activity.exchanges.row[line])
    amount = f"{number(activity.columns.numbers['amount'][row])} {activity.columns.text('unit', row)}"
    rows = activity.rows
    note = rows.notes[int(rows.patterns.unit[rows.pattern[row]])]
    if note:
        amount = Message("{amount}, by {note}", amount=amount, note=note)
    if activity.exchanges.per[line] != Per.PERIOD:
        return amount
    if not activity.exchange_value[line]:
        return Message("{amount} in the period", amount=amount)
    written, kilograms, several = outputs.of(line)
    mass = f"{number(kilograms)} kg"
    output = written if written == mass else f"{written} = {mass}"
    template = "{amount} for {output} output of the periods" if several else "{amount} for {output} output of the period"
    return Message(template, amount=amount, output=output)


class _Outputs:
    """Outputs of the stages in the periods of the totals, as the mill wrote them."""

    def __init__(self, activity: Activity, quantities: Quantities) -> None:
        self.activity = activity
        self._rows: dict[int, list[int]] = {}  # outputs by the flow of their totals
        if not len(activity.exchanges.period_totals):
            return
        periods = periods_of(activity)
        self._flow = dict(zip(activity.exchanges.period_totals.tolist(), periods.flow.tolist(), strict=True))
        self._mass = output_mass(activity, product_units_of(activity, quantities.properties))[0]
        given: dict[int, list[int]] = {}
        for group_number, period in enumerate(periods.outputs.tolist()):
            given.setdefault(period, []).append(group_number)
        for flow, period in dict.fromkeys(zip(periods.flow.tolist(), periods.totals.tolist(), strict=True)):
            self._rows.setdefault(flow, []).extend(given[period])

    def of(self, line: int) -> tuple[str, float, bool]:
        """Return the outputs that a total is divided by as text, their mass [kg], and whether there are several."""
        locators = sorted(self._rows[self._flow[line]])
        cells, rows = self.activity.columns, self.activity.outputs.row
        texts = [f"{number(cells.numbers['amount'][rows[k]])} {cells.text('unit', int(rows[k]))}" for k in locators]
        return " + ".join(texts), float(self._mass[locators].sum()), len(texts) > 1
