"""Other amounts of some rows: where each stands among properties, losses, shares, outputs and exchanges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.activity.activity import Activity
from textile_pcf.activity.components import Components
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.rules.arrays import rule_arrays


class _Places(NamedTuple):
    """Places in an array of activity data, and the number that stands in each."""

    place: IndexArray
    number: IndexArray

    def put(self, values: FloatArray, numbers: FloatArray) -> FloatArray:
        """Return an array with numbers in these places; the array itself if there are none."""
        if len(self.place):
            values = values.copy()
            values[self.place] = numbers[self.number]
        return values


@dataclass(frozen=True, eq=False)
class PlacedAmounts:
    """Activity data in which some rows of some products have other amounts. The rows are looked up once.

    Attributes
    ----------
    activity : Activity
        Without problems.
    row : ndarray of intp, shape (amounts,)
        Row of the table of each amount.
    product : ndarray of intp, shape (amounts,)
        Product of each: where a product is repeated, each of it has amounts of its own. No row stands twice in a product.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", "cotton_fabric")
    >>> grammage = PlacedAmounts(activity, np.array([1]), np.array([0]))
    >>> [float(value) for value in grammage.with_amounts(np.array([0.25])).properties[:1]]
    [0.25]
    """

    activity: Activity
    row: IndexArray
    product: IndexArray

    def with_amounts(self, amounts: FloatArray) -> Activity:
        """Return activity data with other amounts.

        Parameters
        ----------
        amounts : ndarray, shape (amounts,)
            Shares of a product keep the sum that they have: the others give way in proportion.
            [canonical unit; of an output the unit of its row]

        Returns
        -------
        Activity
            With the same structure.
        """
        if not len(self.row):
            return self.activity
        activity, (exchanges, properties, losses, outputs, shares) = self.activity, self._places
        return replace(
            activity,
            components=_with_shares(activity.components, shares.put(activity.components.share, amounts)),
            exchange_value=exchanges.put(activity.exchange_value, amounts),
            properties=properties.put(activity.properties, amounts),
            losses=losses.put(activity.losses, amounts),
            output_value=outputs.put(activity.output_value, amounts),
        )

    @cached_property
    def _places(self) -> tuple[_Places, ...]:
        """Places among exchanges, properties, losses, outputs and shares."""
        activity, arrays = self.activity, rule_arrays(self.activity.rules)
        outputs, components = activity.outputs, activity.components
        of_outputs = components.products_of(arrays.stage_is_component[outputs.stage], outputs.entry)
        return (
            self._found(activity.exchanges.row, activity.exchange_products),
            self._found(activity.property_rows, self._products_of_blocks(arrays.property_stage)),
            self._found(activity.loss_rows, self._products_of_blocks(arrays.loss_stage)),
            self._found(outputs.row, of_outputs),
            self._found(components.share_row, components.product),
        )

    def _products_of_blocks(self, stages: IndexArray) -> IndexArray:
        """Return the product of each entry of the blocks of properties or losses of these stages."""
        is_component = rule_arrays(self.activity.rules).stage_is_component[stages].tolist()
        components, products = self.activity.components.product, np.arange(len(self.activity.names))
        return np.concatenate([np.empty(0, dtype=np.intp), *(components if each else products for each in is_component)])

    @cached_property
    def _keys(self) -> tuple[IndexArray, IndexArray, int]:
        """Product and row of each amount as one number, ascending; its place among the amounts; rows of a product."""
        width = int(self.row.max()) + 1
        key = self.product.astype(np.int64) * width + self.row
        order = np.argsort(key, kind="stable")
        return key[order], order, width

    def _found(self, row: IndexArray, product: IndexArray) -> _Places:
        """Return which elements take their number from one of the rows."""
        key, order, width = self._keys
        given = np.flatnonzero((row >= 0) & (row < width))
        wanted = product[given].astype(np.int64) * width + row[given]
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        is_there = key[place] == wanted
        return _Places(given[is_there], order[place[is_there]])


def _with_shares(components: Components, share: FloatArray) -> Components:
    """Return components with other shares, which add up to what the stated ones add up to."""
    if share is components.share:
        return components
    stated, other = (
        np.bincount(components.product, weights=values, minlength=len(components.start)) for values in (components.share, share)
    )
    return replace(components, share=share * (stated / other)[components.product])
