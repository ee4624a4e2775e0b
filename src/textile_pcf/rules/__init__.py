"""Product category rules: read, check and compile them, list editions and give advice."""

from textile_pcf.rules.json_schema import pieces_schema, rule_schema
from textile_pcf.rules.lint import advice
from textile_pcf.rules.listing import list_rules
from textile_pcf.rules.load import compile_document, editions, flat_rule, load_rules, read_document, read_rule, rule_files
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import RuleDocument
from textile_pcf.rules.specs import PRODUCT, FlowSpec, LossSpec, PropertySpec, QuantitySpec, StageSpec
from textile_pcf.rules.stated_values import Default

__all__ = [
    "PRODUCT",
    "Default",
    "FlowSpec",
    "LossSpec",
    "PropertySpec",
    "QuantitySpec",
    "RuleDocument",
    "RuleSet",
    "StageSpec",
    "advice",
    "compile_document",
    "editions",
    "flat_rule",
    "list_rules",
    "load_rules",
    "pieces_schema",
    "read_document",
    "read_rule",
    "rule_files",
    "rule_schema",
]
