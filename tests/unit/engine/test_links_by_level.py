"""Links are followed level by level; how the columns of a level are taken changes no bit."""

from __future__ import annotations

import numpy as np
import pytest

from textile_pcf.engine import find_loops, loops, solve_links


def network(seed: int, products: int = 40, own_waste: bool = True) -> tuple[np.ndarray, ...]:
    """Products that take earlier ones, every fifth also waste of its own; the third column is zero."""
    draw = np.random.default_rng(seed)
    user = np.repeat(np.arange(1, products), 2)
    supplier = draw.integers(0, user)
    if own_waste:
        again = np.arange(0, products, 5)
        user, supplier = np.append(user, again), np.append(supplier, again)
    own = draw.uniform(-1, 1, (products, 4))
    own[:, 2] = 0.0
    return own, user, supplier, draw.uniform(0.01, 0.4, len(user))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("own_waste", [True, False])
def test_columns_one_by_one_give_the_same_bits_as_rows(monkeypatch: pytest.MonkeyPatch, seed: int, own_waste: bool) -> None:
    told = network(seed, own_waste=own_waste)
    rows = solve_links(*told)
    monkeypatch.setattr(loops, "MANY", 0)
    assert np.array_equal(solve_links(*told), rows)
    narrow = [values.astype(np.int32) for values in told[1:3]]
    assert np.array_equal(solve_links(told[0], *narrow, told[3]), rows)


def test_waste_that_is_taken_again_alone_is_solved_as_the_whole_system() -> None:
    own, user, supplier, needed = network(7)
    matrix = np.zeros((len(own), len(own)))
    np.add.at(matrix, (user, supplier), needed)
    assert solve_links(own, user, supplier, needed) == pytest.approx(np.linalg.solve(np.eye(len(own)) - matrix, own), rel=1e-12)
    needed[user == supplier] = 1.0  # as much of itself as it gives
    with pytest.raises(ValueError, match="all of itself"):
        solve_links(own, user, supplier, needed)
    assert find_loops(user, supplier, needed, len(own))[0] == [0]


@np.errstate(over="ignore", invalid="ignore")
def test_an_amount_that_overflows_spreads_to_columns_of_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MANY", 0)
    x = solve_links(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0]), np.array([1]), np.array([np.inf]))
    assert not np.isfinite(x[0]).any() and np.isfinite(x[1]).all()
