"""Published results: numbers of factors that must not be passed on are masked, and what sums give away of them is known."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, read_only
from textile_pcf.audit.disclosure import unknowns
from textile_pcf.audit.merging import MaskedLines, exposed_stages, stages_to_merge
from textile_pcf.factors import FactorSheet
from textile_pcf.inventory.completeness import STATES_SHARE
from textile_pcf.messages.message import CodedMessage
from textile_pcf.results import Contributions, Footprint, StageInfo
from textile_pcf.results.contributions import hide_lines
from textile_pcf.results.licence import refuse_merged, restricted_rows

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.plot import Plots

MERGED = "masked"
"""Id of the sum of stages that a strict publication merges."""
PREFIX = b"textile_pcf mask 1\n"
LEFT_OUT = ("headline", "groups", "split", "aircraft", "by_component", "default_share", "default_factor_share", "gwp_sets",
            "cutoff", "boundaries", "allocation", "beside", "memo")  # fmt: skip
"""Entries of the JSON that a strict publication leaves out for products with masked lines: each is one more sum to solve."""


@dataclass(frozen=True)
class Masks:
    """Which lines of a result are masked.

    Attributes
    ----------
    masked : ndarray of bool, shape (lines,)
        The factor of the line must not be passed on.
    hidden : ndarray of bool, shape (lines,)
        The line shows no number: it is masked, or its stage is merged.
    hashes : tuple of str, shape (lines,)
        Hash of the masked factor of each line; empty of others.
    exposed : tuple of tuple of int, shape (products,)
        Stages of each product that can be solved for a masked number by whoever knows the amounts.
    merged : ndarray of bool, shape (products, stages)
        Stages that are merged into one sum.
    """

    masked: BoolArray
    hidden: BoolArray
    hashes: tuple[str, ...]
    exposed: tuple[tuple[int, ...], ...]
    merged: BoolArray


@dataclass(frozen=True, eq=False, repr=False)
class PublishedFootprint(Footprint):
    """A result as it may be passed on: without amounts and values of masked lines; see `Footprint.published`.

    Attributes
    ----------
    masks : Masks
        Which lines are masked, and which stages merged.
    """

    masks: Masks = field(kw_only=True)

    @cached_property
    def original(self) -> Footprint:
        """The result with all numbers, for sums."""
        return Footprint(self.inventory, self.run, self.beside if not self.masks.merged.any() else {})

    @cached_property
    def lines(self) -> Contributions:
        """One contribution per exchange; hidden ones without numbers."""
        return hide_lines(self.original.lines, self.masks.hidden)

    @property
    def all_lines(self) -> Contributions:
        """All contributions with their numbers, for sums only."""
        return self.original.lines

    @property
    def masked(self) -> BoolArray:
        """Which lines show no number, shape (lines,)."""
        return self.masks.hidden

    @property
    def merges_stages(self) -> bool:
        """Whether stages are merged into one sum."""
        return bool(self.masks.merged.any())

    def factor_hash(self, line: int) -> str:
        """Return the hash of the factor of a masked line; empty for other lines.

        Parameters
        ----------
        line : int
            Index of the line.

        Returns
        -------
        str
            32 hexadecimal digits, or nothing.
        """
        return self.masks.hashes[line]

    @cached_property
    def stages(self) -> tuple[StageInfo, ...]:
        """Stages of the rule, and the sum of merged ones."""
        merged = StageInfo(MERGED, "Masked", "已屏蔽", "production", False, False)
        return (*self.original.stages, merged) if self.merges_stages else self.original.stages

    @cached_property
    def by_stage(self) -> FloatArray:
        """Emissions per product and stage; NaN of merged stages, whose sum comes last. [kg CO2e]"""
        return self._merged(self.original.by_stage)

    @cached_property
    def emissions_by_stage(self) -> FloatArray:
        """Emissions per product and stage without biogenic CO2 removals; NaN where stages are merged. [kg CO2e]"""
        values = self.original.emissions_by_stage
        return self.by_stage if self.merges_stages else values

    def _merged(self, values: FloatArray) -> FloatArray:
        merged = self.masks.merged
        if not merged.any():
            return values
        inside = merged & np.array([not info.outside for info in self.original.stages])
        total = np.where(inside, values, 0.0).sum(axis=1)
        return read_only(np.column_stack([np.where(merged, np.nan, values), total]))

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage; see `Footprint.terms`.

        Parameters
        ----------
        product : int
            Index of the product.
        stage : int
            Index of the stage; the sum of merged stages has none.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per loss and property.
        """
        return super().terms(product, stage, language) if stage < len(self.original.stages) else []

    @property
    def totals(self) -> FloatArray:
        """Footprint of each product, shape (products,). [kg CO2e per product unit]"""
        return self.original.totals

    @property
    def split_totals(self) -> FloatArray:
        """Fossil, biogenic, uptake and land use change, shape (products, 4). [kg CO2e per product unit]"""
        return self.original.split_totals

    @property
    def contributions(self) -> pd.DataFrame:
        """Every line of the sum with `masked` and `factor_hash`, as a DataFrame. [kg CO2e per product unit]"""
        frame = super().contributions
        return frame.assign(masked=self.masks.masked, factor_hash=list(self.masks.hashes))

    @property
    def plot(self) -> Plots:
        """Pictures of the sums; refused where stages are merged."""
        refuse_merged(self, "plot")
        return super().plot

    @cached_property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """Warnings; one per product whose stages give masked numbers away."""
        shown = [note for note in self.original.notes if not (self.merges_stages and _states_share(note[1]))]
        return (*shown, *self._exposures())

    def _exposures(self) -> Iterator[tuple[int, str]]:
        if self.merges_stages:
            return
        template = (
            "{product}: whoever knows the amounts can solve these stages for numbers that must not be passed on: {stages}."
        )
        for product, stages in enumerate(self.masks.exposed):
            if stages:
                names = ", ".join(self.stages[stage].id for stage in stages)
                yield product, CodedMessage("mask-exposed", template, product=self.products[product], stages=names)

    def to_dict(self, unit: str | None = None) -> dict[str, Any]:
        """Return the published result as `calculate --publish --format json` prints it; see `Footprint.to_dict`.

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        dict
            With `masked` per product: the number of masked lines, and the stages that are exposed.
        """
        data = self.original.to_dict(unit)
        for number, entry in enumerate(data["products"]):
            self._publish(number, entry, float(self.scale(unit)[number]))
        return data

    def _publish(self, number: int, entry: dict[str, Any], scale: float) -> None:
        """Say what is masked of a product, and take away what a strict publication leaves out."""
        of_product = self.all_lines.product == number
        ids = [info.id for info in self.original.stages]
        merged = self.masks.merged[number]
        if merged.any():
            for name in LEFT_OUT:
                entry.pop(name, None)
            hidden = {ids[stage] for stage in np.flatnonzero(merged)}
            entry["stages"] = {name: value for name, value in entry["stages"].items() if name not in hidden}
            entry["stages"][MERGED] = float(self.by_stage[number, -1]) * scale
        entry["masked"] = {
            "lines": int(np.count_nonzero(self.masks.masked & of_product)),
            "exposed_stages": [] if merged.any() else [ids[stage] for stage in self.masks.exposed[number]],
        }
        entry["warnings"] = self.warnings(self.products[number])


def _states_share(warning: str) -> bool:
    """Return whether a warning states a part of the result, which is one more sum to solve."""
    return isinstance(warning, CodedMessage) and warning.code == STATES_SHARE


def published(result: Footprint, strict: bool = False) -> PublishedFootprint:
    """Return a result as it may be passed on; see `Footprint.published`.

    Parameters
    ----------
    result : Footprint
    strict : bool
        Merge the stages that can be solved for a masked number.

    Raises
    ------
    UsageError
        Strict, and the total alone gives a masked number away (code `licence`).

    Examples
    --------
    >>> import textile_pcf as tp
    >>> shown = published(tp.footprint(*tp.load_example("cotton_poplin")))
    >>> shown.to_dict()["products"][0]["masked"]
    {'lines': 0, 'exposed_stages': []}
    """
    row, hashes = _masked_rows(result)
    terms = unknowns(result, row)
    masked = row >= 0
    masked[terms.line] = True  # a balance of biogenic carbon that takes from masked lines as well
    exposed = exposed_stages(result, row, terms)
    merged = np.zeros(result.by_stage.shape, dtype=bool)
    if strict and masked.any():
        merged = stages_to_merge(MaskedLines(result, row, masked, terms), exposed)
    lines = result.lines
    hidden = masked | merged[lines.product, lines.stage]
    if merged.any():
        hidden |= _takes_masked(result, masked)
    return PublishedFootprint(result.inventory, result.run, {} if merged.any() else result.beside,
                              masks=Masks(masked, hidden, hashes, exposed, merged))  # fmt: skip


def _takes_masked(result: Footprint, masked: BoolArray) -> BoolArray:
    """Return which lines take a product of the run with masked lines: their split would show the split of that product."""
    supplier = result.inventory.supplier
    with_masks = np.bincount(result.lines.product[masked], minlength=len(result.products)) > 0
    return (supplier >= 0) & with_masks[np.maximum(supplier, 0)]


def _masked_rows(result: Footprint) -> tuple[IndexArray, tuple[str, ...]]:
    """Return the masked row of each line, numbered from 0, -1 if none; and the hash of each line."""
    inventory, tables = result.inventory, result.run.factors.tables
    forbidden = [restricted_rows(sheet) for sheet in tables]
    numbers: dict[tuple[int, int], int] = {}
    hashes: list[str] = []
    of_factor = np.full(len(inventory.factors.sheet), -1, dtype=np.intp)
    for place, (sheet, row) in enumerate(zip(inventory.factors.sheet.tolist(), inventory.factors.row.tolist(), strict=True)):
        if sheet >= 0 and forbidden[sheet][row]:
            if (sheet, row) not in numbers:
                numbers[sheet, row] = len(numbers)
                hashes.append(factor_hash(tables[sheet], row))
            of_factor[place] = numbers[sheet, row]
    factor = inventory.factor
    row_of_line = np.where(factor >= 0, of_factor[np.maximum(factor, 0)], -1) if len(of_factor) else np.full(len(factor), -1)
    return row_of_line, tuple(hashes[row] if row >= 0 else "" for row in row_of_line.tolist())


def factor_hash(sheet: FactorSheet, row: int) -> str:
    """Return the hash of a masked factor, which whoever holds the table can check.

    The key needs the bytes of the table, so that the short number cannot be guessed back.

    Parameters
    ----------
    sheet : FactorSheet
        The table.
    row : int
        Its row.
    """
    if sheet.path is not None and sheet.path.is_file():
        content = sheet.path.read_bytes()
    else:
        content = repr(sheet.texts).encode() + b"".join(column.tobytes() for column in sheet.numbers.values())
    key = hashlib.sha256(PREFIX + content).digest()
    texts = [sheet.texts[name][row] for name in ("item", "kind", "region", "year", "unit")]
    message = "|".join([*texts, repr(float(sheet.numbers["value"][row]))])
    return hmac.new(key, message.encode(), "sha256").hexdigest()[:32]
