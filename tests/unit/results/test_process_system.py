"""The unit processes of a result hold the amounts and the factors of its inventory."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.io.resources import examples
from textile_pcf.results.process_system import STAGE, UNIT, system_of

EXAMPLES = tuple(examples())


@pytest.mark.parametrize("name", EXAMPLES)
def test_amounts_per_kilogram_times_masses_are_the_amounts_of_lines(name):
    """Also where a property in percent, such as `drying_share`, drives a flow."""
    result = tp.footprint(*tp.load_example(name))
    system, inventory = system_of(result), result.inventory
    kind = system.processes.kind[system.exchanges.process]
    output = np.where(kind == STAGE, inventory.processes.output[inventory.process], 1.0)
    rows = np.flatnonzero((kind == STAGE) | (kind == UNIT))
    np.testing.assert_allclose((system.exchanges.amount * output)[rows], result.lines.amount[rows], rtol=1e-12)


@pytest.mark.parametrize("name", EXAMPLES)
def test_factors_keep_their_split_where_nothing_takes_them(name):
    result = tp.footprint(*tp.load_example(name))
    factors = system_of(result).factors
    np.testing.assert_allclose(factors.split.sum(axis=1), factors.total, rtol=1e-12)
    inventory = result.inventory
    split = inventory.split_values[inventory.value_index[factors.line], :4]
    scale = np.divide(factors.total, split.sum(axis=1), out=np.ones(len(split)), where=split.sum(axis=1) != 0)
    np.testing.assert_allclose(factors.split, split * scale[:, None], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", EXAMPLES)
def test_material_flows_backwards_from_each_product(name):
    """One input per process from its upstream ones, and the output of the last is the product's mass."""
    result = tp.footprint(*tp.load_example(name))
    system, processes = system_of(result), result.inventory.processes
    products = len(result.products)
    assert sorted(system.inputs.supplier.tolist()) == sorted(
        [*range(products, products + len(processes.product)), *np.flatnonzero(system.processes.kind == UNIT).tolist()]
    )
    made = np.concatenate([np.ones(products), processes.output])
    inner = system.inputs.supplier < len(made)
    supplied = system.inputs.amount[inner] * made[system.inputs.user[inner]]
    np.testing.assert_allclose(supplied, made[system.inputs.supplier[inner]], rtol=1e-12)
