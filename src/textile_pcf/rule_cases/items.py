"""What a rule asks of emission factors, held against the shipped tables: advice, since a mill may name a table of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from textile_pcf.errors import RuleError
from textile_pcf.factors import FactorTable, NoMatch, Request, load_factors, shipped_tables
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rules import FlowSpec, RuleDocument, RuleSet, editions
from textile_pcf.suggest import nearest


def items_advice(rules: RuleSet) -> list[str]:
    """Items, categories, kinds and regions of a rule's flows for which no shipped table has a row, one sentence each.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> items_advice(load_rules("cotton_fabric@2026.1"))
    []
    """
    tables = load_factors(*shipped_tables())
    known = {"kind": _words(tables, "kind"), "category": tuple(sorted({*_words(tables, "category"), *_categories()}))}
    return [text for spec in rules.flows for text in _of_flow(rules, spec, tables, known)]


def _of_flow(rules: RuleSet, spec: FlowSpec, tables: FactorTable, known: dict[str, tuple[str, ...]]) -> Iterator[str]:
    where = f"{rules.stage_id(spec.stage)}.{spec.id}"
    unknown = [name for name in ("kind", "category") if getattr(spec, name) and getattr(spec, name) not in known[name]]
    for name in unknown:
        told = getattr(spec, name)
        close = nearest(told, known[name])
        there = f"Did you mean {close!r}?" if close else f"There are: {', '.join(known[name])}."
        yield f"{where}: no row of the shipped tables has the {name} {told!r}. {there}"
    if spec.factor is None:
        return
    if not any(spec.factor in table.index for table in tables.tables):
        close = nearest(spec.factor, _would_do(spec, tables))
        there = f"Did you mean {close!r}?" if close else "A mill needs a table of its own for it."
        yield f"{where}: no shipped table has the item {spec.factor!r}. {there}"
        return
    if not unknown:
        answer = _answer(rules, spec, tables)
        if answer is not None:
            yield f"{where}: the shipped tables do not answer: {answer.what}"


def _answer(rules: RuleSet, spec: FlowSpec, tables: FactorTable) -> NoMatch | None:
    """Why no table answers the flow in the region of its stage; where the rule names none, in none of the item's regions."""
    stage = rules.stages[spec.stage]
    rows = [(table, row) for table in tables.tables for row in table.index.get(spec.factor or "", [])]
    regions = [stage.region] if stage.region else sorted({table.texts["region"][row] for table, row in rows})
    answers = []
    for region in regions:
        asked = Request(spec.factor or "", spec.kind, region, 0, spec.unit, spec.category, spec.forbid)
        answers.append(tables.match(asked))
    refused = [answer for answer in answers if isinstance(answer, NoMatch)]
    return refused[0] if len(refused) == len(answers) else None


def _would_do(spec: FlowSpec, tables: FactorTable) -> set[str]:
    """Items of the flow's kind and category."""
    found: set[str] = set()
    for table in tables.tables:
        texts = table.texts
        for row, item in enumerate(texts["item"]):
            if texts["kind"][row] == spec.kind and spec.category in (None, texts["category"][row]):
                found.add(item)
    return found


def _words(tables: FactorTable, column: str) -> tuple[str, ...]:
    """Words that stand in a column of some tables."""
    return tuple(sorted({text for table in tables.tables for text in table.texts[column] if text}))


@cache
def _categories() -> frozenset[str]:
    """Categories that shipped rules ask for: some have no shipped factor, because every mill gives its own."""
    files = [path for one in editions().values() for path in one.values()]
    rules = [validate_document(RuleDocument, read_yaml(path, RuleError), RuleError) for path in files]
    flows = (flow for rule in rules for stage in rule.stages for flow in stage.flows.values())
    return frozenset(flow.category for flow in flows if flow.category)
