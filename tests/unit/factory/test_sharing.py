"""Amounts shared in proportion to numbers: exact sums, no order, every pair."""

from fractions import Fraction
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.factory.sharing import check_sums, rows_of_groups, share_out, sum_by_group

numbers = st.lists(st.tuples(st.integers(0, 4), st.floats(1e-6, 1e9, allow_nan=False)), min_size=1, max_size=40)


def arrays(rows):
    return np.array([number for _, number in rows]), np.array([group for group, _ in rows], dtype=np.intp)


@given(numbers, st.randoms())
def test_sums_do_not_depend_on_the_order(rows, random):
    expected = sum_by_group(*arrays(rows), 5)
    random.shuffle(rows)
    assert sum_by_group(*arrays(rows), 5).tobytes() == expected.tobytes()
    assert expected.tolist() == [fsum(number for each, number in rows if each == group) for group in range(5)]


@given(numbers, st.lists(st.floats(0, 1e12), min_size=5, max_size=5))
def test_shares_add_up_to_the_total(rows, totals):
    values, group = arrays(rows)
    shared = share_out(np.array(totals), values, group)
    found = sum_by_group(shared, group, 5)
    for index in set(group.tolist()):
        assert found[index] == pytest.approx(totals[index], rel=1e-12)


@given(numbers)
def test_shares_are_those_of_exact_fractions(rows):
    values, group = arrays(rows)
    for amount, number, of in zip(share_out(np.full(5, 1200.0), values, group), values, group, strict=True):
        whole = sum(Fraction(each) for each, other in zip(values.tolist(), group, strict=True) if other == of)
        assert amount == pytest.approx(float(1200 * Fraction(float(number)) / whole), rel=1e-14)


@given(st.lists(st.integers(0, 3), max_size=10), st.lists(st.integers(0, 3), max_size=12))
def test_pairs_are_those_of_two_loops(wanted, group):
    entry, row = rows_of_groups(np.array(wanted, dtype=np.intp), np.array(group, dtype=np.intp))
    expected = [(i, j) for i, each in enumerate(wanted) for j, other in enumerate(group) if each == other]
    assert list(zip(entry.tolist(), row.tolist(), strict=True)) == expected


def test_sums_that_do_not_meet_are_a_fault():
    check_sums(np.array([1.0, 0.0]), np.array([1.0 + 1e-12, 0.0]), np.array([1.0, 0.0]), "equal")
    with pytest.raises(ArithmeticError, match=r"products \+ remainder = site: 2.0 is not 3.0"):
        check_sums(np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([1.0, 3.0]), "products + remainder = site")


def test_rounding_is_a_part_of_what_was_added():
    """1,000 bought and 1,000 sold: what remains is rounding of the thousands, and 1e-3 is none."""
    check_sums(np.array([9e-13]), np.array([5e-13]), np.array([2000.0]), "products + remainder = site")
    with pytest.raises(ArithmeticError):
        check_sums(np.array([1e-3]), np.array([0.0]), np.array([2000.0]), "products + remainder = site")
