"""Quantities, conversions, products and ratios of units, and the compiled table of definitions."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_names import TABLE

from textile_pcf.suggest import nearest
from textile_pcf.units import (
    Unit,
    UnitError,
    convert,
    describe,
    parse_unit,
    split_quantity,
)
from textile_pcf.units import pint_registry as registry

QUANTITIES = [
    ("2 kWh", 2.0, "kWh"),
    ("2kWh", 2.0, "kWh"),
    ("2", 2.0, ""),
    ("5 %", 5.0, "%"),
    ("-1.5e3 kg", -1500.0, "kg"),
    (".5 kg", 0.5, "kg"),
    ("５　kg", 5.0, "kg"),
    ("−5 kg", -5.0, "kg"),
    ("3/kg", 3.0, "1/kg"),
    ("1 kgCO2e/kWh", 1.0, "kgCO2e/kWh"),
    ("2 m²", 2.0, "m²"),
]


@pytest.mark.parametrize(("text", "amount", "unit"), QUANTITIES)
def test_quantity(text, amount, unit):
    assert split_quantity(text) == (amount, unit)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not start with a number"),
        ("kWh", "does not start with a number"),
        ("nan kg", "does not start with a number"),
        ("inf", "does not start with a number"),
        ("1e999 kg", "not a finite number"),
        ("1,500 kg", "comma"),
        ("1,5", "comma"),
        ("1 500 kg", "read in two ways"),
        ("1_000 kg", "read in two ways"),
        ("2..5", "read in two ways"),
    ],
)
def test_no_quantity(text, words):
    with pytest.raises(UnitError, match=words):
        split_quantity(text)


CONVERSIONS = [
    ("kWh", "kWh", 1.0),
    ("g", "kg", 0.001),
    ("kg", "g", 1000.0),
    ("kWh", "MWh", 0.001),
    ("MWh", "kWh", 1000.0),
    ("kWh", "MJ", 3.6),
    ("tkm", "kg*km", 1000.0),
    ("%", "1", 0.01),
    ("1", "%", 100.0),
    ("kWh/100 m", "kWh/m", 0.01),
    ("gCO2e/kWh", "kgCO2e/kWh", 0.001),
    ("dtex", "denier", 0.9),
    ("denier", "dtex", 10 / 9),
    ("L", "m3", 0.001),
]


@pytest.mark.parametrize(("text", "target", "factor"), CONVERSIONS)
def test_conversion(text, target, factor):
    conversion = convert(parse_unit(text), parse_unit(target))
    assert conversion is not None
    assert (conversion.factor, conversion.inverse) == (factor, False)
    assert conversion.apply(np.array([2.0])) == [2.0 * factor]


@pytest.mark.parametrize(
    ("text", "target", "amount", "expected"),
    [("dtex", "Nm", 200.0, 50.0), ("Nm", "dtex", 50.0, 200.0), ("denier", "Nm", 90.0, 100.0), ("tex", "Ne", 1.0, 590.5412)],
)
def test_yarn_counts_turn_round(text, target, amount, expected):
    conversion = convert(parse_unit(text), parse_unit(target))
    assert conversion is not None
    assert conversion.inverse
    np.testing.assert_allclose(conversion.apply(np.array([amount])), [expected], rtol=1e-6)


def test_a_yarn_count_of_zero_is_infinite_without_a_warning():
    conversion = convert(parse_unit("dtex"), parse_unit("Nm"))
    assert conversion is not None
    assert conversion.apply(np.array([0.0])) == [np.inf]


@pytest.mark.parametrize(
    ("text", "target"), [("kWh", "kg"), ("kWh/kg", "kWh"), ("m3", "m2"), ("1/kg", "kg"), ("pair", "piece")]
)
def test_no_conversion(text, target):
    assert convert(parse_unit(text), parse_unit(target)) is None


NAMED = sorted({param.values[0] for param in TABLE})


units = st.sampled_from(NAMED).map(parse_unit)


@given(units, units, units, units)
def test_conversions_there_and_back(left, right, other, another):
    for make in (Unit.__mul__, Unit.__truediv__):
        made = make(left, right)
        there = convert(made, Unit("canonical", 1.0, made.dimensions))
        back = convert(Unit("canonical", 1.0, made.dimensions), made)
        assert there is not None
        assert back is not None
        assert abs(there.factor * back.factor - 1) <= 1e-15
    assert (left * right) / right == Unit((left * right / right).text, left.factor, left.dimensions)


@given(units, units)
def test_texts_of_products_and_ratios_can_be_read_again(left, right):
    for made in (left * right, left / right):
        if abs(dict(made.dimensions).get("length", 0)) < 3 and len(made.text) <= 64:
            again = parse_unit(made.text)
            assert (again.factor, again.dimensions) == (made.factor, made.dimensions)


def test_text_of_products_and_ratios():
    kwh, kg, tkm = parse_unit("kWh"), parse_unit("kg"), parse_unit("t*km")
    assert (kwh / kg).text == "kWh/kg"
    assert (kwh / kg * kg).text == "(kWh/kg)*kg"
    assert (parse_unit("kgCO2e") / tkm).text == "kgCO2e/(t*km)"
    assert (kwh / parse_unit("100 m")).text == "kWh/100 m"
    assert (kwh * parse_unit("1")).text == (kwh / parse_unit("1")).text == "kWh"


def test_product_of_lengths_is_no_volume():
    assert (parse_unit("m2") * parse_unit("m")).dimensions == (("length", 3),)
    assert convert(parse_unit("m2") * parse_unit("m"), parse_unit("m3")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kWh", "energy"),
        ("kWh/kg", "energy per mass"),
        ("kWh/件", "energy per piece"),
        ("件", "pieces"),
        ("kgCO2e/(t*km)", "greenhouse effect per mass times length"),
        ("g/m2", "mass per area"),
        ("%", "a plain number"),
        ("1/h", "a number per time"),
    ],
)
def test_describe(text, words):
    assert describe(parse_unit(text).dimensions) == words


def test_nearest():
    assert nearest("kW", ["kw", "kW"]) == "kW"
    assert nearest("ELECTRICITY", ["electricity_pv", "electricity"]) == "electricity"
    assert nearest("elektricity", ["steam", "electricity"]) == "electricity"
    assert nearest("zzz", ["steam"]) is None
    assert nearest("a" * 100_000, ["steam"]) is None


def test_units_made_by_hand_stay_exact():
    assert Unit("kWh", 3.6, (("energy", 1),)).exact == Fraction(18, 5)


def test_importing_units_does_not_import_pint():
    code = "import sys, textile_pcf.units; assert not {'pint', 'pandas', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_compiled_definitions_are_what_pint_computes():
    """Renew them with `python tests/tools/compile_units.py`."""
    home = Path(registry.__file__)
    definitions = home.with_name("definitions.txt").read_text(encoding="utf-8")
    assert home.with_name("compiled.txt").read_text(encoding="utf-8") == registry.compile_table(definitions)


def test_changed_definitions_are_computed_by_pint():
    value = registry.values_by_pint("kilogram = [mass] = kg\nbale = 480 * 0.45359237 * kilogram")
    assert value["bale"] == (Fraction("217.7243376"), {"mass": 1})
