"""The boundary of a calculation: one of those that a rule offers."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import Stage


def is_outside(stage: Stage, boundary: str) -> bool:
    """Return whether a stage lies outside a boundary.

    Parameters
    ----------
    stage : Stage
        The stage as written.
    boundary : str
        `cradle_to_gate`, `gate_to_gate` or `cradle_to_grave`.

    Examples
    --------
    >>> is_outside(Stage(id="use", boundary=["cradle_to_grave"]), "cradle_to_gate")
    True
    """
    return boundary not in stage.boundary if isinstance(stage.boundary, list) else stage.boundary == "outside"


def is_optional(stage: Stage, boundary: str) -> bool:
    """Return whether a stage takes place only when a row names it, as one does that the chosen boundary leaves out.

    Parameters
    ----------
    stage : Stage
        The stage as written.
    boundary : str
        Boundary of the calculation.

    Examples
    --------
    >>> is_optional(Stage(id="use", boundary=["cradle_to_grave"]), "cradle_to_grave")
    False
    """
    return stage.optional or (isinstance(stage.boundary, list) and is_outside(stage, boundary))


@lru_cache(maxsize=64)
def with_boundary(rules: RuleSet, boundary: str | None) -> RuleSet:
    """Return a rule with one of the boundaries that it offers chosen.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    boundary : str or None
        The boundary; None leaves the rule as it is.

    Returns
    -------
    RuleSet
        The same object for the same arguments, so that caches by rule stay useful.

    Raises
    ------
    UsageError
        The rule does not offer this boundary.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> with_boundary(load_rules("cotton_fabric@2026.1"), "cradle_to_gate").boundary
    'cradle_to_gate'
    """
    if boundary is None or boundary == rules.boundary:
        return rules
    offered = rules.document.boundaries
    if boundary not in offered:
        what = Message("{rule} offers no boundary {boundary!r}.", rule=rules.name, boundary=str(boundary))
        cure = Message("It offers: {offered}.", offered=", ".join(offered))
        raise UsageError([Problem(f"boundary {boundary}", what, cure, code="boundary")])
    alternatives = {index for group in rules.alternatives for kind, index in group if kind == "stage"}
    stages = tuple(
        replace(
            spec,
            outside=is_outside(written, boundary),
            optional=is_optional(written, boundary) or spec.index in alternatives,
        )
        for spec, written in zip(rules.stages, rules.document.stages, strict=True)
    )
    return replace(rules, stages=stages, chosen_boundary=boundary)
