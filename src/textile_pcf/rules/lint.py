"""Advice on a valid rule: what a reader or a mill will miss. Mistakes are reported when the rule is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from textile_pcf.messages.message import Message
from textile_pcf.rules.clauses import TOPICS
from textile_pcf.rules.flatten import citations_kept
from textile_pcf.rules.load import editions, read_document
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import Flow, Loss, Property, Quantity, RuleDocument


def advice(rules: RuleSet) -> list[str]:
    """Return advice on a valid rule: missing titles, notes and bands, and sources that are not cited.

    Parameters
    ----------
    rules : RuleSet
        A rule that was loaded without errors.

    Returns
    -------
    list of str
        One sentence per piece of advice, each beginning with the path in the document.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> advice(load_rules("cotton_fabric@2026.1"))
    []
    """
    kept = citations_kept(rules.path) if rules.path else []
    return [*_rule_advice(rules.document), *_stage_advice(rules.document), *_unused_sources(rules.document), *kept]


def _rule_advice(rule: RuleDocument) -> Iterator[str]:
    if rule.title is None:
        yield "title: missing; reports will show the id."
    if rule.valid_from is None:
        yield "valid_from: missing; without it the newest edition is not known."
    if rule.status == "interpretation" and not rule.based_on:
        yield "based_on: an interpretation says of which standard, and what of it was read."
    if rule.cutoff.single is None and rule.cutoff.total is None:
        yield "cutoff: missing; state which flows may be left out."
    silent = [topic for topic in TOPICS if not rule.clauses.of(topic)]
    if silent and len(silent) < len(TOPICS):
        yield Message("clauses: nothing is stated on: {topics}.", topics=", ".join(silent))


def _stage_advice(rule: RuleDocument) -> Iterator[str]:
    for name, model in rule.product.properties.items():
        yield from _quantity_advice(f"product.{name}", model)
    for stage in rule.stages:
        if stage.title is None:
            yield Message("{where}: title missing.", where=stage.id)
        for name, prop in stage.properties.items():
            yield from _quantity_advice(f"{stage.id}.{name}", prop)
        for loss in stage.losses:
            yield from _quantity_advice(f"{stage.id}.{loss.id}", loss)
        for name, flow in stage.flows.items():
            yield from _quantity_advice(f"{stage.id}.{name}", flow)


def _quantity_advice(where: str, model: Quantity) -> Iterator[str]:
    if model.title is None and where.partition(".")[2] not in _shipped_names():
        yield Message("{where}: title missing.", where=where)
    required = model.value is None and not model.optional and not getattr(model, "method", None)
    if required and model.note is None:
        yield Message("{where}: must be given by the mill, but no note says what to measure.", where=where)
    if isinstance(model, Flow) and model.factor is None and model.category is None:
        yield Message("{where}: neither a factor nor a category; any item is accepted here.", where=where)
    if isinstance(model, Loss) and model.plausible is None:
        yield Message("{where}: no plausible band.", where=where)
    if isinstance(model, Property) and model.choice is not None and model.unit is not None:
        yield Message("{where}: a choice has no unit.", where=where)


@cache
def _shipped_names() -> frozenset[str]:
    """Return the ids that shipped rules give a title; the nomenclature names them, so that other rules need not."""
    names: set[str] = set()
    for files in editions().values():
        for path in files.values():
            names |= _titled_ids(read_document(path))
    return frozenset(names)


def _titled_ids(rule: RuleDocument) -> set[str]:
    """Return the ids of properties, losses and flows that have a title."""
    ids = {name for name, model in rule.product.properties.items() if model.title}
    for stage in rule.stages:
        ids |= {name for name, prop in stage.properties.items() if prop.title}
        ids |= {name for name, flow in stage.flows.items() if flow.title}
        ids |= {loss.id for loss in stage.losses if loss.title}
    return ids


def _unused_sources(rule: RuleDocument) -> Iterator[str]:
    text = rule.model_dump_json(exclude={"sources"})
    for key in rule.sources:
        if f'"{key}"' not in text:
            yield Message("sources.{key}: nothing is cited from it.", key=key)
