"""What holds for a stage as a whole and when a flow is needed, in words: for overviews and documents of rules."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.template.entries import Entry, need_text


def stage_facts(rules: RuleSet, stage: str, language: str) -> list[str]:
    """Return the group of a stage, when it takes place and is required, the boundaries that hold it, and its allocation.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> stage_facts(load_rules("cotton_fabric@2026.2"), "packaging", "en")
    ['production', 'optional', 'required for a complete result']
    """
    spec = next(spec for spec in rules.stages if spec.id == stage)
    model = next(model for model in rules.document.stages if model.id == stage)
    facts = [fixed_text(spec.group, language)]
    facts += [fixed_text(f"show_{flag}", language) for flag in ("component", "optional") if getattr(spec, flag)]
    if isinstance(model.boundary, list):
        names = ", ".join(fixed_text(name, language) for name in model.boundary)
        facts.append(fixed_text("show_boundary", language, boundaries=names))
    elif spec.outside:
        facts.append(fixed_text("show_outside", language))
    return [*facts, *_required(rules, spec.expected, spec.conditions, language), *_allocation(rules, stage, language)]


def need_in_words(rules: RuleSet, entry: Entry, language: str) -> str:
    """Return whether a quantity must be given, and of what else a complete result needs it.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> from textile_pcf.template.entries import entries
    >>> rules = load_rules("cotton_fabric@2026.2")
    >>> supply = next(entry for entry in entries(rules) if (entry.stage, entry.name) == ("dyeing", "fuel_supply"))
    >>> need_in_words(rules, supply, "en").split(", ")[:2]
    ['optional; required if there is Heat [dyeing.heat]', 'Natural gas [dyeing.natural_gas]']
    """
    spec, words = entry.spec, [need_text(entry.need, language)]
    if isinstance(spec, FlowSpec):
        words += _required(rules, spec.expected, spec.conditions, language)
        words += [fixed_text("show_excludable", language)] if spec.excludable else []
    return ("; " if language == "en" else "；").join(words)


def _required(rules: RuleSet, expected: bool, conditions: tuple[tuple[str, int], ...], language: str) -> Iterator[str]:
    """Yield that a complete result needs something always, or where something else is there."""
    if expected:
        yield fixed_text("show_required", language)
    if conditions:
        ways = [_way(rules, kind, index) for kind, index in conditions]
        yield fixed_text("show_required_if", language, ways=rules.ways_named(ways, language))


def _way(rules: RuleSet, kind: str, index: int) -> str:
    if kind == "stage":
        return rules.stages[index].id
    return f"{rules.stage_id(rules.flows[index].stage)}.{rules.flows[index].id}"


def _allocation(rules: RuleSet, stage: str, language: str) -> Iterator[str]:
    """Yield how a stage shares emissions with its co-products, and where the share comes from."""
    written = next(model for model in rules.document.stages if model.id == stage).allocation
    if written is None:
        return
    names = [written.titles[name].text(language) if name in written.titles else name for name in written.co_products]
    given = fixed_text("show_share_of_mill", language)
    if written.share is not None and written.source:
        source = f"{rules.document.sources[written.source].title}, {written.locator}"
        given = fixed_text("show_share_cited", language, share=f"{written.share * 100:g}", source=source)
    method = fixed_text(f"allocation_{written.method}", language)
    others = (", " if language == "en" else "、").join(names)
    yield fixed_text("show_allocation", language, method=method, others=others, given=given)
