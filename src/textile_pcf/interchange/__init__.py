"""Formats of others: PACT, openLCA and tables of factors out and in; published category rules in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names

if TYPE_CHECKING:
    from textile_pcf.interchange.adapters import import_factors as import_factors
    from textile_pcf.interchange.openlca import to_openlca as to_openlca
    from textile_pcf.interchange.openlca_import import read_openlca as read_openlca
    from textile_pcf.interchange.pact_export import ExportOptions as ExportOptions
    from textile_pcf.interchange.pact_export import to_pact as to_pact
    from textile_pcf.interchange.pact_import import read_pact as read_pact

_MODULES = {
    "ExportOptions": "pact_export",
    "import_factors": "adapters",
    "read_openlca": "openlca_import",
    "read_pact": "pact_import",
    "to_openlca": "openlca",
    "to_pact": "pact_export",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
