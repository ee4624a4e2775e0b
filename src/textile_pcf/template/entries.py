"""The quantities that a rule accepts: whether each must be given, its default value and the source of that value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import PRODUCT, Default, FlowSpec, PropertySpec, QuantitySpec, RuleSet

NEEDS = ("required", "if_taken", "choose", "default", "optional")


@dataclass(frozen=True, slots=True)
class Entry:
    """A quantity that a rule accepts.

    Attributes
    ----------
    stage, name : str
        Ids of the stage and of the flow, property or loss.
    spec : PropertySpec, LossSpec or FlowSpec
        Its definition in the rule.
    need : str
        Whether it must be given, one of `NEEDS`; `computed` for a flow that the rule balances itself.
    """

    stage: str
    name: str
    spec: QuantitySpec
    need: str


def entries(rules: RuleSet, computed: bool = False) -> Iterator[Entry]:
    """Yield the quantities that a rule accepts, stage by stage; with `computed` also the flow that it balances itself.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> first = next(entries(load_rules("cotton_fabric@2026.1")))
    >>> first.stage
    'product'
    """
    for stage in (PRODUCT, *(stage.index for stage in rules.stages)):
        for spec in _specs_of(rules, stage):
            if isinstance(spec, FlowSpec) and spec.balance and not computed:
                continue  # no row can give it
            yield Entry(rules.stage_id(stage), spec.id, spec, _need(rules, spec))


def _need(rules: RuleSet, spec: QuantitySpec) -> str:
    """Return whether a quantity must be given, one of `NEEDS`, or `computed`."""
    if isinstance(spec, FlowSpec) and spec.balance:
        return "computed"
    if isinstance(spec, FlowSpec) and any(("flow", spec.index) in group for group in rules.alternatives):
        return "choose"
    if spec.default is not None and not spec.optional:
        return "default"
    if spec.optional or (isinstance(spec, PropertySpec) and spec.method is not None):
        return "optional"
    return "if_taken" if spec.stage != PRODUCT and rules.stages[spec.stage].optional else "required"


def need_text(need: str, language: str) -> str:
    """Return the fixed text of a need, such as `required`, in a language."""
    return fixed_text(f"need_{need}", language)


def _specs_of(rules: RuleSet, stage: int) -> Iterator[QuantitySpec]:
    yield from (spec for spec in rules.properties if spec.stage == stage)
    yield from (spec for spec in rules.losses if spec.stage == stage)
    yield from (spec for spec in rules.flows if spec.stage == stage)


def default_text(rules: RuleSet, spec: QuantitySpec, language: str = "en") -> str:
    """Return the default of a quantity as text; empty if the rule has none. In Chinese, options are given by their titles.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> stage, flow = next((s, f) for s, ids in rules.names.items() for f in ids if (s, f) == ("sizing", "electricity"))
    >>> default_text(rules, rules.flows[rules.names[stage][flow][1]])
    '= 0.2 kWh/kg'
    """
    default = spec.default
    if isinstance(spec, FlowSpec) and spec.balance:
        categories = rules.document.stages[spec.stage].flows[spec.id].balance or ()
        return f"= {fixed_text('balance_of', language, categories=', '.join(categories))}"
    if default is None:
        method = spec.method if isinstance(spec, PropertySpec) else None
        return f"= {method.name}({', '.join(method.inputs)})" if method else ""
    if default.reference >= 0:
        return f"= {rules.properties[default.reference].id}"
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    if isinstance(spec, PropertySpec) and spec.choice:
        return f"= {_option_text(spec, int(default.values[0]), language)}"
    if default.by < 0:
        return f"= {default.values[0] / unit.factor:g} {_unit(unit.text)}".rstrip()
    return f"= {_chosen_text(rules, default, unit.factor, language)} {_unit(unit.text)}".rstrip()


def _unit(text: str) -> str:
    """Return the text of a unit; empty for the unit 1."""
    return "" if text == "1" else text


def _option_text(spec: PropertySpec, index: int, language: str) -> str:
    """Return an option of a choice: its id, or its Chinese title."""
    return spec.option_title(spec.choice[index], "zh") if language == "zh" else spec.choice[index]


def _chosen_text(rules: RuleSet, default: Default, factor: float, language: str) -> str:
    by = rules.properties[default.by]
    if default.bounds is None:
        names = tuple(_option_text(by, index, language) for index in range(len(by.choice)))
    else:
        exclusive = np.zeros(len(default.bounds), bool) if default.exclusive is None else default.exclusive
        signs = np.where(exclusive, "<", "≤")
        names = tuple(
            f"{sign} {bound / by.unit.factor:g} {by.unit.text}" for sign, bound in zip(signs, default.bounds, strict=True)
        )
    texts = [f"{name} {value / factor:g}" for name, value in zip(names, default.values, strict=True) if not np.isnan(value)]
    stage = rules.stage_id(by.stage)
    return f"{{{rules.title(stage, by.id, language) if language == 'zh' else by.id}: {', '.join(texts)}}}"


def sources_text(rules: RuleSet, spec: QuantitySpec) -> str:
    """Return the sources of a default: each title once, followed by its locators.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> sources_text(rules, rules.flows[rules.names["sizing"]["electricity"][1]]).count("Carbonfact")
    1
    """
    locators: dict[str, dict[str, None]] = {}
    for citation in spec.default.citations if spec.default else ():
        if citation.source:
            locators.setdefault(rules.document.sources[citation.source].title, {})[citation.locator] = None
    return "; ".join(f"{title}, {', '.join(named)}" for title, named in locators.items())
