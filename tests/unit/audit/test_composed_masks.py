"""A composed factor is as restricted as the rows that it is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from textile_pcf.factors import FactorSheet, load_factors
from textile_pcf.results.licence import is_restricted, restricted_rows


def restrict(sheet: FactorSheet, *rows: int) -> FactorSheet:
    """The table with rows that must not be passed on."""
    words = list(sheet.texts["redistributable"])
    for row in rows:
        words[row] = "false"
    return replace(sheet, texts={**sheet.texts, "redistributable": words})


@pytest.fixture(scope="module")
def table() -> FactorSheet:
    """A shipped table with composed factors."""
    return load_factors("default@2026.2").tables[0]


def test_nothing_is_restricted_where_no_row_is(table: FactorSheet) -> None:
    assert not restricted_rows(table).any() and not is_restricted(table)


def test_what_is_made_of_a_restricted_row_is_restricted(table: FactorSheet) -> None:
    composition = next(one for one in table.composed if all(term.sheet is None for term in one.terms))
    row = composition.terms[0].row
    found = restricted_rows(restrict(table, row))
    users = {one.row for one in table.composed if any(term.sheet is None and term.row == row for term in one.terms)}
    assert composition.row in users
    assert found[row] and found[[*users]].all()
    assert found[: table.size - len(table.composed)].sum() == 1  # no other row of the file


def test_a_composed_factor_of_a_composed_factor_is_restricted_too(table: FactorSheet) -> None:
    outer = next(
        one for one in table.composed if any(term.sheet is None and term.row in table.compositions for term in one.terms)
    )
    inner = next(term.row for term in outer.terms if term.sheet is None and term.row in table.compositions)
    deepest = table.compositions[inner].terms[0]
    assert deepest.sheet is None
    assert restricted_rows(restrict(table, deepest.row))[[inner, outer.row]].all()


def test_a_restricted_row_of_another_table_counts(table: FactorSheet) -> None:
    composition = next(one for one in table.composed if any(term.sheet is not None for term in one.terms))
    terms = [term if term.sheet is None else replace(term, sheet=restrict(term.sheet, term.row)) for term in composition.terms]
    changed = [replace(one, terms=tuple(terms)) if one is composition else one for one in table.composed]
    found = restricted_rows(replace(table, composed=tuple(changed)))
    assert np.flatnonzero(found).tolist() == [composition.row]
