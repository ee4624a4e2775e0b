"""What a footprint does when one number changes: exact, or good to 1e-8 where the number enters a loss or a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError
from textile_pcf.inventory.draw_sources import spec_of
from textile_pcf.rules import LossSpec, PropertySpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sources import NamedSource

STEP = 1e-3
POINTS = (STEP, -STEP, 2 * STEP, -2 * STEP)
WEIGHTS = (2 / 3, -2 / 3, -1 / 12, 1 / 12)  # of the fourth-order central difference, divided by STEP
ONE_SIDED = (-25 / 12, 4.0, -3.0, 4 / 3, -1 / 4)  # of the fourth-order difference in one direction, divided by STEP
ROUNDING = 1e-11  # part of a total below which a difference is what rounding leaves of it, divided by STEP
LOWER, HIGHER = 0.9, 1.1


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How the footprint of one product depends on each of its sources, arrays of shape (sources,).

    Attributes
    ----------
    sources : list of NamedSource
    derivative : ndarray
        ∂ total / ∂ ln value; of a share, its fellows give way in proportion. [kg CO2e per unit]
    low, high : ndarray
        Totals at 0.9 and 1.1 times the value; NaN where that is no loss or share any more. [kg CO2e per unit]
    """

    sources: Sequence[NamedSource]
    derivative: FloatArray
    low: FloatArray
    high: FloatArray


def log_derivatives(
    evaluation: Evaluation, product: int, sources: Sequence[NamedSource], base: Mapping[str, float]
) -> FloatArray:
    """Return ∂ total / ∂ ln value of some sources at a point, shape (sources,). [kg CO2e per unit]

    Parameters
    ----------
    evaluation : Evaluation
    product : int
    sources : sequence of NamedSource
    base : mapping of str to float
        The point: multiples of the stated values by id, 1 where there is none.
    """
    return _differences(totals_at(evaluation, product, _points_around(sources, base), base))


def _one_sided(evaluation: Evaluation, product: int, source: NamedSource) -> float:
    """Return the derivative from below, or from above, of a number that cannot be more or less, such as a share of 100 %."""
    for direction in (-STEP, STEP):
        steps = np.exp(direction * np.arange(len(ONE_SIDED))).tolist()
        points = [{source.id: step} for step in steps]
        totals = totals_at(evaluation, product, points, {})
        derivative = without_rounding(totals @ np.array(ONE_SIDED) / direction, totals[0])
        if not np.isnan(derivative):
            return float(derivative)
    return float("nan")


def total_and_derivatives(
    evaluation: Evaluation, product: int, sources: Sequence[NamedSource], base: Mapping[str, float]
) -> tuple[float, FloatArray]:
    """Return the footprint at a point, and `log_derivatives` there. [kg CO2e per unit]

    All of them are one calculation, unless the product takes others or a step leads to what cannot be. Parameters are those of
    `log_derivatives`.
    """
    if not evaluation.suppliers(product):
        try:
            stages = _stages_at(evaluation, product, [{}, *_points_around(sources, base)], base)
            here, around = (np.ascontiguousarray(part).sum(axis=0) for part in (stages[:, :1], stages[:, 1:]))
            return float(here[0]), _differences(around)
        except InputError:
            pass  # each point is looked at below
    values = {name: np.array([value]) for name, value in base.items()}
    return float(evaluation.totals(product, values, 1)[0]), log_derivatives(evaluation, product, sources, base)


def _points_around(sources: Sequence[NamedSource], base: Mapping[str, float]) -> list[dict[str, float]]:
    """Return the points of the differences of each source, as multiples of the stated values."""
    return [{source.id: base.get(source.id, 1.0) * float(np.exp(step))} for source in sources for step in POINTS]


def _differences(totals: FloatArray) -> FloatArray:
    """Return the derivative of each source from the totals at its points."""
    around = totals.reshape(-1, len(POINTS))
    return without_rounding(around @ np.array(WEIGHTS) / STEP, np.abs(around).max(axis=1, initial=0.0))


def without_rounding(derivative: FloatArray, total: FloatArray) -> FloatArray:
    """Return derivatives from differences, 0 where only rounding made them: a number that moves nothing has no spread.

    Parameters
    ----------
    derivative, total : ndarray, shape (sources,)
        ∂ total / ∂ ln value, and the total that it is of. [kg CO2e per unit]

    Examples
    --------
    >>> without_rounding(np.array([2e-13, 0.1, -0.1]), np.array([5.0, 5.0, -5.0])).tolist()
    [0.0, 0.1, -0.1]
    """
    return np.where(np.abs(derivative) <= ROUNDING * np.abs(total), 0.0, derivative)


def sensitivities(evaluation: Evaluation, product: int) -> Sensitivity:
    """Return how the footprint of one product depends on each number behind it."""
    sources = evaluation.sources(product)
    total = float(evaluation.result.totals[product] * evaluation.stated_scale[product])
    simple = not evaluation.suppliers(product)
    derivative = np.zeros(len(sources))
    low, high = np.full(len(sources), total), np.full(len(sources), total)
    direct = [number for number, source in enumerate(sources) if source.linear and simple]
    derivative[direct] = _line_sums(evaluation, product, [sources[number] for number in direct])
    low[direct], high[direct] = total - 0.1 * derivative[direct], total + 0.1 * derivative[direct]
    others = [number for number in range(len(sources)) if number not in set(direct)]
    rest = [sources[number] for number in others]
    derivative[others] = log_derivatives(evaluation, product, rest, {})
    for number in np.flatnonzero(np.isnan(derivative)).tolist():
        derivative[number] = _one_sided(evaluation, product, sources[number])
    for array, factor in ((low, LOWER), (high, HIGHER)):
        multiples = np.array([_multiple(evaluation, product, source, factor) for source in rest])
        points = [{source.id: value} for source, value in zip(rest, multiples.tolist(), strict=True) if value == value]
        found = np.full(len(rest), np.nan)
        found[~np.isnan(multiples)] = totals_at(evaluation, product, points, {})
        array[others] = found
    for number in others:
        if sources[number].kind == "share" and 0 < (share := _share(evaluation, product, sources[number])) < 1:
            derivative[number] /= 1.0 - share
    return Sensitivity(sources, derivative, low, high)


def _line_sums(evaluation: Evaluation, product: int, sources: Sequence[NamedSource]) -> FloatArray:
    """Return the sum of the lines of each source, shape (sources,). [kg CO2e per unit]"""
    lines, at = evaluation.lines, evaluation.lines.of(product)
    sums = np.zeros(lines.count + 1)
    for keys in (lines.amount_key[at], lines.factor_key[at]):
        sums += np.bincount(np.where(keys < 0, lines.count, keys), weights=lines.value[at], minlength=len(sums))
    sums *= evaluation.stated_scale[product]
    return np.array([sums[lines.key_index[source.key]] if source.key in lines.key_index else 0.0 for source in sources])


def totals_at(
    evaluation: Evaluation, product: int, points: Sequence[Mapping[str, float]], base: Mapping[str, float]
) -> FloatArray:
    """Return the footprint at each point, shape (points,); NaN where it cannot be calculated. [kg CO2e per product unit]

    Parameters
    ----------
    evaluation : Evaluation
    product : int
        Index of the product.
    points : sequence of mapping of str to float
        Multiples of the stated values by id; those of `base` where a point has none.
    base : mapping of str to float
        Multiples of the stated values by id, 1 where there is none.
    """
    if not points:
        return np.empty(0)
    try:
        totals: FloatArray = _stages_at(evaluation, product, points, base).sum(axis=0)
        return totals
    except InputError:
        if len(points) == 1:
            return np.full(1, np.nan)
        half = len(points) // 2
        parts = (points[:half], points[half:])
        return np.concatenate([totals_at(evaluation, product, part, base) for part in parts])


def _stages_at(
    evaluation: Evaluation, product: int, points: Sequence[Mapping[str, float]], base: Mapping[str, float]
) -> FloatArray:
    """Return the emissions by stage inside the boundary at each point, shape (stages, points). [kg CO2e per unit]"""
    ids = dict.fromkeys([*base, *(name for point in points for name in point)])
    values = {name: np.array([point.get(name, base.get(name, 1.0)) for point in points]) for name in ids}
    return evaluation.stages(product, values, len(points))


def _multiple(evaluation: Evaluation, product: int, source: NamedSource, factor: float) -> float:
    """Return the multiple of a stated value that makes it `factor` times as large; NaN if it cannot be."""
    if source.kind == "share":
        share = _share(evaluation, product, source)
        wanted = share * factor
        return factor * (1 - share) / (1 - wanted) if share < 1 and wanted < 1 else np.nan
    return np.nan if _is_too_much(evaluation, source, source.stated * factor) else factor


def _is_too_much(evaluation: Evaluation, source: NamedSource, value: float) -> bool:
    """Whether a number is no loss on the input, or no part of a whole, any more."""
    activity = evaluation.result.run.activity
    spec = spec_of(activity, source.key)
    if isinstance(spec, LossSpec):
        return spec.basis == "input" and value >= 1
    if not isinstance(spec, PropertySpec):
        return False
    return value > 1 >= source.stated and bool(rule_arrays(activity.rules).property_is_part[spec.index])


def _share(evaluation: Evaluation, product: int, source: NamedSource) -> float:
    """Return a share as a part of the shares of its product."""
    shares = [
        [own.stated for own in evaluation.own_sources(member) if own.kind == "share"]
        for member in evaluation.members(product)
        if any(own.id == source.id for own in evaluation.own_sources(member))
    ]
    total = sum(shares[0])
    return source.stated / total if total else 1.0
