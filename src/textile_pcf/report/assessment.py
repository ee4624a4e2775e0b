"""What a report says beside the figures: spread, quality of data, the last result, scenarios and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from textile_pcf._frozen import Keeper
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.audit.masks import PublishedFootprint
from textile_pcf.audit.saved_footprint import SavedFootprint
from textile_pcf.comparison import Scenarios, scenario
from textile_pcf.data_quality import Quality, quality
from textile_pcf.data_quality.as_dict import product_records
from textile_pcf.data_quality.priorities import Priorities, product_priorities
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.report.earlier import Earlier, products_with_masks, read_earlier
from textile_pcf.report.measures import Measures, read_measures
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis import Uncertainty
from textile_pcf.uncertainty_analysis.closed_form import ClosedForm, closed_form
from textile_pcf.uncertainty_analysis.main import uncertainty as analyse

MOST_ASSESSED = 20  # products of which a report says how sure they are
CLOSED = "closed"
OPTIONS = ("draws", "seed", "assume", "pedigree")


class Requests(NamedTuple):
    """Further content, as it is requested; see `textile_pcf.report.to_html`."""

    uncertainty: Any = CLOSED
    previous: Any = None
    changes: Any = None
    measures: Any = None


class Interval(NamedTuple):
    """Interval of a figure that holds 95 % of what its declared spreads allow. [kg CO2e per unit]

    Attributes
    ----------
    low, high : float
        The 2.5th and the 97.5th percentile; NaN if no number has a spread.
    stated : float
        The figure.
    numbers, declared : int
        Numbers behind the figure, and those with a declared spread.
    shares : dict of str to float
        Parts of the gross emissions whose `amounts` and whose `factors` have a declared spread. [1]
    stages : ndarray, shape (2, stages), or None
        Both percentiles of each stage, where draws were made; NaN outside the boundary.
    """

    low: float
    high: float
    stated: float
    numbers: int
    declared: int
    shares: dict[str, float]
    stages: FloatArray | None

    @property
    def is_known(self) -> bool:
        """Whether some number has a spread."""
        return bool(np.isfinite(self.low))

    @property
    def has_figure(self) -> bool:
        """Whether the figure lies between both ends, or no number has a spread."""
        return not self.is_known or self.low <= self.stated <= self.high


@dataclass(frozen=True, eq=False)
class Assessment(Keeper):
    """What a report says beside the figures of a result.

    Attributes
    ----------
    result : Footprint
        The result, with all its numbers.
    uncertainty : Uncertainty or None
        In the unit of the report; None if it is not asked for, or the result has no inputs.
    drawn : bool
        Whether the interval comes from draws; else it is the closed form.
    withheld : ndarray of bool, shape (products,)
        Products of which nothing of it is published, since it would help to solve for masked numbers.
    earlier : Earlier or None
    scenarios : Scenarios or None
    measures : Measures or None
    is_saved : bool
        Whether the result was read from a file and has no inputs.
    """

    result: Footprint
    uncertainty: Uncertainty | None
    drawn: bool
    withheld: BoolArray
    earlier: Earlier | None
    scenarios: Scenarios | None
    measures: Measures | None
    is_saved: bool

    @cached_property
    def quality(self) -> Quality | None:
        """Quality of the data; None where spreads are not asked for either."""
        return None if self.uncertainty is None else quality(self.result)

    @cached_property
    def quality_records(self) -> list[dict[str, Any]]:
        """Entries of the JSON of `quality`, one for each of the first products."""
        return [] if self.quality is None else product_records(self.quality, MOST_ASSESSED)

    def shows(self, product: int) -> bool:
        """Return whether spread and quality of a product are shown."""
        return self.uncertainty is not None and not bool(self.withheld[product])

    @property
    def shown(self) -> list[int]:
        """Products whose spread and quality are shown."""
        return [product for product in range(min(MOST_ASSESSED, len(self.result.products))) if self.shows(product)]

    def form(self, product: int) -> ClosedForm:
        """Return the closed form of a product in the unit of the report."""
        analysis = self.uncertainty
        assert analysis is not None
        return self.keep(f"form {product}", lambda: closed_form(analysis.evaluation, product))

    def interval(self, product: int) -> Interval:
        """Return the interval of a product in the unit of the report."""
        return self.keep(f"interval {product}", lambda: self._interval(product))

    def _interval(self, product: int) -> Interval:
        analysis, form = self.uncertainty, self.form(product)
        assert analysis is not None
        low, high, stages = form.p2_5, form.p97_5, None
        if self.drawn:
            name = self.result.products[product]
            low, high = float(analysis.statistics.p2_5[product]), float(analysis.statistics.p97_5[product])
            found, inside = analysis.stage_statistics(name), analysis.evaluation.inside
            stages = np.full((2, len(self.result.stages)), np.nan)
            stages[0, inside], stages[1, inside] = found.p2_5, found.p97_5
        if not form.sources:
            low = high = np.nan
        sources = analysis.evaluation.sources(product)
        declared = sum(source.distribution is not None for source in sources)
        shares = analysis.declared_share(self.result.products[product])
        return Interval(low, high, float(analysis.deterministic[product]), len(sources), declared, shares, stages)

    @cached_property
    def _per_product_unit(self) -> Uncertainty:
        analysis = self.uncertainty
        assert analysis is not None
        if analysis.unit is None:
            return analysis
        return analyse(self.result, 1, analysis.seed, None, analysis.assumed, analysis.pedigree)

    def priorities(self, product: int) -> Priorities:
        """Return what to measure next of a product. [kg CO2e per product unit]"""
        analysis = self._per_product_unit
        form = self.form(product) if analysis is self.uncertainty else closed_form(analysis.evaluation, product)
        return product_priorities(analysis, product, form)


def assess(result: Footprint, unit: str | None, requests: Requests) -> Assessment:
    """Return what a report says beside the figures of a result.

    Parameters
    ----------
    result : Footprint
    unit : str or None
        Unit of the report; None for that of the product.
    requests : Requests

    Raises
    ------
    InputError
        The last result or a change file is wrong.
    UsageError
        An option, a file or the measures are wrong.
    """
    options, is_saved = spread_options(requests.uncertainty), isinstance(result, SavedFootprint)
    original, withheld = result, np.zeros(len(result.products), dtype=bool)
    if isinstance(result, PublishedFootprint):
        original, withheld = result.original, products_with_masks(result)
    analysis = None
    if options is not None and not is_saved:
        analysis = analyse(original, **{"draws": 1, **options}, unit=None if unit == result.unit else unit)
    return Assessment(
        result=original,
        uncertainty=analysis,
        drawn="draws" in (options or {}),
        withheld=withheld,
        earlier=read_earlier(requests.previous, original),
        scenarios=None if requests.changes is None else _scenarios(original, requests.changes),
        measures=read_measures(requests.measures, original),
        is_saved=is_saved and options is not None,
    )


def spread_options(choice: Any) -> dict[str, Any] | None:
    """Return the options of `uncertainty` that are wanted; None if no spread is.

    Parameters
    ----------
    choice : str, mapping or None
        `closed`, or options `draws`, `seed`, `assume`, `pedigree`.

    Raises
    ------
    UsageError
        It is something else.

    Examples
    --------
    >>> spread_options("closed"), spread_options({"draws": 1000}), spread_options(None)
    ({}, {'draws': 1000}, None)
    """
    if choice is None or choice == CLOSED:
        return None if choice is None else {}
    if isinstance(choice, Mapping) and set(choice) <= set(OPTIONS):
        return dict(choice)
    what = Message("{option!r} is no way to state how sure a figure is.", option=choice)
    cure = "Write 'closed', None, or a mapping of draws, seed, assume and pedigree."
    raise UsageError([Problem("uncertainty", what, cure, code="option")])


def _scenarios(result: Footprint, changes: Any) -> Scenarios:
    if not isinstance(changes, Scenarios):
        return scenario(result, changes)
    same = changes.base.products == result.products and np.array_equal(changes.base.totals, result.totals)
    if not same:
        what, cure = "The scenarios are of another result.", "Give the change file, or scenarios of the result itself."
        raise UsageError([Problem("changes", what, cure, code="option")])
    return changes
