"""Product carbon footprints of textiles: rules, emission factors and one vectorised life-cycle engine.

Importing the package reads no file and imports nothing heavy; every public name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names
from textile_pcf._version import __version__ as __version__

if TYPE_CHECKING:
    from textile_pcf import factory as factory
    from textile_pcf import improvements as improvements
    from textile_pcf import targets as targets
    from textile_pcf.activity import Activity as Activity
    from textile_pcf.audit import Verification as Verification
    from textile_pcf.audit import load_result as load_result
    from textile_pcf.audit import lock as lock
    from textile_pcf.audit import verify as verify
    from textile_pcf.batch import BatchResult as BatchResult
    from textile_pcf.batch import calculate_batch as calculate_batch
    from textile_pcf.batch import reprice as reprice
    from textile_pcf.calculation import calculate as calculate
    from textile_pcf.calculation import footprint as footprint
    from textile_pcf.calculation import read_activity as read_activity
    from textile_pcf.comparison import Comparison as Comparison
    from textile_pcf.comparison import Diff as Diff
    from textile_pcf.comparison import Scenarios as Scenarios
    from textile_pcf.comparison import compare as compare
    from textile_pcf.comparison import diff as diff
    from textile_pcf.comparison import scenario as scenario
    from textile_pcf.comparison.catalogues import diff_batch as diff_batch
    from textile_pcf.data_quality import Quality as Quality
    from textile_pcf.data_quality import quality as quality
    from textile_pcf.errors import FactorError as FactorError
    from textile_pcf.errors import InputError as InputError
    from textile_pcf.errors import PcfError as PcfError
    from textile_pcf.errors import PcfWarning as PcfWarning
    from textile_pcf.errors import Problem as Problem
    from textile_pcf.errors import RuleError as RuleError
    from textile_pcf.errors import UsageError as UsageError
    from textile_pcf.factors import FactorTable as FactorTable
    from textile_pcf.factors import list_factors as list_factors
    from textile_pcf.factors import load_factors as load_factors
    from textile_pcf.interchange.adapters import import_factors as import_factors
    from textile_pcf.interchange.openlca_import import read_openlca as read_openlca
    from textile_pcf.interchange.pact_import import read_pact as read_pact
    from textile_pcf.io.resources import list_examples as list_examples
    from textile_pcf.io.resources import load_example as load_example
    from textile_pcf.results import Explanation as Explanation
    from textile_pcf.results import Footprint as Footprint
    from textile_pcf.results import ProductResult as ProductResult
    from textile_pcf.rules import RuleSet as RuleSet
    from textile_pcf.rules import list_rules as list_rules
    from textile_pcf.rules import load_rules as load_rules
    from textile_pcf.supply import Supply as Supply
    from textile_pcf.supply import load_supply as load_supply
    from textile_pcf.template import make_template as make_template
    from textile_pcf.uncertainty_analysis import Uncertainty as Uncertainty
    from textile_pcf.uncertainty_analysis import sensitivity as sensitivity
    from textile_pcf.uncertainty_analysis import uncertainty as uncertainty

_MODULES = {
    "Activity": "activity",
    "Verification": "audit",
    "load_result": "audit",
    "lock": "audit",
    "verify": "audit",
    "BatchResult": "batch",
    "calculate_batch": "batch",
    "reprice": "batch",
    "read_activity": "calculation",
    "calculate": "calculation",
    "footprint": "calculation",
    "Comparison": "comparison",
    "Diff": "comparison",
    "compare": "comparison",
    "Scenarios": "comparison",
    "diff": "comparison",
    "diff_batch": "comparison.catalogues",
    "scenario": "comparison",
    "Quality": "data_quality",
    "quality": "data_quality",
    "FactorError": "errors",
    "InputError": "errors",
    "PcfError": "errors",
    "PcfWarning": "errors",
    "Problem": "errors",
    "RuleError": "errors",
    "UsageError": "errors",
    "list_examples": "io.resources",
    "load_example": "io.resources",
    "FactorTable": "factors",
    "list_factors": "factors",
    "load_factors": "factors",
    "Explanation": "results",
    "Footprint": "results",
    "ProductResult": "results",
    "RuleSet": "rules",
    "list_rules": "rules",
    "load_rules": "rules",
    "make_template": "template",
    "Supply": "supply",
    "load_supply": "supply",
    "Uncertainty": "uncertainty_analysis",
    "sensitivity": "uncertainty_analysis",
    "uncertainty": "uncertainty_analysis",
    "import_factors": "interchange.adapters",
    "read_openlca": "interchange.openlca_import",
    "read_pact": "interchange.pact_import",
}
_PACKAGES = ("factory", "improvements", "targets")
"""Packages whose functions are called by the package's name: `tp.factory.meters`."""
__all__ = [*_MODULES, *_PACKAGES, "__version__"]

__getattr__, __dir__ = lazy_names(__name__, _MODULES, _PACKAGES)
