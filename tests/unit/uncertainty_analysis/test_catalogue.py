"""Closed forms and columns of many products: the same as one by one, whatever the partition or worker."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.closed_form import closed_form


def mill_rows(loss_of=()):
    found = []
    for number in range(6):
        found += [f"P{number},making,electricity,,{2 + number},kWh/kg,,,,{'1.2' if number % 2 else ''}",
                  f"P{number},making,part,,1,kg/kg,,,,,{'0.5' if number % 3 else ''},{'3' if number % 3 else ''}",
                  f"P{number},making,cutting,,5,%,,,,{'1.3' if number in loss_of else ''}"]  # fmt: skip
    return found


@pytest.mark.parametrize("loss_of", [(), (2, 3)])
def test_all_products_together_are_as_one_by_one(mill, plain_rule, loss_of):
    u = tp.uncertainty(mill(*mill_rows(loss_of), rule=plain_rule), draws=10)
    catalogue = Catalogue(u.evaluation)
    assert np.flatnonzero(catalogue.individual).tolist() == list(loss_of)
    forms = catalogue.forms()
    for product in range(6):
        one = closed_form(u.evaluation, product)
        for name in forms._fields:
            assert getattr(forms, name)[product] == pytest.approx(getattr(one, name), rel=1e-8)


def test_closed_form_is_near_the_simulation(mill, plain_rule):
    """sd within 1 % and quantiles within 2 %, as no gsd is above 1.4; 4 standard errors of the mean."""
    u = tp.uncertainty(mill("P,making,electricity,,5,kWh/kg,,,,1.2", "P,making,part,,1,kg/kg",
                            "P,making,cutting,,5,%", rule=plain_rule), draws=100_000)  # fmt: skip
    total, form = u.total.loc["P"], u.closed_form.loc["P"]
    assert form["mean"] == pytest.approx(total["mean"], abs=4 * total["standard_error"])
    assert form["sd"] == pytest.approx(total["sd"], rel=0.025)
    assert form["p2_5"] == pytest.approx(total["p2_5"], rel=0.02)
    assert form["p97_5"] == pytest.approx(total["p97_5"], rel=0.02)


@pytest.fixture
def batch_of(tmp_path, mill):
    mill(*mill_rows((2,)))  # writes rule, factors and rows

    def run(name, **options):
        files = (tmp_path / "rows.csv", tmp_path / "knit.yaml", tmp_path / "f.csv")
        batch = tp.calculate_batch(*files, out=tmp_path / name, progress=False, **options)
        return batch.read().to_pandas().set_index("product")

    return run


@pytest.mark.parametrize("option", ["closed", {"draws": 300, "seed": 2}, {"assume": {"none": 1.1}}])
def test_columns_of_a_batch(batch_of, option):
    plain, found = batch_of("plain"), batch_of("found", uncertainty=option)
    assert (found["total"] == plain["total"]).all()
    added = ["mean", "sd", "gsd", "p2_5", "p97_5", "declared_share"]
    assert list(found.columns) == [*plain.columns, *added]
    assert (found["p2_5"] < found["total"]).all()
    assert (found["p97_5"] > found["total"]).all()
    assert found["declared_share"].between(0, 1).all()


def test_draws_of_a_batch_do_not_depend_on_partitions_and_threads(batch_of):
    option = {"draws": 200, "seed": 1}
    whole = batch_of("whole", uncertainty=option)
    parts = batch_of("parts", uncertainty=option, partition_rows=4)
    threads = batch_of("threads", uncertainty=option, workers=2, threads=True, partition_rows=7)
    for other in (parts, threads):
        assert (whole[["mean", "sd", "p2_5", "p97_5"]] == other.loc[whole.index, ["mean", "sd", "p2_5", "p97_5"]]).all().all()


def test_columns_are_those_of_uncertainty(batch_of, mill):
    found = batch_of("found", uncertainty={"draws": 100})
    u = tp.uncertainty(mill(*mill_rows((2,))), draws=100)
    assert np.array_equal(found["mean"], u.total["mean"])
    assert np.array_equal(found["p97_5"], u.total["p97_5"])


@pytest.mark.parametrize(
    "option", ["open", 1, {"draw": 10}, {"draws": 0}, {"assume": {"x": 2}}, {"draws": 10, "pedigree": "x"}]
)
def test_wrong_options_of_a_batch(batch_of, option):
    with pytest.raises(tp.UsageError):
        batch_of("wrong", uncertainty=option)


def test_lines_have_no_columns_of_uncertainty(batch_of):
    with pytest.raises(tp.UsageError, match="column of products"):
        batch_of("lines", uncertainty="closed", results="contributions")


def test_a_number_of_the_rule_alone_has_a_spread(mill, plain_rule):
    """2 kg of steam with gsd 1.3, of the rule, at 0.3 kg CO2e/kg: mean 0.6 e^(s²/2), sd mean √(e^(s²) − 1), s = ln 1.3."""
    u = tp.uncertainty(mill("P,making,steam", rule=plain_rule), draws=10)
    catalogue = Catalogue(u.evaluation)
    forms, s = catalogue.forms(), np.log(1.3)
    assert not catalogue.individual.any()
    assert forms.mean[0] == pytest.approx(0.6 * np.exp(s**2 / 2))
    assert forms.sd[0] == pytest.approx(forms.mean[0] * np.sqrt(np.expm1(s**2)))
    assert catalogue.declared_share()[0] == 0  # the factor of steam has no spread


def test_two_lines_with_one_factor_vary_together(mill, plain_rule):
    """Two rows of 3 and 5 kWh of electricity with gsd 1.2, and no number else with a spread: sd of 8 kWh, not √(3² + 5²)."""
    rule = plain_rule.replace("value: 2, gsd: 1.3, source: m, locator: p. 2", "")
    result = mill("P,making,electricity,,3,kWh/kg", "P,making,heat,,5,kWh/kg", rule=rule)
    forms, s = Catalogue(tp.uncertainty(result, draws=10).evaluation).forms(), np.log(1.2)
    mean = 8 * 0.6205 * np.exp(s**2 / 2)
    assert forms.mean[0] == pytest.approx(mean)
    assert forms.sd[0] == pytest.approx(mean * np.sqrt(np.expm1(s**2)))


def test_a_catalogue_does_not_keep_the_numbers_of_all_its_products(mill, monkeypatch):
    """Sources of two products at most are kept; the spread of the loss makes each product a calculation of its own."""
    u = tp.uncertainty(mill(*mill_rows()), draws=10)
    whole = Catalogue(u.evaluation).forms()
    monkeypatch.setattr("textile_pcf.uncertainty_analysis.evaluation.MOST_KEPT", 2)
    evaluation = tp.uncertainty(u.evaluation.result, draws=10).evaluation
    bounded = Catalogue(evaluation).forms()
    assert len(evaluation._own) <= 2
    assert all(np.array_equal(one, other) for one, other in zip(whole, bounded, strict=True))


def test_a_loss_next_to_all_has_a_mean_and_no_spread(mill):
    """Of 99.95 % lost, 0.2 % more cannot be lost: the mean is calculated where all stand at theirs, the sd is not known."""
    result = mill("P,making,part,,1,kg/kg", "P,making,cutting,,99.95,%,,,,1.3")
    forms = Catalogue(tp.uncertainty(result, draws=10).evaluation).forms()
    assert forms.mean[0] > 0
    assert np.isnan(forms.sd[0])
