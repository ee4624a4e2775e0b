"""Energy supply of sites: on-site generation, direct lines, contracts and grid; purchased, raised and recovered heat.

A supply mix belongs to a site and a period, not to a product. It is a table of its own, see `docs/supply.md`.
"""

from __future__ import annotations

from textile_pcf.supply.load import load_supply as load_supply
from textile_pcf.supply.sites import CARRIERS as CARRIERS
from textile_pcf.supply.sites import LOCATION as LOCATION
from textile_pcf.supply.sites import MARKET as MARKET
from textile_pcf.supply.sites import OTHER_ACCOUNTING as OTHER_ACCOUNTING
from textile_pcf.supply.sites import Part as Part
from textile_pcf.supply.sites import SiteSupply as SiteSupply
from textile_pcf.supply.sites import Supply as Supply
