"""Tools for authors of rules: a new rule to start from, and worked cases that show what a rule gives."""

from textile_pcf.rule_cases.cases import CASES_SUFFIX, Case, cases_at, cases_schema, read_cases
from textile_pcf.rule_cases.compare import CaseOutcome, ComparedValue, check
from textile_pcf.rule_cases.items import items_advice
from textile_pcf.rule_cases.new_rule import new_rule
from textile_pcf.rule_cases.run import run
from textile_pcf.rule_cases.schema import CaseDocument

__all__ = [
    "CASES_SUFFIX",
    "Case",
    "CaseDocument",
    "CaseOutcome",
    "ComparedValue",
    "cases_at",
    "cases_schema",
    "check",
    "items_advice",
    "new_rule",
    "read_cases",
    "run",
]
