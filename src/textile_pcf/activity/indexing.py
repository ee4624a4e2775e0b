"""Block indices: where the values of each stage, property, loss and flow of a rule stand in one flat array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from textile_pcf._frozen import cached_property
from textile_pcf.activity.components import Components
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, Scalar
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


def ranges(first: IndexArray, count: IndexArray) -> IndexArray:
    """Return the numbers of several ranges, one range after the other.

    Parameters
    ----------
    first, count : ndarray of intp, shape (ranges,)
        First number of each range, and how many it has.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    before = np.cumsum(count) - count
    numbers: IndexArray = np.arange(count.sum(), dtype=np.intp) + np.repeat(first - before, count)
    return numbers


@dataclass(frozen=True, eq=False)
class ElementsByProduct:
    """Elements such as exchanges, grouped by their product, so that those of one are found without a look at all others.

    Attributes
    ----------
    elements : ndarray of intp, shape (elements,)
        All elements by product, those of one product ascending.
    starts : ndarray of intp, shape (products + 1,)
        First element of each product.
    """

    elements: IndexArray
    starts: IndexArray

    @classmethod
    def grouped(cls, product: IndexArray, products: int) -> ElementsByProduct:
        """Return elements grouped by the product of each.

        Examples
        --------
        >>> ElementsByProduct.grouped(np.array([1, 0, 1]), 3).of(1)
        array([0, 2])
        """
        starts = np.concatenate([[0], np.cumsum(np.bincount(product, minlength=products))])
        return cls(np.argsort(product, kind="stable"), starts)

    def of(self, product: int) -> IndexArray:
        """Return the elements of a product, ascending."""
        return self.elements[self.starts[product] : self.starts[product + 1]]

    def of_all(self, products: IndexArray) -> tuple[IndexArray, IndexArray]:
        """Return the elements of some products, and for each the place of its product among these.

        Examples
        --------
        >>> ElementsByProduct.grouped(np.array([1, 0, 1]), 3).of_all(np.array([1, 1]))
        (array([0, 2, 0, 2]), array([0, 0, 1, 1]))
        """
        first = self.starts[products]
        count = self.starts[products + 1] - first
        return self.elements[ranges(first, count)], np.repeat(np.arange(len(products)), count)


@dataclass(frozen=True, eq=False)
class BlockIndex:
    """Index of a flat array that is divided into consecutive blocks, one per stage, property, loss or flow.

    A block of a component stage has one entry per component, any other block one entry per product.

    Attributes
    ----------
    offsets : ndarray of intp, shape (blocks,)
        First entry of each block.
    lengths : ndarray of intp, shape (blocks,)
        Number of entries of each block.
    """

    offsets: IndexArray
    lengths: IndexArray

    @cached_property
    def total(self) -> int:
        """Number of entries of all blocks."""
        return int(self.lengths.sum())

    def block(self, index: int) -> slice:
        """Return the entries of one block."""
        return self.blocks[index]

    @cached_property
    def blocks(self) -> list[slice]:
        """Entries of each block."""
        ends = (self.offsets + self.lengths).tolist()
        return [slice(start, end) for start, end in zip(self.offsets.tolist(), ends, strict=True)]

    def repeat(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Repeat one value per block over the entries of the block.

        Parameters
        ----------
        values : ndarray, shape (blocks,)

        Returns
        -------
        ndarray, shape (entries,)
        """
        return values.repeat(self.lengths)

    def bounds_in(self, entries: IndexArray) -> tuple[IndexArray, IndexArray]:
        """Return where the entries of each block begin and end among some entries, which ascend. Shapes (blocks,)."""
        return entries.searchsorted(self.offsets), entries.searchsorted(self.offsets + self.lengths)

    def compare(self, comparison: Callable[..., BoolArray], values: NDArray[Scalar], limits: NDArray[Scalar]) -> BoolArray:
        """Compare the entries of each block with one limit; the limits are not repeated where all blocks are as long.

        Parameters
        ----------
        comparison : callable
            Such as `numpy.greater`.
        values : ndarray, shape (entries,)
        limits : ndarray, shape (blocks,)

        Returns
        -------
        ndarray of bool, shape (entries,)
        """
        if self._equal_lengths:
            return comparison(values.reshape(len(limits), -1), limits[:, None]).reshape(-1)
        return comparison(values, self.repeat(limits))

    @cached_property
    def _equal_lengths(self) -> bool:
        return len(self.lengths) > 0 and bool((self.lengths == self.lengths[0]).all())

    def entry(self, block: NDArray[np.integer], position: NDArray[np.integer]) -> IndexArray:
        """Return the index into the flat array of a position inside a block.

        Parameters
        ----------
        block, position : ndarray of int, shape (n,)
            Number of the block, and component or product inside it.

        Returns
        -------
        ndarray of intp, shape (n,)
        """
        return np.asarray(self.offsets.take(block) + position, dtype=np.intp)


def block_index(stages: IndexArray, rules: RuleSet, components: Components) -> BlockIndex:
    """Return the index of one block per element of `stages`.

    Parameters
    ----------
    stages : ndarray of intp, shape (blocks,)
        Stage that owns each block; `PRODUCT` for the product itself.
    rules : RuleSet
    components : Components

    Returns
    -------
    BlockIndex
    """
    return _layout(stages.astype(np.intp, copy=False).tobytes(), rules, components.size, len(components.start))


@lru_cache(maxsize=256)
def _layout(stages: bytes, rules: RuleSet, components: int, products: int) -> BlockIndex:
    """Return the index of one block per stage; tables of one product have the same few, and a slice for each block."""
    is_component = rule_arrays(rules).stage_is_component[np.frombuffer(stages, dtype=np.intp)]
    lengths = np.where(is_component, components, products).astype(np.intp)
    return BlockIndex(np.cumsum(lengths) - lengths, lengths)


def between_components(values: FloatArray, from_components: bool, to_components: bool, components: Components) -> FloatArray:
    """Convert values between one per component and one per product.

    Parameters
    ----------
    values : ndarray of float, shape (components,) or (products,)
    from_components, to_components : bool
        Whether the values have, and shall have, one entry per component.
    components : Components

    Returns
    -------
    ndarray of float
        From components to products the mean weighted by share, from products to components a repetition.
    """
    if from_components and not to_components:
        weights = components.share * values
        mean = np.bincount(components.product, weights=weights, minlength=len(components.start))
        return np.asarray(mean, dtype=np.float64)
    return values[components.product] if to_components and not from_components else values
