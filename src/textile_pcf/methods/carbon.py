"""Biogenic carbon of fibres as they are traded, with the water they hold."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import SHARE, named

STOICHIOMETRY = "Stoichiometry with IUPAC atomic masses"


@named(
    output="kg/kg",
    source="Regulation (EU) No 1007/2011, Article 19 and Annex IX",
    locator="conditioned mass = dry mass times (1 + agreed allowance)",
    valid={"dry_carbon": SHARE, "moisture_regain": (0.0, 0.25)},
    dry_carbon="kg/kg",
    moisture_regain="1",
)
def conditioned_carbon(dry_carbon: FloatArray, moisture_regain: FloatArray) -> FloatArray:
    """Carbon in 1 kg of conditioned fibre, from that of the dry fibre. [kg C/kg]

    `moisture_regain` is the water per dry fibre, 0.085 for cotton.

    Examples
    --------
    Cotton, viscose:

    >>> conditioned_carbon(dry_carbon=0.44446, moisture_regain=[0.085, 0.13]).round(4)
    array([0.4096, 0.3933])
    """
    return dry_carbon / (1 + moisture_regain)


@named(
    output="kg/kg",
    source=STOICHIOMETRY,
    locator="cellulose C6H10O5",
    valid={"cellulose_content": SHARE, "cellulose_carbon": SHARE},
    cellulose_content="kg/kg",
    cellulose_carbon="kg/kg",
)
def carbon_of_cellulose(cellulose_content: FloatArray, cellulose_carbon: FloatArray) -> FloatArray:
    """Biogenic carbon of 1 kg of material with this content of dry cellulose. [kg C/kg]

    Examples
    --------
    Cotton fabric at a regain of 8.5 %:

    >>> round(float(carbon_of_cellulose(cellulose_content=0.9217, cellulose_carbon=0.44446)), 4)
    0.4097
    """
    return cellulose_content * cellulose_carbon
