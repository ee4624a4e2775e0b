"""Contributions of a result: one line per exchange, as columns with labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, read_only
from textile_pcf.columns import Categorical, find_texts

if TYPE_CHECKING:
    import pandas as pd

SPLIT = ("fossil", "biogenic", "uptake", "land_use_change")


class DriverKind(Enum):
    """What a driver is; its value is the fixed part of its label."""

    MASS = "kg"
    """A mass of the process: output, input or loss."""
    PROPERTY = ""
    """A property of the product."""
    PRODUCT = "product"
    """One unit of the product."""
    SHARE = "of the fibre"
    """The share of a component in its blend."""
    ALLOCATION = "allocated"
    """The share of a process that is allocated to the product rather than to its co-products."""


@dataclass(frozen=True)
class Driver:
    """What multiplies the value of an exchange: a mass, a property, the product itself or the share of a component.

    Attributes
    ----------
    kind : DriverKind
    name : str
        `output`, `input` or `loss` for a mass, the id of a property; empty else.
    unit : str
        Unit in which its values are shown; empty if it has none.

    Examples
    --------
    >>> Driver(DriverKind.MASS, "input", "kg").label, Driver(DriverKind.PROPERTY, "printed_area", "m2/kg").label
    ('kg input', 'm2/kg printed_area')
    """

    kind: DriverKind
    name: str = ""
    unit: str = ""

    @property
    def label(self) -> str:
        """The driver as results show it: unit and name."""
        return self.kind.value if self.kind in (DriverKind.SHARE, DriverKind.ALLOCATION) else f"{self.unit} {self.name}".strip()


@dataclass(frozen=True)
class StageInfo:
    """A stage as results show it."""

    id: str
    title: str
    title_zh: str
    group: str
    component: bool
    outside: bool
    flows: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Names of its flows for people: id → English, Chinese."""

    def name(self, language: str = "en") -> str:
        """Name of the stage in a language."""
        return self.title_zh if language == "zh" else self.title

    def flow(self, name: str, language: str = "en") -> str:
        """Name of a flow of the stage in a language; its id where it has none."""
        return self.flows[name][language == "zh"] if name in self.flows else name


@dataclass(frozen=True)
class Contributions:
    """One line per exchange, all columns of the same length.

    Attributes
    ----------
    product, stage : ndarray, shape (lines,)
        Index of the product and of the stage.
    component, flow, group, item : Categorical, shape (lines,)
        Component of a blend, flow of the rule, life-cycle stage, and emission factor.
    value : ndarray, shape (lines,)
        Amount per driver. [`value_unit`]
    as_written : Categorical
        Amount in the unit of the activity data, where that is another one.
    drivers : ndarray, shape (lines, drivers)
        What multiplies `value`, in the units of `driver_terms`; NaN where there are fewer drivers.
    driver_pattern : ndarray, shape (lines,)
        Index into `driver_terms` of each line.
    driver_terms : tuple of tuple of Driver or None
        Drivers of each pattern, one for each column of `drivers`; None where there is none.
    amount : ndarray, shape (lines,)
        [`unit` per product unit]
    factor : ndarray, shape (lines,)
        [kg CO2e per `unit`]
    printed, region, year, fallback : Categorical
        The factor as its source prints it, where and when it holds, and how the region was replaced.
    split : ndarray, shape (lines, 4)
        Fossil, biogenic, uptake and land use change. [kg CO2e per product unit]
    aircraft : ndarray, shape (lines,)
        Part of the fossil emissions that aircraft emit. [kg CO2e per product unit]
    data_type, source, locator : Categorical
        Where the amount comes from.
    ruled : ndarray, shape (lines,)
        Whether the amount is a number of the rule.
    factor_table, factor_source, factor_locator : Categorical
        Where the factor comes from.
    """

    product: IndexArray
    component: Categorical
    stage: IndexArray
    flow: Categorical
    group: Categorical
    item: Categorical
    value: FloatArray
    value_unit: Categorical
    as_written: Categorical
    drivers: FloatArray
    driver_pattern: IndexArray
    driver_terms: tuple[tuple[Driver | None, ...], ...]
    amount: FloatArray
    unit: Categorical
    factor: FloatArray
    factor_unit: Categorical
    printed: Categorical
    region: Categorical
    year: Categorical
    fallback: Categorical
    split: FloatArray
    aircraft: FloatArray
    data_type: Categorical
    source: Categorical
    locator: Categorical
    ruled: BoolArray
    factor_table: Categorical
    factor_source: Categorical
    factor_locator: Categorical

    @property
    def emissions(self) -> FloatArray:
        """Emissions of each line. [kg CO2e per product unit]"""
        return np.asarray(self.split.sum(axis=1))

    def text(self, column: str, line: int) -> str:
        """Return the text of a categorical column in one line."""
        coded: Categorical = getattr(self, column)
        return coded.categories[int(coded.codes[line])]

    def line_drivers(self, line: int) -> list[tuple[int, Driver, float]]:
        """Return column, driver and value of each driver of one line."""
        terms = enumerate(zip(self.driver_terms[self.driver_pattern[line]], self.drivers[line].tolist(), strict=True))
        return [(column, driver, value) for column, (driver, value) in terms if driver is not None and not np.isnan(value)]


def no_lines() -> Contributions:
    """Return contributions without lines.

    Examples
    --------
    >>> len(to_frame(no_lines(), (), ()))
    0
    """
    index, numbers, texts = np.zeros(0, dtype=np.intp), np.zeros(0), Categorical(np.zeros(0, dtype=np.intp), ())
    empty: dict[Any, Any] = {
        "IndexArray": index,
        "FloatArray": numbers,
        "BoolArray": numbers.astype(bool),
        "Categorical": texts,
    }
    columns = {column.name: empty.get(column.type, ()) for column in fields(Contributions)}
    return Contributions(**{**columns, "split": np.zeros((0, len(SPLIT)))})


def to_frame(lines: Contributions, products: tuple[str, ...], stages: tuple[StageInfo, ...]) -> pd.DataFrame:
    """Return contributions as a DataFrame, texts as categories."""
    import pandas as pd

    def coded(column: str) -> Any:
        value: Categorical = getattr(lines, column)
        distinct = list(dict.fromkeys(value.categories))
        return pd.Categorical.from_codes(find_texts(value.categories, distinct)[value.codes], pd.Index(distinct))

    outside = np.array([stage.outside for stage in stages], dtype=bool)
    columns: dict[str, Any] = {
        "product": pd.Categorical.from_codes(lines.product, pd.Index(products)),
        "component": coded("component"),
        "stage": pd.Categorical.from_codes(lines.stage, pd.Index([stage.id for stage in stages])),
        "group": coded("group"),
        "flow": coded("flow"),
        "item": coded("item"),
        "amount": lines.amount,
        "unit": coded("unit"),
        "factor": lines.factor,
        "factor_unit": coded("factor_unit"),
        "region": coded("region"),
        "year": coded("year"),
        "fallback": coded("fallback"),
        "kgCO2e": lines.emissions,
        **{name: lines.split[:, column] for column, name in enumerate(SPLIT)},
        "aircraft": lines.aircraft,
        "memo": outside[lines.stage],
    }
    for name in ("data_type", "source", "locator", "factor_table", "factor_source", "factor_locator"):
        columns[name] = coded(name)
    return pd.DataFrame(columns)


def hide_lines(lines: Contributions, hidden: BoolArray) -> Contributions:
    """Return contributions in which some lines have no numbers: neither amount nor factor nor emissions.

    Parameters
    ----------
    lines : Contributions
    hidden : ndarray of bool, shape (lines,)
        Which lines.
    """

    def without(values: FloatArray) -> FloatArray:
        chosen = hidden.reshape(-1, *[1] * (values.ndim - 1))
        return read_only(np.where(chosen, np.nan, values))

    def cleared(column: Categorical) -> Categorical:
        return Categorical(np.where(hidden, len(column.categories), column.codes), (*column.categories, ""))

    return replace(
        lines,
        value=without(lines.value),
        drivers=without(lines.drivers),
        amount=without(lines.amount),
        factor=without(lines.factor),
        split=without(lines.split),
        aircraft=without(lines.aircraft),
        as_written=cleared(lines.as_written),
        printed=cleared(lines.printed),
    )
