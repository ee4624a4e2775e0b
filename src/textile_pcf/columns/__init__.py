"""Columns of a table as small integers and floats: each distinct text is looked at once, never once per row."""

from textile_pcf.columns.arrow_strings import Texts
from textile_pcf.columns.categorical import Coded, by_appearance, encode, recoded
from textile_pcf.columns.cells import shown, text_of
from textile_pcf.columns.codes import SHORT, picked, run_starts
from textile_pcf.columns.grouping import combine, repeated
from textile_pcf.columns.numbers import numbers

__all__ = [
    "SHORT",
    "Coded",
    "Texts",
    "by_appearance",
    "combine",
    "encode",
    "numbers",
    "picked",
    "recoded",
    "repeated",
    "run_starts",
    "shown",
    "text_of",
]
