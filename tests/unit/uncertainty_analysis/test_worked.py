"""Worked numbers: one factor, products and sums, pedigree, shares, losses, links."""

from __future__ import annotations

import math

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sources import is_varied
from textile_pcf.uncertainty_analysis.spreads import Spreads

GRID = "factor:f|electricity|life_cycle|CN|2023"
NO_LOSS = "P,making,cutting,,0,%"
KNIT = ("P,making,electricity,,10,kWh/kg", NO_LOSS)


def test_one_factor_with_a_gsd(mill):
    """10 kWh/kg × 0.6205, gsd 1.2: median 6.205, mean 6.205·e^(ln²1.2/2), quantiles 6.205·1.2^∓1.96."""
    u = tp.uncertainty(mill(*KNIT), draws=10_000)
    (product,) = u.to_dict()["products"]
    assert product["deterministic"] == pytest.approx(6.205)
    assert product["closed_form"] == pytest.approx(
        {"mean": 6.309, "sd": 1.160, "gsd": 1.2, "median": 6.205, "p2_5": 4.34, "p97_5": 8.87}, rel=5e-4
    )
    assert product["mean"] == pytest.approx(6.309, abs=4 * 0.0116)
    assert product["median"] == pytest.approx(6.205, abs=0.06)
    assert product["sd"] == pytest.approx(1.16, rel=0.04)
    assert product["gsd"] == pytest.approx(1.2, rel=0.01)
    assert product["standard_error"] == pytest.approx(product["sd"] / 100)
    assert product["declared_share"] == {"amounts": 0.0, "factors": 1.0}
    first, *others = product["sources"]
    assert first == pytest.approx(
        {"source": GRID, "kind": "factor", "distribution": "lognormal", "gsd": 1.2, "declared": "gsd", "kgCO2e": 6.205,
         "elasticity": 1.0, "variance_share": 1.0, "low_10": 5.5845, "high_10": 6.8255}
    )  # fmt: skip
    assert others[0]["source"] == "row:P|making||electricity||||"
    assert product["undeclared"][0] == {"source": "row:P|making||electricity||||", "kgCO2e": pytest.approx(6.205)}
    assert product["warnings"] == ["2 of 3 inputs have no declared spread and are held fixed."]
    assert product["stages"]["making"]["mean"] == product["mean"]
    assert "use" not in product["stages"]


def test_a_factor_times_a_row(mill):
    """Both gsd 1.2: ln T has the variance 2 ln²1.2; the closed form misses c·c' of the variance, about 2 %."""
    u = tp.uncertainty(mill("P,making,electricity,,10,kWh/kg,,,,1.2", NO_LOSS), draws=40_000)
    sigma = math.log(1.2)
    form = u.closed_form.loc["P"]
    assert form["mean"] == pytest.approx(6.205 * math.exp(sigma**2))
    exact = form["mean"] ** 2 * math.expm1(2 * sigma**2)
    c = math.expm1(sigma**2)
    assert form["sd"] ** 2 == pytest.approx(exact - form["mean"] ** 2 * c * c)
    assert u.total.loc["P", "gsd"] == pytest.approx(math.exp(sigma * math.sqrt(2)), rel=0.01)


def test_a_triangular_factor(mill):
    """Cotton 1.5 / 2 / 3 kg CO2e/kg: mean 13/6, variance (2.25 + 4 + 9 − 3 − 6 − 4.5)/18."""
    u = tp.uncertainty(mill("P,making,part,,1,kg/kg", NO_LOSS), draws=40_000)
    form = u.closed_form.loc["P"]
    assert form["mean"] == pytest.approx(13 / 6)
    assert form["sd"] ** 2 == pytest.approx(1.75 / 18)
    assert u.total.loc["P", "mean"] == pytest.approx(13 / 6, abs=4 * u.total.loc["P", "standard_error"])
    drawn = u.samples("P")
    assert drawn.min() > 1.5
    assert drawn.max() < 3
    source = u.sources.iloc[0]
    assert (source["low"], source["high"], source["declared"]) == (0.75, 1.5, "range")


def test_bounds_of_a_row_are_in_its_unit(mill):
    u = tp.uncertainty(mill("P,making,electricity,,10,kWh/kg,,,,,8,15", NO_LOSS), draws=1000)
    row = u.sources.set_index("source").loc["row:P|making||electricity||||"]
    assert (row["low"], row["high"]) == (0.8, 1.5)


def test_a_loss_stays_below_one(mill):
    u = tp.uncertainty(mill("P,making,electricity,,10,kWh/kg", "P,making,cutting,,40,%,,,,3"), draws=5000)
    source = next(source for source in u.evaluation.sources(0) if "cutting" in source.id)
    drawn = source.distribution.multiples(source.id, source.stated, 0, 5000) * source.stated
    assert source.distribution.kind == "logit-normal"
    assert 0 < drawn.min() < drawn.max() < 1
    assert np.median(drawn) == pytest.approx(0.4, rel=0.05)
    assert (u.samples("P") > 0).all()


def test_a_loss_that_nothing_stands_before_moves_nothing(mill, tmp_path):
    # the waste of spinning changes how much fibre comes in, and no flow of it has emissions: 10.1 kWh × 0.6205, and no spread
    factors = "item,value,unit,region,year,kind,source,locator\nelectricity,0.6205,kgCO2e/kWh,CN,2023,life_cycle,m,1\n"
    result = mill(NO_LOSS, "P,spinning,waste,,60,%,,,,3", "P,making,electricity,,10.1,kWh/kg", factors=factors)
    found = tp.uncertainty(result, draws=100, pedigree="none").to_dict()["products"][0]
    by_id = {source["source"]: source for source in found["sources"]}
    waste = by_id["row:P|spinning||waste||||"]
    assert (waste["kgCO2e"], waste["variance_share"], found["closed_form"]["sd"]) == (0.0, 0.0, 0.0)
    files = (tmp_path / "rows.csv", tmp_path / "knit.yaml", tmp_path / "f.csv")
    batch = tp.calculate_batch(*files, out=tmp_path / "out", progress=False, uncertainty="closed").read().to_pandas().iloc[0]
    assert (batch["sd"], batch["gsd"], batch["p2_5"], batch["p97_5"]) == (0.0, 1.0, batch["mean"], batch["mean"])


def test_sensitivity_of_a_loss(mill):
    """Fibre 2 kg CO2e per kg of input, 10 % cutting loss: T = 2/(1 − x), ∂T/∂ln x = 2x/(1 − x)² = 0.2469."""
    rows = ("P,product,share,cotton,100,%", "P,spinning,fibre,cotton,,kg/kg,cotton", "P,making,cutting,,10,%")
    table = tp.sensitivity(mill(*rows)).set_index("source")
    loss = table.loc["row:P|making||cutting||||"]
    assert loss["kgCO2e"] == pytest.approx(2 * 0.1 / 0.9**2, rel=1e-8)
    assert loss["low_10"] == pytest.approx(2 / 0.91)
    assert loss["high_10"] == pytest.approx(2 / 0.89)


def test_shares_give_way_in_proportion(mill):
    """60 % cotton (2), 40 % polyester (3): T = 2.4; cotton 66 %: 2·0.66 + 3·0.34 = 2.34."""
    rows = ("P,product,share,cotton,60,%,,,,1.2", "P,product,share,polyester,40,%", "P,spinning,fibre,cotton,,kg/kg,cotton",
            "P,spinning,fibre,polyester,,kg/kg,polyester", NO_LOSS)  # fmt: skip
    result = mill(*rows)
    share = tp.sensitivity(result).set_index("source").loc["row:P|product|cotton|share||||"]
    assert share["high_10"] == pytest.approx(2.34)
    assert share["kgCO2e"] == pytest.approx(-0.6)
    u = tp.uncertainty(result, draws=2000)
    assert u.sources.set_index("source").loc["row:P|product|cotton|share||||", "kind"] == "share"
    # every draw of the shares adds up: with equal factors nothing varies
    same = result.run.factors
    assert same is not None
    totals = u.evaluation.totals(0, {"row:P|product|cotton|share||||": np.array([1.0, 3.0])}, 2)
    share = 0.6 * 3 / (0.6 * 3 + 0.4)
    assert totals == pytest.approx([2.4, 2 * share + 3 * (1 - share)])


def test_a_rule_number_is_shared_by_all_products(mill):
    rows = ("P,making,steam,,,kg", "Q,making,steam,,,kg")
    u = tp.uncertainty(mill(*rows), draws=100)
    ids = [{source.id for source in u.evaluation.sources(place) if is_varied(source)} for place in (0, 1)]
    assert (
        ids[0]
        == ids[1]
        == {"rule:knit|making.steam", "rule:knit|making.cutting"} - {"rule:knit|making.cutting"}
        | ({"rule:knit|making.cutting"} & ids[0])
    )
    assert np.array_equal(u.samples("P"), u.samples("Q"))


def test_links_share_their_sources(mill):
    """P takes 2 kg of Q; both use the grid: T_P = (10 + 2·5) kWh × 0.6205."""
    rows = ("P,making,electricity,,10,kWh/kg", NO_LOSS, "P,making,part,,2,kg/kg,product:Q",
            "Q,making,electricity,,5,kWh/kg,,,,1.1", "Q,making,cutting,,0,%")  # fmt: skip
    u = tp.uncertainty(mill(*rows), draws=500)
    grid = next(source for source in u.evaluation.sources(0) if source.id == GRID)
    row = next(source for source in u.evaluation.sources(0) if source.id == "row:Q|making||electricity||||")
    f, r = (each.distribution.multiples(each.id, each.stated, 0, 500) for each in (grid, row))
    assert u.samples("P") == pytest.approx((10 + 10 * r) * 0.6205 * f)
    sensitivity = u.sources[u.sources["product"] == "P"].set_index("source")
    assert sensitivity.loc[GRID, "kgCO2e"] == pytest.approx(12.41)
    assert sensitivity.loc["row:Q|making||electricity||||", "kgCO2e"] == pytest.approx(6.205)


def test_a_loop_of_products_with_drawn_links(mill):
    """T_P = 6.205 f + 0.5 r T_Q, T_Q = 0.2 T_P: T_P = 6.205 f / (1 − 0.1 r)."""
    rows = ("P,making,electricity,,10,kWh/kg", NO_LOSS, "P,making,part,,0.5,kg/kg,product:Q,,,1.1",
            "Q,making,part,,0.2,kg/kg,product:P", "Q,making,cutting,,0,%")  # fmt: skip
    u = tp.uncertainty(mill(*rows), draws=200)
    sources = {source.id: source for source in u.evaluation.sources(0) if is_varied(source)}
    f, r = (source.distribution.multiples(source.id, source.stated, 0, 200) for source in
            (sources[GRID], sources["row:P|making||part|product:Q|||"]))  # fmt: skip
    assert u.samples("P") == pytest.approx(6.205 * f / (1 - 0.1 * r), rel=1e-12)


def test_results_per_area_vary_with_the_grammage(mill):
    rows = (*KNIT, "P,product,grammage,,200,g/m2,,,,1.2")
    u = tp.uncertainty(mill(*rows), draws=300, unit="m2")
    sources = {source.id: source for source in u.evaluation.sources(0)}
    grammage = sources["row:P|product||grammage||||"]
    g = grammage.distribution.multiples(grammage.id, grammage.stated, 0, 300)
    f = sources[GRID].distribution.multiples(GRID, 1.0, 0, 300)
    assert u.samples("P") == pytest.approx(6.205 * f * 0.2 * g)


def test_an_assumption_reaches_what_states_no_spread(mill):
    result = mill("P,making,electricity,,10,kWh/kg,,,,,,,estimated", NO_LOSS)
    u = tp.uncertainty(result, draws=100, assume={"estimated": 1.5})
    row = u.sources.set_index("source").loc["row:P|making||electricity||||"]
    assert (row["gsd"], row["declared"]) == (1.5, "assumed")


def test_three_ways_give_the_same(mill):
    """Sums of lines, whole recalculations, and links per draw agree to 1e-12."""
    rows = ("P,making,electricity,,10,kWh/kg,,,,1.1", "P,making,cutting,,5,%", "P,making,steam,,,kg",
            "P,making,part,,2,kg/kg,product:Q,,,1.2", "Q,making,electricity,,5,kWh/kg,,,,1.1",
            "Q,making,part,,1,kg/kg")  # fmt: skip
    result = mill(*rows)
    spreads = Spreads(result, {}, "classic")
    fast, whole = Evaluation(result, spreads), Evaluation(result, spreads, whole=True)
    for product in (0, 1):
        varied = [source for source in fast.sources(product) if is_varied(source)]
        values = {source.id: source.distribution.multiples(source.id, source.stated, 1, 64) for source in varied}
        linear = {source.id: values[source.id] for source in varied if source.linear}
        for chosen in (values, linear):
            assert fast.stages(product, chosen, 64) == pytest.approx(whole.stages(product, chosen, 64), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("gsd", "declared"), [("1.1", 1.0), ("", 0.0)])
def test_an_amount_that_a_property_gives_is_declared_with_it(mill, gsd, declared):
    u = tp.uncertainty(mill(f"P,making,rate,,3,kWh/kg,,,,{gsd}", "P,making,heat,,,kWh", NO_LOSS), draws=10)
    assert u.declared_share("P") == {"amounts": declared, "factors": 1.0}


def test_computed_amounts_are_declared_if_all_inputs_are():
    result = tp.footprint(*tp.load_example("cotton_poplin"))
    some = tp.uncertainty(result, draws=10, assume={"estimated": 1.2}).declared_share("COTTON-POPLIN")
    types = ("none", "estimated", "measured", "calculated", "supplier", "literature")
    every = tp.uncertainty(result, draws=10, assume=dict.fromkeys(types, 1.2)).declared_share("COTTON-POPLIN")
    assert 0 < some["amounts"] < every["amounts"]
    assert every["amounts"] == pytest.approx(1)
