"""Units: every name and its exact factor, and texts that are no unit. Conversions: `test_conversions.py`."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_names import TABLE

import textile_pcf.units
from textile_pcf.units import (
    CANONICAL,
    Unit,
    UnitError,
    canonical_text,
    parse_unit,
)

SPACED = [
    ("100 m", 100.0, "m"),
    ("1000 m2", 1000.0, "m2"),
    ("kWh/100 m", 0.036, "MJ/m"),
    ("kgCO2e/100 km", 1e-05, "kgCO2e/m"),
    ("kWh per kg", 3.6, "MJ/kg"),
    ("kWh 每 kg", 3.6, "MJ/kg"),
    ("kg CO2e/kg", 1.0, "kgCO2e/kg"),
    ("kg CO2 eq / kWh", 0.2777777777777778, "kgCO2e/MJ"),
    ("t km", 1e6, "kg*m"),
    ("kgCO2e/(t km)", 1e-6, "kgCO2e/(kg*m)"),
    ("% owf", 0.01, "1"),
    ("% (o.w.f.)", 0.01, "1"),
    ("10⁴ t", 1e7, "kg"),  # the superscript is not lost: never 104 t
    ("10^6 kWh", 3.6e6, "MJ"),
    ("(kWh/kg)*kg", 3.6, "MJ"),
    ("MJ/(m2*h)", 1 / 3600, "MJ/(m2*s)"),
    (" kg ", 1.0, "kg"),
]


@pytest.mark.parametrize(("text", "factor", "unit"), [*TABLE, *SPACED])
def test_name(text, factor, unit):
    parsed = parse_unit(text)
    assert parsed.text == text
    assert canonical_text(parsed.dimensions) == unit
    assert parsed.factor == pytest.approx(factor, rel=1e-15)


def test_factors_are_rounded_once():
    exact = {"kWh": 3.6, "t*km": 1e6, "g": 0.001, "gsm": 0.001, "dtex": 1e-7, "momme": 0.0043056, "kgce": 29.3076}
    assert {text: parse_unit(text).factor for text in exact} == exact


def test_every_name_of_the_file_is_in_the_table():
    lines = Path(textile_pcf.units.__file__).with_name("definitions.txt").read_text(encoding="utf-8").splitlines()
    definitions = [line.partition("#")[0].split("=") for line in lines if "=" in line.partition("#")[0]]
    names = {part.strip() for line in definitions for place, part in enumerate(line) if place != 1}
    untested = {name for name in names if "_" not in name} - {param.values[0] for param in TABLE}
    assert not untested


def test_every_dimension_has_its_canonical_unit():
    assert all(parse_unit(unit) == Unit(unit, 1.0, ((name, 1),)) for name, unit in CANONICAL.items())


TRAPS = [
    ("Nm", (("length", 1), ("mass", -1)), "a yarn count, never newton metre"),
    ("kt", (("mass", 1),), "kilotonne, never knot"),
    ("mt", (("mass", 1),), "tonne, never millitonne"),
    ("gr", (("mass", 1),), "gram, never grain"),
    ("count", (("piece", 1),), "a piece, never a plain number"),
    ("min", (("time", 1),), "minute, never milli-inch"),
    ("D", (("length", -1), ("mass", 1)), "denier, never day or debye"),
    ("D/d", (("length", -1), ("mass", 1), ("time", -1)), "capitals matter"),
    ("度", (("energy", 1),), "kWh, never degree"),
    ("kWh", (("energy", 1),), "energy is a base of its own"),
    ("kgCO2e/kg", (("greenhouse", 1), ("mass", -1)), "never cancels"),
    ("m3", (("volume", 1),), "volume is a base of its own"),
    ("m2", (("length", 2),), "area is length x length"),
    ("kWh*kgCO2e/kg", (("energy", 1), ("greenhouse", 1), ("mass", -1)), "no energy becomes emissions"),
]


@pytest.mark.parametrize(("text", "dimensions", "why"), TRAPS)
def test_trap(text, dimensions, why):
    assert parse_unit(text).dimensions == dimensions, why


REFUSED = [
    ("kwh", "Did you mean 'kWh'? Capitals matter"),
    ("KG", "Did you mean 'kg'"),
    ("kgs", "Did you mean 'kg'"),
    ("M", "Did you mean 'm'"),
    ("kilowat", "Did you mean 'kilowatt'"),
    ("foo/kg", "'foo' in 'foo/kg' is not a known unit"),
    ("C", "Temperatures are not units"),
    ("°C", "Temperatures are not units"),
    ("℃", "Temperatures are not units"),
    ("degree", "Temperatures are not units"),
    ("T", "t for tonnes"),
    ("Tt", "Write tex"),
    ("支", "Nm"),
    ("USD", "no exchange rates"),
    ("month", "no fixed length"),
    ("CO2e", "kgCO2e"),
    ("kgCO2e/t*km", "read in two ways. Use brackets"),
    ("m*m2", "Write m3"),
    ("m2*m", "Write m3"),
    ("m m m", "Write m3"),
    ("m 2", "cannot be read"),
    ("kg 2", "cannot be read"),
    ("/kg", "cannot be read"),
    ("kg/", "cannot be read"),
    ("kg//m", "cannot be read"),
    ("kg-", "cannot be read"),
    ("()", "cannot be read"),
    ("(kg", "not closed"),
    ("kg)", "cannot be read"),
    ("((((((kg))))))", "too many brackets"),
    ("m^2.5", "power"),
    ("m^0", "power"),
    ("m^5", "power"),
    ("m5", "not a known unit"),
    ("m2*m2*m2", "power above"),
    ("m**999999", "power"),
    ("9**9**9", "power"),
    ("10^999 m", "power"),
    ("0 m", "size 0"),
    ("kg/0 m", "size 0"),
    ("1e99 m", "beyond all measure"),
    ("1e999 m", "not a known unit"),
    ("nan", "not a known unit"),
    ("inf", "not a known unit"),
    ("1,000 m", "Leave out the ','"),
    ("kg\0", "not a known unit"),
    ("__import__('os').system('ls')", "not a known unit"),
    ("kg; import os", "not a known unit"),
    ("lambda: 1", "not a known unit"),
    ("", "empty"),
    ("   ", "empty"),
    ("kg" * 40, "80 characters"),
    ("(" * 64, "too many brackets"),
    ("万" * 60 + "m", "beyond all measure"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refused(text, words):
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    assert words in f"{caught.value.what} {caught.value.cure}"
    assert caught.value.what.endswith(".")
    assert caught.value.cure.endswith((".", "?"))


def test_hostile_texts_are_refused_quickly():
    parse_unit("kg")
    start = time.process_time()  # of this process: other tests run beside it
    for text in ["9" * 10_000_000, "(" * 1_000_000, "m**" * 20, "1e9" * 20, "万" * 64]:
        with pytest.raises(UnitError):
            parse_unit(text)
    assert time.process_time() - start < 10  # milliseconds; minutes where the power or the digits are worked out


@given(st.text(max_size=80))
def test_any_text_is_a_unit_or_a_unit_error(text):
    try:
        assert parse_unit(text).factor > 0
    except UnitError as error:
        assert error.what
        assert error.cure
