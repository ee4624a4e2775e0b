"""The list of named methods: what a method is, and how a formula is registered."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

import numpy as np
from numpy.typing import ArrayLike

from textile_pcf.arrays import FloatArray

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Method:
    """A named formula with the units of its inputs and of its result, and its source.

    Attributes
    ----------
    name : str
        Name in rules.
    function : callable
        Takes each input as a keyword argument: arrays of one shape, in the units of `inputs`.
    inputs : mapping
        Unit of each input.
    output : str
        Unit of the result.
    source : str
        Publication that states the formula.
    locator : str
        Chapter, equation or file in the source.
    valid : mapping
        Range of inputs that the source covers, in the unit of the input. Outside it the formula still returns a number,
        which its source does not support.

    Examples
    --------
    >>> from textile_pcf.methods import METHODS
    >>> METHODS["sewing_electricity"].output
    'kWh/piece'
    """

    name: str
    function: Callable[..., FloatArray]
    inputs: Mapping[str, str]
    output: str
    source: str
    locator: str
    valid: Mapping[str, Range] = field(default_factory=dict)

    def is_share(self, name: str) -> bool:
        """Return whether an input is a part of a whole: 1 at most, whatever its source covers.

        Parameters
        ----------
        name : str
            Name of an input.

        Returns
        -------
        bool
            Whether its range is 0 to 1.

        Examples
        --------
        >>> METHODS["disposal_share"].is_share("recycled_share"), METHODS["printed_area"].is_share("grammage")
        (True, False)
        """
        return self.valid.get(name) == SHARE


METHODS: dict[str, Method] = {}

ECOBALYSE = "Ecobalyse, MTES-MCT/ecobalyse, commit 36531be (2025-02-19)"
EU_PEF = "Commission Recommendation (EU) 2021/2279, Annex I, circular footprint formula"
IPCC_2006 = "2006 IPCC Guidelines for National Greenhouse Gas Inventories"
IPCC_2019 = "2019 Refinement to the 2006 IPCC Guidelines for National Greenhouse Gas Inventories"

SHARE: Range = (0.0, 1.0)
ROUNDING = -1e-12  # of a whole: differences of decimals miss zero by less


def named(
    *, output: str, source: str, locator: str, valid: Mapping[str, Range] | None = None, **inputs: str
) -> Callable[[Callable[..., FloatArray]], Callable[..., FloatArray]]:
    """Register a formula as a named method; its arguments are converted to float arrays.

    Parameters
    ----------
    output : str
        Unit of the result.
    source, locator : str
        Publication that states the formula, and the location in it.
    valid : mapping, optional
        Range of inputs that the source covers.
    **inputs : str
        Unit of each argument.

    Returns
    -------
    callable
        Decorator. It completes the docstring with the sections Parameters, Returns and References.
    """

    def register(formula: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
        @wraps(formula)
        def function(**arguments: ArrayLike) -> FloatArray:
            return np.asarray(formula(**{name: np.asarray(value, dtype=float) for name, value in arguments.items()}))

        method = Method(formula.__name__, function, inputs, output, source, locator, valid or {})
        function.__doc__ = _documented(method)
        METHODS[method.name] = method
        return function

    return register


def not_negative(rest: FloatArray, whole: ArrayLike) -> FloatArray:
    """Return what is left of a whole: 0 where it is below by rounding alone, NaN where more was taken than there was.

    Examples
    --------
    >>> not_negative(np.array([1 - 0.4, 1 - 0.9 - 0.1, 1 - 1.2]), 1.0)
    array([0.6, 0. , nan])
    """
    return np.where(rest < ROUNDING * np.asarray(whole), np.nan, np.maximum(rest, 0.0))


def _documented(method: Method) -> str:
    """Return the docstring of a formula with sections made from its inputs, unit and source."""
    summary, _, rest = inspect.cleandoc(method.function.__doc__ or "").partition("Examples\n--------\n")
    description, _, notes = summary.partition("Notes\n-----\n")
    parameters = [f"{name} : array_like\n    [{unit}]{_range(method, name)}" for name, unit in method.inputs.items()]
    sections = [
        description.rstrip(),
        "\n".join(["Parameters", "----------", *parameters]),
        f"Returns\n-------\nndarray\n    Broadcast shape of the inputs; NaN where an input is NaN. [{method.output}]",
        f"Notes\n-----\n{notes.rstrip()}" if notes else "",
        f"References\n----------\n{method.source}; {method.locator}.",
        f"Examples\n--------\n{rest.rstrip()}" if rest else "",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _range(method: Method, name: str) -> str:
    if name not in method.valid:
        return ""
    low, high = method.valid[name]
    return f", {low:g} to {high:g}"
