"""Composed factors: emissions of a good as the sum of cited rows, calculated again under each GWP set and convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.engine import loss_ratio
from textile_pcf.messages.message import JoinedMessage, Message

SPLIT_SIZE = 4
"""Columns of values that add up to the emissions."""

if TYPE_CHECKING:
    from textile_pcf.factors.table import FactorSheet


@dataclass(frozen=True)
class Term:
    """One input of a composed factor.

    Attributes
    ----------
    sheet : FactorSheet or None
        Table of the input's factor; None for the table of the composed factor itself.
    row : int
        Row of the input's factor.
    amount : float
        Amount in the product, before losses. [`unit` per unit of the composed factor]
    unit : str
        Unit of the amount.
    per_canonical : float
        Units of the input's factor in one `unit`: amount × value × `per_canonical` are emissions. [1]
    loss : float
        Part of the input that is lost. [1]
    source, locator : str
        Where amount and loss come from.
    """

    sheet: FactorSheet | None
    row: int
    amount: float
    unit: str
    per_canonical: float
    loss: float
    source: str
    locator: str

    @cached_property
    def needed(self) -> float:
        """Amount with losses, amount / (1 − loss). [`unit` per unit of the composed factor]"""
        return float(self.amount * loss_ratio(np.array(self.loss), "input"))


@dataclass(frozen=True)
class Composition:
    """The inputs of one composed factor.

    Attributes
    ----------
    row : int
        Row of the composed factor in its table.
    terms : tuple of Term
        Its inputs.
    """

    row: int
    terms: tuple[Term, ...]

    def text(self, table: FactorSheet, values: Sequence[float]) -> Message:
        """Return the sum as text: amount, loss, factor and its source of every input.

        Parameters
        ----------
        table : FactorSheet
            Table of the composed factor.
        values : sequence of float, one per term
            Emissions of each term. [kg CO2e per unit of the composed factor]
        """
        return JoinedMessage([self._term(table, *pair) for pair in zip(self.terms, values, strict=True)], "; ", "；")

    def _term(self, table: FactorSheet, term: Term, emissions: float) -> Message:
        sheet = term.sheet or table
        texts = {name: sheet.texts[name][term.row] for name in ("item", "region", "year")}
        factor = emissions / term.needed if term.needed else 0.0
        named = " ".join(filter(None, texts.values()))
        cited = f"{sheet.source_title(term.row)}, {sheet.texts['locator'][term.row]}"
        fields = {"unit": term.unit, "named": named, "factor": f"{factor:.7g}", "emissions": f"{emissions:.7g}"}
        origin = {"cited": cited, "source": f"{term.source}, {term.locator}"}
        amount = f"{term.amount:.7g}"
        if not term.loss:
            what = "{amount} {unit} {named} × {factor} = {emissions} kg CO2e (amount: {source}; factor: {cited})"
            return Message(what, amount=amount, **fields, **origin)
        what = (
            "{amount} {unit} {named} / (1 − {loss}) × {factor} = {emissions} kg CO2e "
            "(amount and loss: {source}; factor: {cited})"
        )
        return Message(what, amount=amount, loss=f"{term.loss:.7g}", **fields, **origin)


def composition_text(table: FactorSheet, row: int, values: FloatArray, of_other: dict[int, FloatArray]) -> Message | None:
    """Return the sum behind a composed factor as text, None for other rows.

    Parameters
    ----------
    table : FactorSheet
        The table.
    row : int
        Row of the factor.
    values, of_other
        As for `composed_values`.
    """
    composition = table.compositions.get(row)
    if composition is None:
        return None
    emissions = term_values(composition, values, of_other)[:, :SPLIT_SIZE].sum(axis=1)
    return composition.text(table, emissions.tolist())


def composed_values(table: FactorSheet, values: FloatArray, of_other: dict[int, FloatArray]) -> None:
    """Write the emissions of the composed rows of a table into its values.

    Parameters
    ----------
    table : FactorSheet
        The table.
    values : array, shape (rows, 5)
        Emissions per unit of each row; rows of composed factors are overwritten. [kg CO2e per unit of the row]
    of_other : dict of int to array, shape (rows, 5)
        Values of the other tables that terms refer to, by the identity of the table.
    """
    for composition in table.composed:
        values[composition.row] = term_values(composition, values, of_other).sum(axis=0)


def term_values(composition: Composition, values: FloatArray, of_other: dict[int, FloatArray]) -> FloatArray:
    """Return the emissions of each term, shape (terms, 5). [kg CO2e per unit of the composed factor]

    Parameters
    ----------
    composition : Composition
        The composed factor.
    values, of_other
        As for `composed_values`.
    """
    rows = [
        (values if term.sheet is None else of_other[id(term.sheet)])[term.row] * (term.needed * term.per_canonical)
        for term in composition.terms
    ]
    return np.array(rows)
