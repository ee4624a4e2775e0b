"""Golden numbers of the named methods, the limits of the circular footprint formula, and their reference page."""

import math

import numpy as np
import pytest

import textile_pcf as tp
from paths import ROOT
from textile_pcf import methods
from textile_pcf.methods import METHODS
from textile_pcf.methods.page import methods_page
from textile_pcf.units import parse_unit

NITROUS = 273  # kg CO2e per kg N2O, AR6

# method, inputs, golden number of the methodology, digits it is told with
GOLDEN = [
    ("spinning_electricity", {"yarn_count": 40, "reference_count": 50, "coefficient": 4}, 3.2, 12),
    ("weaving_electricity", {"yarn_count": 40, "crimp": 1.08, "energy_per_pick_metre": 0.0003145}, 5.82, 2),
    ("printed_area", {"grammage": 200, "print_coverage": 0.2}, 1.0, 12),
    ("use_cycles", {"wears": 45, "wears_per_cycle": 1, "quality": 0.9, "reparability": 1.15}, 47, 12),
    ("use_cycles", {"wears": 45, "wears_per_cycle": 2, "quality": 1, "reparability": 1}, 23, 12),
    ("cff_virgin_part", {"allocation_factor": 0.8, "quality_ratio": 0.5}, 0.1, 12),
    ("burned_carbon_dioxide", {"carbon_content": 0.62502, "oxidation": 1}, 2.290, 3),  # polyester
    ("burned_carbon_dioxide", {"carbon_content": 0.63685, "oxidation": 1}, 2.333, 3),  # polyamide 6
    ("burned_carbon_dioxide", {"carbon_content": 0.44446, "oxidation": 1}, 1.629, 3),  # cellulose
    ("fuel_for_heat", {"heat": 2.76, "boiler_efficiency": 0.78, "distribution_efficiency": 1}, 3.54, 2),
    (
        "pedigree_spread",
        dict(zip(METHODS["pedigree_spread"].inputs, (1.05, 1.05, 1.05, 1.03, 1.01, 1.20), strict=True)),
        1.2255,
        4,
    ),
    (
        "disposal_distance",
        {
            "collected_share": 0.195,
            "recycled_share": 0.169,
            "household_distance": 30,
            "sorting_distance": 130,
            "recycling_distance": 100,
            "incineration_distance": 30,
        },
        67.18,
        9,
    ),
    ("disposal_share", {"recycled_share": 0.169, "stream_share": 0.45}, 0.374, 3),
    ("disposal_share", {"recycled_share": 0.169, "stream_share": 0.55}, 0.457, 3),
]


@pytest.mark.parametrize(("name", "inputs", "golden", "digits"), GOLDEN)
def test_golden_numbers(name, inputs, golden, digits):
    assert round(float(METHODS[name].function(**inputs)), digits) == golden


def test_field_nitrous_oxide_per_kg_of_nitrogen():
    direct = methods.field_n2o_direct(nitrogen=1, emission_factor=[0.005, 0.016]) * NITROUS
    assert direct.round(3).tolist() == [2.145, 6.864]
    volatilised = methods.field_n2o_volatilised(
        synthetic_nitrogen=1, organic_nitrogen=0, synthetic_fraction=0.11, organic_fraction=0.21, emission_factor=0.014
    )
    leached = methods.field_n2o_leached(nitrogen=1, leached_fraction=0.24, emission_factor=0.011)
    assert round(float(volatilised + leached) * NITROUS, 3) == 1.793


def test_factors_shipped_by_gas_come_from_the_same_formulas():
    """The factor table was made apart from the methods; both must say the same."""
    table = tp.load_factors().tables[0]
    value = {
        item: float(table.numbers["value"][row])
        for row, item in enumerate(table.texts["item"])
        if table.texts["region"][row] in ("GLO", "CN")
    }
    assert math.isclose(
        float(methods.burned_carbon_dioxide(carbon_content=0.625022, oxidation=1)),
        value["polyester_incineration"],
        rel_tol=1e-4,
    )
    landfill = {"degraded_fraction": 0.5, "methane_correction": 1, "methane_fraction": 0.5, "recovery": 0, "oxidation": 0}
    assert math.isclose(
        27 * float(methods.landfill_methane(degradable_carbon=0.24, **landfill)), value["natural_fibre_landfill"]
    )
    treated = {"oxygen_demand": 1, "sludge_removed": 0, "methane_capacity": 0.25, "methane_recovered": 0}
    assert math.isclose(
        27 * float(methods.wastewater_methane(methane_correction=0.8, **treated)), value["cod_anaerobic_reactor"]
    )
    assert math.isclose(float(methods.urea_carbon_dioxide(urea=1, carbon_content=0.2)), value["urea_field_co2"], rel_tol=1e-5)


def test_polyester_from_its_monomers():
    """0.8645 kg PTA and 0.3230 kg MEG make 1 kg of PET and 0.1875 kg of water."""
    carbon, hydrogen, oxygen = 12.011, 1.008, 15.999
    pet = 10 * carbon + 8 * hydrogen + 4 * oxygen
    pta = 8 * carbon + 6 * hydrogen + 4 * oxygen
    meg = 2 * carbon + 6 * hydrogen + 2 * oxygen
    water = 2 * (2 * hydrogen + oxygen)
    assert (round(pta / pet, 4), round(meg / pet, 4), round(water / pet, 4)) == (0.8645, 0.3230, 0.1875)
    rule = tp.load_rules("chemical_fiber_fabric@2026.1").document
    flows = next(stage for stage in rule.stages if stage.id == "polymerisation").flows
    assert flows["pta"].value == pytest.approx(pta / pet, abs=1e-4)
    assert flows["meg"].value == pytest.approx(meg / pet, abs=1e-4)


EV, EREC, EREC_END, ED = 4.0, 1.5, 0.7, 2.0  # factors of virgin, recycled, recycling at the end, disposal


def circular(a, r1, r2, r3, quality=0.8):
    """The formula by its parts."""
    return float(
        methods.cff_primary_part(recycled_content=r1, allocation_factor=a, quality_ratio=quality) * EV
        + methods.cff_recycled_part(recycled_content=r1, allocation_factor=a) * EREC
        + methods.cff_recycling_part(recycling_output_rate=r2, allocation_factor=a) * EREC_END
        + methods.cff_avoided_part(recycling_output_rate=r2, allocation_factor=a, quality_ratio=quality) * EV
        + methods.cff_disposal_part(recycling_output_rate=r2, energy_recovery_rate=r3) * ED
    )


@pytest.mark.parametrize("r2", [0, 0.169, 1])
def test_circular_formula_with_a_of_one_is_the_cut_off_method(r2):
    assert circular(1, 0.3, r2, 0) == pytest.approx(0.7 * EV + 0.3 * EREC + (1 - r2) * ED)


def test_circular_formula_without_recycling_is_virgin_plus_disposal():
    assert circular(0.5, 0, 0, 0) == pytest.approx(EV + ED)


def test_circular_formula_with_a_of_zero_charges_the_product_that_is_recycled():
    """Recycled input weighs like the virgin one it replaces; recycling's burden and credit stand at the end of life."""
    assert circular(0, 0.3, 0.4, 0) == pytest.approx((0.7 + 0.3 * 0.8) * EV + 0.4 * (EREC_END - 0.8 * EV) + 0.6 * ED)


def test_circular_formula_is_the_same_from_content_or_from_a_component_of_its_own():
    """A recycled component of share R1 carries A and (1 - A)·Qs/Qp: together as the primary and recycled parts say."""
    r1, a, quality = 0.3, 0.8, 0.5
    primary = float(methods.cff_primary_part(recycled_content=r1, allocation_factor=a, quality_ratio=quality))
    virgin = float(methods.cff_virgin_part(allocation_factor=a, quality_ratio=quality))
    assert primary == pytest.approx(1 - r1 + r1 * virgin)


def test_carbon_of_a_landfill_is_all_accounted_for():
    """Carbon in CH4 and CO2 is what degrades, however much is recovered or oxidised."""
    carbon, gas = 12.011, {"degradable_carbon": 0.4, "degraded_fraction": 0.5, "methane_correction": 1, "methane_fraction": 0.5}
    for recovery, oxidation in [(0, 0), (0.3, 0.1), (1, 0)]:
        ch4 = methods.landfill_methane(recovery=recovery, oxidation=oxidation, **gas) * 12 / 16
        co2 = methods.landfill_carbon_dioxide(recovery=recovery, oxidation=oxidation, **gas) * carbon / (carbon + 2 * 15.999)
        assert float(ch4 + co2) == pytest.approx(0.2)


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_is_told_whole(method):
    """Units parse, a source and a place in it, a docstring with an example, ranges only for inputs it has."""
    for unit in (*method.inputs.values(), method.output):
        parse_unit(unit)
    assert method.source and method.locator
    assert ">>>" in (method.function.__doc__ or ""), "no doctest"
    assert set(method.valid) <= set(method.inputs)
    assert all(low < high for low, high in method.valid.values())


def some_numbers(method, size):
    """A number for each input, none like another."""
    return {name: np.full(size, 0.3 + 0.05 * place) for place, name in enumerate(method.inputs)}


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_what_is_not_given_gives_no_result(method):
    """NaN in any input: NaN out, so that the message can name it."""
    for missing in method.inputs:
        result = method.function(**some_numbers(method, 1) | {missing: np.array([np.nan])})
        assert np.isnan(result).tolist() == [True], missing


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_arrays_go_in_and_come_out(method):
    result = method.function(**some_numbers(method, 3))
    assert result.shape == (3,) and result.dtype == float


def test_the_reference_page_is_current():
    page = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    assert page == methods_page(), "run: python -m textile_pcf.methods.page > docs/methods.md"
