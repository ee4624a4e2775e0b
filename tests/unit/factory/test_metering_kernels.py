"""Kernels of `factory.meters`: small arrays whose result is seen at once, where random series seldom reach."""

from __future__ import annotations

import numpy as np
import pytest

from textile_pcf.factory import reading_arrays
from textile_pcf.factory.reading_arrays import ragged_search


@pytest.mark.parametrize("few", [0, 64])
@pytest.mark.parametrize("side", ["left", "right"])
def test_search_in_slices_one_by_one_and_side_by_side(monkeypatch, few, side):
    monkeypatch.setattr(reading_arrays, "FEW", few)
    values, targets = np.array([1, 3, 3, 5, 2, 2, 9]), np.array([3, 3, 0, 6, 2, 2, 10, 7])
    low, high = np.array([0, 0, 0, 0, 4, 4, 4, 7]), np.array([4, 2, 4, 4, 7, 7, 7, 7])
    expected = [a + int(np.searchsorted(values[a:b], t, side)) for a, b, t in zip(low, high, targets, strict=True)]
    assert ragged_search(values, low, high, targets, side).tolist() == expected
    assert ragged_search(values, low[:0], high[:0], targets[:0], side).tolist() == []
