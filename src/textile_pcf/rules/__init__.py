"""Product category rules: read, check and compile them, list editions and give advice."""

from textile_pcf.rules.lint import advice
from textile_pcf.rules.load import editions, load_rules, read_rule
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import RuleDocument
from textile_pcf.rules.specs import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec, StageSpec

__all__ = [
    "PRODUCT",
    "Default",
    "FlowSpec",
    "LossSpec",
    "PropertySpec",
    "RuleDocument",
    "RuleSet",
    "StageSpec",
    "advice",
    "editions",
    "load_rules",
    "read_rule",
]
