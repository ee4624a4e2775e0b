"""Advice on texts that are not units: what some names mean elsewhere, and which known names may be meant.

A known name is suggested only if it differs in capitals or by one typing error; the caller decides which suggestions measure
the right thing. A name with another prefix (`mL` for `hL`) is another size and never suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

SHORTEST, LONG, ALIKE = 3, 7, 0.85  # letters of a name with one error; of one with two; their similarity
PLAIN_CURE = "Write a unit such as kg, kWh, MJ, m3, m2, t*km, piece, % or kWh/kg."
_PREFIXED = re.compile(r"(?:da|[dchkMGTPmunμ])(?:g|t|J|Wh|W|L|l|m|cal|s|m3|ce|CO2e)")

# pattern of the name | what it is | what to write instead; compiled where a text is no unit, not at each start
EXPLAINED = [
    (r"°C|C|°F|F|K|degC|degrees?|celsius|kelvin|摄氏度|℃|℉", "",
     "Temperatures are not units of this library: give the heat in MJ, kWh or kg of steam."),
    (r"USD|EUR|GBP|JPY|HKD|INR|TRY|BDT|VND|美元|欧元|日元|英镑|港元|港币", "",
     "Money is counted in CNY (元) only: convert it first, the library knows no exchange rates."),
    (r"months?|月|个月", "", "A month has no fixed length: write days (d), or give the total of a year."),
    (r"CO2|CO2e|CO2eq", "", "Write kgCO2e, gCO2e or tCO2e."),
    (r"支", "", "Write 公支 (Nm) or 英支 (Ne)."),
    (r"T", "", "Write t for tonnes, or tex."),
    (r"Tt", "", "Write tex."),
    (r"N", "", "Write Nm for a yarn count."),
    (r"gal|gals|gallons?|加仑", "A gallon is 3.78541 L in the United States and 4.54609 L in Britain.", "Write L or m3."),
    (r"pt|pints?|qt|quarts?|品脱|夸脱", "Pints and quarts differ between the United States and Britain.", "Write L or m3."),
    (r"fl|floz|液盎司", "A fluid ounce is a volume that differs between the United States and Britain.", "Write mL, L or m3."),
    (r"bbls?|barrels?|桶", "A barrel of oil is 158.987 L, other barrels differ.", "Write L, m3 or kg."),
    (r"[Mk]?scfd?|[Mk]?cf|ccf|[Mk]?SCF|CCF|[Mk]?CF|MMscf|MMSCF",
     "A standard cubic foot of gas is counted at states that differ.",
     "Write m3 at 0 °C and 101.325 kPa, or the energy in MJ."),
    (r"therms?|thm|撒姆", "A therm is 105.506 MJ in Europe and 105.480 MJ in the United States.", "Write MJ or kWh."),
    (r"MBtu|MBTU|mBtu|mbtu", "MBtu is a thousand Btu to some and a million to others.", "Write Btu, MMBtu or MJ."),
    (r"hp|HP|bhp|hph|hph?r|horsepower|PS|CV|马力", "A horsepower is 745.7 W or 735.5 W, as it is a mechanical or a metric one.",
     "Write kWh for energy, or kW."),
    (r"TR|RT|USRT|冷吨|美国冷吨|refrigeration", "A ton of refrigeration is a power of cold, 3.517 kW.",
     "Write kWh of the electricity used, or MJ."),
    (r"蒸吨", "A boiler of 1 蒸吨 gives 1 t of steam per hour.", "Write t of steam, MJ or kWh."),
    (r"[Mk]?VA|[Mk]?VAh|[kM]?var|[kM]?varh", "Apparent and reactive power are no energy used.", "Write kWh of the meter."),
    (r"cal|Cal|卡", "A calorie is 4.1868 J or 4.184 J, and on food it is a thousand of these.", "Write kcal or MJ."),
    (r"Mg", "Mg is a megagram, which is a tonne, and mg a milligram.", "Write t or mg."),
    (r"ML", "ML is a megalitre (1000 m3) and mL a millilitre.", "Write m3 or mL."),
    (r"mJ|mW|mWh", "A small m makes a thousandth of it, a large M a million.", "Write MJ, MW or MWh if a million is meant."),
    (r"bales?|包|捆", "A bale has no fixed mass.", "Write kg or t."),
    (r"bolts?|rolls?|匹|疋|卷", "A roll has no fixed length.", "Write m, m2 or kg."),
    (r"尺", "尺 is a Chinese foot (1/3 m) or an English one (0.3048 m).", "Write m or 英尺."),
    (r"寸", "寸 is a Chinese inch (1/30 m) or an English one (0.0254 m).", "Write cm or 英寸."),
    (r"担|cwt|quintals?|stones?", "It is not the same mass everywhere.", "Write kg or t."),
    (r"bar|kPa|MPa|Pa|psi|atm", "This is a pressure.", "Write the mass of the steam in kg, or its heat in MJ."),
]  # fmt: skip
# the same for phrases anywhere in the text
PHRASES = [
    (r"\b(?:HHV|GCV|gross(?![\s-]?tons?))\b|高位(?:热值|发热量)?|高热值",
     "This is a gross heating value; the cited ones are net.", "Write the amount in m3, kg or L, or the net energy."),
    (r"(?<![A-Za-z])(?:[kMG]?t|k?g|lb|吨|千克|公斤|克)[\s-]?(?:C(?:[\s-]?eq)?|碳)(?![A-Za-z0-9酸])",
     "", "This is carbon, not CO2: multiply by 44/12 and write kgCO2e."),
    (r"\btons? of (?:refrigeration|cooling)|(?:refrigeration|cooling) tons?", EXPLAINED[16][1], EXPLAINED[16][2]),
    (r"\b(?:short|US|U S|net) tons?|短吨|美吨|\bshtn\b|\bston\b", "A short ton is 907.185 kg.", "Write kg or t."),
    (r"\b(?:long|UK|imperial|gross) tons?|长吨|英吨", "A long ton is 1016.05 kg.", "Write kg or t."),
    (r"\bfl\W*oz|fluid ounces?", EXPLAINED[10][1], EXPLAINED[10][2]),
    (r"(?:US|UK|imperial) *gal(?:lons?)?\b|[美英]加仑", EXPLAINED[8][1], EXPLAINED[8][2]),
    (r"\bhp[\W_]*h(?:rs?)?\b|马力[·*]?小?时", EXPLAINED[15][1], EXPLAINED[15][2]),
]  # fmt: skip


def explain_name(name: str, text: str) -> tuple[str, str] | None:
    """Return what a name is that is not a unit here, and what to write instead; None if nothing is known about it.

    Parameters
    ----------
    name : str
        The unknown name.
    text : str
        The unit text in which it occurs, in normal spelling.

    Examples
    --------
    >>> explain_name("tC", "tC/TJ")
    ('', 'This is carbon, not CO2: multiply by 44/12 and write kgCO2e.')
    >>> explain_name("bucket", "bucket") is None
    True
    """
    phrases = ((what, instead) for pattern, what, instead in PHRASES if re.search(pattern, text))
    names = ((what, instead) for pattern, what, instead in EXPLAINED if re.fullmatch(pattern, name))
    return next(phrases, None) or next(names, None)


def similar_names(name: str, known: Iterable[str], typing_errors: bool = True) -> Iterator[str]:
    """Yield known names that an unknown one may mean, the most similar first.

    Names that differ in capitals only come alone; else names that differ by a typing error.

    Parameters
    ----------
    name : str
        The unknown name.
    known : iterable of str
        All names.
    typing_errors : bool
        Whether typing errors are looked for in short names too, because the caller checks what a suggestion measures.

    Examples
    --------
    >>> names = ["kW", "kWh", "kg", "mL", "hour"]
    >>> [list(similar_names(name, names)) for name in ("kWk", "KG", "hL", "houre")]
    [['kWh', 'kW'], ['kg'], [], ['hour']]
    """
    candidates = sorted(known, key=lambda other: (abs(len(other) - len(name)), other))
    folded = name.casefold()
    same = [other for other in candidates if other.casefold() == folded]
    if folded.endswith("s") and len(folded) >= SHORTEST:
        same += [other for other in candidates if other.casefold() == folded[:-1]]
    if same or len(name) < (SHORTEST if typing_errors else LONG - 1) or _PREFIXED.fullmatch(name):
        yield from same
        return
    yield from (o for o in candidates if folded[0] == o[0].casefold() and _is_typing_error(folded, o.casefold()))


def _is_typing_error(name: str, other: str) -> bool:
    """Whether one letter is missing, doubled, exchanged or swapped with the next; for long names whether they are similar."""
    short, long = sorted((name, other), key=len)
    if len(long) - len(short) == 1:
        return any(long[:i] + long[i + 1 :] == short for i in range(len(long))) or _is_similar(name, other)
    differing = [i for i, (a, b) in enumerate(zip(name, other, strict=False)) if a != b]
    if len(name) == len(other) and len(differing) <= 1:
        return True
    adjacent = len(name) == len(other) and len(differing) == 2 and differing[1] == differing[0] + 1
    if adjacent and name[differing[0]] == other[differing[1]] and name[differing[1]] == other[differing[0]]:
        return True
    return _is_similar(name, other)


def _is_similar(name: str, other: str) -> bool:
    return len(name) >= LONG and len(other) >= LONG and SequenceMatcher(None, name, other).ratio() >= ALIKE
