"""What a supply table says of each site: the parts of its electricity and heat, by both accountings."""

from __future__ import annotations

from dataclasses import dataclass, field

COLUMNS = (
    "site", "stages", "carrier", "part", "amount", "unit", "item", "region", "year", "id", "period_start", "period_end",
    "attributes_sold", "boundary", "efficiency", "source", "note",
)  # fmt: skip
CARRIERS = {"electricity": "electricity", "heat": "steam"}
"""Carrier of a site → item of the rule's flows that it supplies."""
COVERING = ("contract", "certificate")
"""Parts that assign grid electricity to a supplier; they deliver no energy themselves."""
PARTS = {
    "electricity": ("on_site", "direct_line", "grid", *COVERING, "residual"),
    "heat": ("purchased", "boiler", "recovered", "fan_power"),
}
BOUNDARIES = ("delivered", "boiler_output", "fuel")
MARKET, LOCATION = "market_based", "location_based"
OTHER_ACCOUNTING = {MARKET: LOCATION, LOCATION: MARKET}
"""The accounting of electricity that stands beside each one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the supply of a carrier, to be matched with an emission factor.

    Attributes
    ----------
    name : str
        One of `PARTS`.
    multiplier : float
        Amount of the part per unit of the flow [1].
    item, region : str
        Item and region of the factor; empty: as the flow.
    year : int
        Year of the factor; 0: as the flow.
    factor_kind : str
        Kind of the factor; empty: as the flow.
    location : str
        Location of its row, for messages; the same supply in another file is the same.
    """

    name: str
    multiplier: float
    item: str
    region: str = ""
    year: int = 0
    factor_kind: str = ""
    location: str = field(default="", compare=False)


@dataclass(frozen=True)
class SiteSupply:
    """The supply of one carrier at one site.

    Attributes
    ----------
    site : str
        The site.
    stages : tuple of str
        Stages that run at the site.
    carrier : str
        `electricity` or `heat`.
    market, location : tuple of Part
        Parts by market-based and location-based accounting; multipliers of electricity add up to 1.
    """

    site: str
    stages: tuple[str, ...]
    carrier: str
    market: tuple[Part, ...]
    location: tuple[Part, ...]

    def parts(self, accounting: str) -> tuple[Part, ...]:
        """Return the parts by `market_based` or `location_based` accounting."""
        return self.market if accounting == MARKET else self.location


@dataclass(frozen=True)
class Supply:
    """A checked supply table.

    Attributes
    ----------
    name : str
        Path; `input` or `DataFrame` for data from memory.
    sites : tuple of SiteSupply
        One per site and carrier.
    sha256 : str
        Hash of the file; empty for data from memory.

    Examples
    --------
    >>> from textile_pcf.supply import load_supply
    >>> row = {"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"}
    >>> supply = load_supply([row])
    >>> supply.name, len(supply.sites)
    ('input', 1)
    """

    name: str
    sites: tuple[SiteSupply, ...]
    sha256: str
