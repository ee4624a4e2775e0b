"""Lines of a site's inventory: what each source gives off, what the profile counts, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.factory.formulas import Computed
from textile_pcf.factory.inventory_factors import GASES, SourceFactors
from textile_pcf.factory.inventory_rows import CLASSES, SOLD, InventoryRows
from textile_pcf.factory.sharing import sum_by_group
from textile_pcf.factory.utilities import USES

GHG_PROTOCOL, GBT32151 = "ghg_protocol", "gbt32151"
PROFILES = (GHG_PROTOCOL, GBT32151)
CO2, CH4, N2O, OTHER, BIOGENIC = range(len(GASES))


@dataclass(frozen=True, eq=False)
class Emissions:
    """Emissions of the sources of a site. Arrays have the shape (sources,).

    Attributes
    ----------
    rows : InventoryRows
    counted : ndarray of float
        What counts under the profile; below zero for energy sold that is deducted. [kg CO2e]
    beside : dict of str to ndarray of float
        What stands in the memo, by the reason. [kg CO2e]
    formulas : list of str
    """

    rows: InventoryRows
    counted: FloatArray
    beside: dict[str, FloatArray]
    formulas: list[str]

    @property
    def scope(self) -> IndexArray:
        """Scope of each source."""
        return np.array([CLASSES[name].scope for name in self.rows.classes], dtype=np.intp)


def emissions_of(
    rows: InventoryRows, matched: SourceFactors, computed: tuple[Computed, ...], purity: FloatArray, profile: str
) -> Emissions:
    """Return the emissions of all sources under a profile.

    Parameters
    ----------
    rows : InventoryRows
    matched : SourceFactors
        Factors of the sources that have one.
    computed : tuple of Computed
        Emissions of the others by formula: fuels (CO2), wastewater (CH4).
    purity : ndarray of float, shape (rows of the table,)
        Purity of process materials; NaN where none is stated.
    profile : str
        A word of `PROFILES`.
    """
    utilities, count = rows.utilities, len(rows.row)
    gases, formulas = np.zeros((count, len(GASES))), [""] * count
    part = np.where(np.isnan(purity), 1.0, purity)[rows.row]
    use = utilities.amount[rows.row]
    gases[matched.source] = matched.of_rows * (use * part)[matched.source, None]
    counts = _counted_gases(profile)
    for source, number in zip(matched.source.tolist(), matched.factor.tolist(), strict=True):
        unit = utilities.units[utilities.carrier[rows.row[source]]]
        pure = f" × {part[source]:.10g}" if part[source] != 1 else ""
        per_unit = float(matched.gases[number][:BIOGENIC].sum())
        formulas[source] = f"{use[source]:.10g} {unit}{pure} × {per_unit:.7g} kgCO2e/{unit} ({matched.texts[number]})"
    for found, gas in zip(computed, (CO2, CH4), strict=True):
        gases[found.source, gas] = found.kg
        for source, text in zip(found.source.tolist(), found.formulas, strict=True):
            formulas[source] = text
    total = gases[:, :BIOGENIC].sum(axis=1)
    counted = gases[:, counts].sum(axis=1)
    beside = {"co2_biogenic": gases[:, BIOGENIC]}
    if profile == GBT32151:
        beside["n2o"] = np.where(_left_out(rows), 0.0, gases[:, N2O])
        for why, names in {"refrigerant": ("refrigerant",), "scope_3": ("other",)}.items():
            of_class = np.isin(rows.classes, names)
            beside[why] = np.where(of_class, total, 0.0)
        counted = np.where(_left_out(rows), 0.0, counted)
    sold = utilities.use[rows.row] == SOLD
    if profile == GBT32151:
        counted = np.where(sold, -counted, counted)
    else:
        beside["sold"] = np.where(sold, total, 0.0)
        counted = np.where(sold, 0.0, counted)
    return Emissions(rows, counted, beside, formulas)


def _counted_gases(profile: str) -> list[int]:
    """Return the gases that a profile counts; values without gases are taken for CO2."""
    return [CO2, CH4, OTHER] if profile == GBT32151 else [CO2, CH4, N2O, OTHER]


def _left_out(rows: InventoryRows) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return the sources whose class GB/T 32151 does not count."""
    return np.isin(rows.classes, ("refrigerant", "other"))


def line_rows(emissions: Emissions) -> list[dict[str, Any]]:
    """Return one row for each source that counts.

    Parameters
    ----------
    emissions : Emissions
    """
    outside = np.zeros(len(emissions.counted), dtype=bool)
    for why in ("sold", "refrigerant", "scope_3"):
        outside |= emissions.beside.get(why, np.zeros(len(outside))) != 0
    kept = np.flatnonzero(~outside).tolist()
    return [dict(row) for row in _rows(emissions, kept, emissions.counted)]


def memo_rows(emissions: Emissions) -> list[dict[str, Any]]:
    """Return what stands beside the inventory, with the reason in `why`.

    Parameters
    ----------
    emissions : Emissions
    """
    found = []
    for why, kg in emissions.beside.items():
        found += [{**row, "why": why} for row in _rows(emissions, np.flatnonzero(kg).tolist(), kg)]
    return found


def _rows(emissions: Emissions, sources: list[int], kg: FloatArray) -> Iterator[dict[str, Any]]:
    rows, utilities = emissions.rows, emissions.rows.utilities
    process, amounts = utilities.table.texts("process"), utilities.amount.tolist()
    for source in sources:
        row, name = int(rows.row[source]), rows.classes[source]
        carrier = int(utilities.carrier[row])
        yield {
            "carrier": utilities.carriers[carrier], "class": name, "scope": CLASSES[name].scope,
            "category": rows.category[source], "use": USES[utilities.use[row]], "process": process[row] or None,
            "amount": amounts[row], "unit": utilities.units[carrier], "kgCO2e": float(kg[source]),
            "formula": emissions.formulas[source],
        }  # fmt: skip


def sums_by_scope(emissions: Emissions) -> dict[str, float]:
    """Return the emissions of each scope. [kg CO2e]

    Parameters
    ----------
    emissions : Emissions
    """
    sums = sum_by_group(emissions.counted, emissions.scope, 4).tolist()
    return {str(scope): sums[scope] for scope in (1, 2, 3)}


def sums_by_class(emissions: Emissions) -> dict[str, float]:
    """Return the emissions of each class that the site has. [kg CO2e]

    Parameters
    ----------
    emissions : Emissions
    """
    names = [name for name in CLASSES if name in emissions.rows.classes]
    number = np.array([names.index(name) for name in emissions.rows.classes], dtype=np.intp)
    return dict(zip(names, sum_by_group(emissions.counted, number, len(names)).tolist(), strict=True))
