"""The closed list of named methods: arrays in the units stated go in, an intensity comes out, never a mass.

A rule names a method in a property; its inputs bind to properties of the same names. NaN means *not given*, and then the
result is NaN too. Nothing is rounded unless the method says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Method:
    """A named formula with the units of its inputs and of its result, and where it comes from."""

    name: str
    function: Callable[..., Array]
    inputs: Mapping[str, str]
    output: str
    source: str
    locator: str


METHODS: dict[str, Method] = {}


def _named(*, output: str, source: str, locator: str, **inputs: str) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Enter a formula in the closed list; its arguments become float arrays."""

    def register(formula: Callable[..., Array]) -> Callable[..., Array]:
        @wraps(formula)
        def function(**arguments: ArrayLike) -> Array:
            return np.asarray(formula(**{name: np.asarray(value, dtype=float) for name, value in arguments.items()}))

        METHODS[formula.__name__] = Method(formula.__name__, function, inputs, output, source, locator)
        return function

    return register


ECOBALYSE = "Ecobalyse, MTES-MCT/ecobalyse, commit 36531be (2025-02-19)"


@_named(
    output="kWh/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Material/Spinning.elm",
    yarn_count="Nm",
    reference_count="Nm",
    coefficient="kWh/kg",
)
def spinning_electricity(yarn_count: Array, reference_count: Array, coefficient: Array) -> Array:
    """Electricity to spin 1 kg of yarn, proportional to its metric count. [kWh/kg yarn]

    `coefficient` is the electricity at `reference_count` (4 ring, 2 open-end at Nm 50). Valid for staple yarn of Nm 10 to 170;
    melt-spun filament does not depend on its count.

    Examples
    --------
    >>> float(spinning_electricity(yarn_count=40, reference_count=50, coefficient=4))
    3.2
    """
    return yarn_count / reference_count * coefficient


@_named(
    output="kWh/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Fabric.elm, src/Data/Textile/Formula.elm",
    yarn_count="Nm",
    crimp="1",
    energy_per_pick_metre="kWh/m",
)
def weaving_electricity(yarn_count: Array, crimp: Array, energy_per_pick_metre: Array) -> Array:
    """Electricity to weave 1 kg of fabric from the metres of weft laid in. [kWh/kg fabric]

    Half of the yarn is weft: 1 kg holds yarn_count·1000/2 metres of it, of which 1/crimp are picks. Grammage cancels out.
    Valid for plain shuttleless weaving with equal warp and weft, crimp 1 to 1.2.

    Examples
    --------
    >>> round(float(weaving_electricity(yarn_count=40, crimp=1.08, energy_per_pick_metre=0.0003145)), 3)
    5.824
    """
    return yarn_count * 1000 / (2 * crimp) * energy_per_pick_metre


@_named(
    output="m2/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Formula.elm",
    grammage="g/m2",
    print_coverage="1",
)
def printed_area(grammage: Array, print_coverage: Array) -> Array:
    """Area printed on 1 kg of fabric. [m2/kg]

    `print_coverage` is the printed part of one side, 0 to 1.

    Examples
    --------
    >>> float(printed_area(grammage=200, print_coverage=0.2))
    1.0
    """
    return print_coverage * 1000 / grammage


@_named(
    output="cycle",
    source=ECOBALYSE,
    locator="src/Data/Textile/Formula.elm; page Etape 7 - Utilisation",
    wears="wear",
    wears_per_cycle="wear/cycle",
    quality="1",
    reparability="1",
)
def use_cycles(wears: Array, wears_per_cycle: Array, quality: Array, reparability: Array) -> Array:
    """Care cycles in the service life of a garment: whole cycles, halves rounded up. [cycle]

    `quality` and `reparability` multiply the wears (1 = as the category says).

    Examples
    --------
    >>> use_cycles(wears=[45, 45], wears_per_cycle=[1, 2], quality=[0.9, 1], reparability=[1.15, 1])
    array([47., 23.])
    """
    return np.floor(wears * quality * reparability / np.maximum(1, wears_per_cycle) + 0.5)


@_named(
    output="1",
    source="Commission Recommendation (EU) 2021/2279, Annex I, circular footprint formula",
    locator="4.4.8.1; material part, as read on Ecobalyse's materials page",
    allocation_factor="1",
    quality_ratio="1",
)
def cff_virgin_part(allocation_factor: Array, quality_ratio: Array) -> Array:
    """Part of the virgin burden that 1 kg of recycled input carries: (1 - A)·Qsin/Qp. [1]

    The recycled part is A itself. A = 1 is the cut-off (recycled content) method.

    Examples
    --------
    >>> round(float(cff_virgin_part(allocation_factor=0.8, quality_ratio=0.5)), 12)
    0.1
    """
    return (1 - allocation_factor) * quality_ratio
