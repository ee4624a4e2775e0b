"""Chemical formulas in texts that people read: CO₂e, with its number below the line. Columns and units of files keep CO2e."""

from __future__ import annotations

import re

_PER_KILOGRAM = re.compile(r"\bkgCO2e(?![A-Za-z0-9_])")
_FORMULA = re.compile(r"(?<![A-Za-z0-9_])(CO2|CH4|N2O)(?=(?:e|eq)?(?![A-Za-z0-9_]))")
_LOWERED = str.maketrans("24", "₂₄")


def write_formulas(text: str) -> str:
    """Return a text with the numbers of chemical formulas below the line.

    Parameters
    ----------
    text : str
        A text for people, such as a heading or a unit.

    Examples
    --------
    >>> write_formulas("0.58 kgCO2e/kWh, CO2 and CH4"), write_formulas("不含生物源 CO2 去除量"), write_formulas("co2_fossil")
    ('0.58 kg CO₂e/kWh, CO₂ and CH₄', '不含生物源 CO₂ 去除量', 'co2_fossil')
    """
    return _FORMULA.sub(lambda found: found[1].translate(_LOWERED), _PER_KILOGRAM.sub("kg CO2e", text))
