"""What a rule lets the mill give: each thing with whether it must be given, the rule's value and where that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec, RuleSet

Spec = PropertySpec | LossSpec | FlowSpec
NEEDS = ("required", "if_taken", "choose", "default", "optional")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something a rule lets the mill give; `need` is one of `NEEDS`."""

    stage: str
    name: str
    spec: Spec
    need: str


def entries(rules: RuleSet) -> Iterator[Entry]:
    """Everything that can be given, stage by stage, with whether it must be."""
    for home in (PRODUCT, *(stage.index for stage in rules.stages)):
        for spec in _specs_of(rules, home):
            yield Entry(rules.stage_id(home), spec.id, spec, _need(rules, spec))


def _need(rules: RuleSet, spec: Spec) -> str:
    if isinstance(spec, FlowSpec) and any(("flow", spec.index) in group for group in rules.alternatives):
        return "choose"
    if spec.default is not None and not spec.optional:
        return "default"
    if spec.optional or (isinstance(spec, PropertySpec) and spec.method is not None):
        return "optional"
    return "if_taken" if spec.stage != PRODUCT and rules.stages[spec.stage].optional else "required"


def need_word(need: str, language: str) -> str:
    """How a person is told whether something must be given."""
    return fixed_text(f"need_{need}", language)


def _specs_of(rules: RuleSet, home: int) -> Iterator[Spec]:
    yield from (spec for spec in rules.properties if spec.stage == home)
    yield from (spec for spec in rules.losses if spec.stage == home)
    yield from (spec for spec in rules.flows if spec.stage == home)


def default_text(rules: RuleSet, spec: Spec, language: str = "en") -> str:
    """The rule's value as a person reads it, words by their names in Chinese; empty where there is none.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> stage, flow = next((s, f) for s, ids in rules.names.items() for f in ids if (s, f) == ("sizing", "electricity"))
    >>> default_text(rules, rules.flows[rules.names[stage][flow][1]])
    '= 0.2 kWh/kg'
    """
    default = spec.default
    if default is None:
        method = spec.method if isinstance(spec, PropertySpec) else None
        return f"= {method.name}({', '.join(method.inputs)})" if method else ""
    if default.reference >= 0:
        return f"= {rules.properties[default.reference].id}"
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    if isinstance(spec, PropertySpec) and spec.choice:
        return f"= {_word(spec, int(default.values[0]), language)}"
    if default.by < 0:
        return f"= {default.values[0] / unit.factor:g} {_unit(unit.text)}".rstrip()
    return f"= {_chosen_text(rules, default, unit.factor, language)} {_unit(unit.text)}".rstrip()


def _unit(text: str) -> str:
    """A unit as it is told; that of a bare number is not."""
    return "" if text == "1" else text


def _word(spec: PropertySpec, place: int, language: str) -> str:
    """A word of a choice: as it is written, or by its name in Chinese."""
    return spec.option_title(spec.choice[place], "zh") if language == "zh" else spec.choice[place]


def _chosen_text(rules: RuleSet, default: Default, factor: float, language: str) -> str:
    by = rules.properties[default.by]
    if default.bounds is None:
        names = tuple(_word(by, place, language) for place in range(len(by.choice)))
    else:
        names = tuple(f"≤ {bound / by.unit.factor:g} {by.unit.text}" for bound in default.bounds)
    told = [f"{name} {value / factor:g}" for name, value in zip(names, default.values, strict=True) if not np.isnan(value)]
    stage = rules.stage_id(by.stage)
    return f"{{{rules.title(stage, by.id, language) if language == 'zh' else by.id}: {', '.join(told)}}}"


def sources_text(rules: RuleSet, spec: Spec) -> str:
    """Where the rule's value was read: each source once, with the places in it.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> sources_text(rules, rules.flows[rules.names["sizing"]["electricity"][1]]).count("Carbonfact")
    1
    """
    places: dict[str, dict[str, None]] = {}
    for citation in spec.default.citations if spec.default else ():
        if citation.source:
            places.setdefault(rules.document.sources[citation.source].title, {})[citation.locator] = None
    return "; ".join(f"{title}, {', '.join(found)}" for title, found in places.items())
