"""Long chains and long loops of products: solved rightly, and in time that grows with their length and not with its square."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from linked_mill import FACTORS, LIMIT, RULE, times_longer

import textile_pcf as tp
from textile_pcf.engine import find_loops, loops, solve_links


def chain(products):
    """Each takes one of the next, the last none."""
    return np.arange(products - 1), np.arange(1, products)


def ring(products):
    return np.arange(products), np.roll(np.arange(products), -1)


def pairs_in_a_row(products):
    """Products two by two take one another, and each pair takes the pair before it."""
    all_ = np.arange(products)
    return np.concatenate([all_, all_[2:]]), np.concatenate([all_ ^ 1, all_[:-2]])


def mill(products, last=""):
    """A chain as a mill's table: 1 kg of the next, and 1 kWh (0.5 kg CO2e) of the last."""
    names = [f"P{number}" for number in range(products)]
    takes = {"product": names, "stage": "making", "flow": "material", "amount": 1.0, "unit": "kg"}
    takes["item"] = [f"product:{name}" for name in names[1:]] + [f"product:{last or names[-1]}"]
    rows = pd.DataFrame(takes)
    if not last:
        rows.loc[products - 1, ["flow", "unit", "item"]] = ["electricity", "kWh", ""]
    return rows


@pytest.mark.parametrize("form", [chain, ring, pairs_in_a_row])
def test_eight_times_the_products_take_no_square_of_the_time(form):
    def solve(products):
        user, supplier = form(products)
        return lambda: solve_links(np.ones((products, 4)), user, supplier, np.full(len(user), 0.4))

    assert times_longer(solve(20_000), solve(2_500)) <= LIMIT


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    path = tmp_path_factory.mktemp("links") / "link.yaml"
    path.write_text(RULE, encoding="utf-8")
    return tp.load_rules(path), tp.load_factors(pd.DataFrame(FACTORS))


def test_a_chain_of_20_000_products_from_the_table_to_the_result(inputs):
    short, long = mill(2_500), mill(20_000)
    result = tp.footprint(long, *inputs)
    assert (result.totals == 0.5).all() and len(result.totals) == 20_000
    assert times_longer(lambda: tp.footprint(long, *inputs), lambda: tp.footprint(short, *inputs)) <= LIMIT


def test_of_a_long_loop_the_message_names_some(inputs):
    with pytest.raises(tp.PcfError) as caught:
        tp.footprint(mill(30, last="P0"), *inputs)
    (problem,) = caught.value.problems
    assert "(30 links): P0 → P1 → P2 → P3 → P4 → P5 → P6 → P7 → P8 → P9 → … → P29 → P0." in problem.what


def test_a_long_chain_by_hand():
    """x of the last is 1, and each takes 0.9 of the next and adds 1: 10 - 9 x 0.9^n."""
    products = 1000
    x = solve_links(np.ones((products, 1)), *chain(products), np.full(products - 1, 0.9))[:, 0]
    assert x == pytest.approx(10 - 9 * 0.9 ** np.arange(products)[::-1], rel=1e-12)


@pytest.mark.parametrize("products", [2, loops.DENSE, loops.DENSE + 1, 5000])
def test_a_long_ring_by_hand(products):
    """All are alike: x = 1 + 0.9 x."""
    x = solve_links(np.ones((products, 2)), *ring(products), np.full(products, 0.9))
    assert x == pytest.approx(np.full((products, 2), 10.0), rel=1e-12)


@pytest.mark.parametrize("products", [3, loops.DENSE + 1, 3000])
@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_a_long_ring_that_needs_too_much(products, gain):
    needed = np.ones(products)
    needed[products // 2] = gain
    with pytest.raises(ValueError, match="needs all"):
        solve_links(np.ones((products, 1)), *ring(products), needed)
    assert find_loops(*ring(products), needed, products) == [list(range(products))]


def test_a_ring_cut_open_is_the_ring_solved_as_a_whole(monkeypatch):
    """Random groups of loops, once each way; both must fulfil x = own + A·x."""
    numbers = np.random.default_rng(12)
    for _ in range(200):
        products, links = numbers.integers(2, 15), numbers.integers(1, 30)
        user, supplier = numbers.integers(0, products, links), numbers.integers(0, products, links)
        own, needed = numbers.random((products, 3)), numbers.random(links) / links
        whole = solve_links(own, user, supplier, needed)
        with monkeypatch.context() as patch:
            patch.setattr(loops, "DENSE", 0)
            opened = solve_links(own, user, supplier, needed)
        again = own.copy()
        np.add.at(again, user, needed[:, None] * whole[supplier])
        assert whole == pytest.approx(again, rel=1e-12)
        assert opened == pytest.approx(whole, rel=1e-12)


def test_200_000_products_of_three_links_each():
    """Each takes 0.3 of three that stand before it: x is between 1 and 10, and fulfils the equation to the last bits."""
    products, numbers = 200_000, np.random.default_rng(5)
    user = np.repeat(np.arange(1, products), 3)
    supplier = (numbers.random(len(user)) * user).astype(np.intp)
    start = time.process_time()
    x = solve_links(np.ones((products, 1)), user, supplier, np.full(len(user), 0.3))[:, 0]
    assert time.process_time() - start < 20
    again = 1 + np.bincount(user, weights=0.3 * x[supplier], minlength=products)
    assert x == pytest.approx(again, rel=1e-14)


def test_one_ring_of_many_products_of_three_links_each():
    """Drawn at random nearly all products are in one ring: by iteration it fulfils the equation, in time of the links."""
    numbers = np.random.default_rng(6)

    def solve(products):
        user, supplier = np.repeat(np.arange(products), 3), numbers.integers(0, products, 3 * products)
        needed = numbers.uniform(0.0, 0.3, len(user))
        return lambda: (solve_links(np.ones((products, 2)), user, supplier, needed)[:, 0], user, supplier, needed)

    long, short = solve(40_000), solve(20_000)
    x, user, supplier, needed = long()
    assert x == pytest.approx(1 + np.bincount(user, weights=needed * x[supplier], minlength=len(x)), rel=1e-14)
    assert times_longer(long, short) <= 3  # with its square it were 4


def test_a_ring_iterated_is_the_ring_cut_open(monkeypatch):
    numbers = np.random.default_rng(7)
    user, supplier = np.repeat(np.arange(1000), 3), numbers.integers(0, 1000, 3000)
    own, needed = numbers.random((1000, 3)), numbers.uniform(0.0, 0.5, 3000)
    opened = solve_links(own, user, supplier, needed)
    monkeypatch.setattr(loops, "CUT_OPEN", 0)
    assert solve_links(own, user, supplier, needed) == pytest.approx(opened, rel=1e-12)
    with pytest.raises(ValueError, match="nearly all"):
        solve_links(own, user, supplier, 3 * needed)
