"""Rules of one's own: a first one to change, and cases worked by hand that show what a rule gives."""

from textile_pcf.worked.cases import BESIDE, Case, cases_at, cases_schema, read_cases
from textile_pcf.worked.compare import Figure, Outcome, check
from textile_pcf.worked.items import items_advice
from textile_pcf.worked.model import CaseDocument
from textile_pcf.worked.run import run
from textile_pcf.worked.skeleton import new_rule

__all__ = [
    "BESIDE",
    "Case",
    "CaseDocument",
    "Figure",
    "Outcome",
    "cases_at",
    "cases_schema",
    "check",
    "items_advice",
    "new_rule",
    "read_cases",
    "run",
]
