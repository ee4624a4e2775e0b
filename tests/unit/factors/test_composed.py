"""Composed factors: small inventories of cited rows, under the run's GWP set and the region's electricity."""

import numpy as np
import pytest

from textile_pcf.factors import Match, NoMatch, Request, load_factors
from textile_pcf.units import parse_unit

TABLES = load_factors("default", "alternatives", "carbonfact")

# the composed rows of the table of sources (state of 2026-11-28, source ids CALC-YARN, CALC-YARN-CF, CALC-NAOH-TIANGONG),
# with the arithmetic printed there
REFERENCE = """
polyester_filament_yarn                 CN  4.15681   3.27 / (1 - 0.03) + 1.36 x 0.5777
recycled_polyester_filament_yarn        CN  2.22897   1.4 / (1 - 0.03) + 1.36 x 0.5777
recycled_polyester_filament_yarn_apr    CN  1.89815   1.0791 / (1 - 0.03) + 1.36 x 0.5777
polyamide_filament_yarn                 CN  8.65165   7.63 / (1 - 0.03) + 1.36 x 0.5777
polyamide_6_filament_yarn_ice           CN  10.2084   9.14 / (1 - 0.03) + 1.36 x 0.5777
polyamide_66_filament_yarn_ice          CN  8.95062   7.92 / (1 - 0.03) + 1.36 x 0.5777
polypropylene_filament_yarn             CN  2.84753   2 / (1 - 0.03) + 1.36 x 0.5777
cotton_yarn_ring                        CN  4.26192   1.9 / (1 - 0.12) + 3.64 x 0.5777
cotton_yarn_open_end                    CN  3.2105    1.9 / (1 - 0.12) + 1.82 x 0.5777
polyester_spun_yarn_ring                CN  6.76192   4.1 / (1 - 0.12) + 3.64 x 0.5777
viscose_yarn_ring                       CN  8.06874   5.25 / (1 - 0.12) + 3.64 x 0.5777
viscose_yarn_ring_integrated            CN  3.46646   1.2 / (1 - 0.12) + 3.64 x 0.5777
lyocell_yarn_ring                       CN  4.94374   2.5 / (1 - 0.12) + 3.64 x 0.5777
polyester_cotton_6535_yarn_ring         CN  5.88692   (0.65 x 4.1 + 0.35 x 1.9) / (1 - 0.12) + 3.64 x 0.5777
cotton_polyester_6040_yarn_ring         CN  5.26192   (0.6 x 1.9 + 0.4 x 4.1) / (1 - 0.12) + 3.64 x 0.5777
recycled_cotton_yarn_open_end           CN  1.48437   0.381 / (1 - 0.12) + 1.82 x 0.5777
polyester_poy                           GLO 4.22846   3.27 x 1.0309 + 0.857417
polyester_dty                           GLO 4.57306   3.27 x 1.0309 + 1.20202
recycled_polyester_dty                  GLO 2.64528   1.4 x 1.0309 + 1.20202
polyamide_poy                           GLO 8.83335   7.63 x 1.0309 + 0.967581
polyamide_dty                           GLO 9.22593   7.63 x 1.0309 + 1.36017
cotton_yarn_ring_200_dtex               GLO 4.74574   1.9 x 1.2079 + 2.45073
cotton_yarn_open_end_200_dtex           GLO 3.78757   1.9 x 1.2 + 1.50757
polyester_spun_yarn_ring_200_dtex       GLO 7.14277   4.1 x 1.0627 + 2.7857
polyester_spun_yarn_open_end_200_dtex   GLO 5.96584   4.1 x 1.0466 + 1.67478
viscose_yarn_ring_200_dtex              GLO 9.41846   5.25 x 1.0627 + 3.83928
lyocell_yarn_ring_200_dtex              GLO 6.49603   2.5 x 1.0627 + 3.83928
caustic_soda                            CN  0.808995  1.54635 / 1.9115
"""


def request(item, region="CN", year=0, kind="life_cycle", unit="kg"):
    return Request(item, kind, region, year, parse_unit(unit))


def value(item, region="CN", year=0, gwp="AR6", kind="life_cycle", unit="kg"):
    found = TABLES.match(request(item, region, year, kind, unit))
    assert isinstance(found, Match), found
    return float(TABLES.parts(gwp, "zero_zero")[found.table][found.row, :4].sum())


@pytest.mark.parametrize("line", REFERENCE.strip().splitlines(), ids=lambda line: line.split()[0])
def test_composed_rows_are_those_of_the_table_of_sources(line):
    item, region, printed, *_ = line.split()
    assert value(item, region) == pytest.approx(float(printed), rel=3e-5)


def test_the_electricity_is_that_of_the_region_and_the_year():
    assert value("cotton_yarn_ring", "CN-ZJ") == pytest.approx(1.9 / 0.88 + 3.64 * 0.5777)
    assert value("cotton_yarn_ring", "CN", 2023) == pytest.approx(1.9 / 0.88 + 3.64 * 0.6205)
    assert value("cotton_yarn_ring", "VN") == pytest.approx(1.9 / 0.88 + 3.64 * 0.475449)
    assert isinstance(TABLES.match(request("cotton_yarn_ring", "FR")), NoMatch)


def test_a_greige_knit_is_composed_of_a_composed_yarn():
    """3.4 % of the yarn is lost on a circular machine, which takes 4.25 MJ/kg (Ecobalyse, knitting)."""
    yarn = 1.9 / 0.88 + 3.64 * 0.5777
    assert value("greige_knit_cotton") == pytest.approx(yarn / (1 - 0.034) + 4.25 / 3.6 * 0.5777)


def test_the_gwp_set_of_the_run_holds_for_the_inputs():
    sheet = TABLES.tables[0]
    composed = next(one for one in sheet.composed if sheet.texts["item"][one.row] == "caustic_soda")
    for gwp in ("AR5", "AR6"):
        values = TABLES.parts(gwp, "zero_zero")[0]
        inputs = sum(values[term.row] * term.needed * term.per_canonical for term in composed.terms)
        assert np.array_equal(values[composed.row], inputs)


def test_exhaust_gets_its_fuel_supply():
    """0.129 kgCO2/(t km) is the exhaust of 1.7771 MJ diesel (0.07259 kg/MJ), which counts 0.1016 kg/MJ with its supply."""
    lorry = value("lorry_diesel_18t", kind="well_to_wheel", unit="t*km")
    assert lorry == pytest.approx(0.129 / 0.07259 * 0.1016, rel=1e-6)
    assert value("steam", unit="MJ") == pytest.approx(0.11 + 0.11 / 0.089 * 0.0185, rel=1e-6)


def test_a_proxy_answers_what_it_is_named_for_and_says_so():
    found = load_factors().match(request("polyester_dty"))
    assert isinstance(found, Match)
    assert found.fallback == "polyester_dty→polyester_filament_yarn (proxy)"
    assert found.warning == "polyester_filament_yarn stands in for it as a proxy; ask the supplier for a footprint (pcf:ID)"
    assert isinstance(load_factors().match(request("polyester_something")), NoMatch)


def test_a_factor_of_its_own_goes_before_a_proxy():
    found = TABLES.match(request("polyester_dty"))
    assert isinstance(found, Match) and found.fallback == "CN→GLO" and found.warning == ""


def test_what_no_open_source_gives_names_whom_to_ask():
    refusal = load_factors().match(request("reactive_dye"))
    assert isinstance(refusal, NoMatch)
    assert "ask the supplier" in refusal.what and "pcf:ID" in refusal.what
    assert "活性染料" in refusal.what.localized("zh")


def test_a_table_of_2026_1_composes_nothing():
    old = load_factors("default@2026.1").tables[0]
    assert old.composed == () and "polyester_filament_yarn" not in old.index


def test_the_sum_is_shown_term_by_term_and_warned_of():
    row = TABLES.match(request("polyester_filament_yarn")).row
    text = TABLES.composition(0, row, "AR6", "zero_zero")
    assert text.startswith("1 kg pet_granulate FR 2014 / (1 − 0.03) × 3.27 = 3.371134 kg CO2e (amount and loss: ECOBALYSE,")
    assert "1.36 kWh electricity CN 2024 × 0.5777 = 0.785672 kg CO2e" in text
    assert TABLES.composition(0, 0, "AR6", "zero_zero") is None
    warnings = TABLES.warnings("AR6", {0: [row]})
    assert warnings == [
        "default@2026.2: composed factors, which are estimates from cited rows, are used: polyester_filament_yarn."
    ]


def test_uptake_of_the_inputs_is_uptake_of_the_composed_factor():
    sheet = TABLES.tables[0]
    for composed in sheet.composed:
        for gas in ("co2_uptake", "co2_biogenic"):
            inputs = [np.nan_to_num((term.sheet or sheet).numbers[gas][term.row]) * term.needed for term in composed.terms]
            assert np.isclose(np.nan_to_num(sheet.numbers[gas][composed.row]), sum(inputs))
