"""The closed list itself: what a named method is, and how a formula is entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

import numpy as np
from numpy.typing import ArrayLike

from textile_pcf.arrays import FloatArray

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Method:
    """A named formula with the units of its inputs and of its result, and where it comes from.

    `valid` holds, for inputs that have one, the range the source speaks of, in the input's unit; outside it the formula still
    gives a number, which its source does not support.
    """

    name: str
    function: Callable[..., FloatArray]
    inputs: Mapping[str, str]
    output: str
    source: str
    locator: str
    valid: Mapping[str, Range] = field(default_factory=dict)


METHODS: dict[str, Method] = {}

ECOBALYSE = "Ecobalyse, MTES-MCT/ecobalyse, commit 36531be (2025-02-19)"
EU_PEF = "Commission Recommendation (EU) 2021/2279, Annex I, circular footprint formula"
IPCC_2006 = "2006 IPCC Guidelines for National Greenhouse Gas Inventories"
IPCC_2019 = "2019 Refinement to the 2006 IPCC Guidelines for National Greenhouse Gas Inventories"

SHARE: Range = (0.0, 1.0)


def named(
    *, output: str, source: str, locator: str, valid: Mapping[str, Range] | None = None, **inputs: str
) -> Callable[[Callable[..., FloatArray]], Callable[..., FloatArray]]:
    """Enter a formula in the closed list; its arguments become float arrays."""

    def register(formula: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
        @wraps(formula)
        def function(**arguments: ArrayLike) -> FloatArray:
            return np.asarray(formula(**{name: np.asarray(value, dtype=float) for name, value in arguments.items()}))

        METHODS[formula.__name__] = Method(formula.__name__, function, inputs, output, source, locator, valid or {})
        return function

    return register
