"""Normalise the letters and signs of a unit text, and find signs with more than one meaning.

Unicode has several characters for one letter. Those that mean the same are read alike (`ｋＷｈ`, `㎏`, `m²`, `⽶`). Others
would become a unit only by decomposition (`㏒` to `log`, `½` to a division, `m②` to an area) and are refused.
"""

from __future__ import annotations

import re
import unicodedata

FULL_WIDTH: dict[int, str | int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FULL_WIDTH |= {0x3000: 0x20, 0x2212: 0x2D}  # also the wide space and the minus sign
SQUARES = "㎎㎏㎖㎘ℓ㎛㎜㎝㎞㎟㎠㎡㎢㎤㎥㎾㎿㎈㎉㏊㏄㏌℃℉"  # units in one character
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_BRACKETS = {**dict.fromkeys("[【〔〖{", "("), **dict.fromkeys("]】〕〗}", ")")}
_SIGNS = str.maketrans({"×": "*", "÷": "/", "⁄": "/", "∕": "/", "−": "-", **dict.fromkeys("·⋅∙•・‧", " "), **_BRACKETS})
_AFTER_A_LETTER = re.compile(rf"(?<=[^\W\d_十百千万亿])(?<!N(?=㎥))([{SQUARES}])")
_OTHER_FORMS = ((0x2F00, 0x2FD5), (0xFE50, 0xFE6B))  # radicals as PDF files hold them, small signs
_CO2 = re.compile(
    r"(?<![A-Za-z])(kg|g|mg|t|kt|Mt|ton|tonne|lbs?|磅|千克|公斤|克|吨)[\s*-]*(?:CO2|二氧化碳)"
    r"(?:[\s-]*(?:equivalents?|equiv|eq|e|E|当量)(?![A-Za-z]))?"
)


def strange_sign(text: str) -> str | None:
    """Return the first sign of a unit text that can be read in more than one way; None if there is none.

    Examples
    --------
    >>> [strange_sign(text) for text in ("kWh^½", "㏒", "m②", "m₂", "㎏", "kgCO₂e/㎡")]
    ['½', '㏒', '②', '₂', None, None]
    """
    known = text.translate(FULL_WIDTH).replace("CO₂", "CO2").translate(_SIGNS).translate(_SUPERSCRIPTS)
    return next((sign for sign in unicodedata.normalize("NFC", known) if _is_strange(sign)), None)


def _is_strange(sign: str) -> bool:
    decomposed = unicodedata.normalize("NFKC", sign)
    if decomposed in (sign, " ", "μ") or sign in SQUARES:
        return False
    return not any(first <= ord(sign) <= last for first, last in _OTHER_FORMS)


def normalize(text: str) -> str:
    """Return a unit text in normal spelling: `ｋＷｈ／㎡` as `kWh/m2`, `kg CO₂-eq` as `kgCO2e`, `每` and `per` as `/`.

    Examples
    --------
    >>> [normalize(text) for text in ("ｋＷｈ／㎡", "kg CO₂-eq", "kWh 每 t·km", "t㎞", "N㎥", "% owf")]
    ['kWh/m2', 'kgCO2e', 'kWh / t km', 't km', 'Nm3', '%']
    """
    raised = re.sub("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    spaced = _AFTER_A_LETTER.sub(r" \1", raised)
    normal = unicodedata.normalize("NFKC", spaced.translate(_SIGNS)).translate(_SIGNS)
    normal = re.sub(r"%\s*\(?o\.?w\.?f\.?\)?", "%", normal)  # on weight of fibre: the flow's unit says of what
    normal = re.sub(r"(?<=[^\W\d])\.(?=[^\W\d])", " ", _CO2.sub(_greenhouse, normal))
    return re.sub(r"\bper\b|每", "/", normal).strip()


def _greenhouse(match: re.Match[str]) -> str:
    return f"{match[1].removesuffix('s')}CO2e"
