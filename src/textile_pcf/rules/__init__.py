"""Product category rules: read, check, compile; lint; JSON Schema."""

from textile_pcf.rules.lint import advice
from textile_pcf.rules.load import editions, load_rules, read_rule
from textile_pcf.rules.ruleset import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec, RuleSet, StageSpec
from textile_pcf.rules.schema import RuleDocument

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
