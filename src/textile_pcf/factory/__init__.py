"""Factory practice: from meters, stock and a site's year to ordinary activity data.

What comes out are rows of activity data (`per: period`); the one engine does the rest. The package reads tables and units and
never a result. The public functions are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names

if TYPE_CHECKING:
    from textile_pcf.factory.allocation import allocate as allocate
    from textile_pcf.factory.chemical_use import chemicals as chemicals
    from textile_pcf.factory.joining import join as join
    from textile_pcf.factory.metering import meters as meters
    from textile_pcf.factory.reconciliation import reconcile as reconcile
    from textile_pcf.factory.site_inventory import inventory as inventory
    from textile_pcf.factory.typical_values import typical as typical

_MODULES = {
    "allocate": "allocation",
    "chemicals": "chemical_use",
    "inventory": "site_inventory",
    "join": "joining",
    "meters": "metering",
    "reconcile": "reconciliation",
    "typical": "typical_values",
}
"""Module of each public function. No module has the name of a public function."""
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
