"""The plan of completion: constant numbers at once, the rest one by one; together all that the rule completes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.activity.completion import rule_constants
from textile_pcf.inventory.amount_sources import amount_sources, amounts_by_rule
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, QuantitySpec

EXAMPLES = ("cotton_poplin", "silk_habotai", "t_shirt", "viscose_woven")


def entries(of: Any) -> list[int]:
    """Entries of a block that is written as a whole, or single ones."""
    return list(range(of.start, of.stop)) if isinstance(of, slice) else of.tolist()


@pytest.mark.parametrize("example", EXAMPLES)
def test_constants_and_computed_are_the_whole_plan(example: str) -> None:
    structure = tp.footprint(*tp.load_example(example)).inventory.activity.structure
    whole: dict[type[QuantitySpec], set[int]] = {}
    for fill in structure.completion:
        whole.setdefault(type(fill.spec), set()).update(entries(fill.entries))
    parts: dict[type[QuantitySpec], list[int]] = {}
    for fill in structure.computed:
        parts.setdefault(type(fill.spec), []).extend(entries(fill.entries))
    at, numbers = structure.constant_amounts
    assert (np.diff(at) > 0).all()
    assert not np.isnan(numbers).any()
    parts.setdefault(FlowSpec, []).extend(at.tolist())
    constants = rule_constants(structure.exchanges.geography.rules)
    for kind, of_kind, blocks, given in (
        (PropertySpec, constants.properties, structure.property_entries, structure.properties),
        (LossSpec, constants.losses, structure.loss_entries, structure.losses),
    ):
        by_constant = set(np.flatnonzero(~np.isnan(blocks.repeat(of_kind.numbers))).tolist()) - set(given.given.tolist())
        parts.setdefault(kind, []).extend(by_constant)
    assert {kind: sorted(one) for kind, one in parts.items()} == {kind: sorted(one) for kind, one in whole.items()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_whether_the_rule_gives_an_amount_is_told_alike(example: str) -> None:
    inventory = tp.footprint(*tp.load_example(example)).inventory
    _, by_rule, _ = amount_sources(inventory.activity, inventory.quantities)
    assert np.array_equal(amounts_by_rule(inventory.activity, inventory.quantities), by_rule)
    assert by_rule.any()
