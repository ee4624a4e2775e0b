"""Compare the factor requests of a rule with the shipped tables. The results are advice: a mill may use tables of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from textile_pcf.factors import FactorTable, NoMatch, Request, load_factors, shipped_tables
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules import FlowSpec, RuleSet, editions, read_document


def items_advice(rules: RuleSet) -> list[str]:
    """Return one sentence for each item, category, kind or region of a flow that no shipped table has a row for.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> items_advice(load_rules("cotton_fabric@2026.1"))
    []
    """
    tables = load_factors(*shipped_tables())
    vocabulary = {
        "kind": _column_values(tables, "kind"),
        "category": tuple(sorted({*_column_values(tables, "category"), *_categories()})),
    }
    return [text for spec in rules.flows for text in _of_flow(rules, spec, tables, vocabulary)]


def _of_flow(rules: RuleSet, spec: FlowSpec, tables: FactorTable, vocabulary: dict[str, tuple[str, ...]]) -> Iterator[str]:
    where = f"{rules.stage_id(spec.stage)}.{spec.id}"
    unknown = [name for name in ("kind", "category") if getattr(spec, name) and getattr(spec, name) not in vocabulary[name]]
    no_row = {
        "kind": "{where}: no row of the shipped tables has the kind {value!r}.",
        "category": "{where}: no row of the shipped tables has the category {value!r}.",
    }
    for name in unknown:
        value = getattr(spec, name)
        hint: str = did_you_mean(value, vocabulary[name], Message("There are: {known}.", known=", ".join(vocabulary[name])))
        yield sentences(Message(no_row[name], where=where, value=value), hint)
    if spec.factor is None:
        return
    if not any(spec.factor in table.index for table in tables.tables):
        hint = did_you_mean(spec.factor, _suitable_items(spec, tables), "A mill needs a table of its own for it.")
        yield sentences(Message("{where}: no shipped table has the item {item!r}.", where=where, item=spec.factor), hint)
        return
    if not unknown:
        match = _missing_match(rules, spec, tables)
        if match is not None:
            yield Message("{where}: the shipped tables do not answer: {what}", where=where, what=match.what)


def _missing_match(rules: RuleSet, spec: FlowSpec, tables: FactorTable) -> NoMatch | None:
    """Reason why no table has a factor for the flow in the region of its stage (in any region if the rule names none)."""
    stage = rules.stages[spec.stage]
    rows = [(table, row) for table in tables.tables for row in table.index.get(spec.factor or "", [])]
    regions = [stage.region] if stage.region else sorted({table.texts["region"][row] for table, row in rows})
    matches = []
    for region in regions:
        request = Request(spec.factor or "", spec.kind, region, 0, spec.unit, spec.category, spec.forbid)
        matches.append(tables.match(request))
    failures = [match for match in matches if isinstance(match, NoMatch)]
    return failures[0] if len(failures) == len(matches) else None


def _suitable_items(spec: FlowSpec, tables: FactorTable) -> set[str]:
    """Items with the kind and category of the flow."""
    items: set[str] = set()
    for table in tables.tables:
        texts = table.texts
        for row, item in enumerate(texts["item"]):
            if texts["kind"][row] == spec.kind and spec.category in (None, texts["category"][row]):
                items.add(item)
    return items


def _column_values(tables: FactorTable, column: str) -> tuple[str, ...]:
    """Distinct texts in a column of the tables."""
    return tuple(sorted({text for table in tables.tables for text in table.texts[column] if text}))


@cache
def _categories() -> frozenset[str]:
    """Categories requested by shipped rules. Some have no shipped factor, because each mill brings its own."""
    files = [path for one in editions().values() for path in one.values()]
    rules = [read_document(path) for path in files]
    flows = (flow for rule in rules for stage in rule.stages for flow in stage.flows.values())
    return frozenset(flow.category for flow in flows if flow.category)
