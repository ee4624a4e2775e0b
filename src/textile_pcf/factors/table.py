"""A table of emission factors as columns, and the document that describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import cell_text
from textile_pcf.factors.composition import Composition
from textile_pcf.io.documents import Source, Strict
from textile_pcf.io.localized import Text
from textile_pcf.io.resources import data_root
from textile_pcf.units import Unit
from textile_pcf.units.number_text import year_text

DECLARED = "pcf:"  # prefix of the item of a supplier's declared footprint
LINK = "product:"  # prefix of the item of an exchange that takes another product of the run
DECLARED_KINDS = ("cradle_to_gate", "gate_to_gate")
HOLDS_NONE, HOLDS_UPTAKE = "zero_zero", "minus_one_plus_one"  # whether a declared value includes biogenic CO2 and uptake
REQUIRED = ("item", "value", "unit", "region", "year", "kind", "source", "locator")
COUNTED_GASES = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o")
GASES = (*COUNTED_GASES, "co2_biogenic", "co2_uptake", "co2_aircraft")
DECLARED_PARTS = ("declared_fossil", "declared_biogenic", "declared_land_use", "declared_uptake", "declared_aircraft")
"""Parts of a declared footprint as its supplier gives them. [kg CO2e per unit of the row]"""
QUALITY = ("dq_technology", "dq_geography", "dq_time", "dq_precision")
NUMBERS = ("value", *GASES, "gsd", "low", "high", *QUALITY, *DECLARED_PARTS)
TEXTS = (
    "item",
    "unit",
    "region",
    "year",
    "kind",
    "source",
    "locator",
    "name_en",
    "name_zh",
    "category",
    "gwp",
    "losses_included",
    "basis",
    "licence",
    "redistributable",
    "confidence",
    "notes",
    "boundary",
    "period",
    "period_start",
    "period_end",
    "primary_data_share",
    "supplier",
    "mass_per_unit",
    "biogenic",
    "proxy_for",
)
COLUMNS = (*TEXTS, *NUMBERS)


class TableDocument(Strict):
    """Description of a table as a whole: the file `<table>.yaml` next to `<table>.csv`."""

    title: Text | None = None
    """Name for reports."""
    edition: str = ""
    """Name of the edition."""
    licence: str | None = None
    """Licence of the table, where its rows share one."""
    redistributable: bool | None = None
    """Whether the values may be passed on."""
    attribution: str | None = None
    """Credit that the licence asks for."""
    note: Text | None = None
    """What a user must know."""
    sources: dict[str, Source] = {}
    """Everything that rows are cited from."""
    units: dict[str, str] = {}
    """Units of its own, such as `bale: 217.7 kg`; known in the units of the table."""


@dataclass(frozen=True)
class FactorSheet:
    """One checked table of emission factors.

    Attributes
    ----------
    name : str
        Name of the table: its file name without suffix.
    document : TableDocument
        Title, edition, licence and sources.
    texts : dict of str to list of str
        Text columns, one text per row; empty where a cell is empty.
    numbers : dict of str to array, shape (rows,)
        Number columns; NaN where a cell is empty. Gases in kg per unit of the row.
    units : sequence of Unit, one per row
        Unit of the value, such as kgCO2e/kWh.
    locations : sequence of str, one per row
        File and line, for messages.
    sha256 : str
        Hash of the file and its document.
    path : Path or None
        File of the table.
    index : dict of str to list of int
        Rows of each item.
    composed : tuple of Composition
        Inputs of the composed rows, each after the rows that it needs.
    quick_look : bool
        Whether the factors are stated without a source, for a quick look.
    """

    name: str
    document: TableDocument
    texts: dict[str, list[str]]
    numbers: dict[str, FloatArray]
    units: Sequence[Unit]
    locations: Sequence[str]
    sha256: str
    path: Path | None = None
    index: dict[str, list[int]] = field(default_factory=dict)
    composed: tuple[Composition, ...] = ()
    quick_look: bool = False

    @cached_property
    def by_item_and_kind(self) -> dict[tuple[str, str], dict[str, dict[int, int]]]:
        """Rows by item and kind, then region, then year.

        Kind "" stands for any kind, year 0 for a row without a year.
        """
        return self._rows_by([item] for item in self.texts["item"])

    @cached_property
    def by_proxied_item_and_kind(self) -> dict[tuple[str, str], dict[str, dict[int, int]]]:
        """Rows by the items that they stand in for and kind, then region, then year."""
        return self._rows_by(filter(None, text.split(";")) for text in self.texts["proxy_for"])

    def _rows_by(self, items: Iterable[Iterable[str]]) -> dict[tuple[str, str], dict[str, dict[int, int]]]:
        rows: dict[tuple[str, str], dict[str, dict[int, int]]] = {}
        columns = (self.texts[name] for name in ("kind", "region", "year"))
        for row, (names, kind, region, year) in enumerate(zip(items, *columns, strict=True)):
            for item in names:
                for key in ((item.strip(), kind), (item.strip(), "")):
                    rows.setdefault(key, {}).setdefault(region, {})[int(year or 0)] = row
        return rows

    @cached_property
    def with_gases(self) -> BoolArray:
        """Whether each row gives the masses of its gases. Shape (rows,)."""
        given: BoolArray = ~np.isnan(np.array([self.numbers[gas] for gas in COUNTED_GASES])).all(axis=0)
        given.flags.writeable = False
        return given

    @cached_property
    def compositions(self) -> dict[int, Composition]:
        """Inputs of the composed rows, by row."""
        return {composition.row: composition for composition in self.composed}

    @property
    def label(self) -> str:
        """Name and edition, as in `default@2026.1`."""
        return f"{self.name}@{self.document.edition}" if self.document.edition else self.name

    @cached_property
    def shipped(self) -> bool:
        """Whether the table is shipped with the library."""
        return self.path is not None and self.path.resolve().parent.parent == data_root("emission_factors").resolve()

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.locations)

    def title(self, language: str = "en") -> str:
        """Return the title in a language (`en` or `zh`); the name where the table has no title."""
        return self.document.title.text(language) if self.document.title else self.name

    def source_title(self, row: int) -> str:
        """Return key and title of the source of a row; the key alone where the document does not list it."""
        key = self.texts["source"][row]
        source = self.document.sources.get(key)
        return f"{key}: {source.title}" if source else key


def row_texts(columns: Mapping[str, Sequence[Any]], rows: int) -> dict[str, list[str]]:
    """Return every text column, one text per row; empty texts where the file has no such column."""
    texts = {name: [cell_text(cell) for cell in columns[name]] if name in columns else [""] * rows for name in TEXTS}
    return {**texts, "year": [year_text(year) for year in texts["year"]]}
