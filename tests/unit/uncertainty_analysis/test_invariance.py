"""What a draw does not depend on: other products, their order, the place of a row in its file."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp

P = ("P,making,electricity,,10,kWh/kg,,,,1.1", "P,making,steam,,,kg", "P,making,cutting,,5,%,,,,1.3")
Q = ("Q,making,electricity,,4,kWh/kg,,,,1.3", "Q,making,part,,1,kg/kg")


@pytest.mark.parametrize("rows", [(*P, *Q), (*Q, *P), (*Q, *reversed(P))], ids=["after", "before", "reversed"])
def test_draws_are_the_same_bit_for_bit_whatever_runs_beside(mill, rows):
    alone = tp.uncertainty(mill(*P), draws=300).samples("P")
    together = tp.uncertainty(mill(*rows), draws=300).samples("P")
    assert np.array_equal(alone, together)


def test_more_draws_begin_with_the_same(mill):
    result = mill(*P)
    assert np.array_equal(tp.uncertainty(result, draws=2000).samples("P")[:300], tp.uncertainty(result, draws=300).samples("P"))


def test_pieces_of_draws_are_the_same(mill, monkeypatch):
    result = mill(*P)
    whole = tp.uncertainty(result, draws=300).samples("P")
    monkeypatch.setattr("textile_pcf.uncertainty_analysis.simulation.PIECE", 64)
    assert np.array_equal(tp.uncertainty(result, draws=300).samples("P"), whole)


def test_blocks_of_products_are_the_same_as_one_by_one(mill):
    rows = [f"P{number},making,electricity,,{number + 1},kWh/kg" for number in range(5)]
    rows += [f"P{number},making,part,,1,kg/kg" for number in range(5)]
    rows += [f"P{number},making,cutting,,0,%" for number in range(5)]
    u = tp.uncertainty(mill(*rows), draws=400)
    for place, product in enumerate(u.products):
        drawn = u.samples(product)
        assert u.statistics.mean[place] == pytest.approx(drawn.mean(), rel=1e-12)
        assert u.statistics.p97_5[place] == pytest.approx(np.percentile(drawn, 97.5), rel=1e-12)


def test_another_seed_draws_others(mill):
    result = mill(*P)
    assert not np.array_equal(
        tp.uncertainty(result, draws=9, seed=1).samples("P"), tp.uncertainty(result, draws=9).samples("P")
    )


def test_nothing_declared_varies_nothing(mill):
    u = tp.uncertainty(mill("P,making,steam,,2,kg", "P,making,cutting,,0,%"), draws=50)
    assert (u.samples("P") == u.deterministic[0]).all()
    assert u.total.loc["P", "sd"] == 0
    assert len(u.undeclared) == 3


def test_the_inputs_are_not_changed(mill):
    result = mill(*P)
    before = result.run.activity.value.copy(), result.totals.copy()
    tp.uncertainty(result, draws=20).to_dict()
    assert np.array_equal(result.run.activity.value, before[0], equal_nan=True)
    assert np.array_equal(result.totals, before[1])


@pytest.mark.parametrize(
    "options", [{"draws": 0}, {"draws": 1.5}, {"draws": True}, {"seed": "0"}, {"assume": {"guess": 2}}, {"assume": {"none": 0}},
                {"pedigree": "old"}]
)  # fmt: skip
def test_wrong_options_are_refused(mill, options):
    with pytest.raises(tp.UsageError):
        tp.uncertainty(mill(*P), **options)


def test_something_that_is_no_result():
    with pytest.raises(tp.UsageError):
        tp.uncertainty("activity.csv")
    with pytest.raises(tp.UsageError):
        tp.sensitivity(None)


def test_a_notebook_shows_a_table(mill):
    u = tp.uncertainty(mill(*P), draws=20)
    assert u._repr_html_().startswith("<table>")
    assert "20 draws" in u._repr_html_()
    assert "P " in repr(u)
