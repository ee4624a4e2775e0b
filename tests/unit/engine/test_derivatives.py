"""Derivatives against finite differences, and totals as weights times factors, on all shipped examples."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.engine import (
    Links,
    Masses,
    amount_gradient,
    exchange_amounts,
    factor_weights,
    leontief,
    ratio_elasticities,
    stage_masses,
)
from textile_pcf.inventory.masses import process_masses as masses_of
from textile_pcf.io.resources import examples

EXAMPLES = tuple(examples())
STEP = 1e-6


@cache
def footprint(name):
    return tp.footprint(*tp.load_example(name))


def weights_of(inventory):
    processes = inventory.processes
    shape = (len(inventory.products), len(inventory.factors.values))
    indptr, indices, data = factor_weights(
        processes.product, inventory.process, inventory.factor, inventory.amount, processes.inside, *shape
    )
    matrix = np.zeros(shape)
    matrix[np.repeat(np.arange(shape[0]), np.diff(indptr)), indices] = data
    return matrix


def intensity_of(inventory):
    return inventory.value * inventory.scale * inventory.factor_totals * inventory.inside


@pytest.mark.parametrize("name", EXAMPLES)
def test_totals_are_weights_times_factors(name):
    """Also of products that take products of the run: through the Leontief inverse."""
    result = footprint(name)
    inventory = result.inventory
    factors = inventory.factors.values[:, :4].sum(axis=1)
    own = weights_of(inventory) @ factors
    total = leontief(inventory.links, len(inventory.products))(own[:, None])[:, 0]
    np.testing.assert_allclose(total, result.totals, rtol=1e-13)


@pytest.mark.parametrize("name", EXAMPLES)
def test_weights_with_links_are_derivatives_by_factors(name):
    """The inverse applied to the weights themselves gives totals with one product of matrices."""
    result = footprint(name)
    inventory = result.inventory
    weights = leontief(inventory.links, len(inventory.products))(weights_of(inventory))
    values = inventory.factors.values.copy()
    np.testing.assert_allclose(weights @ values[:, :4], result.split_totals, rtol=1e-12, atol=1e-12)
    values[0, 0] += 1.0
    other = replace(result, inventory=inventory.with_factors(values))
    np.testing.assert_allclose(other.totals - result.totals, weights[:, 0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", EXAMPLES)
def test_amounts(name):
    """Each total is linear in each amount of its own product that is free: the balance of biogenic carbon sets its own."""
    result = footprint(name)
    inventory = result.inventory
    gradient = amount_gradient(inventory.value_index, inventory.split_values[:, :4].sum(axis=1), inventory.inside)
    free = np.setdiff1d(np.arange(len(gradient)), inventory.balance.rows)
    for exchange in free[:: max(1, len(free) // 5)]:
        amount = inventory.amount.copy()
        amount[exchange] += 1.0
        other = replace(result, inventory=inventory.with_amounts(amount))
        product = inventory.product[exchange]
        assert other.totals[product] - result.totals[product] == pytest.approx(gradient[exchange], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_balance_sets_its_own_amounts(name):
    """Uptake follows from the carbon that leaves: another amount of it is replaced, also where the carbon is not known."""
    result = footprint(name)
    inventory = result.inventory
    amount = inventory.amount.copy()
    amount[inventory.balance.rows] += 1.0
    other = replace(result, inventory=inventory.with_amounts(amount))
    np.testing.assert_allclose(other.inventory.amount, inventory.amount, rtol=0, atol=0)
    np.testing.assert_allclose(other.totals, result.totals, rtol=0, atol=0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_losses(name):
    """Every ratio of every process, a blend included, moved by a millionth of itself in both directions."""
    inventory = footprint(name).inventory
    processes, masses = inventory.processes, masses_of(inventory.activity, inventory.quantities)
    intensity, driver = intensity_of(inventory), inventory.driver
    elasticity = ratio_elasticities(intensity, inventory.process, driver, masses, processes.downstream)
    components = inventory.activity.components
    count = sum(spec.component for spec in inventory.activity.rules.stages)
    ratio = masses.input / masses.output

    def totals(ratios):
        through = stage_masses(inventory.quantities.mass, ratios, components.product, components.share, count)
        mass = np.stack([through.output, through.input, through.loss], axis=1)[inventory.process]
        emissions = intensity * (mass**driver).prod(axis=1)
        return np.bincount(inventory.product, weights=emissions, minlength=len(inventory.products))

    for process in range(len(ratio)):
        up, down = ratio.copy(), ratio.copy()
        up[process] *= 1 + STEP
        down[process] *= 1 - STEP
        product = processes.product[process]
        change = (totals(up) - totals(down))[product] / (np.log1p(STEP) - np.log1p(-STEP))
        assert elasticity[process] == pytest.approx(change, rel=1e-6, abs=1e-8)


def test_a_loss_of_nothing_has_a_derivative():
    """Waste of 3 kg CO2e per kg of loss: at a loss of 0 it emits nothing, and any loss would."""
    masses = Masses(np.array([1.0]), np.array([1.0]))
    found = ratio_elasticities(np.array([3.0]), np.array([0]), np.array([[0, 0, 1]]), masses, np.array([-1]))
    assert found.tolist() == [3.0]


def test_masses_upstream_grow_with_a_loss():
    """Two stages in a row, each with 1 kg CO2e per kg of output; the second has a ratio of 2."""
    masses = stage_masses(np.array([1.0]), np.array([1.5, 2.0]), np.array([0]), np.ones(1), 0)
    process, driver = np.array([0, 1]), np.array([[1, 0, 0], [1, 0, 0]])
    found = ratio_elasticities(np.ones(2), process, driver, masses, np.array([1, -1]))
    assert found.tolist() == [0.0, 2.0]


def test_exchanges_without_a_mass_do_not_grow():
    masses = Masses(np.array([2.0]), np.array([1.0]))
    amount = exchange_amounts(np.ones(1), None, np.array([0]), masses, np.array([0]), (np.array([], dtype=int),) * 3)
    found = ratio_elasticities(amount, np.array([0]), np.zeros((1, 3), dtype=int), masses, np.array([-1]))
    assert found.tolist() == [0.0]


def test_weights_leave_out_links_and_what_is_outside():
    process = np.array([0, 1, 1])
    found = factor_weights(np.array([0, 0]), process, np.array([0, 0, -1]), np.ones(3), np.array([True, False]), 1, 1)
    assert [part.tolist() for part in found] == [[0, 1], [0], [1.0]]


def test_weights_of_products_without_exchanges():
    none = np.empty(0, dtype=np.intp)
    found = factor_weights(np.array([0, 1]), none, none, np.empty(0), np.array([True, True]), 2, 0)
    assert [part.tolist() for part in found] == [[0, 0, 0], [], []]


def test_a_loop_of_products():
    """A fabric that takes back a tenth of itself: 1 / 0.9."""
    solve = leontief(Links(np.array([0]), np.array([0]), np.array([0.1])), 1)
    assert solve(np.array([[9.0]]))[0, 0] == pytest.approx(10)
    with pytest.raises(ValueError, match="2 rows for 1"):
        solve(np.zeros((2, 1)))
