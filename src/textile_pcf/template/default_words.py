"""The value that a rule uses where nothing is given, in words for a mill: number and unit, or what it depends on."""

from __future__ import annotations

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import Default, FlowSpec, PropertySpec, QuantitySpec, RuleSet
from textile_pcf.units import Unit


def default_words(rules: RuleSet, spec: QuantitySpec, language: str) -> str:
    """Return the value of the rule for a quantity in words; empty if there is none.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    spec : PropertySpec, LossSpec or FlowSpec
        A quantity of it.
    language : str
        `en` or `zh`.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> losses = {loss.id: loss for loss in rules.losses}
    >>> default_words(rules, losses["weaving_waste"], "en")
    'by Loom (%): Water jet 4; Air jet 6; Projectile 6; Rapier 7; Jacquard 9; Shuttle 12'
    >>> default_words(rules, losses["weaving_waste"], "zh")
    '按织机类型（%）：喷水 4；喷气 6；片梭 6；剑杆 7；提花 9；有梭 12'
    """
    default = spec.default
    if default is None:
        return _computed(rules, spec, language)
    if default.reference >= 0:
        return fixed_text("default_reference", language, name=_title(rules, default.reference, language))
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    if isinstance(spec, PropertySpec) and spec.choice:
        return spec.option_title(spec.choice[int(default.values[0])], language)
    if default.by < 0:
        return _number(float(default.values[0]), unit)
    return _chosen(rules, default, unit, language)


def _computed(rules: RuleSet, spec: QuantitySpec, language: str) -> str:
    """Return from which quantities a method computes a property."""
    if not isinstance(spec, PropertySpec) or spec.method is None:
        return ""
    comma = ", " if language == "en" else "、"
    names = comma.join(dict.fromkeys(_title(rules, index, language) for index in spec.inputs.values()))
    return fixed_text("default_computed", language, names=names or spec.method.name)


def _chosen(rules: RuleSet, default: Default, unit: Unit, language: str) -> str:
    """Return the entries of a value that depends on another quantity."""
    by = rules.properties[default.by]
    if default.bounds is None:
        names = [by.option_title(option, language) for option in by.choice]
    else:
        bounds = [float(bound) / by.unit.factor for bound in default.bounds]
        names = [_up_to(bound, bounds[index - 1] if index else None, by.unit, language) for index, bound in enumerate(bounds)]
    values = [float(value) / unit.factor for value in default.values]
    entries = [f"{name} {value:g}" for name, value in zip(names, values, strict=True) if not np.isnan(value)]
    name = _title(rules, default.by, language)
    if _unit(unit):
        name = f"{name} ({_unit(unit)})" if language == "en" else f"{name}（{_unit(unit)}）"
    return fixed_text("default_by", language, name=name, entries=("; " if language == "en" else "；").join(entries))


def _up_to(bound: float, previous: float | None, unit: Unit, language: str) -> str:
    """Return in words the range of one entry, which ends at its bound; the last one may have none."""
    if np.isfinite(bound):
        return fixed_text("default_up_to", language, bound=f"{bound:g}", unit=_unit(unit))
    return fixed_text("default_above", language, bound=f"{previous or 0.0:g}", unit=_unit(unit))


def _title(rules: RuleSet, index: int, language: str) -> str:
    spec = rules.properties[index]
    return rules.title(rules.stage_id(spec.stage), spec.id, language)


def _number(value: float, unit: Unit) -> str:
    """Return a canonical value in its unit."""
    return f"{value / unit.factor:g} {_unit(unit)}".rstrip()


def _unit(unit: Unit) -> str:
    return "" if unit.text == "1" else unit.text
