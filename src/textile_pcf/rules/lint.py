"""Advice on a valid rule: what a reader or a mill will miss. Mistakes are errors of loading, not advice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from textile_pcf.errors import RuleError
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rules.load import editions
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import Flow, Loss, Property, Quantity, RuleDocument


def advice(rules: RuleSet) -> list[str]:
    """What could be better in a valid rule, one sentence each.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> advice(load_rules("cotton_fabric@2026.1"))
    []
    """
    return [*_of_the_rule(rules.document), *_of_stages(rules.document), *_unused(rules.document)]


def _of_the_rule(rule: RuleDocument) -> Iterator[str]:
    if rule.title is None:
        yield "title: missing; reports will show the id."
    if rule.valid_from is None:
        yield "valid_from: missing; the newest edition cannot be told by it."
    if rule.status == "interpretation" and not rule.based_on:
        yield "based_on: an interpretation says of which standard, and what of it was read."
    if rule.cutoff.single is None and rule.cutoff.total is None:
        yield "cutoff: missing; say which flows may be left out."


def _of_stages(rule: RuleDocument) -> Iterator[str]:
    for name, model in rule.product.properties.items():
        yield from _of_quantity(f"product.{name}", model)
    for stage in rule.stages:
        if stage.title is None:
            yield f"{stage.id}: title missing."
        for name, prop in stage.properties.items():
            yield from _of_quantity(f"{stage.id}.{name}", prop)
        for loss in stage.losses:
            yield from _of_quantity(f"{stage.id}.{loss.id}", loss)
        for name, flow in stage.flows.items():
            yield from _of_quantity(f"{stage.id}.{name}", flow)


def _of_quantity(where: str, model: Quantity) -> Iterator[str]:
    if model.title is None and where.partition(".")[2] not in _known_names():
        yield f"{where}: title missing."
    required = model.value is None and not model.optional and not getattr(model, "method", None)
    if required and model.note is None:
        yield f"{where}: must be given by the mill, but no note says what to measure."
    if isinstance(model, Flow) and model.factor is None and model.category is None:
        yield f"{where}: neither a factor nor a category; any item may stand here."
    if isinstance(model, Loss) and model.plausible is None:
        yield f"{where}: no plausible band."
    if isinstance(model, Property) and model.choice is not None and model.unit is not None:
        yield f"{where}: a choice has no unit."


@cache
def _known_names() -> frozenset[str]:
    """Quantities of shipped rules: the nomenclature has their names, so a rule of one's own need not tell them again."""
    names: set[str] = set()
    for files in editions().values():
        for path in files.values():
            names |= _quantities(validate_document(RuleDocument, read_yaml(path, RuleError), RuleError))
    return frozenset(names)


def _quantities(rule: RuleDocument) -> set[str]:
    """Ids of everything in a rule that has a title."""
    named = {name for name, model in rule.product.properties.items() if model.title}
    for stage in rule.stages:
        named |= {name for name, prop in stage.properties.items() if prop.title}
        named |= {name for name, flow in stage.flows.items() if flow.title}
        named |= {loss.id for loss in stage.losses if loss.title}
    return named


def _unused(rule: RuleDocument) -> Iterator[str]:
    text = rule.model_dump_json(exclude={"sources"})
    for key in rule.sources:
        if f'"{key}"' not in text:
            yield f"sources.{key}: nothing is cited from it."
