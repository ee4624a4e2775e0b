"""The printed rows behind factors: a factor itself, or the rows that a composed factor is made of, with their shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from textile_pcf.arrays import FloatArray
from textile_pcf.factors.composition import SPLIT_SIZE, Composition, term_values
from textile_pcf.factors.table import FactorSheet
from textile_pcf.factors.values import other_values, split_values

Place = tuple[int, int]
"""Index of a table in `tables_behind`, and row in it."""


def tables_behind(tables: Sequence[FactorSheet]) -> tuple[FactorSheet, ...]:
    """Return the tables of a run, and after them those that composed factors take rows of.

    Parameters
    ----------
    tables : sequence of FactorSheet
        The tables of the run.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> [table.name for table in tables_behind(load_factors("default@2026.2").tables)]
    ['default', 'alternatives']
    """
    found = list(tables)
    paths = {table.path for table in tables}
    for term in (term for table in tables for one in table.composed for term in one.terms):
        if term.sheet is not None and term.sheet.path not in paths:
            paths.add(term.sheet.path)
            found.append(term.sheet)
    return tuple(found)


@dataclass(frozen=True, eq=False)
class FactorInputs:
    """Shares of printed rows in composed factors.

    Attributes
    ----------
    tables : tuple of FactorSheet
        The tables of a run.
    gwp : str
        Set of global warming potentials.
    biogenic : str
        Convention for biogenic CO2.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> tables = load_factors("default@2026.2").tables
    >>> shares = FactorInputs(tables, "AR6", "zero_zero").of((0, tables[0].composed[0].row))
    >>> len(shares), round(sum(shares.values()), 9)
    (2, 1.0)
    """

    tables: tuple[FactorSheet, ...]
    gwp: str
    biogenic: str

    @cached_property
    def behind(self) -> tuple[FactorSheet, ...]:
        """The tables, and those that composed factors take rows of."""
        return tables_behind(self.tables)

    @cached_property
    def _place(self) -> dict[object, int]:
        return {table.path: number for number, table in reversed(list(enumerate(self.behind)))}

    @cached_property
    def _values(self) -> dict[int, tuple[FloatArray, dict[int, FloatArray]]]:
        return {}

    @cached_property
    def _known(self) -> dict[Place, dict[Place, float]]:
        return {}

    def of(self, place: Place) -> dict[Place, float]:
        """Return the rows behind a factor with the part of its emissions that each gives; the factor itself if it is printed.

        Parameters
        ----------
        place : tuple of int
            Index of the table, and row in it.

        Returns
        -------
        dict
            Rows with parts that add up to 1. A composed factor of nothing in all is returned as it is.
        """
        if place not in self._known:
            table, row = place
            composition = self.behind[table].compositions.get(row) if table >= 0 else None
            self._known[place] = {place: 1.0} if composition is None else self._shares(table, composition)
        return self._known[place]

    def _shares(self, table: int, composition: Composition) -> dict[Place, float]:
        sheet = self.behind[table]
        if table not in self._values:
            arguments = sheet, self.gwp, self.biogenic
            self._values[table] = split_values(*arguments), other_values(*arguments)
        emissions = term_values(composition, *self._values[table])[:, :SPLIT_SIZE].sum(axis=1)
        total = float(emissions.sum())
        if not total:
            return {(table, composition.row): 1.0}
        shares: dict[Place, float] = {}
        for term, part in zip(composition.terms, emissions.tolist(), strict=True):
            of = table if term.sheet is None else self._place[term.sheet.path]
            for place, share in self.of((of, term.row)).items():
                shares[place] = shares.get(place, 0.0) + share * part / total
        return shares
