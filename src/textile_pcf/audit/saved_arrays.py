"""Parts of a result as JSON, and back: numbers, coded texts, masses, lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray, read_only
from textile_pcf.columns import Categorical
from textile_pcf.inventory.processes import Processes
from textile_pcf.messages.message import TranslatedText, chinese_of, with_chinese
from textile_pcf.results import Contributions, Driver, DriverKind
from textile_pcf.units.product_units import ProductUnits

FLOATS = ("value", "drivers", "amount", "factor", "split", "aircraft")
CODED = ("component", "flow", "group", "item", "value_unit", "as_written", "unit", "factor_unit", "printed", "region", "year",
         "fallback", "data_type", "source", "locator", "factor_table", "factor_source", "factor_locator")  # fmt: skip


def numbers(values: FloatArray) -> list[Any]:
    """Return an array as nested lists, None for NaN."""
    nested = values.astype(object)
    nested[np.isnan(values)] = None
    return nested.tolist()  # type: ignore[no-any-return]


def array(data: Any, *shape: int) -> FloatArray:
    """Return nested lists as an array of a shape (-1: any length); None becomes NaN.

    Raises
    ------
    ValueError
        The lists are of another shape, or hold something else than numbers.
    """
    values = np.array(data, dtype=np.float64) if data else np.zeros([max(length, 0) for length in shape])
    if values.ndim != len(shape) or any(length not in (-1, found) for length, found in zip(shape, values.shape, strict=True)):
        raise ValueError("an array of another shape")
    return read_only(values)


def indices(data: Sequence[Any], length: int, below: int, least: int = 0) -> IndexArray:
    """Return whole numbers from `least` to `below` as an array of a length.

    Raises
    ------
    ValueError
        The list is of another length, or a number is out of its range.
    """
    values = np.array(data, dtype=np.intp) if data else np.empty(0, dtype=np.intp)
    if values.shape != (length,) or (length and not (least <= values.min() and values.max() < below)):
        raise ValueError("indices out of range")
    return values


def encode_column(column: Categorical) -> dict[str, Any]:
    """Return a coded column: each distinct text once, with its Chinese; also texts that no row has, as groups of a rule."""
    texts = list(dict.fromkeys(column.categories))
    place = {text: number for number, text in enumerate(texts)}
    codes = np.array([place[text] for text in column.categories] or [0], dtype=np.intp)[column.codes]
    return {"codes": codes.tolist(), "texts": [str(text) for text in texts], "zh": chinese_of(texts)}


def decode_column(data: Mapping[str, Any], length: int) -> Categorical:
    """Return a coded column.

    Raises
    ------
    ValueError
        A code has no text, or there are too many or too few.
    """
    texts = with_chinese(_texts(data["texts"]), dict(data["zh"]))
    return Categorical(indices(data["codes"], length, len(texts)), tuple(texts))


def messages(texts: Iterable[str]) -> list[list[str]]:
    """Return texts of the library, each in English and Chinese."""
    return [[str(text), chinese_of([text]).get(str(text), "")] for text in texts]


def as_messages(data: Iterable[Sequence[str]]) -> list[TranslatedText]:
    """Return stored texts of `messages`."""
    return [TranslatedText(*_texts([english, chinese])) for english, chinese in data]


def _texts(data: Iterable[Any]) -> list[str]:
    texts = list(data)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is missing")
    return texts


def masses(processes: Processes) -> dict[str, Any]:
    """Return the masses of all processes."""
    return {
        "product": processes.product.tolist(), "stage": processes.stage.tolist(),
        "component": encode_column(processes.component),
        "input": numbers(processes.input), "output": numbers(processes.output), "inside": processes.inside.tolist(),
        "downstream": processes.downstream.tolist(),
    }  # fmt: skip


def as_processes(data: Mapping[str, Any], products: int, stages: int) -> Processes:
    """Return the processes of `masses`."""
    count = len(data["product"])
    return Processes(
        product=indices(data["product"], count, products),
        stage=indices(data["stage"], count, stages),
        component=decode_column(data["component"], count),
        input=array(data["input"], count),
        output=array(data["output"], count),
        inside=np.array(data["inside"], dtype=bool).reshape(count),
        downstream=indices(data["downstream"], count, count, -1),
    )


def lines(contributions: Contributions) -> dict[str, Any]:
    """Return all contributions."""
    return {
        "product": contributions.product.tolist(), "stage": contributions.stage.tolist(),
        **{name: numbers(getattr(contributions, name)) for name in FLOATS},
        **{name: encode_column(getattr(contributions, name)) for name in CODED},
        "ruled": contributions.ruled.tolist(),
        "driver_pattern": contributions.driver_pattern.tolist(),
        "driver_terms": [
            [None if term is None else [term.kind.name, term.name, term.unit] for term in terms]
            for terms in contributions.driver_terms
        ],
    }  # fmt: skip


def as_contributions(data: Mapping[str, Any], products: int, stages: int) -> Contributions:
    """Return the contributions of `lines`."""
    count, terms = len(data["product"]), data["driver_terms"]
    drivers = {len(pattern) for pattern in terms} or {0}
    width = {"drivers": max(drivers), "split": 4}
    if len(drivers) > 1:
        raise ValueError("patterns of drivers of several lengths")
    floats: dict[str, Any] = {name: array(data[name], count, *([width[name]] if name in width else [])) for name in FLOATS}
    columns: dict[str, Any] = {name: decode_column(data[name], count) for name in CODED}
    return Contributions(
        product=indices(data["product"], count, products),
        stage=indices(data["stage"], count, stages),
        ruled=np.array(data["ruled"], dtype=bool).reshape(count),
        driver_pattern=indices(data["driver_pattern"], count, len(terms)),
        driver_terms=tuple(tuple(None if each is None else _driver(*each) for each in pattern) for pattern in terms),
        **floats,
        **columns,
    )


def _driver(kind: str, name: str, unit: str) -> Driver:
    return Driver(DriverKind[kind], *_texts([name, unit]))


def measures(units: ProductUnits) -> dict[str, Any]:
    """Return what converts units of products."""
    return {
        "mass": numbers(units.mass), "mass_per": [list(power) for power in units.mass_per],
        "grammage": numbers(units.grammage), "width": numbers(units.width),
        "wears": None if units.wears is None else numbers(units.wears),
        "sold": None if units.sold is None else numbers(units.sold),
    }  # fmt: skip
