"""Columns of tables: categoricals, numbers, and rows grouped by codes. Each distinct text is processed once, not per row."""

from textile_pcf.columns.arrow_strings import ArrowStrings, find_texts
from textile_pcf.columns.categorical import Categorical, by_first_appearance, factorize, recode
from textile_pcf.columns.cells import cell_text, quoted
from textile_pcf.columns.codes import SHORT, distinct_codes, run_starts, take
from textile_pcf.columns.grouping import duplicated_rows, equal_pairs, group_rows, rows_by_code
from textile_pcf.columns.numbers import is_too_small, parse_numbers

__all__ = [
    "SHORT",
    "ArrowStrings",
    "Categorical",
    "by_first_appearance",
    "cell_text",
    "distinct_codes",
    "duplicated_rows",
    "equal_pairs",
    "factorize",
    "find_texts",
    "group_rows",
    "is_too_small",
    "parse_numbers",
    "quoted",
    "recode",
    "rows_by_code",
    "run_starts",
    "take",
]
