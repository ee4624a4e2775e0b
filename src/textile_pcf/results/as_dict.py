"""A footprint as a dictionary, as the command line prints it with `--format json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.engine.loops import sum_by_group
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.method_record import boundary_totals
from textile_pcf.results.tables import emissions_by_code, line_groups

if TYPE_CHECKING:
    from textile_pcf.results.views import Views

CARBON = ("fossil", "biogenic")


def as_dict(result: Views, unit: str | None) -> dict[str, Any]:
    """Return a result as a dictionary; see `Footprint.to_dict`. [kg CO2e per product unit, or per `unit`]"""
    one = _entries(result, unit)
    return {"products": [one(number) for number in range(len(result.products))], "provenance": dict(result.provenance)}


def product_dict(result: Views, product: int, unit: str | None) -> dict[str, Any]:
    """Return the entry of one product, by its index. [kg CO2e per product unit, or per `unit`]"""
    return _entries(result, unit)(product)


def _entries(result: Views, unit: str | None) -> Callable[[int], dict[str, Any]]:
    """Return the function that gives the entry of each product."""
    scale = result.scale(unit)
    groups, by_group = emissions_by_code(result, "group")
    fibres, by_fibre = emissions_by_code(result, "component")
    masses = _stage_masses_by_product(result)
    aircraft = np.bincount(result.lines.product, weights=_counted_aircraft(result), minlength=len(result.products))
    inside = np.array([name in {info.group for info in result.stages if not info.outside} for name in groups])
    used = _used_groups(result) + inside, _fibres(result, fibres)

    def one(number: int) -> dict[str, Any]:
        by = float(scale[number])
        stages = list(enumerate(result.stages))
        return {
            "product": result.products[number],
            "unit": unit or result.unit,
            **({"kept": {name: texts[number] for name, texts in result.kept.items()}} if result.kept else {}),
            "total": float(result.totals[number]) * by,
            "headline": {name: float(of[number]) * by for name, of in result.headline._asdict().items()},
            "stages": {info.id: float(result.by_stage[number, k]) * by for k, info in stages if not info.outside},
            "groups": {name: float(by_group[number, k]) * by for k, name in enumerate(groups) if used[0][number, k]},
            "split": {name: float(result.split_totals[number, k]) * by for k, name in enumerate(SPLIT)},
            "aircraft": float(aircraft[number]) * by,
            "by_component": {name: float(by_fibre[number, k]) * by for k, name in enumerate(fibres) if used[1][number, k]},
            "masses": {
                info.id: {"input": float(masses[0][number, k]) * by, "output": float(masses[1][number, k]) * by,
                          "loss": float(masses[0][number, k] - masses[1][number, k]) * by}
                for k, info in stages
            },
            "memo": {info.id: float(result.by_stage[number, k]) * by for k, info in stages if info.outside},
            "default_share": float(result.default_share[number]),
            "default_factor_share": float(result.default_factor_share[number]),
            **_additional(result, number, by),
            **_method(result, number, by),
            "warnings": result.warnings(result.products[number]),
        }  # fmt: skip

    return one


def _method(result: Views, number: int, by: float) -> dict[str, Any]:
    """Return what is left out and open, shares of sets of potentials, totals by boundary, and allocation if there is any."""
    cutoff = result.cutoff_record(number)
    cutoff["with_left_out"] *= by
    sets, shares = result.gwp_sets
    values: dict[str, Any] = {
        "boundary": result.rules.boundary,
        "gwp_sets": {name: float(share) for name, share in zip(sets, shares[number], strict=True)},
        "cutoff": cutoff,
    }
    boundaries = boundary_totals(result, number)
    if len(boundaries) > 1:
        values["boundaries"] = {name: total * by for name, total in boundaries.items()}
    allocation = result.allocation_record(number)
    for record in allocation:
        record["alternatives"] = [{**other, "total": other["total"] * by} for other in record["alternatives"]]
    return values | ({"allocation": allocation} if allocation else {})


def _additional(result: Views, number: int, by: float) -> dict[str, Any]:
    """Return carbon content and totals by another convention, where there are any."""
    values: dict[str, Any] = {}
    if result.carbon_content is not None:
        content = zip(CARBON, result.carbon_content[number], strict=True)
        values["carbon_content"] = {name: None if np.isnan(kg) else float(kg) * by for name, kg in content}
    if result.beside:
        values["beside"] = {name: float(totals[number]) * by for name, totals in result.beside.items()}
    return values


def _counted_aircraft(result: Views) -> FloatArray:
    outside = np.array([stage.outside for stage in result.stages], dtype=bool)[result.lines.stage]
    return np.where(outside, 0.0, result.lines.aircraft)


def _fibres(result: Views, names: tuple[str, ...]) -> FloatArray:
    """Return which components each product has, and the common stages (""), shape (products, names)."""
    processes = result.stage_masses
    have = np.zeros((len(result.products), len(names)))
    for code, name in enumerate(processes.component.categories):
        if name in names:
            have[processes.product[processes.component.codes == code], names.index(name)] = 1
    have[:, names.index("")] = 1
    return have


def _used_groups(result: Views) -> FloatArray:
    """Return in which groups of stages each product has lines, shape (products, groups)."""
    names, group = line_groups(result, "group")
    count = np.bincount(group, minlength=len(result.products) * len(names))
    return np.asarray(count.reshape(len(result.products), len(names)), dtype=float)


def _stage_masses_by_product(result: Views) -> tuple[FloatArray, FloatArray]:
    processes = result.stage_masses
    both = np.stack([processes.input, processes.output], axis=1)
    total = sum_by_group(
        both, processes.product * len(result.stages) + processes.stage, len(result.products) * len(result.stages)
    )
    shape = (len(result.products), len(result.stages))
    return total[:, 0].reshape(shape), total[:, 1].reshape(shape)
