"""The registry of units: computed by pint, shipped as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

Value = tuple[Fraction, dict[str, int]]
"""Exact factor to canonical units, and the power of each dimension."""


def values_by_pint(definitions: str) -> dict[str, Value]:
    """Every unit of a definitions file, in exact fractions of the canonical ones, as pint computes it."""
    import pint  # only when the definitions changed: it costs as much as numpy and pydantic together
    from pint.util import UnitsContainer

    lines = [bare for line in definitions.splitlines() if (bare := line.partition("#")[0].strip())]
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(
        lines, non_int_type=Fraction, cache_folder=None, on_redefinition="raise"
    )
    values: dict[str, Value] = {}
    for name in (name for name in registry if "_" not in name):
        factor, root = registry.get_root_units(UnitsContainer({name: 1}))
        powers: Any = root.dimensionality
        values[name] = Fraction(str(factor)), {str(dimension).strip("[]"): int(power) for dimension, power in powers.items()}
    return values


def compile_table(definitions: str) -> str:
    """The definitions as pint computes them, a line per unit, headed by the hash of what they were computed from."""
    told = [
        f"{name} {factor} {' '.join(f'{k}:{v}' for k, v in powers.items())}"
        for name, (factor, powers) in values_by_pint(definitions).items()
    ]
    return "\n".join([_hash(definitions), *sorted(told)]) + "\n"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def unit_values() -> Mapping[str, Value]:
    """Units by name: as pint computed them for this very definitions file, else computed now."""
    home = Path(__file__)
    definitions = home.with_name("definitions.txt").read_text(encoding="utf-8")
    head, _, rows = home.with_name("compiled.txt").read_text(encoding="utf-8").partition("\n")
    return dict(map(compiled_row, rows.splitlines())) if head == _hash(definitions) else values_by_pint(definitions)


def compiled_row(row: str) -> tuple[str, Value]:
    name, factor, *powers = row.split()
    return name, (Fraction(factor), {dimension: int(power) for dimension, _, power in (one.partition(":") for one in powers)})
