"""Named methods that the oracle computes itself, and those of the library that have golden tests of their own."""

from __future__ import annotations

from math import floor
from typing import Any

from oracle.units import unit


def _use_cycles(wears: float, wears_per_cycle: float, quality: float, reparability: float) -> float:
    return floor(wears * quality * reparability / max(1.0, wears_per_cycle) + 0.5)


METHODS: dict[str, tuple[tuple[str, ...], Any]] = {  # canonical units in and out
    "spinning_electricity": (
        ("yarn_count", "reference_count", "coefficient"),
        lambda yarn_count, reference_count, coefficient: coefficient * yarn_count / reference_count,
    ),
    "weaving_electricity": (
        ("yarn_count", "crimp", "energy_per_pick_metre"),
        lambda yarn_count, crimp, energy_per_pick_metre: yarn_count / 2 / crimp * energy_per_pick_metre,
    ),
    "printed_area": (("grammage", "print_coverage"), lambda grammage, print_coverage: print_coverage / grammage),
    "use_cycles": (("wears", "wears_per_cycle", "quality", "reparability"), _use_cycles),
    "cff_virgin_part": (("allocation_factor", "quality_ratio"), lambda allocation_factor, quality_ratio: (
        quality_ratio - allocation_factor * quality_ratio)),
}  # fmt: skip


def method(name: str) -> tuple[tuple[str, ...], Any]:
    """Inputs and formula of a named method, canonical units in and out."""
    if name in METHODS:
        return METHODS[name]
    from textile_pcf.methods import METHODS as THEIRS

    theirs = THEIRS[name]

    def formula(**inputs: float) -> float:
        told = {key: value / unit(theirs.inputs[key])[0] for key, value in inputs.items()}
        return float(theirs.function(**told)) * unit(theirs.output)[0]

    return tuple(theirs.inputs), formula
