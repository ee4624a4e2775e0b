"""Keyed draws, distributions and statistics: the recipe word for word, and what never changes them."""

from __future__ import annotations

import hashlib
import struct
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.keyed_draws import normal_quantiles, uniforms
from textile_pcf.uncertainty_analysis.pedigree import pedigree_gsd
from textile_pcf.uncertainty_analysis.statistics import statistics

M0, M1, W0, W1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157, 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
MASK = (1 << 64) - 1


def philox(key, counter):
    """Philox4x64-10 in plain Python (Salmon et al. 2011)."""
    words, (first, second) = list(counter), key
    for number in range(10):
        if number:
            first, second = (first + W0) & MASK, (second + W1) & MASK
        low, high = M0 * words[0], M1 * words[2]
        words = [(high >> 64) ^ words[1] ^ first, high & MASK, (low >> 64) ^ words[3] ^ second, low & MASK]
    return words


def test_words_follow_the_recipe():
    """key = first 16 bytes of SHA-256 as two little-endian words; numpy counts before it gives the first block."""
    source, seed = "factor:f|electricity|life_cycle|CN|2023", 7
    key = struct.unpack("<2Q", hashlib.sha256(f"textile_pcf draws 1\n{seed}\n{source}".encode()).digest()[:16])
    words = [word for block in range(1, 4) for word in philox(key, (block, 0, 0, 0))]
    expected = [((word >> 12) + 0.5) * 2.0**-52 for word in words]
    assert uniforms(source, seed, 12).tolist() == expected


def test_the_first_thousand_of_ten_thousand_are_the_thousand():
    assert np.array_equal(uniforms("row:P", 0, 10_000)[:1000], uniforms("row:P", 0, 1000))


@given(st.floats(min_value=2.0**-53, max_value=1 - 2.0**-53))
def test_normal_quantiles(probability):
    expected = NormalDist().inv_cdf(probability)
    assert normal_quantiles(np.array([probability]))[0] == pytest.approx(expected, rel=1e-14, abs=1e-15)


@given(st.floats(min_value=0.001, max_value=0.999), st.floats(min_value=1.0, max_value=20.0))
def test_a_part_never_leaves_its_range(stated, gsd):
    drawn = Distribution("logit-normal", "gsd", gsd).multiples("x", stated, 0, 500) * stated
    assert (drawn > 0).all()
    assert (drawn < 1).all()


def test_a_loss_of_gsd_3():
    drawn = Distribution("logit-normal", "gsd", 3.0).multiples("x", 0.1, 0, 20_000) * 0.1
    assert 0 < drawn.min() < drawn.max() < 1
    assert np.median(drawn) == pytest.approx(0.1, rel=0.03)


@given(st.floats(min_value=0.1, max_value=1.0), st.floats(min_value=1.0, max_value=5.0))
def test_triangular_draws_stay_in_their_bounds(low, high):
    spread = Distribution("triangular", "range", low=low, high=high)
    drawn = spread.multiples("x", 1.0, 0, 500)
    assert drawn.min() >= low
    assert drawn.max() <= high


def test_triangular_moments():
    spread = Distribution("triangular", "range", low=0.5, high=2.0)
    drawn = spread.multiples("x", 1.0, 0, 200_000)
    assert drawn.mean() == pytest.approx(spread.mean, rel=0.005)
    assert drawn.var() / drawn.mean() ** 2 == pytest.approx(spread.squared_variation, rel=0.01)


def test_a_gsd_of_1_varies_nothing():
    assert (Distribution("lognormal", "gsd", 1.0).multiples("x", 1.0, 0, 10) == 1).all()


def test_quantiles_are_those_of_numpy():
    draws = np.random.default_rng(0).lognormal(size=(3, 1001))
    found = statistics(draws)
    expected = np.percentile(draws, [2.5, 50, 97.5], axis=1)
    assert np.allclose([found.p2_5, found.median, found.p97_5], expected, rtol=1e-15)
    assert np.allclose(found.mean, draws.mean(axis=1), rtol=1e-14)
    assert np.allclose(found.sd, draws.std(axis=1, ddof=1), rtol=1e-13)


def test_equal_draws_have_no_spread():
    found = statistics(np.full((1, 7), 12.772944970596233))
    assert (found.mean[0], found.sd[0], found.gsd[0]) == (12.772944970596233, 0.0, 1.0)


def test_no_gsd_where_draws_change_sign():
    found = statistics(np.array([[-1.0, 2.0, 3.0], [1.0, 0.0, 2.0], [-1.0, -2.0, -3.0]]))
    assert np.isnan(found.gsd[:2]).all()
    assert found.gsd[2] > 1


def test_one_draw_has_no_spread():
    found = statistics(np.array([[3.0]]))
    assert found.mean[0] == 3
    assert np.isnan(found.sd[0])


def test_pedigree():
    """1.2255 is the square of the gsd: √(ln²1.05 + ln²1.2 + ln²1.01 + ln²1.03 + 2·ln²1.05) = ln 1.2255."""
    scores = {"technology": 3, "geography": 2, "time": 2, "precision": 2, "completeness": 3}
    assert pedigree_gsd(scores) == pytest.approx(1.1070, abs=5e-5)
    assert pedigree_gsd({**scores, "technology": 2.2}) == pedigree_gsd(scores)  # the worse of two whole ratings
    assert np.isnan(pedigree_gsd({"technology": 3, "time": 2, "precision": 2}))
    assert np.isnan(pedigree_gsd(scores, pedigree="none"))
    assert pedigree_gsd(scores, transport=True) > pedigree_gsd(scores)
    best = dict.fromkeys(("technology", "geography", "time", "precision"), 1)
    assert pedigree_gsd(best, pedigree="empirical") == pytest.approx(np.sqrt(1.05))
