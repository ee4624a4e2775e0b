"""Units of a rule's or a table's own, pint quantities in and out, and pint as the authority on the grammar."""

import pickle
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pint
import pytest

import textile_pcf as tp
from textile_pcf.units import OwnUnitsError, UnitError, own_units, parse_unit, registry
from textile_pcf.units.pint_registry import unit_values
from textile_pcf.units.quantities import quantity_text

RULE = """
rule: baled
edition: "1"
{units}
product: {{unit: kg}}
stages:
  - id: spinning
    losses: [{{id: waste, unit: "%", basis: input}}]
    flows:
      electricity: {{unit: kWh, per: output, factor: electricity}}
      cotton: {{unit: kg, per: input, factor: cotton}}
"""
FACTORS = pd.DataFrame(
    [
        {
            "item": item,
            "value": value,
            "unit": unit,
            "region": "GLO",
            "year": "",
            "kind": "life_cycle",
            "source": "s",
            "locator": "l",
        }
        for item, value, unit in (("electricity", 0.6, "kgCO2e/kWh"), ("cotton", 2.0, "kgCO2e/kg"))
    ]
)


def rows(electricity, waste=(20, "%"), cotton=(1, "kg/kg")):
    """Rows of one product; a pair is an amount with its unit, anything else an amount that brings it."""
    given = {"electricity": electricity, "waste": waste, "cotton": cotton}
    pairs = {flow: amount if isinstance(amount, tuple) else (amount, "") for flow, amount in given.items()}
    return [{"stage": "spinning", "flow": flow, "amount": amount, "unit": unit} for flow, (amount, unit) in pairs.items()]


@pytest.fixture
def rule(tmp_path):
    path = tmp_path / "baled.yaml"
    path.write_text(RULE.format(units="units: {bale: 217.7 kg, cone: 1.25 kg, carton: 24 cone}"), encoding="utf-8")
    return path


def total(rule, given):
    return float(tp.footprint({"product": "P", "rows": given}, rule=rule, factors=FACTORS).totals[0])


# ---------------------------------------------------------------- own units


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("kWh/bale", "kWh/(217.7 kg)"), ("kWh/carton", "kWh/(30 kg)"), ("MJ per cone", "MJ/(1.25 kg)"),
        ("kWh/万cone", "kWh/(12500 kg)"),
        ("kWh/(2 bale)", "kWh/(435.4 kg)"), ("bale", "217.7 kg"), ("bale·km", "217.7 kg·km"), ("kg/bale", "1/217.7"),
    ],
)  # fmt: skip
def test_own_units_are_read_like_those_of_the_library(text, same):
    names = own_units({"bale": "217.7 kg", "carton": "24 cone", "cone": "1.25 kg"})
    unit, expected = parse_unit(text, names), parse_unit(same)
    assert (unit.exact, unit.dimensions) == (expected.exact, expected.dimensions)


def test_own_units_are_exact_and_computed_by_pint():
    names = own_units({"third": "kg/3", "denim": "14.75 oz/yd^2", "shift": "8 h", "kgproduct": "1 kgCO2e/kWh"})
    assert names.own["third"] == (Fraction(1, 3), {"mass": 1})
    assert names.own["denim"][0] == Fraction("14.75") * unit_values()["oz"][0] / unit_values()["yd"][0] ** 2
    assert names.own["shift"] == (Fraction(28800), {"time": 1})
    assert names.own["kgproduct"] == (Fraction(5, 18), {"greenhouse": 1, "energy": -1})


@pytest.mark.parametrize(
    ("definitions", "wrong"),
    [
        ({"kg": "2 kg"}, {"kg": "already a unit"}),
        ({"Kg": "2 kg"}, {"Kg": "'kg' is already a unit"}),
        ({"m2": "2 kg"}, {"m2": "cannot be the name"}),
        ({"per": "2 kg"}, {"per": "cannot be the name"}),
        ({"万包": "2 kg"}, {"万包": "cannot be the name"}),
        ({"ｂale": "2 kg"}, {"ｂale": "cannot be the name"}),
        ({"a b": "2 kg"}, {"a b": "cannot be the name"}),
        ({"": "2 kg"}, {"": "cannot be the name"}),
        ({"bale": "2 kg", "BALE": "3 kg"}, {"BALE": "'bale' is already a unit"}),
        ({"bale": "0 kg"}, {"bale": "size 0"}),
        ({"bale": ""}, {"bale": "empty"}),
        ({"bale": "2 gallon"}, {"bale": "A gallon is"}),
        ({"bale": "2 kg/m*s"}, {"bale": "two ways"}),
        ({"bale": "20 °C"}, {"bale": "Temperatures"}),
        ({"bale": "2 bale"}, {"bale": "circle: bale"}),
        ({"a": "2 b", "b": "2 c", "c": "2 a"}, {"a": "circle: a, b, c"}),
        ({"bale": "2 gallon", "load": "90 bale"}, {"bale": "A gallon is"}),  # not load too
        ({"kg": "2 kg", "bale": "2 kgg"}, {"kg": "already a unit", "bale": "not a known unit"}),
    ],
)
def test_wrong_definitions_are_all_refused(definitions, wrong):
    with pytest.raises(OwnUnitsError) as caught:
        own_units(definitions)
    messages = {name: f"{error.what} {error.cure}" for name, error in caught.value.errors.items()}
    assert messages.keys() == wrong.keys()
    assert all(wrong[name] in message for name, message in messages.items())


def test_own_units_stay_their_own():
    own_units({"bale": "217.7 kg"})
    names = own_units({"bale": "250 kg"})
    assert parse_unit("bale", names).factor == 250
    assert pickle.loads(pickle.dumps(names)) == names and hash(pickle.loads(pickle.dumps(names))) == hash(names)
    assert own_units({}) is None
    with pytest.raises(UnitError, match="A bale has no fixed mass"):
        parse_unit("bale")
    assert "bale" not in registry()


def test_a_unit_of_the_rule_is_suggested():
    names = own_units({"carton": "30 kg"})
    with pytest.raises(UnitError, match="Did you mean 'carton'"):
        parse_unit("Carton", names)


def test_results_are_told_per_unit_of_the_rule(rule):
    result = tp.footprint({"product": "P", "rows": rows((3, "kWh/kg"))}, rule=rule, factors=FACTORS)
    assert result.total("bale").iloc[0] == pytest.approx(217.7 * result.totals[0], rel=1e-15)
    with pytest.raises(tp.InputError, match="not a known unit"):
        result.total("bucket")


def test_a_table_defines_units_in_its_yaml(rule, tmp_path):
    FACTORS.assign(unit=["kgCO2e/kWh", "kgCO2e/ballot"], value=[0.6, 435.4]).to_csv(tmp_path / "mill.csv", index=False)
    (tmp_path / "mill.yaml").write_text("units: {ballot: 217.7 kg}\n", encoding="utf-8")
    result = tp.footprint({"product": "P", "rows": rows((3, "kWh/kg"))}, rule=rule, factors=tmp_path / "mill.csv")
    assert result.totals[0] == pytest.approx(3 * 0.6 + 1.25 * 2.0, rel=1e-12)
    with pytest.raises(tp.InputError, match="ballot"):  # a unit of the table is none of the rule
        total(rule, rows((3, "kWh/ballot")))


def test_a_declared_footprint_weighs_in_a_unit_of_its_table(rule, tmp_path):
    table = FACTORS.assign(
        item=["electricity", "pcf:COTTON"], kind=["life_cycle", "cradle_to_gate"], mass_per_unit=["", "2 ballot"]
    )
    table.assign(unit=["kgCO2e/kWh", "kgCO2e/piece"]).to_csv(tmp_path / "mill.csv", index=False)
    (tmp_path / "mill.yaml").write_text("units: {ballot: 217.7 kg}\n", encoding="utf-8")
    given = [*rows((3, "kWh/kg"))[:2], {"stage": "spinning", "flow": "cotton", "amount": 1, "unit": "kg", "item": "pcf:COTTON"}]
    result = tp.footprint({"product": "P", "rows": given}, rule=rule, factors=tmp_path / "mill.csv")
    assert result.totals[0] == pytest.approx(1.8 + 1.25 * 2 / 435.4, rel=1e-12)


def test_wrong_units_of_a_table_are_named_with_their_line(tmp_path):
    FACTORS.to_csv(tmp_path / "mill.csv", index=False)
    (tmp_path / "mill.yaml").write_text("title: Mill\nunits:\n  kg: 2 kg\n  ballot: 2 kgg\n", encoding="utf-8")
    with pytest.raises(tp.FactorError) as caught:
        tp.load_factors(tmp_path / "mill.csv")
    told = str(caught.value)
    assert "mill.yaml:3 (units.kg): 'kg' is already a unit." in told and "mill.yaml:4 (units.ballot)" in told


# ---------------------------------------------------------------- quantities

UREG = pint.UnitRegistry()


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (2 * UREG.kWh, "2.0 kWh"), (2 * UREG.kW * UREG.h / UREG.kg, "2.0 kW*h/kg"), (3 * UREG.m**3, "3.0 m^3"),
        (5 * UREG.L, "5.0 l"),
        (500 * UREG.g / UREG.m**2, "500.0 g/m^2"), (3 * UREG.percent, "3.0 %"), (UREG.Quantity(0.5), "0.5 kg/kg"),
        (0.1 * UREG.kWh, "0.1 kWh"), (float("nan") * UREG.kg, ""), (2 / UREG.kg, "2.0/kg"), (150 * UREG.dtex, "150.0 dtex"),
        (1 * UREG.year, "31557600.0 s"),  # pint's year has 365.25 days, ours 365
        (np.float64(1.5) * UREG.t * UREG.km, "1.5 t*km"),
    ],
)  # fmt: skip
def test_a_quantity_becomes_its_amount_and_unit(quantity, text):
    assert quantity_text(quantity) == text


def test_a_short_ton_never_becomes_a_tonne():
    assert float(quantity_text(1 * UREG.ton).removesuffix(" kg")) == pytest.approx(907.18474, rel=1e-12)


@pytest.mark.parametrize("as_frame", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_quantities_in_tables_are_read(rule, as_frame, own):
    ureg = registry() if own else UREG
    given = rows(3 * ureg.kWh / ureg.kg, 20 * ureg.percent, 1 * ureg.kg / ureg.kg)
    expected = total(rule, rows((3, "kWh/kg")))
    if as_frame:
        frame = pd.DataFrame([{"product": "P", **row} for row in given])
        assert tp.footprint(frame, rule=rule, factors=FACTORS).totals[0] == expected
    else:
        assert total(rule, given) == expected


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        (3 * UREG.N, "newton"),
        (UREG.Quantity(20, "degC"), "degree_Celsius"),
        (3 * UREG.kg, "is mass, but"),
        ([1, 2] * UREG.kWh, "not a number"),
    ],
)
def test_a_quantity_that_does_not_fit_is_refused(rule, quantity, message):
    with pytest.raises(tp.InputError, match=message):
        total(rule, rows(quantity))


def test_results_are_given_as_quantities(rule):
    products = [{"product": name, "rows": rows((amount, "kWh/kg"))} for name, amount in (("A", 3), ("B", 4))]
    result = tp.footprint(products, rule=rule, factors=FACTORS)
    ureg = registry()
    given = result.total("t", as_quantity=True)
    assert given.units == ureg.Unit("kgCO2e/t") and np.array_equal(given.magnitude, result.total("t").to_numpy())
    assert given.to("gCO2e/kg").magnitude == pytest.approx(result.totals * 1000, rel=1e-15)
    assert given.to("gCO2e/kg").magnitude.dtype == np.float64
    assert np.array_equal(result.per_stage(as_quantity=True).magnitude, result.per_stage().to_numpy())
    assert np.array_equal(result.per_group(as_quantity=True).magnitude, result.per_group().to_numpy())
    assert np.array_equal(result.per_unit("kg", as_quantity=True).magnitude, result.totals)
    assert result.total("bale", as_quantity=True).to("kgCO2e/kg").magnitude == pytest.approx(result.totals, rel=1e-15)
    theirs = pint.UnitRegistry()
    with pytest.raises(tp.UsageError, match="no unit kgCO2e"):
        result.total(as_quantity=theirs)
    theirs.define("kgCO2e = [greenhouse]")
    per_ton = result.total("ton", as_quantity=theirs)  # a tonne here, a short ton there
    assert per_ton.units == theirs.Unit("kgCO2e/kg") and per_ton.magnitude == pytest.approx(result.totals, rel=1e-15)
    assert result.total("lb", as_quantity=theirs).units == theirs.Unit("kgCO2e/lb")
    with pytest.raises(tp.UsageError, match="as_quantity"):
        result.total(as_quantity="kgCO2e")


# ---------------------------------------------------------------- pint is the authority, and asked only where it is needed


def same(text, by_pint):
    """Whether our grammar and pint mean the same by a text."""
    factor, root = registry().get_root_units(registry().parse_units(by_pint))
    powers = {str(name).strip("[]"): int(power) for name, power in root.dimensionality.items()}
    ours = parse_unit(text)
    return ours.exact == Fraction(str(factor)) and dict(ours.dimensions) == powers


def test_every_name_means_what_pint_says():
    wrong = [name for name in unit_values() if name not in "%‰" and not same(name, name)]
    assert not wrong


def test_two_thousand_compounds_mean_what_pint_says():
    chance, checked = random.Random(20261129), 0
    names = sorted(name for name in unit_values() if name not in "%‰")
    while checked < 2000:
        above, below = chance.choices(names, k=chance.randint(1, 2)), chance.choices(names, k=chance.randint(0, 2))
        powers = {name: chance.choice((1, 1, 1, 2)) for name in (*above, *below)}
        factors = [f"{name}**{powers[name]}" if powers[name] > 1 else name for name in above]
        divisors = [f"{name}**{powers[name]}" if powers[name] > 1 else name for name in below]
        text = "*".join(factors) + (f"/({'*'.join(divisors)})" if divisors else "")
        if len(text) > 64:
            continue
        try:
            parse_unit(text)
        except UnitError as error:
            assert "power" in error.what or "beyond all measure" in error.what, error
            continue
        assert same(text, text), text
        checked += 1


USED = """
import sys
import textile_pcf as tp
tp.footprint({{"product": "P", "rows": {rows}}}, rule={rule!r}, factors={factors!r}).total("t")
print("pint" in sys.modules)
"""


@pytest.mark.parametrize(("units", "asked"), [("", "False"), ("units: {bale: 217.7 kg}", "True")])
def test_pint_is_imported_for_units_of_a_rule_only(tmp_path, units, asked):
    (tmp_path / "rule.yaml").write_text(RULE.format(units=units), encoding="utf-8")
    FACTORS.to_csv(tmp_path / "mill.csv", index=False)
    code = USED.format(rows=rows((3, "kWh/kg")), rule=str(tmp_path / "rule.yaml"), factors=str(tmp_path / "mill.csv"))
    path = str(Path(tp.__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": path})
    assert done.stdout.strip() == asked


def test_the_command_line_does_not_import_pint(tmp_path):
    code = "import sys; from textile_pcf.cli import main\ntry: main()\nfinally: print('pint' in sys.modules)"
    path = str(Path(tp.__file__).parent.parent)
    command = [sys.executable, "-c", code, "rules", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": path})
    assert done.stdout.splitlines()[-1] == "False"
