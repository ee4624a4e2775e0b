"""Units: every name, every trap, exact factors, and texts that are no units."""

import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textile_pcf.units
from textile_pcf.suggest import nearest
from textile_pcf.units import (
    CANONICAL,
    Unit,
    UnitError,
    canonical_text,
    convert,
    describe,
    parse_unit,
    split_quantity,
)
from textile_pcf.units import pint_registry as registry

# What each name is worth in canonical units: names | factor | canonical unit
NAMES = """
kg kilogram kilograms kilo 千克 公斤 | 1 | kg
g gram grams gr 克 | 0.001 | kg
mg milligram 毫克 | 0.000001 | kg
t tonne tonnes ton tons mt MT 吨 | 1000 | kg
kt kilotonne | 1000000 | kg
Mt megatonne | 1000000000 | kg
斤 市斤 catty | 0.5 | kg
lb lbs pound pounds 磅 | 0.45359237 | kg
ug μg microgram 微克 | 1e-9 | kg
oz ozs ounce ounces 盎司 | 0.028349523125 | kg
MJ megajoule 兆焦 兆焦耳 | 1 | MJ
J joule 焦 焦耳 | 0.000001 | MJ
kJ kilojoule 千焦 千焦耳 | 0.001 | MJ
GJ gigajoule 吉焦 吉焦耳 | 1000 | MJ
TJ terajoule 太焦 | 1000000 | MJ
Wh 瓦时 | 0.0036 | MJ
kWh 千瓦时 千瓦小时 度 度电 | 3.6 | MJ
MWh 兆瓦时 | 3600 | MJ
GWh 吉瓦时 | 3600000 | MJ
TWh | 3600000000 | MJ
kcal kilocalorie 千卡 大卡 | 0.0041868 | MJ
Gcal gigacalorie | 4186.8 | MJ
Mcal megacalorie | 4.1868 | MJ
PJ petajoule | 1000000000 | MJ
Btu BTU 英热单位 | 0.00105505585262 | MJ
MMBtu MMBTU mmBtu mmBTU 百万英热 | 1055.05585262 | MJ
toe 吨油当量 吨标准油 吨标油 | 41868 | MJ
kgoe 千克油当量 千克标准油 | 41.868 | MJ
ktoe | 41868000 | MJ
kgce 千克标煤 千克标准煤 公斤标煤 公斤标准煤 | 29.3076 | MJ
gce 克标煤 克标准煤 | 0.0293076 | MJ
tce 吨标煤 吨标准煤 | 29307.6 | MJ
m3 立方米 立方 方 cbm CBM Nm3 标方 标立方米 标准立方米 标准立方 kL kl kilolitre 千升 | 1 | m3
L l litre liter litres liters dm3 升 公升 立方分米 | 0.001 | m3
mL ml millilitre cm3 cc 毫升 立方厘米 | 0.000001 | m3
ft3 | 0.028316846592 | m3
hL hl hectolitre 百升 | 0.1 | m3
dL dl decilitre 分升 | 0.0001 | m3
cL cl centilitre 厘升 | 0.00001 | m3
m metre meter metres meters 米 | 1 | m
dm decimetre 分米 | 0.1 | m
cm centimetre 厘米 | 0.01 | m
mm millimetre 毫米 | 0.001 | m
um μm µm micron micrometre 微米 | 0.000001 | m
km kilometre kilometer kilometres kilometers 公里 千米 | 1000 | m
yd yard yards yds 码 | 0.9144 | m
ft foot feet 英尺 | 0.3048 | m
in inch inches 英寸 | 0.0254 | m
mi mile miles 英里 | 1609.344 | m
nmi 海里 | 1852 | m
sqft 平方英尺 ft2 | 0.09290304 | m2
sqyd 平方码 yd2 | 0.83612736 | m2
ha hectare 公顷 | 10000 | m2
亩 mu | 666.6666666666666 | m2
sqm 平方米 平米 m2 | 1 | m2
平方厘米 cm2 | 0.0001 | m2
平方分米 dm2 | 0.01 | m2
平方公里 平方千米 km2 | 1000000 | m2
s second seconds sec 秒 | 1 | s
min minute minutes mins 分钟 | 60 | s
h hour hours hr hrs 小时 时 | 3600 | s
d day days 天 日 | 86400 | s
week weeks 周 | 604800 | s
year years yr 年 | 31536000 | s
W watt 瓦 | 0.000001 | MJ/s
kW kilowatt 千瓦 | 0.001 | MJ/s
MW megawatt 兆瓦 | 1 | MJ/s
piece pieces pc pcs pce item items count counts 件 条 个 只 | 1 | piece
dozen dozens 打 | 12 | piece
pair pairs 双 对 | 1 | pair
set sets 套 | 1 | set
wear wears 次穿着 | 1 | wear
sold 售出件 | 1 | sold
cycle cycles wash washes 次 次洗涤 | 1 | cycle
yuan CNY RMB 元 人民币 | 1 | CNY
kgCO2e 千克CO2e 公斤CO2e kgCO2 kgCO2eq kgCO2-eq kgCO₂e 千克二氧化碳当量 | 1 | kgCO2e
gCO2e 克CO2e gCO2 gCO2eq | 0.001 | kgCO2e
mgCO2e | 0.000001 | kgCO2e
lbCO2e lbCO2 lbsCO2eq poundCO2e 磅CO2e 磅二氧化碳 | 0.45359237 | kgCO2e
tCO2e tonCO2e tonneCO2e 吨CO2e tCO2 tCO2eq 吨二氧化碳当量 | 1000 | kgCO2e
ktCO2e | 1000000 | kgCO2e
MtCO2e | 1000000000 | kgCO2e
tkm 吨公里 吨千米 t*km t·km t-km t.km t×km | 1000000 | kg*m
kgkm kg*km | 1000 | kg*m
gsm GSM g/m2 g/m² g/m^2 g/㎡ 克/平方米 | 0.001 | kg/m2
momme mommes 姆米 | 0.0043056 | kg/m2
tex 特 特克斯 g/km | 0.000001 | kg/m
dtex decitex 分特 | 0.0000001 | kg/m
ktex kilotex | 0.001 | kg/m
denier den D 旦 旦尼尔 | 1.1111111111111112e-7 | kg/m
Nm 公支 m/g | 1000 | m/kg
Ne 英支 | 1693.3618173515573 | m/kg
% ％ percent pct | 0.01 | 1
‰ permille | 0.001 | 1
ppm | 0.000001 | 1
1 kg/kg | 1 | 1
百米 百m hm100 | 100 | m
万米 万m | 10000 | m
万件 | 10000 | piece
万吨 | 10000000 | kg
万度 万千瓦时 万kWh | 36000 | MJ
百万千焦 | 1000 | MJ
亿千瓦时 | 360000000 | MJ
万元 | 10000 | CNY
万吨公里 | 10000000000 | kg*m
十米 | 10 | m
m³ m^3 m**3 ㎥ Nm³ Nm^3 | 1 | m3
m² m^2 m**2 ㎡ | 1 | m2
kgCO2e/kWh kgCO2e／kWh kgCO2e/度 | 0.2777777777777778 | kgCO2e/MJ
tCO2/GJ | 1 | kgCO2e/MJ
kgCO2e/(t*km) kgCO2e/tkm kgCO2e/t/km kgCO2e/t·km kgCO2e/（t·km） | 0.000001 | kgCO2e/(kg*m)
kWh/件 | 3.6 | MJ/piece
kWh/百米 kWh/100m | 0.036 | MJ/m
元/吨 | 0.001 | CNY/kg
kW·h kW*h | 3.6 | MJ
s⁻¹ s^-1 1/s | 1 | 1/s
m⁻³ m^-3 | 1 | 1/m3
""".replace(" hm100", "")
TABLE = [
    pytest.param(name, float(factor), unit.strip(), id=name)
    for line in NAMES.strip().splitlines()
    for names, factor, unit in [line.split("|")]
    for name in names.split()
]
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
    start = time.perf_counter()
    for text in ["9" * 10_000_000, "(" * 1_000_000, "m**" * 20, "1e9" * 20, "万" * 64]:
        with pytest.raises(UnitError):
            parse_unit(text)
    assert time.perf_counter() - start < 2


@given(st.text(max_size=80))
def test_any_text_is_a_unit_or_a_unit_error(text):
    try:
        assert parse_unit(text).factor > 0
    except UnitError as error:
        assert error.what
        assert error.cure


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
