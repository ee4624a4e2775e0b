"""What a reader of checked targets must know: figures that do not agree, and intensities that fall while emissions rise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from textile_pcf.messages.message import Message
from textile_pcf.targets.document import Targets
from textile_pcf.targets.recalculations import Bases
from textile_pcf.targets.vocabulary import constant


def rises(rows: tuple[dict[str, Any], ...]) -> Iterator[Message]:
    """Yield a warning where an intensity falls while absolute emissions rise."""
    what = "{target}, {first} to {last}: the intensity changes by {intensity:+.1%}, and absolute emissions by {absolute:+.1%}."
    from_zero = "{target}, {first} to {last}: the intensity changes by {intensity:+.1%}, and absolute emissions rise from zero."
    for row in rows:
        for each in row["cross_check"]:
            absolute = each["absolute_change"]
            values = {"target": row["target"], "first": each["from"], "last": each["to"], "intensity": each["intensity_change"]}
            yield Message(from_zero, **values) if absolute is None else Message(what, absolute=absolute, **values)


def intensity_warnings(targets: Targets, columns: dict[str, Any]) -> Iterator[Message]:
    """Yield a warning where a given intensity is not that of the given emissions and output."""
    per_output, actual = columns["per_output"], columns["actual"]
    differs = np.abs(per_output - actual) > constant("same_figure") / 100 * np.abs(actual)
    metric = np.array([one.metric == "intensity" for one in targets.targets])[columns["target"]]
    what = "The intensity of target {target!r} in {year} is given as {given:.6g}, and emissions per output are {other:.6g}."
    for entry in np.flatnonzero(differs & metric).tolist():
        yield Message(what, target=targets.targets[int(columns["target"][entry])].id, year=int(columns["year"][entry]),
                      given=float(actual[entry]), other=float(per_output[entry]))  # fmt: skip


def base_year_warnings(targets: Targets, columns: dict[str, Any], bases: Bases) -> Iterator[Message]:
    """Yield a warning where the series has another figure of the base year than the target states."""
    target, actual = columns["target"], columns["actual"]
    years = np.array([one.base_year or 0 for one in targets.targets])[target]
    near = [
        np.abs(actual - base[target]) <= constant("same_figure") / 100 * np.abs(actual) for base in (bases.reported, bases.used)
    ]
    what = "The series has {given:.6g} for the base year {year} of target {target!r}, which states {stated:.6g}."
    for entry in np.flatnonzero((years == columns["year"]) & ~near[0] & ~near[1]).tolist():
        number = int(target[entry])
        yield Message(what, given=float(actual[entry]), year=int(years[entry]), target=targets.targets[number].id,
                      stated=float(bases.reported[number]))  # fmt: skip
