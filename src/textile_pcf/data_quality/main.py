"""`quality`: how good the data behind a result are, and what to improve first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, or_none
from textile_pcf.columns import Categorical, find_texts
from textile_pcf.data_quality.hot_spots import Ranking, rank_lines
from textile_pcf.data_quality.lines import SCORES, QualityLines, quality_lines
from textile_pcf.data_quality.primary_share import by_data_type, gross_parts, primary_data_share
from textile_pcf.data_quality.ratings import CLOSE, Ratings, level_of, rate
from textile_pcf.errors import check_language, whole_number, wrong_type
from textile_pcf.io.csv_text import table_csv
from textile_pcf.results import Footprint
from textile_pcf.results.lines import build_contributions

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.data_quality.priorities import Priorities
    from textile_pcf.results.contributions import Contributions


@dataclass(frozen=True, eq=False)
class Quality:
    """Quality of the data behind a result. Shares are parts of 1.

    Attributes
    ----------
    result : Footprint
        The result.
    lines : QualityLines
        Scores of the amount and the factor of each line.
    ranking : Ranking
        Lines of each product by falling emissions, and which are hot spots.
    ratings : Ratings
        Ratings of each product.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> quality = tp.quality(tp.footprint(*tp.load_example("cotton_poplin")))
    >>> quality.hot_spots["stage"].tolist()[:2]
    ['weaving', 'spinning']
    """

    result: Footprint = field(repr=False)
    lines: QualityLines = field(repr=False)
    ranking: Ranking = field(repr=False)
    ratings: Ratings = field(repr=False)

    @property
    def products(self) -> tuple[str, ...]:
        """The products.

        :meta private:
        """  # the reference documents `products` of the result; the same name cannot be documented twice
        return self.result.products

    @property
    def dqr(self) -> FloatArray:
        """PEF's data quality rating, 1 best to 5, shape (products,); NaN if nothing is rated."""
        return self.ratings.dqr

    @property
    def default_share(self) -> FloatArray:
        """Part of the gross emissions whose amount is a number of the rule, shape (products,). [1]"""
        return self.result.default_share

    @cached_property
    def primary_data_share(self) -> FloatArray:
        """Share of primary data of amounts and factors at once, shape (products,). [1]"""
        return primary_data_share(self.lines, len(self.products))

    @cached_property
    def primary_activity_share(self) -> FloatArray:
        """Part of the gross emissions whose amount is primary data, shape (products,). [1]"""
        return gross_parts(self.lines, self.lines.primary.astype(np.float64), len(self.products))

    @cached_property
    def by_data_type(self) -> Mapping[str, FloatArray]:
        """Part of the gross emissions by data type of the amount, each of shape (products,). [1]"""
        return by_data_type(self.lines, len(self.products))

    @cached_property
    def contributions(self) -> Contributions:
        """Labels of the lines."""
        return build_contributions(self.result.inventory, self.result.run.factors)

    @cached_property
    def priorities(self) -> tuple[Priorities, ...]:
        """What to measure next, and which numbers have no declared spread, of each product."""
        from textile_pcf.data_quality.priorities import priorities  # the uncertainty analysis: no warning needs it

        return tuple(priorities(self.result))

    @cached_property
    def max_dqr(self) -> float | None:
        """The largest data quality rating that the rule allows; None if it states none."""
        limit = self.result.run.activity.rules.document.quality
        return None if limit is None else float(limit.max_dqr)

    @cached_property
    def met(self) -> BoolArray | None:
        """Whether each product keeps `max_dqr` whatever the scores that are not known; None if the rule states no limit."""
        return None if self.max_dqr is None else np.asarray(self.ratings.if_unrated_5 <= self.max_dqr + CLOSE)

    # -- tables ---------------------------------------------------------------------------------------------------

    @property
    def table(self) -> pd.DataFrame:
        """Ratings and shares, one row per product."""
        import pandas as pd

        return pd.DataFrame(self.rows(), index=pd.Index(self.products, name="product"))

    def rows(self) -> dict[str, Any]:
        """Return the columns of `table` by name, each of shape (products,).

        Returns
        -------
        dict
            Name → values of all products.
        """
        levels = [level_of(float(value)) for value in self.dqr]
        pact = zip(PACT, self.ratings.pact.T, strict=True)
        return {
            "total": self.result.totals,
            "DQR": self.dqr,
            "level": levels,
            **dict(zip(SCORES, self.ratings.pef.T, strict=True)),
            "rated_share": self.ratings.rated_share,
            "if_unrated_5": self.ratings.if_unrated_5,
            **dict(pact),
            "coverage": self.ratings.coverage,
            "primary_data_share": self.primary_data_share,
            "primary_activity_share": self.primary_activity_share,
            "default_share": self.default_share,
        }

    @property
    def hot_spots(self) -> pd.DataFrame:
        """Hot spots of all products, one row each."""
        import pandas as pd

        rows = [{"product": product, **row} for k, product in enumerate(self.products) for row in self.hot_spots_of(k)]
        return pd.DataFrame(rows)

    def hot_spots_of(self, product: int | str) -> list[dict[str, Any]]:
        """Return the hot spots of a product as rows of plain values.

        Parameters
        ----------
        product : int or str
            Index or id of the product.

        Returns
        -------
        list of dict
            By falling absolute emissions; `dqr` is the mean of the four scores, None where one is not known.
        """
        index = whole_number(product)
        place = index if index in range(len(self.products)) else self.result.place(product)  # type: ignore[arg-type]
        ranked = np.flatnonzero(self.ranking.hot)
        own = ranked[self.lines.product[self.ranking.order[ranked]] == place]
        return [self._hot_spot(int(number)) for number in own]

    def _hot_spot(self, number: int) -> dict[str, Any]:
        line = int(self.ranking.order[number])
        contributions, scores = self.contributions, self.ratings.lines[line]
        return {
            "stage": self.result.stages[int(contributions.stage[line])].id,
            "component": contributions.text("component", line),
            "flow": contributions.text("flow", line),
            "item": contributions.text("item", line),
            "kgCO2e": float(self.lines.emissions[line]),
            "share": float(self.ranking.share[number]),
            "cumulative": float(self.ranking.cumulative[number]),
            "data_type": self.lines.data_type[line],
            "dqr": or_none(scores.mean()),
            **{name: or_none(score) for name, score in zip(SCORES, scores, strict=True)},
        }

    # -- for programs ---------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the command line prints it with `--format json`.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        from textile_pcf.data_quality.as_dict import as_dict

        return as_dict(self)

    def to_csv(self) -> str:
        """Return ratings and shares as CSV, one row per product; empty cells where nothing is known.

        Returns
        -------
        str
            Header and rows.
        """
        columns = self.rows()
        rows = [
            {name: _cell(values[number]) for name, values in ({"product": self.products} | columns).items()}
            for number in range(len(self.products))
        ]
        return table_csv(("product", *columns), rows)

    def _repr_html_(self) -> str:
        from textile_pcf.data_quality.shown import as_html

        return as_html(self)

    def show(self, language: str = "en") -> Any:
        """Return the ratings for a notebook in a language.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        ShownQuality
            An object that a notebook shows as HTML, and `print` as text.
        """
        from textile_pcf.data_quality.shown import ShownQuality

        return ShownQuality(self, check_language(language))

    def __repr__(self) -> str:
        rated = [f"{value:.3g}" if np.isfinite(value) else "not rated" for value in self.dqr[:3]]
        shown = ", ".join(f"{name} {text}" for name, text in zip(self.products[:3], rated, strict=True))
        more = f" and {len(self.products) - 3} more" if len(self.products) > 3 else ""
        return f"<Quality [DQR] {shown}{more}>"


PACT = ("technologicalDQR", "geographicalDQR", "temporalDQR")


def _cell(value: Any) -> Any:
    """Return a value as a cell: texts as they are, numbers as floats, None where one is not known."""
    return value if value is None or isinstance(value, str) else or_none(value)


def quality(result: Footprint) -> Quality:
    """Rate the data behind a result: PEF and PACT ratings, shares of primary data, hot spots.

    Parameters
    ----------
    result : Footprint
        From `footprint` or `calculate`.

    Returns
    -------
    Quality
        Ratings of all products; tables as DataFrames, `to_dict()` for programs.

    Raises
    ------
    UsageError
        This is no result.

    References
    ----------
    European Commission, Recommendation (EU) 2021/2279, Annex I, 4.6.5 (DQR) and table 24 (scores of secondary data sets).
    PACT Technical Specifications 3.0, `primaryDataShare` and `dqi`.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> rated = tp.quality(tp.footprint(*tp.load_example("cotton_poplin")))
    >>> round(float(rated.default_share[0]), 4) == round(float(rated.result.default_share[0]), 4)
    True
    """
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a result", "Calculate it first: footprint(path, rule).")
    lines, products = quality_lines(result), len(result.names)
    ranking = rank_lines(lines.product, lines.emissions, _ties(result, lines), products)
    return Quality(result, lines, ranking, rate(lines, ranking, products))


def _ties(result: Footprint, lines: QualityLines) -> IndexArray:
    """Return the order of lines that emit the same: by flow, component, item, data type and scores."""
    inventory = result.inventory
    exchanges, components = inventory.activity.exchanges, inventory.activity.components
    names = components.component_names
    component = find_texts(names, sorted(set(names)))[components.component]
    is_component = np.array([inventory.activity.rules.stages[spec.stage].component for spec in inventory.activity.rules.flows])
    entry = np.where(is_component[exchanges.flow], exchanges.entry, 0)
    items = [request.item for request in inventory.matches.requests]
    item = find_texts(items, sorted(set(items)))[inventory.matches.request]
    scores = np.nan_to_num(np.column_stack([lines.amount, lines.factor])).T
    of_component = np.where(is_component[exchanges.flow], component[entry], -1)
    order = np.lexsort((*scores, _codes(lines.data_type), item, of_component, exchanges.flow))
    ties = np.empty(len(order), dtype=np.intp)
    ties[order] = np.arange(len(order))
    return ties


def _codes(column: Categorical) -> IndexArray:
    """Return codes of a column in the order of its texts."""
    return find_texts(column.categories, sorted({*column.categories}))[column.codes]
