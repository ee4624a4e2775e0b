"""What each name of a unit is worth in canonical units; `unit/units/test_units.py` checks every row."""

import pytest

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
