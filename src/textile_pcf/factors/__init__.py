"""Emission factors: read and check tables, evaluate gases under a GWP set, match requests with recorded fallback."""

from textile_pcf.factors.composition import SPLIT_SIZE
from textile_pcf.factors.editions import default_table, shipped_file, shipped_tables, table_editions
from textile_pcf.factors.factor_table import FactorTable
from textile_pcf.factors.listing import list_factors
from textile_pcf.factors.load import check_table, read_factor_table
from textile_pcf.factors.matching import Match, NoMatch, Request
from textile_pcf.factors.sources import FactorSource, load_factors, separate_sources
from textile_pcf.factors.table import DECLARED, HOLDS_UPTAKE, LINK, FactorSheet, TableDocument
from textile_pcf.factors.values import SPLIT_AND_AIRCRAFT
from textile_pcf.regions import is_region, known_regions

__all__ = [
    "DECLARED",
    "HOLDS_UPTAKE",
    "LINK",
    "SPLIT_AND_AIRCRAFT",
    "SPLIT_SIZE",
    "FactorSheet",
    "FactorSource",
    "FactorTable",
    "Match",
    "NoMatch",
    "Request",
    "TableDocument",
    "check_table",
    "default_table",
    "is_region",
    "known_regions",
    "list_factors",
    "load_factors",
    "read_factor_table",
    "separate_sources",
    "shipped_file",
    "shipped_tables",
    "table_editions",
]
