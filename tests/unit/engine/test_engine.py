"""The engine on arrays small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf import methods
from textile_pcf.engine import (
    Masses,
    exchange_amounts,
    find_loops,
    growing_loops,
    loops,
    loss_ratio,
    products_in_loops,
    solve_links,
    stage_masses,
    sum_by_group,
    sum_by_process,
)
from textile_pcf.engine.networks import levels, rings
from textile_pcf.factors.matching import Match, Request, match
from textile_pcf.units import parse_unit


def places(*numbers):
    return np.array(numbers, dtype=np.intp)


# ---------------------------------------------------------------- masses


def test_loss_ratios():
    """20 % of what goes in: 1 / 0.8; 20 % of what comes out: 1.2; a ratio is itself."""
    assert loss_ratio(np.array([0.2, 0.5]), "input").tolist() == [1.25, 2.0]
    assert loss_ratio(np.array([0.2, 0.5]), "output").tolist() == [1.2, 1.5]
    assert loss_ratio(np.array([3.0, 0.5]), "ratio").tolist() == [3.0, 0.5]


def test_masses_of_one_product_backwards():
    """2 kg leave the last stage, which takes 1.5 kg per kg: 3; the one before takes 2 kg per kg: 6."""
    masses = stage_masses(np.array([2.0]), np.array([2.0, 1.5]), places(0), np.array([1.0]), 0)
    assert (masses.input.tolist(), masses.output.tolist(), masses.loss.tolist()) == ([6, 3], [3, 2], [3, 1])


def test_masses_of_more_products_than_stages():
    """Stage by stage instead of seat by seat: the same numbers."""
    masses = stage_masses(np.array([1.0, 2.0, 4.0]), np.array([2.0, 3, 4, 1.5, 1, 2]), places(0, 1, 2), np.ones(3), 0)
    assert masses.output.tolist() == [1.5, 2, 8, 1, 2, 4]
    assert masses.input.tolist() == [3, 6, 32, 1.5, 2, 8]


def test_masses_of_a_blend():
    """1 kg of product takes 2 kg in the common stage: 0.75 of them of one fibre (ratio 4), 0.25 of the other (ratio 2)."""
    masses = stage_masses(np.array([1.0]), np.array([4.0, 2.0, 2.0]), places(0, 0), np.array([0.75, 0.25]), 1)
    assert masses.output.tolist() == [1.5, 0.5, 1]
    assert masses.input.tolist() == [6, 1, 2]


def test_masses_of_two_blends_with_two_component_stages():
    """A of one fibre and B of two; the component stages come first, a seat per fibre."""
    ratios = np.array([2.0, 1, 3, 1, 2, 1, 1.5, 4])  # two component stages of three fibres, one common stage of two products
    masses = stage_masses(np.array([2.0, 1.0]), ratios, places(0, 1, 1), np.array([1.0, 0.5, 0.5]), 2)
    assert masses.output.tolist() == [3, 4, 2, 3, 2, 2, 2, 1]
    assert masses.input.tolist() == [6, 4, 6, 3, 4, 2, 3, 4]


def test_amounts_go_with_the_mass_that_multiplies_them():
    masses = Masses(np.array([5.0, 3.0]), np.array([4.0, 1.0]))
    value, place, none = np.array([2.0, 2.0, 2.0, 2.0]), places(0, 0, 1, 1), places()
    told = exchange_amounts(value, None, place, masses, places(1, 2, 3), (none, places(0), places(1)))
    assert told.tolist() == [8, 10, 4, 2]
    assert value.tolist() == [2, 2, 2, 2], "what was given is not changed"
    scale, each = np.array([1.0, 2, 3, 4]), places(0, 1, 2, 3)
    assert exchange_amounts(value, scale, place, masses, each, (none, each, none)).tolist() == [10, 20, 18, 24]
    assert exchange_amounts(value, scale, place, masses, none, (none, none, none)).tolist() == [8, 16, 6, 8]
    assert exchange_amounts(value, None, place, masses, each, (none, none, none)).tolist() == [2, 2, 2, 2]


def test_two_masses_multiply_one_after_the_other():
    masses, the_first = Masses(np.array([5.0]), np.array([4.0])), places(0)
    by_all = (the_first, the_first, the_first)
    assert exchange_amounts(np.array([2.0, 1.0]), None, places(0, 0), masses, places(1), by_all).tolist() == [8, 20]


@pytest.mark.filterwarnings("ignore:invalid value")  # 0 times infinity
@pytest.mark.parametrize("most", [2.0, np.inf, np.nan])
def test_emissions_of_many_exchanges_of_which_few_take_up_carbon(most):
    """Fossil emissions of all, uptake of one in ten: the sums are those of all exchanges, also beside infinity."""
    draw = np.random.default_rng(5)
    values = np.zeros((10, 5))
    values[:, 0], values[3, 2] = draw.uniform(size=10), -1.5
    amount, index, process = draw.uniform(-1, 1, 5000), draw.integers(0, 10, 5000), draw.integers(0, 40, 5000)
    amount[17] = most
    found = sum_by_process(amount, values, index, process, (0, 2), 40)
    for part in range(5):
        of_part = np.bincount(process, weights=amount * values[index, part], minlength=40) if part in (0, 2) else np.zeros(40)
        assert found[:, part].tobytes() == of_part.tobytes()


def test_sums_by_group():
    values = np.array([[1.0, 10], [2, 20], [4, 40]])
    assert sum_by_group(values, places(2, 0, 2), 4).tolist() == [[2, 20], [0, 0], [5, 50], [0, 0]]


# ---------------------------------------------------------------- who needs whom


def test_levels_stand_one_above_the_highest_supplier():
    """3 buys from 2 and 0, 2 from 1 and (twice) 0; 4 needs itself, and 5 needs 4."""
    user, supplier = places(3, 3, 2, 2, 2, 4, 5), places(2, 0, 1, 0, 0, 4, 4)
    assert levels(user, supplier, 7).tolist() == [0, 0, 1, 2, -1, -1, 0]
    assert levels(places(), places(), 2).tolist() == [0, 0]


def test_products_of_loops_and_between_them():
    """0 ⇄ 1 ← 2 ← 3 ⇄ 4 ← 5; 6 → 5 no: 0 buys from 7."""
    user, supplier = places(0, 1, 2, 3, 3, 4, 5, 0), places(1, 0, 1, 2, 4, 3, 4, 7)
    assert products_in_loops(user, supplier, 8).tolist() == [True, True, True, True, True, False, False, False]
    found = rings(user, supplier, 8)
    assert found.home.tolist() == [0, 0, 2, 3, 3, 5, 6, 7]
    assert found.cut.tolist() == [True, False, False, True, False, False, False, False]


def test_rings_hold_all_ways_through_them():
    """0 → 1 → 2 → 0 with a way 1 → 0, and 3 → 4 → 5 → 4 behind it."""
    found = rings(places(0, 1, 2, 1, 2, 3, 4, 5), places(1, 2, 0, 0, 3, 4, 5, 4), 6)
    assert found.home.tolist() == [0, 0, 0, 3, 4, 4]
    assert found.cut.tolist() == [True, False, False, False, True, False]


def test_a_ring_that_is_walked_in_part_before():
    """A walk from 0 meets 1 → 2 → 3 → 1 and 3 → 2; 4 needs 0 and comes late."""
    found = rings(places(0, 0, 1, 2, 3, 3, 4, 0), places(1, 3, 2, 3, 1, 2, 0, 0), 5)
    assert found.home.tolist() == [0, 1, 1, 1, 4]
    assert found.cut.tolist() == [True, True, True, False, False]


def test_a_walk_that_meets_a_branch_it_has_left_cuts_nothing_there():
    """0 → 1 → 0 and 0 → 2 → 1: the ring is open without 0."""
    found = rings(places(0, 1, 0, 2), places(1, 0, 2, 1), 3)
    assert (found.home.tolist(), found.cut.tolist()) == ([0, 0, 0], [True, False, False])


# ---------------------------------------------------------------- footprints of products that need one another


def solve(own, *links):
    user, supplier, needed = zip(*links, strict=True)
    return solve_links(np.array(own, dtype=float), places(*user), places(*supplier), np.array(needed, dtype=float))


def test_a_chain_with_two_columns():
    """2: (1, 4); 1 takes 3 of it: (2 + 3, 12); 0 takes 0.5 of 1 and 2 of 2: (2.5 + 2, 1 + 6 + 8)."""
    told = solve([[0, 1], [2, 0], [1, 4]], (0, 1, 0.5), (1, 2, 3), (0, 2, 2))
    assert told.tolist() == [[4.5, 15], [5, 12], [1, 4]]


def test_what_is_given_is_not_changed():
    own = np.array([[1.0], [2.0]])
    solve_links(own, places(0), places(1), np.array([2.0]))
    solve_links(own, places(0, 1), places(1, 0), np.array([0.5, 0.5]))
    assert own.tolist() == [[1], [2]]


@pytest.mark.parametrize("dense", [200, 1, 0])
def test_loops_of_several_sizes_at_several_levels(monkeypatch, dense):
    """However they are solved.

    0 ⇄ 1: x0 = 1 + 0.5 x1, x1 = 1 + 0.5 x0: both 2. 2 takes half of itself and 1 of x0: (1 + 2) / 0.5 = 6.
    3 → 4 → 5 → 3, one half each, 3 takes 0.5 of 2: x3 = 4 + 0.5 x4, x4 = 1 + 0.5 x5, x5 = 1 + 0.5 x3:
    x3 = 4 + 0.5 + 0.25 + 0.125 x3 = 4.75 / 0.875. 6 ⇄ 7 as 0 ⇄ 1; 8 takes 2 of 3 and 1 of 7.
    """
    monkeypatch.setattr(loops, "DENSE", dense)
    links = [(0, 1, 0.5), (1, 0, 0.5), (2, 2, 0.5), (2, 0, 1), (3, 4, 0.5), (4, 5, 0.5), (5, 3, 0.5), (3, 2, 0.5)]
    links += [(7, 6, 0.5), (6, 7, 0.5), (8, 3, 2), (8, 7, 1)]
    x3 = 4.75 / 0.875
    x5 = 1 + 0.5 * x3
    wanted = [2, 2, 6, x3, 1 + 0.5 * x5, x5, 2, 2, 1 + 2 * x3 + 2]
    for order in (links, links[::-1]):
        told = solve(np.ones((9, 3)) * [2, 0, 1], *order)
        assert told[:, 2] == pytest.approx(wanted, rel=1e-14)
        assert told[:, 0] == pytest.approx(2 * told[:, 2], rel=1e-14)
        assert (told[:, 1] == 0).all()


@pytest.mark.parametrize("dense", [200, 0])
def test_a_ring_with_two_links_between_the_same_products(monkeypatch, dense):
    """x0 = 1 + (0.25 + 0.25) x1, x1 = 3 + x0: x0 = 2.5 + 0.5 x0 = 5."""
    monkeypatch.setattr(loops, "DENSE", dense)
    assert solve([[1], [3]], (0, 1, 0.25), (0, 1, 0.25), (1, 0, 1)) == pytest.approx(np.array([[5], [8]]))


@pytest.mark.parametrize("dense", [200, 0])
@pytest.mark.parametrize("needed", [[1.0, 1.0], [2.0, 0.5], [2.0, 2.0], [0.1, 10.0], [1.0, 1.0 - 1e-13], [1e200, 1e200]])
def test_a_gain_of_1_or_more_is_refused(monkeypatch, dense, needed):
    monkeypatch.setattr(loops, "DENSE", dense)
    with pytest.raises(ValueError, match="needs all"):
        solve_links(np.array([[1.0, -1, 1, 1], [-1, 1, 0, 1]]), places(0, 1), places(1, 0), np.array(needed))


@pytest.mark.parametrize("dense", [200, 0])
def test_a_gain_just_below_1_is_solved(monkeypatch, dense):
    """x = 1 / (1 - 0.999999) = 1,000,000."""
    monkeypatch.setattr(loops, "DENSE", dense)
    assert solve([[1]], (0, 0, 0.999999))[0, 0] == pytest.approx(1e6, rel=1e-9)


@pytest.mark.parametrize("dense", [200, 0])
def test_what_is_taken_back_is_subtracted(monkeypatch, dense):
    """Negative amounts: x0 = 3 - 0.5 x1, x1 = 2 + 0 x0; x = 4 - 3 x; x0 = 4 - 3 x1, x1 = 2 - x0. Nothing there can grow."""
    monkeypatch.setattr(loops, "DENSE", dense)
    assert solve([[3], [2]], (0, 1, -0.5), (1, 0, 0)).tolist() == [[2], [2]]
    assert solve([[4]], (0, 0, -3)).tolist() == [[1]]
    assert solve([[4], [2]], (0, 1, -3), (1, 0, -1)).tolist() == [[1], [1]]


@pytest.mark.parametrize("dense", [200, 0])
def test_products_without_emissions_are_refused_all_the_same(monkeypatch, dense):
    monkeypatch.setattr(loops, "DENSE", dense)
    with pytest.raises(ValueError, match="needs all"):
        solve_links(np.array([[1.0, 1, 1], [1, 1, 1]]) * -1, places(0, 1), places(1, 0), np.array([2.0, 2.0]))


# ---------------------------------------------------------------- which loop it is


def to_blame(*links, products=9):
    user, supplier, needed = zip(*links, strict=True)
    return find_loops(places(*user), places(*supplier), np.array(needed, dtype=float), products)


def test_each_loop_that_needs_too_much_is_told():
    small, large = [(0, 1, 0.5), (1, 0, 0.5)], [(3, 2, 2), (2, 3, 2), (4, 4, 1)]
    assert to_blame(*small) == []
    assert to_blame(*small, *large) == [[2, 3], [4]]


def test_a_loop_is_told_in_the_order_of_need():
    assert to_blame((5, 2, 2), (2, 7, 2), (7, 5, 2)) == [[2, 7, 5]]


def test_only_the_loop_to_blame_is_told():
    """0 ⇄ 1 is small, 0 ⇄ 2 is too much; 2 → 1 stands between."""
    assert to_blame((0, 1, 0.1), (1, 0, 0.1), (0, 2, 2), (2, 0, 0.6), (2, 1, 0.1)) == [[0, 2]]


def test_loops_that_are_too_much_together_are_told_as_one_way():
    """0 ⇄ 1 and 1 ⇄ 2 of 0.64 each."""
    assert to_blame((0, 1, 0.8), (1, 0, 0.8), (1, 2, 0.8), (2, 1, 0.8)) == [[0, 1, 2, 1]]


def test_of_very_many_links_a_way_through_all_is_told(monkeypatch):
    monkeypatch.setattr(growing_loops, "PRUNED", 3)
    assert to_blame((0, 1, 0.1), (1, 0, 0.1), (0, 2, 2), (2, 0, 0.6)) == [[0, 1, 0, 2]]
    assert to_blame((0, 2, 2), (2, 0, 0.6), (0, 0, 0.1)) == [[0, 2]]


# ---------------------------------------------------------------- formulas, every input other than 0 and 1


def test_formulas_use_every_input():
    """Each by a pocket calculator."""
    told = {
        "CO2 of 0.5 kg/kg carbon, of which 0.8 burns": (
            methods.burned_carbon_dioxide(carbon_content=0.5, oxidation=0.8),
            0.4 * 44 / 12,
        ),
        "fuel for 6 MJ at 0.8 and 0.75": (
            methods.fuel_for_heat(heat=6, boiler_efficiency=0.8, distribution_efficiency=0.75),
            10,
        ),
        "all heat recovered": (methods.heat_after_recovery(heat=5, recovered_heat=5), 0),
        "energy: (1 - 0.25) x 0.4": (methods.cff_energy_part(energy_recovery_rate=0.4, energy_allocation_factor=0.25), 0.3),
        "3 km of a boot of 0.2 m3 filled by 0.05 m3": (
            methods.car_trip_distance(volume=0.05, boot_volume=0.2, trip_distance=3),
            0.75,
        ),
    }
    for name, (found, wanted) in told.items():
        assert float(found) == pytest.approx(wanted, rel=1e-3), name


def test_the_energy_credit_by_hand():
    """-(1 - 0.25) x 0.4 x 16 x 0.5 = -2.4."""
    end = {"energy_recovery_rate": 0.4, "energy_allocation_factor": 0.25, "lower_heating_value": 16, "efficiency": 0.5}
    assert float(methods.cff_energy_credit(**end)) == pytest.approx(-2.4)


def test_landfill_methane_by_hand():
    """0.4 x 0.5 x 0.8 x 0.5 = 0.08 kg of carbon, x 16 / 12, of which 0.75 x 0.9 get out."""
    carbon = {"degradable_carbon": 0.4, "degraded_fraction": 0.5, "methane_correction": 0.8, "methane_fraction": 0.5}
    assert float(methods.landfill_methane(**carbon, recovery=0.25, oxidation=0.1)) == pytest.approx(0.08 * 4 / 3 * 0.75 * 0.9)


@pytest.mark.parametrize("land, sea, road_share, lorry, ship", [
    (800, 0, 0.9, 800, 0),  # no sea leg: all of it overland
    (0, 5000, 0.9, 0, 5000),  # no road: all of it by ship
    (800, 5000, 0.25, 500, 3750),  # 0.25 x 800 + 0.75 x 400; 0.75 x 5000
    (1, 1, 0.5, 0.75, 0.5),
])  # fmt: skip
def test_routes_by_hand(land, sea, road_share, lorry, ship):
    route = {"land_distance": np.array([land]), "sea_distance": np.array([sea]), "road_share": road_share, "air_share": 0}
    assert methods.road_distance(**route, longest_feeder=1000) == pytest.approx([lorry])
    assert methods.sea_distance(**route) == pytest.approx([ship])


# ---------------------------------------------------------------- which factor is taken


def table_of(*rows):
    columns = ("item", "value", "unit", "region", "kind", "boundary")
    told = [dict(zip(columns, row, strict=True)) | {"year": "2024", "source": "hand", "locator": "1"} for row in rows]
    return tp.load_factors(pd.DataFrame(told)).tables


def ask(tables, item, kind="life_cycle", region="CN", forbid=()):
    return match(tables, Request(item, kind, region, 2024, parse_unit("kg"), forbid=forbid))


def test_a_declared_footprint_reaches_no_further_than_the_flow():
    """Of a part of the way where the flow is that part; to the gate otherwise; what says no boundary goes by its kind."""
    rows = [(f"pcf:{boundary}", 1.0, "kgCO2e/kg", "CN", "cradle_to_gate", boundary)
            for boundary in ("gate_to_gate", "cradle_to_gate", "cradle_to_grave")]  # fmt: skip
    tables = table_of(*rows, ("pcf:none", 1.0, "kgCO2e/kg", "CN", "cradle_to_gate", ""))

    def fits(item, kind):
        return isinstance(ask(tables, item, kind), Match)

    assert [fits(row[0], "life_cycle") for row in rows] == [True, True, False]
    assert [fits(row[0], "gate_to_gate") for row in rows] == [True, False, False]
    assert fits("pcf:none", "life_cycle") and fits("pcf:none", "gate_to_gate")


def test_a_factor_that_is_not_there_is_told_with_what_there_is():
    rows = [("power", 1.0, "kgCO2e/kg", region, "life_cycle", "") for region in ("FR", "DE")]
    tables = table_of(*rows, ("power", 1.0, "kgCO2e/kg", "NO", "direct", ""))
    others = "there are: DE, FR. Of other kinds there are: direct (NO)."
    told = ask(tables, "power")
    assert told.what.endswith(f"for CN → RAS → GLO in data; {others}")
    told = ask(tables, "power", forbid=("GLO",))
    assert told.what.endswith(f"for CN → RAS (GLO forbidden by the rule) in data; {others}")


@pytest.mark.parametrize("number, more", [(11, ""), (12, ""), (13, " and 1 more"), (14, " and 2 more")])
def test_of_many_regions_twelve_are_told(number, more):
    regions = ["AR", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CO", "CZ", "DE", "DK", "EE"]
    told = ask(table_of(*(("power", 1.0, "kgCO2e/kg", region, "life_cycle", "") for region in regions[:number])), "power")
    assert told.what.endswith(f"there are: {', '.join(regions[: min(number, 12)])}{more}.")


def test_cuts_at_several_products_of_one_ring(monkeypatch):
    """0 ⇄ 1, 1 ⇄ 2 of 0.4 each: x1 = 1 + 0.8 x0 with x0 = x2 = 1 + 0.4 x1: x1 = 1.8 / 0.68; each needs itself 0.1 in 3."""
    monkeypatch.setattr(loops, "DENSE", 0)
    x1 = 1.8 / 0.68
    links = [(0, 1, 0.4), (1, 0, 0.4), (1, 2, 0.4), (2, 1, 0.4), (3, 3, 0.1), (3, 4, 0.9), (4, 3, 0), (5, 5, 0.5), (5, 0, 1)]
    x0 = 1 + 0.4 * x1
    wanted = [x0, x1, x0, 1.9 / 0.9, 1, (1 + x0) / 0.5]
    assert solve(np.ones((6, 1)), *links)[:, 0] == pytest.approx(wanted, rel=1e-14)
